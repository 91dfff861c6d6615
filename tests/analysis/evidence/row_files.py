"""Files of rows for tests, and runs of noise to read them off."""

import csv
import io
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from sim.analysis.evidence.compare import AS_IT_HAPPENED, months_of, values_of
from sim.analysis.evidence.measures.registry import MEASURES
from sim.analysis.evidence.measures.selection import Run
from sim.analysis.evidence.rows import COLUMNS, MORE_COLUMNS, Row, read_rows, valid_words
from sim.model.tables import TABLES
from sim.scenario.base import load_base
from sim.scenario.locations import CONFIGS, root
from sim.scenario.problems import InputError
from sim.scenario.resolution import resolve
from sim.scenario.scenario import Scenario
from sim.vocabulary import DIRECTIONS, KINDS, ROUTES, SEGMENTS

HEADER = ",".join((*COLUMNS, *MORE_COLUMNS))
GOOD = "mine,context,adoption,DE,firms_10plus,2016-01,2016-01,,17,1.5,eq,%,a survey,,,,"


@cache
def history() -> Scenario:
    resolved = resolve("history", base=load_base(root() / CONFIGS))
    return resolved.scenarios["history"]


def written(folder: Path, *lines: str, header: str = HEADER) -> Path:
    file = folder / "mine.csv"
    file.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
    return file


def problems(folder: Path, *lines: str, header: str = HEADER) -> list[str]:
    with pytest.raises(InputError) as refused:
        read_rows(written(folder, *lines, header=header), history())
    return [problem.partition("mine.csv:")[2] for problem in refused.value.problems]


def changed(**values: str) -> str:
    """The good line with other values."""
    named = dict(zip((*COLUMNS, *MORE_COLUMNS), next(csv.reader([GOOD])), strict=True)) | values
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(named.values())
    return out.getvalue().removesuffix("\n")


def rows_of(folder: Path, *lines: str) -> tuple[Row, ...]:
    return read_rows(written(folder, *lines), history())


def _keys(table: str, random: np.random.Generator) -> dict[str, np.ndarray]:
    """Every combination of a table's keys; of the tables of events, each with a month of its own."""
    scenario = history()
    words: dict[str, list[str]] = {
        "country": list(scenario.jurisdictions), "segment": list(SEGMENTS),
        "provider": list(scenario.providers), "direction": list(DIRECTIONS),
        "route": list(ROUTES), "instrument": [], "offer": [],
        "change": ["announced", "live", "closed", "adopted", "in_force", "repealed"],
        "from_kind": list(KINDS), "to_kind": list(KINDS), "from_host": ["DE"], "to_host": ["DE", "FR"],
    }  # fmt: skip
    for named, argument, key in (
        ("months_until_law", "law", "instrument"),
        ("months_until_offer", "offer", "offer"),
    ):
        words[key] = [
            word
            for one in MEASURES[named].arguments
            if one.name == argument
            for word in valid_words(one, scenario) or ()
        ]
    few = (
        ["DE", "FR", "BR", "IN", "JP"]
        if table in ("laws", "offers", "flows", "requests")
        else words["country"]
    )
    names = [key.name for key in TABLES[table].keys[3:]]
    rows = list(product(*(few if name == "country" else words[name] for name in names)))
    months = np.datetime64("2013-01", "M") + np.arange(156)
    if table in ("laws", "offers"):
        out = {"month": random.choice(months, len(rows))}
    else:
        some = months[::6] if table == "flows" else months
        out = {"month": np.repeat(some, len(rows))}
        rows = rows * len(some)
    return out | {name: np.array([row[k] for row in rows], dtype=object) for k, name in enumerate(names)}


@cache
def noise(seed: int) -> Run:
    """A run in which every number of every table is another."""
    random, tables = np.random.default_rng(seed), {}
    for name in ("world", "country", "cell", "market", "laws", "offers", "requests", "flows"):
        keys = _keys(name, random)
        measures = [column.name for column in TABLES[name].measures if column.dtype != "category"]
        tables[name] = keys | {column: random.random(len(keys["month"])) for column in measures}
    return Run(tables)


def read_noise(row: Row) -> float:
    """Noise of these seeds: in others two numbers that are counted in months may be the same by chance."""
    (value,) = values_of(
        row, [{AS_IT_HAPPENED: noise(15), "T01": noise(23), "T06": noise(30)}], months_of(history())
    )
    return float(value)

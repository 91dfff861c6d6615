"""Records: a short id for a paired difference, computed from what decides it and from what came of it.

The id is of the model's code, the configuration of both worlds, the seeds, and the result: the digest of the
table `world` of every run, and the numbers of the headline; that of all of it is of every recorded table.
Names, labels and titles are not part of it, so whoever runs the same thing gets the same id, and nobody gets
it with another number. `records.csv` of a results
folder has one row for the whole comparison and one for each headline.

| column | meaning |
|---|---|
| `id` | `ws-` and twenty letters: the first 100 bits of the sha256 of the columns below, but for `name` |
| `headline`, `name`, `unit` | the headline; `comparison` or `sweep` for all of it |
| `difference`, `low`, `high`, `pairs` | as in `headlines.csv`, to eight digits |
| `seeds` | the seeds in the tables, such as `1-8` |
| `model_digest` | digest of the model's code |
| `configuration` | digest of the scenarios of both worlds (of a sweep: of all its runs) |
| `tables_digest` | digest of the values of the table `world`, run by run; of all of it: of every table |
| `draws`, `median`, `low90`, `high90`, `posterior` | over draws of the posterior, where they were run |
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from sim.analysis.drivers.knockouts import first_difference
from sim.analysis.headlines import Columns, compared_headlines
from sim.analysis.uncertainty.summary import numbers_of
from sim.model.tables import TABLES
from sim.runs.csv_tables import Unreadable, read_csv
from sim.runs.folder_check import DamagedFolder
from sim.runs.identity import Identities
from sim.runs.results import TABLES_FOLDER
from sim.runs.runs_in_table import digests_of_runs, runs_in
from sim.runs.tables_on_disk import digest_of_values, empty_digest, to_columns
from sim.scenario.digest import digest
from sim.scenario.problems import InputError, choices
from sim.scenario.resolution import Resolved, points, scenarios_at

TABLE = "records"
CLOSE = 1e-7  # relative: of the eight digits that are bound
COMPARISON, SWEEP = "comparison", "sweep"
_OVER_DRAWS = ("draws", "median", "low90", "high90")
BOUND = (
    "headline", "unit", "difference", "low", "high", "pairs", "seeds", "model_digest", "configuration",
    "tables_digest", *_OVER_DRAWS, "posterior",
)  # fmt: skip
COLUMNS = ("id", "headline", "name", *BOUND[1:])
_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's: none that is taken for another
_GROUPS, _GROUP = 4, 5
PREFIX = "ws"
_ID = re.compile(rf"\b{PREFIX}(?:-[{_LETTERS}]{{{_GROUP}}}){{{_GROUPS}}}\b")
_LOOKS_LIKE = str.maketrans("oil", "011")


def id_of(record: Mapping[str, Any]) -> str:
    """The id of a record, from its columns."""
    content = {name: _as_text(record.get(name)) for name in BOUND}
    number = int(digest({"record": 1, **content}), 16) >> (256 - 5 * _GROUPS * _GROUP)
    letters = "".join(_LETTERS[number >> 5 * k & 31] for k in reversed(range(_GROUPS * _GROUP)))
    return "-".join([PREFIX, *(letters[k : k + _GROUP] for k in range(0, len(letters), _GROUP))])


def normal(written: str) -> str:
    """An id as somebody has written it in its usual form. Raises InputError if it is none."""
    letters = "".join(written.lower().split()).replace("-", "").removeprefix(PREFIX).translate(_LOOKS_LIKE)
    if len(letters) != _GROUPS * _GROUP or set(letters) - set(_LETTERS):
        raise InputError(f"'{written}': is no id of a record; one looks like ws-7k3mq-2xd9v-0ab1c-d4e5f")
    return "-".join([PREFIX, *(letters[k : k + _GROUP] for k in range(0, len(letters), _GROUP))])


def ids_in(text: str) -> set[str]:
    """Every id that a text names."""
    return set(_ID.findall(text))


def records_of(
    folder: Path, manifest: Mapping[str, Any], resolved: Resolved, point: int | None = None
) -> pd.DataFrame:
    """The records of a results folder, computed anew from its tables; of a sweep one, or those of a point.

    No rows where no two worlds are compared, or no pair is in the tables. Raises DamagedFolder, and
    InputError for a point that there is not.
    """
    compare = resolved.experiment.compare
    if compare is None or not manifest["seeds"]:
        return pd.DataFrame(columns=list(COLUMNS))
    if resolved.design is not None and point is None:
        return _with_ids([_of_sweep(manifest)])
    known = [one.index for one in points(resolved)]
    if (point or 0) not in known or (point is not None and resolved.design is None):
        valid = f"0 to {len(known) - 1}" if resolved.design is not None else "none, it has no design"
        raise InputError(f"point {point}: {resolved.name} has no such point; valid: {valid}")
    scenarios = scenarios_at(resolved, points(resolved)[known.index(point or 0)])
    runs = runs_of(folder, compare, point)
    identities = Identities()
    common = {
        "seeds": seed_words(list(runs)),
        "model_digest": manifest["model_digest"],
        "configuration": digest([identities.scenario(scenarios[name]) for name in compare]),
        "tables_digest": _digest_of(runs, compare),
    }
    pairs = [(worlds[compare[0]], worlds[compare[1]]) for worlds in runs.values()]
    headlines = compared_headlines(pairs, first_difference(*(scenarios[name] for name in compare)))
    whole = {"headline": COMPARISON, "name": "The whole comparison", "pairs": len(pairs), **common}
    whole["tables_digest"] = _digest_of_all(folder, manifest, compare, list(runs), point)
    rows = [row | common for row in headlines.to_dict("records")]
    over = _over_draws(folder, manifest) if point is None else {}
    return _with_ids([whole, *(row | over.get(str(row["headline"]), {}) for row in rows)])


def stored_records(folder: Path) -> pd.DataFrame | None:
    """The records as the folder has them; None if it has none. Raises Unreadable."""
    path = folder / f"{TABLE}.csv"
    return read_csv(path) if path.is_file() else None


def record_of(records: pd.DataFrame, headline: str | None) -> pd.DataFrame:
    """The rows of one headline, or all. Raises InputError for a headline that has no record."""
    if headline is None:
        return records
    known = [str(code) for code in records["headline"]]
    if headline not in known:
        raise InputError(f"headline '{headline}': {choices(headline, known)}")
    return records[records["headline"] == headline]


def seed_words(seeds: Sequence[int]) -> str:
    """`1-8`, or `1-3, 7`."""
    ordered, stretches = sorted(seeds), list[list[int]]()
    for seed in ordered:
        if stretches and seed == stretches[-1][-1] + 1:
            stretches[-1].append(seed)
        else:
            stretches.append([seed])
    return ", ".join(str(s[0]) if len(s) == 1 else f"{s[0]}-{s[-1]}" for s in stretches)


def _of_sweep(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The record of a sweep as a whole: of all its runs."""
    return {
        "headline": SWEEP,
        "name": "The whole sweep",
        "seeds": seed_words(manifest["seeds"]),
        "model_digest": manifest["model_digest"],
        "configuration": manifest["runs_digest"],
        "tables_digest": digest({name: manifest["tables"][name]["digest"] for name in _recorded(manifest)}),
    }


def runs_of(folder: Path, compare: Sequence[str], point: int | None = None) -> dict[int, dict[str, Columns]]:
    """The table `world` of the compared worlds: of every seed, of each world, its columns."""
    out: dict[int, dict[str, Columns]] = {}
    for key, rows in runs_in(folder / TABLES_FOLDER / "world.parquet"):
        if key.world in compare and (point is None or key.point == point):
            if key.world in out.setdefault(key.seed, {}):
                raise DamagedFolder(f"tables/world.parquet: seed {key.seed} of {key.world} stands twice.")
            out[key.seed][key.world] = to_columns("world", rows)
    return {seed: worlds for seed, worlds in out.items() if set(worlds) == set(compare)}


def _digest_of(runs: Mapping[int, Mapping[str, Columns]], compare: Sequence[str]) -> str:
    lines = (
        f"{seed} {' '.join(digest_of_values('world', worlds[name]) for name in compare)}"
        for seed, worlds in runs.items()
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _digest_of_all(
    folder: Path, manifest: Mapping[str, Any], compare: Sequence[str], seeds: Sequence[int], point: int | None
) -> str:
    """Digest of every recorded table of the compared worlds: what maps and tables of countries show, too."""
    h = hashlib.sha256()
    for name in _recorded(manifest):
        found = {
            (key.seed, key.world): of_run
            for key, of_run in digests_of_runs(folder / TABLES_FOLDER / f"{name}.parquet").items()
            if key.world in compare and point in (None, key.point)
        }
        for seed in seeds:
            of_worlds = [found.get((seed, world), empty_digest(name)) for world in compare]
            h.update(f"{name} {seed} {' '.join(of_worlds)}\n".encode())
    return h.hexdigest()


def _recorded(manifest: Mapping[str, Any]) -> list[str]:
    """The tables that the model records; what reporters of the user's own gave is no part of a record."""
    return [name for name in TABLES if name in manifest["tables"]]


def _over_draws(folder: Path, manifest: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What the draws of the posterior say of each headline, by its code."""
    table = draws_summary(folder, manifest)
    if table is None:
        return {}
    rows = table.to_dict("records")
    posterior = {"posterior": manifest.get("posterior", "")}
    return {str(row["headline"]): {name: row[name] for name in _OVER_DRAWS} | posterior for row in rows}


def draws_summary(folder: Path, manifest: Mapping[str, Any]) -> pd.DataFrame | None:
    """What the outcomes of the draws give of each headline; None where no draws were run.

    Raises Unreadable, also for a summary without the outcomes that it follows from.
    """
    path = folder / "draws_outcomes.csv"
    if not path.is_file() or not manifest.get("posterior"):
        if (folder / "uncertainty.csv").is_file():
            raise Unreadable(f"uncertainty.csv: follows from no draws: no {path.name}, or no posterior")
        return None
    table = read_csv(path)
    numbers = ("draw", "value", "of_leak", "leak_months")
    lacking = [name for name in ("headline", *numbers) if name not in table]
    if lacking:
        raise Unreadable(f"{path.name}: lacks the columns {', '.join(lacking)}")
    texts = [name for name in numbers if not is_numeric_dtype(table[name])]
    if texts:
        raise Unreadable(f"{path.name}: {', '.join(texts)}: not all are numbers")
    return numbers_of(table)


def _with_ids(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    rounded = [{name: _rounded(row.get(name)) for name in COLUMNS[1:]} for row in rows]
    frame = pd.DataFrame([{"id": id_of(row), **row} for row in rounded], columns=list(COLUMNS))
    return frame.astype(dict.fromkeys(("difference", "low", "high", "pairs", *_OVER_DRAWS), float))


def _rounded(value: Any) -> Any:
    """A number to the eight digits that are bound: more would hang on the processor."""
    return float(f"{value:.8g}") if isinstance(value, float) else value


def _as_text(value: Any) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    return value if isinstance(value, str) else f"{value + 0.0:.8g}"

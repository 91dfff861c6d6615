"""The tables of three documents, from the shipped CSV files: `python -m tools.docs_tables [--write]`.

The documents are docs/calibration.md, docs/evidence.md and docs/validation.md. Each table stands between two
comments that name it; `--write` puts it there, and a test finds the documents in step.
"""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from sim.analysis.evidence.rows import BOUND_WORDS
from sim.analysis.shipped_tables import RANKS, SURVIVAL, VALIDATION
from sim.scenario.locations import root
from sim.scenario.posterior import posterior_folder
from sim.view.tables import records_of
from tools import calibration_tables, evidence_tables
from tools.markdown import DASH, estimate, markdown_table, number, span

DOCUMENTS = ("calibration.md", "evidence.md", "validation.md")


def validation(scores: pd.DataFrame) -> str:
    """CRPS of each forecaster, row by row."""
    forecasters = list(dict.fromkeys(scores["forecaster"]))
    rows = []
    for (fit, row), group in scores.groupby(["fit", "row"], sort=False):
        by = {str(line["forecaster"]): line for line in records_of(group)}
        model = by[forecasters[0]]
        chance = f"{model['chance']:.0%} on the bound's side" if pd.notna(model["chance"]) else ""
        note = str(model["note"]) if isinstance(model["note"], str) else chance
        forecast = estimate(model, "forecast", "low", "high")
        crps = [_best(by, name) for name in forecasters]
        rows.append(
            [
                str(fit),
                str(row),
                str(model["unit"]),
                f"{BOUND_WORDS[model['bound']]}{number(model['data'])}",
                forecast,
                *crps,
                note,
            ]
        )
    return markdown_table(
        (
            "fit",
            "row",
            "unit",
            "data",
            "model (middle 90%)",
            *(f"CRPS {name}" for name in forecasters),
            "note",
        ),
        rows,
    )


def _best(by: dict[str, dict[str, Any]], name: str) -> str:
    """A score; in bold type where it is the lowest of several."""
    known = [line["crps"] for line in by.values() if pd.notna(line["crps"])]
    message = number(by[name]["crps"])
    return f"**{message}**" if len(known) > 1 and by[name]["crps"] == min(known) else message


def ranks(table: pd.DataFrame) -> str:
    """The model against each rival."""
    rows = []
    for line in records_of(table):
        interval = span(line["low"], line["high"], True) if pd.notna(line["low"]) else DASH
        numbers = [
            number(line["model"]),
            number(line["rival_score"]),
            number(line["difference"], True),
            interval,
        ]
        rows.append(
            [
                str(line["fit"]),
                str(line["rival"]),
                *(str(int(line[name])) for name in ("rows", "series", "ahead")),
                *numbers,
                str(line["verdict"]),
            ]
        )
    return markdown_table(
        (
            "fit",
            "rival",
            "rows",
            "series",
            "model ahead on",
            "model",
            "rival's",
            "difference",
            "95% interval",
            "verdict",
        ),
        rows,
    )


def survival(table: pd.DataFrame) -> str:
    """What each arm says of each headline."""
    arms = [str(arm) for arm in dict.fromkeys(table["arm"])][:-1]
    rows = []
    for _, group in table.groupby("headline", sort=False):
        by = {str(line["arm"]): line for line in records_of(group)}
        first = by[arms[0]]
        cells = [estimate(by[arm], "median", "low", "high", True) for arm in arms]
        rows.append([f"{first['name']}, {first['unit']}", *cells, str(by["all"]["verdict"])])
    what = "\n".join(f"- `{arm}`: {table.loc[table['arm'] == arm, 'what'].iloc[0]}" for arm in arms)
    return f"{what}\n\n{markdown_table(('headline', *arms, 'in all arms'), rows)}"


TABLES: dict[str, tuple[str, Callable[[pd.DataFrame], str]]] = {
    **evidence_tables.TABLES,
    "scores": (VALIDATION, validation),
    "ranks": (RANKS, ranks),
    "survival": (SURVIVAL, survival),
    **calibration_tables.TABLES,
}


def made() -> dict[str, str]:
    """Every table whose file is shipped, by name."""
    files = {name: posterior_folder() / f"{file}.csv" for name, (file, _) in TABLES.items()}
    tables = {name: TABLES[name][1](pd.read_csv(path)) for name, path in files.items() if path.is_file()}
    return {"kinds": evidence_tables.rows_by_kind()} | tables


def in_step(text: str, tables: dict[str, str]) -> str:
    """A document with each table between its two comments."""
    for name, table in tables.items():
        begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
        pattern = f"{begin}.*?{end}"
        text = re.sub(pattern, f"{begin}\n{table}\n{end}".replace("\\", r"\\"), text, flags=re.DOTALL)
    return text


def main(words: list[str]) -> None:
    """Print the tables, or write them into the calibration_tables."""
    tables = made()
    for name, table in tables.items() if "--write" not in words else ():
        print(f"{name}\n\n{table}\n")
    for document in DOCUMENTS if "--write" in words else ():
        path: Path = root() / "docs" / document
        path.write_text(in_step(path.read_text(encoding="utf-8"), tables), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

"""The tables of four documents, from the shipped CSV files: `python -m tools.docs_tables [--write]`.

The documents are docs/calibration.md, docs/evidence.md, docs/validation.md and docs/register.md. Each table
stands between two comments that name it; `--write` puts it there, and a test finds the documents in step.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from sim.analysis.register.questions import register_folder
from sim.analysis.shipped_tables import SURVIVAL
from sim.scenario.locations import root
from sim.scenario.posterior import posterior_folder
from sim.view.tables import records_of
from tools import calibration_tables, evidence_tables, validation_tables
from tools.markdown import estimate, in_step, markdown_table

DOCUMENTS = ("calibration.md", "evidence.md", "validation.md", "register.md")
FORECASTS = "forecasts"


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
    "survival": (SURVIVAL, survival),
    FORECASTS: (FORECASTS, validation_tables.forecasts),
    **validation_tables.TABLES,
    **calibration_tables.TABLES,
}


def made() -> dict[str, str]:
    """Every table whose file is shipped, by name."""
    files = {name: _folder(name) / f"{file}.csv" for name, (file, _) in TABLES.items()}
    tables = {name: TABLES[name][1](pd.read_csv(path)) for name, path in files.items() if path.is_file()}
    return {"kinds": evidence_tables.rows_by_kind()} | tables


def _folder(table: str) -> Path:
    return register_folder() if table == FORECASTS else posterior_folder()


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

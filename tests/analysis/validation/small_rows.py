"""Rows of evidence for tests, read from a file as a user's are."""

import csv
from functools import cache
from pathlib import Path

from sim.analysis.evidence.rows import COLUMNS, MORE_COLUMNS, Row, read_rows
from sim.scenario.base import load_base
from sim.scenario.locations import CONFIGS, root
from sim.scenario.resolution import Resolved, resolve
from sim.scenario.scenario import Scenario

PLAIN = {
    "role": "calibration",
    "measure": "adoption",
    "place": "DE",
    "population": "firms_10plus",
    "se": "1.5",
    "bound": "eq",
    "unit": "%",
    "source": "s",
}


@cache
def asked() -> Resolved:
    return resolve("history", base=load_base(root() / CONFIGS))


def history() -> Scenario:
    return asked().scenarios["history"]


def rows(folder: Path, **lines: dict[str, object]) -> dict[str, Row]:
    """Rows by id; each says its value and `year` (a date), and what is not as in PLAIN."""
    file = folder / "rows.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, (*COLUMNS, *MORE_COLUMNS), restval="", lineterminator="\n")
        writer.writeheader()
        for name, line in lines.items():
            given = {str(key): str(value) for key, value in line.items() if key != "year"}
            dates = {"from": str(line.get("year", "2014-01")), "to": str(line.get("year", "2014-01"))}
            writer.writerow({"id": name, **PLAIN, **dates, **given})
    return {row.id: row for row in read_rows(file, history())}

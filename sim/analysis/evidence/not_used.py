"""What of the collected evidence is no row, and why."""

from pathlib import Path

import pandas as pd

from sim.scenario.csv_files import number, records
from sim.scenario.locations import root, shown
from sim.scenario.problems import InputError

FILE = Path("configs/evidence/not_used.csv")
COLUMNS = ("source", "lines", "reason")


def not_used() -> pd.DataFrame:
    """Sources with the number of their lines that are no row, and the reason. Raises InputError."""
    problems = list[str]()
    lines = records(root() / FILE, COLUMNS, problems)
    counts = [number(row["lines"], f"{shown(root() / FILE)}:{line}: lines", problems) for line, row in lines]
    if problems:
        raise InputError(problems)
    found = pd.DataFrame([row for _, row in lines], columns=list(COLUMNS))
    return found.assign(lines=[int(count) for count in counts])

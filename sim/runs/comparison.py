"""What running again has shown: the same numbers, or where they differ first and why they may."""

import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from sim.model.tables import TABLES
from sim.runs.identity import model_digest
from sim.runs.pairs import differs
from sim.runs.tables_on_disk import Columns, in_key_order


@dataclass(frozen=True)
class Difference:
    """Where a table of one run differs first.

    It gives the month, the variable, the entry's other keys, and both values.
    """

    run: str
    table: str
    month: str
    variable: str
    was: str
    now: str

    def __str__(self) -> str:
        at = (
            f", first in {self.month}, variable {self.variable}: was {self.was}, now {self.now}"
            if self.variable
            else f": {self.was}"
        )
        return f"{self.run}: table {self.table}{at}"


@dataclass
class Comparison:
    """What running again has shown."""

    what: str
    pairs: int = 0
    of: int = 0
    tables: int = 0
    differences: list[Difference] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    code: str | None = None  # how the model's code differs from that of the digests
    inputs: str | None = None  # how what was run differs from what the digests are of
    values: list[str] = field(default_factory=list)  # which values are others: old and new
    environment: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def nothing(self) -> bool:
        """Whether there was nothing to compare: no pair, or no table."""
        return not self.pairs or not self.tables

    @property
    def equal(self) -> bool:
        return not self.nothing and not self.differences and not self.failures and self.inputs is None


def first_difference(table: str, was: Columns, now: Columns) -> tuple[str, str, str, str]:
    """Month, variable, and the values before and after, where two tables of one run differ first."""
    a, b = in_key_order(table, was), in_key_order(table, now)
    keys = [c.name for c in TABLES[table].keys if c.name in a]
    months_a, months_b = (t["month"].astype("datetime64[M]") for t in (a, b))
    for month in np.unique(np.concatenate([months_a, months_b])):
        x = {name: values[months_a == month] for name, values in a.items()}
        y = {name: values[months_b == month] for name, values in b.items()}
        rows = len(x["month"]), len(y["month"])
        if rows[0] != rows[1]:
            return str(month), "number of rows", str(rows[0]), str(rows[1])
        for column in TABLES[table].columns:
            if column.name not in x:
                continue
            left, right = (_as_stored(table, column.dtype, t[column.name]) for t in (x, y))
            different = np.flatnonzero(differs(left, right))
            if len(different):
                k = int(different[0])
                entry = " ".join(str(x[name][k]) for name in keys if name != "month")
                return (
                    str(month),
                    column.name + (f" of {entry}" if entry else ""),
                    str(left[k]),
                    str(right[k]),
                )
    return "", "order of rows", "", ""


def _as_stored(table: str, dtype: str, values: np.ndarray) -> np.ndarray:
    """Numbers at the width of the file: only what is written can be compared with what was."""
    return values.astype(np.float32) if table == "cell" and dtype == "float64" else values


# --- code and environment --------------------------------------------------------------------------------


def code_words(was: str) -> str | None:
    """How the model's code differs from what numbers were made with, if it does."""
    now = model_digest()
    if was == now:
        return None
    return (
        f"the model's code has changed since these numbers were made (its digest was {was[:12]}, now "
        f"{now[:12]})"
    )


def environment() -> dict[str, str]:
    """What this machine runs with, by name."""
    return {"python": sys.version.split()[0], "platform": platform.platform()}


def environment_words(versions: Mapping[str, str], machine: str) -> list[str]:
    """How the environment of a manifest differs from this one."""
    then = {**versions, "platform": machine}
    now = {name: environment().get(name) or _version(name) for name in then}
    return [f"{name}: was {was}, now {now[name]}" for name, was in then.items() if now[name] != was]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"

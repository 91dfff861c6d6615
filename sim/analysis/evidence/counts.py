"""How many rows of the evidence there are of each kind, and how many the model meets."""

import pandas as pd

from sim.analysis.evidence.compare import CANNOT_SAY, CONTEXT, HELD, INPUT, NEAR_ZERO
from sim.analysis.evidence.rows import FITTED

VALIDATION, ALL = "validation", "all"
COLUMNS = (
    "kind",
    "fitted",
    "fitted_held",
    "validation",
    "validation_held",
    "near_zero",
    "bounds",
    "bounds_near_zero",
    "input",
    "context",
    "cannot_say",
)


def counts(table: pd.DataFrame) -> pd.DataFrame:
    """A comparison counted by kind, and in all.

    `fitted` and `validation` are rows that test the model, `..._held` those that it meets, without those that
    it meets only because it is next to nought (`near_zero`). `bounds` are those of them that are bounds.
    `input`: rows that helped to compute an input, never counted as met.
    """
    kinds = [(str(kind), rows) for kind, rows in table.groupby("kind", sort=False)]
    return pd.DataFrame([_count(kind, rows) for kind, rows in [*kinds, (ALL, table)]], columns=list(COLUMNS))


def _count(kind: str, rows: pd.DataFrame) -> dict[str, object]:
    tests = rows[~rows["counted"].isin([INPUT, CONTEXT])]
    by_role = {role: tests[tests["role"] == role] for role in (FITTED, VALIDATION)}
    bounds = tests[tests["bound"] != "eq"]

    def of(some: pd.DataFrame, word: str) -> int:
        return int((some["counted"] == word).sum())

    return {
        "kind": kind,
        "fitted": len(by_role[FITTED]),
        "fitted_held": of(by_role[FITTED], HELD),
        "validation": len(by_role[VALIDATION]),
        "validation_held": of(by_role[VALIDATION], HELD),
        "near_zero": of(tests, NEAR_ZERO),
        "bounds": len(bounds),
        "bounds_near_zero": of(bounds, NEAR_ZERO),
        "input": of(rows, INPUT),
        "context": of(rows, CONTEXT),
        "cannot_say": of(tests, CANNOT_SAY),
    }

"""The tables of docs/evidence.md: how many rows there are and what they count as, and the misses."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from sim.analysis.evidence.counts import counts
from sim.analysis.evidence.measures.registry import KIND_OF
from sim.analysis.evidence.not_used import not_used
from sim.analysis.evidence.rows import BOUND_WORDS, shipped_rows
from sim.view.tables import records_of
from tools.markdown import markdown_table, number

EVIDENCE = "evidence"
MOST_NAMED = 3  # misses of one quantity and cause


def rows_by_kind() -> str:
    """The shipped rows by kind and role, and the lines of the collection that are no row."""
    rows = pd.read_csv(shipped_rows()).assign(
        kind=lambda frame: frame["measure"].map(KIND_OF),
        bound=lambda frame: frame["bound"] != "eq",
        helped=lambda frame: frame["helped"].notna(),
    )
    groups = [(str(kind), group) for kind, group in rows.groupby("kind", sort=False)]
    lines = [
        [
            kind,
            *(f"{int((group['role'] == role).sum()):,}" for role in ("calibration", "validation", "input")),
            *(f"{int(number):,}" for number in ((group["role"] == "context").sum(), group["helped"].sum())),
            str(int((group["bound"] & group["role"].isin(["calibration", "validation"])).sum())),
        ]
        for kind, group in [*groups, ("all", rows)]
    ]
    columns = ("kind", "calibration", "validation", "input", "context", "helped an input", "bounds")
    return f"{markdown_table(columns, lines)}\n\n{_not_used()}"


def _not_used() -> str:
    table = not_used()
    lines = [
        [str(source), f"{int(group['lines'].sum()):,}", "; ".join(group["reason"])]
        for source, group in table.groupby("source", sort=False)
    ]
    total = ["all", f"{int(table['lines'].sum()):,}", ""]
    return f"Lines that are no row:\n\n{markdown_table(('source', 'lines', 'why'), [*lines, total])}"


def held(evidence: pd.DataFrame) -> str:
    """How many rows of each kind the model meets, over draws of the posterior."""
    lines = [
        [
            str(row["kind"]),
            *(f"{row[f'{role}_held']} of {row[role]}" for role in ("fitted", "validation")),
            *(str(row[name]) for name in ("near_zero", "bounds", "bounds_near_zero", "input", "cannot_say")),
        ]
        for row in records_of(counts(evidence))
    ]
    columns = ("kind", "fitted, held", "validation, held", "near zero", "bounds", "of them near zero",
               "helped an input", "cannot say")  # fmt: skip
    return markdown_table(columns, lines)


def misses(evidence: pd.DataFrame) -> str:
    """The misses by quantity and cause: how many, and the worst of them."""
    wrong = evidence[evidence["counted"] == "missed"].assign(
        cause=lambda frame: frame["cause"].fillna(""), far=lambda frame: frame["off"].abs().fillna(0.0)
    )
    rows = []
    for (kind, what, cause), group in wrong.groupby(["kind", "what", "cause"], sort=False):
        worst = records_of(group.sort_values("far", ascending=False, kind="stable").head(MOST_NAMED))
        roles = " and ".join(dict.fromkeys(group["role"]))
        rows.append(
            [
                str(kind),
                f"{what}, {group['unit'].iloc[0]} ({roles})",
                str(len(group)),
                "; ".join(_miss(row) for row in worst),
                str(cause),
            ]
        )
    return markdown_table(("kind", "what", "misses", "the worst: data, model (middle 90%)", "cause"), rows)


def _miss(row: dict[str, Any]) -> str:
    of = " ".join(
        str(row[name]).replace("_", " ") for name in ("place", "population", "period") if pd.notna(row[name])
    )
    return (
        f"{of}: {BOUND_WORDS[row['bound']]}{number(row['data'])}, {number(row['model'])} "
        f"({number(row['low'])} to {number(row['high'])})"
    )


TABLES: dict[str, tuple[str, Callable[[pd.DataFrame], str]]] = {
    "counts": (EVIDENCE, held),
    "misses": (EVIDENCE, misses),
}

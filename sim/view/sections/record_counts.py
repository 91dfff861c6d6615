"""The model compared with data in short: rows counted by kind, and the worst and closest of each."""

from typing import Any

import pandas as pd

from sim.analysis.evidence.compare import CONTEXT, HELD, INPUT, MISSED
from sim.analysis.evidence.counts import ALL, counts
from sim.analysis.evidence.rows import BOUND_WORDS
from sim.view.evidence_words import Name, measured, who_where_when
from sim.view.number_format import number, setting
from sim.view.result_tables import verdict_cell
from sim.view.tables import Cell, Table, Value, columns, records_of

WORST, CLOSEST = 2, 1  # rows of a kind that are named
MANY = 60  # rows from which a table of all of them is folded, or left to the file


def counts_table(frame: pd.DataFrame) -> Table:
    """How many rows there are of each kind, and how many the model meets."""
    note = (
        "Fitted and validation rows test the model. Near zero: met only because the model's number is next "
        "to nought, and counted apart. Bounds: those of the tests that say at most or at least. Helped an "
        "input: a starting value, a parameter or a survey's scale was computed from the row, so that it is "
        "no test."
    )
    numbers = (">Fitted, held", ">Validation, held", ">Near zero", ">Bounds", ">Of them near zero")
    heads = columns("Kind", *numbers, ">Helped an input", ">Context", ">Cannot say")
    return Table("Rows by kind", heads, [_count(row) for row in records_of(counts(frame))], note)


def _count(row: dict[str, Any]) -> list[Value]:
    parts = [f"{row[f'{role}_held']:,} of {row[role]:,}" for role in ("fitted", "validation")]
    others = ("near_zero", "bounds", "bounds_near_zero", "input", "context", "cannot_say")
    kind = Cell(str(row["kind"]), strong=row["kind"] == ALL)
    return [kind, *parts, *(int(row[name]) for name in others)]


def tests_of(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows that test the model: no input, no context. Kind by kind, those that were fitted first."""
    tests = frame[~frame["counted"].isin([INPUT, CONTEXT])]
    order = list(dict.fromkeys(frame["kind"]))
    return tests.sort_values(
        ["kind", "role"], key=lambda values: values.map(order.index) if values.name == "kind" else values,
        kind="stable",
    )  # fmt: skip


def extremes_table(frame: pd.DataFrame, name: Name = str) -> Table:
    """The worst misses of each kind and the rows that the model comes closest to."""
    rows = list[list[Value]]()
    for kind, group in tests_of(frame).groupby("kind", sort=False):
        near = group.assign(far=group["off"].abs()).dropna(subset="far").sort_values("far", kind="stable")
        worst = near[near["counted"] == MISSED].iloc[::-1].head(WORST)
        closest = near[(near["counted"] == HELD) & (near["bound"] == "eq")].head(CLOSEST)
        rows += [[str(kind), *_row(row, name)] for row in records_of(pd.concat([worst, closest]))]
    note = (
        f"The {WORST} worst misses of each kind, and the row that the model comes closest to, bounds apart. "
        "Off: model minus data, in tolerances. The file of the comparison has all rows."
    )
    heads = columns("Kind", "Row", ">Data", ">Model", "Unit", ">Off", "Verdict", "Role")
    return Table("The worst and the closest of each kind", heads, rows, note)


def _row(row: dict[str, Any], name: Name) -> list[Value]:
    data = BOUND_WORDS.get(str(row["bound"]), "") + setting(float(row["data"]))
    off = number(row["off"], True, 1)
    verdict = verdict_cell(str(row["verdict"]))
    return [
        Cell(measured(str(row["what"])), who_where_when(row, name)),
        data,
        number(row["model"], digits=3),
        str(row["unit"]),
        off,
        verdict,
        row["role"],
    ]


def not_used_table(frame: pd.DataFrame) -> Table:
    """The lines of the collected evidence that are no row, by source, with the reasons."""
    rows = list[list[Value]]()
    for source, group in frame.groupby("source", sort=False):
        reasons = "; ".join(f"{row['lines']:,}: {row['reason']}" for row in records_of(group))
        rows.append([str(source), int(group["lines"].sum()), reasons])
    note = f"{int(frame['lines'].sum()):,} lines in all."
    return Table("Not used, and why", columns("Source", ">Lines", "Reasons"), rows, note)

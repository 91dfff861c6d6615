"""Tables of why headlines moved between two results."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sim.view.number_format import estimate, largest_of, missing, number, scale_for
from sim.view.tables import Cell, Table, Value, columns, records_of

if TYPE_CHECKING:
    import pandas as pd

_FACTS = ("headline", "name", "unit", "value_a", "value_b", "change")


def change_table(table: "pd.DataFrame", names: tuple[str, str]) -> Table:
    """Every headline's difference in A and in B, its change, and the parts that add up to it."""
    parts = [name for name in table.columns if name not in _FACTS]
    heads = columns(
        "Headline",
        f">{names[0]}",
        f">{names[1]}",
        ">Change",
        *(f">{part.replace('_', ' ')}" for part in parts),
    )
    note = "Each headline is a difference between the compared worlds; its parts add up to the change."
    return Table("Why did it move?", heads, [_row(row, parts) for row in records_of(table)], note)


def _row(row: dict[str, Any], parts: Sequence[str]) -> list[Value]:
    numbers = [row[name] for name in ("value_a", "value_b", "change", *parts)]
    scale = scale_for(str(row["unit"]), largest_of(*numbers))
    cells: list[Value] = [number(value * scale.factor, signed=True, digits=3) for value in numbers]
    return [Cell(str(row["name"]), scale.change), *cells]


def parts_table(parts: "pd.DataFrame", name: str, unit: str) -> Table:
    """The parts of one headline's change, with intervals over pairs."""
    scale = scale_for(unit, largest_of(*parts["value"]))
    rows: list[list[Value]] = []
    for row in records_of(parts):
        value, low, high = (row[column] * scale.factor for column in ("value", "low", "high"))
        size, ends = estimate(value, low, high)
        rows.append([str(row["part"]), "exactly 0" if row["value"] == 0 else size, ends])
    note = "Interval (95%): over pairs that share a seed; none where the seeds differ, nor for code."
    return Table(f"{name}: the parts", columns("Part", f">{scale.change}", ">95% interval"), rows, note)


def values_table(values: "pd.DataFrame", most: int = 30) -> Table:
    """The values that differ, with the part that each belongs to."""
    rows: list[list[Value]] = [
        [
            str(row["part"]),
            Cell(str(row["path"]), str(row["world"] or ""), code=True),
            _plain(row["was"]),
            _plain(row["now"]),
        ]
        for row in records_of(values.head(most))
    ]
    more = len(values) - most
    note = f"{more:,} more." if more > 0 else ""
    title = "One value differs" if len(values) == 1 else f"{len(values):,} values differ"
    return Table(title, columns("Part", "Value", ">Was", ">Now"), rows, note)


def _plain(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) and not missing(value) else str(value)

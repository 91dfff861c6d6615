"""Tables of a design: its size, its factors, and all headlines over its points."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from sim.analysis.factor_names import factor_name
from sim.view.design_axes import definition
from sim.view.figures.design_charts import plain_words
from sim.view.number_format import estimate, scale_for, setting
from sim.view.results_view import ResultsView
from sim.view.sections.design_heat_map import DIFFERENCE, HEADLINE, difference_in_words
from sim.view.tables import Cell, Table, Value, columns

ONE_PAIR = "one pair a point: no interval"
_FEW_VALUES = 8
_MANY_FACTORS = 20


def size_of_design(view: ResultsView) -> str:
    """The size of the design in words."""
    points, worlds = int(view.manifest["points"]), len(view.styles)
    seeds = f"{view.seeds:,} {'seed' if view.seeds == 1 else 'seeds'}"
    size = f"{points:,} {'point' if points == 1 else 'points'} with {seeds}"
    runs = points * view.seeds * worlds
    return f"A design of {size} and {worlds} {'world' if worlds == 1 else 'worlds'}: {runs:,} runs."


def factors_table(view: ResultsView, values: pd.DataFrame) -> Table:
    """The factors of the design and their values; `values` by point."""
    rows: list[list[Value]] = []
    for name in values.columns:
        kind, spec = definition(view.manifest, str(name))
        multiples = " (multiples of the usual value)" if "times" in spec else ""
        column = values[name]
        rows.append(
            [
                Cell(factor_name(str(name)), detail=str(name)),
                kind,
                _values(column) + multiples,
                int(column.nunique()),
            ]
        )
    return Table(
        "Factors of the design",
        columns("Factor", "Kind", "Values", ">Number of values"),
        rows,
        "Nobody decides an uncertainty; somebody can decide a lever. `warrantsim explain` gives the "
        "meaning, range and source of each path.",
        folded=len(rows) > _MANY_FACTORS,
    )


def _values(column: "pd.Series[Any]") -> str:
    """All values of a factor if they are few, else their range or number."""
    numeric = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    if column.nunique() <= _FEW_VALUES:
        distinct = sorted(column.unique(), key=None if numeric else str)
        return ", ".join(setting(value) if numeric else plain_words(value) for value in distinct)
    return (
        f"{setting(column.min())} to {setting(column.max())}" if numeric else f"{column.nunique():,} values"
    )


def headlines_over_points(view: ResultsView, at: Mapping[str, pd.DataFrame]) -> Table:
    """Each headline over the points: the median, the middle 90%, and how many intervals exclude zero.

    `at`: `outcomes.at_points` by headline.
    """
    of = DIFFERENCE if view.compare is not None else "a"
    rows: list[list[Value]] = []
    for code, table in at.items():
        headline, known = HEADLINE[code], table[table[of].notna()]
        if known.empty:
            continue
        median, middle = estimate(*(float(known[of].quantile(q)) for q in (0.5, 0.05, 0.95)))
        scale = scale_for(headline.unit, 0.0)
        unit = scale.title if view.compare is None else scale.change
        row: list[Value] = [headline.name, unit, view.window_of(headline), median, middle]
        rows.append([*row, _significant(known)] if view.compare else row)
    heads = ["Headline", "Unit", "Window", ">Median point", ">Middle 90% of points"]
    if view.compare is None:
        note = "The value of a point is a mean over its runs."
        return Table("Headlines over the points of the design", columns(*heads), rows, note)
    one_pair = all(row[-1] == ONE_PAIR for row in rows)
    value = (
        "the value of a point is that of its one pair, which has no interval. "
        if one_pair
        else "the value of a point is a mean over its pairs. The last column counts the points whose 95% "
        "interval excludes zero. "
    )
    note = (
        f"{difference_in_words(view)}, within pairs; {value}Points differ by the factors of the design and "
        "by chance."
    )
    if one_pair:
        rows = [row[:-1] for row in rows]
    else:
        heads.append(">Points that differ from zero")
    return Table("Headlines over the points of the design", columns(*heads), rows, note)


def _significant(known: pd.DataFrame) -> str:
    judged = int(known["low"].notna().sum())
    clear = int(((known["low"] > 0) | (known["high"] < 0)).sum())
    return f"{clear:,} of {judged:,}" if judged else ONE_PAIR

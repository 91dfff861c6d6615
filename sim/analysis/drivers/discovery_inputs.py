"""The factors of a design as scenario discovery takes them: numbers, dates as numbers, and levels."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_IS = " is "


@dataclass(frozen=True)
class Inputs:
    """The values of a design, a row a point.

    `x`: float columns, and columns of text for factors without an order. `dates`: the columns that hold days,
    counted from the year 1. Factors that take one value are left out.
    """

    x: pd.DataFrame
    dates: frozenset[str]

    @classmethod
    def of(cls, values: pd.DataFrame) -> "Inputs":
        """From a table with a column a factor, as `points.parquet` holds them."""
        columns: dict[str, pd.Series] = {}
        dates: set[str] = set()
        for name in map(str, values.columns):
            column = values[name]
            if column.nunique() < 2:
                continue
            if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
                columns[name] = column.astype(float)
            elif all(_DATE.fullmatch(str(value)) for value in column):
                columns[name] = column.map(lambda day: float(dt.date.fromisoformat(str(day)).toordinal()))
                dates.add(name)
            else:
                columns[name] = column.astype(str)
        return cls(pd.DataFrame(columns, index=values.index), frozenset(dates))

    @cached_property
    def unordered(self) -> tuple[str, ...]:
        """The factors whose values have no order."""
        return tuple(n for n in map(str, self.x) if not pd.api.types.is_numeric_dtype(self.x[n]))

    def said(self, factor: str, value: float) -> str:
        """A value as a reader expects it: a date, or a number of three digits."""
        if factor in self.dates:
            return dt.date.fromordinal(round(value)).isoformat()
        return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"

    def ends(self, factor: str) -> tuple[float, float]:
        """The least and the largest value of a factor with an order."""
        column = self.x[factor].to_numpy(float)
        return float(column.min()), float(column.max())

    def columns(self) -> pd.DataFrame:
        """All columns as numbers: a column of zeros and ones for each level of a factor without order."""
        parts: dict[str, pd.Series] = {}
        for name in map(str, self.x):
            if name not in self.unordered:
                parts[name] = self.x[name]
                continue
            for level in sorted(self.x[name].unique()):
                parts[f"{name}{_IS}{level}"] = (self.x[name] == level).astype(float)
        return pd.DataFrame(parts)

    def limits_of(
        self, splits: Sequence[tuple[str, bool, float]]
    ) -> list[tuple[str, float, float, tuple[str, ...]]]:
        """Splits of `columns` as limits of factors: (factor, low, high, levels).

        A split is (column, whether it lies at or below, threshold).
        """
        low: dict[str, float] = {}
        high: dict[str, float] = {}
        levels: dict[str, set[str]] = {}
        for column, below, at in splits:
            name, is_level, level = column.rpartition(_IS)
            if is_level and name in self.unordered:
                have = levels.setdefault(name, set(self.x[name].unique()))
                levels[name] = have - {level} if below else {level}
            elif below:
                high[column] = min(high.get(column, np.inf), at)
            else:
                low[column] = max(low.get(column, -np.inf), at)
        ordered = dict.fromkeys([*low, *high])
        return [
            *((name, low.get(name, -np.inf), high.get(name, np.inf), ()) for name in ordered),
            *((name, -np.inf, np.inf, tuple(sorted(kept))) for name, kept in levels.items()),
        ]

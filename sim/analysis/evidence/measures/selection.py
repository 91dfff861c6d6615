"""What a measure looks at: one run's tables, seen from a place, for a population, in a period."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from sim.analysis.evidence.measures.place import Place
from sim.analysis.evidence.measures.window import Window

Columns = Mapping[str, np.ndarray]
MISSING = float("nan")


def quotient(part: float, whole: float) -> float:
    """part / whole; missing where either is, or the whole is nought."""
    return part / whole if whole != 0.0 and not np.isnan(whole) else MISSING


class Run:
    """The tables of one run, with months as numbers and names as codes, found once and used by every row."""

    def __init__(self, tables: Mapping[str, Columns]) -> None:
        self._tables = tables
        self._months: dict[str, np.ndarray] = {}
        self._by_month: dict[str, tuple[np.ndarray, np.ndarray]] = {}  # rows in order of month, their months
        self._windows: dict[tuple[str, Window], np.ndarray] = {}
        self._codes: dict[tuple[str, str], tuple[list[str], np.ndarray]] = {}

    def column(self, table: str, name: str) -> np.ndarray:
        return self._tables[table][name]

    def months(self, table: str) -> np.ndarray:
        """Months of a table's rows, counted from January 1970."""
        if table not in self._months:
            self._months[table] = self._tables[table]["month"].astype("datetime64[M]").astype(np.int64)
        return self._months[table]

    def at(self, table: str, window: Window, **keys: Collection[str]) -> np.ndarray:
        """Positions of the rows of a window whose keys are among those named."""
        at = self._within(table, window)
        for key, wanted in keys.items():
            names, codes = self._coded(table, key)
            if names:
                at = at[np.array([name in wanted for name in names])[codes[at]]]
        return at

    def _within(self, table: str, window: Window) -> np.ndarray:
        """Positions of the rows of a window; found once, since many rows of the evidence share few dates."""
        if (table, window) not in self._windows:
            if table not in self._by_month:
                months = self.months(table)
                order = np.argsort(months, kind="stable")
                self._by_month[table] = order, months[order]
            order, months = self._by_month[table]
            first, last = np.searchsorted(months, (window.first, window.last + 1))
            self._windows[table, window] = np.sort(order[first:last])
        return self._windows[table, window]

    def names(self, table: str, key: str) -> list[str]:
        """What a key of a table can be."""
        return self._coded(table, key)[0]

    def _coded(self, table: str, key: str) -> tuple[list[str], np.ndarray]:
        if (table, key) not in self._codes:
            names, codes = np.unique(self._tables[table][key].astype(str), return_inverse=True)
            self._codes[table, key] = [str(name) for name in names], codes.ravel()
        return self._codes[table, key]


@dataclass(frozen=True)
class View:
    """A row's question to one run. `first` and `last` are the months of the row's `from` and `to`."""

    run: Run
    place: Place
    segments: frozenset[str]
    first: Window
    last: Window
    arguments: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def period(self) -> Window:
        return self.first.to(self.last)

    def words(self, argument: str) -> tuple[str, ...]:
        """An argument that lists several words."""
        return tuple(piece.strip() for piece in self.arguments[argument].split("+"))

    def cells(self, window: Window) -> np.ndarray:
        """Rows of the table `cell` of this place and population."""
        return self.run.at("cell", window, country=self.place.codes, segment=self.segments)

    def total(self, columns: Collection[str], window: Window) -> float:
        """Sum of columns over customers and months; missing where there is nobody."""
        at = self.cells(window)
        return (
            float(sum(np.sum(self.run.column("cell", name)[at], dtype=np.float64) for name in columns))
            if len(at)
            else MISSING
        )

    def mean(self, column: str, window: Window) -> float:
        """Mean of a column over customers and months; cells in which it is missing are left out."""
        at = self.cells(window)
        value, weight = self.run.column("cell", column)[at], self.run.column("cell", "customers")[at]
        known = ~np.isnan(value)
        return quotient(
            float(np.sum(value[known] * weight[known], dtype=np.float64)),
            float(np.sum(weight[known], dtype=np.float64)),
        )

    def by_month(self, column: str, window: Window) -> np.ndarray:
        """Mean of a column over customers, month by month."""
        return np.array(
            [self.mean(column, Window(month, month)) for month in range(window.first, window.last + 1)]
        )

    def customers(self, window: Window) -> float:
        """Customers there are, mean over months."""
        return self.total(("customers",), window) / window.months

    def users(self, window: Window) -> float:
        """Those of them that use cloud services, mean over months."""
        at = self.cells(window)
        return (
            float(
                np.sum(
                    (self.run.column("cell", "adoption") * self.run.column("cell", "customers"))[at],
                    dtype=np.float64,
                )
            )
            / window.months
        )

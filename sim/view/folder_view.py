"""A results folder prepared for its pages; what is read is cached until the folder changes."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis import design_outcomes
from sim.analysis.design_outcomes import Which
from sim.analysis.design_point import point_results
from sim.runs import pair_series
from sim.runs.claims import BY_POINT
from sim.runs.pair_series import PairSeries
from sim.runs.results import FolderResults
from sim.runs.watch import UNCHANGING
from sim.view.results_folders import ResultsFolder, check_footers, open_folder
from sim.view.results_view import ResultsView

_SECONDS_OF_SO_FAR = 3.0  # how old the numbers of a run in progress may be


@dataclass(frozen=True)
class FolderView:
    """A results folder and what can be computed from it.

    `moment` distinguishes readings of a run in progress.
    """

    folder: ResultsFolder
    moment: int = 0

    @property
    def manifest(self) -> dict[str, Any]:
        return self.folder.manifest

    @cached_property
    def view(self) -> ResultsView:
        """The folder's results prepared for the report."""
        return ResultsView(FolderResults(self.folder.path, self.folder.manifest))

    @property
    def key(self) -> tuple[str, int, int]:
        return str(self.folder.path), self.folder.stamp, self.moment

    def series(self) -> PairSeries:
        """Its runs, column by column: from its tables, or from the store while the run is in progress."""
        return _series(self.key, self._series)

    def _series(self) -> PairSeries:
        if self.folder.finished:
            return pair_series.exported(self.folder.path, self.manifest)
        return _stored_series(str(self.folder.path), self.folder.stamp, lambda: self._watch()).series()

    def _watch(self) -> pair_series.StoredSeries:
        assert self.folder.progress is not None, (
            "a folder without a manifest is opened only while it is being run"
        )
        return pair_series.StoredSeries(
            Path(self.folder.progress.store), self.folder.path / UNCHANGING, self.manifest
        )

    def firsts(self) -> np.ndarray:
        """For each point the first month in which the compared worlds may differ."""
        firsts: np.ndarray = _remembered(
            self.key,
            "firsts",
            lambda: design_outcomes.first_months(
                self.manifest, self.series().values, self.folder.path / "manifest.json"
            ),
        )
        return firsts

    def pairs(self, code: str) -> pd.DataFrame:
        """A headline at every pair."""
        return _remembered(
            self.key,
            f"pairs {code}",
            lambda: design_outcomes.at_pairs(self.series(), code, self.manifest, self.firsts()),
        )

    def points(self, code: str) -> pd.DataFrame:
        """A headline at every point."""
        return _remembered(self.key, f"points {code}", lambda: design_outcomes.at_points(self.pairs(code)))

    @property
    def which(self) -> Which:
        """The outcome shown over the design: the difference, or the value in the only world."""
        return "difference" if self.view.compare else "a"

    @property
    def one_switch(self) -> bool:
        """Whether the rule changes on the same days at every point."""
        return not any(design_outcomes.is_of_law(name) for name in self.folder.factors)

    @property
    def seeds(self) -> str:
        """The number of seeds of a point, in words."""
        n = self.view.seeds
        return f"{n:,} {'seed' if n == 1 else 'seeds'}" + (
            "" if self.folder.finished else ", of which some may not be done"
        )

    def spreads(self, code: str) -> dict[str, pd.DataFrame]:
        """The spread of a headline over the levels of each factor."""
        at, values = self.points(code), self.series().values
        return {str(name): design_outcomes.over_one(at, values[name], self.which) for name in values.columns}

    def cells(self, code: str, x: str, y: str) -> dict[str, design_outcomes.Cells]:
        """A headline over two factors: the difference and each world, or the only world."""
        wanted: tuple[Which, ...] = ("difference", "a", "b") if self.view.compare else ("a",)
        at, values = self.points(code), self.series().values
        return {name: design_outcomes.over_two(at, values, x, y, name) for name in wanted}

    def fans(self, metric: str, chosen: np.ndarray | None, key: str) -> dict[str, pd.DataFrame]:
        """The fans of a series over the chosen pairs; `key` names the choice."""
        fans: dict[str, pd.DataFrame] = _remembered(
            self.key,
            f"fans {metric} {key}",
            lambda: design_outcomes.fans(self.series(), metric, self.manifest, chosen),
        )
        return fans

    def by_point(self) -> pd.DataFrame | None:
        """The verdicts at each point, if they were written."""
        path = self.folder.path / BY_POINT
        return pd.read_csv(path) if path.is_file() else None

    def at_point(self, point: int) -> ResultsView:
        """One point of the design as an experiment of its own."""
        return ResultsView(point_results(self.folder.path, point))


def open_results(root: Path, name: str) -> FolderView:
    """Open a folder by its name. Raises Refused or DamagedFolder."""
    folder = open_folder(root, name)
    check_footers(folder)
    return FolderView(folder, 0 if folder.finished else int(time.monotonic() / _SECONDS_OF_SO_FAR))


class _Slot:
    """A value that is computed once, however many threads need it at the same time."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.value: Any = None
        self.full = False


class _Remembered:
    """The last few computed values by key; each is computed once."""

    def __init__(self, most: int) -> None:
        self._slots: dict[Any, _Slot] = {}
        self._lock = threading.Lock()
        self._most = most

    def __call__(self, key: Any, make: Callable[[], Any]) -> Any:
        with self._lock:
            slot = self._slots[key] = self._slots.pop(key) if key in self._slots else _Slot()
            while len(self._slots) > self._most:
                del self._slots[next(iter(self._slots))]
        with slot.lock:
            if not slot.full:
                slot.value, slot.full = make(), True
        return slot.value


_LAST_SERIES, _LAST_STORED, _LAST_MADE = _Remembered(3), _Remembered(4), _Remembered(64)


def _series(key: Any, make: Callable[[], PairSeries]) -> PairSeries:
    series: PairSeries = _LAST_SERIES(key, make)
    return series


def _stored_series(
    path: str, stamp: int, make: Callable[[], pair_series.StoredSeries]
) -> pair_series.StoredSeries:
    watched: pair_series.StoredSeries = _LAST_STORED((path, stamp), make)
    return watched


def _remembered(key: Any, what: str, make: Callable[[], Any]) -> Any:
    return _LAST_MADE((key, what), make)

"""A results folder prepared for its pages; what is read is cached until the folder changes."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from sim import questions
from sim.analysis import design_months, design_outcomes
from sim.analysis.design_outcomes import Which
from sim.analysis.design_point import point_results
from sim.analysis.drivers import sensitivity
from sim.analysis.drivers.decomposition import decomposition, swings
from sim.analysis.drivers.discovery import Discovery
from sim.analysis.drivers.outcomes import chosen, outcomes_of, paired_outcomes
from sim.analysis.headline_months import HeadlineMonths
from sim.runs import pair_series
from sim.runs.claims import BY_POINT
from sim.runs.csv_tables import read_csv
from sim.runs.folder_check import check_footers
from sim.runs.pair_series import PairSeries
from sim.runs.results import MANIFEST, FolderResults
from sim.runs.watch import UNCHANGING
from sim.view.design_axes import drawn_by_fit, set_by_design
from sim.view.results_folders import ResultsFolder, open_folder
from sim.view.results_view import ResultsView
from sim.view.sections.design_drivers import Drivers

T = TypeVar("T")
_ANY_MOMENT = -1  # of what stays while a run goes on
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
        results = FolderResults(self.folder.path, self.folder.manifest)
        return ResultsView(results, headline_months=self.headline_months)

    def _once(self, key: str, make: Callable[[], T], moment: int | None = None) -> T:
        return _kept(self.folder.path, self.folder.stamp, self.moment if moment is None else moment).once(
            key, make
        )

    def series(self) -> PairSeries:
        """Its runs, column by column: from its tables, or from the store while the run is in progress."""
        if self.folder.finished:
            return self._once("series", lambda: pair_series.exported(self.folder.path, self.manifest))
        return self._once("series", lambda: self._once("stored", self._stored, moment=_ANY_MOMENT).series())

    def _stored(self) -> pair_series.StoredSeries:
        assert self.folder.progress is not None, (
            "a folder without a manifest is opened only while it is being run"
        )
        return pair_series.StoredSeries(
            Path(self.folder.progress.store), self.folder.path / UNCHANGING, self.manifest
        )

    def firsts(self) -> np.ndarray:
        """For each point the first month in which the compared worlds may differ."""
        return self._once(
            "firsts",
            lambda: design_months.first_months(self.manifest, self.series().values, self._scenarios()),
        )

    def headline_months(self) -> HeadlineMonths:
        """Over which months the headlines at its points are taken."""
        return self._once(
            "headline months",
            lambda: design_months.headline_months(self.manifest, self.series().values, self._scenarios()),
        )

    def _scenarios(self) -> design_months.Scenarios:
        return design_months.scenarios_of(self.manifest, self.folder.path / MANIFEST)

    def outcomes(self) -> pd.DataFrame:
        """Every headline at every pair of a finished run."""
        return self._once("outcomes", lambda: outcomes_of(self.folder.path, self.manifest))

    def pairs(self, code: str) -> pd.DataFrame:
        """A headline at every pair."""
        if self.folder.finished:
            return self._once(f"pairs {code}", lambda: paired_outcomes(self.outcomes(), code, self.manifest))
        return self._once(
            f"pairs {code}",
            lambda: design_outcomes.at_pairs(self.series(), code, self.manifest, self.firsts()),
        )

    def points(self, code: str) -> pd.DataFrame:
        """A headline at every point."""
        return self._once(f"points {code}", lambda: design_outcomes.at_points(self.pairs(code)))

    def why_no_drivers(self) -> str:
        """Why there are no sensitivity indices; empty where there are."""
        if not self.folder.finished:
            return "They are computed at the end of the run."
        why = sensitivity.why_no_ranking(self.manifest)
        if why:
            return f"The design carries no ranking of its factors: {why}."
        if not (self.folder.path / f"{sensitivity.TABLE}.csv").is_file():
            return (
                "The folder has no sensitivity.csv. Run the experiment again; stored runs are not repeated."
            )
        if self._once("sensitivity", lambda: self._indices(sensitivity.TABLE))["factor"].nunique() == 1:
            return "The design varies one factor, so that there is nothing to rank."
        return ""

    @property
    def designed(self) -> list[str]:
        """The factors that the design itself sets, in its order; not the draws of a fit."""
        return set_by_design(self.manifest, self.series().values)

    @property
    def choices(self) -> list[str]:
        """The factors that a reader can choose: all that the design sets, varied so far or not."""
        return [name for name in self.folder.factors if not drawn_by_fit(self.manifest, name)]

    def ranking(self, code: str) -> pd.DataFrame:
        """The factors by what they do to a headline's difference (or level), the largest first."""
        table = self._once("sensitivity", lambda: self._indices(sensitivity.TABLE))
        return sensitivity.ranked(table, code, *self._outcome, self.index)

    def drivers(self, code: str, series: str) -> Drivers:
        """What drives a headline, and by year the series behind it."""
        sample = self._once("sample", lambda: sensitivity.sample_in(self.folder.path, self.manifest))
        ranking = self.ranking(code)
        outcome, against = self._outcome
        values = chosen(self.outcomes(), code, outcome, against).to_numpy(float)
        outputs = values.reshape(len(sample.values), -1)
        clear = list(ranking.loc[ranking["clear"], "factor"])
        return Drivers(
            sample.index,
            sample.method,
            ranking,
            swings(sample, outputs),
            self._of_outcome(sensitivity.BY_YEAR, "series", series),
            self._of_outcome(sensitivity.CONVERGENCE, "headline", code),
            decomposition(sample, outputs, clear),
            sample.values,
        )

    @property
    def index(self) -> str:
        """The index by which factors of this design are ranked."""
        method = self.manifest["scenario"]["experiment"]["design"]["method"]
        return sensitivity.RANKING.get(method, sensitivity.PAWN)

    @property
    def _outcome(self) -> tuple[str, str | None]:
        """The outcome that is ranked: world, and the world it is taken against."""
        a, b = design_months.compared(self.manifest)
        return (a, None) if b is None else (b, a)

    def _indices(self, name: str) -> pd.DataFrame:
        found = self.view.summary(name)
        return pd.DataFrame() if found is None else found

    def _of_outcome(self, name: str, key: str, value: str) -> pd.DataFrame:
        """The rows of a table of indices that are of the ranked outcome."""
        table = self._once(name, lambda: self._indices(name))
        if table.empty:
            return table
        world, against = self._outcome
        of = table["against"].isna() if against is None else table["against"] == against
        return table[(table[key] == value) & (table["world"] == world) & of]

    @property
    def which(self) -> Which:
        """The outcome shown over the design: the difference, or the value in the only world."""
        return "difference" if self.view.compare else "a"

    @property
    def one_switch(self) -> bool:
        """Whether the rule changes on the same days at every point."""
        return not any(design_months.is_of_law(name) for name in self.folder.factors)

    @property
    def seeds(self) -> str:
        """The number of seeds of a point, in words."""
        n = self.view.seeds
        return f"{n:,} {'seed' if n == 1 else 'seeds'}" + (
            "" if self.folder.finished else ", of which some may not be done"
        )

    def spreads(self, code: str, factors: Sequence[str]) -> dict[str, pd.DataFrame]:
        """The spread of a headline over the levels of each of these factors."""
        at, values = self.points(code), self.series().values
        return {name: design_outcomes.over_one(at, values[name], self.which) for name in factors}

    def cells(self, code: str, x: str, y: str) -> dict[str, design_outcomes.Cells]:
        """A headline over two factors: the difference and each world, or the only world."""
        wanted: tuple[Which, ...] = ("difference", "a", "b") if self.view.compare else ("a",)
        at, values = self.points(code), self.series().values
        return {name: design_outcomes.over_two(at, values, x, y, name) for name in wanted}

    def fans(self, metric: str, chosen: np.ndarray | None, key: str) -> dict[str, pd.DataFrame]:
        """The fans of a series over the chosen pairs; `key` names the choice."""
        return self._once(
            f"fans {metric} {key}",
            lambda: design_outcomes.fans(self.series(), metric, self.manifest, chosen),
        )

    def regions(self, subject: str, side: str, level: float | None) -> Discovery:
        """The regions of the design in which a headline is on a side of a level, or a claim has a verdict.

        Without a level: in which one world is surely above the other. Raises InputError.
        """
        asked: dict[str, Any] = {"headline": subject, side: level}
        if subject.startswith("claim "):
            asked = {"claim": int(subject.split()[1]), "verdict": side}
        elif level is None:
            asked = {"headline": subject, "order": {"below": "lower", "above": "higher"}[side]}
        return self._once(
            f"regions {subject} {side} {level}",
            lambda: questions.search_regions(self.folder.path, **asked),
        )

    def by_point(self) -> pd.DataFrame | None:
        """The verdicts at each point, if they were written."""
        path = self.folder.path / f"{BY_POINT}.csv"
        return read_csv(path) if path.is_file() else None

    def axes_of_claim(self, number: int) -> tuple[str, str]:
        """What a claim's verdicts are drawn over: the two factors that move its own difference most.

        Of a design with one factor, that and the difference; without one, nothing (empty).
        """
        names, by_point = self.designed, self.by_point()
        if by_point is not None and len(names) > 2 and not self.why_no_drivers():
            sample = self._once("sample", lambda: sensitivity.sample_in(self.folder.path, self.manifest))
            mine = by_point[by_point["number"] == number].set_index("point")["difference"]
            best = sensitivity.order_of(sample, mine.reindex(sample.values.index).to_numpy(float))
            names = [*(name for name in best if name in names), *(one for one in names if one not in best)]
        return (names[0], names[1]) if len(names) > 1 else (names[0], "difference") if names else ("", "")

    def at_point(self, point: int) -> ResultsView:
        """One point of the design as an experiment of its own."""
        return ResultsView(point_results(self.folder.path, point))


def open_results(root: Path, name: str) -> FolderView:
    """Open a folder by its name. Raises Refused or DamagedFolder."""
    folder = open_folder(root, name)
    if folder.finished:
        check_footers(folder.path, folder.manifest)
    return FolderView(folder, 0 if folder.finished else int(time.monotonic() / _SECONDS_OF_SO_FAR))


class Kept:
    """What is computed from one reading of a folder: each value once, however many threads need it.

    The values that were not used for longest make room: a level can be typed, so there is no end of them.
    """

    MOST = 128

    def __init__(self) -> None:
        self._values: OrderedDict[str, Any] = OrderedDict()
        # one a key: who needs one number does not wait for others
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def once(self, key: str, make: Callable[[], T]) -> T:
        """The value of a key, computed by `make` at the first call; nothing is kept if that fails."""
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            with self._lock:
                if key in self._values:
                    self._values.move_to_end(key)
                    known: T = self._values[key]
                    return known
            value = make()
            with self._lock:
                self._values[key] = value
                while len(self._values) > self.MOST:
                    oldest, _ = self._values.popitem(last=False)
                    self._locks.pop(oldest, None)
            return value


@lru_cache(maxsize=8)
def _kept(path: Path, stamp: int, moment: int) -> Kept:
    """What is kept of a reading of a folder; the oldest readings are dropped."""
    del path, stamp, moment
    return Kept()

"""Forecasts without agents, refitted to the rows that the model's fit saw.

The model is worth its complexity only if it beats them. A rival continues a *series*: values of one measure,
place, population and arguments. It is defined only where it has an earlier value of that series (of a change
in points, no change is always defined). Its spread holds the error that the sources alone would cause and,
beside it, the misses that the same rival makes on rows that the fit saw, from every earlier value of each
series (same measure, population and arguments, any place): a rival may learn how wrong it is wont to be.
Misses grow with the years ahead, in proportion.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import minimize

from sim.analysis.evidence.rows import Row
from sim.analysis.starting_levels.adoption import Bass, bass_step
from sim.analysis.validation.covariates import Countries, growth_by_covariates
from sim.analysis.validation.misses import UsualMisses
from sim.analysis.validation.scoring_rules import Predictive
from sim.analysis.validation.series import earlier, error_of, kind_of, year_of

NO_CHANGE, TREND, BASS = "no change", "linear trend", "Bass curve"
HIERARCHY, COVARIATES, MEAN_FIELD = "hierarchical Bass", "country covariates", "mean field"
RIVALS = (NO_CHANGE, TREND, BASS, HIERARCHY, COVARIATES, MEAN_FIELD)
MEANING = {
    NO_CHANGE: "the last value seen before; of a change in points, none",
    TREND: "the straight line through the values seen before (at least two)",
    BASS: (
        "one curve of innovation and imitation for all, by least squares on the steps that the fit saw, "
        "from the last value seen before"
    ),
    HIERARCHY: (
        "a Bass curve for each country and size, its pace and ceiling shrunk to the common distribution of "
        "the rows seen; draws of its posterior"
    ),
    COVARIATES: (
        "the growth a year since the last value seen, by ridge regression on GDP per person online, GDP, "
        "region, population and the last value"
    ),
    MEAN_FIELD: "the model itself with one average customer in each cell, at the same draws",
}
_FEWEST_STEPS = 3  # that two parameters are fitted to
_ADOPTION = "adoption"


@dataclass(frozen=True)
class Forecast:
    """A rival's one number, and the standard deviation that the sources' errors give it."""

    value: float
    error: float


Rival = Callable[[Row, Sequence[Row]], Forecast | None]
Ensemble = Callable[[Row], np.ndarray | None]  # a row -> draws of its value, or None where not defined


def no_change(row: Row, before: Sequence[Row]) -> Forecast | None:
    """The last value; of a change in points, none."""
    if row.measure.two_dates and row.measure.unit == "points":
        return Forecast(0.0, error_of(row))
    if not before:
        return None
    return Forecast(before[-1].value, float(np.hypot(error_of(before[-1]), error_of(row))))


def trend(row: Row, before: Sequence[Row]) -> Forecast | None:
    """Least squares through the values.

    Their errors enter the forecast with the weights that it gives to each.
    """
    if len(before) < 2:
        return None
    years = np.array([year_of(r) for r in before]) - year_of(row)
    weights = np.linalg.pinv(np.column_stack([np.ones(len(years)), years]))[0]
    own = float(np.sum((weights * np.array([error_of(r) for r in before])) ** 2))
    return Forecast(
        float(weights @ np.array([r.value for r in before])), float(np.sqrt(own + error_of(row) ** 2))
    )


def ceiling_of(row: Row, ceilings: Mapping[str, float]) -> float:
    """The share of a row's population that will ever adopt: the least of its segments."""
    return min(ceilings[segment] for segment in row.segments)


def pooled_bass_of(seen: Sequence[Row], ceilings: Mapping[str, float]) -> Bass | None:
    """One innovation and imitation for all, by least squares on the steps between surveys that were seen.

    `ceilings` are the shares of each segment that will ever adopt. None with too few steps.
    """
    steps = [
        (r, before[-1])
        for r in seen
        if r.measure.name == _ADOPTION and r.bound == "eq" and (before := earlier(r, seen))
    ]
    if len(steps) < _FEWEST_STEPS:
        return None

    def misfit(pq: np.ndarray) -> float:
        bass = Bass(*pq)
        return float(np.mean([(_stepped(r, last, bass, ceilings) - r.value) ** 2 for r, last in steps]))

    bounds = ((1e-6, 1.0), (1e-6, 1.0))
    best = minimize(misfit, x0=(0.02, 0.1), bounds=bounds, method="L-BFGS-B").x
    return Bass(float(best[0]), float(best[1]))


def _stepped(row: Row, last: Row, bass: Bass, ceilings: Mapping[str, float]) -> float:
    """Where the curve leads from the last value, in %."""
    ceiling = ceiling_of(row, ceilings)
    start = min(last.value / 100.0, 0.999 * ceiling)
    return 100.0 * bass_step(start, year_of(row) - year_of(last), ceiling, bass)


def bass_curve(seen: Sequence[Row], ceilings: Mapping[str, float]) -> Rival:
    """The pooled Bass curve of the rows seen, gone on with from the last value."""
    found = pooled_bass_of(seen, ceilings)

    def rival(row: Row, before: Sequence[Row]) -> Forecast | None:
        if found is None or row.measure.name != _ADOPTION or not before:
            return None
        error = float(np.hypot(error_of(before[-1]), error_of(row)))
        return Forecast(_stepped(row, before[-1], found, ceilings), error)

    return rival


def covariate_regression(seen: Sequence[Row], countries: Countries) -> Rival:
    """The regression of growth on what is known of countries, for each measure with enough rows seen."""
    growth = growth_by_covariates(seen, countries)

    def rival(row: Row, before: Sequence[Row]) -> Forecast | None:
        a_year = growth(row, before[-1]) if before else None
        if a_year is None:
            return None
        value = before[-1].value + a_year * (year_of(row) - year_of(before[-1]))
        return Forecast(value, float(np.hypot(error_of(before[-1]), error_of(row))))

    return rival


@dataclass(frozen=True)
class Field:
    """The rivals of one task.

    `seen` are the rows that the fit saw, `known` all whose values may be continued from, `ensembles` rivals
    that bring draws of their own.
    """

    seen: tuple[Row, ...]
    known: tuple[Row, ...]
    ceilings: Mapping[str, float]
    countries: Countries = field(default_factory=dict)
    ensembles: Mapping[str, Ensemble] = field(default_factory=dict)

    def rivals(self) -> dict[str, Rival]:
        return {
            NO_CHANGE: no_change,
            TREND: trend,
            BASS: bass_curve(self.seen, self.ceilings),
            COVARIATES: covariate_regression(self.seen, self.countries),
        }

    def forecasts(self, rows: Sequence[Row]) -> dict[tuple[str, str], Predictive]:
        """(row id, rival) -> its predictive distribution, wherever it is defined."""
        out = {}
        for name, rival in self.rivals().items():
            wont = _Misses(rival, self.seen)
            for row in rows:
                made = wont.forecast(row, earlier(row, self.known)) if row.bound == "eq" else None
                if made is not None:
                    out[row.id, name] = made
        for name, ensemble in self.ensembles.items():
            misses = UsualMisses(self.seen, ensemble)
            for row in rows:
                draws = ensemble(row) if row.bound == "eq" else None
                if draws is not None:
                    out[row.id, name] = Predictive(draws, misses.error(row))
        return out


def _ahead(row: Row, before: Sequence[Row]) -> float:
    """Years from the last value known, or between the two dates of a change."""
    if row.measure.two_dates:
        return (row.last.first - row.first.first) / 12.0
    return year_of(row) - year_of(before[-1])


def no_change_from(row: Row, known: Sequence[Row]) -> Predictive | None:
    """The forecast of no change alone, from rows that are known; None without an earlier value."""
    return _Misses(no_change, known).forecast(row, earlier(row, known))


@dataclass
class _Misses:
    """How wrong a rival is wont to be a year ahead, by kind, on the rows seen."""

    rival: Rival
    seen: Sequence[Row]
    known: dict[tuple[object, ...], float] = field(default_factory=dict)

    def forecast(self, row: Row, before: Sequence[Row]) -> Predictive | None:
        """The rival's number with the errors of the sources and its usual misses."""
        made = self.rival(row, before)
        if made is None:
            return None
        spread = float(np.hypot(made.error, self.a_year(row) * _ahead(row, before)))
        return Predictive(np.array([made.value]), spread)

    def a_year(self, row: Row) -> float:
        """Root mean square miss beyond the sources' errors, in units a year ahead."""
        kind = kind_of(row)
        if kind not in self.known:
            self.known[kind] = self._of([r for r in self.seen if kind_of(r) == kind and r.bound == "eq"])
        return self.known[kind]

    def _of(self, rows: Sequence[Row]) -> float:
        excess = list[float]()
        for row in rows:
            before = earlier(row, rows)
            for known in [before[:k] for k in range(1, len(before) + 1)] or [[]]:
                made = self.rival(row, known)
                if made is not None:
                    ahead = _ahead(row, known)
                    excess.append(((made.value - row.value) ** 2 - made.error**2) / ahead**2)
        return max(0.0, float(np.mean(excess))) ** 0.5 if excess else 0.0

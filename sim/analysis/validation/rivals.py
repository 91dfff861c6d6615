"""Forecasts without agents: no change, a straight line, a Bass curve.

The model is worth its complexity only if it beats them. A rival continues a *series*: values of one measure,
place, population and arguments. It is defined only where it has earlier values of that series. Its spread is
the error that the sources alone would cause, or, where that is larger, the root mean square of the misses
that the same rival makes on the rows that the fit saw (same measure, population and arguments, any place): a
rival may learn how wrong it is wont to be.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from sim.analysis.evidence.rows import Row
from sim.analysis.starting_levels.adoption import Bass, bass_step
from sim.analysis.validation.scoring_rules import Predictive

NO_CHANGE, TREND, BASS = "no change", "linear trend", "Bass curve"
RIVALS = (NO_CHANGE, TREND, BASS)
MEANING = {
    NO_CHANGE: "the last value seen before",
    TREND: "the straight line through the values seen before (at least two)",
    BASS: (
        "one curve of innovation and imitation for all, by least squares on the steps that the fit saw, "
        "from the last value seen before"
    ),
}
_FEWEST_STEPS = 3  # that two parameters are fitted to
_ADOPTION = "adoption"


@dataclass(frozen=True)
class Forecast:
    """A rival's one number, and the standard deviation that the sources' errors give it."""

    value: float
    error: float


Rival = Callable[[Row, Sequence[Row]], Forecast | None]


def error_of(row: Row) -> float:
    """The source's standard error; where it is not known, half the tolerance."""
    return row.se if row.se is not None else row.tolerance / 2.0


def year_of(row: Row) -> float:
    """Middle of the row's period, in years from January 1970."""
    return (row.period.first + row.period.last + 1) / 24.0


def kind_of(row: Row) -> tuple[object, ...]:
    """What is measured of whom, wherever."""
    return row.measure.name, row.population, row.without_event, tuple(sorted(row.arguments.items()))


def earlier(row: Row, rows: Iterable[Row]) -> list[Row]:
    """The values of the row's series before it, in order of time.

    Bounds and differences between two dates do not count as values.
    """
    if row.measure.two_dates:
        return []
    before = [
        r
        for r in rows
        if kind_of(r) == kind_of(row)
        and r.place == row.place
        and r.bound == "eq"
        and r.period.last < row.period.first
    ]
    return sorted(before, key=year_of)


def no_change(row: Row, before: Sequence[Row]) -> Forecast | None:
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


def bass_curve(seen: Sequence[Row], ceilings: Mapping[str, float]) -> Rival:
    """The Bass curve of the rows seen, in %.

    `ceilings` are the shares of each segment that will ever adopt.
    """
    steps = [
        (r, before[-1])
        for r in seen
        if r.measure.name == _ADOPTION and r.bound == "eq" and (before := earlier(r, seen))
    ]

    def stepped(row: Row, last: Row, bass: Bass) -> float:
        ceiling = ceiling_of(row)
        return 100.0 * bass_step(
            min(last.value / 100.0, 0.999 * ceiling), year_of(row) - year_of(last), ceiling, bass
        )

    def ceiling_of(row: Row) -> float:
        return min(ceilings[segment] for segment in row.segments)

    if len(steps) < _FEWEST_STEPS:
        return lambda row, before: None

    def misfit(pq: np.ndarray) -> float:
        return float(np.mean([(stepped(r, last, Bass(*pq)) - r.value) ** 2 for r, last in steps]))

    found = Bass(
        *(
            float(x)
            for x in minimize(misfit, x0=(0.02, 0.1), bounds=((1e-6, 1.0), (1e-6, 1.0)), method="L-BFGS-B").x
        )
    )

    def rival(row: Row, before: Sequence[Row]) -> Forecast | None:
        if row.measure.name != _ADOPTION or not before:
            return None
        return Forecast(stepped(row, before[-1], found), float(np.hypot(error_of(before[-1]), error_of(row))))

    return rival


@dataclass(frozen=True)
class Field:
    """The rivals of one task.

    `seen` are the rows that the fit saw, `known` all whose values may be continued from.
    """

    seen: tuple[Row, ...]
    known: tuple[Row, ...]
    ceilings: Mapping[str, float]

    def rivals(self) -> dict[str, Rival]:
        return {NO_CHANGE: no_change, TREND: trend, BASS: bass_curve(self.seen, self.ceilings)}

    def forecasts(self, rows: Sequence[Row]) -> dict[tuple[str, str], Predictive]:
        """(row id, rival) -> its predictive distribution, wherever it is defined."""
        out = {}
        for name, rival in self.rivals().items():
            for row in rows:
                made = rival(row, earlier(row, self.known)) if row.bound == "eq" else None
                if made is not None:
                    out[row.id, name] = Predictive(
                        np.array([made.value]), max(made.error, self._wont_to_miss(rival, row))
                    )
        return out

    def _wont_to_miss(self, rival: Rival, row: Row) -> float:
        """Root mean square miss of the rival on rows of this kind.

        The rows are those that were seen, or that lie before the row in its own series.
        """
        looked_at = {
            r.id: r
            for r in (*self.seen, *earlier(row, self.known))
            if kind_of(r) == kind_of(row) and r.bound == "eq" and r.id != row.id
        }
        misses = [
            made.value - r.value
            for r in looked_at.values()
            if (made := rival(r, earlier(r, self.known))) is not None
        ]
        return float(np.sqrt(np.mean(np.square(misses)))) if misses else 0.0

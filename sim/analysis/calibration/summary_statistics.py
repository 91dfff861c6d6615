"""What a fit compares: the rows of the evidence made into a few numbers, each with its error.

Eurostat's and Destatis' hundred rows of use by country hang on one another and on the starting levels, which
were computed from them; so they count as four numbers. Every other row is a number of its own; of a bound,
how far it is overstepped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.analysis.evidence.rows import Row

USE = "adoption"
MEAN, GROWTH, SIZE, SLOPE = "use_mean", "use_growth", "use_by_size", "use_slope"
CLIP = 8.0  # standardised summaries are cut here: further off is as impossible as this


def names_of(rows: Sequence[Row]) -> tuple[str, ...]:
    """The summaries of these rows, in order; of use those that the rows can give."""
    return (*_Use.of(rows).names, *(row.id for row in rows if row.measure.name != USE))


@dataclass(frozen=True)
class _Use:
    """The rows of use (`at`: their positions), by date and population.

    All firms of 10 people or more are the `whole`.
    """

    at: tuple[int, ...]
    data: np.ndarray
    years: np.ndarray
    populations: np.ndarray

    @classmethod
    def of(cls, rows: Sequence[Row]) -> "_Use":
        at = tuple(i for i, row in enumerate(rows) if row.measure.name == USE)
        data = np.array([rows[i].value for i in at])
        years = np.array([1970 + rows[i].first.first // 12 for i in at])
        return cls(at, data, years, np.array([rows[i].population for i in at], dtype=str))

    @cached_property
    def whole(self) -> np.ndarray:
        return np.asarray(self.populations == "firms_10plus")

    @cached_property
    def common_years(self) -> list[int]:
        """The two years in which most countries were asked, if there are two."""
        years, counts = np.unique(self.years[self.whole], return_counts=True)
        return sorted(years[np.argsort(-counts, kind="stable")][:2].tolist())

    @property
    def names(self) -> tuple[str, ...]:
        able = {
            MEAN: len(self.at) > 0,
            GROWTH: len(self.common_years) == 2,
            SIZE: bool({"small_firm", "enterprise"} <= set(self.populations.tolist())),
            SLOPE: bool(len(self.data[self.whole]) and np.ptp(self.data[self.whole]) > 0),
        }
        return tuple(name for name, is_there in able.items() if is_there)

    def summaries(self, use: np.ndarray) -> np.ndarray:
        """Four summaries of (..., rows of use).

        They are mean level, growth, larger over small firms, and how far countries differ as they did in the
        data.
        """
        parts = [self._summary(name, use) for name in self.names]
        return np.stack(parts, -1) if parts else use[..., :0]

    def _summary(self, name: str, use: np.ndarray) -> np.ndarray:
        if name == MEAN:
            return np.asarray(use.mean(-1))
        if name == GROWTH:
            first, second = self.common_years
            return np.asarray(self._in(use, second) - self._in(use, first))
        if name == SIZE:
            return np.asarray(
                use[..., self.populations == "enterprise"].mean(-1)
                - use[..., self.populations == "small_firm"].mean(-1)
            )
        return self._slope(use[..., self.whole])

    def _in(self, use: np.ndarray, year: int) -> np.ndarray:
        return np.asarray(use[..., self.whole & (self.years == year)].mean(-1))

    def _slope(self, whole: np.ndarray) -> np.ndarray:
        centred = self.data[self.whole] - self.data[self.whole].mean()
        return np.asarray((whole * centred).sum(-1) / np.sum(centred**2))


@dataclass(frozen=True)
class Summaries:
    """The summaries of some rows.

    Along their last axis, arrays of values have the rows and arrays of summaries have the names.
    """

    rows: tuple[Row, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return names_of(self.rows)

    @cached_property
    def data(self) -> np.ndarray:
        """The rows' own values."""
        return np.array([row.value for row in self.rows])

    @cached_property
    def observed(self) -> np.ndarray:
        """The summaries of what was measured in the world."""
        return self.of(self.data)

    @cached_property
    def source_error(self) -> np.ndarray:
        """Standard error of each summary of the data.

        Where a row has none, it is a tenth of the value (for a bound, half the tolerance).
        """
        se = np.array([row.se if row.se is not None else 0.05 * abs(row.value) for row in self.rows])
        # one survey's rows share their errors more than they average them out: their mean is half as
        # uncertain as one of them
        of_use = {
            name: 0.02 if name == SLOPE else 0.5 * float(np.mean(se[list(self._use.at)]))
            for name in self._use.names
        }
        return np.array([*of_use.values(), *(se[i] for i in self._single)])

    def of(self, values: np.ndarray) -> np.ndarray:
        """Summaries of what was measured on the model: (..., rows) -> (..., summaries).

        Missing stays missing.
        """
        values = np.asarray(values, np.float64)
        single = (
            np.stack([_single(self.rows[i], values[..., i]) for i in self._single], -1)
            if self._single
            else values[..., :0]
        )
        return np.concatenate([self._use.summaries(values[..., list(self._use.at)]), single], -1)

    @cached_property
    def _use(self) -> _Use:
        return _Use.of(self.rows)

    @cached_property
    def _single(self) -> list[int]:
        return [i for i, row in enumerate(self.rows) if row.measure.name != USE]


def _single(row: Row, value: np.ndarray) -> np.ndarray:
    if row.bound == "le":
        return np.where(np.isnan(value), value, np.maximum(value - row.value, 0.0))
    if row.bound == "ge":
        return np.where(np.isnan(value), value, np.maximum(row.value - value, 0.0))
    return np.asarray(value - row.value)


@dataclass(frozen=True)
class Standard:
    """Summaries as multiples of their error: (summary - observed) / error, cut at CLIP.

    Missing ones are filled in. The error holds the source's, the model's judged discrepancy and that of a
    mean over seeds of so many simulated customers. `measured` is the part of it that is source and
    discrepancy: what a simulated mean over seeds has not in it already. `filled` is what stands for a missing
    summary: the median over the simulations, which says nothing.
    """

    names: tuple[str, ...]
    observed: np.ndarray
    error: np.ndarray
    measured: np.ndarray
    filled: np.ndarray

    def of(self, summaries: np.ndarray) -> np.ndarray:
        whole = np.where(np.isnan(summaries), self.filled, summaries)
        return np.asarray(np.clip((whole - self.observed) / self.error, -CLIP, CLIP))


def standard(summaries: Summaries, simulated: np.ndarray, discrepancy: Mapping[str, float]) -> Standard:
    """The scale for simulations (points, seeds, summaries) of these summaries."""
    judged = np.array([discrepancy[name] for name in summaries.names])
    measured = np.sqrt(summaries.source_error**2 + judged**2)
    error = np.sqrt(measured**2 + luck(simulated) ** 2)
    return Standard(
        summaries.names, summaries.observed, error, measured / error, np.nanmedian(simulated, axis=(0, 1))
    )


def luck(simulated: np.ndarray) -> np.ndarray:
    """Standard error of each summary's mean over seeds at one point, pooled over points.

    It is the variation that remains between populations.
    """
    seeds = simulated.shape[1]
    if seeds < 2:
        return np.zeros(simulated.shape[2])
    within = np.nanmean(np.nanvar(simulated, axis=1, ddof=1), axis=0)
    return np.asarray(np.sqrt(np.nan_to_num(within) / seeds))

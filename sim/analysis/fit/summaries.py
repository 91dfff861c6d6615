"""What a fit compares: the rows of the evidence made into a few numbers, each with its error.

Eurostat's and Destatis' hundred rows of use by country hang on one another and on the starting levels, which were computed
from them; so they count as four numbers. Every other row is a number of its own; of a bound, how far it is overstepped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.analysis.evidence_rows import Row

USE = "adoption"
MEAN, GROWTH, SIZE, SLOPE = "use_mean", "use_growth", "use_by_size", "use_slope"
CLIP = 8.0  # standardised summaries are cut here: further off is as impossible as this


def names_of(rows: Sequence[Row]) -> tuple[str, ...]:
    """The summaries of these rows, in order."""
    of_use = [row for row in rows if row.instrument.name == USE]
    return (*((MEAN, GROWTH, SIZE, SLOPE) if of_use else ()), *(row.id for row in rows if row.instrument.name != USE))


@dataclass(frozen=True)
class Summaries:
    """The summaries of some rows. Arrays of values have the rows, arrays of summaries the names, along their last axis."""

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
        """Standard error of each summary of the data; where a row has none, a tenth of it (half its tolerance where it is a bound)."""
        use = self._use
        se = np.array([row.se if row.se is not None else 0.05 * abs(row.value) for row in self.rows])
        out = []
        if len(use):
            # one survey's rows share their errors more than they average them out: the mean is as uncertain as a row's half
            out += [0.5 * float(np.mean(se[use]))] * 3 + [0.02]
        return np.array([*out, *(se[i] for i in self._single)])

    def of(self, values: np.ndarray) -> np.ndarray:
        """Summaries of what was measured on the model: (..., rows) -> (..., summaries). Missing stays missing."""
        values = np.asarray(values, np.float64)
        parts = []
        if len(self._use):
            parts.append(self._of_use(values[..., self._use]))
        parts.append(np.stack([_single(self.rows[i], values[..., i]) for i in self._single], -1) if self._single else values[..., :0])
        return np.concatenate(parts, -1)

    @cached_property
    def _use(self) -> list[int]:
        return [i for i, row in enumerate(self.rows) if row.instrument.name == USE]

    @cached_property
    def _single(self) -> list[int]:
        return [i for i, row in enumerate(self.rows) if row.instrument.name != USE]

    @cached_property
    def _years(self) -> np.ndarray:
        return np.array([1970 + self.rows[i].first.first // 12 for i in self._use])

    @cached_property
    def _populations(self) -> np.ndarray:
        return np.array([self.rows[i].population for i in self._use])

    def _of_use(self, use: np.ndarray) -> np.ndarray:
        """Mean level, growth between the first and the last common year, larger over small firms, and how far countries differ as they did."""
        whole = self._populations == "firms_10plus"
        first, second = sorted(set(self._years.tolist()))[:2]
        small, large = self._populations == "small_firm", self._populations == "enterprise"
        growth = use[..., whole & (self._years == second)].mean(-1) - use[..., whole & (self._years == first)].mean(-1)
        data = self.data[self._use]
        centred = data[whole] - data[whole].mean()
        slope = (use[..., whole] * centred).sum(-1) / np.sum(centred**2)
        size = use[..., large].mean(-1) - use[..., small].mean(-1)
        return np.stack([use.mean(-1), growth, size, slope], -1)


def _single(row: Row, value: np.ndarray) -> np.ndarray:
    if row.bound == "le":
        return np.where(np.isnan(value), value, np.maximum(value - row.value, 0.0))
    if row.bound == "ge":
        return np.where(np.isnan(value), value, np.maximum(row.value - value, 0.0))
    return value - row.value


@dataclass(frozen=True)
class Standard:
    """Summaries as multiples of their error: (summary - observed) / error, cut at CLIP; missing ones are filled in.

    The error holds the source's, the model's judged discrepancy and the luck of one world (the spread over seeds).
    `filled` is what stands for a missing summary: the median over the simulations, which says nothing.
    """

    names: tuple[str, ...]
    observed: np.ndarray
    error: np.ndarray
    filled: np.ndarray

    def of(self, summaries: np.ndarray) -> np.ndarray:
        whole = np.where(np.isnan(summaries), self.filled, summaries)
        return np.clip((whole - self.observed) / self.error, -CLIP, CLIP)


def standard(summaries: Summaries, simulated: np.ndarray, discrepancy: Mapping[str, float]) -> Standard:
    """The scale for simulations (points, seeds, summaries) of these summaries."""
    judged = np.array([discrepancy[name] for name in summaries.names])
    return Standard(
        summaries.names, summaries.observed, np.sqrt(summaries.source_error**2 + judged**2 + luck(simulated) ** 2), np.nanmedian(simulated, axis=(0, 1))
    )


def luck(simulated: np.ndarray) -> np.ndarray:
    """Standard deviation of each summary over seeds at one point, pooled over points; with the error of a mean over as many seeds."""
    seeds = simulated.shape[1]
    if seeds < 2:
        return np.zeros(simulated.shape[2])
    within = np.nanmean(np.nanvar(simulated, axis=1, ddof=1), axis=0)
    return np.asarray(np.sqrt(np.nan_to_num(within) * (1.0 + 1.0 / seeds)))

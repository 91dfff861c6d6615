"""What a fit compares: the rows of the evidence made into a few dozen numbers, each with its error.

Rows of many countries that one parameter moves alike (how fast police ask for more data, how views of the US
changed) are averaged over groups of countries, as the error of such a mean is known from how much they
differ. Every other row is a number of its own; of a bound, how far it is overstepped. Rows on the use of
cloud services by country are not among them: they inform the curves of each country
(`starting_levels/national.py`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.analysis.evidence.rows import Row

ADOPTION = "adoption"
AVERAGED = {"survey_change": "views", "police_requests_growth": "asked", "police_content": "content"}
CLIP = 8.0  # standardised summaries are cut here: further off is as impossible as this


@dataclass(frozen=True)
class Summary:
    """A number that a fit compares: the mean over rows of how far the model is from them.

    `error` is that of the sources.
    """

    name: str
    rows: tuple[Row, ...]

    @property
    def error(self) -> float:
        """Standard error of the mean: of several rows from how much they differ, of one as its source says.

        Where a source says nothing it is a tenth of the value (for a bound, half the tolerance).
        """
        own = [row.se if row.se is not None else 0.05 * abs(row.value) for row in self.rows]
        if len(self.rows) < 3:
            return float(np.sqrt(np.mean(np.square(own)) / len(own)))
        return float(np.std([row.value for row in self.rows], ddof=1) / np.sqrt(len(self.rows)))


def summaries_of(rows: Iterable[Row], ties: Mapping[str, str]) -> tuple[Summary, ...]:
    """The summaries of the rows that inform parameters; `ties` is by jurisdiction."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        if row.measure.name != ADOPTION:
            groups.setdefault(name_of(row, ties), []).append(row)
    return tuple(Summary(name, tuple(found)) for name, found in groups.items())


def name_of(row: Row, ties: Mapping[str, str]) -> str:
    """The summary that a row belongs to: its id, unless it is averaged with others."""
    kind = AVERAGED.get(row.measure.name)
    if kind is None or len(row.place.codes) != 1 or row.arguments.get("scale") == "partner":
        return row.id
    (code,) = row.place.codes
    year = 1970 + row.last.last // 12
    return f"{kind}_{ties[code]}_{year}" if kind == "views" else kind


@dataclass(frozen=True)
class Summaries:
    """Summaries of measured rows; `measured` are the rows in the order in which they were measured."""

    parts: tuple[Summary, ...]
    measured: tuple[Row, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(part.name for part in self.parts)

    @cached_property
    def error(self) -> np.ndarray:
        return np.array([part.error for part in self.parts])

    @cached_property
    def _columns(self) -> list[list[int]]:
        place = {row.id: i for i, row in enumerate(self.measured)}
        return [[place[row.id] for row in part.rows] for part in self.parts]

    def of(self, values: np.ndarray) -> np.ndarray:
        """How far measured values (..., rows) are from the data: (..., summaries); missing stays missing."""
        values = np.asarray(values, np.float64)
        off = np.stack([_off(row, values[..., i]) for i, row in enumerate(self.measured)], -1)
        return np.stack([off[..., columns].mean(-1) for columns in self._columns], -1)


def mean_over_seeds(values: np.ndarray) -> np.ndarray:
    """The mean along axis 1 of (points, seeds, ...), of the seeds in which something was measured."""
    known = ~np.isnan(values)
    total = np.where(known, values, 0.0).sum(1)
    return np.asarray(np.where(known.any(1), total / np.maximum(known.sum(1), 1), np.nan))


def _off(row: Row, value: np.ndarray) -> np.ndarray:
    if row.bound == "le":
        return np.where(np.isnan(value), value, np.maximum(value - row.value, 0.0))
    if row.bound == "ge":
        return np.where(np.isnan(value), value, np.maximum(row.value - value, 0.0))
    return np.asarray(value - row.value)


@dataclass(frozen=True)
class Standard:
    """Summaries as multiples of their error, that of the source and the model's judged discrepancy.

    `filled` stands for a missing summary: the median over the simulations, which says nothing.
    """

    error: np.ndarray
    filled: np.ndarray

    @classmethod
    def of_simulations(
        cls, summaries: Summaries, found: np.ndarray, discrepancy: Mapping[str, float]
    ) -> "Standard":
        """The scale for simulated summaries (points, summaries)."""
        judged = np.array([discrepancy[name] for name in summaries.names])
        return cls(np.sqrt(summaries.error**2 + judged**2), np.nan_to_num(np.nanmedian(found, axis=0)))

    def of(self, found: np.ndarray) -> np.ndarray:
        whole = np.where(np.isnan(found), self.filled, found)
        return np.asarray(np.clip(whole / self.error, -CLIP, CLIP))


def may_use(parts: Sequence[Summary], may_see: Iterable[str]) -> np.ndarray:
    """Which summaries a fit that may see these rows (ids) can use: those of which it may see all: bool."""
    seen = frozenset(may_see)
    return np.array([all(row.id in seen for row in part.rows) for part in parts], dtype=bool)

"""Where an outcome crosses a level: a boundary found with few runs, because each run is placed where it tells
most.

A Gaussian process (scikit-learn) is fitted to the points run so far. The next points are those with the
largest *straddle*, 1.96 sd - |mean - level| (Bryan et al. 2005, Active learning for identifying function
threshold boundaries): close to the boundary as it is known, or far from every run. Points of one batch are
chosen one after another, as if those before had given what is predicted. The search ends when the part of the
space of which the side is open (mean within 1.96 sd of the level) is small, or the points are used up. All
runs use the same seeds, so the outcome is a function of the factors; the boundary is that of the mean over
these seeds.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtr

from sim.analysis.drivers.discovery_boxes import NOT_INSTALLED
from sim.scenario.problems import InputError

LEAST_FACTORS, MOST_FACTORS = 2, 4
SIDES = {2: 41, 3: 15, 4: 9}  # steps of the lattice on which the answer is given, by number of factors
BATCH, TOLERANCE, MOST_POINTS = 4, 0.02, 96
_SURE = 1.96
_CANDIDATES = 11  # two to this power, beside the lattice

Evaluate = Callable[[np.ndarray], np.ndarray]
"""Outcomes at points: (points, factors) from 0 to 1 in, (points,) out; NaN where every run failed."""


@dataclass(frozen=True)
class Boundary:
    """The outcome of a search, in the unit cube of the factors.

    `at` (n, factors), `values` and `batches` (n,): the points run. `lattice` (m, factors), in the order of
    `numpy.meshgrid(indexing="ij")`; `mean` and `sd` (m,): what the process says there. `open_share`: part of
    the lattice whose side is open, batch by batch.
    """

    level: float
    at: np.ndarray
    values: np.ndarray
    batches: np.ndarray
    lattice: np.ndarray
    mean: np.ndarray
    sd: np.ndarray
    open_share: tuple[float, ...]
    finished: bool

    @property
    def above(self) -> np.ndarray:
        """Probability that the outcome is above the level, on the lattice."""
        return np.asarray(ndtr((self.mean - self.level) / np.maximum(self.sd, 1e-12)))

    @property
    def share_above(self) -> float:
        """Part of the space above the level."""
        return float(np.mean(self.mean > self.level))

    @property
    def failed(self) -> int:
        return int(np.isnan(self.values).sum())

    @property
    def said(self) -> str:
        """What was found, in words."""
        known = self.values[~np.isnan(self.values)]
        words = f"{len(self.at)} points in {len(self.open_share)} batches"
        if self.failed:
            words += f"; at {self.failed} of them every run failed, and they are left out"
        if np.ptp(known) == 0.0:
            return f"{words}. The outcome is constant: {known[0]:.6g}; there is no boundary"
        if self.share_above in (0.0, 1.0):
            side = "above" if self.share_above else "at or below"
            return f"{words}. No boundary was found: the outcome is {side} {self.level:g} everywhere"
        done = "" if self.finished else f", although the points are used up: allow more than {len(self.at)}"
        return (
            f"{words}. {self.share_above:.0%} of the space is above {self.level:g}; the side of "
            f"{self.open_share[-1]:.1%} of it is open{done}"
        )


def search(
    evaluate: Evaluate,
    factors: int,
    level: float,
    *,
    most: int = MOST_POINTS,
    batch: int = BATCH,
    tolerance: float = TOLERANCE,
) -> Boundary:
    """Find where `evaluate` crosses `level`. Raises InputError for sizes that make no search.

    The search begins with a scrambled Sobol' sequence; the same outcomes always give the same points.
    """
    from scipy.stats import qmc

    _check(factors, most, batch, tolerance)
    lattice = lattice_of(factors)
    candidates = np.vstack([lattice, qmc.Sobol(factors, rng=1).random_base2(_CANDIDATES)])
    at = qmc.Sobol(factors, rng=2).random(8 if factors == 2 else 16)[:most]
    values, batches = evaluate(at), np.zeros(len(at), int)
    shares: list[float] = []
    while True:
        _must_have_some(values)
        process = _Process(at, values)
        mean, sd = process.predict(lattice)
        shares.append(float(np.mean(np.abs(mean - level) < _SURE * sd)))
        finished = len(shares) > 1 and max(shares[-2:]) <= tolerance
        if finished or process.constant or len(at) >= most:
            # with the last points the side may be small enough for the first time: the search has ended then
            done = finished or process.constant or shares[-1] <= tolerance
            return Boundary(level, at, values, batches, lattice, mean, sd, tuple(shares), done)
        new = _next(process, candidates, level, min(batch, most - len(at)))
        values = np.append(values, evaluate(new))
        at, batches = np.vstack([at, new]), np.append(batches, np.full(len(new), len(shares)))


def _check(factors: int, most: int, batch: int, tolerance: float) -> None:
    if not LEAST_FACTORS <= factors <= MOST_FACTORS:
        raise InputError(
            f"a boundary is searched over {LEAST_FACTORS} to {MOST_FACTORS} factors (got {factors})"
        )
    least = 12 if factors == 2 else 24
    if most < least:
        raise InputError(f"a search over {factors} factors needs at least {least} points (got {most})")
    if batch < 1 or not 0.0 < tolerance < 1.0:
        raise InputError(f"batch {batch}, tolerance {tolerance}: must be at least 1, and between 0 and 1")


def _must_have_some(values: np.ndarray) -> None:
    if np.isnan(values).sum() > len(values) / 2:
        raise InputError(
            f"every run failed at {int(np.isnan(values).sum())} of {len(values)} points: no boundary can be "
            "searched for; see failures.csv"
        )


def lattice_of(factors: int) -> np.ndarray:
    """The points on which the answer is given: a regular grid of the unit cube, (points, factors)."""
    side = np.linspace(0.0, 1.0, SIDES[factors])
    return np.stack(np.meshgrid(*[side] * factors, indexing="ij"), axis=-1).reshape(-1, factors)


def _next(process: "_Process", candidates: np.ndarray, level: float, count: int) -> np.ndarray:
    """The points of the next batch."""
    chosen: list[np.ndarray] = []
    for _ in range(count):
        mean, sd = process.predict(candidates)
        best = candidates[int(np.argmax(_SURE * sd - np.abs(mean - level)))]
        chosen.append(best)
        process = process.believing(best)
    return np.array(chosen)


class _Process:
    """A Gaussian process through the points that have an outcome."""

    def __init__(self, at: np.ndarray, values: np.ndarray, kernel: Any = None) -> None:
        known = ~np.isnan(values)
        self._at, self._values = at[known], values[known]
        self.constant = bool(np.ptp(self._values) == 0.0)
        self._centre, self._scale = float(self._values.mean()), float(self._values.std()) or 1.0
        self._model = None if self.constant else self._fitted(kernel)

    def _fitted(self, kernel: Any) -> Any:
        try:
            from sklearn.exceptions import ConvergenceWarning
            from sklearn.gaussian_process import GaussianProcessRegressor
            from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel
        except ImportError as error:
            raise InputError(f"{NOT_INSTALLED} ({error})") from None
        factors = self._at.shape[1]
        shape = kernel or ConstantKernel(1.0, (1e-2, 1e3)) * Matern(
            [0.5] * factors, [(0.05, 20.0)] * factors, nu=2.5
        ) + WhiteKernel(1e-3, (1e-7, 0.2))
        model = GaussianProcessRegressor(
            shape,
            optimizer=None if kernel is not None else "fmin_l_bfgs_b",
            n_restarts_optimizer=2 if kernel is None else 0,
            random_state=0,
        )
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", ConvergenceWarning
            )  # a length at its bound: a factor without effect
            return model.fit(self._at, (self._values - self._centre) / self._scale)

    def predict(self, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of the outcome without its noise."""
        if self._model is None:
            return np.full(len(at), self._centre), np.zeros(len(at))
        mean, sd = self._model.predict(at, return_std=True)
        noise = self._model.kernel_.k2.noise_level
        smooth = np.sqrt(np.maximum(sd**2 - noise, 1e-12))
        return self._centre + self._scale * mean, self._scale * smooth

    def believing(self, at: np.ndarray) -> "_Process":
        """The process if the outcome at a point were the predicted one: no wiser, but surer there."""
        if self._model is None:
            return self
        mean, _ = self.predict(at[None, :])
        return _Process(np.vstack([self._at, at]), np.append(self._values, mean), kernel=self._model.kernel_)


# --- what a grid would have cost ----------------------------------------------------------------------------


def on_lattice(values: np.ndarray, factors: int) -> np.ndarray:
    """The outcomes of a regular grid, (levels, ... levels), interpolated linearly on the lattice: (m,)."""
    from scipy.interpolate import RegularGridInterpolator

    sides = [np.linspace(0.0, 1.0, size) for size in values.shape]
    return np.asarray(RegularGridInterpolator(sides, values)(lattice_of(factors)))


def wrong_share(said: np.ndarray, truth: np.ndarray, level: float) -> float:
    """Part of the lattice that is put on the wrong side."""
    return float(np.mean((said > level) != (truth > level)))


def grid_costs(dense: np.ndarray, found: Boundary) -> pd.DataFrame:
    """What grids cost for the same answer: `dense` are the outcomes of a fine grid, taken as the truth.

    Coarser grids are every second, third ... of its levels. Columns: `method`, `points`, `wrong` (share of
    the space on the wrong side), and `times` (points over those of the search).
    """
    factors, n = dense.ndim, len(found.at)
    truth = on_lattice(dense, factors)
    rows: list[tuple[str, int, float]] = [("search", n, wrong_share(found.mean, truth, found.level))]
    for step in _strides(dense.shape):
        coarse = dense[tuple([slice(None, None, step)] * factors)]
        wrong = wrong_share(on_lattice(coarse, factors), truth, found.level)
        rows.append((f"grid {' x '.join(map(str, coarse.shape))}", coarse.size, wrong))
    return pd.DataFrame([(*row, row[1] / n) for row in rows], columns=["method", "points", "wrong", "times"])


def _strides(shape: Sequence[int]) -> list[int]:
    """Steps that leave a grid both ends of every side, coarsest first."""
    return [step for step in range(min(shape) - 1, 1, -1) if all((size - 1) % step == 0 for size in shape)]

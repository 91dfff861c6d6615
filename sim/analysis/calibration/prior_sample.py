"""Points of the prior: a scrambled Sobol' sample that can grow without losing points, and what they set.

A point is a share (0 to 1) of each candidate's prior, or, what is the same, a normal score.
"""

from collections.abc import Sequence

import numpy as np
from scipy.stats import norm, qmc

from sim.analysis.calibration.inputs import Candidate

SEED = 20140731
EDGE = 1e-6  # shares are kept this far from the ends of the prior


def shares(candidates: Sequence[Candidate], points: int, seed: int = SEED) -> np.ndarray:
    """float64 (points, candidates), 0 to 1: how far along its prior each candidate is.

    `points` is a power of two.
    """
    sample: np.ndarray = qmc.Sobol(len(candidates), scramble=True, rng=np.random.default_rng(seed)).random(
        points
    )
    return sample


def sets_at(candidates: Sequence[Candidate], values: np.ndarray) -> list[dict[str, float]]:
    """Path -> value at each row of values (points, candidates)."""
    return [
        {
            path: number
            for one, value in zip(candidates, row, strict=True)
            for path, number in one.sets(float(value)).items()
        }
        for row in values
    ]


def values_at(candidates: Sequence[Candidate], shares: np.ndarray) -> np.ndarray:
    """Values at shares, float64 (points, candidates); those with a common spread are drawn with it."""
    values: dict[str, np.ndarray] = {}
    for k, one in enumerate(candidates):
        if one.spread:
            score = norm.ppf(np.clip(shares[:, k], EDGE, 1.0 - EDGE))
            exact = one.centre * np.exp(values[one.spread] * score)
            values[one.name] = np.array([float(f"{x:.6g}") for x in np.clip(exact, one.low, one.high)])
        else:
            values[one.name] = one.value(shares[:, k])
    return np.stack(list(values.values()), 1)


def scores(shares: np.ndarray) -> np.ndarray:
    """Shares of the prior as normal scores."""
    return np.asarray(norm.ppf(np.clip(shares, EDGE, 1.0 - EDGE)))


def shares_of(scores: np.ndarray) -> np.ndarray:
    """Normal scores as shares of the prior."""
    return np.asarray(norm.cdf(scores))


def centre_scores(candidates: Sequence[Candidate]) -> np.ndarray:
    """The values before the fit, as normal scores: float64 (candidates,)."""
    at = [0.5 if one.spread else float(one.share(np.array(one.centre))) for one in candidates]
    return scores(np.array(at))


def own_seeds(points: int, seeds: int, first: int = 1) -> list[range]:
    """Seeds of each point from `first` on, shared with no other point.

    What is learned from many points then rests on as many populations.
    """
    return [range(first + point * seeds, first + (point + 1) * seeds) for point in range(points)]


def common_seeds(points: int, seeds: int) -> list[range]:
    """The same seeds at every point, where points are compared with one another."""
    return [range(1, 1 + seeds)] * points

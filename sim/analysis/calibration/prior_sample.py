"""The points that are simulated: a scrambled Sobol' sample of the prior.

The sample can grow without losing points.
"""

from collections.abc import Sequence

import numpy as np
from scipy.stats import qmc

from sim.analysis.calibration.inputs import Candidate

SEED = 20140731
HELD_OUT = 8  # about one point in so many is never learned from: the recovery is of those


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
    """Values at shares, float64 (points, candidates)."""
    return np.stack([one.value(shares[:, k]) for k, one in enumerate(candidates)], 1)


def held_out(points: int) -> np.ndarray:
    """Which points are never learned from: bool (points,), about one in `HELD_OUT`, by a keyed draw for each.

    Not every eighth: in the first dimension of a Sobol' sample those all lie in the same eighth of the range.
    """
    return np.asarray(np.random.default_rng([SEED, HELD_OUT]).random(points) < 1.0 / HELD_OUT)


def own_seeds(points: int, seeds: int) -> list[range]:
    """Seeds of each point, shared with no other point.

    What is learned from many points then rests on as many populations.
    """
    return [range(1 + point * seeds, 1 + (point + 1) * seeds) for point in range(points)]


def common_seeds(points: int, seeds: int) -> list[range]:
    """The same seeds at every point, where points are compared with one another."""
    return [range(1, 1 + seeds)] * points

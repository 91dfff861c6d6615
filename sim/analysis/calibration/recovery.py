"""Recovery of known parameters: is the fit possible at all?

Points that were simulated and never learned from are fitted as if they were the world: to each the error of
source and model is added, as the world's own data have it. The table says how often the intervals hold the
truth.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.analysis.calibration.emulator import Emulator, PointsApart
from sim.analysis.calibration.prior_sample import shares_of
from sim.analysis.calibration.sampler import FREEDOM, log_likelihood, sample

LEVELS = (0.5, 0.9)
LOWEST, HIGHEST = 0.80, 0.98  # coverage of a 90% interval that may be relied on
NARROWER = 0.75  # of the prior's standard deviation: a parameter is identified if its posterior is narrower
CHAINS, STEPS = 64, 240
PRIOR_SD = 12**-0.5  # of a share that is even between 0 and 1


@dataclass(frozen=True)
class Recovery:
    """Of each parameter over the points: coverage of 50 and 90% intervals, and two ratios.

    The ratios are posterior sd over prior sd, and error of the posterior mean over prior sd, of shares of
    the prior. `score` is the interval score (Gneiting & Raftery 2007), a mean over parameters.
    """

    points: int
    coverage: np.ndarray  # (levels, parameters)
    narrowing: np.ndarray
    error: np.ndarray
    score: float


def recover(emulator: Emulator, used: np.ndarray, test: PointsApart, seed: int) -> Recovery:
    """Fit the summaries `used` (bool) of every test point."""
    rng = np.random.default_rng(seed)
    points, parameters = test.shares.shape
    noise = rng.standard_t(FREEDOM, size=test.mean.shape)
    data = np.repeat((test.mean + noise)[:, used], CHAINS, axis=0)

    def likelihood(x: np.ndarray) -> np.ndarray:
        # Chains that still move are told by their position: the data go with them.
        return log_likelihood(
            emulator.mean(shares_of(x[:, :-1]))[:, used] - data[x[:, -1].astype(int)], emulator.error[used]
        )

    start = np.column_stack([rng.standard_normal((points * CHAINS, parameters)), np.arange(points * CHAINS)])
    moves = np.append(np.ones(parameters, bool), False)
    found = sample(likelihood, start, moves, rng, STEPS).scores[:, :-1]
    draws = shares_of(found).reshape(points, CHAINS, parameters)
    coverage, score = [], 0.0
    for level in LEVELS:
        low, high = (np.quantile(draws, q, axis=1) for q in (0.5 - level / 2, 0.5 + level / 2))
        coverage.append(((low <= test.shares) & (test.shares <= high)).mean(0))
        missed = np.maximum(low - test.shares, 0.0) + np.maximum(test.shares - high, 0.0)
        score = float(np.mean((high - low) + 2.0 / (1.0 - level) * missed))
    off = np.sqrt(np.mean((draws.mean(1) - test.shares) ** 2, axis=0))
    return Recovery(points, np.array(coverage), draws.std(1).mean(0) / PRIOR_SD, off / PRIOR_SD, score)


def recovery_table(
    names: Sequence[str], one: Recovery, r_hat: np.ndarray, effective: np.ndarray
) -> pd.DataFrame:
    """One line a parameter."""
    return pd.DataFrame(
        {
            "parameter": name,
            "points": one.points,
            "coverage_50": round(float(one.coverage[0, k]), 4),
            "coverage_90": round(float(one.coverage[1, k]), 4),
            "sd_over_prior": round(float(one.narrowing[k]), 4),
            "error_over_prior": round(float(one.error[k]), 4),
            "interval_score": round(one.score, 4),
            "r_hat": round(float(r_hat[k]), 4),
            "effective": round(float(effective[k])),
        }
        for k, name in enumerate(names)
    )

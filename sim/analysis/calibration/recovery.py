"""Recovery of known parameters: is the fit possible at all?

Data are simulated at known parameters and fitted again; the table says how often the intervals hold the
truth. The points were simulated and never learned from. To each the error of source and model is added, as
the world's own data have it; a population's luck is in them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.analysis.calibration.training_set import PRIOR_SD, Amortised, noisy, sample_many

NOMINAL = 0.90
LOWEST, HIGHEST = 0.80, 0.98  # coverage of an interval that may be relied on
NARROWER = 0.75  # of the prior's standard deviation: a parameter is identified if its posterior is narrower
_DRAWS = 500


@dataclass(frozen=True)
class Recovery:
    """Of each parameter over the repeats: coverage of 90% intervals, and two ratios.

    The ratios are posterior sd over prior sd, and error of the posterior mean over prior sd.
    """

    method: str
    repeats: int
    coverage: np.ndarray
    narrowing: np.ndarray
    error: np.ndarray
    score: float


def recover(
    posterior: Amortised,
    shares: np.ndarray,
    standardised: np.ndarray,
    measured: np.ndarray | float,
    seed: int,
    repeats: int = 1,
) -> Recovery:
    """Fit data simulated at `shares` (points, parameters), with summaries `standardised`.

    Each point is fitted `repeats` times, each time with another error (`measured`).
    """
    shares, standardised = np.tile(shares, (repeats, 1)), np.tile(standardised, (repeats, 1))
    data = noisy(standardised, np.random.default_rng(seed), measured)
    draws = sample_many(posterior, data, _DRAWS, seed)
    low, high = (np.quantile(draws, q, axis=1) for q in (0.5 - NOMINAL / 2, 0.5 + NOMINAL / 2))
    inside = (low <= shares) & (shares <= high)
    # the interval score (Gneiting & Raftery 2007), a proper one: width, and what lies outside it at 2 / (1 -
    # nominal) times the distance
    missed = np.maximum(low - shares, 0.0) + np.maximum(shares - high, 0.0)
    score = float(np.mean((high - low) + 2.0 / (1.0 - NOMINAL) * missed))
    error = np.sqrt(np.mean((draws.mean(1) - shares) ** 2, axis=0))
    return Recovery(
        posterior.name, len(shares), inside.mean(0), draws.std(1).mean(0) / PRIOR_SD, error / PRIOR_SD, score
    )


def recovery_table(names: Sequence[str], one: Recovery) -> pd.DataFrame:
    """One line a parameter."""
    return pd.DataFrame(
        {
            "method": one.method,
            "ships": "yes",
            "parameter": name,
            "repeats": one.repeats,
            "coverage": round(float(one.coverage[k]), 4),
            "sd_over_prior": round(float(one.narrowing[k]), 4),
            "error_over_prior": round(float(one.error[k]), 4),
            "interval_score": round(one.score, 4),
        }
        for k, name in enumerate(names)
    )

"""What posteriors are learned from.

Parameters enter as normal scores, summaries as multiples of their error, with the error added. A share u of a
prior becomes z = probit(u), standard normal under the prior and without ends, so that no posterior leaks over
them. The data are measured with error: what is learned from has the error of source, model and luck added to
it.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.stats import norm

from sim.analysis.calibration.summary_statistics import CLIP

EDGE = 1e-6  # shares are kept this far from the ends of the prior
PRIOR_SD = 12**-0.5  # of a share that is even between 0 and 1


def scores(shares: np.ndarray) -> np.ndarray:
    """Shares of the prior as normal scores."""
    return np.asarray(norm.ppf(np.clip(shares, EDGE, 1.0 - EDGE)))


def shares_of(scores: np.ndarray) -> np.ndarray:
    """Normal scores as shares of the prior."""
    return np.asarray(norm.cdf(scores))


def noisy(standardised: np.ndarray, rng: np.random.Generator, part: np.ndarray | float = 1.0) -> np.ndarray:
    """Standardised summaries as they would be measured: with an error added, then cut as usual.

    `part` is that error, in standard errors of each summary.
    """
    return np.clip(standardised + part * rng.standard_normal(standardised.shape), -CLIP, CLIP)


@dataclass(frozen=True)
class Training:
    """Pairs to learn from: scores (pairs, parameters) and noisy summaries (pairs, summaries)."""

    scores: np.ndarray
    summaries: np.ndarray


class Amortised(Protocol):
    """A posterior for any data, learned once."""

    name: str

    def sample(self, summaries: np.ndarray, draws: int, seed: int) -> np.ndarray:
        """Draws, as shares of the prior (draws, parameters), given one set of standardised summaries."""
        ...


def sample_many(posterior: Amortised, summaries: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """Draws for many sets of summaries: (sets, draws, parameters)."""
    return np.stack([posterior.sample(row, draws, seed + i) for i, row in enumerate(summaries)])

"""What posteriors are learned from: parameters as normal scores, summaries as multiples of their error, with the error added.

A share u of a prior becomes z = probit(u), standard normal under the prior and without ends, so that no posterior leaks
over them. A simulation gives the summaries' mean over seeds; the data are one world, measured with error: to learn from
both, every simulated point is seen `REPLICATES` times, each time with the error of source, model and luck added.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.stats import norm

from sim.analysis.fit.summaries import CLIP

REPLICATES = 16
EDGE = 1e-6  # shares are kept this far from the ends of the prior
PRIOR_SD = 12**-0.5  # of a share that is even between 0 and 1


def scores(shares: np.ndarray) -> np.ndarray:
    """Shares of the prior as normal scores."""
    return np.asarray(norm.ppf(np.clip(shares, EDGE, 1.0 - EDGE)))


def shares_of(scores: np.ndarray) -> np.ndarray:
    """Normal scores as shares of the prior."""
    return np.asarray(norm.cdf(scores))


def noisy(standardised: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Standardised summaries as they would be measured: with one standard error of luck, cut as they are."""
    return np.clip(standardised + rng.standard_normal(standardised.shape), -CLIP, CLIP)


@dataclass(frozen=True)
class Training:
    """Pairs to learn from: scores (pairs, parameters) and noisy summaries (pairs, summaries)."""

    scores: np.ndarray
    summaries: np.ndarray


def training(shares: np.ndarray, standardised: np.ndarray, rng: np.random.Generator, replicates: int = REPLICATES) -> Training:
    """Every simulated point (points, parameters) with its summaries (points, summaries), `replicates` times."""
    return Training(np.tile(scores(shares), (replicates, 1)), noisy(np.tile(standardised, (replicates, 1)), rng))


class Amortised(Protocol):
    """A posterior for any data, learned once."""

    name: str

    def sample(self, summaries: np.ndarray, draws: int, seed: int) -> np.ndarray:
        """Draws, as shares of the prior (draws, parameters), given one set of standardised summaries."""
        ...


def sample_many(posterior: Amortised, summaries: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """Draws for many sets of summaries: (sets, draws, parameters)."""
    return np.stack([posterior.sample(row, draws, seed + i) for i, row in enumerate(summaries)])


def informative(standardised: np.ndarray, names: Sequence[str]) -> list[int]:
    """The summaries that anything varied moves at all, by more than a twentieth of their error."""
    return [k for k in range(len(names)) if float(np.std(standardised[:, k])) > 0.05]

"""What the simulations say of points between them: networks that learn the mean of every summary.

A run of history has luck of its own, and eighty parameters cannot be tried in all combinations. The mean of a
summary is smooth in the parameters, so a few small networks learn it from some thousand runs, and their mean
stands for the model. How wrong they are is measured on points that they never saw, run with several seeds,
and enters the likelihood.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

NETWORKS, HIDDEN = 3, (96, 96)
_LEAST_ERROR = 0.05  # standard errors


@dataclass(frozen=True)
class Emulator:
    """Mean of each standardised summary at any point of the prior.

    `error` is the standard deviation of what the networks get wrong, in standard errors of each summary;
    `explained` the part of the summary's variance over the prior, luck apart, that they explain.
    """

    networks: tuple[Any, ...]
    scale: np.ndarray
    error: np.ndarray
    explained: np.ndarray

    def mean(self, shares: np.ndarray) -> np.ndarray:
        """Means at shares (points, parameters) of the prior: (points, summaries)."""
        return np.asarray(
            np.mean([one.predict(_inputs(shares)) for one in self.networks], axis=0) * self.scale
        )


def learn_emulator(shares: np.ndarray, found: np.ndarray, test: "PointsApart", seed: int) -> Emulator:
    """Learn from points `shares` and their standardised summaries `found` (points, summaries).

    Deterministic on one machine; scikit-learn's optimiser may differ in the last digits on another.
    """
    from sklearn.neural_network import MLPRegressor

    scale = np.maximum(found.std(0), 1e-9)
    networks = []
    for number in range(NETWORKS):
        network = MLPRegressor(
            hidden_layer_sizes=HIDDEN,
            activation="tanh",
            alpha=1e-2,
            early_stopping=True,
            n_iter_no_change=20,
            max_iter=500,
            random_state=seed + number,
        )
        networks.append(network.fit(_inputs(shares), found / scale))
    raw = Emulator(tuple(networks), scale, np.zeros(found.shape[1]), np.zeros(found.shape[1]))
    off = np.mean((raw.mean(test.shares) - test.mean) ** 2, axis=0) - test.luck**2
    signal = np.maximum(test.mean.var(0) - test.luck**2, 1e-12)
    error = np.sqrt(np.maximum(off, _LEAST_ERROR**2))
    return Emulator(raw.networks, scale, error, np.clip(1.0 - np.maximum(off, 0.0) / signal, 0.0, 1.0))


@dataclass(frozen=True)
class PointsApart:
    """Points that were never learned from, run with several seeds.

    shares: (points, parameters); mean: standardised summaries over the seeds (points, summaries); luck: the
    standard error of such a mean, pooled over points (summaries,).
    """

    shares: np.ndarray
    mean: np.ndarray
    luck: np.ndarray

    @classmethod
    def of(cls, shares: np.ndarray, standardised: np.ndarray) -> "PointsApart":
        """`standardised`: summaries (points, seeds, summaries)."""
        seeds = standardised.shape[1]
        within = standardised.var(axis=1, ddof=1).mean(0) if seeds > 1 else 0.0
        return cls(shares, standardised.mean(1), np.sqrt(within / seeds) * np.ones(standardised.shape[2]))


def _inputs(shares: np.ndarray) -> np.ndarray:
    return np.asarray(2.0 * shares - 1.0)

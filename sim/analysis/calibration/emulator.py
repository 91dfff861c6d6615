"""What the simulations say of points between them: a Gaussian process for each summary, by scikit-learn.

Some hundred simulated points are too few to learn a posterior of eight numbers from as they are: a network
learns them by heart, and recovery shows intervals that are too narrow. The mean of a summary is smooth in the
parameters, so it is learned first, with its own uncertainty, and posteriors are learned from as many points
of the prior as they need. Recovery is of simulated points, never of emulated ones, so what the emulator gets
wrong counts there.
"""

import warnings
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from sim.analysis.calibration.summary_statistics import CLIP
from sim.analysis.calibration.training_set import Training, noisy, scores

PAIRS = 20_000
SIGNAL = 0.1  # standard errors by which a summary must vary over the prior, luck apart, to be learned from
_CHUNK = 4_000


class Emulator:
    """Mean of each standardised summary at any point of the prior, learned from simulations.

    `shares` is an array (points, parameters).
    """

    def __init__(self, shares: np.ndarray, standardised: np.ndarray, seed: int) -> None:
        self.parameters = shares.shape[1]
        inputs = _inputs(shares)
        self._processes = [
            _process(inputs.tobytes(), self.parameters, summary.tobytes(), seed)
            for summary in np.ascontiguousarray(standardised.T)
        ]
        self.signal = self.mean(shares)[0].std(0)

    def mean(self, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean of each summary and the standard deviation of that mean, both (points, summaries)."""
        means, spreads = [], []
        for process in self._processes:
            if isinstance(process, float):
                means.append(np.full(len(shares), process))
                spreads.append(np.zeros(len(shares)))
                continue
            parts = [
                process.predict(_inputs(shares[at : at + _CHUNK]), return_std=True)
                for at in range(0, len(shares), _CHUNK)
            ]
            noise = float(process.kernel_.k2.noise_level) * float(process._y_train_std) ** 2
            means.append(np.concatenate([mean for mean, _ in parts]))
            spreads.append(np.sqrt(np.maximum(np.concatenate([sd for _, sd in parts]) ** 2 - noise, 0.0)))
        return np.stack(means, 1), np.stack(spreads, 1)

    def pairs(self, used: Sequence[int], rng: np.random.Generator, count: int = PAIRS) -> Training:
        """Points of the prior with the summaries `used` as they would be measured there."""
        shares = rng.random((count, self.parameters))
        mean, spread = self.mean(shares)
        found = np.clip(mean + spread * rng.standard_normal(mean.shape), -CLIP, CLIP)
        return Training(scores(shares), noisy(found[:, used], rng))


@lru_cache(maxsize=64)
def _process(inputs: bytes, parameters: int, summary: bytes, seed: int) -> Any:
    """A Gaussian process, or a constant where there is nothing to learn.

    The two fits share most of these settings.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

    points, values = np.frombuffer(inputs).reshape(-1, parameters), np.frombuffer(summary)
    if np.ptp(values) == 0.0:
        return float(values[0])
    kernel = ConstantKernel(1.0, (1e-2, 1e3)) * RBF([2.0] * parameters, (0.2, 100.0)) + WhiteKernel(
        0.05, (1e-5, 2.0)
    )
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", ConvergenceWarning
        )  # a length at its bound is a parameter that does nothing
        return GaussianProcessRegressor(kernel, normalize_y=True, random_state=seed).fit(points, values)


def _inputs(shares: np.ndarray) -> np.ndarray:
    return np.asarray(2.0 * shares - 1.0)

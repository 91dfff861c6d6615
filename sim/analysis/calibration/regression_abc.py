"""Approximate Bayesian computation with learned summaries and regression adjustment, by scikit-learn.

A network learns the posterior mean from the summaries (Fearnhead & Prangle 2012: the best summary of as many
numbers as parameters). The simulations whose learned summaries lie nearest those of the data are kept, and
moved along a local linear regression to where the data are (Beaumont, Zhang & Balding 2002).
"""

import numpy as np

from sim.analysis.calibration.training_set import Training, shares_of

KEPT = 0.04  # part of the simulations that is kept
_LEAST_KEPT = 200


class RegressionABC:
    """A posterior that is learned once and can be sampled for any data."""

    name = "abc"

    def __init__(self, learned: Training, seed: int) -> None:
        from sklearn.neural_network import MLPRegressor
        from sklearn.preprocessing import StandardScaler

        self._scale = StandardScaler().fit(learned.summaries)
        self._network = MLPRegressor(
            hidden_layer_sizes=(64, 64),
            alpha=1e-3,
            early_stopping=True,
            n_iter_no_change=15,
            max_iter=400,
            random_state=seed,
        )
        self._network.fit(self._scale.transform(learned.summaries), learned.scores)
        self._scores = learned.scores
        self._learned = self._summary(learned.summaries)
        self._spread = np.maximum(self._learned.std(0), 1e-9)

    def _summary(self, summaries: np.ndarray) -> np.ndarray:
        found: np.ndarray = self._network.predict(self._scale.transform(summaries))
        return found.reshape(len(summaries), -1)

    def sample(self, summaries: np.ndarray, draws: int, seed: int) -> np.ndarray:
        """Draws as shares of the prior (draws, parameters)."""
        off = self._learned - self._summary(summaries[None])
        distance = np.sqrt((off**2 / self._spread**2).sum(1))
        keep = np.argsort(distance, kind="stable")[
            : max(int(KEPT * len(distance)), min(_LEAST_KEPT, len(distance)))
        ]
        weight = 1.0 - (distance[keep] / max(float(distance[keep].max()), 1e-12)) ** 2 + 1e-9
        design = np.column_stack([np.ones(len(keep)), off[keep]])
        root = np.sqrt(weight)[:, None]
        slope = np.linalg.lstsq(design * root, self._scores[keep] * root, rcond=None)[0]
        adjusted = self._scores[keep] - off[keep] @ slope[1:]
        chosen = np.random.default_rng(seed).choice(len(keep), size=draws, p=weight / weight.sum())
        return shares_of(adjusted[chosen])

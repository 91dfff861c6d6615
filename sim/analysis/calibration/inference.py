"""From simulations to posteriors: summaries, the emulator, its test, and the draws of every split."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.analysis.calibration.emulator import Emulator, PointsApart, learn_emulator
from sim.analysis.calibration.inputs import Candidate, Inputs
from sim.analysis.calibration.prior_sample import centre_scores, scores, shares_of
from sim.analysis.calibration.sampler import Chains, log_likelihood, mode, sample
from sim.analysis.calibration.simulations import Measured
from sim.analysis.calibration.summary_statistics import (
    Standard,
    Summaries,
    may_use,
    mean_over_seeds,
    summaries_of,
)
from sim.analysis.evidence.rows import Row
from sim.scenario.posterior import FITTED, SPREAD

SEED = 20180323
MODES = 12  # climbed to from the likeliest draws


@dataclass(frozen=True)
class Learned:
    """What the simulations taught: summaries, their scale, the emulator, and the test points."""

    candidates: tuple[Candidate, ...]
    summaries: Summaries
    standard: Standard
    emulator: Emulator
    test: PointsApart

    def standardised(self, values: np.ndarray) -> np.ndarray:
        """Summaries of measured rows (..., rows), in standard errors: (..., summaries)."""
        return self.standard.of(self.summaries.of(values))

    def uses(self, may_see: Collection[str]) -> np.ndarray:
        """Which summaries a fit that may see these rows (ids) uses: bool (summaries,)."""
        return may_use(self.summaries.parts, may_see)

    def misfit(self, values: np.ndarray) -> np.ndarray:
        """How unlikely the data are at points with these measured rows (points, seeds, rows): (points,)."""
        return -log_likelihood(mean_over_seeds(self.standardised(values)), np.zeros(len(self.standard.error)))

    def posterior(self, used: np.ndarray, draws: int, seed: int = SEED) -> Chains:
        """Draws given the summaries `used` (bool)."""
        rng = np.random.default_rng(seed)
        start = rng.standard_normal((draws, len(self.candidates)))
        return sample(self._likelihood(used), start, np.ones(start.shape[1], bool), rng)

    def near_best(self, used: np.ndarray, draws: int, seed: int = SEED) -> np.ndarray:
        """Shares (points, parameters) of points that fit, what is judged at its value before the fit.

        They are modes of the posterior given what is judged, from the likeliest of so many draws, and the
        means of the 1, 2, 4, ... likeliest: what the data leave open lies the nearer the middle of its prior
        the more are averaged.
        """
        rng, moves = np.random.default_rng([seed, 1]), self._moves
        start = np.where(moves, rng.standard_normal((draws, len(moves))), centre_scores(self.candidates))
        likelihood = self._likelihood(used)
        found = sample(likelihood, start, moves, rng)
        order = np.argsort(-likelihood(found.scores), kind="stable")
        modes = [mode(likelihood, found.scores[k], moves) for k in order[:MODES]]
        means = [found.scores[order[: 1 << k]].mean(0) for k in range(draws.bit_length())]
        return shares_of(np.stack([*modes, *means]))

    def about(self, best: np.ndarray, width: float, count: int, seed: int = SEED) -> np.ndarray:
        """Shares (count, parameters): a point, and others about it, so far in normal scores.

        What is judged stays.
        """
        rng, moves = np.random.default_rng([seed, 2]), self._moves
        off = width * rng.standard_normal((max(count, 1) - 1, len(moves))) * moves
        return shares_of(scores(best) + np.concatenate([np.zeros((1, len(moves))), off]))

    @property
    def _moves(self) -> np.ndarray:
        """Which parameters are sought for the best point: bool (parameters,); what is judged stays."""
        return np.array([one.role in (FITTED, SPREAD) for one in self.candidates])

    def _likelihood(self, used: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        emulator = self.emulator

        def likelihood(x: np.ndarray) -> np.ndarray:
            return log_likelihood(emulator.mean(shares_of(x))[:, used], emulator.error[used])

        return likelihood


def learn(
    inputs: Inputs,
    rows: Sequence[Row],
    ties: Mapping[str, str],
    points: tuple[np.ndarray, Measured],
    test: tuple[np.ndarray, Measured],
) -> Learned:
    """Learn from simulated `points` and `test` points: shares (points, parameters) and measured rows.

    Points that failed are left out. Of the rows those are used that inform the fit.
    """
    summaries = Summaries(summaries_of(inputs.rows(rows), ties), points[1].rows)
    shares, found = _whole(points[0], summaries.of(points[1].values))
    standard = Standard.of_simulations(summaries, mean_over_seeds(found), inputs.discrepancy)
    test_shares, test_found = _whole(test[0], summaries.of(test[1].values))
    apart = PointsApart.of(test_shares, standard.of(test_found))
    emulator = learn_emulator(shares, standard.of(mean_over_seeds(found)), apart, SEED)
    return Learned(inputs.candidates, summaries, standard, emulator, apart)


def _whole(shares: np.ndarray, found: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points of which something was measured."""
    there = ~np.all(np.isnan(found), axis=(1, 2))
    return shares[there], found[there]

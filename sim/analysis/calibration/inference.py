"""From simulations to a posterior: summaries, the paths that learn it, their recovery, and the draws of the one that ships."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sim.analysis.calibration.emulator import PAIRS, SIGNAL, Emulator
from sim.analysis.calibration.inputs import Inputs
from sim.analysis.calibration.neural_posterior import NeuralPosterior
from sim.analysis.calibration.prior_sample import held_out
from sim.analysis.calibration.recovery import Recovery, recover, ships
from sim.analysis.calibration.regression_abc import LightPosterior
from sim.analysis.calibration.simulations import Measured
from sim.analysis.calibration.summary_statistics import Standard, Summaries, standard
from sim.analysis.calibration.training_set import Amortised, Training
from sim.analysis.evidence.rows import Row

SEED = 20180323
WIDE = 20_000  # draws of each path in which the best point is sought: what one draws again and again, another draws between
REPEATS = 2  # of the recovery of each point, with another error
Learn = Callable[[Training, int], Amortised]
PATHS: dict[str, Learn] = {"light": LightPosterior, "neural": NeuralPosterior}


@dataclass(frozen=True)
class Learned:
    """A fit. `shares` are draws (draws, parameters) of the posterior that ships, as shares of the prior.

    `used` names the summaries that it rests on: those that anything varied moves. `emulator_error` is that of the emulated
    mean of each at the points kept apart, in standard errors. `wide` are more draws, of every path, in which the best point is sought.
    """

    summaries: Summaries
    standard: Standard
    used: tuple[str, ...]
    emulator_error: np.ndarray
    recoveries: tuple[Recovery, ...]
    shipped: int
    shares: np.ndarray
    wide: np.ndarray
    emulator: Emulator

    def emulated_misfit(self, shares: np.ndarray) -> np.ndarray:
        """`misfit` of points (points, parameters) as the emulator has it."""
        return np.asarray(
            ((self.emulator.mean(shares)[0] - self.standard.of(self.summaries.observed)) ** 2).sum(-1)
        )

    @property
    def recovery(self) -> Recovery:
        return self.recoveries[self.shipped]

    def misfit(self, values: np.ndarray) -> np.ndarray:
        """Sum over summaries of the squared standardised distance from the data, of measured rows (points, seeds, rows): (points,)."""
        found = self.standard.of(np.nanmean(self.summaries.of(values), axis=1))
        return np.asarray((found**2).sum(-1))


def learn(
    inputs: Inputs,
    rows: Sequence[Row],
    shares: np.ndarray,
    measured: Measured,
    paths: Sequence[str],
    draws: int,
    pairs: int = PAIRS,
    seed: int = SEED,
) -> Learned:
    """Fit some rows of what was measured at `shares` (points, parameters) by each path; points that failed are left out.

    One point in eight is kept from what is learned from: the recovery is of those.
    """
    summaries = Summaries(tuple(rows))
    at = columns(measured.rows, rows)
    whole = ~np.all(np.isnan(measured.values), axis=(1, 2))
    simulated, shares, apart = (
        summaries.of(measured.values[whole][:, :, at]),
        shares[whole],
        held_out(len(whole))[whole],
    )
    scale = standard(summaries, simulated, inputs.discrepancy)
    found = scale.of(np.nanmean(simulated, axis=1))
    emulator = Emulator(shares[~apart], found[~apart], seed)
    used = [k for k, signal in enumerate(emulator.signal) if signal >= SIGNAL]
    observed = scale.of(summaries.observed)[used]
    learned = emulator.pairs(used, np.random.default_rng(seed), pairs)
    posteriors = [PATHS[path](learned, seed) for path in paths]
    recoveries = [
        recover(posterior, shares[apart], found[apart][:, used], scale.measured[used], seed, REPEATS)
        for posterior in posteriors
    ]
    shipped = ships(recoveries)
    sample = posteriors[shipped].sample(observed, draws, seed)
    wide = np.concatenate([posterior.sample(observed, WIDE, seed + 1) for posterior in posteriors])
    off = np.sqrt(np.mean((emulator.mean(shares[apart])[0][:, used] - found[apart][:, used]) ** 2, axis=0))
    return Learned(
        summaries,
        scale,
        tuple(summaries.names[k] for k in used),
        off,
        tuple(recoveries),
        shipped,
        sample,
        wide,
        emulator,
    )


def columns(measured: Sequence[Row], rows: Sequence[Row]) -> list[int]:
    """Where each of `rows` stands among those measured."""
    place = {row.id: i for i, row in enumerate(measured)}
    return [place[row.id] for row in rows]

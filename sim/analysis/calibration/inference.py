"""From simulations to a posterior: summaries, the emulator, the posterior, its recovery and its draws."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.analysis.calibration.emulator import PAIRS, SIGNAL, Emulator
from sim.analysis.calibration.inputs import Inputs
from sim.analysis.calibration.prior_sample import held_out
from sim.analysis.calibration.recovery import Recovery, recover
from sim.analysis.calibration.regression_abc import RegressionABC
from sim.analysis.calibration.simulations import Measured
from sim.analysis.calibration.summary_statistics import Standard, Summaries, standard
from sim.analysis.evidence.rows import Row

SEED = 20180323
WIDE = 20_000  # draws among which the best point is sought
REPEATS = 2  # of the recovery of each point, with another error


@dataclass(frozen=True)
class Learned:
    """A fit. `shares` are draws (draws, parameters) of the posterior, as shares of the prior.

    `used` names the summaries that the posterior depends on: those that at least one parameter moves.
    `emulator_error` is the error of each summary's emulated mean at the held-out points, in standard errors.
    `wide` are further draws, among which the best point is sought.
    """

    summaries: Summaries
    standard: Standard
    used: tuple[str, ...]
    emulator_error: np.ndarray
    recovery: Recovery
    shares: np.ndarray
    wide: np.ndarray
    emulator: Emulator

    def emulated_misfit(self, shares: np.ndarray) -> np.ndarray:
        """`misfit` of points (points, parameters) as the emulator has it."""
        return np.asarray(
            ((self.emulator.mean(shares)[0] - self.standard.of(self.summaries.observed)) ** 2).sum(-1)
        )

    def misfit(self, values: np.ndarray) -> np.ndarray:
        """Sum over summaries of the squared standardised distance from the data: (points,).

        `measured` holds measured rows: (points, seeds, rows).
        """
        found = self.standard.of(np.nanmean(self.summaries.of(values), axis=1))
        return np.asarray((found**2).sum(-1))


def learn(
    inputs: Inputs,
    rows: Sequence[Row],
    shares: np.ndarray,
    measured: Measured,
    draws: int,
    pairs: int = PAIRS,
    seed: int = SEED,
) -> Learned:
    """Fit some rows of what was measured at `shares` (points, parameters); points that failed are left out.

    One point in eight is held out of the training set; recovery is tested on those.
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
    posterior = RegressionABC(learned, seed)
    recovery = recover(posterior, shares[apart], found[apart][:, used], scale.measured[used], seed, REPEATS)
    off = np.sqrt(np.mean((emulator.mean(shares[apart])[0][:, used] - found[apart][:, used]) ** 2, axis=0))
    return Learned(
        summaries,
        scale,
        tuple(summaries.names[k] for k in used),
        off,
        recovery,
        posterior.sample(observed, draws, seed),
        posterior.sample(observed, WIDE, seed + 1),
        emulator,
    )


def columns(measured: Sequence[Row], rows: Sequence[Row]) -> list[int]:
    """Where each of `rows` stands among those measured."""
    place = {row.id: i for i, row in enumerate(measured)}
    return [place[row.id] for row in rows]

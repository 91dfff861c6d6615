"""From simulations to a posterior: summaries, the paths that learn it, their recovery, and the draws of the one that ships."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sim.analysis.evidence_rows import Row
from sim.analysis.fit.design import held_out
from sim.analysis.fit.inputs import Inputs
from sim.analysis.fit.light import LightPosterior
from sim.analysis.fit.neural import NeuralPosterior
from sim.analysis.fit.recovery import Recovery, recover, ships
from sim.analysis.fit.simulating import Measured
from sim.analysis.fit.summaries import Standard, Summaries, standard
from sim.analysis.fit.training import Amortised, Training, informative, training

SEED = 20180323
Learn = Callable[[Training, int], Amortised]
PATHS: dict[str, Learn] = {"light": LightPosterior, "neural": NeuralPosterior}


@dataclass(frozen=True)
class Learned:
    """A fit. `shares` are draws (draws, parameters) of the posterior that ships, as shares of the prior.

    `used` names the summaries that it rests on: those that anything varied moves.
    """

    summaries: Summaries
    standard: Standard
    used: tuple[str, ...]
    recoveries: tuple[Recovery, ...]
    shipped: int
    shares: np.ndarray

    @property
    def recovery(self) -> Recovery:
        return self.recoveries[self.shipped]

    def misfit(self, values: np.ndarray) -> np.ndarray:
        """Sum over summaries of the squared standardised distance from the data, of measured rows (points, seeds, rows): (points,)."""
        found = self.standard.of(np.nanmean(self.summaries.of(values), axis=1))
        return np.asarray((found**2).sum(-1))


def learn(inputs: Inputs, rows: Sequence[Row], shares: np.ndarray, measured: Measured, paths: Sequence[str], draws: int, seed: int = SEED) -> Learned:
    """Fit some rows of what was measured at `shares` (points, parameters) by each path; points that failed are left out.

    One point in eight is kept from the training: the recovery is of those.
    """
    summaries = Summaries(tuple(rows))
    at = columns(measured.rows, rows)
    whole = ~np.all(np.isnan(measured.values), axis=(1, 2))
    simulated, shares, apart = summaries.of(measured.values[whole][:, :, at]), shares[whole], held_out(len(whole))[whole]
    scale = standard(summaries, simulated, inputs.discrepancy)
    found = scale.of(np.nanmean(simulated, axis=1))
    used = informative(found, summaries.names)
    observed = scale.of(summaries.observed)[used]
    pairs = training(shares[~apart], found[~apart][:, used], np.random.default_rng(seed))
    posteriors = [PATHS[path](pairs, seed) for path in paths]
    recoveries = [recover(posterior, shares[apart], found[apart][:, used], seed) for posterior in posteriors]
    shipped = ships(recoveries)
    sample = posteriors[shipped].sample(observed, draws, seed)
    return Learned(summaries, scale, tuple(summaries.names[k] for k in used), tuple(recoveries), shipped, sample)


def columns(measured: Sequence[Row], rows: Sequence[Row]) -> list[int]:
    """Where each of `rows` stands among those measured."""
    place = {row.id: i for i, row in enumerate(measured)}
    return [place[row.id] for row in rows]

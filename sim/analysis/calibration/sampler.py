"""The posterior of a fit: many chains of elliptical slice sampling (Murray, Adams & MacKay 2010).

With every prior a normal score, the prior is a standard normal and the method has nothing to tune. The
likelihood is that of the summaries about their emulated means, Student's t with four degrees of freedom:
where sources contradict each other, no single one decides. Chains run side by side, each from a point of the
prior of its own, and the last point of a chain is a draw: the draws are independent of one another.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from sim.analysis.calibration.prior_sample import shares_of

FREEDOM = 4.0
STEPS = 2000
_MOST_SHRINKS = 60
_SLOPE = 1e-3  # step of a numerical slope, in normal scores

Likelihood = Callable[[np.ndarray], np.ndarray]  # scores (chains, parameters) -> log likelihood (chains,)


@dataclass(frozen=True)
class Chains:
    """`scores` are the last points (chains, parameters); `r_hat` (parameters,) compares the chains' halves.

    `effective` (parameters,) is how many independent points all chains' second halves are worth.
    """

    scores: np.ndarray
    r_hat: np.ndarray
    effective: np.ndarray

    @property
    def shares(self) -> np.ndarray:
        return shares_of(self.scores)


def log_likelihood(standardised: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Of summaries (..., summaries) off by so many standard errors, `error` that of the emulator beside."""
    z2 = standardised**2 / (1.0 + error**2)
    return np.asarray(-0.5 * (FREEDOM + 1.0) * np.log1p(z2 / FREEDOM).sum(-1))


def sample(
    likelihood: Likelihood,
    start: np.ndarray,
    moves: np.ndarray,
    rng: np.random.Generator,
    steps: int | None = None,
) -> Chains:
    """Run chains from `start` (chains, parameters); where `moves` (parameters,) is false they stay."""
    steps = steps or STEPS
    x, at = start.copy(), likelihood(start)
    kept = []
    for step in range(steps):
        x, at = _step(likelihood, x, at, moves, rng)
        if step >= steps // 2:
            kept.append(x)
    trace = np.stack(kept)
    return Chains(x, _r_hat(trace), _effective(trace))


def mode(likelihood: Likelihood, start: np.ndarray, moves: np.ndarray) -> np.ndarray:
    """Where the posterior is highest, climbing from `start` (parameters,); what does not move stays.

    Slopes are central differences, all of them in one call of the likelihood.
    """
    free = np.flatnonzero(moves)

    def points(shift: np.ndarray) -> np.ndarray:
        out = np.repeat(start[None], len(shift), 0)
        out[:, free] = shift
        return out

    def minus_log_posterior(x: np.ndarray) -> tuple[float, np.ndarray]:
        around = np.concatenate([x[None], x + _SLOPE * np.eye(len(x)), x - _SLOPE * np.eye(len(x))])
        high = likelihood(points(around)) - 0.5 * (around**2).sum(1)
        up, down = np.split(high[1:], 2)
        return -float(high[0]), -(up - down) / (2.0 * _SLOPE)

    found = minimize(minus_log_posterior, start[free], jac=True, method="L-BFGS-B", options={"maxiter": 200})
    return np.asarray(points(found.x[None])[0])


def _step(
    likelihood: Likelihood, x: np.ndarray, at: np.ndarray, moves: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """One move of every chain along an ellipse through its point, shrunk until it is likely enough."""
    chains = len(x)
    other = rng.standard_normal(x.shape)
    least = at + np.log(rng.random(chains))
    angle = 2.0 * np.pi * rng.random(chains)
    low, high = angle - 2.0 * np.pi, angle.copy()
    new, new_at, active = x.copy(), at.copy(), np.arange(chains)
    for _ in range(_MOST_SHRINKS):
        turn = angle[active, None]
        tried = np.where(moves, x[active] * np.cos(turn) + other[active] * np.sin(turn), x[active])
        found = likelihood(tried)
        good = found > least[active]
        new[active[good]], new_at[active[good]] = tried[good], found[good]
        active = active[~good]
        if not len(active):
            break
        below = angle[active] < 0.0
        low[active] = np.where(below, angle[active], low[active])
        high[active] = np.where(below, high[active], angle[active])
        angle[active] = low[active] + rng.random(len(active)) * (high[active] - low[active])
    return new, new_at


def _r_hat(trace: np.ndarray) -> np.ndarray:
    """Split R-hat (Gelman & Rubin 1992) of a trace (steps, chains, parameters)."""
    half = len(trace) // 2
    if half < 2:
        return np.full(trace.shape[2], np.nan)
    parts = np.concatenate([trace[:half], trace[half : 2 * half]], axis=1)
    within = parts.var(0, ddof=1).mean(0)
    between = parts.mean(0).var(0, ddof=1)
    within = np.maximum(within, 1e-12)
    return np.asarray(np.sqrt((within * (half - 1) / half + between) / within))


def _effective(trace: np.ndarray) -> np.ndarray:
    """Independent points that a trace is worth: total variance over the variance of a chain's mean, by chain.

    A chain whose mean varies as little as that of independent points counts in full.
    """
    steps, chains, _ = trace.shape
    total = np.maximum(trace.reshape(steps * chains, -1).var(0), 1e-12)
    of_means = np.maximum(trace.mean(0).var(0, ddof=1), 1e-12)
    return np.asarray(chains * np.clip(total / of_means, 1.0, steps))

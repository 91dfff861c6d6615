"""Sensitivity indices of many outputs at once, behind a guard against failed runs and constant outputs.

Estimators are SALib's: its functions of first and total order are called on whole arrays of outputs, and the
elementary effects and PAWN, which SALib computes for one output and for complete samples only, are the same
formulas over arrays (the tests compare them to the last digits). SALib alone is not enough: one missing
number among its outputs makes every Sobol' index 0, and an output that never varies has indices of 0.

Outputs are (rows, replicates, outputs). Replicates are seeds (and levers): one row of the design run again
with other luck. A run that failed is missing (NaN). Effects are taken within a replicate and then averaged
over the replicates, so a missing run costs its own comparisons and nothing else: no comparison is ever made
between runs of different luck. A constant output has no index: every value is missing and `constant` is set.

Intervals are 95%, normal, with the standard deviation of a bootstrap over trajectories, blocks or points, as
in SALib.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

RESAMPLES = 200
SLICES = 10
MOST_POINTS = 4_000  # that PAWN is taken from; of more, so many drawn at random
FEW_LEVELS = 12
# Trajectories, blocks or points below which there is no interval, and no ranking.
LEAST_TRAJECTORIES, LEAST_BLOCKS, LEAST_POINTS = 4, 16, 8
_Z = float(ndtri(0.975))


@dataclass(frozen=True)
class Indices:
    """Indices by name, each (factors, outputs).

    `half` is half the width of the 95% interval; `used` how many comparisons (trajectories, blocks or points)
    each rests on, out of `asked`; `few` where that is too few for an interval. `constant` says which outputs
    never vary.
    """

    value: dict[str, np.ndarray]
    half: dict[str, np.ndarray]
    used: np.ndarray
    asked: int
    constant: np.ndarray
    few: np.ndarray


def never_varies(outputs: np.ndarray) -> np.ndarray:
    """Which outputs have one and the same value in all runs that are there: (outputs,) bool."""
    flat = outputs.reshape(-1, outputs.shape[-1])
    known = ~np.isnan(flat)
    low = np.where(known, flat, np.inf).min(axis=0)
    high = np.where(known, flat, -np.inf).max(axis=0)
    size = np.maximum(np.abs(low), np.abs(high))
    return np.asarray(known.any(axis=0) & ~(high - low > 1e-12 * np.where(np.isfinite(size), size, 0.0)))


def _weights(rows: int, rng: np.random.Generator) -> np.ndarray:
    """How often each of the rows is in each bootstrap sample: (samples, rows)."""
    return rng.multinomial(rows, np.full(rows, 1.0 / rows), RESAMPLES).astype(float)


def known_mean(values: np.ndarray, axis: int) -> np.ndarray:
    """The mean of what is there; missing, without a warning, where nothing is."""
    known = ~np.isnan(values)
    n = known.sum(axis=axis)
    total = np.where(known, values, 0.0).sum(axis=axis)
    return np.asarray(np.where(n > 0, total / np.maximum(n, 1), np.nan))


def _known_deviation(values: np.ndarray) -> np.ndarray:
    """The standard deviation over the first axis of what is there; missing where there are not two."""
    n = (~np.isnan(values)).sum(axis=0)
    variance = known_mean((values - known_mean(values, axis=0)) ** 2, axis=0)
    return np.asarray(np.where(n > 1, np.sqrt(variance * n / np.maximum(n - 1, 1)), np.nan))


# --- Morris -----------------------------------------------------------------------------------------------


def elementary_effects(outputs: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """The effect of each factor in each trajectory: (trajectories, factors, outputs), per whole range.

    `shares` is the sample in the unit cube. An effect is missing where a run at either end failed in every
    replicate.
    """
    low, high, step = step_ends(outputs, shares)
    return np.asarray((high - low) / step[:, :, None])


def step_ends(outputs: np.ndarray, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The outputs at the lower and the upper end of each factor's step, and the step's length.

    (trajectories, factors, outputs) each, the length (trajectories, factors); means over the replicates in
    which both ends are there.
    """
    factors = shares.shape[1]
    by_step = np.diff(shares.reshape(-1, factors + 1, factors), axis=1)
    moved = np.abs(by_step).argmax(axis=2)
    at = np.arange(len(by_step))[:, None]
    order = np.argsort(moved, axis=1)
    length = np.take_along_axis(by_step, moved[:, :, None], axis=2)[:, :, 0][at, order]
    runs = outputs.reshape(-1, factors + 1, *outputs.shape[1:])
    before, after = runs[:, :-1][at, order], runs[:, 1:][at, order]
    gone = np.isnan(before) | np.isnan(after)
    before, after = (known_mean(np.where(gone, np.nan, ends), axis=2) for ends in (before, after))
    rises = (length > 0)[:, :, None]
    return np.where(rises, before, after), np.where(rises, after, before), np.abs(length)


def morris(
    outputs: np.ndarray, shares: np.ndarray, rng: np.random.Generator, intervals: bool = True
) -> Indices:
    """mu* (mean size of the elementary effects), mu (their mean) and sigma (their standard deviation)."""
    effects = elementary_effects(outputs, shares)
    trajectories, factors, columns = effects.shape
    known = ~np.isnan(effects)
    flat = np.where(known, effects, 0.0).reshape(trajectories, -1)
    there = known.reshape(trajectories, -1).astype(float)
    value = {
        name: one[0].reshape(factors, columns)
        for name, one in _moments(np.ones((1, trajectories)), flat, there).items()
    }
    half = {name: np.full((factors, columns), np.nan) for name in value}
    if intervals:
        drawn = _moments(_weights(trajectories, rng), flat, there, least=1)
        half = {name: _Z * one.std(axis=0, ddof=1).reshape(factors, columns) for name, one in drawn.items()}
    used = known.sum(axis=0)
    return _guarded(value, half, used, trajectories, never_varies(outputs), LEAST_TRAJECTORIES)


def _moments(
    weights: np.ndarray, effects: np.ndarray, there: np.ndarray, least: int = 2
) -> dict[str, np.ndarray]:
    """mu*, mu and sigma of weighted effects: (samples, factors x outputs) each."""
    n = weights @ there
    some = np.maximum(n, 1.0)
    mu, mu_star = weights @ effects / some, weights @ np.abs(effects) / some
    spread = np.maximum(weights @ effects**2 / some - mu**2, 0.0) * some / np.maximum(some - 1.0, 1.0)
    enough = n >= least
    return {
        "mu_star": np.where(enough, mu_star, np.nan),
        "sigma": np.where(enough, np.sqrt(spread), np.nan),
        "mu": np.where(enough, mu, np.nan),
    }


# --- Sobol' -----------------------------------------------------------------------------------------------


def sobol(outputs: np.ndarray, factors: int, rng: np.random.Generator, intervals: bool = True) -> Indices:
    """First-order and total indices of a Saltelli sample (rows A, AB of each factor, B, block by block)."""
    columns, constant = outputs.shape[-1], never_varies(outputs)
    blocks = _standard(outputs).reshape(-1, factors + 2, *outputs.shape[1:])
    value = {name: np.full((factors, columns), np.nan) for name in ("first_order", "total")}
    half = {name: np.full((factors, columns), np.nan) for name in value}
    used = np.zeros((factors, columns), int)
    samples: dict[int, np.ndarray] = {}  # by the number of blocks that are there
    for j in range(factors):
        a, ab, b = _complete(blocks[:, 0], blocks[:, j + 1], blocks[:, -1])
        for rows, cols in _alike(~np.isnan(a)):
            chosen = cols & ~constant
            used[j, cols] = rows.sum()
            if rows.sum() < 2 or not chosen.any():
                continue
            runs = [one[np.ix_(rows, chosen)] for one in (a, ab, b)]
            n = len(runs[0])
            for name, found in _orders(*runs).items():
                value[name][j, chosen] = found
            if not intervals:
                continue
            drawn = samples.setdefault(n, rng.integers(n, size=(RESAMPLES, n)))
            again = [_orders(*(one[sample] for one in runs)) for sample in drawn]
            for name in value:
                half[name][j, chosen] = _Z * _known_deviation(np.array([one[name] for one in again]))
    return _guarded(value, half, used, len(blocks), constant, LEAST_BLOCKS)


def _complete(*runs: np.ndarray) -> tuple[np.ndarray, ...]:
    """Means over the replicates in which all of these runs are there; missing where none is."""
    gone = np.any([np.isnan(one) for one in runs], axis=0)
    return tuple(known_mean(np.where(gone, np.nan, one), axis=1) for one in runs)


def _standard(outputs: np.ndarray) -> np.ndarray:
    """Centred and scaled as SALib does, so that its test for zero variance does not meet small units."""
    flat = outputs.reshape(-1, outputs.shape[-1])
    middle = known_mean(flat, axis=0)
    spread = np.sqrt(known_mean((flat - middle) ** 2, axis=0))
    return np.asarray((outputs - middle) / np.where(spread > 0, spread, 1.0))


def _orders(a: np.ndarray, ab: np.ndarray, b: np.ndarray) -> dict[str, np.ndarray]:
    """SALib's estimators; an output that does not vary over these blocks has no index."""
    from SALib.analyze.sobol import first_order, total_order

    varies = np.ptp(np.concatenate([a, b]), axis=0) > 0
    out = {"first_order": np.full(a.shape[1], np.nan), "total": np.full(a.shape[1], np.nan)}
    if varies.any():
        kept = [one[:, varies] for one in (a, ab, b)]
        out["first_order"][varies], out["total"][varies] = first_order(*kept), total_order(*kept)
    return out


# --- PAWN -------------------------------------------------------------------------------------------------


def slices(column: np.ndarray) -> np.ndarray:
    """The slice that each value of a factor lies in: its own values where they are few, else equal parts."""
    distinct, codes = np.unique(column, return_inverse=True)
    if len(distinct) <= FEW_LEVELS or column.dtype == object:  # names have no order to be cut along
        return np.asarray(codes)
    edges = np.quantile(column.astype(float), np.linspace(0.0, 1.0, SLICES + 1)[1:-1])
    return np.asarray(np.searchsorted(edges, column.astype(float), side="right"))


def pawn(outputs: np.ndarray, codes: np.ndarray, rng: np.random.Generator, intervals: bool = True) -> Indices:
    """PAWN: the mean, over the slices of a factor, of the Kolmogorov-Smirnov distance between the outputs
    in the slice and all outputs.

    `outputs` (points, outputs), `codes` (points, factors): the slice of each point. `dummy` is what a factor
    without any effect, cut into the same slices, stays below in 95 of 100 samples.
    """
    factors, columns, constant = codes.shape[1], outputs.shape[1], never_varies(outputs)
    if len(outputs) > MOST_POINTS:
        drawn = np.sort(rng.choice(len(outputs), MOST_POINTS, replace=False))
        outputs, codes = outputs[drawn], codes[drawn]
    shape = (factors, columns)
    value, half, dummy = (np.full(shape, np.nan) for _ in range(3))
    used = np.zeros(shape, int)
    for rows, cols in _alike(~np.isnan(outputs)):
        chosen, n = cols & ~constant, int(rows.sum())
        used[:, cols] = n
        if n < 2 or not chosen.any():
            continue
        kept, own = outputs[np.ix_(rows, chosen)], codes[rows]
        value[:, chosen] = _distances(kept, own)
        dummy[:, chosen] = _dummies(own, rng)[:, None]
        if intervals:
            samples = (rng.integers(n, size=n) for _ in range(RESAMPLES // 4))
            again = [_distances(kept[sample], own[sample]) for sample in samples]
            half[:, chosen] = _Z * _known_deviation(np.array(again))
    values, halves = {"pawn": value, "dummy": dummy}, {"pawn": half, "dummy": np.full(shape, np.nan)}
    return _guarded(values, halves, used, len(outputs), constant, LEAST_POINTS)


def _distances(outputs: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """PAWN of each factor and output: (factors, outputs)."""
    order = np.argsort(outputs, axis=0)
    ordered = np.take_along_axis(outputs, order, axis=0)
    last = np.ones(ordered.shape, bool)  # of equal values, where a distribution function stands
    last[:-1] = ordered[1:] != ordered[:-1]
    whole = np.arange(1, len(outputs) + 1)[:, None] / len(outputs)
    out = np.empty((codes.shape[1], outputs.shape[1]))
    for j in range(codes.shape[1]):
        own = codes[:, j][order]
        found = [_distance(own == code, whole, last) for code in np.unique(codes[:, j])]
        out[j] = np.mean(found, axis=0)
    return out


def _distance(inside: np.ndarray, whole: np.ndarray, last: np.ndarray) -> np.ndarray:
    """The Kolmogorov-Smirnov distance of the marked outputs from all, output by output."""
    part = np.cumsum(inside, axis=0) / inside.sum(axis=0)
    return np.asarray(np.where(last, np.abs(part - whole), 0.0).max(axis=0))


def _dummies(codes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What factors without effect stay below in 95 of 100 samples: (factors,).

    It depends on the sizes of the slices alone.
    """
    luck = rng.random((len(codes), RESAMPLES))
    known: dict[tuple[int, ...], float] = {}
    out = np.empty(codes.shape[1])
    for j in range(codes.shape[1]):
        sizes = tuple(sorted(np.unique(codes[:, j], return_counts=True)[1].tolist()))
        if sizes not in known:
            known[sizes] = float(np.quantile(_distances(luck, codes[:, [j]])[0], 0.95))
        out[j] = known[sizes]
    return out


# --- the guard --------------------------------------------------------------------------------------------


def _alike(known: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Outputs that are there in the same rows: the rows, and which outputs."""
    patterns, which = np.unique(known.T, axis=0, return_inverse=True)
    for k, rows in enumerate(patterns):
        yield rows, np.asarray(which).ravel() == k


def _guarded(
    value: dict[str, np.ndarray],
    half: dict[str, np.ndarray],
    used: np.ndarray,
    asked: int,
    constant: np.ndarray,
    least: int,
) -> Indices:
    """Indices without any number where an output never varies, and without intervals of too few rows."""
    gone, few = np.broadcast_to(constant, used.shape), used < least
    value = {name: np.where(gone, np.nan, one) for name, one in value.items()}
    half = {name: np.where(gone | few, np.nan, one) for name, one in half.items()}
    return Indices(value, half, used, asked, constant, few)

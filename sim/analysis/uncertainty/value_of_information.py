"""Value of information: which measurement would narrow which headline most, and by how much.

From the draws of the posterior, without new runs. Each draw has a headline h and what a measurement would
give, y, which is read with an error of standard deviation se. The expected share of the headline's variance
that the measurement takes away is Var(E[h | y + error]) / Var(h) (expected value of sample information for a
quadratic loss). Two methods:

- a straight line: the squared correlation of h with y + error, less what chance gives it;
- importance weights: each draw in turn is the truth, a measurement is drawn from it, all other draws are
  weighted by its likelihood, and their mean predicts h. The share is one minus the squared error over the
  variance. It needs no line, and is careful: the error of the prediction itself counts against it.

A share must exceed what the best of all quantities reaches when headlines are shuffled over draws, or it is
not told apart from chance.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.headlines import HEADLINES

VALUE = "value"
ROW, PARAMETER = KINDS = ("row of evidence", "parameter, measured directly")
NARROWS, DISAGREE = "narrows", "only along a straight line"
CURVED, NOISE = "narrows, along no straight line", "not told apart from chance"
COLUMNS = (
    "headline", "name", "unit", "quantity", "kind", "what", "role", "se", "spread", "share", "low", "high",
    "by_weights", "perfect", "noise", "width90", "width90_expected", "draws", "verdict",
)  # fmt: skip
HALF = 0.5  # standard error of a direct measurement, in units of the parameter's present spread
FEWEST = 32  # draws below which nothing is said
_SHOWN = 10  # of each kind and headline, beside all that narrow
_RESAMPLES, _SHUFFLES, _READINGS, _KEY = 1000, 500, 4, 1764
_CONSTANT = 1e-12  # product of variances, each 1 over all draws, below which a resample is constant
_LEAST_SE = 1.06  # times n^(-1/5) spreads: below it, too few draws are near a reading (Silverman 1986)


@dataclass(frozen=True)
class Quantity:
    """Something that could be measured: its value at every draw, on the scale on which errors are normal, and
    the standard error of the measurement."""

    name: str
    kind: str
    what: str
    values: np.ndarray
    se: float
    role: str = ""

    @property
    def spread(self) -> float:
        """Standard deviation over the draws."""
        return float(np.nanstd(self.values, ddof=1))


def value_table(headlines: pd.DataFrame, quantities: Sequence[Quantity]) -> pd.DataFrame:
    """A row a headline and quantity: the best of each kind, and all that narrow the headline.

    `headlines` has a line a draw and a column a headline code. `share` with its 95% interval over resampled
    draws is by the straight line, `by_weights` by importance weights, `perfect` the line's share without any
    error. `width90_expected` is the width of the middle 90% of the draws that is to be expected after the
    measurement.
    """
    known = [one for one in HEADLINES if one.code in headlines and headlines[one.code].std() > 0.0]
    outcomes = headlines[[one.code for one in known]].to_numpy(float)
    usable = [one for one in quantities if _is_usable(one)]
    if len(outcomes) < FEWEST or not usable or not known:
        return pd.DataFrame(columns=list(COLUMNS))
    generator = np.random.Generator(np.random.Philox(key=_KEY))
    even = np.full(len(outcomes), 1.0 / len(outcomes))
    resamples = generator.multinomial(len(outcomes), even, _RESAMPLES).astype(float)
    noise = _noise(outcomes, usable, generator)
    lines = [_along_line(one, outcomes) for one in usable]
    rows: list[dict[str, Any]] = []
    for k, headline in enumerate(known):
        for kind in KINDS:
            mine = [n for n, one in enumerate(usable) if one.kind == kind]
            mine.sort(key=lambda n, k=k: -lines[n]["share"][k])  # type: ignore[misc]
            for position, n in enumerate(mine):
                line = {name: float(values[k]) for name, values in lines[n].items()}
                told = line["share"] > noise[kind][k]
                if not told and position >= _SHOWN:
                    continue
                line |= _interval(usable[n], outcomes[:, [k]], resamples)
                by_weights = _by_weights(usable[n], outcomes[:, k])
                verdict = _verdict(line["share"], by_weights["by_weights"], noise[kind][k])
                of = {"headline": headline.code, "name": headline.name, "unit": headline.unit}
                limits = {"noise": noise[kind][k], "verdict": verdict}
                rows.append({**of, **_facts(usable[n]), **line, **by_weights, **limits})
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _verdict(share: float, by_weights: float, noise: float) -> str:
    """What the two methods say together; weights confirm a line that they see a third of."""
    if share > noise:
        return NARROWS if by_weights > share / 3.0 else DISAGREE
    return CURVED if by_weights > noise else NOISE


def _facts(one: Quantity) -> dict[str, Any]:
    return {
        "quantity": one.name, "kind": one.kind, "what": one.what, "role": one.role, "se": one.se,
        "spread": one.spread, "draws": int((~np.isnan(one.values)).sum()),
    }  # fmt: skip


def _is_usable(one: Quantity) -> bool:
    """Whether a quantity is there in enough draws, varies over them, and is measured with an error."""
    known = one.values[~np.isnan(one.values)]
    return len(known) >= FEWEST and one.se > 0.0 and one.spread > 1e-12 * (1.0 + abs(known.mean()))


# --- shares of variance -------------------------------------------------------------------------------------


def _read(one: Quantity) -> float:
    """The share of a measurement's variance that is not its error."""
    return one.spread**2 / (one.spread**2 + one.se**2)


def _along_line(one: Quantity, outcomes: np.ndarray) -> dict[str, np.ndarray]:
    """The share of each headline's variance along a straight line: arrays (headlines,)."""
    known = ~np.isnan(one.values)
    n = int(known.sum())
    squared = _squared_correlation(np.ones((1, n)), one.values[known], outcomes[known])[0]
    return {"share": _read(one) * _less_chance(squared, n), "perfect": _less_chance(squared, n)}


def _interval(one: Quantity, outcomes: np.ndarray, resamples: np.ndarray) -> dict[str, float]:
    """The 95% interval of the share of one headline over resampled draws."""
    known = ~np.isnan(one.values)
    squared = _squared_correlation(resamples[:, known], one.values[known], outcomes[known])
    low, high = np.quantile(_read(one) * _less_chance(squared, int(known.sum())), (0.025, 0.975))
    return {"low": float(low), "high": float(high)}


def _squared_correlation(counts: np.ndarray, y: np.ndarray, h: np.ndarray) -> np.ndarray:
    """Squared correlations of y with each column of h, over draws that count so often: (resamples, k).

    They are 0 where either is the same in all draws that count.
    """
    y, h = _standardised(y), _standardised(h)
    n = counts.sum(axis=1)[:, None]
    mean_y, mean_h = (counts @ y)[:, None] / n, counts @ h / n
    covariance = counts @ (y[:, None] * h) / n - mean_y * mean_h
    variance_y = (counts @ (y * y))[:, None] / n - mean_y**2
    variance_h = counts @ (h * h) / n - mean_h**2
    both = variance_y * variance_h
    varies = both > _CONSTANT
    return np.where(varies, covariance**2 / np.where(varies, both, 1.0), 0.0)


def _standardised(values: np.ndarray) -> np.ndarray:
    """Mean 0 and variance 1; zeros where nothing varies."""
    deviations, spread = values - values.mean(axis=0), np.asarray(values.std(axis=0))
    return np.asarray(deviations / np.where(spread > 0.0, spread, 1.0))


def _less_chance(squared: np.ndarray, n: int) -> np.ndarray:
    """Squared correlations without what they have by chance (adjusted R^2)."""
    return np.asarray(squared - (1.0 - squared) / (n - 2))


def _by_weights(one: Quantity, outcomes: np.ndarray) -> dict[str, float]:
    """The share by importance weights, the width of the middle 90% now, and the expected one."""
    generator = np.random.Generator(np.random.Philox(key=_KEY))
    known = ~np.isnan(one.values)
    order = np.argsort(outcomes[known], kind="stable")
    y, h = one.values[known][order], outcomes[known][order]
    n = len(y)
    wide = max(one.se, _LEAST_SE * n**-0.2 * float(y.std()))
    error = width = 0.0
    for _ in range(_READINGS):
        reading = y + one.se * generator.standard_normal(n)
        weights = np.exp(-0.5 * ((reading[:, None] - y[None, :]) / wide) ** 2)
        np.fill_diagonal(weights, 0.0)  # the truth is not among those that predict it
        weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1e-300)
        error += float(((h - weights @ h) ** 2).mean()) / _READINGS
        reached = np.cumsum(weights, axis=1)
        low, high = (h[np.minimum((reached < q).sum(axis=1), n - 1)] for q in (0.05, 0.95))
        width += float((high - low).mean()) / _READINGS
    now = np.quantile(h, (0.05, 0.95))
    share = 1.0 - error / float(h.var(ddof=1))
    return {"by_weights": share, "width90": float(now[1] - now[0]), "width90_expected": width}


def _noise(
    outcomes: np.ndarray, quantities: Sequence[Quantity], generator: np.random.Generator
) -> dict[str, np.ndarray]:
    """By kind, the share that the best quantity exceeds in one of twenty shuffles: (headlines,)."""
    n, k = outcomes.shape
    h = (outcomes - outcomes.mean(axis=0)) / outcomes.std(axis=0)
    shuffled = np.stack([h[generator.permutation(n)] for _ in range(_SHUFFLES)], axis=1).reshape(n, -1)
    out = {}
    for kind in KINDS:
        mine = [one for one in quantities if one.kind == kind]
        largest = np.full(_SHUFFLES * k, -1.0)
        for one in mine:
            y = np.nan_to_num((one.values - np.nanmean(one.values)) / np.nanstd(one.values))
            count = int((~np.isnan(one.values)).sum())
            largest = np.maximum(largest, _read(one) * _less_chance((y @ shuffled / count) ** 2, count))
        out[kind] = np.quantile(largest.reshape(_SHUFFLES, k), 0.95, axis=0)
    return out

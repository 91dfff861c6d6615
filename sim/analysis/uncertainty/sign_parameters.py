"""Which parameters decide a sign: their values where a difference is positive against those where it is not.

Regional sensitivity analysis (Hornberger & Spear 1981; Saltelli et al. 2008): the distance of a parameter is
the largest between its two distribution functions, among draws of a positive and of a negative difference
(Kolmogorov-Smirnov). A dummy parameter, which decides nothing, has a distance too: signs are shuffled over
the draws, and of all parameters the largest distance is kept. A parameter counts if its distance exceeds that
of 95% of the shuffles, so that one parameter is named in vain in one headline of twenty.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FEWEST = 8  # draws of the rarer sign below which nothing can be told
SHUFFLES = 500
QUANTILE = 0.95
_KEY = 1981


@dataclass(frozen=True)
class SignParameters:
    """Distances of the parameters that count, largest first, and the dummy's; `told` is False where the rarer
    sign has too few draws."""

    told: bool
    distances: dict[str, float]
    dummy: float = float("nan")


def sign_parameters(values: np.ndarray, table: np.ndarray, names: Sequence[str]) -> SignParameters:
    """Which parameters decide the sign of `values` (draws,); `table`: float64 (draws, parameters)."""
    signed = ~np.isnan(values) & (values != 0.0)
    positive, table = values[signed] > 0.0, table[signed]
    rarer = min(int(positive.sum()), int((~positive).sum()))
    if rarer < FEWEST or not len(names):
        return SignParameters(False, {})
    generator = np.random.Generator(np.random.Philox(key=_KEY))
    shuffled = np.array([generator.permutation(positive) for _ in range(SHUFFLES)])
    largest = np.zeros(SHUFFLES)
    found = {}
    for name, column in zip(names, table.T, strict=True):
        distances = _distances(column, np.vstack([positive[None], shuffled]))
        found[name] = float(distances[0])
        largest = np.maximum(largest, distances[1:])
    dummy = float(np.quantile(largest, QUANTILE))
    counted = sorted((name for name in names if found[name] > dummy), key=lambda name: -found[name])
    return SignParameters(True, {name: found[name] for name in counted}, dummy)


def _distances(column: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """The distance between a column's values inside and outside of each group.

    `groups`: bool (n, draws), all of one size, which leaves somebody out.
    """
    order = np.argsort(column, kind="stable")
    inside, draws = int(groups[0].sum()), len(column)
    ends = np.append(column[order][1:] != column[order][:-1], True)  # equal values are taken together
    counted = np.cumsum(groups[:, order], axis=1, dtype=np.float32)
    apart = counted * np.float32(1.0 / inside + 1.0 / (draws - inside))
    apart -= np.arange(1, draws + 1, dtype=np.float32) / np.float32(draws - inside)
    return np.asarray(np.abs(apart)[:, ends].max(axis=1), np.float64)

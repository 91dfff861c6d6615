"""Student's t interval of a mean: the one used for every interval over pairs."""

import numpy as np
from numpy.typing import ArrayLike

CONFIDENCE = 0.95


def t_quantile(freedom: ArrayLike) -> np.ndarray:
    """The two-sided 95% quantile of Student's t with so many degrees of freedom."""
    from scipy import stats

    out: np.ndarray = np.asarray(stats.t.ppf(0.5 + CONFIDENCE / 2.0, freedom))
    return out


def half_width(spread: ArrayLike, n: ArrayLike) -> np.ndarray:
    """Half the width of the 95% interval of a mean of `n` values with this sample standard deviation.

    Missing where there are fewer than two values. `spread` and `n` have one shape; the unit is that of
    `spread`.
    """
    sd, count = np.asarray(spread, float), np.asarray(n)
    enough = count > 1
    half = t_quantile(np.where(enough, count - 1, 1)) * sd / np.sqrt(np.maximum(count, 1))
    return np.where(enough, half, np.nan)

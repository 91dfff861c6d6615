"""Student's t interval of a mean."""

from typing import Any

import numpy as np
from scipy import stats

CONFIDENCE = 0.95


def half_width(deviation: Any, count: Any) -> Any:
    """Half the width of the 95% interval of a mean of `count` values with this standard deviation (numbers or arrays).

    Missing where the deviation is, as it is of a single value.
    """
    return stats.t.ppf(0.5 + CONFIDENCE / 2.0, np.maximum(count - 1, 1)) * deviation / np.sqrt(count)

"""Values that lie so far from the others that an axis with room for them would show nothing else."""

from collections.abc import Iterable

import numpy as np

_FENCE = 3.0  # of the middle half beyond its ends, after Tukey: what lies further out is far
_STRETCHED = 2.0  # an axis for all values that is so many times as long is cut
_FEWEST = 8


def cut_range(values: Iterable[float]) -> tuple[float, float] | None:
    """Where an axis for these values is cut; None where it has room for all of them."""
    known = np.asarray(list(values), float)
    known = known[np.isfinite(known)]
    if len(known) < _FEWEST:
        return None
    low, high = np.quantile(known, [0.25, 0.75])
    room = _FENCE * (high - low)
    ends = max(float(known.min()), float(low - room)), min(float(known.max()), float(high + room))
    return ends if room > 0 and np.ptp(known) > _STRETCHED * (ends[1] - ends[0]) else None


def cut_of_bars(middles: Iterable[float], ends: Iterable[float]) -> tuple[float, float] | None:
    """The same for marks with bars: bars may go on beyond the axis, marks (`middles`) may not."""
    marks, bars = (np.asarray(list(one), float) for one in (middles, ends))
    marks, bars = marks[np.isfinite(marks)], bars[np.isfinite(bars)]
    if not len(marks) or not len(bars):
        return None
    inner, whole = np.ptp(marks), max(marks.max(), bars.max()) - min(marks.min(), bars.min())
    if inner <= 0 or whole <= 2 * _STRETCHED * inner:
        return None
    room = 0.5 * inner
    low, high = max(marks.min() - room, bars.min()), min(marks.max() + room, bars.max())
    return float(min(low, marks.min())), float(max(high, marks.max()))

"""An axis is cut only where a few far values would take nearly all of it."""

import numpy as np

from sim.analysis.far_values import cut_of_bars, cut_range


def test_an_axis_is_cut_where_a_few_values_would_stretch_it() -> None:
    near = np.linspace(-10.0, 0.0, 40)
    assert cut_range(near) is None
    assert cut_range([*near, -30.0]) is None, "not far enough"
    cut = cut_range([*near, -5_000.0, np.nan])
    assert cut is not None and -60 < cut[0] < -10 and cut[1] == 0.0
    assert cut_range([0.0] * 20 + [5.0]) is None, "a middle half without width says nothing"
    assert cut_range([1.0, 2.0, 900.0]) is None, "three values do not tell which is far"


def test_bars_may_go_on_beyond_an_axis_and_marks_may_not() -> None:
    marks = [0.0, 1.0, 2.0]
    assert cut_of_bars(marks, [-1.0, 3.0]) is None
    cut = cut_of_bars(marks, [-900.0, 3.0, np.nan])
    assert cut is not None and -2 < cut[0] <= 0.0 and cut[1] >= 2.0
    assert cut_of_bars([1.0, 1.0], [-900.0, 900.0]) is None
    assert cut_of_bars(marks, [np.nan]) is None, "one pair a point has no bars"

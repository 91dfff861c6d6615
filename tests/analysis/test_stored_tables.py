"""A stored table beside the one that follows: a wrong number is found whatever else its column holds."""

import pandas as pd
import pytest

from sim.analysis.stored_tables import row_differences

DOLLARS = 4.8e11


@pytest.mark.parametrize("key", ["headline", "metric", "series", "outcome", "index", "number", "id"])
def test_a_share_is_not_excused_by_dollars_in_its_column(key: str) -> None:
    now = pd.DataFrame({key: ["trust", "revenue_us"], "value": [0.57, DOLLARS]})
    stored = now.assign(value=[0.4, DOLLARS])
    assert row_differences(now, now, 1e-9).hold({}) is True
    assert row_differences(stored, now, 1e-9).numbers == ["row 1: value is 0.4, follows 0.57"]


def test_last_digits_of_a_sum_may_differ_where_it_is_nothing_beside_others_of_its_quantity() -> None:
    now = pd.DataFrame({"metric": "revenue_us", "month": ["2014-01", "2014-02"], "value": [0.0, DOLLARS]})
    assert row_differences(now.assign(value=[1e-4, DOLLARS]), now, 1e-9).hold({}) is True
    assert row_differences(now.assign(value=[1e4, DOLLARS]), now, 1e-9).hold({}) is False

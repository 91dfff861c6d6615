"""The ruling's first months beside those of the leak, over months in which trust is known."""

import numpy as np
import pytest

from sim.analysis.drivers.explanations import _change, beside_the_leak, leak_month
from sim.scenario.resolution import resolve
from tests.model.small_worlds import base

MONTHS = np.arange("2013-01", "2026-01", dtype="datetime64[M]")
SEEN, RULING = 6, 19  # the leak is seen in July 2013, a ruling of July 2014 in August


def world(leak: float, ruling: float) -> dict[str, np.ndarray]:
    """Trust that falls by `leak` for thirteen months and by `ruling` for as many, then far more for years."""
    trust = np.full(len(MONTHS), 0.6)
    trust[SEEN:RULING] -= leak
    trust[RULING : RULING + 13] -= ruling
    trust[RULING + 13 :] -= 10.0 * ruling
    return {"month": MONTHS, "trust": trust}


def test_the_difference_is_compared_with_the_leak_over_as_many_months() -> None:
    found = beside_the_leak("trust", world(0.1, 0.0), world(0.1, 0.02), RULING, SEEN)
    assert found.months == RULING - SEEN
    assert found.share == pytest.approx(-0.2)


@pytest.mark.parametrize("first", [0, 3, SEEN])
def test_a_ruling_before_the_leak_is_compared_with_nothing(first: int) -> None:
    assert np.isnan(beside_the_leak("trust", world(0.1, 0.0), world(0.1, 0.02), first, SEEN).share)


def test_no_leak_no_comparison() -> None:
    assert np.isnan(beside_the_leak("trust", world(0.0, 0.0), world(0.0, 0.02), RULING, SEEN).share)


def test_other_bad_news_is_no_leak() -> None:
    assert np.isnan(beside_the_leak("trust", world(0.1, 0.0), world(0.1, 0.02), RULING, None).share)


def test_the_leak_is_one_only_in_worlds_in_which_it_happens() -> None:
    months = [
        {leak_month(scenario) for scenario in resolve(name, base=base()).scenarios.values()}
        for name in ("two_worlds", "no_snowden")
    ]
    assert months == [{SEEN}, {None}]


def test_a_late_ruling_is_compared_over_the_months_that_are_left() -> None:
    a, b = world(0.1, 0.0), world(0.1, 0.0)
    b["trust"][-6:] -= 0.05
    found = beside_the_leak("trust", a, b, len(MONTHS) - 6, SEEN)
    assert found.months == 6 and found.share == pytest.approx(-0.5)


def test_a_change_of_nought_has_no_sign() -> None:
    assert [_change(x) for x in (-0.04, 0.0, -1.26, 0.06)] == ["0.0", "0.0", "\N{MINUS SIGN}1.3", "+0.1"]

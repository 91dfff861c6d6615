"""The ruling's first months beside those of the leak, over months in which trust is known."""

import numpy as np
import pytest

from sim.analysis.drivers.explanations import Pairs, _change, beside_the_leak, leak_month, reasons
from sim.analysis.headlines import HEADLINES
from sim.scenario.resolution import resolve
from sim.vocabulary import INSTRUMENTS
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


LABELS = ("A", "B")


def run(**given: np.ndarray | float) -> dict[str, np.ndarray]:
    """The table of a run in which every column is one in every month, but for what is given."""
    zeros = {"tb_on_premises", "tb_trustee", "tb_customer_keys", "tb_us_subsidiary", "tb_us_region"}
    laws = [f"laws_{instrument}" for instrument in INSTRUMENTS]
    plain = [
        *("trust", "trust_intelligence", "belief", "adoption", "revenue_us", "revenue_us_sovereign"),
        *("revenue_home_grown", "tb_local_region", "tb_home_grown", "tb_us_reach", "us_foreign_months"),
        *("foreign_us_months", "mla_backlog_outgoing", "us_unreachable", "conflicts_of_law"),
        *("foreign_orders_refused", *laws),
    ]
    table = {name: np.full(len(MONTHS), 0.0 if name in zeros else 1.0) for name in [*plain, *zeros]}
    filled = {name: np.broadcast_to(np.asarray(x, float), len(MONTHS)) for name, x in given.items()}
    return {"month": MONTHS, **table, **filled}


def said(pairs: Pairs) -> dict[str, str]:
    return reasons(pairs, RULING, LABELS, True, None)


def test_a_share_in_a_sentence_is_the_one_of_its_headline() -> None:
    """The mean of the shares of the pairs, not the share of the mean: pairs may differ much in size."""
    small, large = run(revenue_us=1.0), run(revenue_us=9.0, tb_us_reach=20.0, tb_local_region=99.0)
    pairs = [(small, small), (large, large)]
    by_code = {headline.code: headline for headline in HEADLINES}
    share, reach = (
        np.mean([by_code[code].read(a, RULING) for a, _ in pairs]) for code in ("market_share", "us_reach")
    )
    assert f"US providers take {share:.1f}% of spending" in said(pairs)["revenue"]
    assert f"a US order reaches {reach:.0f}% of foreign customers' cloud data" in said(pairs)["us_reach"]


def test_refused_orders_are_a_yearly_number_from_the_ruling_on() -> None:
    before = run(foreign_orders_refused=np.where(np.arange(len(MONTHS)) < RULING, 1000.0, 2.0))
    sentence = said([(before, before)])["americans_reached"]
    assert "US providers refuse 24 and 24 of their orders a year" in sentence


def test_differences_that_do_not_show_are_not_listed() -> None:
    same = said([(run(), run())])
    assert "same share" in same["data_at_home"] and "0.0" not in same["data_at_home"]
    assert "as many countries" in same["laws"] and "0.0" not in same["laws"]
    one = said([(run(), run(laws_blocking_statute=3.0))])["laws"]
    assert "blocking statute +2.0." in one and "procurement" not in one


def test_one_month_is_no_months() -> None:
    a, b = run(trust=world(0.1, 0.0)["trust"]), run(trust=world(0.1, 0.0)["trust"] - 0.05)
    found = reasons([(a, b)], len(MONTHS) - 1, LABELS, True, SEEN)["trust"]
    assert "In its first month the difference" in found and "its own first month." in found

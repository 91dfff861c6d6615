"""Differences between paired worlds, on numbers small enough to work out by hand."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.analysis.headlines import (
    HEADLINES,
    SERIES,
    Columns,
    Interval,
    compared_headlines,
    headlines_of_one,
    in_the_last_months,
    interval,
    series,
)
from sim.model.tables import TABLES

MONTHS, FIRST = 36, 12
ABROAD = (
    "on_premises",
    "us_region",
    "local_region",
    "trustee",
    "customer_keys",
    "us_subsidiary",
    "home_grown",
)
NAMES = {headline.code: headline for headline in HEADLINES}


def table(**columns: float | np.ndarray) -> Columns:
    """A world table that is constant by default: 10 TB of each kind, trust 0.5, and so on; 1 in the columns
    that no test here looks at."""
    constant: dict[str, float] = {
        "trust": 0.5,
        "trust_by_spend": 0.4,
        "belief": 0.3,
        "adoption": 0.6,
        "revenue_us": 2e9,
        "revenue_home_grown": 1e9,
        "tb_at_home": 40.0,
        "tb_us_reach": 30.0,
        "laws_total": 7.0,
        "people_abroad_success_12m": 0.8,
        "people_abroad_requests": 100.0,
        "foreign_us_success_12m": 0.4,
        "foreign_us_requests": 50.0,
        "conflicts_of_law": 3.0,
        **{f"tb_{kind}": 10.0 for kind in ABROAD},
    }
    every = {column.name: 1.0 for column in TABLES["world"].measures} | constant
    unknown = set(columns) - set(every)
    assert not unknown, f"the table `world` has no column {', '.join(unknown)}"
    out: Columns = {"month": np.datetime64("2013-01", "M") + np.arange(MONTHS)}
    return out | {name: np.zeros(MONTHS) + columns.get(name, value) for name, value in every.items()}


def from_first(before: float, after: float) -> np.ndarray:
    """One value before the worlds may differ, another from then on."""
    return np.where(np.arange(MONTHS) < FIRST, before, after)


# --- intervals ---------------------------------------------------------------------------------------------


def test_the_interval_is_students_worked_out_by_hand() -> None:
    """1, 2, 3: mean 2, standard deviation 1, t(2 degrees, 97.5%) = 4.3027; half width 4.3027 / sqrt(3)."""
    found = interval([1.0, 2.0, 3.0])
    half = 4.302652729911275 / math.sqrt(3.0)
    assert (found.mean, found.pairs) == (2.0, 3)
    assert found.low == pytest.approx(2.0 - half)
    assert found.high == pytest.approx(2.0 + half)


def test_two_pairs_give_a_very_wide_interval() -> None:
    """t(1 degree, 97.5%) = 12.706: 1 and 3 have mean 2 and standard error 1."""
    found = interval([1.0, 3.0])
    assert found.low == pytest.approx(2.0 - 12.706204736432095)
    assert found.high == pytest.approx(2.0 + 12.706204736432095)


def test_missing_pairs_are_left_out() -> None:
    assert interval([1.0, np.nan, 2.0, 3.0, np.nan]) == interval([1.0, 2.0, 3.0])


def test_one_pair_has_no_interval() -> None:
    found = interval([1.5])
    assert (found.mean, found.pairs) == (1.5, 1)
    assert math.isnan(found.low)
    assert math.isnan(found.high)
    assert found.verdict == interval([0.0]).verdict == "one pair: no interval"
    assert interval([np.nan, 1.5]).pairs == 1


def test_no_pair_has_nothing() -> None:
    found = interval([np.nan])
    assert found.pairs == 0
    assert math.isnan(found.mean)


@pytest.mark.parametrize(
    ("low", "mean", "high", "verdict"),
    [
        (0.1, 0.2, 0.3, "higher"),
        (-0.3, -0.2, -0.1, "lower"),
        (-0.1, 0.2, 0.5, "not told apart from no difference"),
        (0.0, 0.2, 0.4, "not told apart from no difference"),
        (0.0, 0.0, 0.0, "exactly equal"),
    ],
)
def test_the_verdict_is_that_of_the_interval(low: float, mean: float, high: float, verdict: str) -> None:
    assert Interval(mean, low, high, 4).verdict == verdict


@given(values=st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20), shift=st.floats(-1e3, 1e3))
def test_intervals_shift_and_turn_with_the_differences(values: list[float], shift: float) -> None:
    """Whatever is added to every pair is added to the interval; swapping the worlds turns it round."""
    plain, moved, turned = interval(values), interval(np.array(values) + shift), interval(-np.array(values))
    scale = 1e-9 * (1.0 + max(map(abs, values)) + abs(shift))
    assert moved.low == pytest.approx(plain.low + shift, abs=scale * 100)
    assert turned.high == pytest.approx(-plain.low, abs=scale * 100)
    assert plain.low <= plain.mean + scale
    assert plain.mean <= plain.high + scale


# --- headlines ------------------------------------------------------------------------------------------


AT_END = np.where(np.arange(MONTHS) == MONTHS - 1, 70.0, 0.0)
LATE = np.where(np.arange(MONTHS) < MONTHS - 12, 9e9, 1e9)
# Half of one request and all of three succeed; a month without requests does not count.
SHARE, REQUESTS = np.full(MONTHS, np.nan), np.zeros(MONTHS)
SHARE[[0, FIRST, FIRST + 5]], REQUESTS[[0, FIRST, FIRST + 5]] = (0.0, 0.5, 1.0), (1000, 1, 3)

# What each headline is of a table, worked out by hand: headline, what differs from `table()`, value.
BY_HAND: list[tuple[str, dict[str, np.ndarray | float], float]] = [
    ("trust", {"trust": from_first(0.9, 0.55)}, 55.0),
    ("trust_by_spend", {"trust_by_spend": from_first(0.9, 0.25)}, 25.0),
    ("trust_intelligence", {"trust_intelligence": from_first(0.9, 0.25)}, 25.0),
    ("revenue", {"revenue_us": from_first(7e9, 2e9)}, 2.0 * (MONTHS - FIRST)),
    ("market_share", {"revenue_us": LATE, "revenue_home_grown": 3e9}, 25.0),
    # 10 TB of each of seven kinds: 60 in the cloud; 40 at home, 10 of them on premises: 30 of 60
    ("data_at_home", {}, 50.0),
    ("data_at_home", {"tb_at_home": AT_END}, 100.0),
    ("us_reach", {}, 50.0),
    ("laws", {"laws_total": np.arange(MONTHS)}, MONTHS - 1),
    ("us_reach_by_behaviour", {"tb_us_control": 15.0}, 25.0),
    ("us_success_abroad", {"people_abroad_success_12m": SHARE, "people_abroad_requests": REQUESTS}, 87.5),
    ("us_success_at_home", {"people_in_us_success_12m": SHARE, "people_in_us_requests": REQUESTS}, 87.5),
    ("foreign_success", {"foreign_us_success_12m": SHARE, "foreign_us_requests": REQUESTS}, 87.5),
    ("conflicts", {"conflicts_of_law": from_first(100.0, 3.0)}, 36.0),
    ("americans_reached", {"americans_reached": from_first(100.0, 2.0)}, 2.0 * (MONTHS - FIRST)),
    ("americans_exposure", {"americans_exposure": from_first(0.9, 0.25)}, 25.0),
]


@pytest.mark.parametrize(("code", "columns", "by_hand"), BY_HAND, ids=[case[0] for case in BY_HAND])
def test_a_headline_is_what_it_is_by_hand(
    code: str, columns: dict[str, np.ndarray | float], by_hand: float
) -> None:
    assert NAMES[code].read(table(**columns), FIRST) == pytest.approx(by_hand)


def test_every_headline_is_worked_out_by_hand() -> None:
    lacking = set(NAMES) - {code for code, _, _ in BY_HAND}
    assert not lacking, f"add a row to BY_HAND, with a value worked out by hand, for: {', '.join(lacking)}"


def test_no_headline_looks_at_what_the_worlds_share_but_levels_at_the_end() -> None:
    """Changing every number of the months before the switch changes no headline."""
    rng = np.random.default_rng(1)
    plain = table()
    spoilt = {
        name: np.where(np.arange(MONTHS) < FIRST, values * rng.uniform(1.5, 3.0), values)
        if name != "month"
        else values
        for name, values in plain.items()
    }
    for headline in HEADLINES:
        assert headline.read(spoilt, FIRST) == headline.read(plain, FIRST), headline.code


def test_differences_are_the_second_world_less_the_first() -> None:
    pairs = [(table(trust=0.6), table(trust=0.6 - d)) for d in (0.01, 0.02, 0.03)]
    found = compared_headlines(pairs, FIRST).set_index("headline")
    trust = found.loc["trust"]
    half = 4.302652729911275 / math.sqrt(3.0)
    assert trust["value_a"] == pytest.approx(60.0)
    assert trust["value_b"] == pytest.approx(58.0)
    assert trust["difference"] == pytest.approx(-2.0)
    assert (trust["low"], trust["high"]) == (pytest.approx(-2.0 - half), pytest.approx(-2.0 + half))
    assert trust["pairs"] == 3
    assert list(found.index) == [headline.code for headline in HEADLINES]


def test_a_difference_begins_with_the_month_in_which_the_worlds_part() -> None:
    """A fall of 0.1 from that month on is one of ten points, not less for a month that the worlds share."""
    trust = np.full(MONTHS, 0.6)
    trust[FIRST:] = 0.5
    found = compared_headlines([(table(trust=0.6), table(trust=trust))], FIRST).set_index("headline")
    assert found.loc["trust", "difference"] == pytest.approx(-10.0, abs=1e-12)


def test_equal_worlds_are_exactly_equal_in_every_headline() -> None:
    rng = np.random.default_rng(2)
    pairs = [
        (t, dict(t))
        for t in (
            table(trust=rng.uniform(size=MONTHS), revenue_us=rng.uniform(size=MONTHS) * 1e9) for _ in range(3)
        )
    ]
    found = compared_headlines(pairs, FIRST)
    assert (found["difference"] == 0.0).all()
    assert (found["verdict"] == "exactly equal").all()


def test_noise_of_rounding_is_no_difference() -> None:
    """The same requests summed in another order: the last digit of 67 is not a difference."""
    pairs = [(table(trust=0.67), table(trust=0.67 * (1.0 + wobble))) for wobble in (3e-16, -2e-16, 4e-16)]
    trust = compared_headlines(pairs, FIRST).set_index("headline").loc["trust"]
    assert trust["difference"] == trust["low"] == trust["high"] == 0.0
    assert trust["verdict"] == "exactly equal"
    few = [(table(trust=0.67), table(trust=0.67 * (1.0 + 1e-9)))] * 3
    assert compared_headlines(few, FIRST).set_index("headline").loc["trust", "difference"] > 0.0


def test_pairing_takes_out_what_the_worlds_share() -> None:
    """Levels differ widely between seeds, the difference hardly: the interval is of the difference."""
    pairs = [
        (table(trust=level), table(trust=level - 0.02 - wobble))
        for level, wobble in ((0.2, 0.001), (0.5, 0.0), (0.8, -0.001))
    ]
    trust = compared_headlines(pairs, FIRST).set_index("headline").loc["trust"]
    assert trust["high"] - trust["low"] < 0.6
    assert trust["verdict"] == "lower"


def _never_asked() -> Columns:
    return table(people_abroad_success_12m=np.full(MONTHS, np.nan), people_abroad_requests=0.0)


@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")
def test_a_headline_missing_in_one_pair_is_left_out_of_the_difference() -> None:
    pairs = [
        (table(people_abroad_success_12m=0.8), table(people_abroad_success_12m=s)) for s in (0.7, 0.6)
    ] + [(table(), _never_asked())]
    success = compared_headlines(pairs, FIRST).set_index("headline").loc["us_success_abroad"]
    assert success["pairs"] == 2
    assert success["difference"] == pytest.approx(-15.0)


@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")
def test_values_and_difference_are_of_the_same_pairs() -> None:
    pairs = [
        (table(people_abroad_success_12m=0.8), table(people_abroad_success_12m=s)) for s in (0.7, 0.6)
    ] + [(table(), _never_asked())]
    success = compared_headlines(pairs, FIRST).set_index("headline").loc["us_success_abroad"]
    assert success["value_b"] - success["value_a"] == pytest.approx(success["difference"])


def test_a_world_alone_has_values_and_their_interval_and_no_difference() -> None:
    found = headlines_of_one([table(trust=0.4), table(trust=0.6)]).set_index("headline")
    assert found.loc["trust", "value_a"] == pytest.approx(50.0)
    assert found.loc["trust", "pairs"] == 2
    assert found.loc["trust", "low"] < 50.0 < found.loc["trust", "high"]
    assert not found["window"].str.contains("switch").any()


# --- series ------------------------------------------------------------------------------------------


def test_series_give_every_metric_month_by_month_with_paired_intervals() -> None:
    trend = np.linspace(0.0, 0.35, MONTHS)
    pairs = [(table(trust=0.6), table(trust=0.6 - trend * k)) for k in (0.9, 1.0, 1.1)]
    found = series(pairs)
    assert set(found["metric"]) == set(SERIES)
    assert (found.groupby("metric").size() == MONTHS).all()
    trust = found[found["metric"] == "trust"].reset_index(drop=True)
    assert np.allclose(trust["difference"], -trend)
    assert np.allclose(trust["world_b"] - trust["world_a"], trust["difference"])
    for month in (0, 20, MONTHS - 1):
        by_hand = interval([-trend[month] * k for k in (0.9, 1.0, 1.1)])
        assert trust.loc[month, "low"] == pytest.approx(by_hand.low)
        assert trust.loc[month, "high"] == pytest.approx(by_hand.high)
    assert trust["month"].iloc[0] == pd.Timestamp("2013-01-01")


def test_series_of_one_pair_have_no_interval() -> None:
    found = series([(table(), table(trust=0.4))])
    assert found[["low", "high"]].isna().all(axis=None)
    trust = found[found["metric"] == "trust"]
    assert np.allclose(trust["difference"], -0.1)


def test_cumulative_revenue_adds_up() -> None:
    found = series([(table(), table(revenue_us=1e9))])
    last = found[found["metric"] == "revenue_us_cumulative"].iloc[-1]
    assert last["difference"] == pytest.approx(-1e9 * MONTHS)


@pytest.mark.parametrize(
    ("months", "words"),
    [(1, "in the only month"), (5, "in all 5 months"), (12, "in the last year"), (156, "in the last year")],
)
def test_a_short_run_has_no_last_year(months: int, words: str) -> None:
    assert in_the_last_months(months) == words


@pytest.mark.parametrize(
    ("first", "words"),
    [
        (19, "in the last year"),
        (24, "in the last year"),
        (33, "in the last 3 months"),
        (35, "in the last month"),
    ],
)
def test_a_last_year_has_no_months_from_before_the_worlds_part(first: int, words: str) -> None:
    assert in_the_last_months(36, first) == words
    apart = table(revenue_us=np.repeat([1.0, 3.0], [first, MONTHS - first]), revenue_home_grown=1.0)
    share = compared_headlines([(table(revenue_us=1.0, revenue_home_grown=1.0), apart)], first)
    share = share.set_index("headline").loc["market_share"]
    assert (share["value_a"], share["value_b"]) == (50.0, 75.0)

"""Every measure on tables small enough to work out by hand."""

import math
from typing import Any

import numpy as np
import pytest

from sim.analysis.evidence.measures.selection import Run
from sim.analysis.evidence.measures.window import Window, window
from tests.analysis.evidence.small_tables import cells, compare, events, of_countries, of_providers, read

FIRMS = "firms_10plus"


def by(**values: float) -> Any:
    """A column that depends on the segment, or on the country."""
    return lambda month, country, segment="": values.get(segment, values.get(country, 0.0))


def from_month(first: str, before: float, after: float) -> Any:
    return lambda month, *keys: after if month >= first else before


# --- dates ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("2013", (516, 527)),
        ("2013-Q2", (519, 521)),
        ("2013-12", (527, 527)),
        ("2013-13", None),
        ("2013-Q5", None),
        ("13-01", None),
        ("", None),
    ],
)
def test_a_date_is_the_months_it_spans(text: str, months: tuple[int, int] | None) -> None:
    assert window(text) == (None if months is None else Window(*months))


# --- customers --------------------------------------------------------------------------------------------


def test_adoption_counts_firms_not_segments() -> None:
    """100 small firms at 10% and 10 enterprises at 65%: 16.5 of 110."""
    run = cells(adoption=by(small_firm=0.1, enterprise=0.65, consumer=0.9))
    assert read("adoption", run, population=FIRMS) == pytest.approx(15.0)
    assert read("adoption", run, population="enterprise") == pytest.approx(65.0)
    assert read("adoption", run) == pytest.approx(100 * (10 + 6.5 + 900) / 1110)


def test_adoption_is_the_mean_over_the_period_and_its_change_compares_two_dates() -> None:
    run = cells(adoption=from_month("2013-07", 0.2, 0.3))
    assert read("adoption", run, first="2013") == pytest.approx(25.0)
    assert read("adoption", run, first="2013-06", last="2013-07") == pytest.approx(25.0)
    assert read("adoption_change", run, first="2013-Q2", last="2013-Q4") == pytest.approx(10.0)


def test_answers_are_a_share_of_those_asked_and_cells_that_nobody_was_asked_in_are_left_out() -> None:
    run = cells(
        stated_would_pay=lambda month, country, segment: math.nan if segment == "enterprise" else 0.07,
        stated_less_likely=0.5,
    )
    assert read("stated", run, population=FIRMS, answer="would_pay") == pytest.approx(7.0)
    assert read("stated", run, population=FIRMS, answer="less_likely") == pytest.approx(50.0)
    assert math.isnan(read("stated", run, population="enterprise", answer="would_pay"))


def test_moves_are_added_up_over_the_period_and_taken_of_all_or_of_users() -> None:
    """Two of 110 firms a month for six months; a tenth of the firms use the cloud."""
    run = cells(gave_up=by(small_firm=2.0), postponed=by(small_firm=1.0), adoption=0.1)
    half_a_year: dict[str, str] = {"first": "2013-07", "last": "2013-12", "population": FIRMS}
    assert read("moved", run, **half_a_year, move="gave_up") == pytest.approx(100 * 12 / 110)
    assert read("moved", run, **half_a_year, move="gave_up+postponed") == pytest.approx(100 * 18 / 110)
    assert read("moved", run, **half_a_year, move="gave_up", base="users") == pytest.approx(100 * 12 / 11)


def test_what_an_event_did_is_the_world_with_it_less_the_world_without() -> None:
    run, without = cells(gave_up=by(small_firm=2.0)), cells(gave_up=by(small_firm=0.5))
    assert compare("moved", run, without, population="small_firm", move="gave_up") == pytest.approx(12 * 1.5)


def test_done_of_said() -> None:
    """Half said so in the last quarter; a tenth leaves in a year, half of it would have left anyway."""
    run = cells(left_us=by(small_firm=10 / 12), stated_more_negative=from_month("2013-10", 0.9, 0.5))
    without = cells(left_us=by(small_firm=5 / 12), stated_more_negative=0.25)
    asked: dict[str, str] = {
        "population": "small_firm",
        "first": "2013",
        "last": "2013-Q4",
        "move": "left_us",
        "answer": "more_negative",
    }
    assert read("done_of_said", run, **asked) == pytest.approx(0.2)
    assert compare("done_of_said", run, without, **asked) == pytest.approx(0.2)
    assert math.isnan(compare("done_of_said", run, run, **asked))


# --- trust ------------------------------------------------------------------------------------------------


def test_trust_by_channel_and_what_an_event_took_of_it() -> None:
    run, without = cells(trust=0.6, trust_intelligence=0.3), cells(trust=0.8, trust_intelligence=0.4)
    assert read("trust", run) == pytest.approx(60.0)
    assert read("trust", run, channel="intelligence") == pytest.approx(30.0)
    assert compare("trust_lost", run, without, channel="law_enforcement") == pytest.approx(25.0)


def test_the_passing_part_of_a_loss_fades_and_what_stays_is_not_waited_for() -> None:
    """0.2 is lost in March; 0.1 of it stays, the rest halves each month: 8% is left after four."""
    left = {f"2013-{m:02}": 0.1 + 0.1 * 0.5 ** (m - 3) for m in range(3, 13)}
    run = cells(trust=lambda month, *keys: 0.8 - left.get(month, 0.1 if month > "2013-12" else 0.0))
    without = cells(trust=0.8)
    assert compare("months_until_faded", run, without, first="2013-01", last="2014-12") == 2 + 4
    assert compare("months_until_faded", run, without, first="2013-01", last="2014-12", left="30") == 2 + 2
    assert math.isnan(compare("months_until_faded", run, run, first="2013-01", last="2014-12"))


# --- money ------------------------------------------------------------------------------------------------

MARKET: dict[str, Any] = {
    "revenue_us": from_month("2014-01", 3e9, 6e9),
    "revenue_home_grown": 1e9,
    "revenue_us_sovereign": 0.3e9,
}


def test_revenue_is_a_yearly_rate_and_knows_whose_and_where() -> None:
    """Three segments a country: 9 USD bn a month of US providers, 3 of home-grown ones."""
    run = cells(**MARKET)
    assert read("revenue", run, first="2013-Q1") == pytest.approx(9 * 12)
    assert read("revenue", run, of="all", place="abroad") == pytest.approx(12 * 12 * 3)
    assert read("revenue", run, of="home_grown", population="enterprise") == pytest.approx(12)
    assert read("revenue_growth", run, first="2013-Q4", last="2014-Q1") == pytest.approx(100.0)


def test_shares_and_what_an_event_took() -> None:
    run, without = cells(**MARKET), cells(**MARKET | {"revenue_us": 4e9})
    assert read("market_share", run, of="us") == pytest.approx(75.0)
    assert read("market_share", run, of="home_grown") == pytest.approx(25.0)
    assert read("market_share", run, of="us_sovereign") == pytest.approx(7.5)
    assert read("market_share_change", run, first="2013-Q4", last="2014-Q1", of="us") == pytest.approx(
        100 * (6 / 7 - 3 / 4)
    )
    assert read("sovereign_share", run) == pytest.approx(10.0)
    assert compare("revenue_lost", run, without, first="2013") == pytest.approx(25.0)
    assert compare("market_share", run, without, of="us") == pytest.approx(-5.0)


def test_providers_are_counted_against_the_market_of_the_place() -> None:
    """AWS earns 2 a month in each country, 4 from 2014; Google three times that; in the US twice.

    The markets are 10 and 20.
    """

    def earned(month: str, country: str, provider: str) -> float:
        return (
            (2.0 if month < "2014" else 4.0)
            * (2.0 if country == "US" else 1.0)
            * (3.0 if provider == "google" else 1.0)
        )

    run = of_providers(earned, by(DE=9.0, FR=9.0, rest=9.0, US=20.0), by(DE=1.0, FR=11.0, rest=1.0))
    assert read("provider_share", run, "DE", provider="aws") == pytest.approx(20.0)
    assert read("provider_share", run, "FR", provider="aws") == pytest.approx(10.0)
    assert read("provider_share", run, "FR", provider="aws+google") == pytest.approx(40.0)
    assert read("provider_share", run, "abroad", provider="aws") == pytest.approx(15.0)
    assert read("provider_share", run, "world", provider="aws") == pytest.approx(100 * 10 / 60)
    assert read("provider_share", run, "DE", provider="aws", besides="7") == pytest.approx(27.0)
    assert read(
        "provider_share_change", run, "FR", first="2013", last="2014", provider="aws"
    ) == pytest.approx(10.0)
    assert read("provider_growth", run, "world", first="2013", last="2014", provider="aws") == pytest.approx(
        100.0
    )
    assert math.isnan(read("provider_growth", run, first="2019", last="2020", provider="aws"))


# --- data -------------------------------------------------------------------------------------------------


def test_where_data_lies() -> None:
    run = cells(
        tb_on_premises=50.0,
        tb_us_region=10.0,
        tb_local_region=20.0,
        tb_home_grown=10.0,
        tb_at_home=70.0,
        tb_us_reach=30.0,
    )
    assert read("data_share", run, kind="local_region") == pytest.approx(50.0)
    assert read("data_share", run, kind="local_region+us_region", of="us_providers") == pytest.approx(100.0)
    assert read("data_share", run, kind="on_premises", of="all") == pytest.approx(100 * 50 / 90)
    assert read("data_at_home", run) == pytest.approx(50.0)
    assert read("data_within_us_reach", run) == pytest.approx(75.0)


def test_data_that_moved() -> None:
    names = ("country", "from_kind", "to_kind", "to_host", "tb")
    rows = [
        ("2013-02", "DE", "us_region", "local_region", "DE", 5.0),
        ("2013-03", "DE", "us_region", "home_grown", "DE", 7.0),
    ]
    rows += [
        ("2013-03", "FR", "us_region", "local_region", "IE", 11.0),
        ("2014-03", "DE", "us_region", "local_region", "IE", 13.0),
    ]
    run = events("flows", names, rows)
    assert read("data_moved", run) == 12.0
    assert read("data_moved", run, to_kind="local_region") == 5.0
    assert read("data_moved", run, "world") == 23.0
    assert read("data_moved", run, "world", to="IE") == 11.0
    assert read("data_moved", run, from_kind="on_premises") == 0.0


# --- governments, offers, requests ------------------------------------------------------------------------


def test_a_group_counts_with_its_countries_and_a_country_with_two_laws_counts_once() -> None:
    run = of_countries(
        sector_localisation=by(DE=1.0, rest=0.5), general_localisation=by(DE=1.0, rest=0.2), protest=1.0
    )
    both = "sector_localisation+general_localisation"
    assert read("countries_with_law", run, "world", law="sector_localisation") == pytest.approx(1 + 5)
    assert read("countries_with_law", run, "world", law=both) == pytest.approx(1 + 10 * (1 - 0.5 * 0.8))
    assert read("laws_in_force", run, "world", law=both) == pytest.approx(2 + 5 + 2)
    assert read("laws_in_force", run, "FR", law=both) == 0.0


def test_months_until_something_happens() -> None:
    rows = [
        ("2013-05", "DE", "protest", "adopted"),
        ("2013-09", "DE", "protest", "in_force"),
        ("2013-03", "FR", "protest", "in_force"),
    ]
    laws = events("laws", ("country", "instrument", "change"), rows)
    assert read("months_until_law", laws, law="protest", first="2013", last="2014") == 8
    assert read("months_until_law", laws, law="protest", change="adopted", first="2013-03", last="2014") == 2
    assert read("months_until_law", laws, "world", law="protest") == 2
    assert read("months_until_law", laws, law="blocking_statute", first="2013", last="2014") == 24
    live = [("2013-11", "microsoft", "DE", "trustee", "live"), ("2013-02", "aws", "DE", "trustee", "live")]
    offers = events("offers", ("provider", "country", "offer", "change"), live)
    assert read("months_until_offer", offers, provider="microsoft", offer="trustee") == 10
    assert read("months_until_offer", offers, provider="microsoft+aws", offer="trustee") == 1
    assert read("months_until_offer", offers, provider="microsoft", offer="trustee", change="closed") == 12


def test_requests_by_direction_and_route() -> None:
    names = ("direction", "country", "route", "requests", "succeeded", "succeeded_12m", "months")
    rows = [
        ("2013-02", "us_to_foreign", "DE", "mla", 10.0, 4.0, 3.0, 32.0),
        ("2013-03", "us_to_foreign", "DE", "direct", 30.0, 27.0, 27.0, 27.0),
    ]
    rows += [
        ("2013-02", "foreign_to_us", "DE", "mla", 5.0, 5.0, 1.0, 60.0),
        ("2014-02", "us_to_foreign", "DE", "mla", 100.0, 100.0, 100.0, 100.0),
    ]
    run = events("requests", names, rows)
    assert read("requests", run, direction="us_to_foreign") == 40
    assert read("requests", run, direction="us_to_foreign", route="mla") == 10
    assert read("disclosures", run, direction="us_to_foreign") == 31
    assert read("disclosed_in_a_year", run, direction="us_to_foreign") == pytest.approx(75.0)
    assert read("months_to_evidence", run, direction="us_to_foreign", route="mla") == pytest.approx(8.0)
    assert read("months_to_evidence", run, direction="foreign_to_us") == pytest.approx(12.0)
    assert read("requests", run, "FR", direction="us_to_foreign") == 0
    assert math.isnan(read("disclosed_in_a_year", run, "FR", direction="us_to_foreign"))


def test_missing_months_stay_missing() -> None:
    assert math.isnan(read("adoption", cells(adoption=0.5), first="2020"))
    assert math.isnan(read("revenue", cells(revenue_us=1.0), first="2020"))
    empty = Run(
        {
            "country": {
                "month": np.array([], "datetime64[M]"),
                "country": np.array([], object),
                "law_protest": np.array([]),
            }
        }
    )
    assert math.isnan(read("countries_with_law", empty, law="protest"))

"""The world as data: complete, consistent with its sources, and adding up to the real world's totals."""

import csv
import json
import re
from pathlib import Path
from typing import TypeVar

import pytest
from pydantic import TypeAdapter
from ruamel.yaml import YAML

from sim.model.law.timeline import LawInForce
from sim.scenario.schema import Jurisdiction, Provider, SegmentSpec, Timeline
from sim.vocabulary import SEGMENTS

CONFIGS = Path(__file__).parents[2] / "configs"
T = TypeVar("T")
MARKET_JANUARY_2013 = 8.74e9
EUROPE = ("Northern and Western Europe", "Southern Europe", "Eastern Europe")


def _rows(name: str) -> list[dict[str, str]]:
    with (CONFIGS / "evidence" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _load(kind: type[T], path: str) -> T:
    tree = YAML(typ="safe", pure=True).load(CONFIGS / path)
    return TypeAdapter(kind).validate_json(json.dumps(tree, default=str), strict=True)


@pytest.fixture(scope="module")
def jurisdictions() -> dict[str, Jurisdiction]:
    return _load(dict[str, Jurisdiction], "world/jurisdictions.yaml")


@pytest.fixture(scope="module")
def segments() -> dict[str, SegmentSpec]:
    return _load(dict[str, SegmentSpec], "world/segments.yaml")


@pytest.fixture(scope="module")
def providers() -> dict[str, Provider]:
    return _load(dict[str, Provider], "world/providers.yaml")


@pytest.fixture(scope="module")
def history() -> Timeline:
    return _load(Timeline, "timelines/history.yaml")


def _spend(jurisdictions: dict[str, Jurisdiction], segments: dict[str, SegmentSpec]) -> dict[str, float]:
    """USD a year of each jurisdiction: customers x adoption x intensity x USD, as the model starts."""
    spend = {}
    for code, one in jurisdictions.items():
        size = {"gdp_usd_bn": one.gdp_2013, "million_online_people": one.online_people_2013}
        users = {
            s: segments[s].customers * size[segments[s].customers_per] * getattr(one.adoption_2013, s)
            for s in SEGMENTS
        }
        spend[code] = one.cloud_intensity * sum(
            users[s] * segments[s].usd_per_customer_year for s in SEGMENTS
        )
    return spend


def test_every_economy_belongs_to_exactly_one_jurisdiction_and_gdp_adds_up(
    jurisdictions: dict[str, Jurisdiction],
) -> None:
    members = [iso3 for one in jurisdictions.values() for iso3 in one.iso3]
    economies = {row["iso3"]: row for row in _rows("countries.csv")}
    with_gdp = {iso3 for iso3, row in economies.items() if row["gdp_2013_usd_bn"] or row["gdp_2019_usd_bn"]}
    assert len(members) == len(set(members))
    assert set(members) == with_gdp
    world = sum(
        float(row["gdp_2013_usd_bn"] or row["gdp_2019_usd_bn"])
        for row in economies.values()
        if row["iso3"] in with_gdp
    )
    assert sum(one.gdp_2013 for one in jurisdictions.values()) == pytest.approx(world, abs=0.5)


def test_the_us_comes_first_and_the_named_countries_are_many(jurisdictions: dict[str, Jurisdiction]) -> None:
    assert next(iter(jurisdictions)) == "US"
    named = [code for code in jurisdictions if len(code) == 2]
    assert len(named) >= 37 and "NO" in named
    assert 7 <= len(jurisdictions) - len(named) <= 10


def test_every_value_of_a_jurisdiction_says_where_it_comes_from(
    jurisdictions: dict[str, Jurisdiction],
) -> None:
    for code, one in jurisdictions.items():
        assert set(one.source) == set(Jurisdiction.model_fields) - {"name", "region", "source"}, code


def test_memberships_agree_with_the_table_of_countries(jurisdictions: dict[str, Jurisdiction]) -> None:
    economies = {row["iso3"]: row for row in _rows("countries.csv")}
    for code, one in jurisdictions.items():
        for iso3 in one.iso3:
            if economies[iso3]["eu_member_2013_2019"] == "1":
                assert one.bloc == "eu", iso3
        if economies[one.iso3[0]]["five_eyes"] == "1":
            assert one.ties == "five_eyes", code
    for code, one in jurisdictions.items():
        has_treaty = economies[one.iso3[0]]["mla_treaty_with_us_2015"] == "1"
        if len(one.iso3) == 1 and code != "CN":  # China's agreement is not in that list
            assert (one.mla_instrument == "treaty") == has_treaty, code
    for code in ("NO", "CL", "NZ"):
        assert jurisdictions[code].mla_instrument == "convention"


def test_spending_adds_up_to_the_market_of_january_2013(
    jurisdictions: dict[str, Jurisdiction], segments: dict[str, SegmentSpec]
) -> None:
    spend = _spend(jurisdictions, segments)
    total = sum(spend.values())
    assert total == pytest.approx(MARKET_JANUARY_2013, rel=2e-3)
    assert spend["US"] / total == pytest.approx(0.5, abs=1e-3)
    europe = {code: spend[code] for code, one in jurisdictions.items() if one.region in EUROPE}
    assert sum(europe.values()) / total == pytest.approx(61 * 1.08 / 336, abs=2e-3)
    assert sum(spend[c] * jurisdictions[c].cloud_intensity for c in europe) / sum(
        europe.values()
    ) == pytest.approx(1.0, abs=1e-3)
    home_grown = sum(spend[c] * jurisdictions[c].home_grown_share_2013 for c in europe) / sum(europe.values())
    assert home_grown == pytest.approx(0.465, abs=2e-3)


def test_adoption_starts_below_its_ceiling_and_small_firms_lag(
    jurisdictions: dict[str, Jurisdiction], segments: dict[str, SegmentSpec]
) -> None:
    for code, one in jurisdictions.items():
        for segment in SEGMENTS:
            assert 0 < getattr(one.adoption_2013, segment) < getattr(one.adoption_ceiling, segment), (
                code,
                segment,
            )
        assert one.adoption_2013.small_firm < one.adoption_2013.enterprise, code
    assert (
        jurisdictions["FI"].adoption_2013.small_firm
        > jurisdictions["GB"].adoption_2013.small_firm
        > jurisdictions["DE"].adoption_2013.small_firm
    )


def test_providers_leave_room_for_home_grown_ones_and_stand_where_someone_lives(
    providers: dict[str, Provider], jurisdictions: dict[str, Jurisdiction]
) -> None:
    assert list(providers) == ["microsoft", "aws", "google", "other_us"]
    for month in providers["aws"].world_share:
        assert 0.7 < sum(one.world_share[month] for one in providers.values()) < 0.95, month
    assert (
        providers["aws"].world_share["2015-11"] == 0.31 and providers["google"].world_share["2025-08"] == 0.13
    )
    assert sum(one.consumer_share for one in providers.values()) == pytest.approx(1.0)
    assert all(region in jurisdictions for one in providers.values() for region in one.regions_2013)
    assert all("US" in one.regions_2013 for one in providers.values())


def test_every_dated_event_of_the_evidence_is_in_the_history(history: Timeline) -> None:
    dated = {row["id"]: row for row in _rows("evidence.csv") if row["unit"] == "date"}
    events = {event.id: event for event in history.events}
    # T17d is the UK's own step after T17b; L and C are rows of the collection on law, N were looked up
    assert {code for code in set(events) - set(dated) if code[0] not in "LCN"} == {"T17d"}
    assert set(dated) <= set(events)
    for code, row in dated.items():
        event = events[code]
        assert (str(event.date), event.kind, event.cause) == (row["period"], row["kind"], row["cause"]), code


def test_what_the_model_should_bring_about_itself_drives_nothing(history: Timeline) -> None:
    assert all(not event.enacts and not event.news for event in history.events if event.cause == "endogenous")


def test_no_news_outweighs_the_snowden_stories(history: Timeline) -> None:
    weights = {event.id: abs(news.weight) for event in history.events for news in event.news}
    assert weights.pop("T01") == 1.0
    assert max(weights.values()) <= 0.3


def _law(history: Timeline, date: str) -> LawInForce:
    law = LawInForce(history.base_regime, history.base_stage, frozenset())
    for event in history.events:
        if str(event.date) <= date:
            law = law.enact(event)
    return law


def test_the_law_takes_the_path_it_took(history: Timeline) -> None:
    path = [
        (_law(history, date).regime, _law(history, date).stage)
        for date in ("2013-12-01", "2014-01-01", "2016-08-01", "2018-04-01")
    ]
    assert path == [
        ("contested", "honoured"),
        ("contested", "litigated"),
        ("contested", "second_circuit"),
        ("cloud_act", None),
    ]


@pytest.mark.parametrize(
    ("country", "instrument", "before", "after"),
    [
        ("GB", "executive_agreement", "2022-10-01", "2022-11-01"),
        ("AU", "executive_agreement", "2024-01-01", "2024-02-01"),
        ("DE", "transfer_suspension", "2015-10-01", "2015-11-01"),
        ("NO", "transfer_suspension", "2020-07-01", "2020-08-01"),
        ("RU", "general_localisation", "2015-08-01", "2015-10-01"),
        ("IN", "sector_localisation", "2018-10-01", "2018-11-01"),
        ("BR", "extraterritorial_claim", "2014-06-01", "2014-07-01"),
        ("FR", "extraterritorial_claim", "2026-08-01", "2026-09-01"),
        ("CN", "blocking_statute", "2018-10-01", "2018-11-01"),
    ],
)
def test_instruments_come_into_force_when_they_did(
    history: Timeline, country: str, instrument: str, before: str, after: str
) -> None:
    assert (country, instrument) not in _law(history, before).instruments
    assert (country, instrument) in _law(history, after).instruments


def test_suspended_transfers_are_restored_and_outsiders_never_bound(history: Timeline) -> None:
    def suspended(date: str) -> set[str]:
        return {
            country
            for country, instrument in _law(history, date).instruments
            if instrument == "transfer_suspension"
        }

    assert suspended("2017-05-01") == set()
    assert suspended("2016-08-01") == {"CH"}
    assert suspended("2023-08-01") == {"GB", "CH", "IL"}
    assert suspended("2016-01-01") == suspended("2021-01-01") and "BR" not in suspended("2021-01-01")
    claims = {
        country
        for country, instrument in _law(history, "2026-09-01").instruments
        if instrument == "extraterritorial_claim"
    }
    assert "DK" not in claims and {"BR", "GB", "DE"} < claims


def test_every_weight_and_reach_of_news_lies_in_the_grade_that_the_rule_gives(history: Timeline) -> None:
    graded = [(event, news) for event in history.events for news in event.news]
    assert {news.grade for _, news in graded} == set(history.grades)
    for event, news in graded:
        assert news.grade is not None and history.grades[news.grade].holds(news), event.id
        kinds = {"framework_falls": "court", "leak": "news", "power_shown": "news"}
        assert kinds.get(news.grade, event.kind) == event.kind, event.id
        assert (news.grade == "step_of_the_case") <= (event.cause == "case"), event.id


def test_only_news_of_the_case_is_about_the_us_rule(history: Timeline) -> None:
    for event in history.events:
        for news in event.news:
            of_the_case = event.cause == "case" and news.channel == "law_enforcement"
            assert news.about_us_rule == of_the_case, event.id


def test_the_rows_repeat_the_evidence_number_by_number() -> None:
    evidence = {row["id"]: row for row in _rows("evidence.csv")}
    for row in _rows("rows.csv"):
        cited = row["source"].split(":")[0]
        # of K10 only that the share rose; laws are dates
        if cited not in evidence or row["id"] == "K10_rise" or row["id"].startswith("law_"):
            continue
        if cited.startswith("T24"):  # months since January 2013
            years, months, _ = (int(part) for part in evidence[cited]["period"].split("-"))
            assert float(row["value"]) == 12 * (years - 2013) + months - 1, row["id"]
            continue
        times = 4 if cited in ("KM2", "KM4") else 1  # a quarter as a yearly rate
        numbers = [float(part) for part in evidence[cited]["value"].split(";")]
        if (
            cited == "S07"
        ):  # any cloud in the value, public cloud in the words: points from one year to the next
            assert evidence[cited]["quantity"].endswith("public cloud 10 -> 15")
            numbers = [numbers[1] - numbers[0], 15.0 - 10.0]
        assert float(row["value"]) / times in numbers, row["id"]


def test_every_row_on_law_that_requests_and_assistance_cite_is_in_the_repository() -> None:
    known = {row["id"] for row in _rows("law_rows.csv")}
    cited = "".join(
        (CONFIGS / file).read_text(encoding="utf-8")
        for file in ("parameters/investigators.yaml", "world/legal_assistance.csv")
    )
    ids = set(re.findall(r"\b(?:R\d{5}|Y\d{4}|C\d{3})\b", cited))
    assert len(ids) > 80
    assert ids <= known, sorted(ids - known)

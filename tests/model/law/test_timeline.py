"""The law on every date, against `law_as_it_happened.csv`: a table written from the statute books, not from
the configuration."""

import csv
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.model.law.timeline import LawInForce, Month, calendar, honoured, honoured_by, law_on
from sim.scenario.canonical import surviving_events
from sim.scenario.resolution import resolve, variant
from sim.scenario.scenario import Scenario
from sim.scenario.schema import Enacts, Event, News, Switch

DAY = dt.timedelta(days=1)
FIRST, LAST = dt.date(2013, 1, 1), dt.date(2026, 12, 31)
EU = (
    "AT",
    "BE",
    "CZ",
    "DE",
    "DK",
    "ES",
    "FI",
    "FR",
    "GR",
    "HU",
    "IE",
    "IT",
    "NL",
    "PL",
    "PT",
    "RO",
    "SE",
    "rest_of_eu",
)
GROUPS = {"EU": EU, "EEA+UK": (*EU, "NO", "GB"), "EU-DK": tuple(code for code in EU if code != "DK")}
INSTRUMENTS = (
    "extraterritorial_claim",
    "transfer_suspension",
    "general_localisation",
    "sector_localisation",
    "blocking_statute",
    "executive_agreement",
)


@dataclass(frozen=True)
class Entry:
    """The law from a date on."""

    since: dt.date
    what: str
    law: LawInForce
    honoured: float


def _entry(row: dict[str, str]) -> Entry:
    named = [
        (code, instrument)
        for instrument in INSTRUMENTS
        for word in row[instrument].split()
        for code in GROUPS.get(word, (word,))
    ]
    adopted = [
        (code, instrument)
        for word in row["adopted"].split()
        for group, _, instrument in [word.partition(":")]
        for code in GROUPS.get(group, (group,))
    ]
    bars = [code for word in row["bars_disclosure"].split() for code in GROUPS.get(word, (word,))]
    law = LawInForce(
        row["regime"],
        row["stage"] or None,
        frozenset(named),
        adopted=frozenset(named + adopted),
        bars_disclosure=frozenset(bars),
    )
    return Entry(dt.date.fromisoformat(row["from"]), row["what"], law, float(row["honoured"]))


def _entries() -> list[Entry]:
    with (Path(__file__).parent / "law_as_it_happened.csv").open(newline="", encoding="utf-8") as file:
        return [_entry(row) for row in csv.DictReader(file)]


AS_IT_HAPPENED = _entries()


def recorded(date: dt.date) -> Entry:
    return [entry for entry in AS_IT_HAPPENED if entry.since <= date][-1]


def days() -> Iterator[dt.date]:
    return (FIRST + DAY * n for n in range((LAST - FIRST).days + 1))


resolved = cache(resolve)


@pytest.fixture(scope="module")
def history() -> Scenario:
    return resolved("history").scenarios["history"]


# --- history --------------------------------------------------------------------------------------


def test_base_law_and_enacted_events_are_the_law_as_it_happened_on_every_date(history: Scenario) -> None:
    for date in days():
        law, entry = law_on(history, date), recorded(date)
        assert (law.regime, law.stage) == (entry.law.regime, entry.law.stage), date
        assert law == entry.law, date
        assert honoured(
            history.law, history.regimes[law.regime], law.stage, history.providers
        ) == pytest.approx(entry.honoured), date


@pytest.mark.parametrize("k", range(1, len(AS_IT_HAPPENED)), ids=lambda k: str(AS_IT_HAPPENED[k].since))
def test_the_law_changes_on_the_day_and_neither_the_day_before_nor_the_day_after(
    history: Scenario, k: int
) -> None:
    before, entry = AS_IT_HAPPENED[k - 1], AS_IT_HAPPENED[k]
    for date, expected in (
        (entry.since - DAY, before),
        (entry.since, entry),
        (entry.since + DAY, recorded(entry.since + DAY)),
    ):
        assert law_on(history, date) == expected.law, date


def test_every_month_runs_under_the_law_of_the_evening_before_it(history: Scenario) -> None:
    months = calendar(history)
    assert len(months) == 156
    for m, month in enumerate(months):
        eve = history.month_start(m) - DAY
        entry = recorded(max(eve, FIRST))
        assert month.law == entry.law, eve
        assert month.honoured == pytest.approx(entry.honoured)
        assert month.ruling is None


# Country, instrument, first month: events on the first of a month act from the next; on the last day, from
# the next day's.
@pytest.mark.parametrize(
    ("country", "instrument", "first_month"),
    [
        ("BR", "extraterritorial_claim", "2014-07"),
        ("RU", "general_localisation", "2015-10"),
        ("CH", "transfer_suspension", "2015-11"),
        ("CN", "sector_localisation", "2017-07"),
        ("CN", "blocking_statute", "2018-11"),
        ("IN", "sector_localisation", "2018-11"),
        ("GB", "executive_agreement", "2022-11"),
        ("AU", "executive_agreement", "2024-02"),
    ],
)
def test_a_law_acts_from_the_first_month_that_begins_after_its_date(
    history: Scenario, country: str, instrument: str, first_month: str
) -> None:
    acting = [
        history.month_start(m).strftime("%Y-%m")
        for m, month in enumerate(calendar(history))
        if (country, instrument) in month.law.instruments
    ]
    assert acting[0] == first_month


def test_transfers_are_suspended_from_each_schrems_ruling_to_the_next_adequacy_decision(
    history: Scenario,
) -> None:
    suspended = [
        history.month_start(m).strftime("%Y-%m")
        for m, month in enumerate(calendar(history))
        if ("DE", "transfer_suspension") in month.law.instruments
    ]
    assert (len(suspended), suspended[0], suspended[8], suspended[9], suspended[-1]) == (
        45,
        "2015-11",
        "2016-07",
        "2020-08",
        "2023-07",
    )


def test_news_arrives_once_in_the_first_month_that_begins_after_it(history: Scenario) -> None:
    arrived = {
        event.id: history.month_start(m)
        for m, month in enumerate(calendar(history))
        for event in month.events
    }
    assert arrived["T01"] == dt.date(2013, 7, 1)  # 6 June 2013
    assert arrived["T04"] == dt.date(2014, 8, 1)  # 31 July 2014
    assert arrived["T31"] == dt.date(2016, 1, 1)  # 1 December 2015
    heard = [event.id for month in calendar(history) for event in month.events]
    assert len(heard) == len(set(heard))


def test_what_the_model_should_bring_about_itself_never_drives_it(history: Scenario) -> None:
    assert not any(event.cause == "endogenous" for month in calendar(history) for event in month.events)
    assert any(event.cause == "endogenous" for event in history.timeline.events)


def test_e_evidence_is_adopted_in_2023_and_in_force_from_august_2026(history: Scenario) -> None:
    claim = ("FR", "extraterritorial_claim")
    for date, adopted, in_force in (
        (dt.date(2023, 7, 11), False, False),
        (dt.date(2023, 7, 12), True, False),
        (dt.date(2026, 8, 17), True, False),
        (dt.date(2026, 8, 18), True, True),
    ):
        law = law_on(history, date)
        assert (claim in law.adopted, claim in law.instruments) == (adopted, in_force), date
    assert ("DK", "extraterritorial_claim") not in law_on(history, LAST).adopted


@pytest.mark.parametrize(
    ("date", "microsoft", "google", "others"),
    [
        ("2013-06-01", 1.0, 1.0, 1.0),
        ("2015-06-01", 0.95, 1.0, 1.0),
        ("2016-08-01", 0.0, 0.0, 0.8),
        ("2017-05-01", 0.0, 0.1, 0.8),
        ("2017-10-01", 0.0, 0.8, 0.8),
        ("2018-04-01", 1.0, 1.0, 1.0),
    ],
)
def test_each_provider_honoured_warrants_for_data_abroad_as_it_did(
    history: Scenario, date: str, microsoft: float, google: float, others: float
) -> None:
    law = law_on(history, dt.date.fromisoformat(date))
    shares = honoured_by(history.law, history.regimes[law.regime], law.stage, history.providers)
    by = dict(zip([*history.providers, "all"], shares, strict=True))
    assert by == {"microsoft": microsoft, "google": google, "aws": others, "other_us": others, "all": others}


# --- any event ------------------------------------------------------------------------------------

DATES = st.dates(min_value=FIRST, max_value=dt.date(2025, 11, 30))


def event(date: dt.date, cause: str = "exogenous", name: str = "E", **enacts: object) -> Event:
    """An event that enacts one thing, and is heard of everywhere."""
    news = (News(channel="law_enforcement", weight=-0.1, reach={"all": 1.0}),)
    said = {"kind": "law", "cause": cause, "what": name, "reference": "-", "confidence": "high"}
    return Event.model_validate(
        {"id": name, "date": date, **said, "enacts": (Enacts.model_validate(enacts),), "news": news}
    )


def world(base: Scenario, events: Sequence[Event] = (), switches: Sequence[Switch] = ()) -> Scenario:
    timeline = base.timeline.model_copy(update={"events": tuple(sorted(events, key=lambda e: e.date))})
    return replace(base, timeline=timeline, switches=tuple(switches))


@given(date=DATES)
def test_an_event_of_any_date_acts_and_is_heard_from_the_first_month_that_begins_after_it(
    history: Scenario, date: dt.date
) -> None:
    scenario = world(history, [event(date, instrument="blocking_statute", countries=("FR",))])
    for m, month in enumerate(calendar(scenario)):
        begins_after = scenario.month_start(m) > date
        is_first = begins_after and (m == 0 or scenario.month_start(m - 1) <= date)
        assert (("FR", "blocking_statute") in month.law.instruments) == begins_after
        assert bool(month.events) == is_first


@given(date=DATES)
def test_an_endogenous_event_enacts_nothing_and_is_not_heard(history: Scenario, date: dt.date) -> None:
    scenario = world(history, [event(date, "endogenous", instrument="blocking_statute", countries=("FR",))])
    assert calendar(scenario) == calendar(world(history))


def test_a_repeal_takes_back_the_named_countries_only(history: Scenario) -> None:
    made = event(dt.date(2014, 3, 5), name="made", instrument="procurement_rule", countries=("DE", "FR"))
    undone = event(
        dt.date(2015, 3, 5), name="undone", instrument="procurement_rule", countries=("FR",), repeals=True
    )
    scenario = world(history, [made, undone])
    assert law_on(scenario, dt.date(2015, 3, 4)).instruments == {
        ("DE", "procurement_rule"),
        ("FR", "procurement_rule"),
    }
    assert law_on(scenario, dt.date(2015, 3, 5)).instruments == {("DE", "procurement_rule")}


# --- switches -------------------------------------------------------------------------------------

RULES = ("microsoft_wins", "doj_wins")


def run_under(months: Sequence[Month], m: int) -> tuple[str, float]:
    return months[m].law.regime, months[m].honoured


def test_the_default_switch_replaces_the_district_court_in_both_worlds(history: Scenario) -> None:
    scenarios = resolved("two_worlds").scenarios
    happened, microsoft, doj = (
        calendar(history),
        calendar(scenarios["microsoft_wins"]),
        calendar(scenarios["doj_wins"]),
    )
    august = history.month_after(dt.date(2014, 7, 31))
    assert history.month_start(august) == dt.date(2014, 8, 1)
    assert happened[:august] == microsoft[:august] == doj[:august]  # shared through July 2014
    assert (run_under(microsoft, august), run_under(doj, august)) == (
        ("microsoft_wins", 0.0),
        ("doj_wins", 1.0),
    )
    assert [month.ruling.regime if month.ruling else None for month in (microsoft[august], doj[august])] == [
        "microsoft_wins",
        "doj_wins",
    ]
    assert sum(month.ruling is not None for month in microsoft) == 1
    assert {run_under(microsoft, m)[0] for m in range(august, 156)} == {"microsoft_wins"}
    assert {run_under(doj, m)[0] for m in range(august, 156)} == {"doj_wins"}


def test_the_two_worlds_differ_in_the_rule_and_in_nothing_else() -> None:
    scenarios = resolved("two_worlds").scenarios
    for microsoft, doj in zip(
        calendar(scenarios["microsoft_wins"]), calendar(scenarios["doj_wins"]), strict=True
    ):
        assert microsoft.events == doj.events
        assert microsoft.law.instruments == doj.law.instruments


def test_case_events_fall_out_from_the_switchs_own_date_on_and_all_others_stay(history: Scenario) -> None:
    world = resolved("two_worlds").scenarios["doj_wins"]
    (switch,) = world.switches
    happened, left = ({e.id for e in surviving_events(scenario)} for scenario in (history, world))
    events = history.timeline.events
    assert happened - left == {e.id for e in events if e.cause == "case" and e.date >= switch.on}
    assert {"T04", "T06", "T12", "T13", "T18a", "T25"} <= happened - left  # T04: the ruling of that very day
    assert {"T02", "T03"} <= left  # the warrant and the magistrate came before
    assert {"T14", "T15", "T16", "T17a", "T17b", "T17c", "T21", "T22", "T23", "T30", "T31", "T32"} <= left


@given(on=DATES, rule=st.sampled_from(RULES), days_off=st.integers(-40, 40))
def test_a_case_event_happens_only_before_the_switch_and_an_exogenous_one_on_any_day(
    history: Scenario, on: dt.date, rule: str, days_off: int
) -> None:
    date = on + DAY * days_off
    for cause, happens in (("case", date < on), ("exogenous", True)):
        scenario = world(
            history,
            [event(date, cause, instrument="blocking_statute", countries=("FR",))],
            [Switch(on=on, regime=rule)],
        )
        law = law_on(scenario, max(date, on))
        assert (("FR", "blocking_statute") in law.instruments) == happens
        assert law.regime == rule


@settings(max_examples=40)
@given(on=DATES)
def test_whenever_it_is_thrown_the_worlds_share_all_before_it_and_one_rule_holds_after_it(
    history: Scenario, on: dt.date
) -> None:
    microsoft, doj = (calendar(replace(history, switches=(Switch(on=on, regime=rule),))) for rule in RULES)
    happened = calendar(history)
    for m in range(history.months):
        if history.month_start(m) <= on:
            assert microsoft[m] == doj[m] == happened[m]
        else:
            assert (run_under(microsoft, m), run_under(doj, m)) == (
                ("microsoft_wins", 0.0),
                ("doj_wins", 1.0),
            )
            assert (microsoft[m].ruling is not None) == (history.month_start(m - 1) <= on)


@settings(max_examples=40)
@given(first=DATES, months_between=st.integers(0, 60), rules=st.permutations(RULES))
def test_a_second_switch_reverses_the_first_and_brings_no_case_event_back(
    history: Scenario, first: dt.date, months_between: int, rules: list[str]
) -> None:
    second = min(first + DAY * (31 * months_between + 1), dt.date(2025, 11, 30))
    if second <= first:
        return
    switches = (Switch(on=first, regime=rules[0]), Switch(on=second, regime=rules[1]))
    scenario = replace(history, switches=switches)
    assert law_on(scenario, second - DAY).regime == rules[0]
    assert law_on(scenario, second).regime == rules[1]
    assert law_on(scenario, LAST).regime == rules[1]
    assert surviving_events(scenario) == surviving_events(replace(history, switches=switches[:1]))
    rulings = [month.ruling for month in calendar(scenario) if month.ruling]
    one_month = scenario.month_after(first) == scenario.month_after(second)
    assert rulings == list(
        switches[1:] if one_month else switches
    )  # of two rulings in a month the later one is what people know


def test_the_shipped_reversal_turns_doj_wins_into_microsoft_wins_after_three_years() -> None:
    months = calendar(resolved("switch_back").scenarios["switched_back"])
    rules = [month.law.regime for month in months]
    assert [rules.index(rule) for rule in ("doj_wins", "microsoft_wins")] == [19, 55]  # 2014-08 and 2017-08
    assert rules[55:] == ["microsoft_wins"] * (156 - 55)


def test_a_stage_of_the_open_question_means_nothing_once_it_is_decided(history: Scenario) -> None:
    late = event(dt.date(2015, 5, 5), "exogenous", stage="second_circuit")
    scenario = world(history, [late], [Switch(on=dt.date(2014, 7, 31), regime="doj_wins")])
    assert law_on(scenario, LAST) == LawInForce("doj_wins", None, frozenset())


def test_the_supreme_court_can_decide_in_june_2018_without_a_cloud_act() -> None:
    for scenario in variant(
        resolved("two_worlds"), switch_on=dt.date(2018, 6, 29), without_events=("T12", "T13")
    ).scenarios.values():
        months = calendar(scenario)
        assert months[65].law.regime == "contested"  # June 2018: no act took the question away
        assert months[66].law.regime == scenario.name


# --- events taken out ------------------------------------------------------------------------------


def test_a_world_without_an_event_lacks_it_and_nothing_else() -> None:
    with_leak, without = (
        resolved("two_worlds").scenarios["doj_wins"],
        resolved("no_snowden").scenarios["doj_wins"],
    )
    for m, (a, b) in enumerate(zip(calendar(with_leak), calendar(without), strict=True)):
        assert [e.id for e in a.events if e.id != "T01"] == [e.id for e in b.events]
        assert (a.law, a.honoured, a.believed, a.ruling) == (b.law, b.honoured, b.believed, b.ruling)
        assert ("T01" in [e.id for e in a.events]) == (m == 6)


@pytest.mark.parametrize("gone", ["T06", "T12", "T14", "T18b", "T21"])
def test_taking_an_event_out_takes_out_what_it_enacted(history: Scenario, gone: str) -> None:
    scenario = variant(resolved("history"), without_events=(gone,)).scenarios["history"]
    (taken,) = [e for e in history.timeline.events if e.id == gone]
    before, after = law_on(scenario, taken.date - DAY), law_on(scenario, taken.date)
    assert before == after
    assert law_on(history, taken.date) != after

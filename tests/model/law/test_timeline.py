"""How events, switches and events taken out make the law of every date, whatever they are."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.model.law.timeline import LawInForce, Month, calendar, enacted, law_on
from sim.scenario.canonical import surviving_events
from sim.scenario.resolution import resolve, variant
from sim.scenario.scenario import Scenario
from sim.scenario.schema import Act, Deed, Enacts, Event, News, Switch

DAY = dt.timedelta(days=1)
FIRST, LAST = dt.date(2013, 1, 1), dt.date(2026, 12, 31)
resolved = cache(resolve)


@pytest.fixture(scope="module")
def history() -> Scenario:
    return resolved("history").scenarios["history"]


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


def test_what_is_adopted_twice_stays_adopted(history: Scenario) -> None:
    twice = [
        event(dt.date(year, 3, 5), name=str(year), instrument="procurement_rule", countries=("DE",))
        for year in (2014, 2015)
    ]
    assert law_on(world(history, twice), dt.date(2015, 3, 5)).instruments == {("DE", "procurement_rule")}


@pytest.mark.parametrize("act", get_args(Deed))
def test_of_all_that_can_be_done_only_comity_and_agreements_change_us_law(
    history: Scenario, act: str
) -> None:
    done = event(dt.date(2014, 3, 5), instrument="procurement_rule").model_copy(
        update={
            "enacts": (),
            "act": Act.model_construct(by="us", act=act, countries=("DE",), comity="statutory"),
        }
    )
    before, after = (law_on(world(history, events), dt.date(2014, 3, 5)) for events in ([], [done]))
    changed = {name for name in vars(after) if getattr(after, name) != getattr(before, name)}
    assert changed == {"comity": {"comity"}, "agreement": {"agreements"}}.get(act, set())


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


def test_a_regime_that_lawmakers_pass_is_the_rule_from_the_next_month_on(history: Scenario) -> None:
    """Passed in month 30: news of the month after, and from then on the rule, the law of others as it was."""
    months = calendar(history)
    answered = enacted(months, history, 30, "doj_wins")
    assert len(answered) == len(months)
    assert answered[:31] == months[:31]
    assert [m for m, month in enumerate(answered) if month.ruling is not None] == [31]
    assert answered[31].ruling == Switch(on=history.month_start(30), regime="doj_wins")
    for month, before in zip(answered[31:], months[31:], strict=True):
        assert (month.law.regime, month.law.stage) == ("doj_wins", None)
        assert (month.honoured, month.believed, set(month.honoured_by)) == (1.0, 1.0, {1.0})
        assert (month.law.instruments, month.events) == (before.law.instruments, before.events)


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

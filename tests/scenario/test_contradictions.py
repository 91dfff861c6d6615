"""What no single type can see, in a configuration or an experiment, is refused with its place."""

from dataclasses import replace
from typing import Any

import pytest

from sim.scenario.base import Base, contradictions, findings
from sim.scenario.parameter_files import date_problems, table_problems
from sim.scenario.paths import dotted
from sim.scenario.problems import InputError
from sim.scenario.resolution import resolve
from sim.scenario.schema import BySegment, Event, Jurisdiction, Provider
from tests.model.small_worlds import base


def found_in_contents(**parts: Any) -> list[str]:
    found = contradictions(base().contents.model_copy(update=parts))
    return [f"{dotted(loc)}: {words}" for loc, words in found]


def found_in_history(**changes: Any) -> list[str]:
    timeline = base().timelines["history"].model_copy(update=changes)
    changed: Base = replace(base(), timelines={"history": timeline})
    return [f"{dotted(loc)}: {words}" for loc, words in findings(changed)]


def country(**changes: Any) -> dict[str, Jurisdiction]:
    known = base().jurisdictions
    return known | {"DE": known["DE"].model_copy(update=changes)}


def _without_pace() -> BySegment:
    return base().jurisdictions["DE"].adoption_pace.model_copy(update={"consumer": 0.0})


def provider(**changes: Any) -> dict[str, Provider]:
    known = base().providers
    return known | {"google": known["google"].model_copy(update=changes)}


def event(**changes: Any) -> tuple[Event, ...]:
    """The history's events with the first of them changed."""
    first, *others = base().timelines["history"].events
    return (first.model_copy(update=changes), *others)


def test_the_shipped_configuration_contradicts_itself_nowhere() -> None:
    assert found_in_contents() == found_in_history() == []


def test_the_us_comes_first_and_is_not_alone() -> None:
    known = base().jurisdictions
    alone = found_in_contents(jurisdictions={"US": known["US"]})
    assert "jurisdictions: at least one jurisdiction besides the US is needed" in alone
    turned = found_in_contents(jurisdictions=dict(reversed(known.items())))
    assert "jurisdictions: the first jurisdiction must be US" in turned


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (lambda: {"providers": {}}, "providers: at least one US provider is needed"),
        (lambda: {"providers": provider(world_share={})}, "google.world_share: the table is empty"),
        (
            lambda: {"providers": provider(world_share={"2020": 0.1})},
            "google.world_share.2020: the table begins after",
        ),
        (
            lambda: {"jurisdictions": country(bloc="alone")},
            "jurisdictions.DE.bloc: bloc 'alone' has no other member",
        ),
        (
            lambda: {"jurisdictions": country(adoption_pace=_without_pace())},
            "jurisdictions.DE.adoption_pace.consumer: must be positive (got 0)",
        ),
    ],
    ids=["no provider", "no share", "a share that begins late", "a bloc of one", "no pace"],
)
def test_a_configuration_that_contradicts_itself_is_refused(parts: Any, said: str) -> None:
    assert any(said in words for words in found_in_contents(**parts()))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (lambda: {"base_regime": "none"}, "timelines.history.base_regime: unknown regime 'none'"),
        (lambda: {"base_stage": None}, "timelines.history.base_stage: regime"),
        (
            lambda: {"events": event(enacts=({"instrument": "blocking_statute"},))},
            "enacts.0.countries: the instrument 'blocking_statute' needs the countries that enact it",
        ),
        (
            lambda: {"events": event(act={"by": "google", "act": "litigate"})},
            "events.0.act: an event of a timeline is no act of anybody: write it under levers",
        ),
    ],
    ids=["no such rule", "no stage", "no countries", "an act"],
)
def test_a_timeline_that_contradicts_the_configuration_is_refused(changes: Any, said: str) -> None:
    changed = changes()
    if "events" in changed:  # parts that were given as mappings become what they are
        changed["events"] = tuple(
            Event.model_validate(one.model_dump(warnings=False)) for one in changed["events"]
        )
    assert any(said in words for words in found_in_history(**changed))


def test_a_table_by_date_begins_with_the_first_month_and_is_in_order() -> None:
    assert not list(date_problems({"2013": 1.0, "2014-06": 2.0}))
    assert [key for key, _ in date_problems({"2013": 1.0, "2015": 2.0, "2014": 3.0})] == ["2014"]
    assert [key for key, _ in date_problems({"2013-02": 1.0})] == ["2013-02"]
    ((_, words),) = date_problems({"soon": 1.0})
    assert words == "'soon' is not a date; write YYYY or YYYY-MM"


def test_a_table_by_nothing_known_or_by_nothing_at_all_is_refused() -> None:
    parameters, names = base().parameters, {"segment": ["consumer"]}
    rates = parameters.governments
    for table, said in (({}, "the table is empty"), ({"x": 1.0}, "its keys are neither dates nor the names")):
        group = rates.model_copy(update={"base_rate": table})
        found = table_problems(parameters.model_copy(update={"governments": group}), names)
        (words,) = (words for loc, words in found if dotted(loc) == "parameters.governments.base_rate")
        assert words.startswith(said)


# --- of an experiment -------------------------------------------------------------------------------------

DOJ = {"label": "DOJ", "switches": [{"on": "2014-07-31", "regime": "doj_wins"}]}
PLAIN = {"label": "Nothing"}
CLAIM = {
    "claim": "x", "measure": "trust", "window": "2015", "world": "b", "against": "a", "expect": "lower"
}  # fmt: skip
LEVER = {"by": "google", "on": "2015-06-30", "reference": "a test"}


def _claim(**more: Any) -> dict[str, Any]:
    return {"claims": [CLAIM | more]}


def _lever(**more: Any) -> dict[str, Any]:
    return {"levers": {"one": LEVER | more}}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"compare": ["a", "a"]}, "compare: 'a' would be compared with itself"),
        (
            {"worlds": {"a": PLAIN}, "compare": None, "bills": {"doj_wins": {
                "meets_need": 0.5, "ends_conflicts": 0.5, "reference": "-"}}},
            "bills: US lawmakers answer after a switch, and no world has one",
        ),
        (
            {"worlds": {"a": PLAIN}, "compare": None, "switch_dates": [{"on": "2015-01-31", "label": "x"}]},
            "switch_dates: no world has a switch whose date could be another",
        ),
        (_claim(against="b"), "claims.0.against: 'b' would be compared with itself"),
        ({"record": "world", **_claim(country="DE")}, "claims.0.country: countries are not recorded"),
        (_claim(expect="within"), "claims.0.expect: 'within' needs at_most"),
        (_claim(at_least=0.2, at_most=0.1), "claims.0.at_least: must be below at_most, 0.1 (got 0.2)"),
        (_claim(window="2015-06 to 2015-01"), "claims.0.window: ends before it begins"),
        (_claim(window="2020"), "claims.0.window: 2020 is outside the horizon, 2013-01 to 2016-12"),
        ({"levers": {"none": LEVER | {"act": "litigate"}}}, "levers.none: 'none' is what a design writes"),
        (
            {**_lever(act="litigate"), "worlds": {"a": PLAIN, "b": DOJ | {"pulled": ["one", "one"]}}},
            "worlds.b.pulled.1: 'one' is pulled twice",
        ),
        (_lever(act="litigate", on="2012-06-30"), "levers.one.on: 2012-06-30: before the first month"),
        (
            _lever(act="close", offer="local_region", countries=["NO"]),
            "levers.one: google has no local region in NO, as recorded",
        ),
        (_lever(act="publish"), "levers.one: google publishes what governments ask for by 2015-06-30"),
    ],
)  # fmt: skip
def test_an_experiment_that_asks_for_what_cannot_be_is_refused(more: dict[str, Any], said: str) -> None:
    tree = {
        "title": "A question", "question": "Which?", "timeline": "history",
        "horizon": {"first": "2013-01", "last": "2016-12"}, "customers": 2000,
        "seeds": {"first": 1, "count": 2}, "worlds": {"a": PLAIN, "b": DOJ}, "compare": ["a", "b"],
    }  # fmt: skip
    resolve(tree, base=base())
    with pytest.raises(InputError) as refused:
        resolve(tree | more, base=base())
    assert any(said in problem for problem in refused.value.problems)


@pytest.mark.parametrize("share", ["request_share", "consumer_share"])
def test_a_share_that_is_nought_for_every_us_provider_is_refused(share: str) -> None:
    nobody = {
        code: one.model_copy(update={"request_share": 0.0, share: 0.0})
        for code, one in base().providers.items()
    }
    assert f"providers: {share} is 0 for every provider; at least one needs a share" in found_in_contents(
        providers=nobody
    )


def test_a_provider_without_consumers_is_not_asked_for_their_accounts() -> None:
    assert found_in_contents(providers=provider(consumer_share=0.0, request_share=0.0)) == []
    (words,) = found_in_contents(providers=provider(consumer_share=0.0))
    assert words.startswith("providers.google.request_share: nobody's account")
    with pytest.raises(InputError, match="nobody's account could be asked for"):
        resolve("two_worlds", ["providers.aws.request_share=0.2", "providers.aws.consumer_share=0"])

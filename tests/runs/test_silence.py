"""What an experiment asks for in vain, or what does not mean what it seems to, is said before it runs."""

import re
from typing import Any

import pandas as pd
import pytest

import sim
from sim.analysis.headline_table import with_windows
from sim.analysis.headlines import LAST_YEAR, SINCE_THE_SWITCH, SINCE_THEY_DIFFER
from sim.pipeline import resolve
from sim.runs.silence import begins_with_the_switch, silences
from sim.scenario.locations import experiments
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved
from tests.model.small_worlds import base

MICROSOFT: dict[str, Any] = {
    "label": "Microsoft wins",
    "switches": [{"on": "2014-07-31", "regime": "microsoft_wins"}],
}
DOJ: dict[str, Any] = {"label": "DOJ wins", "switches": [{"on": "2014-07-31", "regime": "doj_wins"}]}
OWN_ROW: dict[str, Any] = {
    "when": {"location": "in_us"},
    "route": "direct",
    "authority": "a test",
    "before": "in_the_us",
}
EVENT: dict[str, Any] = {
    "id": "late", "date": "2015-06-01", "kind": "news", "cause": "exogenous", "what": "x", "reference": "-",
    "confidence": "low", "news": [{"channel": "intelligence", "weight": -0.1, "reach": {"all": 0.1}}],
}  # fmt: skip


def asked(**more: Any) -> Resolved:
    tree = {
        "title": "A question",
        "question": "Which?",
        "timeline": "history",
        "horizon": {"first": "2013-01", "last": "2016-12"},
        "customers": 2000,
        "seeds": {"first": 1, "count": 2},
        "worlds": {"a": MICROSOFT, "b": DOJ},
        "compare": ["a", "b"],
    }
    return resolve(tree | more, base=base())


CLAIM: dict[str, Any] = {
    "claim": "x",
    "measure": "trust",
    "window": "2015",
    "world": "b",
    "against": "a",
    "expect": "lower",
}
SAID = [
    pytest.param({"worlds": {"a": MICROSOFT, "b": MICROSOFT | {"label": "B"}}}, "the same world", id="one"),
    pytest.param(
        {"worlds": {"a": MICROSOFT, "b": DOJ | {"set": {"trust.asymmetry": 1.0}}}},
        "differ in more than law and events",
        id="other people",
    ),
    pytest.param(
        {"worlds": {"a": MICROSOFT, "b": DOJ | {"without_events": ["T03"]}}},
        "before the switch sets them apart in 2014-08",
        id="a difference before the switch",
    ),
    pytest.param(
        {"worlds": {"a": MICROSOFT, "b": DOJ | {"without_events": ["T13"]}}},
        "T13 is after the last month",
        id="an event after the last month",
    ),
    pytest.param(
        {"events": [EVENT | {"date": "2019-06-01"}]}, "events: late acts in no world", id="an event in vain"
    ),
    pytest.param(
        {"events": [EVENT | {"news": []}]},
        "events: late has no news and enacts nothing: it changes nothing",
        id="an event without effect",
    ),
    pytest.param(
        {"events": [EVENT | {"enacts": [{"instrument": "blocking_statute", "countries": ["BR"]}]}]},
        "events: late brings blocking_statute to BR, whose government draws none itself from the first month "
        "on (2013-01), not from 2015-06-01",
        id="a law that the added event alone brings",
    ),
    pytest.param(
        {"worlds": {"a": MICROSOFT, "b": DOJ | {"without_events": ["T21", "L025"]}}},
        "without_events: without T21 to bring general_localisation to RU, its government may draw it from "
        "the first month on (2013-01), not from 2015-09-01",
        id="a law that the removed events alone brought",
    ),
    pytest.param(
        {"set": {"regimes.microsoft_wins.comity": "statutory"}},
        "'statutory' has no effect under the test 'location'",
        id="comity where nothing is reviewed",
    ),
    pytest.param(
        {
            "worlds": {
                "a": MICROSOFT,
                "b": {
                    "label": "B",
                    "switches": [*DOJ["switches"], {"on": "2015-07-31", "regime": "doj_wins"}],
                },
            }
        },
        "the rule stays as it is",
        id="a switch to the rule in force",
    ),
    pytest.param(
        {"us_orders": {"mine": OWN_ROW | {"before": "kept_by_the_target"}}},
        "us_orders.mine: decides no order",
        id="a row that another precedes",
    ),
    pytest.param({"set": {"lawmakers.base_rate": 0.1}}, "the experiment has none", id="no bills"),
    pytest.param(
        {"set": {"governments.rule.executive_agreement": 1.0}},
        "offers executive agreements",
        id="agreements that nobody offers",
    ),
    pytest.param({"set": {"trust.belief_jump": 0.5}}, "is 0.5 already", id="a value that it has"),
    pytest.param({"outlook": "trends_continue"}, "outlook: has no effect", id="an outlook in vain"),
    pytest.param(
        {"claims": [CLAIM | {"window": "2013"}]},
        "their difference is exactly 0",
        id="a claim about shared months",
    ),
    pytest.param({"claims": [CLAIM | {"window": "2014"}]}, "some of its months", id="a claim half before"),
    pytest.param(
        {"switch_dates": [{"on": "2014-07-30", "label": "x"}]},
        "acts from the same month as the switch",
        id="a day",
    ),
    pytest.param(
        {"switch_dates": [{"on": "2015-07-30", "label": "x"}, {"on": "2015-07-31", "label": "y"}]},
        "switch_dates.1: 2015-07-31 acts from the same month as switch_dates.0",
        id="two days",
    ),
    pytest.param(
        {
            "switch_dates": [{"on": "2016-01-31", "label": "x"}],
            "worlds": {
                "a": MICROSOFT,
                "b": DOJ | {"switches": [{"on": "2015-07-31", "regime": "doj_wins"}]},
            },
        },
        "switch_dates: the worlds switch on different dates (2014-07-31, 2015-07-31)",
        id="one date for worlds that switch apart",
    ),
    pytest.param(
        {"design": {"method": "grid", "levers": {"trust.asymmetry": {"values": [2, 2.0]}}}},
        "trust.asymmetry: 2.0 is listed twice",
        id="one number twice",
    ),
    pytest.param(
        {"design": {"method": "grid", "levers": {"switch_date": {"values": ["2014-07-30", "2014-07-31"]}}}},
        "switch_date: 2014-07-30 and 2014-07-31 are the same",
        id="one month twice",
    ),
    pytest.param(
        {"design": {"method": "list", "uncertainties": {"trust.asymmetry": {"values": [2, 3, 2]}}}},
        "design: 1 of 3 points are the same as others",
        id="one point twice",
    ),
    pytest.param(
        {"design": {"method": "grid", "levers": {"events.T13": {"values": [True, False]}}}},
        "design: events.T13: has no effect: all its values give the same worlds "
        "(T13 is of 2018-04-17, after the last month)",
        id="a factor on an event after the last month",
    ),
    pytest.param(
        {"design": {"method": "grid", "levers": {"regimes.cloud_act.believed": {"values": [0.1, 0.5]}}}},
        "design: regimes.cloud_act.believed: has no effect",
        id="a factor on a rule that never comes",
    ),
    pytest.param(
        {
            "design": {
                "method": "grid",
                "uncertainties": {"trust.asymmetry": {"values": [1, 2]}},
                "levers": {"worlds.b.switches.0.regime": {"values": ["microsoft_wins", "doj_wins"]}},
            }
        },
        "design: at 2 of 4 points 'Microsoft wins' and 'DOJ wins' are the same world, so that nothing can "
        "differ there (first: point 0, trust.asymmetry 1.0, worlds.b.switches.0.regime microsoft_wins)",
        id="a factor that makes both worlds equal",
    ),
    pytest.param(
        {
            "worlds": {"a": MICROSOFT, "b": MICROSOFT | {"label": "B"}},
            "design": {"method": "grid", "uncertainties": {"trust.asymmetry": {"values": [1, 2]}}},
        },
        "design: at 2 of 2 points 'Microsoft wins' and 'B' are the same world, so that nothing can differ",
        id="one world under two names, of which a design varies both alike",
    ),
    pytest.param(
        {
            "worlds": {"a": MICROSOFT | {"without_events": ["T03"]}, "b": DOJ},
            "design": {"method": "grid", "levers": {"worlds.a.events.T03": {"values": [True, False]}}},
        },
        "worlds.a.without_events: has no effect on T03: worlds.a.events.T03 of the design",
        id="an event that the design brings back",
    ),
    pytest.param(
        {"set": {"regimes.cloud_act.believed": 0.4}},
        "set.regimes.cloud_act.believed: has no effect: no rule that comes into force here has it",
        id="a value of a rule that never comes",
    ),
    pytest.param(
        {
            "worlds": {"a": MICROSOFT, "b": DOJ | {"set": {"regimes.microsoft_wins.believed": 0.2}}},
            "design": {"method": "grid", "uncertainties": {"trust.asymmetry": {"values": [1, 2]}}},
        },
        "worlds.b.set.regimes.microsoft_wins.believed: has no effect",
        id="a value of one world under a design",
    ),
]


@pytest.mark.parametrize(("more", "said"), SAID)
def test_is_said(more: dict[str, Any], said: str) -> None:
    assert said in "\n".join(silences(asked(**more)))


@pytest.mark.parametrize("label", ["x", "x\u200b", " "])
def test_dates_need_labels_of_their_own(label: str) -> None:
    with pytest.raises(InputError, match=r"switch_dates.1.label: (is empty|'x' is also the label of)"):
        asked(switch_dates=[{"on": "2015-01-01", "label": "x"}, {"on": "2015-03-01", "label": label}])


def test_no_other_date_has_the_label_of_the_worlds_own() -> None:
    """The table then had two dates of one name."""
    with pytest.raises(InputError, match=r"switch_dates\.0\.label: 'as configured' is what tables call"):
        asked(switch_dates=[{"on": "2015-01-01", "label": "as  configured"}])


def test_a_late_event_that_keeps_a_government_from_drawing_is_not_said_to_change_nothing() -> None:
    """RU's government draws no localisation in any month while the timeline brings it one, however late."""
    switches = [[{"on": "2014-01-31", "regime": regime}] for regime in ("microsoft_wins", "doj_wins")]
    without = {"without_events": ["T21", "L025"]}
    worlds = {"a": MICROSOFT | {"switches": switches[0]}, "b": DOJ | {"switches": switches[1]} | without}
    said = "\n".join(silences(asked(horizon={"first": "2013-01", "last": "2014-06"}, worlds=worlds)))
    assert "its government may draw it from the first month on" in said
    assert "changes nothing" not in said


def test_a_design_without_anything_in_vain_is_passed_over() -> None:
    levers = {
        "switch_date": {"values": ["2014-07-31", "2015-07-31"]},
        "events.T03": {"values": [True, False]},
    }
    sampled = {"regimes.doj_wins.believed": {"values": [0.5, 1.0]}}
    assert silences(asked(design={"method": "grid", "uncertainties": sampled, "levers": levers})) == []


def test_nothing_is_said_of_a_plain_experiment() -> None:
    assert silences(asked(claims=[CLAIM])) == []
    assert silences(asked(events=[EVENT], us_orders={"mine": OWN_ROW})) == []
    known = {"enacts": [{"instrument": "general_localisation", "countries": ["RU"]}]}
    assert silences(asked(events=[EVENT | known])) == []  # the history brings that one already


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.long) if name in ("agreement_design", "frontier") else name
        for name in sorted({*experiments()} - {"what_matters"})  # that one varies everything
    ],
)
def test_the_shipped_experiments_ask_for_nothing_in_vain(name: str) -> None:
    said = silences(resolve(name, base=base()))
    vain = [words for words in said if "no effect" in words or "changes nothing" in words]
    # one list of levers is pulled under five rules; in two of them its results say 'changes nothing', too
    known = ["leads_act", "microsoft_wins"] if name == "frontier" else []
    assert [words.rpartition(" (in ")[2].rstrip(")") for words in vain] == known
    assert all(words.startswith("levers.comity_for_all: it has no effect") for words in vain)


def test_check_says_it() -> None:
    text = sim.check("two_worlds", {"regimes.microsoft_wins.comity": "statutory"})
    assert "note: regimes.microsoft_wins.comity" in text
    assert "note:" not in sim.check("two_worlds")


@pytest.mark.parametrize(
    "own",
    [{"set": {"trust.asymmetry": 1.0}}, {"without_events": ["T03"]}],
    ids=["other people", "an event less"],
)
def test_no_window_is_called_that_of_the_switch_if_it_begins_before(own: dict[str, Any]) -> None:
    resolved = asked(worlds={"a": MICROSOFT, "b": DOJ | own})
    assert not begins_with_the_switch(*resolved.scenarios.values())
    table = with_windows(pd.DataFrame({"window": [f"mean {SINCE_THE_SWITCH}"]}), resolved)
    assert table["window"].tolist() == [f"mean {SINCE_THEY_DIFFER}"]
    with pytest.raises(InputError, match="no switch sets them apart then"):
        asked(worlds={"a": MICROSOFT, "b": DOJ | own}, claims=[CLAIM | {"window": "from the switch"}])


@pytest.mark.parametrize(
    ("last", "called"), [("2013-01", "only month"), ("2013-06", "all 6 months"), ("2013-12", LAST_YEAR)]
)
def test_a_window_names_no_more_months_than_there_are(last: str, called: str) -> None:
    horizon = {"first": "2013-01", "last": last}
    resolved = asked(horizon=horizon, worlds={"a": {"label": "As it happened"}}, compare=None)
    assert with_windows(pd.DataFrame({"window": [LAST_YEAR]}), resolved)["window"].tolist() == [called]


def test_two_worlds_of_which_none_is_compared_are_noted() -> None:
    said = [words for words in silences(asked(compare=None)) if words.startswith("compare:")]
    assert len(said) == 1 and "headlines are of 'Microsoft wins' alone" in said[0]
    assert not any(words.startswith("compare:") for words in silences(asked()))


def test_a_window_of_the_switch_is_called_so() -> None:
    resolved = asked(claims=[CLAIM | {"window": "from the switch"}])
    assert begins_with_the_switch(*resolved.scenarios.values())


def test_a_design_that_makes_other_people_has_no_window_of_the_switch() -> None:
    design = {"method": "grid", "levers": {"worlds.b.set.trust.asymmetry": {"values": [1.0, 2.0]}}}
    with pytest.raises(InputError, match="so that the worlds differ from the first month on"):
        asked(design=design, claims=[CLAIM | {"window": "from the switch"}])


CLOSES: dict[str, Any] = {
    "by": "google", "act": "close", "offer": "local_region", "on": "2014-12-31", "reference": "a test",
}  # fmt: skip


@pytest.mark.parametrize(
    ("lever", "more", "said"),
    [
        (
            {"countries": ["PL"]},
            {},
            "google opens no local region in PL by the last month.*: it has no effect$",
        ),
        (
            {"countries": ["IE", "PL"]},
            {},
            "region in PL by the last month, as recorded: it has no effect there$",
        ),
        ({"countries": ["JP"]}, {}, ""),  # recorded for 2016-11: closed before, it never opens
        ({"countries": ["PL"]}, {"opens": {"act": "open", "countries": ["PL"], "on": "2013-12-31"}}, ""),
        (  # in NO none is on record
            {"countries": ["NO"]},
            {"opens": {"by": "us_providers", "act": "open", "countries": ["NO"], "on": "2013-12-31"}},
            "",
        ),
    ],
)
def test_closing_what_is_never_open_is_noted(lever: dict[str, Any], more: dict[str, Any], said: str) -> None:
    levers = {"closes": CLOSES | lever, **{name: CLOSES | one for name, one in more.items()}}
    worlds = {"a": MICROSOFT | {"pulled": [*levers]}, "b": DOJ}
    notes = [words for words in silences(asked(levers=levers, worlds=worlds)) if "region" in words]
    assert len(notes) == bool(said)
    assert re.search(said, "".join(notes))


def test_closing_what_a_provider_may_open_after_the_record_is_no_error() -> None:
    late = {"horizon": {"first": "2013-01", "last": "2030-12"}, "outlook": "trends_continue"}
    closes = CLOSES | {"countries": ["NO"], "on": "2028-12-31"}
    asked(levers={"closes": closes}, worlds={"a": MICROSOFT | {"pulled": ["closes"]}, "b": DOJ}, **late)


LONG = {"first": "2013-01", "last": "2018-12"}


@pytest.mark.parametrize(
    ("lever", "said"),
    [
        ({"act": "close", "by": "aws", "offer": "trustee", "countries": ["FR"]}, "opens no offer 'trustee'"),
        (
            {"act": "repeal", "by": "RU", "instrument": "blocking_statute"},
            "no blocking statute is in force in RU",
        ),
        ({"act": "repeal", "by": "FR", "instrument": "blocking_statute"}, ""),
        (
            {"act": "comity", "by": "US", "comity": "statutory"},
            "one that decides as it does",
        ),  # no agreements
        ({"act": "comity", "by": "US", "comity": "none"}, ""),
        ({"act": "move", "by": "history", "event": "N13"}, "it never acts"),  # an appeal is lodged
        ({"act": "move", "by": "history", "event": "T17d"}, "it never acts"),  # ends what is not in force
        ({"act": "move", "by": "history", "event": "T16"}, ""),
    ],
)
def test_an_act_that_meets_nothing_is_noted(lever: dict[str, Any], said: str) -> None:
    lever |= {"on": "2014-12-31", "reference": "a test"}
    worlds = {"a": DOJ | {"label": "A", "pulled": ["mine"]}, "b": DOJ}
    notes = silences(asked(levers={"mine": lever}, worlds=worlds, horizon=LONG))
    assert len(notes) == bool(said), notes
    assert said in "".join(notes)


def test_nothing_is_said_of_an_act_that_meets_what_another_lever_brings() -> None:
    common = {"on": "2014-12-31", "reference": "a test"}
    agreement = common | {"act": "agreement", "by": "US", "countries": ["BR"]}
    adoption = common | {"act": "adopt", "by": "RU", "instrument": "blocking_statute"}
    for first, then in (
        (agreement, {"act": "comity", "by": "US", "comity": "statutory"}),
        (adoption, {"act": "repeal", "by": "RU", "instrument": "blocking_statute"}),
    ):
        levers = {"first": first, "then": common | then | {"on": "2016-12-31"}}
        worlds = {"a": DOJ | {"label": "A", "pulled": ["first", "then"]}, "b": DOJ}
        assert silences(asked(levers=levers, worlds=worlds, horizon=LONG)) == []


@pytest.mark.parametrize(("on", "notes"), [("2014-12-20", 1), ("2015-01-20", 0)])
def test_a_law_that_is_adopted_and_repealed_before_a_month_begins_is_noted(on: str, notes: int) -> None:
    law = {"by": "FR", "instrument": "blocking_statute", "reference": "a test"}
    levers = {"adopts": law | {"act": "adopt", "on": "2014-12-10"}, "ends": law | {"act": "repeal", "on": on}}
    worlds = {"a": MICROSOFT | {"pulled": [*levers]}, "b": DOJ}
    said = [words for words in silences(asked(levers=levers, worlds=worlds)) if "undoes it" in words]
    assert len(said) == notes and all(words.startswith("levers.adopts: it never acts in a") for words in said)

"""Levers are checked, with file and line, before anything runs; only worlds that pull them have them."""

import datetime as dt
from pathlib import Path

import pytest

from sim.runs.identity import Identities
from sim.runs.pairs import must_be_equal_for
from sim.runs.silence import silences
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved, points, resolve, scenarios_at
from tests.model.small_worlds import base

HEAD = """\
title: Levers
question: Are they read?
timeline: history
horizon: {first: "2013-01", last: "2020-12"}
customers: 2000
seeds: {first: 1, count: 1}
record: world
worlds:
  without: {label: Without, switches: [{on: 2014-07-31, regime: doj_wins}]}
  with: {label: With, switches: [{on: 2014-07-31, regime: doj_wins}], pulled: [PULLED]}
compare: [without, with]
levers:
  lever: {LEVER, reference: a test}
  other: {by: google, act: litigate, on: 2016-06-30, reference: a test}
"""
OPENS = "by: google, act: open, offer: local_region, countries: [PL], on: 2015-12-31"
ADDS = "by: history, act: add, on: 2016-06-30"
ENACTS = "{instrument: blocking_statute, countries: [FR], adopts: true, repeals: true}"
ADOPTS = "by: eu, act: adopt, instrument: blocking_statute, on: 2015-12-31"
MOVES = "by: history, act: move, event: T16, on: 2016-05-25"
OTHER = "by: google, act: litigate, on: 2016-06-30"
DESIGN = "design:\n  method: grid\n  levers:\n"


def asked(folder: Path, lever: str, pulled: str = "lever", more: str = "", other: str = OTHER) -> Resolved:
    file = folder / "levers.yaml"
    text = HEAD.replace(OTHER, other).replace("LEVER", lever).replace("PULLED", pulled)
    file.write_text(text + more, encoding="utf-8")
    return resolve(file, base=base())


@pytest.mark.parametrize(
    ("lever", "said"),
    [
        ("by: gogle, act: litigate, on: 2016-06-30", "'litigate' is an act of a US provider; did you"),
        ("by: google, act: opens, on: 2016-06-30", "unknown value 'opens'; did you mean 'open'"),
        ("by: google, act: open, countries: [PL], on: 2016-06-30", "offer is missing"),
        (f"{OPENS}, cut: 0.1", "lever.cut: 'open' has no cut; it takes offer, countries"),
        (OPENS.replace("PL", "PO"), "lever.countries.0: unknown country 'PO'"),
        (OPENS.replace("PL", "IE"), "google has a local region in IE by 2015-12-31 already, as recorded"),
        (OPENS.replace("2015", "2020"), "it acts from the month after, and the last month is 2020-12"),
        (OPENS.replace("2015-12-31", "2020-10-01"), "quarter after, which is beyond the last month"),
        (OPENS.replace("PL", "US, PL"), "lever.countries.0: levers act abroad"),
        (OPENS.replace("PL", ", ".join(["PL"] * 99)), "99 countries; there are"),
        (f"{ADDS}, news: [{{channel: law_enforcement, weight: 0, reach: {{all: 1}}}}]", "changes nothing"),
        (f"{ADDS}, enacts: [{ENACTS}]", "lever.enacts.0: adopts and repeals at once"),
        ("by: US, act: mla_staff, times: 1e300, countries: [abroad], on: 2016-06-30", "from 0.01 to 100"),
        ("by: US, act: comity, comity: kind, on: 2016-06-30", "unknown comity rule 'kind'"),
        ("by: FR, act: adopt, instrument: executive_agreement, on: 2016-06-30", "it takes two"),
        ("by: history, act: move, event: T99, on: 2016-06-30", "unknown event 'T99'"),
        ("by: history, act: move, event: T16, on: 2018-05-25", "T16 happens on 2018-05-25 already"),
        ("by: history, act: add, on: 2016-06-30", "an event that is added needs news, enacts, or both"),
        ("by: US, act: mla_staff, times: 1.0, countries: [abroad], on: 2016-06-30", "changes nothing"),
    ],
)  # fmt: skip
def test_a_bad_lever_is_refused_with_its_line(tmp_path: Path, lever: str, said: str) -> None:
    with pytest.raises(InputError) as refused:
        asked(tmp_path, lever)
    (problem,) = refused.value.problems
    assert said in problem
    assert problem.split("levers.yaml:")[1].startswith("13: levers.lever")


@pytest.mark.parametrize(
    ("lever", "other", "said"),
    [
        (MOVES, MOVES.replace("05-25", "06-25"), "'other' and 'lever' both move T16"),
        (OPENS, OPENS.replace("open", "close").replace("google", "us_providers"), "contradicts 'lever'"),
        (ADOPTS, ADOPTS.replace("adopt", "repeal").replace("eu", "FR"), "'other' contradicts 'lever'"),
        (ADOPTS, ADOPTS, "'other' is the same act as 'lever'"),
    ],
)  # fmt: skip
def test_levers_that_contradict_each_other_cannot_be_pulled_together(
    tmp_path: Path, lever: str, other: str, said: str
) -> None:
    for pulled, design in (
        ("lever, other", ""),
        ("", f"{DESIGN}    pulled: {{values: [lever + other]}}\n"),
    ):
        with pytest.raises(InputError) as refused:
            asked(tmp_path, lever, pulled, design, other.replace("IE", "PL"))
        (problem,) = refused.value.problems
        assert said in problem
        assert problem.split("levers.yaml:")[1].startswith("18: design" if design else "10: worlds.with")


def test_acts_that_contradict_at_a_point_of_a_design_are_refused(tmp_path: Path) -> None:
    design = f"{DESIGN}    levers.other.on: {{values: [2016-12-31, 2015-12-31]}}\n"
    other = ADOPTS.replace("adopt", "repeal").replace("2015", "2016")
    with pytest.raises(InputError, match=r"'other' contradicts 'lever' on 2015-12-31"):
        asked(tmp_path, ADOPTS, "lever, other", design, other)


def test_a_design_has_no_dates_in_vain_and_overrides_no_world(tmp_path: Path) -> None:
    for line, said in (
        ("levers.lever.on: {values: [2020-11-30]}", "18: .*values.0: 2020-11-30: US providers act"),
        ("pulled: {values: [none, other]}", "18: .*: worlds.with.pulled names lever, and cannot have both"),
    ):
        with pytest.raises(InputError, match=said):
            asked(tmp_path, OPENS, "lever", f"{DESIGN}    {line}\n")


def test_levers_need_a_reference_and_are_at_most_200(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"14: levers.other.reference: is empty"):
        asked(tmp_path, OPENS, other=f"{OTHER}, reference: ''}}  # ")
    many = "".join(f"  l{i}: {{{OTHER}, reference: a test}}\n" for i in range(200))
    with pytest.raises(InputError, match="levers: 202 levers; at most 200"):
        asked(tmp_path, OPENS, more=many)


def test_a_lever_that_there_is_not_cannot_be_pulled(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"levers.yaml:10: worlds.with.pulled.0: unknown lever 'levr'"):
        asked(tmp_path, OPENS, "levr")


def test_worlds_are_equal_until_the_month_after_the_lever(tmp_path: Path) -> None:
    scenarios = asked(tmp_path, OPENS).scenarios
    months = must_be_equal_for(scenarios["without"], scenarios["with"])
    assert scenarios["with"].month_start(months) == dt.date(2016, 1, 1)


def test_an_event_that_is_moved_parts_worlds_on_the_earlier_of_its_dates(tmp_path: Path) -> None:
    scenarios = asked(tmp_path, "by: history, act: move, event: T16, on: 2016-05-25").scenarios
    dates = {w: [e.date for e in s.timeline.events if e.id == "T16"] for w, s in scenarios.items()}
    assert dates == {"without": [dt.date(2018, 5, 25)], "with": [dt.date(2016, 5, 25)]}
    months = must_be_equal_for(scenarios["without"], scenarios["with"])
    assert scenarios["with"].month_start(months) == dt.date(2016, 6, 1)


def test_a_lever_that_nobody_pulls_enters_no_run_id(tmp_path: Path) -> None:
    digests = [
        Identities().scenario(asked(tmp_path, OPENS.replace("PL", code)).scenarios[world])
        for world in ("without", "with")
        for code in ("PL", "SE")
    ]
    assert digests[0] == digests[1]
    assert digests[2] != digests[3]


def test_a_design_pulls_levers_and_varies_their_fields(tmp_path: Path) -> None:
    design = """\
design:
  method: grid
  levers:
    worlds.without.pulled: {values: [none, lever + other]}
    levers.lever.countries: {values: [PL, eu]}
    levers.lever.on: {values: [2015-06-30]}
"""
    resolved = asked(tmp_path, OPENS, more=design)
    found = []
    for point in points(resolved):
        events = scenarios_at(resolved, point)["without"].timeline.events
        acts = {event.id: event for event in events if event.act is not None}
        found.append({name: (e.date.year, len(e.act.countries)) for name, e in acts.items() if e.act})
    eu = sum(one.ties == "eu" for one in base().jurisdictions.values())
    assert found == [
        {},
        {},
        {"lever": (2015, 1), "other": (2016, 0)},
        {"lever": (2015, eu), "other": (2016, 0)},
    ]


@pytest.mark.parametrize(
    ("lever", "pulled", "said"),
    [
        (OPENS, "", "levers.lever: no world pulls it"),
        ("by: US, act: comity, comity: common_law, on: 2016-06-30", "lever", "has this comity already"),
        ("by: history, act: move, event: T13, on: 2018-06-17", "lever", "levers.lever: it never acts"),
        ("by: RU, act: adopt, instrument: general_localisation, on: 2016-06-30", "lever", "in RU already"),
    ],
)  # fmt: skip
def test_a_lever_without_effect_is_said(tmp_path: Path, lever: str, pulled: str, said: str) -> None:
    assert any(said in words for words in silences(asked(tmp_path, lever, pulled)))


def test_a_comity_rule_that_decides_nothing_under_a_test_is_said_of_that_world(tmp_path: Path) -> None:
    file = tmp_path / "levers.yaml"
    text = HEAD.replace("LEVER", "by: US, act: comity, comity: statutory, on: 2016-06-30").replace(
        "PULLED", "lever"
    )
    file.write_text(text.replace("doj_wins}], pulled", "microsoft_wins}], pulled"), encoding="utf-8")
    assert any("sends no order to a court" in words for words in silences(resolve(file, base=base())))

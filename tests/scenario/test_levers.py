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


def asked(folder: Path, lever: str, pulled: str = "lever", more: str = "") -> Resolved:
    file = folder / "levers.yaml"
    text = HEAD.replace("LEVER", lever).replace("PULLED", pulled)
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

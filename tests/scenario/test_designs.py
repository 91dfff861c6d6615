"""The points of a design, and the scenarios at them."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from sim.scenario.design_points import Point
from sim.scenario.designs import count_of_points
from sim.scenario.problems import InputError
from sim.scenario.resolution import factors, points, resolve, scenarios_at
from tests.scenario.small_designs import NEWS, PEERS, SAMPLED, grid, swept, values

# --- points ---------------------------------------------------------------------------------------------


def test_without_a_design_there_is_one_point_and_nothing_is_changed(project: Path) -> None:
    resolved = resolve("two_worlds")
    assert list(points(resolved)) == [Point(0, {})]
    assert scenarios_at(resolved, points(resolved)[0]) == resolved.scenarios
    assert resolved.experiment.record == "full"


def test_a_grid_is_every_combination_with_levers_varying_fastest(project: Path) -> None:
    resolved = swept(
        project,
        {
            "method": "grid",
            "uncertainties": {PEERS: {"values": [0, 1]}, "trust.asymmetry": {"range": [1, 5], "levels": 3}},
            "levers": {"events.gdpr": {"values": [True, False]}},
        },
    )
    assert [f.path for f in factors(resolved)] == [PEERS, "trust.asymmetry", "events.gdpr"]
    assert values(resolved) == [(p, a, e) for p in (0.0, 1.0) for a in (1.0, 3.0, 5.0) for e in (True, False)]
    assert [point.index for point in points(resolved)] == list(range(12))
    assert resolved.experiment.record == "world"


@pytest.mark.parametrize("levers", [{}, {"events.gdpr": {"values": [True, False]}}])
@pytest.mark.parametrize("method", ["grid", "list", *SAMPLED])
def test_points_are_counted_without_being_made(project: Path, method: str, levers: dict[str, Any]) -> None:
    spec = {"range": [0.1, 0.3], **({"levels": 2} if method == "grid" else {})}
    if method == "list":
        spec = {"values": [0.1, 0.3]}
    varied = {"uncertainties": {PEERS: spec, NEWS: spec}, "levers": levers}
    resolved = swept(project, {"method": method, **varied, **SAMPLED.get(method, {})})
    assert resolved.experiment.design is not None
    assert count_of_points(resolved.experiment.design) == len(points(resolved)) > 1


def test_a_list_takes_the_ith_value_of_every_factor(project: Path) -> None:
    levers = {
        "switch_date": {"values": ["2014-07-31", "2016-06-30"]},
        "events.gdpr": {"values": [True, False]},
    }
    resolved = swept(
        project, {"method": "list", "uncertainties": {PEERS: {"values": [0.1, 0.2]}}, "levers": levers}
    )
    assert values(resolved) == [(0.1, "2014-07-31", True), (0.2, "2016-06-30", False)]


def test_levels_of_a_loguniform_range_grow_by_one_factor(project: Path) -> None:
    resolved = swept(
        project, grid(trust__peer_weight={"range": [0.01, 1], "levels": 3, "distribution": "loguniform"})
    )
    assert values(resolved) == [(0.01,), (0.1,), (1.0,)]


def test_a_parameter_is_varied_over_its_own_range_if_nothing_else_is_said(project: Path) -> None:
    said, unsaid = (
        values(swept(project, grid(trust__peer_weight=spec)))
        for spec in ({"range": "prior", "levels": 3}, {"levels": 3})
    )
    assert said == unsaid == [(0.0,), (2.5,), (5.0,)]


def test_points_can_be_read_from_anywhere(project: Path) -> None:
    whole = points(swept(project, grid(trust__peer_weight={"range": "prior", "levels": 6})))
    assert [p.index for p in whole[2:4]] == [2, 3]
    assert whole[-1] == list(whole)[5]
    with pytest.raises(IndexError):
        whole[6]


# --- scenarios ------------------------------------------------------------------------------------------


def test_a_scenario_at_a_point_has_its_values_and_shares_the_rest(project: Path) -> None:
    resolved = swept(
        project, grid(trust__peer_weight={"values": [0.3]}, trust__news_attention__consumer={"values": [0.9]})
    )
    at = scenarios_at(resolved, points(resolved)[0])
    a, b = at["microsoft_wins"], at["doj_wins"]
    assert a.parameters.trust.peer_weight == 0.3
    assert a.parameters.trust.news_attention.values == (0.9, 0.5, 0.5, 0.5, 0.5)
    assert a.parameters is b.parameters
    assert a.parameters.choice is resolved.scenarios["microsoft_wins"].parameters.choice
    assert a.jurisdictions is resolved.base.jurisdictions
    assert resolved.scenarios["doj_wins"].parameters.trust.peer_weight == 0.5


def test_it_equals_the_scenario_of_an_experiment_that_sets_the_same(project: Path) -> None:
    """A design is another way to say what `set` says: equal scenarios, so equal run ids."""
    paths = {
        "trust.peer_weight": 0.3,
        "trust.news_attention": 1.5,
        "governments.rule.protest": 2.0,
        "jurisdictions.DE.privacy_law_conflicts": False,
    }
    paths |= {
        "segments.consumer.contract_months": 24,
        "providers.microsoft.consumer_share": 0.1,
        "regimes.doj_wins.believed": 0.7,
        "customers": 2500,
    }
    resolved = swept(
        project,
        {"method": "grid", "uncertainties": {path: {"values": [value]} for path, value in paths.items()}},
    )
    at = scenarios_at(resolved, points(resolved)[0])
    plain = swept(
        project,
        grid(trust__asymmetry={"values": [0.5]}),
        *(f"{path}={str(value).lower()}" for path, value in paths.items()),
    )
    assert at == plain.scenarios


def test_a_number_for_a_whole_table_sets_every_entry_and_times_keeps_their_ratio(project: Path) -> None:
    resolved = swept(
        project,
        grid(trust__news_attention={"values": [2]}, choice__sensitivity={"times": [1, 3], "levels": 2}),
    )
    one, three = (scenarios_at(resolved, point)["doj_wins"].parameters for point in points(resolved))
    assert one.trust.news_attention.values == (2.0,) * 5
    assert one.choice.sensitivity.values == (0.5,) * 5
    assert three.choice.sensitivity.values == (1.5,) * 5


def test_the_law_can_be_varied(project: Path) -> None:
    design = {
        "method": "list",
        "levers": {
            "worlds.doj_wins.switches.0.regime": {"values": ["doj_wins", "microsoft_wins"]},
            "switch_date": {"values": ["2014-07-31", "2015-03-31"]},
            "events.gdpr": {"values": [True, False]},
            "worlds.doj_wins.events.snowden": {"values": [False, True]},
        },
    }
    resolved = swept(project, design)
    first, second = (scenarios_at(resolved, point) for point in points(resolved))
    assert [(s.on, s.regime) for s in second["doj_wins"].switches] == [
        (dt.date(2015, 3, 31), "microsoft_wins")
    ]
    assert [(s.on, s.regime) for s in second["microsoft_wins"].switches] == [
        (dt.date(2015, 3, 31), "microsoft_wins")
    ]
    assert [e.id for e in first["doj_wins"].timeline.events] == ["warrant", "gdpr"]
    assert [e.id for e in first["microsoft_wins"].timeline.events] == ["snowden", "warrant", "gdpr"]
    assert [e.id for e in second["doj_wins"].timeline.events] == ["snowden", "warrant"]
    assert first["doj_wins"].switches == resolved.scenarios["doj_wins"].switches


def test_an_event_that_a_world_leaves_out_can_be_put_back_in_its_place(project: Path) -> None:
    worlds = {
        "doj_wins": {
            "label": "-",
            "switches": [{"on": "2014-07-31", "regime": "doj_wins"}],
            "without_events": ["warrant"],
        }
    }
    resolved = swept(
        project,
        {"method": "grid", "levers": {"events.warrant": {"values": [True, False]}}},
        worlds=worlds,
        compare=None,
    )
    there, gone = (scenarios_at(resolved, point)["doj_wins"].timeline for point in points(resolved))
    assert [e.id for e in there.events] == ["snowden", "warrant", "gdpr"]
    assert gone is resolved.scenarios["doj_wins"].timeline


def test_one_world_alone_can_be_given_a_value(project: Path) -> None:
    resolved = swept(
        project,
        grid(worlds__doj_wins__set__trust__peer_weight={"values": [0.9]}, trust__asymmetry={"values": [3]}),
    )
    at = scenarios_at(resolved, points(resolved)[0])
    assert [(s.parameters.trust.peer_weight, s.parameters.trust.asymmetry) for s in at.values()] == [
        (0.5, 3.0),
        (0.9, 3.0),
    ]


def test_values_that_the_files_would_refuse_are_refused_at_a_point_too(project: Path) -> None:
    resolved = swept(
        project, grid(trust__peer_weight={"range": [0, 1], "levels": 2}, events__gdpr={"values": [True]})
    )
    with pytest.raises(
        InputError, match=r"point 7: trust.peer_weight: 9 is out of range; allowed: 0 to 5 share"
    ):
        scenarios_at(resolved, Point(7, {"trust.peer_weight": 9.0, "events.gdpr": True}))
    with pytest.raises(InputError, match=r"trust.peer_weight: must be a number \(got 'x'\)"):
        scenarios_at(resolved, Point(7, {"trust.peer_weight": "x", "events.gdpr": True}))
    with pytest.raises(
        InputError,
        match=r"has values for trust.peer_weight; the design varies trust.peer_weight, events.gdpr",
    ):
        scenarios_at(resolved, Point(7, {"trust.peer_weight": 1.0}))

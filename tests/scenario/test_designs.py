"""Designs: the points they make, and the scenarios of the worlds at a point."""

import datetime as dt
import hashlib
import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.scenario.base import Base, load_base
from sim.scenario.designs import Point
from sim.scenario.locations import CONFIGS, root
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved, factors, points, resolve, scenarios_at

PEERS, NEWS = "trust.peer_weight", "trust.news_attention"
SAMPLED: dict[str, dict[str, Any]] = {
    "latin_hypercube": {"points": 8, "seed": 1},
    "sobol": {"points": 8, "seed": 1},
    "saltelli": {"base": 8, "seed": 1},
    "morris": {"trajectories": 8, "seed": 1},
}


def swept(project: Path, design: dict[str, Any], *sets: str, **more: Any) -> Resolved:
    """The small experiment with a design: one world less to set, so that any parameter can be a factor."""
    worlds = {
        name: {"label": name, "switches": [{"on": "2014-07-31", "regime": name}]}
        for name in ("microsoft_wins", "doj_wins")
    }
    tree = {
        "title": "Sweep",
        "question": "Where?",
        "timeline": "history",
        "horizon": {"first": "2013-01", "last": "2016-12"},
        "customers": 2000,
        "seeds": {"first": 1, "count": 2},
        "compare": ["microsoft_wins", "doj_wins"],
        "worlds": worlds,
        **more,
        "design": design,
    }
    (project / "experiments" / "sweep.yaml").write_text(
        json.dumps(tree, indent=1), encoding="utf-8"
    )  # JSON is YAML too
    return resolve("sweep", sets, base=_base())


@cache
def _base() -> Base:
    """The small configuration, read once: every test's project has the same."""
    return load_base(root() / CONFIGS)


def grid(**factors: Any) -> dict[str, Any]:
    return {
        "method": "grid",
        "uncertainties": {path.replace("__", "."): spec for path, spec in factors.items()},
    }


def values(resolved: Resolved) -> list[tuple[object, ...]]:
    return [tuple(point.values.values()) for point in points(resolved)]


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
        "jurisdictions.DE.mla_treaty": False,
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


# --- samples --------------------------------------------------------------------------------------------


def sampled(project: Path, method: str, **more: Any) -> Resolved:
    uncertainties = {
        PEERS: {"range": [0, 1]},
        "trust.asymmetry": {"range": [1, 4], "distribution": "loguniform"},
    }
    uncertainties |= {
        "segments.consumer.contract_months": {"range": [1, 4]},
        "jurisdictions.DE.ties": {"values": ["eu", "rival"]},
    }
    return swept(project, {"method": method, "uncertainties": uncertainties, **SAMPLED[method], **more})


@pytest.mark.parametrize(
    ("method", "rows"), [("latin_hypercube", 8), ("sobol", 8), ("saltelli", 8 * 6), ("morris", 8 * 5)]
)
def test_each_method_samples_every_factor_within_its_range(project: Path, method: str, rows: int) -> None:
    found = values(sampled(project, method))
    peers, asymmetry, months, ties = zip(*found, strict=True)
    assert len(found) == rows
    assert all(0 <= p <= 1 for p in peers)
    assert all(1 <= a <= 4 for a in asymmetry)
    assert set(months) == {1, 2, 3, 4}
    assert set(ties) == {"eu", "rival"}
    assert {type(value) for row in found for value in row} == {float, int, str}


@pytest.mark.parametrize("method", ["latin_hypercube", "sobol"])
def test_a_sample_is_even_in_every_factor_and_loguniform_in_the_logarithm(project: Path, method: str) -> None:
    peers, asymmetry, months, ties = zip(*values(sampled(project, method)), strict=True)
    assert sorted(int(8 * p) for p in peers) == list(range(8))
    assert sorted(int(4 * math.log2(a)) for a in asymmetry) == list(range(8))
    assert [months.count(m) for m in (1, 2, 3, 4)] == [2, 2, 2, 2]
    assert ties.count("eu") == 4


@pytest.mark.parametrize("method", SAMPLED)
def test_the_seed_decides_the_sample_and_nothing_else_does(project: Path, method: str) -> None:
    np.random.seed(5)  # noqa: NPY002 - SALib's methods could use the global state
    first = values(sampled(project, method))
    np.random.seed(6)  # noqa: NPY002
    assert values(sampled(project, method)) == first
    assert values(sampled(project, method, seed=2)) != first


@pytest.mark.parametrize("method", ["sobol", "saltelli", "morris"])
def test_more_points_keep_those_there_were(project: Path, method: str) -> None:
    ((name, size),) = [(k, v) for k, v in SAMPLED[method].items() if k != "seed"]
    few, many = values(sampled(project, method)), values(sampled(project, method, **{name: 2 * size}))
    assert many[: len(few)] == few
    assert len(many) == 2 * len(few)


# What two machines must agree on, to the last digit.
DIGESTS = {
    "latin_hypercube": "c052f30167e75b0c",
    "sobol": "c40842e519fd9b49",
    "saltelli": "02cdd38b769aee5d",
    "morris": "505d12d8f8b08c0d",
}


@pytest.mark.parametrize("method", SAMPLED)
def test_the_table_of_points_is_the_same_on_every_machine(project: Path, method: str) -> None:
    table = json.dumps(values(sampled(project, method)))
    assert hashlib.sha256(table.encode()).hexdigest()[:16] == DIGESTS[method]


def test_levers_are_crossed_with_the_sample(project: Path) -> None:
    """Common random numbers reach across levers: each lever is tried at the same states of the world."""
    levers = {
        "events.gdpr": {"values": [True, False]},
        "switch_date": {"values": ["2014-07-31", "2016-06-30"]},
    }
    resolved = swept(
        project,
        {
            "method": "sobol",
            "points": 4,
            "seed": 1,
            "uncertainties": {PEERS: {"range": [0, 1]}},
            "levers": levers,
        },
    )
    found = values(resolved)
    assert len(found) == 16
    by_lever: dict[tuple[object, ...], list[object]] = {}
    for peers, *lever in found:
        by_lever.setdefault(tuple(lever), []).append(peers)
    assert len(by_lever) == 4
    assert len({tuple(peers) for peers in by_lever.values()}) == 1


def test_dates_are_sampled_by_the_day(project: Path) -> None:
    resolved = swept(
        project,
        {
            "method": "sobol",
            "points": 16,
            "seed": 1,
            "uncertainties": {"switch_date": {"range": ["2014-01-01", "2014-12-31"]}},
        },
    )
    days = [str(day) for (day,) in values(resolved)]
    assert {day[:4] for day in days} == {"2014"}
    assert len(set(days)) == 16
    assert scenarios_at(resolved, points(resolved)[0])["doj_wins"].switches[0].on.isoformat() == days[0]


# --- refused before anything runs ------------------------------------------------------------------------

BAD: list[tuple[dict[str, Any], str, str]] = [
    (
        grid(trust__peer_wait={"values": [1]}),
        "trust.peer_wait",
        "no 'peer_wait' in trust; did you mean 'peer_weight'?",
    ),
    (grid(trust={"values": [1]}), "trust", "is a group of parameters; name one of it: prior_strength"),
    (
        grid(jurisdictions__DE={"values": [1]}),
        "jurisdictions.DE",
        "holds several values; name one: name, region",
    ),
    (
        grid(jurisdictions__DE__iso3={"values": ["DEU"]}),
        "jurisdictions.DE.iso3",
        "holds several values; name one: 0",
    ),
    (
        grid(events__gdrp={"values": [True]}),
        "events.gdrp",
        "unknown event 'gdrp'; did you mean 'gdpr'? valid: snowden, warrant, gdpr",
    ),
    (
        grid(seeds__count={"values": [1]}),
        "seeds.count",
        "'seeds' is the same for every point; did you mean 'segments'? valid: switch_date, events, worlds, "
        "customers",
    ),
    (
        grid(worlds__doj_win__events__gdpr={"values": [True]}),
        "worlds.doj_win",
        "unknown world 'doj_win'; did you mean 'doj_wins'?",
    ),
    (
        grid(worlds__doj_wins__label={"values": ["x"]}),
        "worlds.doj_wins.label",
        "no 'label' of a world can be varied; valid: switches, events, set",
    ),
    (
        grid(worlds__doj_wins__switches__1__on={"values": ["2015-01-01"]}),
        "switches.1.on",
        "did you mean '0.on'? valid: 0.on, 0.regime",
    ),
    (
        grid(trust__peer_weight={"values": [1, 6]}),
        "trust.peer_weight.values.1",
        "6 is out of range; allowed: 0 to 5 share",
    ),
    (
        grid(trust__peer_weight={"values": [1, "x"]}),
        "trust.peer_weight.values.1",
        "must be a number (got 'x')",
    ),
    (
        grid(trust__peer_weight={"values": [True]}),
        "trust.peer_weight.values.0",
        "must be a number (got True)",
    ),
    (grid(trust__peer_weight={"values": []}), "trust.peer_weight.values", "list at least one value"),
    (
        grid(jurisdictions__DE__initial_trust={}),
        "jurisdictions.DE.initial_trust",
        "give one of: values, range, times (got none)",
    ),
    (grid(trust__peer_weight={}), "trust.peer_weight", "a range in a grid needs its number of levels"),
    (
        grid(trust__peer_weight={"values": [1], "range": [0, 1]}),
        "trust.peer_weight",
        "give one of: values, range, times (got values and range)",
    ),
    (grid(trust__peer_weight={"vals": [1]}), "trust.peer_weight.vals", "unknown key; did you mean 'values'?"),
    (
        grid(trust__peer_weight={"range": [0, 6], "levels": 3}),
        "trust.peer_weight.range.1",
        "6 is out of range",
    ),
    (
        grid(trust__peer_weight={"range": [1, 0], "levels": 3}),
        "trust.peer_weight.range",
        "the lower end must be below the upper end",
    ),
    (
        grid(trust__peer_weight={"range": "piror", "levels": 3}),
        "trust.peer_weight.range",
        "must be 'prior' or a list",
    ),
    (
        grid(trust__peer_weight={"range": [0, 1]}),
        "trust.peer_weight",
        "a range in a grid needs its number of levels",
    ),
    (
        grid(trust__peer_weight={"range": [0, 1], "levels": 3, "distribution": "loguniform"}),
        "distribution",
        "loguniform needs a range above 0",
    ),
    (
        grid(trust__peer_weight={"range": [0.5, 1], "levels": 3, "distribution": "integer"}),
        "distribution",
        "integer needs whole numbers at both ends",
    ),
    (
        grid(trust__peer_weight={"values": [1], "distribution": "uniform"}),
        "distribution",
        "listed values are not uniform",
    ),
    (
        grid(trust__peer_weight={"range": [0, 1], "levels": 3, "distribution": "normal"}),
        "distribution",
        "unknown value 'normal'; did you mean",
    ),
    (
        grid(jurisdictions__DE__gdp_2013={"range": "prior", "levels": 2}),
        "gdp_2013.range",
        "only parameters have a range of their own",
    ),
    (
        grid(jurisdictions__DE__initial_trust={"range": [0, 2], "levels": 2}),
        "initial_trust.range.1",
        "must be at most 1.0 (got 2)",
    ),
    (
        grid(jurisdictions__DE__adoption_2013__consumer={"values": [7]}),
        "adoption_2013.consumer",
        "share from 0 to 1 (got 7)",
    ),
    (
        grid(jurisdictions__DE__ties={"values": ["eu", "eau"]}),
        "jurisdictions.DE.ties.values.1",
        "unknown value 'eau'; did you mean 'eu'?",
    ),
    (
        grid(jurisdictions__DE__ties={"range": [0, 1], "levels": 2}),
        "jurisdictions.DE.ties.range",
        "is not a number or a date: list its values",
    ),
    (
        grid(jurisdictions__DE__mla_treaty={"range": [0, 1], "levels": 2}),
        "mla_treaty.range",
        "list its values; valid: true, false",
    ),
    (
        grid(jurisdictions__DE__bloc={"values": ["DE", "eu"]}),
        "jurisdictions.DE.bloc",
        "with eu: jurisdictions.DE.bloc: bloc 'eu' has no other member",
    ),
    (
        grid(trust__news_attention={"times": [1, 20], "levels": 2}),
        "trust.news_attention",
        "20 times trust.news_attention.consumer is 10, out of range",
    ),
    (
        grid(regimes__contested__believed={"times": [1, 2], "levels": 2}),
        "regimes.contested.believed",
        "has no value that could be multiplied",
    ),
    (
        grid(segments__consumer__contract_months={"times": [1, 2], "levels": 2}),
        "contract_months.times",
        "give values or a range",
    ),
    (
        grid(switch_date={"values": ["2014-07-32"]}),
        "switch_date.values.0",
        "must be a date such as 2014-07-31 (got '2014-07-32')",
    ),
    (grid(switch_date={"values": ["2014-07-31", "2016-12-31"]}), "switch_date.values.1", "never acts"),
    (
        grid(worlds__doj_wins__switches__0__regime={"values": ["doj_win"]}),
        "regime.values.0",
        "unknown regime 'doj_win'; did you mean 'doj_wins'?",
    ),
    (
        grid(worlds__doj_wins__switches__0__regime={"values": ["contested"]}),
        "regime.values.0",
        "is an open law, which no ruling brings",
    ),
    (grid(customers={"values": [100]}), "customers.values.0", "must be at least 2000 (got 100)"),
    (
        grid(trust__news_attention={"values": [1]}, trust__news_attention__consumer={"values": [1]}),
        "trust.news_attention.consumer",
        "trust.news_attention (one of the uncertainties) varies the same",
    ),
    (
        grid(
            switch_date={"values": ["2014-07-31"]},
            worlds__doj_wins__switches__0__on={"values": ["2015-07-31"]},
        ),
        "worlds.doj_wins.switches.0.on",
        "switch_date (one of the uncertainties) varies the same",
    ),
    ({"method": "grid"}, "design", "varies nothing"),
    ({"method": "gird"}, "design.method", "unknown value 'gird'; did you mean 'grid'?"),
    (
        {**grid(trust__peer_weight={"values": [1]}), "points": 8},
        "design.points",
        "grid has no 'points'; valid: uncertainties, levers",
    ),
    (
        {"method": "sobol", "points": 8, "uncertainties": {PEERS: {"range": [0, 1]}}},
        "design",
        "sobol needs 'seed'",
    ),
    (
        {"method": "sobol", "points": 12, "seed": 1, "uncertainties": {PEERS: {"range": [0, 1]}}},
        "design.points",
        "(got 12); valid: 8 or 16",
    ),
    (
        {"method": "morris", "points": 8, "seed": 1, "uncertainties": {PEERS: {"range": [0, 1]}}},
        "design.points",
        "morris has no 'points'",
    ),
    (
        {"method": "sobol", "points": 8, "seed": 1, "levers": {PEERS: {"values": [0, 1]}}},
        "design.method",
        "levers alone are a grid",
    ),
    (
        {"method": "sobol", "points": 8, "seed": 1, "uncertainties": {PEERS: {"range": [0, 1], "levels": 3}}},
        "levels",
        "samples the whole range",
    ),
    (
        {"method": "list", "uncertainties": {PEERS: {"values": [0, 1]}, NEWS: {"values": [1]}}},
        "design",
        f"{PEERS} has 2, {NEWS} has 1",
    ),
    (
        grid(
            trust__peer_weight={"range": "prior", "levels": 2000},
            trust__asymmetry={"range": "prior", "levels": 2000},
        ),
        "design",
        "4,000,000 points; at most",
    ),
]


@pytest.mark.parametrize(("design", "at", "said"), BAD, ids=[f"{at}: {said[:30]}" for _, at, said in BAD])
def test_a_bad_design_is_refused_with_its_line(
    project: Path, design: dict[str, Any], at: str, said: str
) -> None:
    with pytest.raises(InputError) as refused:
        swept(project, design)
    text = (project / "experiments" / "sweep.yaml").read_text(encoding="utf-8").splitlines()
    (problem,) = [problem for problem in refused.value.problems if said in problem] or [
        "\n".join(refused.value.problems)
    ]
    assert said in problem
    place, _, rest = problem.partition(": ")
    file, line = place.split(":")
    assert file == "experiments/sweep.yaml"
    path = rest.partition(": ")[0]
    assert at in path
    here = text[int(line) - 1]
    assert int(line) > next(i for i, words in enumerate(text) if '"design"' in words)
    factor = path.removeprefix("design.uncertainties.")
    assert factor not in design.get("uncertainties", {}) or f'"{factor}"' in here


def test_combinations_are_checked_too(project: Path) -> None:
    """Each date alone is in order with the other's first value; one combination is not."""
    worlds = {
        "doj_wins": {
            "label": "-",
            "switches": [
                {"on": "2014-07-31", "regime": "doj_wins"},
                {"on": "2016-01-31", "regime": "microsoft_wins"},
            ],
        }
    }
    design = grid(
        worlds__doj_wins__switches__0__on={"values": ["2014-07-31", "2015-07-31"]},
        worlds__doj_wins__switches__1__on={"values": ["2016-01-31", "2015-01-31"]},
    )
    with pytest.raises(InputError, match=r"2015-01-31 is not after the switch before it, 2015-07-31"):
        swept(project, design, worlds=worlds, compare=None)


def test_what_a_factor_varies_nobody_else_may_set(project: Path) -> None:
    design = grid(trust__news_attention={"values": [1]})
    with pytest.raises(
        InputError, match=r"sweep.yaml:\d+: design.uncertainties.trust.news_attention: is also set by --set"
    ):
        swept(project, design, "trust.news_attention.consumer=0.5")
    worlds = {
        "doj_wins": {
            "label": "-",
            "switches": [{"on": "2014-07-31", "regime": "doj_wins"}],
            "set": {"trust.news_attention": 0.1},
        }
    }
    with pytest.raises(
        InputError, match=r"is also set by experiments/sweep.yaml:\d+, and cannot have both values"
    ):
        swept(project, design, worlds=worlds, compare=None)


def test_the_command_line_can_make_a_design_smaller(project: Path) -> None:
    assert len(points(sampled(project, "sobol"))) == 8
    assert len(points(resolve("sweep", ["design.points=4"]))) == 4

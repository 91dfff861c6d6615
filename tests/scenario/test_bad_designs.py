"""A bad design is refused before anything runs, with its line."""

from pathlib import Path
from typing import Any

import pytest

from sim.scenario.problems import InputError
from sim.scenario.resolution import points, resolve
from tests.scenario.small_designs import NEWS, PEERS, grid, sampled, swept

# --- refused before anything runs ------------------------------------------------------------------------

BAD: list[tuple[dict[str, Any], str, str]] = [
    (
        grid(trust__peer_wait={"values": [1]}),
        "trust.peer_wait",
        "no 'peer_wait' in trust; did you mean 'peer_weight'?",
    ),
    (grid(trust={"values": [1]}), "trust", "stands for many parameters: give times or a range, not values"),
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
        "'seeds' is the same for every point; did you mean 'segments'? valid: switch_date, events, pulled, "
        "levers, worlds, customers",
    ),
    (
        grid(worlds__doj_win__events__gdpr={"values": [True]}),
        "worlds.doj_win",
        "unknown world 'doj_win'; did you mean 'doj_wins'?",
    ),
    (
        grid(worlds__doj_wins__label={"values": ["x"]}),
        "worlds.doj_wins.label",
        "no 'label' of a world can be varied; valid: switches, events, pulled, set",
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
        grid(jurisdictions__DE__privacy_law_conflicts={"range": [0, 1], "levels": 2}),
        "privacy_law_conflicts.range",
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
        "is an open law, which nothing brings into force",
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


@pytest.mark.parametrize(
    "spec",
    [{"values": [1.0, 1e300]}, {"range": [1.0, 10**400], "levels": 2}, {"times": [1.0, 1e16], "levels": 2}],
    ids=str,
)
def test_a_factor_takes_no_number_beyond_any_unit(project: Path, spec: dict[str, Any]) -> None:
    """Sums of such numbers overflow, and headlines are empty."""
    with pytest.raises(InputError, match=r"must be at most 1e\+15 \(got a larger number\)"):
        swept(project, grid(jurisdictions__DE__gdp_2013=spec))


def test_more_pairs_than_fit_in_memory_are_refused(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has a line in a table: as many as the bound, and no more."""
    monkeypatch.setattr("sim.scenario.designs.MOST_PAIRS", 6)
    design = grid(trust__peer_weight={"values": [0, 1]})
    swept(project, design, seeds={"first": 1, "count": 3})
    with pytest.raises(InputError, match="2 points x 4 seeds are 8 pairs; at most 6"):
        swept(project, design, seeds={"first": 1, "count": 4})


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
    own = {"trust.news_attention": 0.1}
    with pytest.raises(
        InputError, match=r"is also set by experiments/sweep.yaml:\d+, and cannot have both values"
    ):
        swept(project, design, set=own)
    with pytest.raises(InputError, match="is also set by"):
        swept(
            project,
            {"method": "latin_hypercube", "points": 2, "seed": 1, "uncertainties": {"trust": {}}},
            set=own,
        )
    times = grid(trust__peer_weight={"times": [0.5, 1.0], "levels": 2})  # of the value that is set
    assert len(points(swept(project, times, set={"trust.peer_weight": 0.2}))) == 2


def test_the_command_line_can_make_a_design_smaller(project: Path) -> None:
    assert len(points(sampled(project, "sobol"))) == 8
    assert len(points(resolve("sweep", ["design.points=4"]))) == 4

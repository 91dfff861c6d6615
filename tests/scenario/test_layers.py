"""Base < experiment < world < command line, and each value knows who set it."""

import datetime as dt
from pathlib import Path

import pytest

from sim.scenario.problems import InputError
from sim.scenario.resolution import resolve, variant
from tests.small_configs import edit

EXPERIMENT = "experiments/two_worlds.yaml"


def refused(*sets: str) -> list[str]:
    with pytest.raises(InputError) as error:
        resolve("two_worlds", sets)
    return error.value.problems


def test_a_world_goes_over_the_experiment_and_the_experiment_over_the_base(project: Path) -> None:
    resolved = resolve("two_worlds")
    assert resolved.base.parameters.trust.asymmetry == 0.5
    assert resolved.scenarios["microsoft_wins"].parameters.trust.asymmetry == 3
    assert resolved.scenarios["doj_wins"].parameters.trust.asymmetry == 2.5


def test_the_command_line_goes_over_every_world(project: Path) -> None:
    resolved = resolve("two_worlds", ["trust.asymmetry=1e-3"])
    assert {scenario.parameters.trust.asymmetry for scenario in resolved.scenarios.values()} == {0.001}
    assert resolved.who_set["trust.asymmetry"] == "--set"
    assert "worlds.doj_wins.set.trust.asymmetry" not in resolved.who_set


def test_each_value_knows_who_set_it(project: Path) -> None:
    line = edit(project / "configs/parameters/trust.yaml", "value: 0.5", "value: 0.25")
    who = resolve("two_worlds", ["seeds.count=7"], customers=3000).who_set
    assert who["trust.prior_strength"] == f"configs/parameters/trust.yaml:{line}"
    assert who["trust.asymmetry"] == f"{EXPERIMENT}:19"
    assert who["worlds.doj_wins.set.trust.asymmetry"] == f"{EXPERIMENT}:17 (world doj_wins)"
    assert who["jurisdictions.NO.initial_trust"] == f"{EXPERIMENT}:20"
    assert who["seeds.count"] == "--set"
    assert who["customers"] == "--customers"
    assert who["seeds.first"] == f"{EXPERIMENT}:6"
    assert who["knockouts"] == "default"


def test_the_experiment_itself_can_be_set(project: Path) -> None:
    resolved = resolve(
        "two_worlds",
        ["horizon.last=2015-02", "worlds.doj_wins.switches.1.on=2014-12-31", "record=world"],
        seeds=9,
        customers=2500,
    )
    scenario = resolved.scenarios["doj_wins"]
    assert (
        scenario.months,
        scenario.customers,
        resolved.experiment.seeds.count,
        resolved.experiment.record,
    ) == (26, 2500, 9, "world")
    assert [switch.on for switch in scenario.switches] == [dt.date(2014, 7, 31), dt.date(2014, 12, 31)]


def test_a_number_for_a_value_by_segment_sets_every_segment(project: Path) -> None:
    attention = (
        resolve("two_worlds", ["trust.news_attention=0.1", "trust.news_attention.consumer=0.9"])
        .scenarios["doj_wins"]
        .parameters.trust.news_attention
    )
    assert attention.values == (0.9, 0.1, 0.1, 0.1, 0.1)


def test_a_name_shared_by_parameters_and_us_providers_finds_both(project: Path) -> None:
    scenario = resolve(
        "two_worlds", ["providers.margin=0.4", "providers.microsoft.consumer_share=0.9"]
    ).scenarios["doj_wins"]
    assert (scenario.parameters.providers.margin, scenario.providers["microsoft"].consumer_share) == (
        0.4,
        0.9,
    )


def test_norway_stays_norway(project: Path) -> None:
    resolved = resolve("two_worlds", ["jurisdictions.NO.name=NO"])
    assert list(resolved.base.jurisdictions) == ["US", "NO", "DE"]
    assert resolved.base.timelines["history"].events[0].news[0].reach["NO"] == 0.9
    assert resolved.scenarios["doj_wins"].jurisdictions["NO"].name == "NO"


@pytest.mark.parametrize(
    ("word", "said"),
    [
        (
            "trust.asymetry=1",
            "--set: trust.asymetry: no 'asymetry' in trust; did you mean 'asymmetry'? valid: prior_strength",
        ),
        ("trsut.asymmetry=1", "--set: trsut.asymmetry: no such name; did you mean 'trust'? valid: market"),
        ("trust.asymmetry=9", "--set: trust.asymmetry: 9 is out of range; allowed: 0 to 5 share"),
        (
            "trust.asymmetry=.inf",
            "--set: trust.asymmetry: must be a number (got '.inf'); allowed: 0 to 5 share",
        ),
        ("trust.asymmetry=true", "--set: trust.asymmetry: must be a number (got True)"),
        ("trust=1", "--set: trust: is a group of parameters; name one of it: prior_strength"),
        (
            "governments.rule.protezt=1",
            "--set: governments.rule.protezt: no 'protezt' in governments.rule; did you mean 'protest'?",
        ),
        (
            "jurisdictions.FR.initial_trust=1",
            "--set: jurisdictions.FR.initial_trust: no 'FR' in jurisdictions; valid: US, NO, DE",
        ),
        (
            "jurisdictions.DE.initial_trust=2",
            "--set: jurisdictions.DE.initial_trust: must be at most 1.0 (got 2)",
        ),
        ("jurisdictions.DE=2", "--set: jurisdictions.DE: holds several values; name one: name, region"),
        (
            "providers.aws.margin=2",
            "--set: providers.aws.margin: no 'aws' in providers; valid: microsoft, responsiveness",
        ),
        ("customers=many", "--set: customers: must be a whole number (got 'many')"),
        ("customers=100", "--set: customers: must be at least 2000 (got 100)"),
        (
            "worlds.doj_wins.switches.5.on=2014-01-01",
            "'5' is not a position in worlds.doj_wins.switches; valid: 0, 1",
        ),
        (
            "worlds.doj_wins.switches.0.regime=gone",
            "--set: worlds.doj_wins.switches.0.regime: unknown regime 'gone'; valid: contested, doj_wins",
        ),
        ("horizon.last=2012-01", "--set: horizon.last: 2012-01 is before the first month, 2013-01"),
        ("trust.asymmetry", "--set: 'trust.asymmetry': write it as path=value"),
    ],
)
def test_a_wrong_set_is_refused_with_what_would_be_right(project: Path, word: str, said: str) -> None:
    assert any(problem.startswith(said) or said in problem for problem in refused(word)), refused(word)


def test_all_wrong_sets_are_said_at_once(project: Path) -> None:
    assert len(refused("trust.asymetry=1", "trust.asymmetry=9", "foo", "customers=many")) == 4


def test_events_taken_out_are_gone_from_that_world_only(project: Path) -> None:
    edit(project / EXPERIMENT, "    label: DOJ wins", "    label: DOJ wins\n    without_events: [snowden]")
    scenarios = resolve("two_worlds").scenarios
    assert [event.id for event in scenarios["doj_wins"].timeline.events] == ["warrant", "gdpr"]
    assert [event.id for event in scenarios["microsoft_wins"].timeline.events] == [
        "snowden",
        "warrant",
        "gdpr",
    ]


def test_a_variant_goes_over_every_layer_and_leaves_the_rest(project: Path) -> None:
    resolved = resolve("two_worlds", ["trust.asymmetry=4"])
    off = variant(resolved, {"trust.asymmetry": 1.0}, who="without asymmetry")
    assert {scenario.parameters.trust.asymmetry for scenario in off.scenarios.values()} == {1.0}
    assert off.who_set["trust.asymmetry"] == "without asymmetry"
    assert off.scenarios["doj_wins"].switches == resolved.scenarios["doj_wins"].switches
    assert variant(resolved).canonical() == resolved.canonical()


def test_another_switch_date_moves_later_switches_by_as_many_months(project: Path) -> None:
    moved = variant(resolve("two_worlds"), switch_on=dt.date(2014, 8, 15), without_events=["gdpr"])
    assert [switch.on for switch in moved.scenarios["doj_wins"].switches] == [
        dt.date(2014, 8, 15),
        dt.date(2016, 2, 29),
    ]
    assert [switch.on for switch in moved.scenarios["microsoft_wins"].switches] == [dt.date(2014, 8, 15)]
    assert [event.id for event in moved.scenarios["microsoft_wins"].timeline.events] == ["snowden", "warrant"]
    assert moved.who_set["worlds.doj_wins.switches.1.on"] == "variant"
    assert moved.who_set["worlds.doj_wins.label"] == f"{EXPERIMENT}:14"


def test_a_variant_is_checked_like_a_file(project: Path) -> None:
    resolved = resolve("two_worlds")
    with pytest.raises(InputError, match=r"unknown event 'snowdon'; did you mean 'snowden'"):
        variant(resolved, without_events=["snowdon"])
    with pytest.raises(InputError, match="out of range"):
        variant(resolved, {"trust.asymmetry": 99})
    with pytest.raises(InputError, match="never acts"):
        variant(resolved, switch_on=dt.date(2030, 1, 1))


@pytest.mark.parametrize(
    ("sets", "sizes", "said"),
    [
        (["trust.asymmetry=1", "trust.asymmetry=2"], {}, "--set: trust.asymmetry: is given twice: 1 and 2"),
        (["trust.asymmetry=1", "trust.asymmetry=1"], {}, "--set: trust.asymmetry: is given twice: 1 and 1"),
        (["seeds.count=3"], {"seeds": 4}, r"seeds.count: is given twice \(also by --seeds\): 3 and 4"),
        (
            ["choice.sensitivity.consumer=1", "choice.sensitivity=2"],
            {},
            "sensitivity.consumer: would be lost",
        ),
    ],
)
def test_a_value_that_is_given_twice_over_a_file_is_refused(
    sets: list[str], sizes: dict[str, int], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        resolve("two_worlds", sets, **sizes)

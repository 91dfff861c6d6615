"""Whatever is wrong with a file is said with its file, its line and what would be right."""

from pathlib import Path

import pytest

from sim.scenario.base import load_base
from sim.scenario.problems import InputError
from sim.scenario.resolution import resolve
from tests.small_configs import edit

JURISDICTIONS = "configs/world/jurisdictions.yaml"
TRUST = "configs/parameters/trust.yaml"
TIMELINE = "configs/timelines/history.yaml"
EXPERIMENT = "experiments/two_worlds.yaml"


def problems(project: Path) -> list[str]:
    with pytest.raises(InputError) as refused:
        resolve("two_worlds")
    return refused.value.problems


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        pytest.param(
            JURISDICTIONS,
            "initial_trust",
            "inital_trust",
            ["unknown key", "did you mean 'initial_trust'?"],
            id="unknown key",
        ),
        pytest.param(
            JURISDICTIONS,
            "gdp_2013: 500.0",
            "gdp_2013: lots",
            ["jurisdictions.US.gdp_2013", "must be a number (got 'lots')"],
            id="wrong type",
        ),
        pytest.param(
            JURISDICTIONS,
            "gdp_2013: 500.0",
            "gdp_2013: '500'",
            ["must be a number (got '500')"],
            id="text that looks like a number",
        ),
        pytest.param(
            JURISDICTIONS,
            "initial_trust: 0.6",
            "initial_trust: 1.5",
            ["must be at most 1.0 (got 1.5)"],
            id="out of range",
        ),
        pytest.param(
            JURISDICTIONS,
            "initial_trust: 0.6",
            "initial_trust: .nan",
            ["not a finite number"],
            id="not a number",
        ),
        pytest.param(
            JURISDICTIONS,
            "consumer: 0.5",
            "consumer: 7",
            ["adoption_2013.consumer", "share from 0 to 1"],
            id="share by segment",
        ),
        pytest.param(
            JURISDICTIONS,
            "ties: eu",
            "ties: eau",
            ["unknown value 'eau'", "did you mean 'eu'?", "five_eyes"],
            id="closed list",
        ),
        pytest.param(
            JURISDICTIONS, "bloc: DE", "bloc: europe", ["bloc 'europe' has no other member"], id="lonely bloc"
        ),
        pytest.param(
            "configs/world/segments.yaml",
            "consumer:",
            "konsumer:",
            ["unknown segment", "did you mean 'consumer'?"],
            id="unknown segment",
        ),
        pytest.param(
            "configs/world/providers.yaml",
            "- US",
            "- UX",
            ["unknown country 'UX'", "valid: US, NO, DE"],
            id="unknown country",
        ),
        pytest.param(
            TRUST,
            "asymmetry:",
            "asymetry:",
            ["trust.asymetry: unknown parameter", "did you mean 'asymmetry'?"],
            id="unknown parameter",
        ),
        pytest.param(
            TRUST,
            "value: 0.5",
            "value: 6",
            ["6 is out of range", "0 to 5 share"],
            id="parameter out of its range",
        ),
        pytest.param(
            TRUST,
            "value: 0.5",
            "value: high",
            ["trust.prior_strength.value", "number"],
            id="parameter of the wrong type",
        ),
        pytest.param(
            "configs/parameters/governments.yaml",
            "protest:",
            "protezt:",
            ["unknown instrument 'protezt'", "did you mean 'protest'?"],
            id="instrument in a table",
        ),
        pytest.param(
            TIMELINE,
            "stage: known",
            "stage: knwon",
            ["regime 'contested' has no stage 'knwon'", "did you mean 'known'?"],
            id="unknown stage",
        ),
        pytest.param(TIMELINE, "NO: 0.9", "NN: 0.9", ["unknown reach 'NN'"], id="unknown reach"),
        pytest.param(TIMELINE, "- DE", "- DD", ["unknown country 'DD'"], id="country that enacts"),
        pytest.param(
            "configs/mechanisms.yaml",
            "network.same_cell",
            "network.same_sell",
            ["unknown parameter", "did you mean 'network.same_cell'?"],
            id="mechanism",
        ),
        pytest.param(
            "configs/mechanisms.yaml",
            "same_cell: 0",
            "same_cell: -1",
            ["-1 is out of range", "or its off value"],
            id="off value",
        ),
        pytest.param(
            EXPERIMENT,
            "timeline: history",
            "timeline: histroy",
            ["unknown timeline 'histroy'", "did you mean 'history'?"],
            id="unknown timeline",
        ),
        pytest.param(
            EXPERIMENT,
            "regime: doj_wins",
            "regime: doj_win",
            ["worlds.doj_wins.switches.0.regime", "did you mean 'doj_wins'?"],
            id="unknown regime",
        ),
        pytest.param(
            EXPERIMENT,
            "compare: [microsoft_wins",
            "compare: [microsoft",
            ["compare.0: unknown world 'microsoft'"],
            id="unknown world",
        ),
        pytest.param(
            EXPERIMENT,
            "2014-07-31, regime: doj",
            "2017-01-31, regime: doj",
            ["never acts", "2016-12"],
            id="switch after the end",
        ),
        pytest.param(
            EXPERIMENT,
            "2016-01-31",
            "2014-07-31",
            ["put switches in order of date"],
            id="switches out of order",
        ),
        pytest.param(
            EXPERIMENT,
            "first: 2013-01",
            "first: 2013-13",
            ["must be a month such as 2013-01"],
            id="no such month",
        ),
        pytest.param(
            EXPERIMENT,
            "  trust.asymmetry: 3",
            "  trust.asymetry: 3",
            ["no 'asymetry' in trust; did you mean 'asymmetry'?"],
            id="set of an unknown parameter",
        ),
        pytest.param(
            EXPERIMENT,
            "  trust.asymmetry: 3",
            "  customers: 3000",
            ["belongs to the experiment itself"],
            id="set of the experiment's own field",
        ),
        pytest.param(
            EXPERIMENT,
            "NO.initial_trust: 0.7",
            "NO.initial_trust: 7",
            ["must be at most 1.0 (got 7)"],
            id="set out of range",
        ),
        pytest.param(
            EXPERIMENT,
            "asymmetry: 2.5",
            "asymmetry: [2.5]",
            ["must be a number or text or true or false"],
            id="set to a list",
        ),
    ],
)
def test_says_file_line_and_what_would_be_right(
    project: Path, file: str, old: str, new: str, said: list[str]
) -> None:
    line = edit(project / file, old, new)
    found = problems(project)
    matching = [problem for problem in found if all(words in problem for words in said)]
    assert matching, "\n".join(found)
    assert matching[0].startswith(f"{file}:{line}: ")


def test_a_missing_key_names_the_mapping_that_lacks_it(project: Path) -> None:
    edit(project / JURISDICTIONS, "  region: Europe\n", "")
    assert problems(project) == [f"{JURISDICTIONS}:1: jurisdictions.US.region: missing key"]


def test_a_missing_parameter_is_named(project: Path) -> None:
    edit(project / TRUST, "asymmetry:", "asymetry:")
    assert f"{TRUST}: trust.asymmetry: missing parameter" in problems(project)


def test_a_duplicate_key_is_refused_with_its_line(project: Path) -> None:
    line = edit(project / EXPERIMENT, "customers: 2000", "customers: 2000\ncustomers: 3000")
    (problem,) = problems(project)
    assert problem.startswith(f"{EXPERIMENT}:{line + 1}: ")
    assert 'duplicate key "customers"' in problem


def test_broken_yaml_is_refused_with_its_line(project: Path) -> None:
    line = edit(project / EXPERIMENT, "customers: 2000", "customers: {2000")
    (problem,) = problems(project)
    assert problem.startswith(f"{EXPERIMENT}:{line + 1}:")
    assert "not YAML" in problem


def test_an_empty_file_is_refused(project: Path) -> None:
    (project / TIMELINE).write_text("# nothing\n", encoding="utf-8")
    assert f"{TIMELINE}: the file is empty" in problems(project)


def test_missing_files_are_refused_by_name(project: Path) -> None:
    (project / TRUST).unlink()
    (project / "configs/mechanisms.yaml").unlink()
    assert problems(project) == [
        "configs/mechanisms.yaml: no such file",
        f"{TRUST}: no such file; each group of parameters needs one",
    ]


def test_a_parameter_file_of_no_group_is_refused(project: Path) -> None:
    (project / "configs/parameters/trusst.yaml").write_text("a: 1\n", encoding="utf-8")
    assert problems(project)[0].startswith(
        "configs/parameters/trusst.yaml: 'trusst' is not a group of parameters; did you mean 'trust'?"
    )


def test_events_out_of_order_are_refused(project: Path) -> None:
    edit(project / TIMELINE, "2013-06-06", "2015-06-06")
    line = edit(project / TIMELINE, "2013-12-04", "2013-12-04")
    assert problems(project) == [
        f"{TIMELINE}:{line}: timelines.history.events.1.date: event warrant (2013-12-04) stands after "
        "snowden (2015-06-06): put events in order of date"
    ]


def test_an_event_id_used_twice_is_refused_with_both_lines(project: Path) -> None:
    first = edit(project / TIMELINE, "id: snowden", "id: snowden")
    line = edit(project / TIMELINE, "id: warrant", "id: snowden")
    assert problems(project) == [
        f"{TIMELINE}:{line}: timelines.history.events.1.id: event id used twice: snowden, first at "
        f"{TIMELINE}:{first}"
    ]


def test_an_unknown_experiment_lists_those_there_are(project: Path) -> None:
    with pytest.raises(
        InputError, match=r"no such experiment file; did you mean 'two_worlds'\? valid: two_worlds"
    ):
        resolve("two_wolds")


def test_an_unknown_event_lists_the_events(project: Path) -> None:
    line = edit(
        project / EXPERIMENT, "    label: DOJ wins", "    label: DOJ wins\n    without_events: [snowdon]"
    )
    assert problems(project) == [
        f"{EXPERIMENT}:{line + 1}: worlds.doj_wins.without_events.0: unknown event 'snowdon'; did you mean "
        "'snowden'? valid: snowden, warrant, gdpr"
    ]


def test_too_small_a_population_is_refused_with_the_smallest(project: Path) -> None:
    text = (project / JURISDICTIONS).read_text(encoding="utf-8")
    one = text[text.index("DE:") :]
    extra = "".join(
        one.replace("DE:", f"X{i}:")
        .replace("bloc: DE", f"bloc: X{i}")
        .replace("- DEU", f"- X{chr(65 + i // 26)}{chr(65 + i % 26)}")
        for i in range(78)
    )
    (project / JURISDICTIONS).write_text(text + extra, encoding="utf-8")
    (problem,) = problems(project)
    assert problem == (
        f"{EXPERIMENT}:5: customers: 2000 customers are too few; at least 2025 (5 in each of 81 "
        "countries x 5 segments)"
    )


def test_all_problems_are_said_at_once(project: Path) -> None:
    edit(project / JURISDICTIONS, "gdp_2013: 500.0", "gdp_2013: lots")
    edit(project / TRUST, "value: 0.5", "value: 6")
    edit(project / EXPERIMENT, "record: full", "record: ful")
    found = problems(project)
    assert [problem.split(":")[0] for problem in found] == [EXPERIMENT, JURISDICTIONS, TRUST]


def test_the_us_comes_first(project: Path) -> None:
    edit(project / JURISDICTIONS, "US:", "UX:")
    with pytest.raises(InputError, match="the first jurisdiction must be US"):
        load_base(project / "configs")


def test_the_configuration_is_checked_again_as_soon_as_a_file_has_changed(project: Path) -> None:
    before = load_base(project / "configs")
    assert load_base(project / "configs") is before
    edit(project / TRUST, "value: 0.5", "value: 6")
    with pytest.raises(InputError, match="6 is out of range"):
        load_base(project / "configs")


def test_a_country_stands_in_one_jurisdiction_only(project: Path) -> None:
    line = edit(project / JURISDICTIONS, "- DEU", "- NOR")
    assert problems(project) == [f"{JURISDICTIONS}:{line}: jurisdictions.DE.iso3.0: NOR is already in NO"]

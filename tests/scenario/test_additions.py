"""An experiment's own regimes, tests, comity rules, rows of the law and events."""

from pathlib import Path
from typing import Any

import pytest

from sim.runs.identity import run_id
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved, resolve
from sim.scenario.yaml_files import read
from tests.small_configs import edit

EXPERIMENT = "experiments/two_worlds.yaml"
ADDED = """\
regimes:
  reviewed:
    name: Location with comity review
    test: review
    comity: generous
    agreements: false
    believed: null
    stages: {}
    reference: a test
tests:
  review: {name: Review, reach: 0.4, bar: ends_at_border, reference: a test}
comity:
  generous: {name: Generous, common_law: false, success: 0.6, months: 3.0, reference: a test}
us_orders:
  review_abroad: {when: {test: review, location: abroad}, route: comity_review, authority: a test}
  elsewhere: {when: {test: review}, route: direct, authority: a test}
foreign_orders:
  no_claim: {when: {test: review, claim: true}, before: claim, route: mla, authority: a test}
events:
  - {id: mine, date: 2013-11-01, kind: news, cause: exogenous, what: a test, reference: R, confidence: low}
"""


@pytest.fixture
def mine(project: Path) -> Path:
    """An experiment with additions; its second world is under the added regime."""
    path = project / EXPERIMENT
    text = path.read_text(encoding="utf-8").replace("regime: doj_wins}", "regime: reviewed}")
    path.write_text(text + ADDED, encoding="utf-8")
    return path


def problems(experiment: Any) -> list[str]:
    with pytest.raises(InputError) as error:
        resolve(experiment)
    return error.value.problems


def ids(resolved: Resolved) -> dict[str, str]:
    return {world: run_id(scenario, 1, "world") for world, scenario in resolved.scenarios.items()}


def test_a_world_has_what_its_experiment_adds(mine: Path) -> None:
    scenario = resolve(mine).scenarios["doj_wins"]
    assert scenario.regimes["reviewed"].test == "review"
    assert scenario.law.comity["generous"].success == 0.6
    assert [event.id for event in scenario.timeline.events] == ["snowden", "mine", "warrant", "gdpr"]


def test_an_added_row_is_tried_before_the_row_it_names_or_before_the_first_that_depends_on_the_us_rule(
    mine: Path,
) -> None:
    law = resolve(mine).scenarios["doj_wins"].law
    us, foreign = list(law.us_orders), list(law.foreign_orders)
    assert us.index("foreign_provider") + 1 == us.index("review_abroad") == us.index("elsewhere") - 1
    assert us[us.index("elsewhere") + 1] == "location_nowhere"
    assert foreign.index("no_claim") + 1 == foreign.index("claim")


def test_values_of_an_addition_can_be_set_and_know_who_set_them(mine: Path) -> None:
    resolved = resolve(mine, ["law.tests.review.reach=0.7"])
    assert resolved.scenarios["doj_wins"].law.tests["review"].reach == 0.7
    assert resolved.who_set["law.tests.review.reach"] == "--set"
    line = next(
        i for i, text in enumerate(mine.read_text().splitlines(), 1) if text.startswith("  review_abroad")
    )
    assert resolved.who_set["law.us_orders.review_abroad.route"] == f"{EXPERIMENT}:{line}"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "test: review\n",
            "test: locatio\n",
            "regimes.reviewed.test: unknown test 'locatio'; did you mean 'location'?",
        ),
        (
            "comity: generous",
            "comity: generos",
            "regimes.reviewed.comity: unknown comity rule 'generos'; did you mean 'generous'?",
        ),
        ("  reviewed:\n", "  doj_wins:\n", "regimes.doj_wins: this name exists already"),
        ("  generous:", "  none:", "comity.none: this name exists already"),
        ("  elsewhere:", "  control:", "us_orders.control: this name exists already"),
        ("id: mine", "id: gdpr", "events.0.id: the event 'gdpr' exists already"),
        (
            "before: claim",
            "before: clam",
            "foreign_orders.no_claim.before: unknown row 'clam'; did you mean 'claim'?",
        ),
        (
            "when: {test: review, location: abroad}",
            "when: {test: contested}",
            "us_orders.review_abroad.when.test: unknown settled test 'contested'",
        ),
        (
            "route: comity_review",
            "route: comity",
            "us_orders.review_abroad.route: unknown value 'comity'; did you mean 'comity_review'?",
        ),
        (
            "reach: 0.4",
            "reach: null",
            "tests.review.reach: must be null for an open test and a share for a settled one",
        ),
        (
            "kind: news",
            "kind: news, enacts: [{regime: nobody}]",
            "events.0.enacts.0.regime: unknown regime 'nobody'",
        ),
    ],
)
def test_what_is_wrong_with_an_addition_is_said_with_its_line(
    mine: Path, old: str, new: str, said: str
) -> None:
    line = edit(mine, old, new)
    assert any(problem.startswith(f"{EXPERIMENT}:{line}: {said}") for problem in problems(mine)), problems(
        mine
    )


def test_a_test_whose_orders_no_row_decides_is_refused(mine: Path) -> None:
    edit(mine, "  elsewhere: {when: {test: review}", "  elsewhere: {when: {test: control}")
    (said,) = problems(mine)
    assert "law.us_orders: no row decides" in said
    assert "test: review" in said


def test_an_experiment_built_in_python_is_the_one_of_the_file(mine: Path) -> None:
    resolved = resolve(mine)
    for other in (resolved.experiment, read(mine).tree):
        again = resolve(other, name=resolved.name)
        assert again.scenarios == resolved.scenarios
        assert again.digest == resolved.digest


def test_what_is_wrong_with_an_experiment_built_in_python_is_said_with_its_path(mine: Path) -> None:
    tree = read(mine).tree
    tree["worlds"]["doj_wins"]["switches"][0]["regime"] = "doj_win"
    assert problems(tree)[0].startswith(
        "experiment: worlds.doj_wins.switches.0.regime: unknown regime 'doj_win'; did you mean 'doj_wins'?"
    )
    tree["worlds"]["doj_wins"]["lable"] = "x"
    assert problems(tree)[0].startswith(
        "experiment: worlds.doj_wins.lable: unknown key; did you mean 'label'?"
    )


def test_values_by_path_are_set_as_words_are(project: Path) -> None:
    by_path = resolve("two_worlds", {"trust.asymmetry": 1.5, "seeds.count": 2})
    assert by_path.digest == resolve("two_worlds", ["trust.asymmetry=1.5", "seeds.count=2"]).digest
    assert by_path.who_set["trust.asymmetry"] == "changes"


# --- what enters a run id -----------------------------------------------------------------------------------


def test_additions_that_no_world_uses_change_no_run_id(project: Path) -> None:
    before = ids(resolve("two_worlds"))
    path = project / EXPERIMENT
    path.write_text(path.read_text(encoding="utf-8") + ADDED, encoding="utf-8")
    edit(path, "cause: exogenous, what: a test", "cause: endogenous, what: a test")
    assert ids(resolve("two_worlds")) == before


def test_a_regime_file_a_row_and_texts_that_decide_nothing_change_no_run_id(project: Path) -> None:
    before = ids(resolve("two_worlds"))
    configs = project / "configs"
    text = (configs / "regimes/doj_wins.yaml").read_text(encoding="utf-8")
    (configs / "regimes/another.yaml").write_text(text, encoding="utf-8")
    tests, rows = configs / "law/tests.yaml", configs / "law/us_orders.yaml"
    edit(tests, "control:\n", "unused: {name: U, reach: 0.5, bar: worldwide, reference: a test}\ncontrol:\n")
    edit(rows, "control:\n", "unused: {when: {test: unused}, route: direct, authority: a test}\ncontrol:\n")
    edit(rows, "18 U.S.C. 2703(a)", "18 U.S.C. 2703 (a)")
    assert ids(resolve("two_worlds")) == before


@pytest.mark.parametrize(
    ("file", "old", "new", "worlds"),
    [
        ("law/us_orders", "route: unreachable", "route: mla", ["microsoft_wins", "doj_wins"]),
        ("law/tests", "reach: 0.0", "reach: 0.1", ["microsoft_wins", "doj_wins"]),
        ("regimes/doj_wins", "believed: 0.2", "believed: 0.3", ["doj_wins"]),
        ("timelines/history", "weight: -0.5", "weight: -0.4", ["microsoft_wins", "doj_wins"]),
        ("world/jurisdictions", "initial_trust: 0.6", "initial_trust: 0.5", ["microsoft_wins", "doj_wins"]),
    ],
)
def test_what_a_world_uses_changes_its_run_id_and_no_other(
    project: Path, file: str, old: str, new: str, worlds: list[str]
) -> None:
    before = ids(resolve("two_worlds"))
    edit(project / "configs" / f"{file}.yaml", old, new)
    after = ids(resolve("two_worlds"))
    assert [world for world in before if before[world] != after[world]] == worlds

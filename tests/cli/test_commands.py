"""What a user types and what comes back: lists, explanations, checks, and clear refusals with exit code 2."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sim import __version__
from tests.small_configs import edit

Warrantsim = Any  # the fixture of conftest.py


def test_help_needs_none_of_the_heavy_libraries() -> None:
    heavy = "{'numpy', 'pandas', 'numba', 'mesa', 'plotly', 'scipy', 'pyarrow', 'ruamel'}"
    code = f"import sys; from sim.cli import main; print(sorted({heavy} & set(sys.modules)))"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "[]\n"
    )


def test_version(warrantsim: Warrantsim) -> None:
    assert warrantsim("--version")[:2] == (0, f"warrantsim {__version__}\n")


@pytest.mark.parametrize(
    ("what", "shown"),
    [
        ("countries", ["NO", "Deu"]),
        ("parameters", ["trust.asymmetry", "0 to 5 share", "governments.rule"]),
        ("events", ["snowden", "2013-06-06", "exogenous"]),
        ("regimes", ["contested", "quiet, known"]),
        ("experiments", ["two_worlds", "Two worlds"]),
        ("mechanisms", ["peers", "network.same_cell=0"]),
        ("tests", ["location", "ends_at_border", "829 F.3d 197"]),
        ("comity", ["common_law", "482 U.S. 522"]),
        ("us_orders", ["partner_provider", "target_in_host=no", "18 U.S.C. 2523"]),
        ("foreign_orders", ["third_country", "host", "location=third_country"]),
    ],
)
def test_list(project: Path, warrantsim: Warrantsim, what: str, shown: list[str]) -> None:
    outcome = warrantsim("list", what)
    assert outcome.code == 0
    assert all(words in outcome.out for words in shown), outcome.out


def test_list_of_something_else_names_the_lists(project: Path, warrantsim: Warrantsim) -> None:
    outcome = warrantsim("list", "contries")
    assert outcome.code == 2
    assert "countries" in outcome.err


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("trust.asymmetry", ["0.5", "0 to 5 share", "judgement: a test", "configs/parameters/trust.yaml"]),
        ("asymmetry", ["trust.asymmetry"]),
        ("trust", ["group of parameters", "trust.asymmetry", "column of the table country"]),
        ("NO", ["country", "configs/world/jurisdictions.yaml"]),
        ("snowden", ["2013-06-06", "intelligence", "configs/timelines/history.yaml"]),
        ("contested", ["regime", "quiet", "test of the law", "honoured=control"]),
        ("statutory", ["comity rule", "18 U.S.C. 2703(h)", "configs/law/comity.yaml"]),
        ("statutory_comity", ["row of the law on US orders", "us_person=no", "comity_review"]),
        ("consumer", ["segment"]),
        ("microsoft", ["provider"]),
        ("peers", ["mechanism", "network.same_cell=0"]),
        ("transfer_suspension", ["instrument", "enacted by DE (gdpr)"]),
        ("flows.tb", ["TB", "data moved"]),
        ("common_law", ["success investigators.comity_success (0.5)", "months investigators.comity_months"]),
        ("doj_wins", ["regime", "believed 0.2"]),
        ("control", ["open no: the test is settled"]),
        ("market_share", ["headline", "last twelve months", "world.revenue_home_grown", "unit %"]),
    ],
)
def test_explain(project: Path, warrantsim: Warrantsim, name: str, shown: list[str]) -> None:
    outcome = warrantsim("explain", name)
    assert outcome.code == 0
    text = " ".join(outcome.out.split())
    assert all(words in text for words in shown), outcome.out


def test_the_empty_name_is_nobodys(warrantsim: Warrantsim) -> None:
    outcome = warrantsim("explain", "")
    assert outcome.code == 2 and "an argument: is empty" in outcome.err


def test_explain_in_an_experiment_says_who_set_the_value_of_each_world(
    project: Path, warrantsim: Warrantsim
) -> None:
    text = " ".join(warrantsim("explain", "trust.asymmetry", "--experiment", "two_worlds").out.split())
    assert "in microsoft_wins 3, set by experiments/two_worlds.yaml:19" in text
    assert "in doj_wins 2.5, set by experiments/two_worlds.yaml:17 (world doj_wins)" in text
    country = " ".join(warrantsim("explain", "NO", "--experiment", "two_worlds").out.split())
    assert (
        "in all worlds jurisdictions.NO.initial_trust = 0.7, set by experiments/two_worlds.yaml:20" in country
    )


def test_explain_of_an_unknown_name_suggests(project: Path, warrantsim: Warrantsim) -> None:
    outcome = warrantsim("explain", "snowdon")
    assert outcome.code == 2
    assert "did you mean 'snowden'?" in outcome.err


def test_check_accepts_good_files(project: Path, warrantsim: Warrantsim) -> None:
    outcome = warrantsim("check", "two_worlds", str(project / "configs" / "world" / "jurisdictions.yaml"))
    assert (outcome.code, outcome.err) == (0, "")
    assert (
        outcome.out.splitlines()[0] == "two_worlds: good: microsoft_wins, doj_wins; 3 seeds, 2,000 customers"
    )


def test_check_says_every_problem_of_every_file_and_no_traceback(
    project: Path, warrantsim: Warrantsim
) -> None:
    second = project / "experiments" / "other.yaml"
    second.write_text(
        (project / "experiments" / "two_worlds.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    first_line = edit(project / "experiments" / "two_worlds.yaml", "record: full", "record: ful")
    edit(second, "  trust.asymmetry: 3", "  trust.asymmetry: 33")
    outcome = warrantsim("check", "two_worlds", "other")
    assert outcome.code == 2
    lines = outcome.err.splitlines()
    assert lines[0].startswith(
        f"experiments/two_worlds.yaml:{first_line}: record: unknown value 'ful'; did you mean 'full'?"
    )
    assert lines[1] == "experiments/other.yaml:19: trust.asymmetry: 33 is out of range; allowed: 0 to 5 share"
    assert lines[2] == "2 problems; nothing was run"
    assert "Traceback" not in outcome.err


def test_check_finds_what_is_wrong_in_a_configuration_file(project: Path, warrantsim: Warrantsim) -> None:
    file = project / "configs" / "timelines" / "history.yaml"
    line = edit(file, "- DE", "- DD")
    outcome = warrantsim("check", str(file))
    assert outcome.code == 2
    assert f"configs/timelines/history.yaml:{line}: " in outcome.err
    assert "unknown country 'DD'" in outcome.err


def test_check_does_not_call_a_file_good_that_no_run_reads(project: Path, warrantsim: Warrantsim) -> None:
    (project / "configs" / "world" / "notes.yaml").write_text("a: 1\n", encoding="utf-8")
    outcome = warrantsim("check", str(project / "configs" / "world" / "notes.yaml"))
    assert outcome.code == 2
    assert "no run reads this file" in outcome.err


DESIGN = """
design:
  method: sobol
  points: 8
  seed: 1
  uncertainties:
    trust.peer_weight: {range: prior}
  levers:
    events.gdpr: {values: [true, false]}
"""


def test_designs_are_checked_and_explained(project: Path, warrantsim: Warrantsim) -> None:
    file = project / "experiments" / "two_worlds.yaml"
    file.write_text(file.read_text(encoding="utf-8") + DESIGN, encoding="utf-8")
    assert (
        "sobol design of 16 points over trust.peer_weight, events.gdpr: 96 runs"
        in warrantsim("check", "two_worlds").out
    )
    shown = warrantsim("explain", "peer_weight", "--experiment", "two_worlds").out
    assert "trust.peer_weight (uncertainty of the design)" in shown
    assert "0 to 5, uniform" in shown
    assert "experiments/two_worlds.yaml:27" in shown
    assert "true, false" in warrantsim("explain", "events.gdpr", "--experiment", "two_worlds").out
    edit(file, "points: 8", "points: 9")
    outcome = warrantsim("check", "two_worlds")
    assert (outcome.code, outcome.err.splitlines()[0]) == (
        2,
        "experiments/two_worlds.yaml:24: design.points: sobol is balanced for powers of two only (got 9); "
        "valid: 8 or 16",
    )

"""`warrantsim reproduce`: what it says of equal, changed and wrong results, and its exit codes."""

from pathlib import Path
from typing import Any

import pytest

from sim.runs.comparison import Comparison, Difference

Warrantsim = Any  # the fixture of conftest.py
WRONG = Difference("seed 2, doj_wins", "world", "2014-11", "revenue_us", "1.0", "2.0")


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Comparison:
    """What comes of running again, which the test may change."""
    comparison = Comparison("two_worlds (small)", pairs=1, of=1, tables=8)
    monkeypatch.setattr("sim.runs.expected.compare_with_expected", lambda *arguments: comparison)
    monkeypatch.setattr("sim.runs.expected.expected_names", lambda: ["two_worlds"])
    monkeypatch.setattr("sim.model.compiled.is_compiled", lambda: True)
    return comparison


def test_equal_results_exit_0(found: Comparison, warrantsim: Warrantsim) -> None:
    found.environment = ["numpy: was 2.4.5, now 2.4.6"]
    outcome = warrantsim("reproduce")
    assert outcome.code == 0
    assert outcome.out.splitlines() == [
        "two_worlds (small): equal: all 1 pairs, 8 tables",
        "  environment: numpy: was 2.4.5, now 2.4.6",
    ]


def test_wrong_results_exit_1_and_are_placed(found: Comparison, warrantsim: Warrantsim) -> None:
    found.differences = [WRONG]
    outcome = warrantsim("reproduce", "two_worlds")
    assert outcome.code == 1
    first, second = outcome.out.splitlines()
    assert (
        first
        == "two_worlds (small): different, with the same code and the same configuration: all 1 pairs run"
    )
    assert (
        second
        == "  differs: seed 2, doj_wins: table world, first in 2014-11, variable revenue_us: was 1.0, now 2.0"
    )


def test_changed_code_is_told_from_wrong_results(found: Comparison, warrantsim: Warrantsim) -> None:
    found.differences, found.code = [WRONG], "the model's code has changed"
    outcome = warrantsim("reproduce")
    assert outcome.code == 1
    assert outcome.out.startswith(
        "two_worlds (small): not comparable: the model's code has changed; all 1 pairs run"
    )


def test_many_differences_are_counted(found: Comparison, warrantsim: Warrantsim) -> None:
    found.differences = [WRONG] * 25
    assert "differs: 15 more" in warrantsim("reproduce").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["two_wolds"], "two_wolds: no such results folder; did you mean 'two_worlds'?"),
        (["history"], "history: has no expected digests; name a results folder, or renew them"),
        (["two_worlds", "--sample", "0"], "--sample"),
    ],
)
def test_what_cannot_be_reproduced_is_refused(
    found: Comparison, warrantsim: Warrantsim, words: list[str], said: str
) -> None:
    outcome = warrantsim("reproduce", *words)
    assert outcome.code == 2
    assert said in outcome.err


def test_a_folder_has_one_size(found: Comparison, warrantsim: Warrantsim, tmp_path: Path) -> None:
    outcome = warrantsim("reproduce", str(tmp_path), "--full")
    assert outcome.code == 2
    assert "is of results, of one size" in outcome.err

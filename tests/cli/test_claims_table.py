"""Claims on the screen, and those that are refused."""

import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from sim.runs import claims
from sim.runs.results import FolderResults
from sim.scenario.resolution import Resolved
from sim.view.result_tables import claims_table
from sim.view.tables import to_terminal
from tests.runs.test_claims import GRID, by_seed, claimed, recorded

Warrantsim = Any  # the fixture of conftest.py


def judged(
    resolved: Resolved, folder: Path, differences: dict[tuple[int, int], float], point: bool = False
) -> tuple[list[str], str]:
    """The claims that fail, and what is printed."""
    recorded(folder, differences, point=point)
    found = claims.judge(resolved, FolderResults(folder))
    screen = Console(width=240, file=io.StringIO())
    screen.print(to_terminal(claims_table(found.claims.to_dict("records"))))
    return found.failed, screen.file.getvalue()


def test_a_claim_that_fails_is_a_failure(project: Path, tmp_path: Path) -> None:
    resolved = claimed(project, {"claim": "It is lower"}, {"claim": "It is higher", "expect": "higher"})
    failed, printed = judged(resolved, tmp_path, by_seed(-0.19, -0.21, -0.2, -0.2))
    assert failed == ["It is higher"]
    assert "doj_wins lower than microsoft_wins" in printed
    assert "Trust in US providers (mean of the months), abroad, 2015" in printed


def test_an_inconclusive_one_is_none_and_says_what_it_would_take(project: Path, tmp_path: Path) -> None:
    failed, printed = judged(claimed(project, {}), tmp_path, by_seed(-0.2, 0.1, -0.3, 0.05))
    assert failed == []
    assert "inconclusive" in printed
    assert "about 37 more seeds would be conclusive" in printed


def test_of_a_sweep_the_counts_are_printed_and_nothing_fails(project: Path, tmp_path: Path) -> None:
    differences = {(point, seed): 0.1 + 0.01 * seed for point in range(3) for seed in (1, 2)} | {
        (0, 1): -0.1,
        (0, 2): -0.11,
    }
    failed, printed = judged(claimed(project, {}, seeds=2, design=GRID), tmp_path, differences, point=True)
    assert failed == []
    assert "holds at 1 of 3 points" in printed
    assert "33%" in printed


def test_the_size_of_a_share_is_shown_in_the_unit_of_its_difference() -> None:
    """`within 0.2 of` stood beside a difference of +21.3 percentage points."""
    row = {"claim": "C", "world": "a", "against": "b", "over": "mean", "country": "abroad", "window": "2015"}
    row |= {"measure": "people_abroad_success_12m", "verdict": "inconclusive", "note": "one pair"}
    numbers = {"difference": 0.213, "low": 0.19, "high": 0.23, "pairs": 2}
    for unit, expect, shown in (
        ("share", "within 0.2 of", "a within 20 percentage points of b"),
        (
            "share",
            "lower by at least 0.005 and at most 0.1 than",
            "a lower by at least 0.5 percentage points and at most 10 percentage points than b",
        ),
        ("0-1", "lower by at least 5 points of 100 than", "a lower by at least 5 points of 100 than b"),
        ("share", "higher than", "a higher than b"),
    ):
        screen = Console(width=240, file=io.StringIO())
        screen.print(to_terminal(claims_table([{**row, **numbers, "unit": unit, "expect": expect}])))
        assert shown in screen.file.getvalue()


@pytest.mark.parametrize("command", ["run", "check"])
def test_a_claim_about_nothing_recorded_is_refused_before_anything_runs(
    project: Path, warrantsim: Warrantsim, tmp_path: Path, command: str
) -> None:
    claimed(project, {"measure": "trust"})
    file = project / "experiments/sweep.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace('"trust"', '"trusst"'), encoding="utf-8")
    outcome = warrantsim(command, "sweep", *(["--out", str(tmp_path / "out")] if command == "run" else []))
    assert outcome.code == 2
    assert (
        "claims.0.measure: 'trusst': no such number in the table 'world'; did you mean 'trust'?"
        in outcome.err
    )
    assert not (tmp_path / "out").exists()

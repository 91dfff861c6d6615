"""The command of `make verify`: draws what it compares, and fails where a comparison does."""

import sys
from pathlib import Path

import numpy as np
import pytest

from tests.verify import __main__ as command
from tests.verify.comparison import Check, Comparison, Curve, Panel


def comparison(deviation: float) -> Comparison:
    x = np.arange(3.0)
    curve = Curve("a line", (x, x), (x, x + deviation), np.full(3, 0.1))
    check = Check("the line", deviation, 0.5, "units", "it is a test")
    return Comparison("line", "A line", "y is x.", "y.", [Panel("Line", "x", "y", [curve])], [check])


@pytest.mark.parametrize(("deviation", "code"), [(0.1, 0), (0.6, 1)])
def test_the_command_fails_if_a_comparison_does_and_the_page_says_so(
    deviation: float, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "new" / "page.html"
    monkeypatch.setattr(command, "COMPARISONS", (lambda: comparison(deviation),))
    monkeypatch.setattr(sys, "argv", ["verify", "--out", str(page)])
    assert command.main() == code
    drawn = page.read_text(encoding="utf-8")
    assert ("All 1 comparisons hold." in drawn) == (code == 0)
    assert f"largest deviation {deviation} units, allowed 0.5" in drawn


def test_a_missing_number_holds_nothing() -> None:
    assert not Check("it", float("nan"), 1.0, "units", "it is a test").holds

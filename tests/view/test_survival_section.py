"""The section on robustness: what it draws."""

import pandas as pd
import pytest

from sim.runs.results import FolderResults, MemoryResults
from sim.view.blocks import Chart
from sim.view.results_view import ResultsView
from sim.view.sections.plain_answer import ENOUGH
from sim.view.sections.survival import survival, survival_table


@pytest.mark.parametrize(("draws", "few"), [(3, True), (ENOUGH, False)])
def test_verdicts_of_a_few_draws_are_said_to_tell_little(draws: int, few: bool) -> None:
    """The middle 90% of three draws is their range: next to everything survives."""
    own = {"headline": "trust", "name": "Trust", "unit": "points of 100", "what": "", "draws": draws}
    numbers = {"conclusion": "lower", "median": -1.0, "low": -2.0, "high": -0.5, "same_sign": 1.0}
    rows = [own | numbers | {"arm": arm, "verdict": "survives"} for arm in ("posterior", "all")]
    table = survival_table(pd.DataFrame(rows))
    assert f"{draws} draws in each arm." in table.note
    assert ("too few to say how sure any of this is" in table.note) is few


def test_a_difference_that_nobody_could_notice_is_named_and_not_drawn(two_worlds: FolderResults) -> None:
    rows = [
        {
            "headline": code,
            "name": f"Headline {code}",
            "unit": "points of 100",
            "arm": arm,
            "what": arm,
            "draws": 9,
            "conclusion": "lower",
            "median": -size,
            "low": -2.0 * size,
            "high": -0.5 * size,
            "same_sign": 1.0,
            "verdict": "survives",
            "configuration": "c",
        }
        for code, size in (("trust", 1.0), ("noise", 0.0005))
        for arm in ("posterior", "symmetric", "all")
    ]
    view = ResultsView(two_worlds)
    known = ResultsView(MemoryResults(view.manifest, {}, {"survival": pd.DataFrame(rows)}))
    chart = next(block for block in survival(known).blocks if isinstance(block, Chart))
    assert len(chart.figures) == 1
    assert chart.read.endswith("and not drawn: Headline noise.")

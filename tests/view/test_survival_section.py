"""The section on robustness: what it draws."""

import pandas as pd

from sim.runs.results import FolderResults, MemoryResults
from sim.view.blocks import Chart
from sim.view.results_view import ResultsView
from sim.view.sections.survival import survival


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

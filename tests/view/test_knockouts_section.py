"""What each mechanism contributes: what moves a headline is drawn, the strongest first."""

import pandas as pd
import pytest

from sim.runs.results import FolderResults, MemoryResults
from sim.view.blocks import Chart, Table, Text
from sim.view.results_view import ResultsView
from sim.view.sections.knockouts import knockouts

TRUST = {"headline": "trust", "name": "Trust abroad", "unit": "points of 100"}
LAWS = {"headline": "laws", "name": "Laws", "unit": "instruments"}


def off(name: str, without: float, full: float, luck: float, headline: str = "trust") -> dict[str, object]:
    """A mechanism without which the headline is `without`, give or take `luck`."""
    row = {"mechanism": name.lower(), "name": name, "meaning": "-", "headline": headline, "pairs": 4}
    return (
        row
        | {"difference": without, "low": without - luck, "high": without + luck}
        | {"contribution": full - without}
    )


@pytest.fixture
def view(two_worlds: FolderResults) -> ResultsView:
    rows = [
        off("none", -1.0, -1.0, 0.3),
        off("Peers", -0.99, -1.0, 0.001),  # less than a tenth
        off("News", -0.5, -1.0, 0.2),
        off("Thresholds", -0.4, -1.0, 0.9),  # luck would do as well
        off("Memory", -0.1, -1.0, 0.1),
        off("none", 9.0, 9.0, 1.0, "laws"),
        off("Memory", 9.1, 9.0, 2.0, "laws"),
    ]
    headlines = [
        fact | {"difference": d, "low": d - 0.3, "high": d + 0.3} for fact, d in ((TRUST, -1.0), (LAWS, 9.0))
    ]
    summaries = {"knockouts": pd.DataFrame(rows), "headlines": pd.DataFrame(headlines)}
    return ResultsView(MemoryResults(two_worlds.manifest, {}, summaries))


def test_what_moves_a_headline_beyond_luck_is_drawn_the_strongest_first(view: ResultsView) -> None:
    (chart,) = [block for block in knockouts(view).blocks if isinstance(block, Chart)]
    (figure,) = chart.figures
    assert figure["data"][0]["y"] == ["Memory", "News"]


def test_headlines_that_nothing_moves_are_named_and_every_mechanism_is_listed_folded(
    view: ResultsView,
) -> None:
    blocks = knockouts(view).blocks
    (words,) = [block.body for block in blocks if isinstance(block, Text)]
    assert words == "None of the 4 mechanisms alone visibly moves: Laws."
    (table,) = [block for block in blocks if isinstance(block, Table)]
    assert table.folded
    listed = [str(row[0]) for row in table.rows if row[1] == "Trust abroad"]
    assert listed == ["none", "Memory", "Thresholds", "News", "Peers"]

"""Which requests the panels of evidence count."""

from sim.runs.results import FolderResults
from sim.view.blocks import Chart
from sim.view.results_view import ResultsView
from sim.view.sections.investigators import evidence


def test_the_reader_is_told_which_panels_count_domestic_requests(two_worlds: FolderResults) -> None:
    """Beside 'requests aimed abroad', more come to nothing than are aimed abroad: domestic ones are in it."""
    charts = {
        block.id: block for block in evidence(ResultsView(two_worlds)).blocks if isinstance(block, Chart)
    }
    assert (
        "Three panels count domestic ones, too: no route, or no letter written" in charts["evidence-us"].read
    )
    assert "mostly of domestic warrants" in charts["evidence-us"].read
    assert "end earlier" not in charts["evidence-us"].read
    assert "other data than content are counted apart" in charts["evidence-foreign"].read

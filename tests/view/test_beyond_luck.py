"""Captions of charts of luck alone: the draws beside them, why the two differ, and what is not drawn."""

import pandas as pd
import pytest

from sim.runs.results import FolderResults, MemoryResults
from sim.view.blocks import Chart
from sim.view.figures.evidence_dots import scores
from sim.view.figures.style import WorldStyle
from sim.view.figures.trust_by_country import countries_at_end
from sim.view.results_view import ResultsView
from sim.view.sections.governments import laws
from sim.view.sections.over_draws import beyond_luck
from sim.view.sections.stated_and_actual import reaction
from tests.view.made_up_summaries import over_draws


def at_fixed(difference: float) -> pd.DataFrame:
    return pd.DataFrame([{"headline": "trust", "difference": difference, "low": -0.1, "high": 0.1}])


@pytest.mark.parametrize(
    ("fixed", "side"),
    [(-0.1, "below \N{MINUS SIGN}0.1 points of 100"), (-3.0, "above \N{MINUS SIGN}3.0 points"), (-0.9, "")],
)
def test_a_caption_says_why_lines_lie_apart_from_most_draws(
    two_worlds: FolderResults, fixed: float, side: str
) -> None:
    draws = over_draws(trust=(-1.9, -1.0, -0.4, 1.0))
    view = ResultsView(
        MemoryResults(two_worlds.manifest, {}, {"uncertainty": draws, "headlines": at_fixed(fixed)})
    )
    words = beyond_luck(view, "trust")
    assert "Over 256 draws of the fit" in words
    assert ("by default the best point of the fit" in words) == bool(side) and side in words


def test_names_of_many_lines_beside_an_axis_do_not_touch() -> None:
    names = ["a<br>b<br>c<br>d<br>e", "f<br>g<br>h<br>i<br>j"]
    rows = pd.DataFrame({"label": names, "forecaster": "model", "score": 1.0, "hover": ""})
    layout = scores(rows, ["model"])["layout"]
    room = layout["height"] - layout["margin"]["t"] - layout["margin"]["b"]
    assert room / len(names) > 5 * 15.6


def charts(blocks: object) -> dict[str, Chart]:
    return {block.id: block for block in blocks if isinstance(block, Chart)}  # type: ignore[attr-defined]


def test_a_law_that_nobody_has_is_named_and_not_drawn(
    two_worlds: FolderResults, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = ResultsView(two_worlds)
    whole = charts(laws(view).blocks)["laws-time"]
    given = view.needed_table

    def without(what: str, table: str, *columns: str) -> pd.DataFrame:
        frame = given(what, table, *columns)
        return frame.assign(laws_executive_agreement=0.0) if table == "world" else frame

    monkeypatch.setattr(ResultsView, "needed_table", staticmethod(without))
    chart = charts(laws(view).blocks)["laws-time"]
    assert len(chart.figures) == len(whole.figures) - 1
    assert chart.read.endswith("In no run does any country have: executive agreement.")
    assert "In no run" not in whole.read


def test_charts_of_many_lines_say_why_they_have_no_band(two_worlds: FolderResults) -> None:
    found = charts(reaction(ResultsView(two_worlds)).blocks)
    assert found and all("No bands are drawn" in chart.read for chart in found.values())


def test_a_long_name_beside_an_axis_ends_at_a_whole_part() -> None:
    names = {
        "a": "Rest of Latin America and the Caribbean", "b": "Rest of Sub-Saharan Africa",
        "c": "Belarus, Caucasus, Central Asia and Mongolia",
    }  # fmt: skip
    ends = pd.DataFrame({"country": [*names], "q5": 40.0, "q50": 50.0, "q95": 60.0})
    figure = countries_at_end({"w": ends}, names, {"w": WorldStyle("w", "World", "#0072b2", "solid")})
    shown = set(figure["layout"]["yaxis"]["ticktext"])
    assert shown == {"Rest of Latin America etc.", "Rest of Sub-Saharan Africa", "Belarus, Caucasus etc."}

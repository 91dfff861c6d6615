"""Cards and sentence of the explorer: everything that is not known while at rest, luck alone once moved."""

import pandas as pd
import pytest

from sim.analysis.design_outcomes import BY_CODE
from sim.runs.results import FolderResults, MemoryResults
from sim.view.explorer.pages.worlds.page_content import CARDS, _cards, sentence
from sim.view.results_view import ResultsView


@pytest.fixture
def view(two_worlds: FolderResults) -> ResultsView:
    return ResultsView(MemoryResults(two_worlds.manifest, {}))


@pytest.fixture
def at_rest(two_worlds: FolderResults) -> ResultsView:
    return ResultsView(MemoryResults(two_worlds.manifest, {}, {"uncertainty": over_draws()}))


def luck() -> pd.DataFrame:
    rows = [
        {"headline": h.code, "name": h.name, "unit": h.unit, "window": h.window, "value_a": 62.0}
        | {"value_b": 60.5, "difference": -1.5, "low": -1.6, "high": -1.4, "pairs": 8, "verdict": "lower"}
        for h in map(BY_CODE.__getitem__, CARDS)
    ]
    return pd.DataFrame(rows)


def over_draws() -> pd.DataFrame:
    common = {"draws": 256, "median": -0.97, "low50": -1.4, "high50": -0.6, "low90": -1.94, "high90": -0.36}
    found = {
        "sign": "lower",
        "share": 1.0,
        "of_leak": 0.07,
        "leak_months": 13,
        "sign_parameters": "",
        "parameters": "",
        "dummy": 0.2,
    }
    names = luck()[["headline", "name", "unit", "window"]].to_dict("records")
    return pd.DataFrame([{**name, **common, **found} for name in names])


def test_at_rest_the_interval_of_everything_leads_and_luck_stands_behind(at_rest: ResultsView) -> None:
    cards, said = _cards(luck(), at_rest), sentence(luck(), at_rest)
    assert "\N{MINUS SIGN}1.0 <small>points of 100" in cards and "all 256 runs agree" in cards
    assert cards.index("90%: \N{MINUS SIGN}1.9 to \N{MINUS SIGN}0.4") < cards.index("luck alone: ")
    assert "We are 90% sure" in said and "luck" not in said


def test_once_moved_luck_is_alone_and_says_how_to_get_the_rest(view: ResultsView) -> None:
    cards, said = _cards(luck(), view), sentence(luck(), view)
    assert (
        "\N{MINUS SIGN}1.50 <small>points of 100" in cards and "90%" not in cards and "luck alone: " in cards
    )
    assert "hold luck alone" in said and "Copy YAML" in said and "warrantsim run" in said

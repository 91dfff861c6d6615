"""Diagrams of a return draw no boundary where signs are not known, and a return is called so."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.drivers.tipping import no_effect
from sim.view.blocks import Chart, render
from sim.view.figures.events import mark
from sim.view.figures.style import layout, time_axis
from sim.view.figures.tipping_charts import phase_diagram
from sim.view.results_view import ResultsView
from sim.view.sections.tipping import NAMES, answer, tipping


def cells(shares: list[list[float]], unsure: set[tuple[int, int]]) -> pd.DataFrame:
    rows = []
    for y, line in enumerate(shares):
        for x, share in enumerate(line):
            ends = (-1.0, 1.0) if (y, x) in unsure else (0.1, 1.0)
            known = {"share": share, "share_low": share - 0.1, "share_high": share + 0.1}
            rows.append({"x": x, "y": y, "stays_low": ends[0], "stays_high": ends[1]} | known)
    return pd.DataFrame(rows)


def contour(shares: list[list[float]], unsure: set[tuple[int, int]]) -> list[list[float | None]] | None:
    figure = phase_diagram(cells(shares, unsure), "x", "y", "trust", ("x", "y"))
    drawn = [trace for trace in figure["data"] if trace["type"] == "contour"]
    assert all(trace["connectgaps"] is False for trace in drawn)
    return drawn[0]["z"] if drawn else None


def test_the_line_of_one_half_stops_at_cells_whose_sign_is_not_known() -> None:
    shares = [[0.2, 0.4, 0.6], [0.2, 0.4, 0.6], [0.3, 0.6, 0.8]]
    assert contour(shares, set()) == shares
    assert contour(shares, {(0, 1), (0, 2)}) == [[0.2, None, None], *shares[1:]]
    assert contour(shares, {(y, x) for y in range(3) for x in (1, 2)}) is None, "no half is passed"
    assert contour([[np.nan, 0.4, 0.6], *shares[1:]], set()) is not None, "an empty cell hides no other"


def test_a_switch_that_turns_a_rule_back_is_a_return() -> None:
    worlds = {
        "microsoft_wins": {"switches": [{"on": "2014-07-31", "regime": "microsoft_wins"}]},
        "turned_back": {
            "switches": [
                {"on": "2014-07-31", "regime": "doj_wins"},
                {"on": "2017-07-31", "regime": "microsoft_wins"},
            ]
        },
    }
    manifest = {"scenario": {"experiment": {"worlds": worlds}}}
    returns = ResultsView.returns.fget  # type: ignore[attr-defined]
    assert returns(SimpleNamespace(manifest=manifest)) == {"2017-07-31"}
    assert returns(SimpleNamespace(manifest={})) == frozenset()
    figure = {"data": [], "layout": layout(300, xaxis=time_axis("2013-01-01", "2019-12-31"), yaxis={})}
    days = ["2014-07-31", "2017-07-31"]
    marked = mark(figure, [], "2013-01-01", "2019-12-31", days, returns={"2017-07-31"})
    assert [trace["text"] for trace in marked["data"] if trace.get("text")] == [
        ["<b>switch</b>", "<b>return</b>"]
    ]


AFTER = "60 months after the return"


def outcome(code: str, sure: int, points: int = 8, share: float = 0.5) -> pd.DataFrame:
    """Rows of `returns` of which the first so many have a share."""
    rows = cells([[share] * points], {(0, x) for x in range(sure, points)}).rename(
        columns={"x": "trust.spread"}
    )
    known = rows["trust.spread"] < sure
    rows[["share", "share_low", "share_high"]] = rows[["share", "share_low", "share_high"]].where(
        known, axis=0
    )
    effects = {"held": 36, "unit": "units", "before": -0.01234, "stays": 0.1234, "lasting": 0.2345,
               "lasting_low": 0.1, "lasting_high": 0.3, "pairs": 4}  # fmt: skip
    return rows.assign(outcome=code, name=NAMES[code], at=AFTER, point=rows["trust.spread"], **effects)


def test_the_answer_gives_no_range_where_too_few_points_have_an_effect_to_lose() -> None:
    rows = pd.concat([outcome("data_at_home", 3), outcome("revenue", 6, share=-0.15), outcome("laws", 0)])
    words = answer(rows, None, None)
    assert f"Cloud data kept on home soil: {no_effect(3, 8)}. " in words
    assert f"Government instruments in force: {no_effect(0, 8)}." in words
    partly = "at 6 of 8 points: elsewhere a rule that lasts has no sure effect"
    assert f"Revenue of US providers abroad: \N{MINUS SIGN}15% of the effect stays ({partly})." in words


def test_an_outcome_without_an_effect_to_lose_has_no_phase_diagram() -> None:
    two = [rows.assign(**{"trust.asymmetry": rows["trust.spread"] % 2}) for rows in
           (outcome("trust", 8), outcome("data_at_home", 3))]  # fmt: skip
    curve = {"factor": "trust.spread", "others": "trust.asymmetry = 1.0, trust.news_strength = 2.5",
             "outcome": "trust", "at": AFTER, "first": 0.1, "last": 0.9, "steepest": 0.2, "half_at": 32.04,
             "half_low": 28.51, "half_high": 35.06, "along": "months that the first rule held",
             "verdict": "gradual: no tipping"}  # fmt: skip
    tables = {"returns": pd.concat(two), "tipping": pd.DataFrame([curve])}
    view: Any = SimpleNamespace(
        manifest={}, summary=tables.get, needed_summary=lambda words, name: tables[name]
    )
    html = render(tipping(view))
    figures = next(block for block in tipping(view).blocks if isinstance(block, Chart)).figures
    assert [figure["layout"]["title"]["text"] for figure in figures] == [NAMES["trust"]]
    assert figures[0]["layout"]["xaxis"]["title"]["text"] == "spread of trust within a country"
    assert "weight of bad news over good: 1, weight of news: 2.5" in html
    assert "32.0 (28.5 to 35.1)" in html
    assert "months that the first rule held" in html
    assert "spread of trust within a country: 0, weight of bad news over good: 0" in html
    assert "\N{MINUS SIGN}0.012" in html and "0.01234" not in html


def test_laws_that_a_ruling_prevented_have_no_chart_of_repeal() -> None:
    rows = pd.DataFrame({"low": [-6.0, -3.0], "high": [-4.0, 0.0], "pairs": 12, "before": [-5.0, -1.5],
                         "left": [-5.0, -2.0], "share": [1.0, 1.3], "share_low": [0.9, 1.1],
                         "share_high": [1.1, 1.6]})  # fmt: skip
    tables = {"returns": outcome("laws", 8), "repeal": rows}
    view: Any = SimpleNamespace(
        manifest={}, summary=tables.get, needed_summary=lambda words, name: tables[name]
    )
    drawn = {block.id: block for block in tipping(view).blocks if isinstance(block, Chart)}
    assert set(drawn) == {"stays"}
    tables["repeal"] = rows.assign(low=1.0, high=4.0, before=[2.0, 3.0])
    drawn = {block.id: block for block in tipping(view).blocks if isinstance(block, Chart)}
    assert "at 130%, ten further laws have become 13" in drawn["repeal"].read


def test_the_answer_says_of_how_many_points_it_is_not_sure_that_anything_stays() -> None:
    rows = cells([[0.2, 0.4], [0.3, 0.6]], {(0, 0)}).assign(
        outcome="revenue", at="60 months after the return", pairs=4
    )
    words = answer(rows, None, None)
    assert "20% to 60% of the effect stays (at 1 of 4 points it is not sure that any does)" in words
    assert "for good" not in words

"""Diagrams of a return draw no boundary where signs are not known, and a return is called so."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from sim.view.figures.events import mark
from sim.view.figures.style import layout, time_axis
from sim.view.figures.tipping_charts import phase_diagram
from sim.view.results_view import ResultsView
from sim.view.sections.tipping import answer


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


def test_the_answer_says_of_how_many_points_it_is_not_sure_that_anything_stays() -> None:
    rows = cells([[0.2, 0.4], [0.3, 0.6]], {(0, 0)}).assign(
        outcome="revenue", at="60 months after the return"
    )
    words = answer(rows, None, None)
    assert "20% to 60% of the effect stays (at 1 of 4 points it is not sure that any does)" in words
    assert "for good" not in words

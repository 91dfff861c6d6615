"""Charts of scenario discovery: density against coverage, the limits of a box, and the points around it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.factor_names import factor_name
from sim.view.figures.design_charts import plain_words
from sim.view.figures.events import folded
from sim.view.figures.quantiles import numbers
from sim.view.figures.style import INK, Figure, Trace, axis, heading, layout, names_axis

CASE, OTHER = "#C44E00", "#9a9a9a"
_PASS_COLOURS = ("#0072B2", "#007A5A", "#A6488A", "#7A6400", "#332288", "#333333")
_WHOLE, _BOX = "#e4e4e4", "#0072B2"
Frames = Sequence[tuple[str, int, int]]
"""The steps that a slider goes through: name of the frame, pass, step."""


def tradeoff(steps: pd.DataFrame, frames: Frames, start: int) -> Figure:
    """Density against coverage of every step, a line a pass; the chosen steps are diamonds, the slider's a
    ring."""
    traces: list[Trace] = []
    for number, mine in steps.groupby("pass"):
        colour = _PASS_COLOURS[(int(str(number)) - 1) % len(_PASS_COLOURS)]
        chosen = mine["chosen"].astype(bool)
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": f"pass {number}",
                "showlegend": True,
                "x": numbers(mine["coverage"]),
                "y": numbers(mine["density"]),
                "line": {"color": colour, "width": 1, "dash": "solid"},
                "marker": {
                    "color": colour,
                    "size": [13 if one else 6 for one in chosen],
                    "symbol": ["diamond" if one else "circle" for one in chosen],
                },
                "customdata": [
                    [str(words), float(share)]
                    for words, share in zip(mine["box_words"], mine["share"], strict=True)
                ],
                "hovertemplate": "density %{y:.0%}, coverage %{x:.0%}, %{customdata[1]:.0%} of the points<br>"
                "%{customdata[0]}<extra></extra>",
            }
        )
    at = steps.set_index(["pass", "step"])
    ring: Trace = {
        "type": "scatter",
        "mode": "markers",
        "marker": {"color": "rgba(0,0,0,0)", "size": 18, "line": {"color": INK, "width": 2}},
        "hoverinfo": "skip",
    }

    def ringed(k: int) -> Trace:
        row = at.loc[(frames[k][1], frames[k][2])]
        return {"x": [float(row["coverage"])], "y": [float(row["density"])]}

    shape = layout(
        360,
        xaxis=axis("coverage: share of all points of interest", range=[-0.03, 1.05], tickformat=".0%"),
        yaxis=axis("density", range=[0, 1.06], tickformat=".0%"),
    )
    moving = [
        {"name": name, "data": [ringed(k)], "traces": [len(traces)]} for k, (name, _, _) in enumerate(frames)
    ]
    return {"data": [*traces, ring | ringed(start)], "layout": shape, "frames": moving}


def box_limits(
    limits: Mapping[str, pd.DataFrame], frames: Frames, start: int, factors: Sequence[str]
) -> Figure:
    """The limits of a box, factor by factor, each from its least to its largest value; a frame a step.

    `limits`: the rows of a step by the name of its frame.
    """
    names = [folded(factor_name(one), 30) for one in factors]
    whole: Trace = {
        "type": "bar",
        "orientation": "h",
        "y": names,
        "x": [1.0] * len(names),
        "marker": {"color": _WHOLE},
        "hoverinfo": "skip",
        "width": 0.28,
    }

    def bars(name: str) -> list[Trace]:
        by_factor = {str(row["factor"]): row for row in limits[name].to_dict("records")}
        low, high, words = zip(*(_span(by_factor.get(one)) for one in factors), strict=True)
        return [
            {"x": [b - a for a, b in zip(low, high, strict=True)], "base": list(low), "y": names},
            {"x": [0.0] * len(names), "y": names, "text": list(words)},
        ]

    box: Trace = {
        "type": "bar",
        "orientation": "h",
        "marker": {"color": _BOX},
        "width": 0.28,
        "hoverinfo": "skip",
    }
    said: Trace = {
        "type": "scatter",
        "mode": "markers+text",
        "marker": {"size": 18, "color": "rgba(0,0,0,0)"},  # lifts the text above its bar
        "textposition": "top right",
        "textfont": {"size": 11, "color": INK},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }
    first = bars(frames[start][0])
    shape = layout(
        120 + 58 * len(names),
        xaxis=axis("from the least to the largest value of each factor", range=[-0.01, 1.01], tickvals=[]),
        yaxis=names_axis(names),
        barmode="overlay",
    )
    shape["margin"] = {"l": 190, "r": 14, "t": 34, "b": 46}
    moving = [{"name": name, "data": bars(name), "traces": [1, 2]} for name, _, _ in frames]
    return {"data": [whole, box | first[0], said | first[1]], "layout": shape, "frames": moving}


def _span(row: Mapping[Any, Any] | None) -> tuple[float, float, str]:
    """Where a limit begins and ends on its factor's own scale, and what is written there."""
    if row is None:
        return 0.0, 0.0, "any value"
    if isinstance(row["levels"], str) and row["levels"]:
        return 0.0, 1.0, f"{plain_words(row['levels'].replace('|', ' or '))} ({_p(row['quasi_p_low'])})"
    wide = (row["largest"] - row["least"]) or 1.0
    ends = [
        default if pd.isna(row[side]) else float(np.clip((row[side] - row["least"]) / wide, 0.0, 1.0))
        for side, default in (("low", 0.0), ("high", 1.0))
    ]
    words = [
        f"{sign} {row[f'{side}_words']} ({_p(row[f'quasi_p_{side}'])})"
        for side, sign in (("low", "above"), ("high", "below"))
        if not pd.isna(row[side])
    ]
    return ends[0], ends[1], " and ".join(words)


def _p(value: float) -> str:
    return "p < 1e-12" if value < 1e-12 else f"p {value:.1g}"


def around(points: pd.DataFrame, x: str, y: str, corners: tuple[list[Any], list[Any]], title: str) -> Figure:
    """The points over two factors, those of interest in colour, and the box drawn around its own.

    `points`: both factors, `case`, `elsewhere` (another factor's limit excludes it: drawn faint), `outcome`.
    """
    traces: list[Trace] = []
    for case, name, colour, symbol in (
        (False, "other points", OTHER, "circle"),
        (True, "points of interest", CASE, "diamond"),
    ):
        mine = points[points["case"].astype(bool) == case]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": name,
                "showlegend": True,
                "x": _values(mine[x]),
                "y": _values(mine[y]),
                "marker": {
                    "color": colour,
                    "symbol": symbol,
                    "size": 7,
                    "opacity": [0.25 if one else 0.95 for one in mine["elsewhere"]],
                },
                "customdata": [
                    [int(point), value]
                    for point, value in zip(mine.index, numbers(mine["outcome"]), strict=True)
                ],
                "hovertemplate": "point %{customdata[0]}: %{customdata[1]:.4~g}<extra></extra>",
            }
        )
    if corners[0]:
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": "box",
                "showlegend": True,
                "x": corners[0],
                "y": corners[1],
                "line": {"color": _BOX, "width": 2.5, "dash": "solid"},
                "hoverinfo": "skip",
            }
        )
    shape = layout(
        380,
        xaxis=axis(factor_name(x), showgrid=False),
        yaxis=axis(factor_name(y), showgrid=False),
        title=heading(title),
    )
    shape["margin"] = {"l": 76, "r": 14, "t": 46, "b": 46}
    return {"data": traces, "layout": shape}


def _values(column: "pd.Series[Any]") -> list[Any]:
    return numbers(column) if pd.api.types.is_numeric_dtype(column) else [str(one) for one in column]

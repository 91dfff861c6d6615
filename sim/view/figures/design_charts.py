"""Charts of a design: a headline over two factors and against each factor, and claims over the points."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.view.figures.events import folded
from sim.view.figures.quantiles import numbers
from sim.view.figures.style import (
    INK,
    PAPER,
    QUIET,
    Figure,
    Trace,
    axis,
    error_bar,
    heading,
    layout,
    level_line,
    symmetric_range,
)
from sim.view.number_format import decimals_for, number

# Verdicts by hue and by order: safe for common colour blindness, and each bar is labelled.
VERDICT_COLOURS = {"holds": "#0072B2", "inconclusive": "#BBBBBB", "fails": "#C44E00", "not judged": "#e8e8e8"}
_VERDICT_SYMBOLS = {
    "holds": "circle",
    "inconclusive": "square-open",
    "fails": "x",
    "not judged": "circle-open",
}
_MOST_ACROSS = 6  # cells in a row that are wide enough for a number
FEW = 200  # points that remain distinct as marks


def heat_map(
    mean: np.ndarray,
    points: np.ndarray,
    x: Sequence[str],
    y: Sequence[str],
    titles: tuple[str, str],
    unit: str,
    scale: str | list[list[Any]],
    limits: tuple[float, float],
    *,
    title: str = "",
    signed: bool = False,
) -> Figure:
    """Means over two factors (rows are levels of y) with the number in each cell where there is room; a cell
    without points stays empty.

    `limits` are the ends of the colour scale; `signed` numbers carry their sign.
    """
    sign = "+" if signed else ""
    written = mean.shape[1] <= _MOST_ACROSS
    trace: Trace = {
        "type": "heatmap",
        "x": list(x),
        "y": list(y),
        "z": [numbers(row) for row in mean],
        "customdata": points.tolist(),
        "coloraxis": "coloraxis",
        "xgap": 2,
        "ygap": 2,
        "hoverongaps": False,
        "hovertemplate": f"{titles[0]}: %{{x}}<br>{titles[1]}: %{{y}}<br>%{{z:{sign}.4~g}} {unit}<br>mean of "
        "%{customdata} points<extra></extra>",
    }
    if written:
        decimals = decimals_for(max(map(abs, limits)), 3)  # the same in all cells, and no more than fit
        message = [
            ["" if np.isnan(value) else number(value, signed, decimals) for value in row] for row in mean
        ]
        trace |= {"text": message, "texttemplate": "%{text}", "textfont": {"size": 12}}
    bar = {
        "thickness": 12,
        "len": 0.9,
        "exponentformat": "power",
        "title": {"text": folded(unit, 16), "font": {"size": 12}},
        "outlinewidth": 0,
    }
    shape = layout(
        140 + 34 * max(5, min(len(y), 14)),
        xaxis=axis(titles[0], type="category", showgrid=False),
        yaxis=axis(titles[1], type="category", showgrid=False),
        coloraxis={"cmin": limits[0], "cmax": limits[1], "colorscale": scale, "colorbar": bar},
        plot_bgcolor=PAPER,
    )
    if title:
        shape["title"] = heading(title)
    return {"data": [trace], "layout": shape}


def limits_of(values: np.ndarray, symmetric: bool) -> tuple[float, float]:
    """Ends of a colour scale for these values: as far below zero as above it, rounded to a plain number, or
    just their own."""
    known = values[np.isfinite(values)]
    if symmetric:
        return symmetric_range(known.tolist(), 1.0)
    if not known.size:
        return 0.0, 1.0
    low, high = float(known.min()), float(known.max())
    return (low, high) if high > low else (low - 0.5 * (abs(low) or 1.0), high + 0.5 * (abs(high) or 1.0))


def against(
    x: "pd.Series[Any]",
    outcome: "pd.Series[float]",
    low: "pd.Series[float]",
    high: "pd.Series[float]",
    titles: tuple[str, str],
    colour: str,
) -> Figure:
    """The outcome of every point against one factor, with its interval and a zero line."""
    trace: Trace = {
        "type": "scatter",
        "mode": "markers",
        "x": _values(x),
        "y": numbers(outcome),
        "marker": {"color": colour, "size": 7, "opacity": 0.85},
        "customdata": [
            [int(point), bottom, top]
            for point, bottom, top in zip(x.index, numbers(low), numbers(high), strict=True)
        ],
        "hovertemplate": "point %{customdata[0]}: %{y:.4~g} (%{customdata[1]:.4~g} to "
        "%{customdata[2]:.4~g})<extra></extra>",
    }
    if low.notna().any():
        trace["error_y"] = error_bar(numbers(high - outcome), numbers(outcome - low), colour, 1)
    return {"data": [trace], "layout": _over_factor(titles)}


def by_level(spread: pd.DataFrame, titles: tuple[str, str], colour: str) -> Figure:
    """How the outcome spreads over the points at each level of one factor.

    `spread`: level, q5, q25, q50, q75, q95, points.
    """
    middle = spread["q50"]
    plain: Trace = {"type": "scatter", "mode": "markers", "x": list(spread["level"]), "y": numbers(middle)}
    wide = plain | {
        "marker": {"color": colour, "size": 1},
        "error_y": error_bar(numbers(spread["q95"] - middle), numbers(middle - spread["q5"]), colour, 1),
        "hoverinfo": "skip",
    }
    narrow = plain | {
        "marker": {"color": colour, "size": 9, "symbol": "diamond"},
        "error_y": error_bar(numbers(spread["q75"] - middle), numbers(middle - spread["q25"]), colour, 5),
        "customdata": [
            [*row]
            for row in zip(
                numbers(spread["q5"]), numbers(spread["q95"]), [int(n) for n in spread["points"]], strict=True
            )
        ],
        "hovertemplate": "%{x}: %{y:.4~g} (%{customdata[0]:.4~g} to %{customdata[1]:.4~g}), %{customdata[2]} "
        "points<extra></extra>",
    }
    shape = _over_factor(titles)
    shape["xaxis"] |= {"type": "category"}
    return {"data": [wide, narrow], "layout": shape}


def _over_factor(titles: tuple[str, str]) -> dict[str, Any]:
    shape = layout(340, xaxis=axis(titles[0], showgrid=False), yaxis=axis(titles[1]))
    return shape | {"shapes": [level_line(QUIET, "below")]}


def verdicts(counts: pd.DataFrame) -> Figure:
    """A bar a claim, of the points at which it holds, is open, or fails.

    `counts`: `claim` and a column for each verdict.
    """
    names = [folded(str(claim), 38) for claim in counts["claim"]]
    traces: list[Trace] = []
    for verdict, colour in VERDICT_COLOURS.items():
        if verdict not in counts or not counts[verdict].sum():
            continue
        some = [int(value) for value in counts[verdict]]
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "y": names,
                "x": some,
                "name": verdict,
                "showlegend": True,
                "marker": {"color": colour, "line": {"color": "#ffffff", "width": 1}},
                "text": [str(value) if value else "" for value in some],
                "textposition": "inside",
                "insidetextanchor": "middle",
                "textfont": {"size": 12, "color": "#ffffff" if verdict in ("holds", "fails") else INK},
                "hovertemplate": f"{verdict} at %{{x}} points<extra></extra>",
            }
        )
    lines = max((name.count("<br>") + 1 for name in names), default=1)
    shape = layout(
        90 + len(names) * (18 * lines + 16),
        xaxis=axis("points", rangemode="tozero"),
        yaxis=axis(autorange="reversed", showgrid=False),
        barmode="stack",
    )
    return {"data": traces, "layout": shape}


def verdicts_over(rows: pd.DataFrame, x: str, y: str, title: str) -> Figure:
    """The verdict on one claim at every point, over two factors.

    `rows`: the factors, `point`, `verdict`, `difference`.
    """
    traces: list[Trace] = []
    for verdict, colour in VERDICT_COLOURS.items():
        some = rows[rows["verdict"] == verdict]
        if some.empty:
            continue
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": _values(some[x]),
                "y": _values(some[y]),
                "name": f"{verdict} ({len(some):,})",
                "showlegend": True,
                "marker": {
                    "color": "#777777" if verdict == "inconclusive" else colour,
                    "symbol": _VERDICT_SYMBOLS[verdict],
                    "size": 8,
                },
                "customdata": [
                    [int(point), gap]
                    for point, gap in zip(some["point"], numbers(some["difference"]), strict=True)
                ],
                "hovertemplate": f"point %{{customdata[0]}}, {verdict}: difference "
                "%{customdata[1]:+.4~g}<extra></extra>",
            }
        )
    shape = layout(
        400, xaxis=axis(x, showgrid=False), yaxis=axis(y), title=heading(folded(title, 70)), showlegend=True
    )
    shape["legend"] = {"orientation": "h", "y": -0.22, "yanchor": "top", "x": 0}
    return {"data": traces, "layout": shape}


def _values(column: "pd.Series[Any]") -> list[Any]:
    return (
        numbers(column)
        if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
        else [str(value) for value in column]
    )

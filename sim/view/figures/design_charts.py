"""Charts of a design: a headline over two factors and against each factor, and claims over the points."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.drivers.lever_words import levers_words
from sim.view.design_axes import is_ordered
from sim.view.figures.events import folded
from sim.view.figures.quantiles import numbers
from sim.view.figures.style import (
    INK,
    PAPER,
    QUIET,
    Figure,
    Trace,
    axis,
    common_range,
    error_bar,
    heading,
    layout,
    level_line,
    names_axis,
    symmetric_range,
    upright,
)
from sim.view.number_format import decimals_for, number

# Verdicts by hue and by order: safe for common colour blindness, and each bar is labelled.
AGREES, DISAGREES = "open, mean agrees", "open, mean disagrees"
_BAR_COLOURS = {
    "holds": "#0072B2",
    AGREES: "#a9cfe6",
    DISAGREES: "#ecc5ad",
    "fails": "#C44E00",
    "not judged": "#e8e8e8",
}
_MARKS = {
    "holds": ("#0072B2", "circle"),
    AGREES: ("#5c9fc9", "square-open"),
    DISAGREES: ("#c98a5c", "diamond-open"),
    "fails": ("#C44E00", "x"),
    "not judged": ("#999999", "circle-open"),
}
_ASIDE = 0.5  # of the way to the next name, over which points of one name are spread
_ACROSS = 27  # digits that fit side by side into a heat map
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
        message = _numbers_in_cells(mean, signed, decimals_for(max(map(abs, limits)), 3))
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


def _numbers_in_cells(mean: np.ndarray, signed: bool, decimals: int) -> list[list[str]]:
    """The number in each cell, all with as many decimals: no more than fit into the cells of a row."""
    room = _ACROSS // mean.shape[1]
    while True:
        words = [
            ["" if np.isnan(value) else number(value, signed, decimals) for value in row] for row in mean
        ]
        if decimals == 0 or max(len(word) for row in words for word in row) <= room:
            return words
        decimals -= 1


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
    cut: tuple[float, float] | None = None,
) -> Figure:
    """The outcome of every point against one factor, with its interval and a zero line.

    `cut`: the ends of the vertical axis where a few points lie far away; those are triangles at its ends.
    """
    shown = outcome if cut is None else outcome.clip(*cut)
    inside = (shown == outcome) | outcome.isna()
    trace: Trace = {
        "type": "scatter",
        "mode": "markers",
        "x": _values(x),
        "y": numbers(shown),
        "marker": {"color": colour, "size": 7, "opacity": 0.85},
        "customdata": [
            [int(point), value, bottom, top]
            for point, value, bottom, top in zip(
                x.index, numbers(outcome), numbers(low), numbers(high), strict=True
            )
        ],
        "hovertemplate": "point %{customdata[0]}: %{customdata[1]:.4~g} (%{customdata[2]:.4~g} to "
        "%{customdata[3]:.4~g})<extra></extra>",
    }
    if not inside.all():
        beyond = np.array(["triangle-down-open", "circle", "triangle-up-open"])
        ways = np.sign((outcome - shown).fillna(0.0)).to_numpy().astype(int)
        trace["marker"] |= {"symbol": beyond[1 + ways].tolist()}
    if low.notna().any():
        above, below = (high - shown).where(inside), (shown - low).where(inside)
        trace["error_y"] = error_bar(numbers(above), numbers(below), colour, 1)
    return {"data": [trace], "layout": _over_factor(titles, cut)}


def in_order(
    outcome: "pd.Series[float]",
    low: "pd.Series[float]",
    high: "pd.Series[float]",
    titles: tuple[str, str],
    colour: str,
    cut: tuple[float, float] | None = None,
) -> Figure:
    """The outcome of every point, from the lowest to the highest, with its interval and a zero line."""
    order = outcome.sort_values().index
    place = pd.Series(range(1, len(order) + 1), index=order)
    return against(place, outcome[order], low[order], high[order], titles, colour, cut)


def by_level(
    spread: pd.DataFrame, titles: tuple[str, str], colour: str, cut: tuple[float, float] | None = None
) -> Figure:
    """How the outcome spreads over the points at each level of one factor that has an order.

    `spread`: level, q5, q25, q50, q75, q95, points. `cut`: the ends of the axis, where bars go on beyond it.
    """
    shape = _over_factor(titles, cut)
    shape["xaxis"] |= {"type": "category"}
    return {"data": _spreads(spread, list(spread["level"]), colour, "y"), "layout": shape}


def by_name(
    spread: pd.DataFrame, titles: tuple[str, str], colour: str, cut: tuple[float, float] | None = None
) -> Figure:
    """The same for a factor whose values have names and no order: a row a value."""
    names = [folded(plain_words(level), 40) for level in spread["level"]]
    lines = max(name.count("<br>") + 1 for name in names)
    shape = layout(
        110 + len(names) * (12 + 13 * lines),
        xaxis=axis(titles[1], **({} if cut is None else {"range": common_range(*cut)})),
        yaxis=names_axis(names),
        shapes=[upright(0.0, QUIET)],
        title=heading(titles[0]),
    )
    return {"data": _spreads(spread, names, colour, "x"), "layout": shape}


def _spreads(spread: pd.DataFrame, names: list[str], colour: str, along: str) -> list[Trace]:
    """A thin bar for the middle 90% at each level, a thick one for the middle half, a mark for the median."""
    middle, across = spread["q50"], "xy".replace(along, "")
    bars = f"error_{along}"
    plain: Trace = {"type": "scatter", "mode": "markers", across: names, along: numbers(middle)}
    wide = plain | {
        "marker": {"color": colour, "size": 1},
        bars: error_bar(numbers(spread["q95"] - middle), numbers(middle - spread["q5"]), colour, 1),
        "hoverinfo": "skip",
    }
    narrow = plain | {
        "marker": {"color": colour, "size": 9, "symbol": "diamond"},
        bars: error_bar(numbers(spread["q75"] - middle), numbers(middle - spread["q25"]), colour, 5),
        "customdata": [
            [*row]
            for row in zip(
                numbers(spread["q5"]), numbers(spread["q95"]), [int(n) for n in spread["points"]], strict=True
            )
        ],
        "hovertemplate": f"%{{{across}}}: %{{{along}:.4~g}} (%{{customdata[0]:.4~g}} to "
        "%{customdata[1]:.4~g}), %{customdata[2]} points<extra></extra>",
    }
    return [wide, narrow]


def _over_factor(titles: tuple[str, str], cut: tuple[float, float] | None) -> dict[str, Any]:
    up = axis(titles[1], **({} if cut is None else {"range": common_range(*cut)}))
    shape = layout(340, xaxis=axis(titles[0], showgrid=False), yaxis=up)
    return shape | {"shapes": [level_line(QUIET, "below")]}


def verdicts(counts: pd.DataFrame) -> Figure:
    """A bar a claim, of the points at which it holds, is open (and what the mean says there), or fails.

    `counts`: `claim` and a column for each part.
    """
    names = [folded(str(claim), 38) for claim in counts["claim"]]
    traces: list[Trace] = []
    for verdict, colour in _BAR_COLOURS.items():
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
                "textangle": 0,
                "textfont": {"size": 12, "color": "#ffffff" if verdict in ("holds", "fails") else INK},
                "hovertemplate": f"{verdict} at %{{x}} points<extra></extra>",
            }
        )
    lines = max((name.count("<br>") + 1 for name in names), default=1)
    shape = layout(
        90 + len(names) * (18 * lines + 16),
        xaxis=axis("points of the design", rangemode="tozero"),
        yaxis=axis(type="category", autorange="reversed", showgrid=False),
        barmode="stack",
        uniformtext={"minsize": 10, "mode": "hide"},  # a number that has no room is in the table
    )
    return {"data": traces, "layout": shape}


def verdicts_over(rows: pd.DataFrame, x: str, y: str, title: str) -> Figure:
    """The verdict on one claim at every point, over two factors.

    `rows`: the factors, `point`, `verdict`, `difference`, `mean_agrees`.
    """
    leans = np.where(rows["mean_agrees"].astype(bool), AGREES, DISAGREES)
    parts = rows["verdict"].where(rows["verdict"] != "inconclusive", leans)
    traces: list[Trace] = []
    at, ticks = {}, {}
    for name in dict.fromkeys((x, y)):
        at[name], ticks[name] = _spread_out(rows[name])
    for verdict, (colour, symbol) in _MARKS.items():
        some = rows[parts == verdict]
        if some.empty:
            continue
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": at[x].loc[some.index].tolist(),
                "y": at[y].loc[some.index].tolist(),
                "name": f"{verdict} ({len(some):,})",
                "showlegend": True,
                "marker": {"color": colour, "symbol": symbol, "size": 8},
                "customdata": [
                    [int(point), gap]
                    for point, gap in zip(some["point"], numbers(some["difference"]), strict=True)
                ],
                "hovertemplate": f"point %{{customdata[0]}}, {verdict}: difference "
                "%{customdata[1]:+.4~g}<extra></extra>",
            }
        )
    shape = layout(
        400,
        xaxis=axis(x, showgrid=False, **ticks[x]),
        yaxis=axis(y, **ticks[y]),
        title=heading(folded(title, len(title))),  # the page wraps it
        showlegend=True,
    )
    shape["legend"] = {"orientation": "h", "y": -0.22, "yanchor": "top", "x": 0}
    return {"data": traces, "layout": shape}


def _spread_out(column: "pd.Series[Any]") -> tuple["pd.Series[Any]", dict[str, Any]]:
    """Where points are drawn along a factor, and the ticks: points of one name lie side by side."""
    if is_ordered(column):
        return pd.Series(_values(column), index=column.index, dtype=object), {}  # None stays None
    names = sorted(column.unique(), key=str)
    place = column.map({name: k for k, name in enumerate(names)}).astype(float)
    aside = (0.618034 * np.arange(len(column))) % 1.0 - 0.5
    ticks = {"tickvals": list(range(len(names))), "ticktext": [plain_words(name) for name in names]}
    return place + _ASIDE * aside, ticks


def plain_words(value: Any) -> str:
    """A value with a name, such as a lever's, as words."""
    return levers_words(str(value))


def _values(column: "pd.Series[Any]") -> list[Any]:
    return (
        numbers(column)
        if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
        else [str(value) for value in column]
    )

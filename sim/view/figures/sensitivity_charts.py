"""Charts of what drives an outcome: indices with intervals, a tornado, indices over time and by sample size,
and the outcome's distribution by the states of its inputs."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from sim.view.figures.events import folded
from sim.view.figures.quantiles import numbers
from sim.view.figures.style import (
    INK,
    QUIET,
    Figure,
    Trace,
    axis,
    common_range,
    error_bar,
    heading,
    layout,
    names_axis,
    round_ticks,
    tint_on_white,
    upright,
)

# Okabe and Ito's colours, each with a dash and a mark, so that colour is never the only sign.
_LINES = (
    ("#0072B2", "solid", "circle"),
    ("#C44E00", "dash", "diamond"),
    ("#007A5A", "dot", "square"),
    ("#A6488A", "dashdot", "triangle-up"),
    ("#333333", "longdash", "circle"),
)
MOST_LINES = len(_LINES)
_MORE = (QUIET, "dash", "circle")
LOW, HIGH = "#0072B2", "#C44E00"
_HUES = ("#0072B2", "#8a8a8a", "#C44E00", "#007A5A", "#A6488A", "#7A6400")


def index_dots(
    rows: pd.DataFrame,
    unit: str,
    dummy: float | None,
    title: str,
    cut: tuple[float, float] | None = None,
) -> Figure:
    """A dot with its interval for each factor, the largest on top.

    `rows`: name, value, low, high, clear. A factor that is not `clear` of doing nothing is drawn hollow. The
    line is what a factor without effect reaches, if that is not nought. `cut`: the ends of the axis where
    bars go on beyond it; a dot beyond it is a triangle at its end.
    """
    shown = rows["value"] if cut is None else rows["value"].clip(*cut)
    symbols = ["circle" if one else "circle-open" for one in rows["clear"]]
    symbols = [
        plain if at == true else "triangle-right-open" if at < true else "triangle-left-open"
        for plain, at, true in zip(symbols, shown, rows["value"], strict=True)
    ]
    names = [folded(str(name), 34) for name in rows["name"]]
    trace: Trace = {
        "type": "scatter",
        "mode": "markers",
        "x": numbers(shown),
        "y": names,
        "customdata": numbers(rows["value"]),
        "marker": {"size": 9, "color": INK, "symbol": symbols},
        "error_x": error_bar(
            numbers((rows["high"] - shown).clip(lower=0.0).fillna(0.0)),
            numbers((shown - rows["low"]).clip(lower=0.0).fillna(0.0)),
            INK,
            1.5,
            4,
        ),
        "hovertemplate": "%{y}: %{customdata:.3~g}<extra></extra>",
    }
    shapes = [upright(0.0, "#999999", "dot")]
    if dummy is not None:
        shapes.append(upright(dummy, QUIET, "dash"))
    figure = _by_name(names, [trace], unit, title, shapes)
    if cut is not None:
        figure["layout"]["xaxis"]["range"] = common_range(*cut)
    return figure


def tornado(rows: pd.DataFrame, unit: str, title: str) -> Figure:
    """From the outcome at the low end of each factor to that at its high end.

    `rows`: name, low, high, low_at, high_at, middle. The line is the mean of all points.
    """
    names = [folded(str(name), 34) for name in rows["name"]]
    middle = float(rows["middle"].iloc[0])
    traces: list[Trace] = []
    for end, words, colour, symbol in (
        ("low", "low end of the factor", LOW, "circle"),
        ("high", "high end of the factor", HIGH, "diamond"),
    ):
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "base": middle,
                "x": numbers(rows[end] - middle),
                "y": names,
                "marker": {"color": tint_on_white(colour, 0.75)},
                "hoverinfo": "skip",
            }
        )
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": words,
                "showlegend": True,
                "x": numbers(rows[end]),
                "y": names,
                "customdata": [str(at) for at in rows[f"{end}_at"]],
                "marker": {"color": colour, "size": 9, "symbol": symbol},
                "hovertemplate": "%{y}, %{customdata}: %{x:.4~g}<extra></extra>",
            }
        )
    return _by_name(names, traces, unit, title, [upright(middle, INK)], barmode="overlay", bargap=0.45)


def _by_name(
    names: Sequence[str], traces: list[Trace], unit: str, title: str, shapes: list[Trace], **more: object
) -> Figure:
    lines = max(name.count("<br>") for name in names) if names else 0
    shape = layout(
        110 + len(names) * (24 + 12 * lines),
        xaxis=axis(unit, tickformat="~g"),
        yaxis=names_axis(names),
        shapes=shapes,
        title=heading(title),
        **more,
    )
    return {"data": traces, "layout": shape | {"margin": {"l": 48, "r": 14, "t": 34, "b": 48}}}


def index_lines(
    lines: Mapping[str, pd.DataFrame],
    across: str,
    unit: str,
    title: str,
    height: int = 320,
    cut: tuple[float, float] | None = None,
) -> Figure:
    """An index of several factors over time or over the size of the sample.

    `lines` by factor name: `at`, `value`, and `low` and `high` where there are intervals; after those of the
    factors perhaps one more, which is grey. `cut`: the ends of the axis where intervals go on beyond it.
    """
    traces: list[Trace] = []
    for (name, frame), (colour, dash, symbol) in zip(lines.items(), (*_LINES, _MORE), strict=False):
        trace: Trace = {
            "type": "scatter",
            "mode": "lines+markers",
            "name": name,
            "showlegend": True,
            "x": frame["at"].tolist(),
            "y": numbers(frame["value"]),
            "line": {"color": colour, "dash": dash, "width": 2},
            "marker": {"color": colour, "symbol": symbol, "size": 7},
            "connectgaps": False,
            "hovertemplate": f"{name}, %{{x}}: %{{y:.3~g}}<extra></extra>",
        }
        if "low" in frame and frame["low"].notna().any():
            trace["error_y"] = error_bar(
                numbers((frame["high"] - frame["value"]).fillna(0.0)),
                numbers((frame["value"] - frame["low"]).fillna(0.0)),
                colour,
                1.2,
                3,
            )
        traces.append(trace)
    shape = layout(
        height,
        xaxis=axis(across, type="category"),
        yaxis=axis(unit, rangemode="tozero", tickformat="~g"),
        title=heading(title),
    )
    if cut is not None:
        shape["yaxis"] |= {"range": common_range(*cut)}
    return {"data": traces, "layout": shape | {"margin": {"l": 72, "r": 14, "t": 34, "b": 52}}}


def stacked_histogram(edges: np.ndarray, counts: np.ndarray, states: pd.DataFrame, unit: str) -> Figure:
    """How often an outcome lies where, each bar divided by the states of the inputs.

    `states` has the words of the states of the first input (a hue each) and of the second (a shade each), a
    row a combination; `counts` (combinations, bins).
    """
    middles = 0.5 * (edges[1:] + edges[:-1])
    first = list(dict.fromkeys(states.iloc[:, 0]))
    total = counts.sum()
    traces: list[Trace] = []
    for k, words in enumerate(states.itertuples(index=False)):
        same = [i for i in range(len(states)) if states.iloc[i, 0] == words[0]]
        strength = 1.0 - 0.55 * same.index(k) / max(len(same) - 1, 1) if len(same) > 1 else 1.0
        traces.append(
            {
                "type": "bar",
                "name": ", ".join(
                    f"{name}: {word}" for name, word in zip(states.columns, words, strict=True)
                ),
                "showlegend": True,
                "x": [round(float(x), 6) for x in middles],
                "y": [round(float(100.0 * n / total), 4) for n in counts[k]],
                "width": float(edges[1] - edges[0]),
                "marker": {
                    "color": tint_on_white(_HUES[first.index(words[0]) % len(_HUES)], strength),
                    "line": {"color": "#ffffff", "width": 0.5},
                },
                "hovertemplate": "%{y:.2~g}% of the points at %{x:.4~g}<extra></extra>",
            }
        )
    shape = layout(
        340,
        barmode="stack",
        bargap=0,
        xaxis=axis(unit, tickformat="~g", tickvals=round_ticks(float(edges[0]), float(edges[-1]))),
        yaxis=axis("% of the points"),
    )
    return {"data": traces, "layout": shape | {"margin": {"l": 72, "r": 14, "t": 20, "b": 52}}}

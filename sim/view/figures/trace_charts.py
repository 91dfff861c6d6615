"""Charts of a trace: terms of a decision in two worlds, a quantity by month, chances against draws."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.view.figures.events import folded
from sim.view.figures.quantiles import numbers
from sim.view.figures.style import (
    INK,
    QUIET,
    Figure,
    Trace,
    WorldStyle,
    axis,
    layout,
    names_axis,
    time_axis,
    upright,
)

Pair = tuple[WorldStyle, WorldStyle]


def bars_of_terms(
    names: Sequence[str], a: Sequence[float], b: Sequence[float], worlds: Pair, unit: str
) -> Figure:
    """Two bars for each term, one a world, in the order given."""
    labels = [folded(name, 30) for name in names]
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "name": world.label,
            "showlegend": True,
            "x": numbers(pd.Series(values, dtype=float)),
            "y": labels,
            "marker": {"color": world.colour},
            "hovertemplate": f"{world.label}, %{{y}}: %{{x:+.3~g}}<extra></extra>",
        }
        for world, values in zip(worlds, (a, b), strict=True)
    ]
    shape = layout(
        96 + 34 * len(labels) + 14 * sum(label.count("<br>") for label in labels),
        barmode="group",
        bargap=0.3,
        xaxis=axis(unit),
        yaxis=names_axis(labels),
        shapes=[upright(0.0)],
    )
    return {"data": traces, "layout": shape | {"margin": {"l": 48, "r": 14, "t": 12, "b": 48}}}


def by_month(
    months: pd.Series, a: pd.Series, b: pd.Series, worlds: Pair, title: str, at: pd.Timestamp | None
) -> Figure:
    """A quantity in both worlds by month; the line is the month in which they part."""
    days = [f"{month:%Y-%m-%d}" for month in months]
    traces: list[Trace] = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": world.label,
            "showlegend": True,
            "x": days,
            "y": numbers(values),
            "line": {"color": world.colour, "dash": world.dash, "width": 2},
            "hovertemplate": f"{world.label}, %{{x|%b %Y}}: %{{y:.3~f}}<extra></extra>",
        }
        for world, values in zip(worlds, (a, b), strict=True)
    ]
    shapes = (
        [] if at is None else [upright(0.0, QUIET, "dot") | {"x0": f"{at:%Y-%m-%d}", "x1": f"{at:%Y-%m-%d}"}]
    )
    shape = layout(260, xaxis=time_axis(days[0], days[-1]), yaxis=axis(title), shapes=shapes)
    return {"data": traces, "layout": shape | {"margin": {"l": 72, "r": 14, "t": 12, "b": 36}}}


def share_by_month(months: pd.Series, share: pd.Series, title: str) -> Figure:
    """One share by month, from zero."""
    days = [f"{month:%Y-%m-%d}" for month in months]
    trace = {
        "type": "scatter",
        "mode": "lines",
        "name": title,
        "x": days,
        "y": numbers(100.0 * share),
        "line": {"color": INK, "width": 2},
        "fill": "tozeroy",
        "fillcolor": "rgba(0,0,0,0.08)",
        "hovertemplate": "%{x|%b %Y}: %{y:.2~f}%<extra></extra>",
    }
    shape = layout(230, xaxis=time_axis(days[0], days[-1]), yaxis=axis(title, rangemode="tozero"))
    return {"data": [trace], "layout": shape | {"margin": {"l": 72, "r": 14, "t": 12, "b": 36}}}


def chances_and_draws(a: pd.DataFrame, b: pd.DataFrame, worlds: Pair, group: bool) -> Figure:
    """The month's chance of adoption in both worlds, and the draw; below a chance, it is adopted there.

    `a`, `b`: month, chance, draw, may, of one instrument. Draws between the two chances are filled.
    """
    days = [f"{month:%Y-%m-%d}" for month in a["month"]]
    traces: list[Trace] = []
    if not group:
        low, high = np.minimum(a["chance"], b["chance"]), np.maximum(a["chance"], b["chance"])
        between = (a["draw"] >= low) & (a["draw"] < high)
        for name, which, look in (
            ("draw", ~between, {"color": "rgba(89,89,89,0.35)", "size": 5}),
            ("draw between the chances", between, {"color": INK, "size": 9, "symbol": "diamond"}),
        ):
            traces.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "name": name,
                    "showlegend": True,
                    "x": [day for day, chosen in zip(days, which, strict=True) if chosen],
                    "y": numbers(a["draw"][which]),
                    "marker": look,
                    "hovertemplate": "%{x|%b %Y}: draw %{y:.4~f}<extra></extra>",
                }
            )
    for world, rows in zip(worlds, (a, b), strict=True):
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": f"chance, {world.label}",
                "showlegend": True,
                "x": days,
                "y": numbers(rows["chance"].where(rows["may"])),
                "line": {"color": world.colour, "dash": world.dash, "width": 2, "shape": "hv"},
                "hovertemplate": f"{world.label}, %{{x|%b %Y}}: chance %{{y:.4~f}}<extra></extra>",
            }
        )
    vertical = axis("chance in the month (log scale)", type="log", tickformat=".1~%")
    shape = layout(320, xaxis=time_axis(days[0], days[-1]), yaxis=vertical)
    return {"data": traces, "layout": shape | {"margin": {"l": 72, "r": 14, "t": 12, "b": 36}}}

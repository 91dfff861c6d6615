"""Where data are stored: a stacked area of the kinds of place."""

from typing import Any

import pandas as pd

from sim.view.figures.quantiles import months, numbers
from sim.view.figures.style import (
    KIND_COLOURS,
    KIND_LABELS,
    ROUTE_COLOURS,
    ROUTE_LABELS,
    Figure,
    Trace,
    axis,
    heading,
    layout,
    time_axis,
)
from sim.vocabulary import KINDS, ROUTES


def where_data_lives(shares: pd.DataFrame, title: str, span: tuple[str, str], height: int = 320) -> Figure:
    """Shares of the data by kind of place. `shares`: month and one column a kind, rows adding to 1."""
    return _stack(
        shares,
        {kind: (KIND_LABELS[kind], KIND_COLOURS[kind]) for kind in KINDS if kind in shares},
        title,
        span,
        height,
        "share of the data, %",
    )


def routes(shares: pd.DataFrame, title: str, span: tuple[str, str], height: int = 300) -> Figure:
    """Shares of the requests by route and year, as bars.

    `shares`: month (mid-year) and one column a route, rows adding to 1.
    """
    figure = _stack(
        shares,
        {route: (ROUTE_LABELS[route], ROUTE_COLOURS[route]) for route in ROUTES if route in shares},
        title,
        span,
        height,
        "share of the requests, %",
    )
    bars: list[Trace] = [
        {
            "type": "bar",
            "marker": {"color": trace["fillcolor"]},
            "hovertemplate": trace["name"] + ", %{x|%Y}: %{y:.1f}%<extra></extra>",
        }
        | {key: trace[key] for key in ("x", "y", "name", "legendgroup", "showlegend")}
        for trace in figure["data"]
    ]
    return {"data": bars, "layout": figure["layout"] | {"barmode": "stack", "bargap": 0.15}}


def _stack(
    shares: pd.DataFrame,
    parts: dict[str, tuple[str, str]],
    title: str,
    span: tuple[str, str],
    height: int,
    unit: str,
) -> Figure:
    x = months(shares["month"])
    traces: list[Trace] = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": x,
            "y": numbers(100 * shares[part]),
            "name": label,
            "stackgroup": "all",
            "fillcolor": colour,
            "line": {"width": 0.8, "color": "#ffffff"},
            "legendgroup": part,
            "showlegend": True,
            "hovertemplate": label + ", %{x|%b %Y}: %{y:.1f}%<extra></extra>",
        }
        for part, (label, colour) in parts.items()
    ]
    y: dict[str, Any] = axis(unit, range=[0, 100])
    return {"data": traces, "layout": layout(height, xaxis=time_axis(*span), yaxis=y, title=heading(title))}

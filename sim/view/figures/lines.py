"""Time series: a fan over seeds for one world, several worlds in one chart, and the difference within pairs."""

from typing import Any

import pandas as pd

from sim.view.figures.style import INK, Figure, Trace, WorldStyle, axis, heading, layout, time_axis, tint
from sim.view.figures.summarise import months, numbers


def edges(x: list[str], low: list[float | None], high: list[float | None], colour: str, opacity: float, group: str) -> Trace:
    """A filled band. Months with a missing edge are left out of it."""
    kept = [(at, bottom, top) for at, bottom, top in zip(x, low, high, strict=True) if bottom is not None and top is not None]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [at for at, _, _ in kept] + [at for at, _, _ in reversed(kept)],
        "y": [bottom for _, bottom, _ in kept] + [top for _, _, top in reversed(kept)],
        "fill": "toself",
        "fillcolor": tint(colour, opacity),
        "line": {"width": 0},
        "hoverinfo": "skip",
        "legendgroup": group,
        "showlegend": False,
    }


def fan_traces(quantiles: pd.DataFrame, style: WorldStyle, scale: float = 1.0, unit: str = "", wide_only: bool = False) -> list[Trace]:
    """Median and bands (5-95%, and 25-75% unless `wide_only`) of one world, from `summarise.fan`."""
    x = months(quantiles["month"])
    q = {name: numbers(quantiles[name] * scale) for name in ("q5", "q25", "q50", "q75", "q95")}
    bands = [edges(x, q["q5"], q["q95"], style.colour, 0.16, style.name)]
    if not wide_only:
        bands.append(edges(x, q["q25"], q["q75"], style.colour, 0.22, style.name))
    median: Trace = {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": q["q50"],
        "name": style.label,
        "line": {"color": style.colour, "dash": style.dash, "width": 2},
        "legendgroup": style.name,
        "showlegend": True,
        "connectgaps": False,
        "customdata": list(zip(q["q5"], q["q95"], strict=True)),
        "hovertemplate": f"{style.label}, %{{x|%b %Y}}: %{{y:.4~g}}{unit} (%{{customdata[0]:.4~g}} to %{{customdata[1]:.4~g}})<extra></extra>",
    }
    return [*bands, median]


def together(
    quantiles: dict[str, pd.DataFrame],
    styles: dict[str, WorldStyle],
    span: tuple[str, str],
    title: str | None = None,
    unit_title: str = "",
    scale: float = 1.0,
    height: int = 260,
    unit: str = "",
    y: dict[str, Any] | None = None,
) -> Figure:
    """All worlds in one chart, a fan each."""
    traces = [
        trace for name, style in styles.items() if name in quantiles for trace in fan_traces(quantiles[name], style, scale, unit, wide_only=len(styles) > 1)
    ]
    shape = layout(height, xaxis=time_axis(*span), yaxis=axis(unit_title or None, **(y or {})))
    if title:
        shape["title"] = heading(title)
    return {"data": traces, "layout": shape}


def difference_fan(quantiles: pd.DataFrame, colour: str, span: tuple[str, str], unit_title: str, height: int = 300) -> Figure:
    """The paired difference as a fan over pairs, with a zero line. `quantiles`: `summarise.fan` of the differences by month."""
    style = WorldStyle("difference", "difference", colour, "solid")
    shape = layout(height, xaxis=time_axis(*span), yaxis=axis(unit_title))
    zero = {"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": 0, "y1": 0, "line": {"color": INK, "width": 1}, "layer": "between"}
    traces = fan_traces(quantiles, style)
    traces[-1]["showlegend"] = False
    return {"data": traces, "layout": shape | {"shapes": [zero]}}


def difference(
    series: pd.DataFrame, colour: str, span: tuple[str, str], unit_title: str, scale: float = 1.0, height: int = 300, label: str = "difference"
) -> Figure:
    """The difference within pairs by month with its band and a zero line. `series`: month, difference, low, high (low and high may be missing)."""
    x = months(series["month"])
    middle, low, high = (numbers(series[name] * scale) for name in ("difference", "low", "high"))
    line: Trace = {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": middle,
        "name": label,
        "line": {"color": colour, "width": 2},
        "customdata": list(zip(low, high, strict=True)),
        "hovertemplate": "%{x|%b %Y}: %{y:+.4~g} (%{customdata[0]:+.4~g} to %{customdata[1]:+.4~g})<extra></extra>",
        "showlegend": False,
    }
    shape = layout(height, xaxis=time_axis(*span), yaxis=axis(unit_title))
    zero = {"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": 0, "y1": 0, "line": {"color": INK, "width": 1}, "layer": "between"}
    return {"data": [edges(x, low, high, colour, 0.2, "difference"), line], "layout": shape | {"shapes": [zero]}}

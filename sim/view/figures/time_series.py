"""Time series: fans over seeds of one world or several, and the difference within pairs."""

from typing import Any

import pandas as pd

from sim.view.figures.quantiles import months, numbers
from sim.view.figures.style import (
    MARGIN,
    MARGIN_WITH_TITLE,
    PAPER,
    Figure,
    Trace,
    WorldStyle,
    axis,
    heading,
    layout,
    level_line,
    steady_range,
    time_axis,
    tint,
)
from sim.view.number_format import number


def edges(
    x: list[str], low: list[float | None], high: list[float | None], colour: str, opacity: float, group: str
) -> Trace:
    """A filled band, without the months in which an edge is missing."""
    kept = [
        (at, bottom, top)
        for at, bottom, top in zip(x, low, high, strict=True)
        if bottom is not None and top is not None
    ]
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


_BANDS = (("q5", "q95", 0.16), ("q25", "q75", 0.22))  # from, to, opacity


def fan_traces(
    quantiles: pd.DataFrame, style: WorldStyle, scale: float = 1.0, unit: str = "", bands: int = 2
) -> list[Trace]:
    """Median and bands of one world, from `quantiles.fan`: 5-95% and 25-75%, or fewer."""
    x = months(quantiles["month"])
    q = {
        name: numbers(quantiles[name] * scale)
        for name in (("q5", "q25", "q50", "q75", "q95") if bands else ("q50",))
    }
    drawn = [
        edges(x, q[low], q[high], style.colour, opacity, style.name) for low, high, opacity in _BANDS[:bands]
    ]
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
        "hovertemplate": f"{style.label}, %{{x|%b %Y}}: %{{y:.4~g}}{unit}<extra></extra>",
    }
    if bands:
        median["customdata"] = list(zip(q["q5"], q["q95"], strict=True))
        median["hovertemplate"] = (
            f"{style.label}, %{{x|%b %Y}}: %{{y:.4~g}}{unit} (%{{customdata[0]:.4~g}} to "
            "%{customdata[1]:.4~g})<extra></extra>"
        )
    return [*drawn, median]


def _spread(*quantiles: pd.DataFrame) -> bool:
    """Whether the quantiles differ; with one seed they do not."""
    return any((one["q5"] != one["q95"]).any() for one in quantiles)


def together(
    quantiles: dict[str, pd.DataFrame],
    styles: dict[str, WorldStyle],
    span: tuple[str, str],
    title: str | None = None,
    unit_title: str = "",
    scale: float = 1.0,
    *,
    height: int = 260,
    unit: str = "",
    y: dict[str, Any] | None = None,
) -> Figure:
    """All worlds in one chart, a fan each."""
    bands = 0 if not _spread(*quantiles.values()) else 1 if len(styles) > 1 else 2
    traces = [
        trace
        for name, style in styles.items()
        if name in quantiles
        for trace in fan_traces(quantiles[name], style, scale, unit, bands)
    ]
    margin = MARGIN_WITH_TITLE if unit_title else MARGIN
    shape = layout(height, xaxis=time_axis(*span), yaxis=axis(unit_title or None, **(y or {})), margin=margin)
    if title:
        shape["title"] = heading(title)
    return {"data": traces, "layout": shape}


def with_draws(figure: Figure, values: dict[str, float], draws: int, colour: str) -> Figure:
    """The chart with a bar at its right: a number over draws of the fit, its 90% (thin) and 50% (thick).

    `values`: low90, low50, median, high50, high90 on the chart's vertical axis.
    """
    place = {"xaxis": "x2", "x": [0, 0], "type": "scatter", "showlegend": False}
    bars: list[Trace] = [
        place
        | {
            "mode": "lines",
            "y": numbers([values[low], values[high]]),
            "line": {"color": colour, "width": width},
            "hoverinfo": "skip",
        }
        for low, high, width in (("low90", "high90", 2), ("low50", "high50", 7))
    ]
    low, high = (number(values[end], signed=True, digits=3) for end in ("low90", "high90"))
    ends = f"({low} to {high})"
    middle = place | {
        "mode": "markers",
        "x": [0],
        "y": numbers([values["median"]]),
        "marker": {"color": PAPER, "size": 7, "line": {"color": colour, "width": 2}},
        "hovertemplate": f"over {draws:,} draws: %{{y:+.3~g}} {ends}<extra></extra>",
    }
    before = figure["layout"]
    return figure | {
        "data": [*figure["data"], *bars, middle],
        "layout": before
        | {
            "xaxis": before["xaxis"] | {"domain": [0.0, 0.92]},
            "xaxis2": axis(
                domain=[0.92, 1.0],
                range=[-1, 1],
                tickvals=[0],
                ticktext=[f"{draws:,}<br>draws"],
                showgrid=False,
            ),
        },
    }


def difference_fan(
    quantiles: pd.DataFrame, colour: str, span: tuple[str, str], unit_title: str, height: int = 300
) -> Figure:
    """The paired difference as a fan over pairs, with a zero line.

    `quantiles`: `quantiles.fan` of the differences by month.
    """
    style = WorldStyle("difference", "difference", colour, "solid")
    limits = steady_range(min(0.0, float(quantiles["q5"].min())), max(0.0, float(quantiles["q95"].max())))
    shape = layout(
        height, xaxis=time_axis(*span), yaxis=axis(unit_title, range=limits), margin=MARGIN_WITH_TITLE
    )
    traces = fan_traces(quantiles, style, bands=2 if _spread(quantiles) else 0)
    traces[-1]["showlegend"] = False
    return {"data": traces, "layout": shape | {"shapes": [level_line()]}}


def difference(
    series: pd.DataFrame,
    colour: str,
    span: tuple[str, str],
    unit_title: str,
    scale: float = 1.0,
    height: int = 300,
    label: str = "difference",
) -> Figure:
    """The difference within pairs by month with its band and a zero line.

    `series`: month, difference, low, high (low and high may be missing).
    """
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
        "hovertemplate": "%{x|%b %Y}: %{y:+.4~g} (%{customdata[0]:+.4~g} to %{customdata[1]:+.4~g})"
        "<extra></extra>",
        "showlegend": False,
    }
    shape = layout(height, xaxis=time_axis(*span), yaxis=axis(unit_title))
    return {
        "data": [edges(x, low, high, colour, 0.2, "difference"), line],
        "layout": shape | {"shapes": [level_line()]},
    }

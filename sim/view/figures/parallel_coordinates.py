"""Parallel coordinates as plain lines: they need no graphics card, print sharply and need no mouse."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.factor_names import factor_name
from sim.view.figures.design_charts import plain_words
from sim.view.figures.events import folded
from sim.view.figures.quantiles import numbers
from sim.view.figures.style import INK, QUIET, Figure, Trace, layout
from sim.view.number_format import setting

_SHADES = 9  # number of colours of the lines
_PASSED_OVER = "rgba(120,120,120,0.13)"
_MOST_NAMES = 12  # names beside an axis


@dataclass(frozen=True)
class _Axis:
    """One axis: where each line crosses it, from 0 to 1, and its labels."""

    label: str
    at: np.ndarray
    ticks: list[tuple[float, str]]


def parallel(
    values: pd.DataFrame,
    outcome: "pd.Series[float]",
    title: str,
    unit: str,
    scale: str | list[list[Any]],
    limits: tuple[float, float],
    picked: np.ndarray | None = None,
) -> Figure:
    """A line per point through the values of every factor, ending at its outcome and coloured by it.

    `picked` (one a row) marks lines to emphasise; the others are drawn faintly behind them.
    """
    axes = [_axis(str(name), values[name]) for name in values.columns] + [
        _measured(title, outcome.to_numpy(float), limits)
    ]
    heights = np.column_stack([axis.at for axis in axes])
    chosen = np.ones(len(outcome), bool) if picked is None else picked
    span = limits[1] - limits[0]
    shade = np.clip(((outcome.to_numpy(float) - limits[0]) / span * _SHADES).astype(int), 0, _SHADES - 1)
    strength = min(0.9, 0.3 + 60.0 / max(int(chosen.sum()), 1))
    traces = [_lines(heights[~chosen], _PASSED_OVER, 1.0, 1.0)] if not chosen.all() else []
    for k, colour in enumerate(_colours(scale)):
        mine = heights[chosen & (shade == k)]
        if len(mine):
            traces.append(_lines(mine, colour, strength, 1.3))
    bar = {
        "thickness": 12,
        "len": 0.9,
        "x": 1.04,
        "exponentformat": "power",
        "title": {"text": folded(unit, 16), "font": {"size": 12}},
        "outlinewidth": 0,
    }
    ends: Trace = {
        "type": "scatter",
        "mode": "markers",
        "x": [len(axes) - 1] * int(chosen.sum()),
        "y": numbers(axes[-1].at[chosen]),
        "marker": {"color": numbers(outcome[chosen]), "coloraxis": "coloraxis", "size": 5},
        "customdata": [
            [int(point), value]
            for point, value in zip(outcome.index[chosen], numbers(outcome[chosen]), strict=True)
        ],
        "hovertemplate": "point %{customdata[0]}: %{customdata[1]:.4~g}<extra></extra>",
    }
    longest = max((len(message) for _, message in axes[0].ticks), default=0)  # stands left of the first axis
    shape = layout(460, margin={"l": max(70, 7 * longest), "r": 30, "t": 104, "b": 14})
    shape["xaxis"] = {"visible": False, "range": [-0.08, len(axes) - 1 + 0.06], "fixedrange": True}
    shape["yaxis"] = {"visible": False, "range": [-0.03, 1.03], "fixedrange": True}
    shape["coloraxis"] = {"cmin": limits[0], "cmax": limits[1], "colorscale": scale, "colorbar": bar}
    shape["shapes"] = [
        {
            "type": "line",
            "x0": k,
            "x1": k,
            "y0": 0,
            "y1": 1,
            "line": {"color": QUIET, "width": 1},
            "layer": "above",
        }
        for k in range(len(axes))
    ]
    shape["annotations"] = [note for k, axis in enumerate(axes) for note in _notes(k, axis)]
    return {"data": [*traces, ends], "layout": shape}


def _axis(path: str, column: "pd.Series[Any]") -> _Axis:
    label = factor_name(path)
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        low, high = float(column.min()), float(column.max())
        return _measured(
            label, column.to_numpy(float), (low, high) if high > low else (low - 0.5, high + 0.5)
        )
    words = column.astype(str)
    names = sorted(words.unique())
    place = {name: (at + 0.5) / len(names) for at, name in enumerate(names)}
    ticks = [(place[name], plain_words(name)[:18]) for name in names] if len(names) <= _MOST_NAMES else []
    return _Axis(label, words.map(place).to_numpy(float), ticks)


def _measured(label: str, values: np.ndarray, limits: tuple[float, float]) -> _Axis:
    low, high = limits
    ticks = [(share, setting(float(f"{low + share * (high - low):.3g}"))) for share in (0.0, 0.5, 1.0)]
    return _Axis(label, np.clip((values - low) / (high - low), 0.0, 1.0), ticks)


def _notes(k: int, axis: _Axis) -> list[dict[str, Any]]:
    plain = {"x": k, "showarrow": False, "font": {"size": 12, "color": INK}}
    label = plain | {
        "y": 1.0,
        "text": folded(axis.label, 22),
        "yanchor": "bottom",
        "yshift": 12,
        "xanchor": "left",
        "textangle": -18,
        "align": "left",
    }
    quiet = plain | {
        "xanchor": "right",
        "xshift": -4,
        "font": {"size": 12, "color": QUIET},
        "bgcolor": "rgba(255,255,255,0.75)",
    }
    return [label, *(quiet | {"y": at, "text": message} for at, message in axis.ticks)]


def _lines(heights: np.ndarray, colour: str, opacity: float, width: float) -> Trace:
    """Many lines as one trace, separated by gaps."""
    count, axes = heights.shape
    x = np.tile(np.append(np.arange(axes, dtype=float), np.nan), count)
    y = np.column_stack([heights, np.full(count, np.nan)]).ravel()
    return {
        "type": "scatter",
        "mode": "lines",
        "x": numbers(x),
        "y": numbers(y),
        "opacity": opacity,
        "line": {"color": colour, "width": width},
        "hoverinfo": "skip",
        "connectgaps": False,
        "showlegend": False,
    }


def _colours(scale: str | list[list[Any]]) -> list[str]:
    """The midpoints of equal parts of a colour scale, as '#rrggbb'."""
    from plotly.colors import sample_colorscale, unlabel_rgb

    middles = [(k + 0.5) / _SHADES for k in range(_SHADES)]
    return [
        "#" + "".join(f"{round(part):02x}" for part in unlabel_rgb(one))
        for one in sample_colorscale(scale, middles)
    ]

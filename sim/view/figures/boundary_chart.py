"""A headline over two factors with the line on which it crosses a level, and the points that were run."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.factor_names import factor_name
from sim.view.figures.quantiles import numbers
from sim.view.figures.style import INK, PAPER, Figure, Trace, axis, layout

ABOVE, BELOW = "above the level", "at or below it"


def boundary_map(
    slices: Mapping[str, pd.DataFrame],
    runs: Mapping[str, pd.DataFrame],
    factors: tuple[str, str],
    level: float,
    unit: str,
    scale: Any,
) -> Figure:
    """The mean over two factors; solid line: the boundary; dashed: where its side is open; marks: points run.

    `slices` and `runs`, by the name of the frame: the surface (both factors, `mean`, `above`) and the points
    (both factors, `value`, `point`) there. The first frame is shown.
    """
    frames = [
        {
            "name": name,
            "data": _traces(slices[name], runs[name], factors, level, unit),
            "traces": [0, 1, 2, 3, 4],
        }
        for name in slices
    ]
    values = np.concatenate([one["mean"].to_numpy(float) for one in slices.values()]) - level
    end = float(np.abs(values).max()) or 1.0
    first = next(iter(slices))
    bar = {"thickness": 12, "len": 0.9, "outlinewidth": 0, "title": {"text": unit, "font": {"size": 12}}}
    shape = layout(
        440,
        xaxis=axis(factor_name(factors[0]), showgrid=False, **_scale(slices[first][factors[0]])),
        yaxis=axis(factor_name(factors[1]), showgrid=False, **_scale(slices[first][factors[1]])),
        coloraxis={"cmin": level - end, "cmax": level + end, "colorscale": scale, "colorbar": bar},
        plot_bgcolor=PAPER,
    )
    shape["margin"] = {"l": 76, "r": 14, "t": 20, "b": 46}
    figure: Figure = {"data": frames[0]["data"], "layout": shape}
    return figure | {"frames": frames} if len(frames) > 1 else figure


def _scale(column: "pd.Series[Any]") -> dict[str, Any]:
    """A logarithmic axis where the steps are of equal proportion."""
    if not pd.api.types.is_numeric_dtype(column):
        return {"type": "date"}
    steps = np.unique(column.to_numpy(float))
    if len(steps) > 2 and steps[0] > 0 and np.allclose(np.diff(np.log(steps)), np.log(steps[1] / steps[0])):
        return {"type": "log"}
    return {}


def _traces(
    surface: pd.DataFrame, runs: pd.DataFrame, factors: tuple[str, str], level: float, unit: str
) -> list[Trace]:
    x, y = (surface[name].drop_duplicates().tolist() for name in factors)
    mean, above = (surface[name].to_numpy(float).reshape(len(x), len(y)).T for name in ("mean", "above"))
    plain: Trace = {"x": x, "y": y, "hoverinfo": "skip", "showscale": False}
    line = {"coloring": "none", "type": "levels"}
    return [
        {
            "type": "heatmap",
            "x": x,
            "y": y,
            "z": [numbers(row) for row in mean],
            "customdata": [numbers(row) for row in above],
            "coloraxis": "coloraxis",
            "hovertemplate": f"%{{x:.3~g}}, %{{y:.3~g}}: %{{z:.3~g}} {unit}<br>above the level with "
            "probability %{customdata:.0%}<extra></extra>",
        },
        plain
        | {
            "type": "contour",
            "z": [numbers(row) for row in mean],
            "contours": line | {"start": level, "end": level, "size": 1},
            "line": {"color": INK, "width": 2.5},
        },
        plain
        | {
            "type": "contour",
            "z": [numbers(row) for row in above],
            "contours": line | {"start": 0.025, "end": 0.975, "size": 0.95},
            "line": {"color": INK, "width": 1, "dash": "dash"},
        },
        _marks(runs[runs["value"] > level], factors, ABOVE, "circle", unit),
        _marks(runs[runs["value"] <= level], factors, BELOW, "square", unit),
    ]


def _marks(runs: pd.DataFrame, factors: tuple[str, str], name: str, symbol: str, unit: str) -> Trace:
    x, y = (
        numbers(runs[one]) if pd.api.types.is_numeric_dtype(runs[one]) else runs[one].tolist()
        for one in factors
    )
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "showlegend": True,
        "x": x,
        "y": y,
        "marker": {"color": "#222222" if symbol == "circle" else "#bbbbbb", "symbol": symbol, "size": 8,
                   "line": {"color": INK, "width": 1}},
        "customdata": [
            [int(point), value] for point, value in zip(runs["point"], numbers(runs["value"]), strict=True)
        ],
        "hovertemplate": f"point %{{customdata[0]}}: %{{customdata[1]:.4~g}} {unit}<extra></extra>",
    }  # fmt: skip

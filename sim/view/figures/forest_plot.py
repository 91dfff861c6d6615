"""A headline's difference with each mechanism off."""

from typing import Any

import pandas as pd

from sim.view.figures.events import folded
from sim.view.figures.quantiles import numbers
from sim.view.figures.style import INK, QUIET, Figure, axis, heading, layout


def forest(
    rows: pd.DataFrame,
    full: tuple[float, float, float] | None,
    title: str,
    unit_title: str,
    scale: float,
    colour: str,
    tick: str = "",
    hover: str = "without %{y}",
) -> Figure:
    """A dot with its interval for each mechanism switched off; the line and band are the full model.

    `rows`: name, difference, low, high of one headline. `full`: difference, low, high with everything on.
    """
    shapes: list[dict[str, Any]] = [_upright(0.0, "#999999", "dot")]
    if full is not None:
        middle, low, high = (value * scale for value in full)
        shapes.append(
            {
                "type": "rect",
                "x0": low,
                "x1": high,
                "y0": 0,
                "y1": 1,
                "yref": "paper",
                "fillcolor": "rgba(0,0,0,0.07)",
                "line": {"width": 0},
                "layer": "between",
            }
        )
        shapes.append(_upright(middle, INK, "solid"))
    names = [folded(str(name), 24) for name in rows["name"]]
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": numbers(rows["difference"] * scale),
        "y": names,
        "marker": {"size": 8, "color": colour},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": numbers((rows["high"] - rows["difference"]) * scale),
            "arrayminus": numbers((rows["difference"] - rows["low"]) * scale),
            "color": colour,
            "thickness": 1.5,
            "width": 4,
        },
        "hovertemplate": hover + ": %{x:+.4~g}<extra></extra>",
    }
    y = axis(type="category", autorange="reversed", dtick=1, tickfont={"size": 12, "color": QUIET})
    shape = layout(
        90 + sum(22 + 15 * name.count("<br>") for name in names),
        xaxis=axis(unit_title, tickformat=tick),
        yaxis=y,
        shapes=shapes,
        title=heading(title),
    )
    return {"data": [trace], "layout": shape | {"margin": {"l": 48, "r": 14, "t": 34, "b": 48}}}


def _upright(x: float, colour: str, dash: str) -> dict[str, Any]:
    return {
        "type": "line",
        "x0": x,
        "x1": x,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": {"color": colour, "width": 1.2, "dash": dash},
        "layer": "between",
    }

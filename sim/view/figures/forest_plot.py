"""A headline's difference with each mechanism off."""

import math

import pandas as pd

from sim.view.figures.events import folded
from sim.view.figures.quantiles import numbers
from sim.view.figures.style import (
    Figure,
    axis,
    common_range,
    error_bar,
    heading,
    layout,
    names_axis,
    upright,
    upright_band,
)


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
    shapes = [upright(0.0, "#999999", "dot")]
    if full is not None:
        middle, low, high = (value * scale for value in full)
        shapes += [upright_band(low, high), upright(middle)]
    marks = pd.concat([rows["difference"], rows["low"], rows["high"]]) * scale
    known = [0.0, *marks.dropna(), *(value * scale for value in full or () if not math.isnan(value))]
    ends = common_range(min(known), max(known))  # with room beside the band, whose ends would be cut else
    names = [folded(str(name), 24) for name in rows["name"]]
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": numbers(rows["difference"] * scale),
        "y": names,
        "marker": {"size": 8, "color": colour},
        "error_x": error_bar(
            numbers((rows["high"] - rows["difference"]) * scale),
            numbers((rows["difference"] - rows["low"]) * scale),
            colour,
            1.5,
            4,
        ),
        "hovertemplate": hover + ": %{x:+.4~g}<extra></extra>",
    }
    shape = layout(
        90 + len(names) * (22 + 12 * max(name.count("<br>") for name in names)),
        xaxis=axis(unit_title, tickformat=tick, range=ends, separatethousands=True, exponentformat="none"),
        yaxis=names_axis(names),
        shapes=shapes,
        title=heading(folded(title, len(title))),  # in one line: the page knows how many it has room for
    )
    return {"data": [trace], "layout": shape | {"margin": {"l": 48, "r": 14, "t": 34, "b": 48}}}

"""A headline's difference split among channels: bars, with each channel alone and last."""

import pandas as pd

from sim.view.figures.events import folded
from sim.view.figures.quantiles import numbers
from sim.view.figures.style import INK, QUIET, Figure, axis, error_bar, heading, layout, names_axis, upright


def channel_bars(rows: pd.DataFrame, title: str, unit: str, scale: float, colour: str) -> Figure:
    """A bar for each row: the whole difference, the rule itself, and each channel's Shapley value.

    `rows`: channel, name, shapley, low, high, alone, last of one headline, the whole and the rule itself
    first. The thin line is the 95% interval over pairs.
    """
    names = [folded(str(name), 24) for name in rows["name"]]
    bars = {
        "type": "bar",
        "orientation": "h",
        "name": "its share (Shapley value)",
        "showlegend": True,
        "x": numbers(rows["shapley"] * scale),
        "y": names,
        "marker": {"color": [QUIET, "#9a9a9a", *[colour] * (len(names) - 2)]},
        "error_x": error_bar(
            numbers((rows["high"] - rows["shapley"]) * scale),
            numbers((rows["shapley"] - rows["low"]) * scale),
            INK,
            1.2,
            3,
        ),
        "hovertemplate": "%{y}: %{x:+.4~g}<extra></extra>",
    }
    marks = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": words,
            "showlegend": True,
            "x": numbers(rows[column] * scale),
            "y": names,
            "marker": {"symbol": symbol, "size": 9, "color": INK, "line": {"color": "#ffffff", "width": 1}},
            "hovertemplate": f"%{{y}}, {words}: %{{x:+.4~g}}<extra></extra>",
        }
        for column, words, symbol in (
            ("alone", "alone: all others off", "circle"),
            ("last", "last: all others on", "diamond"),
        )
    ]
    shape = layout(
        90 + 26 * len(names) + 12 * sum(name.count("<br>") for name in names),
        xaxis=axis(unit, separatethousands=True, exponentformat="none"),
        yaxis=names_axis(names),
        shapes=[upright(0.0)],
        title=heading(title),
        bargap=0.35,
    )
    return {"data": [bars, *marks], "layout": shape | {"margin": {"l": 48, "r": 14, "t": 34, "b": 48}}}

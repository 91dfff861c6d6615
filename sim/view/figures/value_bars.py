"""Which measurement would narrow a headline: bars of the share of its variance that it would remove."""

import pandas as pd

from sim.analysis.uncertainty.value_of_information import NARROWS
from sim.view.figures.events import folded
from sim.view.figures.quantiles import numbers
from sim.view.figures.style import INK, QUIET, Figure, axis, error_bar, heading, layout, names_axis, upright

TOLD, NOT_TOLD = "#007A5A", "#BBBBBB"


def value_bars(rows: pd.DataFrame, title: str) -> Figure:
    """A bar for each quantity, the best first; grey where it cannot be told apart from noise.

    `rows`: quantity, label, share, low, high, by_weights, noise, verdict of one headline.
    """
    labels = [folded(str(label), 30) for label in rows["label"]]
    share = 100.0 * rows["share"].clip(lower=0.0)
    told = rows["verdict"] == NARROWS
    bars = {
        "type": "bar",
        "orientation": "h",
        "name": "along a straight line",
        "x": numbers(share),
        "y": labels,
        "marker": {"color": [TOLD if one else NOT_TOLD for one in told]},
        "error_x": error_bar(
            numbers((100.0 * rows["high"] - share).clip(lower=0.0)),
            numbers((share - 100.0 * rows["low"].clip(lower=0.0)).clip(lower=0.0)),
            INK,
            1.2,
            3,
        ),
        "customdata": list(rows["quantity"]),
        "hovertemplate": "%{y} (%{customdata}): %{x:.0f}%<extra></extra>",
    }
    weights = {
        "type": "scatter",
        "mode": "markers",
        "name": "by importance weights",
        "x": numbers(100.0 * rows["by_weights"].clip(lower=0.0)),
        "y": labels,
        "marker": {"symbol": "diamond", "size": 9, "color": INK, "line": {"color": "#ffffff", "width": 1}},
        "hovertemplate": "%{y}, by weights: %{x:.0f}%<extra></extra>",
    }
    shape = layout(
        90 + len(labels) * (24 + 16 * max(label.count("<br>") for label in labels)),  # 12 px type: 15.6 high
        xaxis=axis("% of the variance removed", range=[0, 100]),
        yaxis=names_axis(labels),
        shapes=[upright(100.0 * float(rows["noise"].max()), QUIET, "dot")],
        title=heading(title),
        bargap=0.35,
    )
    return {"data": [bars, weights], "layout": shape | {"margin": {"l": 48, "r": 18, "t": 34, "b": 48}}}

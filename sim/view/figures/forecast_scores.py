"""Scores of forecasts of held-out rows, by forecaster."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from sim.view.figures.quantiles import numbers
from sim.view.figures.style import Figure, axis, layout, names_axis

LOOKS = (("#222222", "circle"), ("#0072B2", "square"), ("#C44E00", "triangle-up"), ("#007A5A", "diamond"))


def scores(rows: pd.DataFrame, forecasters: Sequence[str]) -> Figure:
    """A dot for each row and forecaster that has a score.

    `rows`: label, forecaster, score (in standard errors), hover.
    """
    labels = list(dict.fromkeys(rows["label"]))
    traces: list[dict[str, Any]] = []
    for forecaster, (colour, symbol) in zip(forecasters, LOOKS, strict=False):
        mine = rows[rows["forecaster"] == forecaster]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": forecaster,
                "showlegend": True,
                "x": numbers(mine["score"]),
                "y": list(mine["label"]),
                "customdata": list(mine["hover"]),
                "marker": {"size": 10, "color": colour, "symbol": symbol, "opacity": 0.85},
                "hovertemplate": "%{customdata}<extra></extra>",
            }
        )
    x = axis(
        "CRPS in standard errors of the source (logarithmic; left is better)",
        type="log",
        dtick=1,
        showgrid=True,
    )
    return {
        "data": traces,
        "layout": layout(
            90 + 22 * len(labels),
            xaxis=x,
            yaxis=names_axis(labels),
            margin={"l": 48, "r": 14, "t": 12, "b": 48},
        ),
    }

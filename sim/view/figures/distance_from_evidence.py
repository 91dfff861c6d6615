"""The distance of the model from each number of the evidence, by source, in tolerances."""

from typing import Any

import pandas as pd

from sim.view.figures.quantiles import numbers
from sim.view.figures.style import Figure, axis, layout, names_axis, upright, upright_band

FARTHEST = 6.0  # tolerances; dots farther away are at the edge, with their distance
# Verdicts as they are drawn: colour and symbol, so that colour is not the only sign.
LOOKS = {"holds": ("#0072B2", "circle"), "misses": ("#C44E00", "diamond")}


def targets(rows: pd.DataFrame) -> Figure:
    """A dot a row:

    `group` (source), `off` (model minus data, in tolerances), `verdict`, `hover` (HTML of the hover box).
    """
    groups = list(dict.fromkeys(rows["group"]))
    traces: list[dict[str, Any]] = []
    for verdict, (colour, symbol) in LOOKS.items():
        mine = rows[rows["verdict"] == verdict]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": verdict,
                "showlegend": True,
                "x": numbers(mine["off"].clip(-FARTHEST, FARTHEST)),
                "y": list(mine["group"]),
                "customdata": list(mine["hover"]),
                "marker": {
                    "size": 9,
                    "color": colour,
                    "symbol": symbol,
                    "opacity": 0.75,
                    "line": {"width": 0.5, "color": "#ffffff"},
                },
                "hovertemplate": "%{customdata}<extra></extra>",
            }
        )
    x = axis("model minus data, in tolerances", range=[-FARTHEST * 1.05, FARTHEST * 1.05], dtick=2)
    return {
        "data": traces,
        "layout": layout(
            90 + 22 * len(groups),
            xaxis=x,
            yaxis=names_axis(groups),
            shapes=[upright_band(-1, 1), upright(0, width=1)],
            margin={"l": 48, "r": 14, "t": 12, "b": 48},
        ),
    }

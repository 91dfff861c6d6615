"""Rows of evidence as dots: the model's distance from each source, and scores of forecasts."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from sim.view.figures.quantiles import numbers
from sim.view.figures.style import Figure, axis, layout, names_axis, upright, upright_band

FARTHEST = 6.0  # tolerances; dots farther away are at the edge, with their distance
# Colour and symbol, so that colour is not the only sign.
_VERDICTS = {"holds": ("#0072B2", "circle"), "misses": ("#C44E00", "diamond")}
_LOOKS = (("#222222", "circle"), ("#0072B2", "square"), ("#C44E00", "triangle-up"), ("#007A5A", "diamond"))


def targets(rows: pd.DataFrame) -> Figure:
    """The model's distance from each row of evidence, by source.

    `rows`: group (source), off (model minus data, in tolerances), verdict, hover (HTML of the hover box).
    """
    drawn = rows.assign(at=rows["off"].clip(-FARTHEST, FARTHEST))
    x = axis("model minus data, in tolerances", range=[-FARTHEST * 1.05, FARTHEST * 1.05], dtick=2)
    shapes = [upright_band(-1, 1), upright(0, width=1)]
    return _dots(drawn, "group", "verdict", _VERDICTS, x, shapes=shapes)


def scores(rows: pd.DataFrame, forecasters: Sequence[str]) -> Figure:
    """A dot for each held-out row and forecaster that has a score.

    `rows`: label, forecaster, score (in standard errors), hover.
    """
    title = "error of the forecast (CRPS), in standard errors of the source; left is better"
    # plotly.js writes its own ticks at 2 and 5 in smaller type
    ticks = [digit * 10.0**power for power in range(-4, 5) for digit in (1, 2, 5)]
    x = axis(title, type="log", tickvals=ticks, ticktext=[f"{tick:g}" for tick in ticks], showgrid=True)
    looks = dict(zip(forecasters, _LOOKS, strict=False))
    return _dots(rows.assign(at=rows["score"]), "label", "forecaster", looks, x)


def _dots(
    rows: pd.DataFrame, name: str, kind: str, looks: Mapping[str, tuple[str, str]], x: Any, **more: Any
) -> Figure:
    """Dots at `at` in rows by `name`, coloured by `kind`."""
    names = list(dict.fromkeys(rows[name]))
    traces = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": word,
            "showlegend": True,
            "x": numbers(mine["at"]),
            "y": list(mine[name]),
            "customdata": list(mine["hover"]),
            "marker": {
                "size": 9,
                "color": colour,
                "symbol": symbol,
                "opacity": 0.8,
                "line": {"width": 0.5, "color": "#ffffff"},
            },
            "hovertemplate": "%{customdata}<extra></extra>",
        }
        for word, (colour, symbol) in looks.items()
        for mine in [rows[rows[kind] == word]]
    ]
    margin = {"l": 48, "r": 14, "t": 12, "b": 48}
    lines = max((name.count("<br>") for name in names), default=0)
    height = 90 + (24 + 16 * lines) * len(names)  # a line of 12 px type is 15.6 px high
    return {"data": traces, "layout": layout(height, xaxis=x, yaxis=names_axis(names), margin=margin, **more)}

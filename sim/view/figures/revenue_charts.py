"""Revenue of US providers abroad by year."""

import pandas as pd

from sim.view.figures.quantiles import months, numbers
from sim.view.figures.style import Figure, Trace, WorldStyle, axis, heading, layout, time_axis
from sim.view.figures.time_series import edges

BILLION = 1e9


def revenue(
    quantiles: dict[str, pd.DataFrame],
    styles: dict[str, WorldStyle],
    span: tuple[str, str],
    height: int = 320,
) -> Figure:
    """Revenue by year, a line for each world with the middle 90% of seeds.

    `quantiles`: `quantiles.fan` of yearly sums, in USD.
    """
    traces: list[Trace] = []
    for name, style in styles.items():
        if name not in quantiles:
            continue
        rows = quantiles[name]
        x, low, high = months(rows["month"]), numbers(rows["q5"] / BILLION), numbers(rows["q95"] / BILLION)
        traces.append(edges(x, low, high, style.colour, 0.16, style.name))
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": x,
                "y": numbers(rows["q50"] / BILLION),
                "name": style.label,
                "legendgroup": style.name,
                "showlegend": True,
                "line": {"color": style.colour, "dash": style.dash, "width": 2},
                "marker": {"size": 6},
                "hovertemplate": f"{style.label}, %{{x|%Y}}: USD %{{y:,.1f}} bn<extra></extra>",
            }
        )
    return {
        "data": traces,
        "layout": layout(
            height,
            xaxis=time_axis(*span),
            yaxis=axis("USD bn a year", rangemode="tozero"),
            title=heading("By calendar year"),
        ),
    }

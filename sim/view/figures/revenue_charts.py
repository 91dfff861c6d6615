"""Revenue of US providers abroad, the effect of the rule, and published projections of another shock."""

from typing import Any

import pandas as pd

from sim.view.figures.events import folded
from sim.view.figures.quantiles import months, numbers
from sim.view.figures.style import QUIET, Figure, Trace, WorldStyle, axis, heading, layout, time_axis
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


def projections(rows: list[dict[str, Any]], height: int = 320) -> Figure:
    """Published projections as ranges in USD bn.

    `rows`: id, label, period, low, high, unit ('USD' or 'USD bn'), source.
    """
    traces: list[Trace] = []
    notes = []
    for position, row in enumerate(rows):
        factor = 1 / BILLION if row["unit"] == "USD" else 1.0
        low, high = (None if row.get(end) is None else float(row[end]) * factor for end in ("low", "high"))
        start, end = (
            low if low is not None else 0.0,
            high if high is not None else low if low is not None else 0.0,
        )
        amount = (
            f"up to USD {end:,.4g} bn"
            if low is None
            else f"USD {start:,.4g} bn"
            if start == end
            else f"USD {start:,.4g} to {end:,.4g} bn"
        )
        label = folded(f"{row['id']}: {row['label']} ({row['period']})", 50)
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": [start, end],
                "y": [position, position],
                "line": {"color": "#8a8a8a", "width": 5, "dash": "solid" if low is not None else "dot"},
                "marker": {
                    "size": [0 if low is None else 9, 9],
                    "color": QUIET,
                    "symbol": "line-ns",
                    "line": {"width": 2, "color": QUIET},
                },
                "hovertext": [f"{label}<br>{amount}<br>{folded(str(row.get('source', '')))}"] * 2,
                "hoverinfo": "text",
                "cliponaxis": False,
            }
        )
        text = f"{label}<br><b>{amount}</b>"
        notes.append(
            {
                "x": 0,
                "xref": "paper",
                "xanchor": "left",
                "y": position,
                "yanchor": "bottom",
                "yshift": 6,
                "text": text,
                "showarrow": False,
                "font": {"size": 12, "color": QUIET},
                "align": "left",
            }
        )
    title = heading(
        "Published projections of the Snowden loss:<br>context, not fitted, not the same quantity"
    )
    y = axis(visible=False, range=[len(rows) - 0.6, -1.0])
    shape = layout(
        height,
        xaxis=axis("USD bn over the period named", rangemode="tozero", showgrid=False),
        yaxis=y,
        annotations=notes,
        title=title,
    )
    return {"data": traces, "layout": shape | {"margin": {"l": 14, "r": 24, "t": 52, "b": 44}}}

"""The number of countries with an offer, by month and world."""

import pandas as pd

from sim.view.figures.quantiles import months, numbers
from sim.view.figures.style import Figure, Trace, WorldStyle, axis, heading, layout, time_axis, tint


def offer_counts(
    counts: dict[str, pd.DataFrame],
    styles: dict[str, WorldStyle],
    title: str,
    span: tuple[str, str],
    height: int = 210,
    by_country: bool = True,
) -> Figure:
    """One offer: a step line for the countries where it is live, a thin one for those where it is only
    announced. `counts`: month, live, announced. Of an offer without a country (not `by_country`) these are
    1 where a provider has it, so that means over seeds are the share of seeds."""
    traces: list[Trace] = []
    digits = ".1f" if by_country else ".0%"
    of_seeds = {"tickformat": ".0%", "nticks": 4}
    y = axis("countries") if by_country else axis("seeds in which one has it", **of_seeds)
    for name, style in styles.items():
        if name not in counts:
            continue
        x = months(counts[name]["month"])
        for column, width, label in (
            ("live", 2.2, style.label),
            ("announced", 1.0, f"{style.label}, announced only"),
        ):
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "x": x,
                    "y": numbers(counts[name][column]),
                    "name": label,
                    "line": {
                        "color": style.colour if column == "live" else tint(style.colour, 0.75),
                        "width": width,
                        "dash": style.dash if column == "live" else "dot",
                        "shape": "hv",
                    },
                    "showlegend": True,
                    "hovertemplate": f"{label}, %{{x|%b %Y}}: %{{y:{digits}}}<extra></extra>",
                }
            )
    return {
        "data": traces,
        "layout": layout(
            height,
            xaxis=time_axis(*span, dtick="M48"),
            yaxis=y | {"rangemode": "tozero"},
            title=heading(title),
        ),
    }

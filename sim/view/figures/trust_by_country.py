"""Trust by country: the selected country over time, and all countries at the end of the run."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from sim.view.figures.quantiles import numbers
from sim.view.figures.style import (
    INK,
    Figure,
    Trace,
    WorldStyle,
    axis,
    common_range,
    error_bar,
    heading,
    layout,
    names_axis,
    steady_range,
    time_axis,
)
from sim.view.figures.time_series import fan_traces
from sim.view.number_format import POINTS_OF_100

_LONGEST = 28  # letters of a name beside the axis: a telephone has no room for more


def chosen_country(
    quantiles: pd.DataFrame,
    names: dict[str, str],
    style: WorldStyle,
    span: tuple[str, str],
    ranges: dict[str, list[float]],
    height: int = 300,
) -> Figure:
    """One world's trust in the first of the countries, in points of 100; a frame for each of the others.

    `quantiles`: `quantiles.fan` by month and country. `names`: {code: name}, in the order of the frames.
    `ranges`: the vertical range of each country, the same in all worlds.
    """
    by_country = {str(code): rows for code, rows in quantiles.groupby("country", observed=True)}
    first = next(iter(names))
    frames = []
    for code in names:
        traces = fan_traces(by_country[code], style)
        data = [
            {
                "type": "scatter",
                "x": trace["x"],
                "y": trace["y"],
                **({"customdata": trace["customdata"]} if "customdata" in trace else {}),
            }
            for trace in traces
        ]
        frames.append(
            {
                "name": code,
                "data": data,
                "traces": list(range(len(data))),
                "layout": {"yaxis": {"range": ranges[code]}},
            }
        )
    shape = layout(
        height,
        xaxis=time_axis(*span),
        yaxis=axis(f"trust, {POINTS_OF_100}", range=ranges[first]),
        title=heading(style.label),
    )
    return {"data": fan_traces(by_country[first], style), "layout": shape, "frames": frames}


def country_ranges(quantiles: list[pd.DataFrame]) -> dict[str, list[float]]:
    """For each country one vertical range that holds all worlds."""
    together = pd.concat(quantiles).groupby("country", observed=True)
    low, high = together["q5"].min(), together["q95"].max()
    return {str(code): common_range(float(low[code]), float(high[code])) for code in low.index}


def countries_at_end(
    quantiles: dict[str, pd.DataFrame],
    names: dict[str, str],
    styles: dict[str, WorldStyle],
    told: Mapping[str, str] | None = None,
) -> Figure:
    """A row for each country, a mark for each world with the middle 90% of seeds, in points of 100; the most
    trusting countries on top.

    `told`: {code: words} of the countries to be seen first, which stand beside their marks.
    """
    first = next(iter(quantiles.values())).set_index("country")["q50"].sort_values()
    order = [str(code) for code in first.index]
    shown = [names.get(code, code) for code in order]
    symbols = ("circle", "diamond", "square", "triangle-up")
    traces: list[Trace] = []
    for position, (world, style) in enumerate(styles.items()):
        if world not in quantiles:
            continue
        rows = quantiles[world].set_index("country").reindex(order)
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": numbers(rows["q50"]),
                "y": shown,
                "name": style.label,
                "legendgroup": style.name,
                "showlegend": True,
                "marker": {"color": style.colour, "size": 9, "symbol": symbols[position % len(symbols)]},
                "error_x": error_bar(
                    numbers(rows["q95"] - rows["q50"]), numbers(rows["q50"] - rows["q5"]), style.colour, 1.2
                ),
                "hovertemplate": f"%{{y}}, {style.label}: %{{x:.1f}}<extra></extra>",
            }
        )
    told = told or {}
    notes = [_beside(code, words, names.get(code, code), quantiles.values()) for code, words in told.items()]
    limits = steady_range(
        min(float(rows["q5"].min()) for rows in quantiles.values()),
        max(float(rows["q95"].max()) for rows in quantiles.values()),
    )
    # a letter of 12 px type is 6.5 px wide
    short = [short_place(name) for name in shown]
    ticks = [f"<b>{name}</b>" if code in told else name for code, name in zip(order, short, strict=True)]
    margin = {"l": 24 + 6.5 * max(map(len, short)), "r": 52, "t": 56, "b": 12}
    return {
        "data": traces,
        "layout": layout(
            70 + 18 * len(order),
            xaxis=axis(f"trust, {POINTS_OF_100}", side="top", range=limits),
            yaxis=names_axis(shown[::-1], tickmode="array", tickvals=shown, ticktext=ticks),
            margin=margin,
            annotations=notes,
        ),
    }


def short_place(name: str) -> str:
    """The name of a place with room for no more than `_LONGEST` letters: its first parts, whole."""
    while len(name) > _LONGEST:
        parts = re.split(r"(,? and (?:the )?|, | )", name.removesuffix(" etc."))
        if len(parts) < 3:
            return f"{name[: _LONGEST - 1]}…"
        name = f"{''.join(parts[:-2])} etc."
    return name


def _beside(code: str, words: str, row: str, quantiles: Iterable[pd.DataFrame]) -> dict[str, Any]:
    """Words to the right of the marks of a country."""
    end = max(float(q.loc[q["country"] == code, "q95"].max()) for q in quantiles)
    place = {"x": end, "xanchor": "left", "xshift": 8, "y": row, "yanchor": "middle"}
    return place | {"text": words, "showarrow": False, "font": {"size": 12, "color": INK}}


def last_months(frame: pd.DataFrame, count: int = 12) -> pd.DataFrame:
    """The rows of the last `count` months."""
    cut = frame["month"].max() - pd.DateOffset(months=count - 1)
    return frame[frame["month"] >= cut]

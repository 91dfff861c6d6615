"""Charts of levers: the frontier of trust against evidence, and what each lever buys and costs."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from sim.view.figures.events import folded
from sim.view.figures.quantiles import numbers
from sim.view.figures.style import (
    INK,
    QUIET,
    Figure,
    Trace,
    WorldStyle,
    axis,
    error_bar,
    heading,
    layout,
    upright,
)
from sim.view.tables import records_of

_SYMBOLS = ("circle", "diamond", "square", "triangle-up", "triangle-down")
_BESIDE = ("top right", "top left", "bottom right", "bottom left", "middle right")  # rules may coincide


def frontier_chart(points: pd.DataFrame, styles: Mapping[str, WorldStyle], titles: tuple[str, str]) -> Figure:
    """Every regime (large, named) and every lever under it (small), with intervals; the line is the frontier.

    `points`: rule, rule_name, name, label (what stands beside the mark), plain (whether no lever is pulled),
    on_frontier, and for x and y the middle, `_low` and `_high`. Intervals of levers stand in the hover text.
    """
    traces: list[Trace] = [_staircase(points)]
    for k, (rule, mine) in enumerate(points.groupby("rule", sort=False)):
        colour = styles[str(rule)].colour
        for plain in (False, True):
            some = mine[mine["plain"] == plain]
            if len(some):
                traces.append(_marks(some, colour, k, plain))
    shape = layout(520, xaxis=axis(titles[0], zeroline=True), yaxis=axis(titles[1], zeroline=True))
    shape["margin"] = {"l": 72, "r": 20, "t": 20, "b": 52}
    return {"data": traces, "layout": shape}


def _staircase(points: pd.DataFrame) -> Trace:
    """The line through what nobody has more of on both axes."""
    on = points[points["on_frontier"]].sort_values("x")
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "the frontier",
        "showlegend": True,
        "x": numbers(on["x"]),
        "y": numbers(on["y"]),
        "line": {"color": QUIET, "width": 1.5, "dash": "dot", "shape": "vh"},
        "hoverinfo": "skip",
    }


def _marks(some: pd.DataFrame, colour: str, number: int, plain: bool) -> Trace:
    name = str(some["rule_name"].iloc[0])
    return {
        "type": "scatter",
        "mode": "markers+text",
        "name": name,
        "showlegend": plain,
        "text": [str(one) for one in some["label"]],
        "textposition": _BESIDE[number % len(_BESIDE)],
        "textfont": {"color": colour, "size": 12 if plain else 10},
        "x": numbers(some["x"]),
        "y": numbers(some["y"]),
        "customdata": [[str(row["name"]), *(_span(row, of) for of in "xy")] for row in records_of(some)],
        "marker": {
            "color": colour,
            "symbol": _SYMBOLS[number % len(_SYMBOLS)],
            "size": 14 if plain else 7,
            "opacity": 1.0 if plain else 0.75,
            "line": {"color": INK if plain else "#ffffff", "width": 1},
        },
        "error_x": error_bar(
            numbers(some["x_high"] - some["x"]), numbers(some["x"] - some["x_low"]), colour, 0.7
        )
        | {"visible": plain},
        "error_y": error_bar(
            numbers(some["y_high"] - some["y"]), numbers(some["y"] - some["y_low"]), colour, 0.7
        )
        | {"visible": plain},
        "hovertemplate": "%{customdata[0]}<br>evidence %{x:+.2f} (%{customdata[1]})"
        "<br>trust %{y:+.2f} (%{customdata[2]})<extra></extra>",
    }


def _span(row: Mapping[str, Any], of: str) -> str:
    return f"{row[f'{of}_low']:+.2f} to {row[f'{of}_high']:+.2f}"


def bought_bars(
    rows: pd.DataFrame, order: Sequence[str], styles: Sequence[WorldStyle], title: str, unit: str
) -> Figure:
    """What each lever changes under each rule: a mark with its interval, a row a lever.

    `rows`: rule, name, bought, bought_low, bought_high of one headline, scaled to `unit`.
    """
    names = [folded(name, 44) for name in order]
    traces: list[Trace] = []
    room = 0.5 / max(len(styles), 1)
    for k, style in enumerate(styles):
        mine = rows[rows["rule"] == style.name].set_index("name").reindex(order)
        offset = (k - 0.5 * (len(styles) - 1)) * room
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": style.label,
                "showlegend": True,
                "x": numbers(mine["bought"]),
                "y": [i + offset for i in range(len(names))],
                "customdata": list(order),
                "marker": {"color": style.colour, "size": 7, "symbol": _SYMBOLS[k % len(_SYMBOLS)]},
                "error_x": error_bar(
                    numbers(mine["bought_high"] - mine["bought"]),
                    numbers(mine["bought"] - mine["bought_low"]),
                    style.colour,
                    1.4,
                    0,
                ),
                "hovertemplate": f"%{{customdata}}, {style.label}: %{{x:+.3~g}}<extra></extra>",
            }
        )
    lines = max(1 + name.count("<br>") for name in names)
    shape = layout(
        96 + max(22, 14 * lines) * len(names),
        xaxis=axis(unit, nticks=6),
        yaxis=axis(
            tickvals=list(range(len(names))),
            ticktext=names,
            range=[len(names) - 0.4, -0.6],
            tickfont={"size": 11, "color": QUIET},
        ),
        shapes=[upright(0.0)],
        title=heading(title),
    )
    return {"data": traces, "layout": shape | {"margin": {"l": 48, "r": 14, "t": 34, "b": 48}}}

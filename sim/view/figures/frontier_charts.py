"""Charts of levers: the frontier of trust against evidence, and what each lever buys and costs."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from sim.view.figures.events import folded
from sim.view.figures.label_places import Label, near, places, ranges
from sim.view.figures.quantiles import numbers
from sim.view.figures.style import (
    QUIET,
    Figure,
    Trace,
    WorldStyle,
    axis,
    common_range,
    error_bar,
    heading,
    layout,
    upright,
)
from sim.view.tables import records_of

_SYMBOLS = ("circle", "diamond", "square", "triangle-up", "triangle-down")
_HEIGHT, _MARGIN = 520, {"l": 72, "r": 20, "t": 30, "b": 64}
_WIDTHS = (280.0, 480.0, 1100.0)  # of the plot, at which labels must not overlap: a telephone to a whole page
_LARGE, _RING = 13, 8  # the size of a rule's mark, and how far it looks out behind another rule's


def frontier_chart(points: pd.DataFrame, styles: Mapping[str, WorldStyle], titles: tuple[str, str]) -> Figure:
    """Every regime (large, named) and every lever under it (small); the line is the frontier.

    `points`: rule, rule_name, name, plain (whether no lever is pulled), on_frontier, and for x and y the
    middle, `_low` and `_high`. Intervals of levers stand in the hover text. Rules at one place lie inside one
    another, the later ones smaller and in front.
    """
    looks = _looks(points, styles)
    rules = points[points["plain"]].reset_index(drop=True)
    shape, places_of = _frame(points, titles)
    sizes = _nested(places_of(rules))
    traces: list[Trace] = [_staircase(points)]
    for rule, mine in points[~points["plain"]].groupby("rule", sort=False):
        traces.append(_marks(mine, *looks[str(rule)], 6))
    for k in sorted(range(len(rules)), key=lambda k: -sizes[k]):
        row = rules.iloc[[k]]
        traces.append(_marks(row, *looks[str(row["rule"].iloc[0])], sizes[k]) | {"showlegend": True})
        traces[-1] |= _bars(row, looks[str(row["rule"].iloc[0])][0])
    labels = [Label(x, y, name) for (x, y), name in zip(places_of(rules), rules["rule_name"], strict=True)]
    colours = [looks[str(rule)][0] for rule in rules["rule"]]
    shape["annotations"] = _notes(rules, labels, colours, places_of(points))
    return {"data": traces, "layout": shape}


def levers_chart(points: pd.DataFrame, style: WorldStyle, symbol: int, titles: tuple[str, str]) -> Figure:
    """The levers under one rule by their numbers; marks that cannot be told apart share a label.

    `points` of one rule: as for `frontier_chart`, and `number` (missing for the rule itself).
    """
    points = points.sort_values("plain", ascending=False, kind="stable").reset_index(drop=True)
    shape, places_of = _frame(points, titles, intervals=False)
    shape["title"] = heading(style.label)
    look = (style.colour, _SYMBOLS[symbol % len(_SYMBOLS)])
    traces = [_marks(points[~points["plain"]], *look, 8), _marks(points[points["plain"]], *look, _LARGE)]
    marks = places_of(points)
    labels, first = [], []
    for group in near(marks, _WIDTHS[1], _HEIGHT):
        mine = points.iloc[group]
        numbered = ranges([int(one) for one in mine["number"].dropna()])
        own = [str(name) for name in mine.loc[mine["plain"], "rule_name"]]
        labels.append(Label(*marks[group[0]], folded(", ".join([*own, *filter(None, [numbered])]), 20)))
        first.append(group[0])
    rows = points.iloc[first].reset_index(drop=True)
    shape["annotations"] = _notes(rows, labels, [style.colour] * len(rows), marks)
    return {"data": traces, "layout": shape}


def symbol_of(points: pd.DataFrame, rule: str) -> int:
    """The number of a rule's symbol in these charts."""
    return list(dict.fromkeys(points["rule"])).index(rule)


def _looks(points: pd.DataFrame, styles: Mapping[str, WorldStyle]) -> dict[str, tuple[str, str]]:
    return {
        str(rule): (styles[str(rule)].colour, _SYMBOLS[k % len(_SYMBOLS)])
        for k, rule in enumerate(dict.fromkeys(points["rule"]))
    }


Places = Callable[[pd.DataFrame], list[tuple[float, float]]]


def _frame(
    points: pd.DataFrame, titles: tuple[str, str], intervals: bool = True
) -> tuple[dict[str, Any], Places]:
    """The layout with fixed axes, with room for the rules' intervals where they are drawn, and what gives the
    place of rows in it, from 0 to 1."""
    rules = points[points["plain"] & intervals]
    ends = {}
    for of in "xy":
        values = pd.concat([points[of], rules[f"{of}_low"], rules[f"{of}_high"]]).astype(float)
        ends[of] = common_range(float(values.min()), float(values.max()), 0.08)

    def places_of(rows: pd.DataFrame) -> list[tuple[float, float]]:
        shares = [(rows[of].astype(float) - ends[of][0]) / (ends[of][1] - ends[of][0]) for of in "xy"]
        return list(zip(*(share.tolist() for share in shares), strict=True))

    shape = layout(
        _HEIGHT,
        xaxis=axis(folded(titles[0], 46), zeroline=True, range=ends["x"]),
        yaxis=axis(titles[1], zeroline=True, range=ends["y"]),
        margin=_MARGIN,
    )
    return shape, places_of


def _nested(marks: Sequence[tuple[float, float]]) -> list[int]:
    """Sizes of marks: of those at one place, the first is the largest."""
    sizes = [_LARGE] * len(marks)
    for group in near(marks, _WIDTHS[-1], _HEIGHT):
        for place, k in enumerate(group):
            sizes[k] = _LARGE + _RING * (len(group) - 1 - place)
    return sizes


def _notes(
    rows: pd.DataFrame, labels: Sequence[Label], colours: Sequence[str], marks: Sequence[tuple[float, float]]
) -> list[dict[str, Any]]:
    """Labels with leader lines to their marks."""
    inner = _HEIGHT - _MARGIN["t"] - _MARGIN["b"]
    offsets = places(labels, sorted(set(marks)), _WIDTHS, inner)
    return [
        {
            "x": float(row["x"]),
            "y": float(row["y"]),
            "ax": right,
            "ay": down,
            "text": label.words,
            "font": {"size": label.size, "color": colour},
            "xanchor": "center",
            "yanchor": "middle",
            "showarrow": True,
            "arrowhead": 0,
            "arrowwidth": 0.8,
            "arrowcolor": colour,
            "standoff": 4,
            "bgcolor": "rgba(255,255,255,0.8)",  # the lines of the axes pass behind
        }
        for row, label, colour, (right, down) in zip(records_of(rows), labels, colours, offsets, strict=True)
    ]


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


def _marks(some: pd.DataFrame, colour: str, symbol: str, size: int) -> Trace:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": str(some["rule_name"].iloc[0]) if len(some) else "",
        "x": numbers(some["x"]),
        "y": numbers(some["y"]),
        "customdata": [[str(row["name"]), *(_span(row, of) for of in "xy")] for row in records_of(some)],
        "marker": {
            "color": colour,
            "symbol": symbol,
            "size": size,
            "opacity": 1.0 if size >= _LARGE else 0.7,
            "line": {"color": "#ffffff", "width": 1.5 if size >= _LARGE else 0.5},
        },
        "hovertemplate": "%{customdata[0]}<br>evidence %{x:+.2f} (%{customdata[1]})"
        "<br>trust %{y:+.2f} (%{customdata[2]})<extra></extra>",
    }


def _bars(row: pd.DataFrame, colour: str) -> dict[str, Any]:
    """The intervals of a rule, on both axes."""
    return {
        f"error_{of}": error_bar(
            numbers(row[f"{of}_high"] - row[of]), numbers(row[of] - row[f"{of}_low"]), colour, 0.7
        )
        for of in "xy"
    }


def _span(row: Mapping[str, Any], of: str) -> str:
    return f"{row[f'{of}_low']:+.2f} to {row[f'{of}_high']:+.2f}"


def bought_bars(
    rows: pd.DataFrame, order: Sequence[str], styles: Sequence[WorldStyle], title: str, unit: str
) -> Figure:
    """What each lever changes under each rule: a mark with its interval, a row a lever.

    `rows`: rule, name, bought, bought_low, bought_high of one headline, scaled to `unit`.
    """
    names = [folded(name, 32) for name in order]  # a telephone has room for no more beside the marks
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

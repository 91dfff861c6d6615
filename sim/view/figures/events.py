"""Legal events in a time chart: a thin line at each, its code above the chart, details on hover."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sim.view.figures.style import INK, QUIET, Figure, Trace

SWITCH, RETURN = _RULES = ("switch", "return")  # what happens to the rule
LANE = 14  # pixels of height for one row of codes
_CHARACTER, _PAD = 7.2, 6.0  # pixels of width, at 12 px type
_NARROW = 330.0  # pixels of a chart's inner width on a telephone, for which the codes must fit


@dataclass(frozen=True)
class Event:
    """A dated event of the world that a chart shows. `at` is the day, ISO 8601."""

    code: str
    at: str
    kind: str
    what: str
    reference: str

    @property
    def story(self) -> str:
        """The hover text."""
        return (
            f"<b>{self.code}</b> {self.at} "
            f"({self.kind})<br>{folded(self.what)}<br><i>{folded(self.reference)}</i>"
        )


def folded(text: str, width: int = 52) -> str:
    """Text wrapped for a hover box; '<' is escaped because plotly reads it as a tag."""
    lines, line = [], ""
    for word in text.replace("&", "&amp;").replace("<", "&lt;").split():
        if line and len(line) + len(word) + 1 > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return "<br>".join([*lines, line])


def lanes(marks: list[tuple[str, str]], first: str, last: str, limit: int = 6) -> list[int | None]:
    """The row of each of the marks (day, code), so that none covers another.

    Earlier marks in the list come first; None where no row has room (the line and the hover text remain).
    """
    span = max(_day(last) - _day(first), 1.0)
    taken: list[list[tuple[float, float]]] = [[] for _ in range(limit)]
    rows: list[int | None] = []
    for day, code in marks:
        centre = (_day(day) - _day(first)) / span * _NARROW
        half = (len(code) * _CHARACTER + _PAD) / 2
        row = next(
            (
                i
                for i, spans in enumerate(taken)
                if all(centre + half <= left or right <= centre - half for left, right in spans)
            ),
            None,
        )
        if row is not None:
            taken[row].append((centre - half, centre + half))
        rows.append(row)
    return rows


def _day(date: str) -> float:
    year, month, day = (int(part) for part in date[:10].split("-"))
    return year * 365.25 + (month - 1) * 30.44 + day


def mark(
    figure: Figure,
    events: list[Event],
    first: str,
    last: str,
    switches: Sequence[str],
    named: Collection[str] | None = None,
    returns: Collection[str] = (),
) -> Figure:
    """The figure with the switches (days) and the events drawn above its chart, which keeps its height.

    `named`: the events that show their codes; the others are dots. None: all do. `returns`: the switches that
    turn a rule back.
    """
    shown = sorted((event for event in events if first <= event.at <= last), key=lambda event: event.at)
    stories = [
        (day, RETURN, f"<b>The return</b> {day}<br>the rule of law is turned back")
        if day in returns
        else (day, SWITCH, f"<b>The switch</b> {day}<br>the rule of law changes")
        for day in switches
        if first <= day <= last
    ]
    stories += [(event.at, event.code, event.story) for event in shown]
    if not stories:
        return figure  # an axis without height would empty the chart
    coded = [named is None or code in (*_RULES, *named) for _, code, _ in stories]
    lane = iter(
        lanes([(day, code) for (day, code, _), one in zip(stories, coded, strict=True) if one], first, last)
    )
    rows = [next(lane) if one else None for one in coded]
    used = 1 + max((row for row in rows if row is not None), default=-1)
    layout = figure["layout"]
    chart = layout["height"] - layout["margin"]["t"] - layout["margin"]["b"]
    strip = used * LANE
    top = chart / (chart + strip)
    lines = [_lines([event.at for event in shown], "rgba(70,70,70,0.35)", "dot", 1)] if shown else []
    if any(code in _RULES for _, code, _ in stories):
        lines.append(_lines([day for day, code, _ in stories if code in _RULES], INK, "solid", 1.5))
    labelled: Trace = {
        "type": "scatter",
        "mode": "markers+text",
        "name": "event",
        "x": [day for day, _, _ in stories],
        "y": [row + 0.5 if row is not None else 0.1 for row in rows],
        "text": [
            (f"<b>{code}</b>" if code in _RULES else code) if row is not None else ""
            for (_, code, _), row in zip(stories, rows, strict=True)
        ],
        "marker": {
            "size": [11 if one else 5 for one in coded],
            "opacity": [0 if one else 0.5 for one in coded],
        }
        | {"color": QUIET},
        "textfont": {"size": 12, "color": QUIET},
        "cliponaxis": False,
        "hovertext": [story for _, _, story in stories],
        "hoverinfo": "text",
        "yaxis": "y9",
        "showlegend": False,
    }
    taller: dict[str, Any] = layout | {
        "height": layout["height"] + strip,
        "yaxis": layout["yaxis"] | {"domain": [0, top]},
        "yaxis9": {
            "domain": [top, 1],
            "range": [0, max(used, 1)],
            "visible": False,
            "fixedrange": True,
            "anchor": "x",
        },
    }
    if lines:
        taller["yaxis8"] = {"overlaying": "y", "range": [0, 1], "visible": False, "fixedrange": True}
    return figure | {"data": [*figure["data"], *lines, labelled], "layout": taller}


def _lines(days: list[str], colour: str, dash: str, width: float) -> Trace:
    """Lines over the chart's height as one trace: twenty shapes take plotly.js longer than the rest of a
    chart."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [at for day in days for at in (day, day, None)],
        "y": [0, 1, None] * len(days),
        "line": {"color": colour, "dash": dash, "width": width},
        "hoverinfo": "skip",
        "yaxis": "y8",
        "showlegend": False,
    }

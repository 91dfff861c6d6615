"""Legal events in a time chart: a thin line at each, its code above the chart, the whole story on hover."""

from dataclasses import dataclass
from typing import Any

from sim.view.figures.style import QUIET, Figure, Trace

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
        return f"<b>{self.code}</b> {self.at} ({self.kind})<br>{_folded(self.what)}<br><i>{_folded(self.reference)}</i>"


def _folded(text: str, width: int = 52) -> str:
    """Text broken into lines for a hover box; plotly reads '<' as a tag, so it is spelled out."""
    lines, line = [], ""
    for word in text.replace("&", "&amp;").replace("<", "&lt;").split():
        if line and len(line) + len(word) + 1 > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return "<br>".join([*lines, line])


def lanes(events: list[Event], first: str, last: str, limit: int = 6) -> list[int | None]:
    """The row on which each event's code stands so that none covers another; None where no row has room (the line and the hover stay)."""
    span = max(_day(last) - _day(first), 1.0)
    ends: list[float] = []
    rows: list[int | None] = []
    for event in events:
        centre = (_day(event.at) - _day(first)) / span * _NARROW
        half = (len(event.code) * _CHARACTER + _PAD) / 2
        row = next((i for i, end in enumerate(ends) if end <= centre - half), len(ends))
        if row >= limit:
            rows.append(None)
            continue
        ends[row : row + 1] = [centre + half]
        rows.append(row)
    return rows


def _day(date: str) -> float:
    year, month, day = (int(part) for part in date[:10].split("-"))
    return year * 365.25 + (month - 1) * 30.44 + day


def mark(figure: Figure, events: list[Event], first: str, last: str, switch: str | None) -> Figure:
    """The figure with the events drawn above its chart (which keeps its height) and, if there is one, the switch."""
    shown = sorted((event for event in events if first <= event.at <= last), key=lambda event: event.at)
    rows = lanes(shown, first, last)
    used = 1 + max((row for row in rows if row is not None), default=-1)
    layout = figure["layout"]
    chart = layout["height"] - layout["margin"]["t"] - layout["margin"]["b"]
    strip = used * LANE + 8
    top = chart / (chart + strip)
    shapes = [_line(event.at, "rgba(90,90,90,0.28)", "dot", 1) for event in shown]
    annotations = []
    if switch:
        shapes.append(_line(switch, "#222222", "solid", 1.5))
        annotations.append(
            {"x": switch, "y": 0, "yref": "y domain", "yanchor": "bottom", "xanchor": "right", "text": "the switch", "showarrow": False, "textangle": -90, "font": {"size": 12}}
        )
    labelled: Trace = {
        "type": "scatter",
        "mode": "markers+text",
        "name": "event",
        "x": [event.at for event in shown],
        "y": [row + 0.5 if row is not None else 0.1 for row in rows],
        "text": [event.code if row is not None else "" for event, row in zip(shown, rows, strict=True)],
        "marker": {"size": 11, "opacity": 0},
        "textfont": {"size": 12, "color": QUIET},
        "cliponaxis": False,
        "hovertext": [event.story for event in shown],
        "hoverinfo": "text",
        "yaxis": "y9",
        "showlegend": False,
    }
    lane_axis = {"domain": [top, 1], "range": [0, max(used, 1)], "visible": False, "fixedrange": True, "anchor": "x"}
    taller: dict[str, Any] = layout | {
        "height": layout["height"] + strip,
        "yaxis": layout["yaxis"] | {"domain": [0, top]},
        "yaxis9": lane_axis,
        "shapes": [*layout.get("shapes", []), *shapes],
        "annotations": [*layout.get("annotations", []), *annotations],
    }
    return figure | {"data": [*figure["data"], labelled], "layout": taller}


def _line(x: str, colour: str, dash: str, width: float) -> dict[str, Any]:
    return {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "y domain", "line": {"color": colour, "dash": dash, "width": width}, "layer": "below"}

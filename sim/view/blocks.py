"""The blocks of the report's page, and their HTML."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ParamSpec

from sim.view.figures.style import CONFIG, Figure, with_assumed_years, with_record
from sim.view.tables import Table, coded, text, to_html


@dataclass(frozen=True)
class Text:
    """A paragraph; `body` is HTML."""

    body: str


@dataclass(frozen=True)
class Missing:
    """Something that a section cannot show, and how to get it."""

    what: str
    how: str


@dataclass(frozen=True)
class Choice:
    """A control that shows one of the figures' frames: {frame: label}, as a list or as a slider."""

    label: str
    options: dict[str, str]
    slider: bool = False
    start: str | None = None


@dataclass(frozen=True)
class Chart:
    """One or more figures under one question, side by side where there is room."""

    id: str
    title: str
    read: str
    figures: Sequence[Figure]
    choice: Choice | None = None
    width: int = 430  # minimum width of a figure in pixels when several share a row
    last_wide: bool = False  # the last figure has the full width, and its height follows
    legend: bool = True
    least: int = 0  # width in pixels below which a figure cannot be read: a narrower page scrolls it

    def __post_init__(self) -> None:
        """Shade what is assumed, in every chart of a horizon that is longer than the record."""
        object.__setattr__(self, "figures", [with_assumed_years(figure) for figure in self.figures])


Block = Text | Missing | Chart | Table


@dataclass(frozen=True)
class Section:
    """A numbered part of the report; its charts bear `record`, the id of the results that they show."""

    id: str
    title: str
    blocks: Sequence[Block] = field(default_factory=list)
    record: str | None = None


class NotThere(Exception):
    """Something that a section cannot show, and how to get it: the section ends with these words."""

    def __init__(self, what: str, how: str) -> None:
        self.missing = Missing(what, how)
        super().__init__(f"{what}: {how}")


P = ParamSpec("P")


def listed(make: Callable[P, Iterable[Block]]) -> Callable[P, list[Block]]:
    """The blocks that a function yields, as a list; it may raise NotThere."""

    @wraps(make)
    def blocks(*args: P.args, **kwargs: P.kwargs) -> list[Block]:
        found: list[Block] = []
        try:
            found.extend(make(*args, **kwargs))
        except NotThere as lack:
            found.append(lack.missing)
        return found

    return blocks


def section(id: str, title: str) -> Callable[[Callable[P, Iterable[Block]]], Callable[P, Section]]:
    """The blocks that a function yields, as a section; it may raise NotThere."""

    def decorate(make: Callable[P, Iterable[Block]]) -> Callable[P, Section]:
        @wraps(make)
        def build(*args: P.args, **kwargs: P.kwargs) -> Section:
            return Section(id, title, listed(make)(*args, **kwargs))

        return build

    return decorate


Apart = dict[str, Figure]


def render(section: Section, apart: Apart | None = None) -> str:
    """A section as HTML. Figures are embedded, or put into `apart` by the ids of their boxes."""
    title = f"<h2>{text(section.title)}</h2>" if section.title else ""
    blocks = "".join(render_block(block, apart, section.record) for block in section.blocks)
    return f'<section id="{section.id}">{title}{blocks}</section>'


def render_block(block: Block, apart: Apart | None = None, record: str | None = None) -> str:
    """One block as HTML; figures as for `render`."""
    match block:
        case Text(body):
            return f"<p>{body}</p>"
        case Missing(what, how):
            return f'<p class="missing"><strong>Not shown: {coded(what)}.</strong> {coded(how)}</p>'
        case Chart():
            return _chart(block, apart, record)
        case Table():
            return to_html(block)


def _chart(chart: Chart, apart: Apart | None, record: str | None) -> str:
    key = legend(chart.figures) if chart.legend else ""
    figures = chart.figures if record is None else [with_record(one, record) for one in chart.figures]
    panels = "".join(_panel(chart, at, figure, apart) for at, figure in enumerate(figures))
    scrolls = f' role="group" aria-label="{text(chart.title)}" tabindex="0"' if chart.least else ""
    classes = "panels scrolls" if chart.least else "panels"
    of = f' <small class="record">Record {text(record)}.</small>' if record else ""
    return (
        f'<figure class="chart" id="{chart.id}" aria-labelledby="{chart.id}-title">'
        f'<h3 id="{chart.id}-title">{text(chart.title)}</h3>'
        f'{_choice(chart)}{key}<div class="{classes}" style="--panel:{chart.width}px"{scrolls}>{panels}</div>'
        f"<figcaption>{chart.read}{of}</figcaption></figure>"
    )


def _panel(chart: Chart, at: int, figure: Figure, apart: Apart | None) -> str:
    height = figure["layout"]["height"]
    style, classes = f"height:{height}px", "plot"
    if chart.last_wide and at == len(chart.figures) - 1:
        # The box sets the height, so the figure must not.
        figure = figure | {
            "layout": {key: value for key, value in figure["layout"].items() if key != "height"}
        }
        style, classes = f"height:clamp({height}px,46vw,{int(height * 1.7)}px)", "plot whole"
    if chart.least:
        style += f";min-width:{chart.least}px"
    box = f"{chart.id}-{at}"
    if apart is not None:
        apart[box] = figure
    inside = f'<script type="application/json">{as_json(figure)}</script>' if apart is None else ""
    return f'<div class="{classes}" id="{box}" style="{style}">{inside}</div>'


def _choice(chart: Chart) -> str:
    if chart.choice is None:
        return ""
    choice, control = chart.choice, f"{chart.id}-choice"
    names = list(choice.options)
    start = names.index(choice.start) if choice.start else 0
    if choice.slider:
        return (
            f'<p class="choice"><label for="{control}">{text(choice.label)}</label> '
            f'<input id="{control}" type="range" min="0" max="{len(names) - 1}" value="{start}" '
            f"data-chart=\"{chart.id}\" data-frames='{text(json.dumps(names))}' "
            f"data-labels='{text(json.dumps(list(choice.options.values())))}'> "
            f'<output for="{control}">{text(choice.options[names[start]])}</output></p>'
        )
    options = "".join(
        f'<option value="{text(name)}"{" selected" if at == start else ""}>{text(label)}</option>'
        for at, (name, label) in enumerate(choice.options.items())
    )
    return (
        f'<p class="choice"><label for="{control}">{text(choice.label)}</label> '
        f'<select id="{control}" data-chart="{chart.id}">{options}</select></p>'
    )


def legend(figures: Sequence[Figure]) -> str:
    """One legend for all figures of a chart, from the traces that ask for an entry."""
    entries: dict[str, str] = {}
    for figure in figures:
        for trace in figure["data"]:
            if trace.get("showlegend") and trace["name"] not in entries:
                entries[trace["name"]] = _swatch(trace)
    if len(entries) < 2:
        return ""
    return (
        '<ul class="legend">'
        + "".join(f"<li>{swatch}{text(name)}</li>" for name, swatch in entries.items())
        + "</ul>"
    )


def _swatch(trace: dict[str, Any]) -> str:
    dashes = {
        "solid": "",
        "dash": "7 4",
        "dot": "2 3",
        "dashdot": "7 3 2 3",
        "longdash": "12 4",
        "longdashdot": "12 3 2 3",
    }
    if "stackgroup" in trace or trace["type"] == "bar":
        fill = trace.get("fillcolor") or trace["marker"]["color"]
        box = f'<rect width="14" height="14" fill="{fill}"/>'
        return f'<svg width="14" height="14" aria-hidden="true">{box}</svg>'
    if trace["mode"] in ("markers", "markers+text"):
        colour, symbol = trace["marker"]["color"], trace["marker"].get("symbol", "circle")
        shapes = {
            "circle": '<circle cx="7" cy="7" r="5"/>',
            "diamond": '<path d="M7 1l6 6-6 6-6-6z"/>',
            "square": '<path d="M2 2h10v10H2z"/>',
            "triangle-up": '<path d="M7 2l6 10H1z"/>',
            "triangle-down": '<path d="M7 12l6-10H1z"/>',
        }
        return f'<svg width="14" height="14" fill="{colour}" aria-hidden="true">{shapes[symbol]}</svg>'
    line = trace["line"]
    return (
        f'<svg width="30" height="14" aria-hidden="true"><path d="M0 7h30" '
        f'stroke="{line["color"]}" stroke-width="3" '
        f'stroke-dasharray="{dashes[line.get("dash", "solid")]}"/></svg>'
    )


def as_json(value: Any) -> str:
    """JSON for a script element. NaN is an error: a missing number is null."""
    return (
        json.dumps(value, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
        .replace("</", "<\\/")
        .replace("<!--", "<\\!--")
    )


CONFIG_JSON = as_json(CONFIG)

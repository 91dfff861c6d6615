"""What all figures share: colours, fonts, axes, and the configuration of plotly.js.

Figures are plain dicts (the layout plotly.js reads); tests validate each with `plotly.graph_objects.Figure`.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sim.vocabulary import HOME_GROWN, KINDS, ON_PREMISES, ROUTES

Figure = dict[str, Any]
Trace = dict[str, Any]

# By default plotly.js offers to send the chart's data to a server of its makers.
CONFIG: dict[str, Any] = {
    "showSendToCloud": False,
    "displaylogo": False,
    "responsive": True,
    "displayModeBar": False,
    "scrollZoom": False,
    "plotlyServerURL": "",
}

FONT = {
    "family": "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif",
    "size": 12,
    "color": "#222222",
}
RECORD_ENDS = "2026-01-01"  # the first day that is not recorded
INK, QUIET, GRID, PAPER = "#222222", "#595959", "#e6e6e6", "#ffffff"


@dataclass(frozen=True)
class WorldStyle:
    """The style of a world in every chart: name, label, colour, and a dash so that colour is never the only
    sign."""

    name: str
    label: str
    colour: str
    dash: str


# Okabe and Ito's colours with a contrast of at least 3:1 on white.
_KNOWN = {
    "microsoft_wins": ("#0072B2", "solid"),
    "doj_wins": ("#C44E00", "dash"),
    "history": ("#333333", "dot"),
    "cloud_act": ("#007A5A", "dashdot"),
}
_SPARE = (
    ("#0072B2", "solid"),
    ("#C44E00", "dash"),
    ("#007A5A", "dashdot"),
    ("#A6488A", "dot"),
    ("#333333", "longdash"),
    ("#7A6400", "longdashdot"),
)


def world_styles(worlds: dict[str, str]) -> dict[str, WorldStyle]:
    """A style for each of the worlds {name: label}: the usual one if the name is known, else the first free
    one.

    A single world has a plain line.
    """
    if len(worlds) == 1:
        return {
            name: WorldStyle(name, label, _KNOWN.get(name, _SPARE[0])[0], "solid")
            for name, label in worlds.items()
        }
    taken = {_KNOWN[name][0] for name in worlds if name in _KNOWN}
    spare = [pair for pair in _SPARE if pair[0] not in taken]
    styles = {}
    for position, (name, label) in enumerate(worlds.items()):
        colour, dash = (
            _KNOWN[name] if name in _KNOWN else spare.pop(0) if spare else _SPARE[position % len(_SPARE)]
        )
        styles[name] = WorldStyle(name, label, colour, dash)
    return styles


# Tol's muted scheme: safe for common colour blindness, and different from the colours of the worlds.
KIND_COLOURS = dict(
    zip(KINDS, ("#BBBBBB", "#332288", "#88CCEE", "#117733", "#44AA99", "#DDCC77", "#AA4466"), strict=True)
)
ROUTE_COLOURS = dict(zip(ROUTES, ("#332288", "#88CCEE", "#44AA99", "#DDCC77", "#AA4466"), strict=True))
KIND_LABELS = dict(
    zip(
        KINDS,
        (
            "On premises",
            "US provider, US region",
            "US provider, local region",
            "US provider, trustee",
            "US provider, customer's keys",
            "US-owned subsidiary",
            "Home-grown provider",
        ),
        strict=True,
    )
)
KIND_SHORT = dict(
    zip(
        KINDS,
        ("On premises", "US region", "Local region", "Trustee", "Own keys", "US subsidiary", "Home-grown"),
        strict=True,
    )
)
assert ON_PREMISES in KIND_COLOURS and HOME_GROWN in KIND_COLOURS

ROUTE_LABELS = dict(
    zip(
        ROUTES,
        (
            "Direct order",
            "Order, after comity review",
            "Executive agreement",
            "Mutual legal assistance",
            "Unreachable",
        ),
        strict=True,
    )
)


def tint(colour: str, opacity: float) -> str:
    """A '#rrggbb' colour as rgba."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def diverging(low: str, high: str) -> list[list[Any]]:
    """A scale from one world's colour through near-white to the other's."""
    return [
        [0.0, low],
        [0.25, tint_on_white(low, 0.5)],
        [0.5, "#f7f7f7"],
        [0.75, tint_on_white(high, 0.5)],
        [1.0, high],
    ]


def tint_on_white(colour: str, strength: float) -> str:
    """A '#rrggbb' colour thinned with white."""
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - part) * strength):02x}" for part in parts)


def axis(title: str | None = None, **more: Any) -> dict[str, Any]:
    """An axis with a quiet grid; `more` are plotly's own axis settings."""
    plain: dict[str, Any] = {
        "gridcolor": GRID,
        "zeroline": False,
        "linecolor": "#bbbbbb",
        "ticks": "",
        "automargin": True,
        "fixedrange": True,
    }
    if title:
        plain["title"] = {"text": title, "standoff": 8}
    return plain | more


def time_axis(first: str, last: str, **more: Any) -> dict[str, Any]:
    """A time axis from month to month ('2013-01-01'), a tick each second year."""
    plain = axis(
        type="date",
        range=[first, last],
        tickformat="%Y",
        dtick="M24",
        tick0="2013-01-01",
        showgrid=False,
        ticks="outside",
        tickcolor="#bbbbbb",
    )
    return plain | {"hoverformat": "%b %Y"} | more


# Margins with room for axis labels; with automatic margins plotly.js would draw the chart twice.
MARGIN = {"l": 48, "r": 14, "t": 34, "b": 36}
MARGIN_WITH_TITLE = MARGIN | {"l": 72}  # of a vertical axis


def layout(height: int, **more: Any) -> dict[str, Any]:
    """The layout all figures start from."""
    plain: dict[str, Any] = {
        "height": height,
        "autosize": True,
        "font": FONT,
        "paper_bgcolor": PAPER,
        "plot_bgcolor": PAPER,
        "margin": MARGIN,
        "showlegend": False,
        "dragmode": False,
        "hoverlabel": {
            "align": "left",
            "bgcolor": PAPER,
            "bordercolor": QUIET,
            "font": FONT | {"color": INK},
        },
    }
    return plain | more


def level_line(colour: str = INK, layer: str = "between") -> dict[str, Any]:
    """A horizontal line at zero, over the whole width."""
    line = {"color": colour, "width": 1}
    ends = {"x0": 0, "x1": 1, "xref": "paper", "y0": 0, "y1": 0}
    return {"type": "line", **ends, "line": line, "layer": layer}


def upright(x: float, colour: str = INK, dash: str = "solid", width: float = 1.2) -> dict[str, Any]:
    """A vertical line over the whole height."""
    line = {"color": colour, "dash": dash, "width": width}
    ends = {"x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper"}
    return {"type": "line", **ends, "line": line, "layer": "between"}


def upright_band(low: float | str, high: float | str) -> dict[str, Any]:
    """A grey band over the whole height."""
    ends = {"x0": low, "x1": high, "y0": 0, "y1": 1, "yref": "paper"}
    look = {"fillcolor": "rgba(0,0,0,0.07)", "line": {"width": 0}, "layer": "between"}
    return {"type": "rect", **ends, **look}


def with_record(figure: Figure, record: str) -> Figure:
    """The figure with the id of the results that it shows in its metadata."""
    return figure | {"layout": figure["layout"] | {"meta": {"record": record}}}


def with_record_line(figure: Figure, record: str) -> Figure:
    """The same, with a small line for a figure that stands alone, as in a picture file."""
    line = {
        "text": f"warrantsim {record}",
        "showarrow": False,
        "x": 1,
        "xref": "paper",
        "xanchor": "right",
        "y": 0,
        "yref": "paper",
        "yanchor": "top",
        "yshift": -24,
        "font": {"size": 9, "color": QUIET},
    }
    figure = with_record(figure, record)
    layout = figure["layout"]
    return figure | {"layout": layout | {"annotations": [*layout.get("annotations", ()), line]}}


def with_assumed_years(figure: Figure) -> Figure:
    """The figure with the months after the record shaded on its time axes: what is drawn there is assumed."""
    shapes, notes = [], []
    for name, one in figure["layout"].items():
        if not name.startswith("xaxis") or one.get("type") != "date" or "range" not in one:
            continue
        first, last = (str(end)[:10] for end in one["range"])
        if last > RECORD_ENDS:
            begins, ref = max(first, RECORD_ENDS), name.replace("axis", "")
            shapes.append(upright_band(begins, last) | {"xref": ref, "layer": "below"})
            notes.append(
                {
                    "text": "assumed",
                    "x": begins,
                    "xref": ref,
                    "xanchor": "left",
                    "y": 0,
                    "yref": "paper",
                    "yanchor": "bottom",
                    "showarrow": False,
                    "font": {"size": 11, "color": QUIET},
                }
            )
    if not shapes:
        return figure
    layout = figure["layout"]
    added = {
        "shapes": [*layout.get("shapes", []), *shapes],
        "annotations": [*layout.get("annotations", []), *notes],
    }
    return figure | {"layout": layout | added}


def error_bar(
    above: list[float | None], below: list[float | None], colour: str, thickness: float, width: float = 0
) -> dict[str, Any]:
    """The error bar of marks, with its lengths above and below them."""
    lengths = {"type": "data", "symmetric": False, "array": above, "arrayminus": below}
    return lengths | {"color": colour, "thickness": thickness, "width": width}


def names_axis(names: Sequence[str], **more: Any) -> dict[str, Any]:
    """A vertical axis of names, the first on top, each with its tick."""
    order = {"type": "category", "categoryorder": "array", "categoryarray": list(names)}
    look: dict[str, Any] = {
        "range": [len(names) - 0.4, -0.6],
        "dtick": 1,
        "tickfont": {"size": 12, "color": QUIET},
    }
    return axis(**look, **more) | order


def heading(text: str) -> dict[str, Any]:
    """The title of a panel, left-aligned above the chart."""
    return {
        "text": text,
        "font": {"size": 13, "color": INK},
        "x": 0,
        "xref": "container",
        "xanchor": "left",
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "pad": {"b": 10},
    }


def common_range(low: float, high: float, room: float = 0.05) -> list[float]:
    """One axis range for several panels: that of the data with a margin; 0 to 1 without data, never of zero
    width."""
    if math.isnan(low) or math.isnan(high):
        return [0.0, 1.0]
    span = (high - low) or abs(high) or 1.0
    return [low - room * span, high + room * span]


def steady_range(low: float, high: float) -> list[float]:
    """One axis range for several panels that ends at round numbers, so that small changes of the data keep
    it."""
    bottom, top = common_range(low, high, 0.02)
    rough = (top - bottom) / 20.0
    digit = 10.0 ** math.floor(math.log10(rough))
    step = next(k * digit for k in (1.0, 2.0, 5.0, 10.0) if k * digit >= rough)
    return [round(math.floor(bottom / step) * step, 12), round(math.ceil(top / step) * step, 12)]


def round_ticks(low: float, high: float, most: int = 7) -> list[float]:
    """Round numbers between two ends; plotly.js would put ticks at the middles of bars."""
    digit = 10.0 ** math.floor(math.log10((high - low) / most)) if high > low else 1.0
    step = next(k * digit for k in (1.0, 2.0, 5.0, 10.0) if (high - low) / (k * digit) <= most)
    return [round(k * step, 12) for k in range(math.ceil(low / step), math.floor(high / step) + 1)]


_ENDS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)


def symmetric_range(values: Iterable[float], least: float) -> tuple[float, float]:
    """Ends of a scale for differences: as far below zero as above it, at a plain number.

    `least` is the upper end where all values are zero or missing.
    """
    largest = max((abs(value) for value in values if not math.isnan(value)), default=0.0)
    if largest <= 0:
        return -least, least
    digit = 10.0 ** math.floor(math.log10(largest))
    end = float(f"{next(step for step in _ENDS if step * digit >= largest * (1 - 1e-9)) * digit:.3g}")
    return -end, end

"""The page of the comparisons: theory as lines, the model as points, and how far they are apart."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.view.blocks import Chart, Section, Text
from sim.view.figures.style import Figure, Trace, axis, error_bar, heading, layout
from sim.view.html_page import put_together
from sim.view.tables import Cell, Table, columns, text
from tests.verify.comparison import Comparison, Curve, Panel

COLOURS = ("#0072B2", "#C44E00", "#007A5A", "#A6488A", "#333333", "#7A6400")
SYMBOLS = ("circle", "diamond", "square", "triangle-up")
TITLE = "The model against theory"


def page(found: Sequence[Comparison], seconds: float) -> str:
    """All comparisons as one HTML file that needs no network."""
    failed = [one.title for one in found if not one.holds]
    verdict = (
        f"{len(failed)} of {len(found)} comparisons fail: {', '.join(failed)}."
        if failed
        else (f"All {len(found)} comparisons hold.")
    )
    head = (
        f'<h1>{TITLE}</h1><p class="facts">{text(verdict)} Lines are theory, points are the model. Bars are '
        f"95% intervals where luck plays a part. Made in {seconds:.0f} s.</p>"
    )
    return put_together(TITLE, head, [_summary(found), *map(_section, found)], "Made by `make verify`.")


def summary(found: Sequence[Comparison]) -> Table:
    """Every comparison: how near its worst check comes to what is allowed."""
    rows: list[list[Any]] = []
    for one in found:
        worst = max(one.checks, key=lambda check: check.deviation / check.allowed)
        verdict = Cell("holds", tone="good") if one.holds else Cell("FAILS", tone="bad", strong=True)
        share = f"{worst.deviation / worst.allowed:.0%}"
        rows.append([one.title, len(one.checks), worst.what, share, verdict])
    names = ("comparison", ">checks", "nearest to its limit", ">deviation over allowed", "verdict")
    return Table("", columns(*names), rows)


def _summary(found: Sequence[Comparison]) -> Section:
    return Section("checks", "What was compared", [summary(found)])


def _section(one: Comparison) -> Section:
    said = "<br>".join(text(check.words) for check in one.checks)
    body = f"<strong>Theory.</strong> {text(one.theory)}<br><strong>Model.</strong> {text(one.model)}"
    names = list(dict.fromkeys(curve.name for panel in one.panels for curve in panel.curves))
    figures = [_figure(panel, names) for panel in one.panels]
    width = 270 if len(figures) > 3 else 360
    chart = Chart(f"{one.id}-chart", "Lines: theory. Points: the model.", said, figures, width=width)
    return Section(one.id, one.title, [Text(body), chart])


def _figure(panel: Panel, names: Sequence[str]) -> Figure:
    data = [trace for curve in panel.curves for trace in _traces(curve, names.index(curve.name))]
    scale: dict[str, Any] = (
        {"type": "log", "exponentformat": "power", "dtick": 1} if panel.logarithmic else {}
    )
    shape = layout(
        340,
        title=heading(panel.title),
        xaxis=axis(panel.x),
        yaxis=axis(panel.y, **scale),
        margin={"l": 64, "r": 14, "t": 40, "b": 46},
    )
    return {"data": data, "layout": shape}


def _traces(curve: Curve, at: int) -> list[Trace]:
    colour, symbol = COLOURS[at % len(COLOURS)], SYMBOLS[at % len(SYMBOLS)]
    line: Trace = {
        "type": "scatter",
        "mode": "lines",
        "name": curve.name,
        "x": _numbers(curve.line[0]),
        "y": _numbers(curve.line[1]),
        "line": {"color": colour, "width": 2},
        "hovertemplate": f"theory, {curve.name}: %{{y:.4~g}}<extra></extra>",
    }
    points: Trace = {
        "type": "scatter",
        "mode": "markers",
        "name": curve.name,
        "showlegend": True,
        "x": _numbers(curve.points[0]),
        "y": _numbers(curve.points[1]),
        "marker": {"color": colour, "symbol": symbol, "size": 7},
        "hovertemplate": f"model, {curve.name}: %{{y:.4~g}}<extra></extra>",
    }
    if curve.error is not None:
        lengths: list[float | None] = list(_numbers(curve.error))
        points["error_y"] = error_bar(lengths, lengths, colour, 1.2, 3)
    return [line, points]


def _numbers(values: np.ndarray) -> list[float]:
    return [float(f"{value:.6g}") for value in values]

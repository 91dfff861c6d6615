"""The report's sections inside the dashboard: HTML with empty boxes, and the figures that `charts.js` draws in them."""

from collections.abc import Iterable
from typing import Any

from dash import html

from sim.view.dashboard.page import Component
from sim.view.page import Apart, Section, as_json, render


def content_of(sections: Iterable[Section]) -> dict[str, Any]:
    """{"html": ..., "figures": {box: figure}} of the sections."""
    figures: Apart = {}
    page = "".join(render(section, figures) for section in sections)
    return {"html": page, "figures": figures}


def charts(sections: Iterable[Section], **more: Any) -> Component:
    """The sections as a component that draws itself; `more` are attributes of its element."""
    return html.Div(className="charts", **{"data-charts": "", "data-content": as_json(content_of(sections))}, **more)

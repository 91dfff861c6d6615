"""The report's sections in the explorer:

HTML with empty boxes, and the figures that `charts.js` draws in them.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import html

from sim.view.blocks import Apart, Section, as_json, render
from sim.view.explorer.page import Component


def content_of(sections: Iterable[Section]) -> dict[str, Any]:
    """{"html": ..., "figures": {box: figure}} of the sections."""
    figures: Apart = {}
    page = "".join(render(section, figures) for section in sections)
    return {"html": page, "figures": figures}


def charts(sections: Iterable[Section], **more: Any) -> Component:
    """The sections as a component; `more` are attributes of its element."""
    return html.Div(
        className="charts", **{"data-charts": "", "data-content": as_json(content_of(sections))}, **more
    )


def tab_bar(labels: Mapping[str, str], chosen: str, id: str, css: str) -> Component:
    """Tabs by key; the charts are below all of them.

    Each tab needs a panel, whose text is for screen readers only.
    """
    return dmc.Tabs(
        [
            dmc.TabsList(
                [dmc.TabsTab(label, value=key) for key, label in labels.items()],
                **{"aria-label": "What to show"},
            ),
            *(
                dmc.TabsPanel(f"{label}, shown below", value=key, className="unseen")
                for key, label in labels.items()
            ),
        ],
        value=chosen,
        id=id,
        className=css,
    )


def select(id: Any, label: str | None, options: Mapping[str, str], value: str, **more: Any) -> Component:
    """A list of which one entry is always chosen; `options` are labels by value."""
    data = [{"value": key, "label": words} for key, words in options.items()]
    usual = {"size": "xs", "allowDeselect": False}
    return dmc.Select(id=id, label=label, data=data, value=value, **usual | more)

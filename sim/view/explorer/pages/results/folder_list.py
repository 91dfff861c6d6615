"""The list of results folders, and messages about folders that cannot be opened."""

from pathlib import Path
from urllib.parse import quote

import dash_mantine_components as dmc
from dash import dcc, html

from sim.runs.folder_check import DamagedFolder
from sim.view.explorer.page import Component
from sim.view.results_folders import FolderSummary, Refused, list_folders

PATH = "/results"
# A sign beside each word, so that colour is never the only sign.
_STATES = {
    "done": ("done", "✓"),
    "failures": ("some pairs failed", "!"),
    "running": ("running", "▶"),
    "stopped": ("stopped", "■"),
    "damaged": ("damaged", "✕"),
}


def table_of(root: Path) -> Component:
    """The folders as a table, or what to do if there are none."""
    found = list_folders(root)
    if not found:
        return _empty(root)
    head = html.Thead(
        html.Tr(
            [
                html.Th(name, scope="col")
                for name in ("Results", "State", "Made (UTC)", "Points", "Runs", "Failed pairs")
            ]
        )
    )
    body = html.Tbody([_row(one) for one in found])
    return html.Div(
        html.Table([head, body]),
        className="scroll",
        role="region",
        tabIndex=0,
        **{"aria-label": "Results folders"},
    )


def any_running(root: Path) -> bool:
    """Whether a run is in progress."""
    return any(one.state == "running" for one in list_folders(root))


def _row(one: FolderSummary) -> Component:
    word, sign = _STATES[one.state]
    state = [html.Span(f"{sign} {word}", className=f"state state-{one.state}")]
    if one.words:
        state += [html.Br(), html.Span(one.words, className="quiet")]
    link = dcc.Link(one.title or one.name, href=href(one.name))
    cells = [
        one.made.replace("T", " ")[:16],
        "" if one.points is None else f"{one.points:,}",
        f"{one.runs:,}" if one.runs else "",
        f"{one.failed:,}" if one.failed else "",
    ]
    return html.Tr(
        [
            html.Th([link, html.Br(), html.Code(one.name)], scope="row"),
            html.Td(state),
            *(html.Td(cell, className="short" if at == 0 else "number") for at, cell in enumerate(cells)),
        ]
    )


def href(name: str) -> str:
    """The address of a folder's page."""
    return f"{PATH}/{quote(name)}"


def _empty(root: Path) -> Component:
    where = f"There is no folder {root} yet." if not root.is_dir() else f"There are no results in {root} yet."
    return dmc.Alert(
        [
            html.P([where, " Run an experiment, and it appears here while it runs:"]),
            html.Pre("warrantsim run two_worlds\nwarrantsim run where_revenue_falls"),
            html.P(["For results elsewhere: ", html.Code("warrantsim dashboard --results FOLDER"), "."]),
        ],
        title="No results yet",
        color="blue",
        variant="light",
    )


def cannot_open(
    error: Refused | DamagedFolder, title: str = "This results folder cannot be read"
) -> Component:
    """A message about a refused or damaged folder; `title` is that of a damaged one."""
    back = dcc.Link("Back to the list of results", href=PATH)
    if isinstance(error, DamagedFolder):
        message = dmc.Alert(
            [html.P(error.what), html.P(error.how), back],
            title=title,
            color="red",
            variant="light",
        )
    else:
        message = dmc.Alert(
            [html.P(str(error)), back], title="Folder not opened", color="orange", variant="light"
        )
    return html.Div(message)

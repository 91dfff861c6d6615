"""The layout of the explorer: controls on the left; the answer, the tabs and their charts on the right."""

import json
import uuid

import dash_mantine_components as dmc
from dash import dcc, html

from sim.view.explorer.components import select, tab_bar
from sim.view.explorer.page import Component
from sim.view.explorer.pages.worlds.catalogue import Catalogue
from sim.view.explorer.pages.worlds.controls import panel
from sim.view.explorer.pages.worlds.state import State
from sim.view.explorer.pages.worlds.world_tabs import TABS

DOWNLOADS = {
    "yaml": "This experiment (YAML)",
    "csv": "Data of this tab (CSV, zipped)",
    "parquet": "Data of this tab (Parquet, zipped)",
    "html": "All tabs as one page (HTML)",
}


_MEASURES = {"trust": "Trust", "laws": "Laws in force"}
_STREAMS = {"kinds": "kinds of place", "countries": "countries"}


def page_of(catalogue: Catalogue, state: State, wrong: list[str]) -> Component:
    """The page of a state; `wrong` are messages about its address."""
    return html.Div(
        [
            dcc.Store(id="asked"),
            dcc.Store(id="rebuild"),
            dcc.Store(id="month", data=state.month),
            dcc.Store(id="yaml"),
            dcc.Store(id="not-kept"),
            dcc.Store(id="places", data=_places(catalogue)),
            dcc.Store(id="default", data=catalogue.default.model_dump(mode="json")),
            dcc.Store(id="page-id", data=uuid.uuid4().hex),
            dcc.Download(id="download"),
            html.Aside(
                panel(catalogue, state),
                id="panel",
                className="panel",
                **{"aria-label": "Controls"},
            ),
            html.Div(
                [
                    _opening(catalogue, state, wrong),
                    _tools(catalogue, state),
                    html.H2("Charts", className="unseen"),  # a heading for screen readers
                    html.Div(id="content", className="charts", **{"data-charts": ""}),
                ],
                className="view",
            ),
        ],
        className="explorer",
    )


def _opening(catalogue: Catalogue, state: State, wrong: list[str]) -> Component:
    message = dmc.Alert(
        [html.Ul([html.Li(one) for one in wrong]), "The rest of the address was used."],
        title="Part of the address is invalid",
        color="orange",
        withCloseButton=True,
        id="wrong",
        hide=not wrong,
    )
    return html.Div(
        [
            message,
            html.H1("Compare two worlds"),
            html.P(id="sentence", className="sentence", **{"aria-live": "polite"}),
            html.Div(id="cards"),
            _status_line(catalogue, state),
        ],
        className="opening",
    )


def _status_line(catalogue: Catalogue, state: State) -> Component:
    """What is shown, the place, and what can be copied or downloaded."""
    what = [
        html.Li(html.Button(label, id={"type": "download", "what": what}))
        for what, label in DOWNLOADS.items()
    ]
    place = select(
        "place",
        None,
        catalogue.places,
        state.place,
        searchable=True,
        w=230,
        **{"aria-label": "Place that the charts are about"},
    )
    tools = [
        place,
        dmc.Button("Copy link", id="copy-link", size="xs", variant="default"),
        dmc.Button("Copy YAML", id="copy-yaml", size="xs", variant="default"),
        html.Details([html.Summary("Download"), html.Ul(what)], className="menu"),
    ]
    return html.Div(
        [
            html.Span(id="status", role="status"),
            html.A("Change the worlds", href="#panel", className="only-phone"),
            dmc.Group(tools, gap="xs"),
        ],
        className="status-line",
    )


def _tools(catalogue: Catalogue, state: State) -> Component:
    months = catalogue.months(state.preset)
    first, last = (
        months.index(state.since) if state.since else catalogue.index_of_first_changed(state),
        months.index(state.until or months[-1]),
    )
    tabs = tab_bar({name: tab.title for name, tab in TABS.items()}, state.tab, "tab", "tabs")
    return html.Div(
        [
            tabs,
            dmc.Group(
                [
                    html.Div(
                        select("measure", "On the map", _MEASURES, state.measure, w=180), className="only-map"
                    ),
                    html.Div(
                        select("streams", "Moves between", _STREAMS, state.streams, w=180),
                        className="only-data",
                    ),
                    _span(months, [first, last]),
                ],
                gap="md",
                align="flex-start",
            ),
        ],
        id="tools",
        className="tools",
        **{
            "data-tab": state.tab,
            "data-span": json.dumps([catalogue.index_of_first_changed(state), len(months) - 1]),
        },
    )


def _span(months: list[str], value: list[int]) -> Component:
    """First and last month of the moves."""
    years = [
        {"value": at, "label": month[:4]}
        for at, month in enumerate(months)
        if month.endswith("-01") and int(month[:4]) % 3 == 1
    ]
    slider = dmc.RangeSlider(
        id="span",
        min=0,
        max=len(months) - 1,
        step=1,
        minRange=0,
        value=value,
        marks=years,
        label=None,
        size="sm",
        updatemode="drag",
        thumbFromLabel="First month of the moves",
        thumbToLabel="Last month of the moves",
    )
    message = html.Span(id="span-said", className="label")
    return html.Div([message, slider, dcc.Store(id="months", data=months)], className="only-data span")


def _places(catalogue: Catalogue) -> dict[str, str]:
    """The places by the words of a chart: names and alpha-3 codes."""
    out: dict[str, str] = {}
    for code, one in catalogue.base.jurisdictions.items():
        if code != "US":
            out |= {one.name: code} | dict.fromkeys(one.iso3, code)
    return out

"""The layout of the explorer: controls on the left; the answer, the tabs and their charts on the right."""

import json
import uuid

import dash_mantine_components as dmc
from dash import dcc, html

from sim.view.explorer.components import tab_bar
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


def page_of(catalogue: Catalogue, state: State, wrong: list[str]) -> Component:
    """The page of a state; `wrong` are messages about its address."""
    return html.Div(
        [
            dcc.Store(id="asked"),
            dcc.Store(id="rebuild"),
            dcc.Store(id="month", data=state.month),
            dcc.Store(id="yaml"),
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
    places = [{"value": code, "label": name} for code, name in catalogue.places.items()]
    said = dmc.Alert(
        [html.Ul([html.Li(one) for one in wrong]), "The rest of the address was used."],
        title="Part of the address is invalid",
        color="orange",
        withCloseButton=True,
        id="wrong",
        hide=not wrong,
    )
    return html.Div(
        [
            said,
            html.H1("Compare two worlds"),
            html.P(id="sentence", className="sentence", **{"aria-live": "polite"}),
            html.Div(id="cards"),
            html.Div(
                [
                    html.Span(id="status", role="status"),
                    html.A("Change the worlds", href="#panel", className="only-phone"),
                    dmc.Group(
                        [
                            dmc.Select(
                                id="place",
                                data=places,
                                value=state.place,
                                searchable=True,
                                allowDeselect=False,
                                size="xs",
                                w=230,
                                **{"aria-label": "Place that the charts are about"},
                            ),
                            dmc.Button("Copy link", id="copy-link", size="xs", variant="default"),
                            dmc.Button("Copy YAML", id="copy-yaml", size="xs", variant="default"),
                            html.Details(
                                [
                                    html.Summary("Download"),
                                    html.Ul(
                                        [
                                            html.Li(html.Button(label, id={"type": "download", "what": what}))
                                            for what, label in DOWNLOADS.items()
                                        ]
                                    ),
                                ],
                                className="menu",
                            ),
                        ],
                        gap="xs",
                    ),
                ],
                className="status-line",
            ),
        ],
        className="opening",
    )


def _tools(catalogue: Catalogue, state: State) -> Component:
    months = catalogue.months(state.preset)
    first, last = (
        months.index(state.since) if state.since else _first_changed(catalogue, state, months),
        months.index(state.until or months[-1]),
    )
    tabs = tab_bar({name: tab.title for name, tab in TABS.items()}, state.tab, "tab", "tabs")
    years = [
        {"value": at, "label": month[:4]}
        for at, month in enumerate(months)
        if month.endswith("-01") and int(month[:4]) % 3 == 1
    ]
    return html.Div(
        [
            tabs,
            dmc.Group(
                [
                    html.Div(
                        dmc.Select(
                            id="measure",
                            label="On the map",
                            size="xs",
                            allowDeselect=False,
                            value=state.measure,
                            w=180,
                            data=[
                                {"value": "trust", "label": "Trust"},
                                {"value": "laws", "label": "Laws in force"},
                            ],
                        ),
                        className="only-map",
                    ),
                    html.Div(
                        dmc.Select(
                            id="streams",
                            label="Moves between",
                            size="xs",
                            allowDeselect=False,
                            value=state.streams,
                            w=180,
                            data=[
                                {"value": "kinds", "label": "kinds of place"},
                                {"value": "countries", "label": "countries"},
                            ],
                        ),
                        className="only-data",
                    ),
                    html.Div(
                        [
                            html.Span(id="span-said", className="label"),
                            dmc.RangeSlider(
                                id="span",
                                min=0,
                                max=len(months) - 1,
                                step=1,
                                minRange=0,
                                value=[first, last],
                                marks=years,
                                label=None,
                                size="sm",
                                updatemode="drag",
                                thumbFromLabel="First month of the moves",
                                thumbToLabel="Last month of the moves",
                            ),
                            dcc.Store(id="months", data=months),
                        ],
                        className="only-data span",
                    ),
                ],
                gap="md",
                align="flex-start",
            ),
        ],
        id="tools",
        className="tools",
        **{
            "data-tab": state.tab,
            "data-span": json.dumps([_first_changed(catalogue, state, months), len(months) - 1]),
        },
    )


def _first_changed(catalogue: Catalogue, state: State, months: list[str]) -> int:
    """The default start of the span: the first month that the earliest switch can change."""
    days = [switch.on for world in catalogue.worlds(state) for switch in world.switches]
    if not days:
        return 0
    first = min(days)
    return (
        min(months.index(f"{first:%Y-%m}") + (first.day > 1), len(months) - 1)
        if f"{first:%Y-%m}" in months
        else 0
    )


def _places(catalogue: Catalogue) -> dict[str, str]:
    """The places by the words of a chart: names and alpha-3 codes."""
    out: dict[str, str] = {}
    for code, one in catalogue.base.jurisdictions.items():
        if code != "US":
            out |= {one.name: code} | dict.fromkeys(one.iso3, code)
    return out

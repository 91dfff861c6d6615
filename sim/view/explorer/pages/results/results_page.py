"""The results pages: layout and callbacks.

The address holds all choices: /results/<folder>?tab=...&metric=...
"""

import contextlib
import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import dash_mantine_components as dmc
import pandas as pd
from dash import ALL, Dash, Input, Output, State, dcc, html, no_update
from flask import Response, abort, send_file

from sim.runs.csv_tables import csv_text
from sim.runs.folder_check import RUN_AGAIN, DamagedFolder, damage, first_line
from sim.runs.pair_series import NotAsDescribed
from sim.runs.tables_on_disk import DAMAGED
from sim.scenario.problems import InputError
from sim.view.explorer.components import tab_bar
from sim.view.explorer.page import Component, Page
from sim.view.explorer.pages.results import folder_list, progress
from sim.view.explorer.pages.results.overview import DOWNLOADS, more
from sim.view.explorer.pages.results.query import CONTROL, Query, ignored, parsed
from sim.view.explorer.pages.results.result_tabs import BY_TAB, tabs_of
from sim.view.explorer.pages.results.tab import Tab
from sim.view.explorer.settings import Settings
from sim.view.folder_view import FolderView, open_results
from sim.view.results_folders import Refused, open_folder

_POLL = 2_000  # milliseconds between updates of a run in progress
_TABLE_DAMAGED = (
    NotAsDescribed,
    *DAMAGED,
    pd.errors.ParserError,
    pd.errors.EmptyDataError,
)


def page(settings: Settings) -> Page:
    """The page of results folders."""

    def layout(rest: str, query: str) -> Component:
        name = unquote(rest)
        return _one(settings, name, query) if name else _list(settings)

    def register(app: Dash) -> None:
        _register_list(app, settings)
        _register_one(app, settings)
        _serve_files(app, settings)

    return Page(folder_list.PATH, "Results", layout, register)


def _list(settings: Settings) -> Component:
    return html.Div(
        [
            html.H1("Results"),
            html.P(
                [
                    "Finished runs and runs in progress in ",
                    html.Code(str(settings.results)),
                    ". Choose one to open it.",
                ],
                className="read",
            ),
            html.Div(
                folder_list.table_of(settings.results), id="results-list", className="charts results-list"
            ),
            dcc.Interval(
                id="results-list-poll", interval=_POLL, disabled=not folder_list.any_running(settings.results)
            ),
        ]
    )


def _one(settings: Settings, name: str, query: str) -> Component:
    """The frame of one folder's page: title, progress, tabs. A callback fills the tabs."""
    try:
        folder_view = open_results(settings.results, name)
    except (Refused, DamagedFolder) as error:
        return html.Div([html.H1("Results"), folder_list.cannot_open(error)])
    tabs, choices = tabs_of(folder_view), Query(parsed(query))
    start = choices.choice("tab", {tab.key: tab.label for tab in tabs})
    running = folder_view.folder.progress is not None and folder_view.folder.progress.state == "running"
    complaints = [*ignored(query), *choices.complaints]
    words = f"In the address: {'; '.join(complaints)}." if complaints else ""
    return html.Div(
        [
            html.P([dcc.Link("Results", href=folder_list.PATH), " / ", html.Code(name)], className="crumbs"),
            html.H1(str(folder_view.manifest["title"])),
            html.P(str(folder_view.manifest["question"]), className="question"),
            html.Div(progress.shown(folder_view), id="results-progress"),
            dmc.Alert(words, color="orange", variant="light", title="Part of the address is invalid")
            if words
            else None,
            tab_bar({tab.key: tab.label for tab in tabs}, start, "results-tabs", "results-tabs"),
            html.Div(id="results-controls", className="results-controls"),
            html.Div(
                [
                    html.Button(
                        "Download these numbers (CSV)",
                        id="results-csv",
                        className="plain-button",
                        hidden=True,
                    )
                ],
                className="keep-table",
            ),
            dcc.Download(id="results-download"),
            html.Div(
                id="results-body"
            ),  # its style shows that it is loading: a spinner would cost more than many charts
            html.Div(id="results-said", role="status", className="unseen"),
            dcc.Store(id="results-opened", data=_opened(folder_view)),
            dcc.Store(id="results-query", data=parsed(query)),
            dcc.Store(id="results-seen", data=_seen(folder_view)),
            dcc.Interval(id="results-poll", interval=_POLL, disabled=not running),
        ]
    )


def _opened(folder_view: FolderView) -> list[str]:
    """What a page is of: the folder's name, and the digest of the experiment and configuration in it."""
    return [folder_view.folder.name, str(folder_view.manifest.get("scenario_digest"))]


def _seen(folder_view: FolderView) -> list[Any]:
    """What changes when there is something new to show."""
    at = folder_view.folder.progress
    return [
        folder_view.folder.finished,
        folder_view.folder.stamp,
        None if at is None else [at.done, at.stage, at.state],
    ]


# --- what is in a tab ------------------------------------------------------------------------------------


def _again(settings: Settings, opened: list[str]) -> FolderView:
    """The folder of an open page. Raises DamagedFolder, and Refused also if it now holds other results.

    Their numbers would stand under the title and between the tabs of those before.
    """
    folder_view = open_results(settings.results, opened[0])
    if _opened(folder_view) != opened:
        raise Refused(
            "Results of another experiment, or of other values, were written to this folder after the page "
            "was opened. Reload the page to see them."
        )
    return folder_view


def _guarded(settings: Settings, opened: list[str], show: Callable[[FolderView], Component]) -> Component:
    """What `show` makes of the folder, or a message why it cannot be shown."""
    try:
        return show(_again(settings, opened))
    except (Refused, DamagedFolder) as error:
        return folder_list.cannot_open(error)
    except InputError as error:
        return folder_list.cannot_open(
            DamagedFolder(
                f"{error}.",
                "Other tabs may work. To see this one, run the experiment again with the same command.",
            ),
            "This tab cannot be shown",
        )
    except _TABLE_DAMAGED as error:
        logging.getLogger(__name__).warning("%s: %s", opened, error, exc_info=True)
        message = first_line(error)
        return folder_list.cannot_open(
            DamagedFolder(f"A file of this folder is damaged or being written: {message}.", RUN_AGAIN)
        )
    except Exception as error:  # the page reports it; other pages go on
        logging.getLogger(__name__).exception("%s", opened)
        message = f"{type(error).__name__}: {first_line(error)}"
        return folder_list.cannot_open(
            DamagedFolder(
                f"Either a file of this folder was changed, or the program is wrong ({message}).",
                "If the experiment is being run now, wait until it is done. If every byte is right (see the "
                "overview), it is an error of the program: its maintainers need what the command printed.",
            ),
            "This tab cannot be shown",
        )


def _chosen(values: list[Any], ids: list[Mapping[str, Any]]) -> dict[str, str]:
    return {str(one["name"]): str(value) for one, value in zip(ids, values, strict=True) if value is not None}


def _tab(key: str | None, folder_view: FolderView) -> Tab:
    tab = BY_TAB.get(key or "")
    return tab if tab is not None and tab.there(folder_view) else tabs_of(folder_view)[0]


def _register_one(app: Dash, settings: Settings) -> None:
    @app.callback(
        Output("results-controls", "children"),
        Output("results-csv", "hidden"),
        Input("results-tabs", "value"),
        State("results-opened", "data"),
        State("results-query", "data"),
    )
    def controls(key: str, opened: list[str], query: dict[str, str]) -> tuple[Component, bool]:
        """The controls of the tab, with the values of the address or of earlier choices."""
        hidden = dcc.Input(id={"type": CONTROL, "name": "tab"}, type="hidden", value=key)
        tables = list[bool]()

        def show(folder_view: FolderView) -> Component:
            tab, choices = _tab(key, folder_view), Query(query)
            shown = tab.controls(folder_view, choices)
            tables.append(tab.table is not None)
            message = (
                html.P(
                    f"Some choices are not available: {'; '.join(choices.complaints)}.",
                    className="complaint",
                    role="alert",
                )
                if choices.complaints
                else None
            )
            return html.Div([dmc.Group(shown, gap="md", align="end") if shown else None, message])

        shown = _guarded(settings, opened, show)
        if not tables:  # the body says why, in the place of what stood there
            return hidden, True
        return html.Div([shown, hidden]), not tables[0]

    @app.callback(
        Output("results-body", "children"),
        Output("results-query", "data"),
        Output("results-said", "children"),
        Input({"type": CONTROL, "name": ALL}, "value"),
        Input("results-seen", "data"),
        State({"type": CONTROL, "name": ALL}, "id"),
        State("results-opened", "data"),
        State("results-query", "data"),
    )
    def body(
        values: list[Any], _: Any, ids: list[Mapping[str, Any]], opened: list[str], query: dict[str, str]
    ) -> tuple[Any, Any, Any]:
        """The tab's content, the choices for the address, and a message for screen readers."""
        chosen = _chosen(values, ids)
        if "tab" not in chosen:
            return no_update, no_update, no_update
        shown = _guarded(
            settings,
            opened,
            lambda folder_view: _tab(chosen["tab"], folder_view).content(folder_view, Query(chosen)),
        )
        label = BY_TAB[chosen["tab"]].label if chosen["tab"] in BY_TAB else ""
        return shown, {**query, **chosen}, f"{label} is shown"

    @app.callback(
        Output("results-download", "data"),
        Input("results-csv", "n_clicks"),
        State({"type": CONTROL, "name": ALL}, "value"),
        State({"type": CONTROL, "name": ALL}, "id"),
        State("results-opened", "data"),
        prevent_initial_call=True,
    )
    def download(
        clicks: int | None, values: list[Any], ids: list[Mapping[str, Any]], opened: list[str]
    ) -> Any:
        """The tab's numbers as a CSV file."""
        chosen = _chosen(values, ids)
        if not clicks or "tab" not in chosen:
            return no_update
        try:
            folder_view = _again(settings, opened)
        except (Refused, DamagedFolder):  # the page says so already
            return no_update
        tab = _tab(chosen["tab"], folder_view)
        if tab.table is None:
            return no_update
        content = csv_text(tab.numbers(folder_view, Query(chosen)))
        return {
            "content": content,
            "filename": f"{opened[0].replace('/', '-')}-{tab.key}.csv",
            "type": "text/csv",
            "base64": False,
        }

    @app.callback(
        Output("results-more", "children"),
        Input("results-more", "id"),
        Input("results-seen", "data"),
        State("results-opened", "data"),
    )
    def first_look(_: str, __: Any, opened: list[str]) -> Component:
        """Headlines over the points of a design, after the page itself."""
        return _guarded(settings, opened, more)

    @app.callback(
        Output("results-checked", "children"),
        Input("results-check", "n_clicks"),
        State("results-opened", "data"),
        prevent_initial_call=True,
    )
    def check(clicks: int | None, opened: list[str]) -> Any:
        """Whether every table is the file that the manifest describes."""
        if not clicks:
            return no_update
        begin = time.perf_counter()
        try:
            folder = _again(settings, opened).folder
            wrong = damage(folder.path, folder.manifest) if folder.finished else []
        except Refused as error:
            return str(error)
        except DamagedFolder as error:
            wrong = [str(error)]
        if wrong:
            return html.Span([html.Strong("Damaged: "), "; ".join(wrong), ". ", RUN_AGAIN])
        return f"Every table is byte for byte the one of the manifest ({time.perf_counter() - begin:.1f} s)."

    @app.callback(
        Output("results-progress", "children"),
        Output("results-seen", "data"),
        Output("results-poll", "disabled"),
        Input("results-poll", "n_intervals"),
        State("results-opened", "data"),
        State("results-seen", "data"),
        prevent_initial_call=True,
    )
    def watch(_: int, opened: list[str], seen: list[Any]) -> tuple[Any, Any, bool]:
        """The progress of the run; the content below is updated with it."""
        try:
            folder_view = _again(settings, opened)
        except (Refused, DamagedFolder) as error:
            return folder_list.cannot_open(error), no_update, False
        at, now = folder_view.folder.progress, _seen(folder_view)
        ended = at is None or at.state != "running"
        message = progress.shown(folder_view)
        if at is None:
            message = dmc.Alert(
                [
                    "The run is finished. ",
                    html.A("Reload the page", href=folder_list.href(opened[0])),
                    " to see the results.",
                ],
                color="green",
                title="Finished",
                variant="light",
            )
        return message, (now if now != seen else no_update), ended

    app.clientside_callback(
        """function (chosen, opened) {
            if (!chosen || !window.location.pathname.startsWith("/results/"))
                return window.dash_clientside.no_update;
            const query = new URLSearchParams(chosen).toString();
            history.replaceState(history.state, "", window.location.pathname + (query ? "?" + query : ""));
            return window.dash_clientside.no_update;
        }""",
        Output("results-opened", "modified_timestamp"),
        Input("results-query", "data"),
        State("results-opened", "data"),
        prevent_initial_call=True,
    )


def _register_list(app: Dash, settings: Settings) -> None:
    @app.callback(
        Output("results-list", "children"),
        Output("results-list-poll", "disabled"),
        Input("results-list-poll", "n_intervals"),
        prevent_initial_call=True,
    )
    def refresh(_: int) -> tuple[Component, bool]:
        """The updated list while a run is in progress."""
        return folder_list.table_of(settings.results), not folder_list.any_running(settings.results)


def _serve_files(app: Dash, settings: Settings) -> None:
    @app.server.get(f"{DOWNLOADS}<path:where>")
    def take(where: str) -> Response:
        """A file of a results folder to download: only one that the folder's page lists."""
        path = _listed(settings, where)
        if path is None:
            abort(404)
        return send_file(path, as_attachment=True)


def _listed(settings: Settings, where: str) -> Path | None:
    """The file of an address `<folder>/<file>`, if the folder can be opened and lists it."""
    for cut in [at for at, letter in enumerate(where) if letter == "/"]:
        name, file = where[:cut], where[cut + 1 :]
        with contextlib.suppress(DamagedFolder, Refused):
            folder = open_folder(settings.results, name)
            if file in folder.files:
                return (folder.path / file).resolve()
    return None

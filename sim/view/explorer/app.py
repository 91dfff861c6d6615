"""The explorer's frame: header, menu, light and dark mode, and the page of the address."""

import re
from pathlib import Path
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html
from flask import Response, send_file

import sim.view
from sim.view.explorer.guard import answer_faults, guard
from sim.view.explorer.page import Component, Page
from sim.view.explorer.pages import PAGES
from sim.view.explorer.settings import Settings

ASSETS = Path(__file__).with_name("assets")
OUTLINES = Path(sim.view.__file__).with_name("assets") / "world_110m.json"
TOPOJSON = "/outlines/"  # where plotly.js loads world_110m.json from, instead of a server of its makers

_INDEX = """<!DOCTYPE html>
<html lang="en">
<head>
{%metas%}
<title>{%title%}</title>
<link rel="icon" href="data:,">
{%css%}
</head>
<body>
{%app_entry%}
<footer>{%config%}{%scripts%}{%renderer%}</footer>
</body>
</html>
"""

_THEME = {
    "fontFamily": "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif",
    "primaryColor": "blue",
    "fontSizes": {"xs": "0.8125rem", "sm": "0.875rem"},  # nothing below 12 pixels
}


class _Frame(Dash):  # dash carries no types
    """Dash without its polyfill, which no current browser needs and which makes plotly.js twice as slow with
    colours."""

    def interpolate_index(self, **parts: str) -> str:
        parts["scripts"] = re.sub(r'<script src="[^"]*/polyfill@[^"]*"></script>\n', "", parts["scripts"])
        return str(super().interpolate_index(**parts))


def make_app(settings: Settings, host: str = "127.0.0.1") -> tuple[Dash, list[Page]]:
    """The app with all its pages, which must be closed after use; `host` is the address it listens on.

    It serves everything it needs: no request goes to any other host.
    """
    app = _Frame(
        "warrantsim",
        title="warrantsim",
        assets_folder=str(ASSETS),
        serve_locally=True,
        suppress_callback_exceptions=True,
        update_title=None,  # leave the title alone
        index_string=_INDEX,
        compress=True,
    )
    guard(app.server, host)
    pages = [make(settings) for make in PAGES]
    answer_faults(app.server)
    app.layout = lambda: _layout(pages)
    _serve_files(app)
    _register(app, pages)
    for page in pages:
        page.register(app)
    return app, pages


def _serve_files(app: Dash) -> None:
    """The outlines of countries, and plotly.js from its package."""
    import plotly

    script = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"

    @app.server.get(f"{TOPOJSON}world_110m.json")
    def outlines() -> Response:
        return send_file(OUTLINES, mimetype="application/json", max_age=86_400)

    @app.server.get("/plotly.min.js")
    def plotly_js() -> Response:
        return send_file(script, mimetype="text/javascript", max_age=86_400)


def _layout(pages: list[Page]) -> Component:
    links = [dcc.Link(page.title, href=page.path, className="menu-link") for page in pages]
    header = dmc.Group(
        [
            dmc.Burger(id="burger", hiddenFrom="sm", size="sm", **{"aria-label": "Menu"}),
            html.Span("warrantsim", className="brand"),
            html.Nav(dmc.Group(links, gap="lg", visibleFrom="sm"), **{"aria-label": "Pages"}),
            html.Div(id="page-tools"),
            dmc.Switch(
                id="dark", label="Dark", size="sm", persistence=True, persistence_type="local", ml="auto"
            ),
        ],
        h="100%",
        px="md",
        gap="lg",
        wrap="nowrap",
    )
    menu = dmc.Stack([dmc.NavLink(label=page.title, href=page.path) for page in pages], p="md")
    shell = dmc.AppShell(
        [
            dmc.AppShellHeader(header),
            dmc.AppShellNavbar(menu, id="menu", **{"aria-label": "Menu"}),
            dmc.AppShellMain(html.Div(id="page"), id="main"),
        ],
        id="shell",
        header={"height": 52},
        navbar=_menu(True),
        padding="md",
    )
    body = html.Div(
        [
            html.A("Skip to content", href="#main", className="skip"),
            dcc.Location(id="url", refresh="callback-nav"),
            shell,
        ]
    )
    return dmc.MantineProvider(body, id="theme", theme=_THEME)


def _menu(folded: bool) -> dict[str, Any]:
    """The side menu, on narrow screens only."""
    return {"width": 240, "breakpoint": "sm", "collapsed": {"mobile": folded, "desktop": True}}


def _register(app: Dash, pages: list[Page]) -> None:
    @app.callback(
        Output("page", "children"),
        Output("shell", "navbar"),
        Output("burger", "opened"),
        Input("url", "pathname"),
        State("url", "search"),
    )
    def show(pathname: str | None, search: str | None) -> tuple[Component, dict[str, Any], bool]:
        """The page of the address, with the menu closed."""
        address = pathname or "/"
        page = next((page for page in pages if page.holds(address)), None)
        content = (
            _no_such_page(address, pages)
            if page is None
            else page.layout(page.rest(address), (search or "").lstrip("?"))
        )
        return content, _menu(True), False

    app.clientside_callback(
        """(opened, menu) => ({...menu, collapsed: {mobile: !opened, desktop: true}})""",
        Output("shell", "navbar", allow_duplicate=True),
        Input("burger", "opened"),
        State("shell", "navbar"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        """(dark) => { window.warrantsim.charts.repaint(dark); return dark ? "dark" : "light"; }""",
        Output("theme", "forceColorScheme"),
        Input("dark", "checked"),
    )


def _no_such_page(address: str, pages: list[Page]) -> Component:
    links = [html.Li(dcc.Link(page.title, href=page.path)) for page in pages]
    return html.Div(
        [
            html.H1("Page not found"),
            html.P(["There is no page ", html.Code(address), ". The pages are:"]),
            html.Ul(links),
        ]
    )

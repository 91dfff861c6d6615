"""The explorer: move a slider, see two worlds."""

import dash_mantine_components as dmc
from dash import Dash, html

from sim.view.dashboard.page import Component, Page
from sim.view.dashboard.settings import Settings


def page(settings: Settings) -> Page:
    """The page of worlds."""

    def layout(rest: str, query: str) -> Component:
        return dmc.Stack([html.H1("Worlds"), dmc.Text(query)])

    def register(app: Dash) -> None:
        del app

    return Page("/", "Worlds", layout, register)

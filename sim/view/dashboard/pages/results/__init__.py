"""Results of runs, sweeps and analyses: not here yet, but their place is."""

import dash_mantine_components as dmc
from dash import Dash, html

from sim.view.dashboard.page import Component, Page
from sim.view.dashboard.settings import Settings


def page(settings: Settings) -> Page:
    """The page of results folders."""

    def layout(rest: str, query: str) -> Component:
        return dmc.Stack([html.H1("Results"), dmc.Text(f"Results folders are looked for in {settings.results}.")])

    def register(app: Dash) -> None:
        del app

    return Page("/results", "Results", layout, register)

"""The explorer: move a slider, see two worlds."""

from dash import Dash

from sim.view.explorer.page import Component, Page
from sim.view.explorer.pages.worlds.callbacks import register
from sim.view.explorer.pages.worlds.catalogue import load_catalogue
from sim.view.explorer.pages.worlds.layout import page_of
from sim.view.explorer.pages.worlds.responses import Answers
from sim.view.explorer.pages.worlds.sessions import Sessions
from sim.view.explorer.pages.worlds.workers import Workers
from sim.view.explorer.settings import Settings


def page(settings: Settings) -> Page:
    """The page of worlds.

    Its processes are started at once, so that they are warm when the first visitor comes.
    """
    catalogue = load_catalogue(settings.customers, settings.pairs)
    workers = Workers()
    answers = Answers(Sessions(catalogue, workers))
    answers.warm()

    def layout(rest: str, query: str) -> Component:
        del rest
        state, wrong = catalogue.state(query)
        return page_of(catalogue, state, wrong)

    def add(app: Dash) -> None:
        register(app, catalogue, answers)

    return Page("/", "Worlds", layout, add, workers.close)

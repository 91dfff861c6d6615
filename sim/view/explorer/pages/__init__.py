"""The pages of the dashboard, in the order of the menu: each made from the settings."""

from collections.abc import Callable

from sim.view.explorer.page import Page
from sim.view.explorer.pages import results, worlds
from sim.view.explorer.settings import Settings

PAGES: tuple[Callable[[Settings], Page], ...] = (worlds.page, results.page)

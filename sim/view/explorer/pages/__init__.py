"""The pages of the explorer in the order of the menu."""

from collections.abc import Callable

from sim.view.explorer.page import Page
from sim.view.explorer.pages import results, worlds
from sim.view.explorer.settings import Settings

PAGES: tuple[Callable[[Settings], Page], ...] = (worlds.page, results.page)

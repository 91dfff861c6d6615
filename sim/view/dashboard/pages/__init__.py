"""The pages of the dashboard, in the order of the menu: each made from the settings."""

from collections.abc import Callable

from sim.view.dashboard.page import Page
from sim.view.dashboard.pages import results, worlds
from sim.view.dashboard.settings import Settings

PAGES: tuple[Callable[[Settings], Page], ...] = (worlds.page, results.page)

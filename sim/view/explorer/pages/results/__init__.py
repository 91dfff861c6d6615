"""The results pages: a list of folders, and a page for each."""

from sim.view.explorer.pages.results.results_page import page

__all__ = ["page"]

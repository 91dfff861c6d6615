"""Results of runs, sweeps and analyses: a list of folders, and a page for each."""

from sim.view.explorer.pages.results.results_page import page

__all__ = ["page"]

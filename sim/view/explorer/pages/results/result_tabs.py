"""The tabs of a results folder, in order."""

from sim.analysis.drivers import boundary_tables
from sim.view.explorer.components import charts
from sim.view.explorer.pages.results import design_tabs, question_tabs, report_tabs, spread_tab
from sim.view.explorer.pages.results.overview import overview
from sim.view.explorer.pages.results.report_tabs import part_tab
from sim.view.explorer.pages.results.tab import Tab, of_design
from sim.view.folder_view import FolderView
from sim.view.report_parts import BY_KEY, PARTS
from sim.view.sections import boundary

# Parts that answer the question of the experiments that have them: beside the overview.
ANSWERS = ("confound", "tipping", "levers")
TABS: tuple[Tab, ...] = (
    Tab(
        "overview",
        "Overview",
        lambda folder_view: True,
        lambda folder_view: overview(folder_view, answers_of(folder_view)),
    ),
    *(part_tab(BY_KEY[key]) for key in ANSWERS),
    Tab(
        "boundary",
        "Boundary",
        lambda folder_view: of_design(folder_view, f"{boundary_tables.SUMMARY}.csv"),
        lambda folder_view: charts([boundary.boundary(folder_view.view)]),
        table=lambda folder_view: folder_view.view.summary(boundary_tables.SURFACE),
    ),
    design_tabs.DRIVERS,
    design_tabs.HEAT,
    design_tabs.FACTORS,
    design_tabs.POINTS,
    spread_tab.FANS,
    question_tabs.VERDICTS,
    question_tabs.REGIONS,
    report_tabs.ONE_POINT,
    report_tabs.POINT_MAP,
    report_tabs.CHARTS,
    *(part_tab(part) for part in PARTS if part.own_tab and part.key not in ANSWERS),
)
BY_TAB = {tab.key: tab for tab in TABS}


def answers_of(folder_view: FolderView) -> list[str]:
    """The labels of the tabs that answer the experiment's question, if it has such."""
    return [BY_TAB[key].label for key in (*ANSWERS, "boundary") if BY_TAB[key].there(folder_view)]


def tabs_of(folder_view: FolderView) -> list[Tab]:
    """The tabs that a folder can fill."""
    return [tab for tab in TABS if tab.there(folder_view)]

"""`warrantsim boundary`: search for where a headline crosses a level, and print what was found."""

from pathlib import Path
from typing import TYPE_CHECKING

from sim.cli.console import RESULTS, STORE, console, make_folders, print_some
from sim.cli.progress import stoppable
from sim.scenario.resolution import Resolved

if TYPE_CHECKING:
    from sim.analysis.drivers.boundary_tables import Asked


def print_boundary(
    resolved: Resolved, asked: "Asked", out: Path | None, store: Path | None, workers: int | None
) -> list[str]:
    """Search, write the tables and the report, print the answer. Returns what failed."""
    from sim import questions
    from sim.analysis.drivers.boundary_tables import COSTS, SUMMARY, SURFACE, searched, words_of
    from sim.runs.results import FolderResults
    from sim.view.report import build
    from sim.view.sections.boundary import costs_table
    from sim.view.tables import to_terminal

    searched(resolved, asked)
    out, store = out or RESULTS / f"{resolved.name}_boundary", store or STORE
    make_folders(out, store)
    screen = console()
    with stoppable(screen, store) as progress:
        done, tables = questions.find_boundary(
            resolved, asked, out, store=store, workers=workers, progress=progress
        )
    screen.out(words_of(tables[SUMMARY].iloc[0].to_dict(), tables[SURFACE]), highlight=False)
    if COSTS in tables:
        screen.print(to_terminal(costs_table(tables[COSTS])))
    print_some(screen, "[red]failed[/]", done.failures)
    screen.out(f"tables: {', '.join(str(out / f'{name}.csv') for name in tables)}")
    screen.out(f"report: {build(FolderResults(out), out / 'report.html')}")
    return done.failures

"""`warrantsim evidence`, `validate`, `survive` and `channels`: run an assessment, and print its tables."""

from pathlib import Path
from typing import TYPE_CHECKING

from sim.cli.console import RESULTS, STORE, console, make_folders, print_some
from sim.cli.progress import stoppable

if TYPE_CHECKING:
    from sim.analysis.assessments import Assessment, Tables
    from sim.view.tables import Table


def assess(assessment: "Assessment", out: Path | None, store: Path | None, workers: int | None) -> list[str]:
    """Run, write and print an assessment, and renew the folder's report if it has one.

    Returns what failed.
    """
    from sim.runs.results import FolderResults
    from sim.runs.store import Store
    from sim.runs.tasks import Backend, Runner
    from sim.view.report import build
    from sim.view.tables import to_terminal

    out, store = out or RESULTS / assessment.resolved.name, store or STORE
    make_folders(out, store)
    screen = console()
    screen.out(assessment.size)
    for warning in assessment.warnings:
        screen.out(warning, style="yellow")
    with stoppable(screen, store) as progress:
        runner = Runner(Store(store), Backend(workers), progress)
        tables = assessment.run(out, runner)
    for table in _shown(tables):
        screen.print(to_terminal(table))
    print_some(screen, "[red]failed[/]", runner.failures)
    screen.out(f"tables: {', '.join(str(out / f'{name}.csv') for name in tables)}")
    if (out / "report.html").is_file():
        screen.out(f"report: {build(FolderResults(out), out)}")
    return runner.failures


def _shown(tables: "Tables") -> "list[Table]":
    """The tables as the report shows them; the scores of a thousand rows stay in their file."""
    from sim.view.sections.channels import channels_table
    from sim.view.sections.checks import details_table
    from sim.view.sections.record_comparison import rank_table
    from sim.view.sections.record_counts import counts_table, not_used_table
    from sim.view.sections.survival import arms_table, survival_table

    views = {
        "evidence": (details_table, counts_table),
        "not_used": (not_used_table,),
        "validation_ranks": (rank_table,),
        "survival": (survival_table, arms_table),
        "channels": (channels_table,),
    }
    return [view(table) for name, table in tables.items() for view in views.get(name, ())]

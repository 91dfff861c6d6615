"""`warrantsim confound`: two causes close in time, and what each of them explains."""

from pathlib import Path

from sim.cli.console import RESULTS, STORE, console, make_folders, print_some
from sim.cli.progress import stoppable
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved


def print_confound(
    resolved: Resolved, out: Path | None, store: Path | None, workers: int | None
) -> list[str]:
    """Run the four worlds, write tables and report, print the answer. Returns what failed."""
    from sim import pipeline
    from sim.analysis.drivers.confound import BOUND, CONFOUND, causes_of, in_months
    from sim.runs.results import FolderResults
    from sim.view.report import build
    from sim.view.sections.confound import answer, bound_table, confound_table
    from sim.view.tables import to_terminal

    causes = causes_of(resolved.scenarios)
    if causes is None or resolved.design is not None:
        raise InputError(
            f"{resolved.name}: needs four worlds without a design: with two causes, with each of them alone, "
            "and with neither (by `without_events`), and else the same; valid: gdpr_or_cloud_act, or an "
            "experiment like it"
        )
    if not in_months(causes, next(iter(resolved.scenarios.values())).months):
        raise InputError(
            f"{resolved.name}: a year before the first cause and one after the last must be run; widen "
            "`horizon`, or choose other causes"
        )
    out, store = out or RESULTS / resolved.name, store or STORE
    make_folders(out, store)
    screen = console()
    with stoppable(screen, store) as progress:
        done = pipeline.run(resolved, out, store=store, workers=workers, progress=progress)
    if CONFOUND not in done.summaries:
        raise InputError(f"{resolved.name}: every pair failed: {done.failures[0]}")
    bound = done.summaries.get(BOUND)
    screen.print(to_terminal(confound_table(done.summaries[CONFOUND])))
    if bound is not None:
        screen.print(to_terminal(bound_table(bound)))
    screen.out(answer(done.summaries[CONFOUND], bound), highlight=False)
    print_some(screen, "[red]failed[/]", done.failures)
    screen.out(f"tables: {out / CONFOUND}.csv{f', {out / BOUND}.csv' if bound is not None else ''}")
    screen.out(f"report: {build(FolderResults(out), out / 'report.html')}")
    return done.failures

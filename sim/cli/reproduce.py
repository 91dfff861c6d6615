"""`warrantsim reproduce` and `warrantsim export`.

One runs again and says what is equal and what is not; the other writes outcomes for another tool.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from sim.cli.console import console, print_some
from sim.cli.progress import announce_compilation, progress_of
from sim.scenario.problems import InputError

if TYPE_CHECKING:
    from sim.runs.comparison import Comparison


def reproduce_all(what: Sequence[str], sample: int | None, full: bool, workers: int | None) -> bool:
    """Reproduce folders and shipped experiments, and return whether all are equal.

    If none is named: all that have expected digests.
    """
    from sim.runs.crate_files import reproduce_results
    from sim.runs.expected import compare_with_expected, expected_names, refuse_unknown
    from sim.runs.tasks import Backend

    names = list(what) or expected_names()
    folders = [name for name in names if Path(name).is_dir() or Path(name).suffix == ".zip"]
    for name in names:
        if name not in folders:
            refuse_unknown(Path(name).stem)
    if full and folders:
        raise InputError(f"--full: is for shipped experiments; {folders[0]} is of results, of one size")
    screen, backend = console(), Backend(workers)
    announce_compilation(screen)
    equal = True
    for name in names:
        with progress_of(screen) as progress:
            compared = (
                reproduce_results(Path(name), sample, backend, progress)
                if name in folders
                else compare_with_expected(Path(name).stem, full, sample, backend, progress)
            )
        print_comparison(screen, compared)
        equal = equal and compared.equal
    return equal


def export_outcomes(folder: Path, out: Path) -> None:
    """Write the outcomes of a results folder for the EMA Workbench and say so."""
    from sim.api import load

    rows = load(folder).export_ema(out)
    print(f"{out}: {rows:,} experiments; open it with ema_workbench.load_results")


def print_comparison(screen: Console, c: "Comparison") -> None:
    """One line if all is equal; else what differs, where first, and why that could be."""
    of = f"{c.pairs:,} of {c.of:,} pairs" if c.pairs < c.of else f"all {c.of:,} pairs"
    if c.nothing and not c.failures and not c.differences:
        verdict = "[red]nothing to compare[/]: no pair succeeded when this was run, so there are no numbers"
    elif c.equal:
        verdict = f"[green]equal[/]: {of}, {c.tables} tables{f', although {c.code}' if c.code else ''}"
    elif c.code or c.inputs:
        changed = " and ".join(filter(None, (c.code, c.inputs)))
        verdict = f"[yellow]not comparable[/]: {escape(changed)}; {of} run"
    else:
        verdict = f"[red]different[/], with the same code and the same configuration: {of} run"
    screen.print(f"{escape(c.what)}: {verdict}", soft_wrap=True)
    print_some(screen, "  [red]differs[/]", [str(difference) for difference in c.differences])
    print_some(screen, "  [red]failed[/]", c.failures)
    print_some(screen, "  [yellow]value[/]", c.values)
    print_some(screen, "  [yellow]note[/]", c.notes)
    print_some(screen, "  environment" if c.equal else "  [yellow]environment[/]", c.environment)

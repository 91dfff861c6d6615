"""`warrantsim reproduce` and `warrantsim crate`.

One runs again and says what is equal and what is not; the other packs results for others.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from sim.cli.console import console
from sim.cli.progress import progress_of
from sim.scenario.locations import experiments
from sim.scenario.problems import InputError, choices

if TYPE_CHECKING:
    from sim.runs.reproduce import Comparison

_SHOWN = 10


def reproduce_all(what: Sequence[str], sample: int | None, full: bool, workers: int | None) -> bool:
    """Reproduce folders and shipped experiments, and return whether all are equal.

    If none is named: all that have expected digests.
    """
    from sim.model import compiled
    from sim.runs.expected import compare_with_expected, expected_names
    from sim.runs.reproduce import reproduce
    from sim.runs.tasks import Backend

    names = list(what) or expected_names()
    folders = [name for name in names if Path(name).is_dir()]
    for name in names:
        if name not in folders and Path(name).stem not in expected_names():
            said = (
                "has no expected digests; name a results folder, or renew them"
                if Path(name).stem in experiments()
                else "no such results folder"
            )
            raise InputError(f"{name}: {said}; {choices(name, expected_names())}")
    if full and folders:
        raise InputError(f"--full: is for shipped experiments; {folders[0]} is a folder, which has one size")
    screen, how = console(), Backend(workers)
    if not compiled.is_compiled():
        screen.print("first run compiles the model: about a minute")
    good = True
    for name in names:
        with progress_of(screen) as progress:
            if name in folders:
                compared = reproduce(Path(name), sample, how=how, progress=progress)
            else:
                compared = compare_with_expected(Path(name).stem, full, sample, how, progress)
        print_comparison(screen, compared)
        good = good and compared.equal
    return good


def pack_crate(folder: Path, out: Path, license_: str, authors: Sequence[str]) -> None:
    """Write the RO-Crate of a results folder and say so."""
    from sim.runs.crate import VERSION, pack

    files = pack(folder, out, license_, authors)
    print(f"{out}: RO-Crate {VERSION}, {files} files, {out.stat().st_size / 1e6:,.1f} MB, licence {license_}")


def print_comparison(screen: Console, c: "Comparison") -> None:
    """One line if all is equal; else what differs, where first, and why that could be."""
    of = f"{c.pairs:,} of {c.of:,} pairs" if c.pairs < c.of else f"all {c.of:,} pairs"
    if c.equal:
        since = f", although {c.code}" if c.code else ""
        screen.print(
            f"{escape(c.what)}: [green]equal[/]: {of}, {c.tables} tables{escape(since)}", soft_wrap=True
        )
    elif c.code or c.inputs:
        changed = " and ".join(words for words in (c.code, c.inputs) if words)
        screen.print(
            f"{escape(c.what)}: [yellow]not like with like[/]: {escape(changed)}; {of} run", soft_wrap=True
        )
    else:
        screen.print(
            f"{escape(c.what)}: [red]different[/], with the same code and the same configuration: {of} run",
            soft_wrap=True,
        )
    _print_some(screen, "[red]differs[/]", [str(d) for d in c.differences])
    _print_some(screen, "[red]failed[/]", c.failures)
    _print_some(screen, "[yellow]note[/]", c.notes)
    _print_some(screen, "environment" if c.equal else "[yellow]environment[/]", c.environment)


def _print_some(screen: Console, mark: str, lines: Sequence[str]) -> None:
    for line in lines[:_SHOWN]:
        screen.print(f"  {mark}: {escape(line)}", soft_wrap=True)
    if len(lines) > _SHOWN:
        screen.print(f"  {mark}: {len(lines) - _SHOWN:,} more")

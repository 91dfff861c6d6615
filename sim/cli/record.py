"""`warrantsim record` and `warrantsim verify`: ids of paired differences, and whether a crate binds them."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape

from sim.cli.console import console

if TYPE_CHECKING:
    from sim.analysis.verification import Check


def print_records(what: Path, headline: str | None, point: int | None) -> None:
    """Print the ids of the paired differences of results, what they are of, and the words to cite."""
    from sim.api import record
    from sim.view.sections.citation import records_table
    from sim.view.tables import to_terminal

    screen, found = console(), record(what, headline, point=point)
    screen.print(to_terminal(records_table(found)))
    first = found.iloc[0]
    screen.out(f"seeds:         {first['seeds']}")
    screen.out(f"model:         {first['model_digest']}")
    screen.out(f"configuration: {first['configuration']}")
    screen.out(f"tables:        {first['tables_digest']}")
    screen.out(f"cite:          {found.attrs['cite']}")
    screen.out("Pack them with `warrantsim crate`; `warrantsim verify` checks them without running anything.")


def print_verification(what: Path, cited: Sequence[str]) -> bool:
    """Check a crate or folder, print what holds and what could not be checked; returns whether all holds."""
    from sim.api import verify

    screen, found = console(), verify(what, cited)
    held = [check for check in found.checks if check.holds]
    for check in held:
        screen.print(f"  [green]holds[/]        {_words(check)}", soft_wrap=True)
    for check in found.failed:
        screen.print(f"  [red]fails[/]        {_words(check)}", soft_wrap=True)
    for check in found.not_checked:
        screen.print(f"  [yellow]not checked[/]  {_words(check)}", soft_wrap=True)
    verdict = (
        f"[red]{len(found.failed)} of {len(held) + len(found.failed)} checks fail[/]"
        if found.failed
        else f"[green]all {len(held)} checks hold[/]"
    )
    screen.print(f"{escape(found.what)}: {verdict}; {len(found.not_checked)} not checked", soft_wrap=True)
    return found.good


def _words(check: "Check") -> str:
    return escape(check.what + (f": {check.words}" if check.words else ""))

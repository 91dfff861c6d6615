"""`warrantsim trace`: who moved, and why."""

import re
from collections.abc import Sequence
from dataclasses import replace
from html import unescape
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

from sim.cli.console import RESULTS, console, print_some
from sim.scenario.problems import InputError

if TYPE_CHECKING:
    from sim.view.tables import Table

_MOST_ROWS = 25


def print_trace(
    experiment: str,
    sets: Sequence[str],
    customers: int | None,
    seed: int | None,
    out: Path | None,
    *,
    country: str | None,
    customer: int | None,
    government: str | None,
) -> bool:
    """Trace, write tables and page, and print what the page says; False if the trace is void.

    Raises InputError.
    """
    from sim import pipeline
    from sim.analysis.drivers.trace.asked import trace
    from sim.analysis.drivers.trace.pair import TwinDiffers
    from sim.view import tables
    from sim.view.blocks import Text
    from sim.view.sections.trace import sections_of, title_of
    from sim.view.sections.trace_words import seed_words
    from sim.view.trace_page import write

    resolved = pipeline.resolve(experiment, sets, customers=customers)
    screen = console()
    try:
        found = trace(resolved, country, customer, government, seed)
    except TwinDiffers as error:
        words = f"void: a readable twin departs from the engine ({error}); this is an error of the program"
        print_some(screen, "[red]failed[/]", [words])
        return False
    folder = out or RESULTS / "traces" / f"{resolved.name}-{found.name}"
    try:
        page = write(found, folder)
    except OSError as error:
        words = f"cannot be written: {error.strerror or error}; name another folder with --out"
        raise InputError(f"--out {folder}: {words}") from None
    screen.print(title_of(found), style="bold")
    screen.out(_plain(seed_words(found.pair)) + "\n", highlight=False)
    for part in sections_of(found):
        for block in part.blocks:
            if isinstance(block, Text):
                screen.out(f"{_plain(block.body)}\n", highlight=False)
            elif isinstance(block, tables.Table):
                screen.print(tables.to_terminal(_shorter(block)))
    screen.out(f"page: {page}")
    screen.out(f"tables: {', '.join(str(folder / f'{name}.csv') for name in found.tables())}")
    return True


def _plain(html: str) -> str:
    return fill(unescape(re.sub("<[^>]+>", "", html)), 100)


def _shorter(table: "Table") -> "Table":
    """The first rows, and how many more there are."""
    rest = len(table.rows) - _MOST_ROWS
    note = f"{table.note} {rest} more rows are on the page." if rest > 0 else table.note
    return replace(table, rows=table.rows[:_MOST_ROWS], note=note.replace("`", ""))

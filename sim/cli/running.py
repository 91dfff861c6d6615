"""`warrantsim run`: from an experiment's name to a report, with progress and the headline differences."""

import math
import shlex
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sim.cli.printing import console
from sim.scenario.problems import BadInput
from sim.scenario.resolving import Resolved, resolve

if TYPE_CHECKING:
    import pandas as pd

REPORT = "report.html"
_SECONDS_BETWEEN_LINES = 5.0
Progress = Callable[[int, int, str], None]


def run_experiment(
    experiment: str, sets: Sequence[str], seeds: int | None, customers: int | None, out: Path | None, workers: int | None, report: bool
) -> list[str]:
    """Run, report and print; returns what failed."""
    resolved = resolve(experiment, sets, seeds=seeds, customers=customers)
    folder = out or Path("results") / resolved.name
    _must_be_writable(folder)
    screen = console()
    screen.print(_what_will_run(resolved))

    from sim.analysis.summaries import summarise
    from sim.model import compiled
    from sim.runs import experiment as runs

    if not compiled.is_compiled():
        screen.print("first run compiles the model: about a minute")
    with _progress(screen) as progress:
        done = runs.run(resolved, folder, workers=workers, progress=progress)
        summaries = summarise(resolved, done, workers=workers, progress=progress)
    compare = resolved.experiment.compare
    if summaries.headlines is not None:
        screen.print(headline_table(summaries.headlines, [resolved.experiment.worlds[name].label for name in compare] if compare else []))
    for warning in done.warnings:
        screen.print(f"[yellow]warning[/]: {escape(warning)}", soft_wrap=True)
    failures = [*done.failures, *summaries.failures]
    for failure in failures:
        screen.print(f"[red]failed[/]: {escape(failure)}", soft_wrap=True)
    screen.print(f"tables: {escape(str(done.folder))} ({done.seconds:.0f} s)", soft_wrap=True)
    runs.add_to_manifest(done.folder, command=_command(experiment, sets, seeds, customers))
    if report:
        screen.print(f"report: {escape(str(_report(done.folder)))}", soft_wrap=True)
    return failures


def _report(folder: Path) -> Path:
    from sim.runs.results import Results
    from sim.view.report import build

    build(Results(folder), folder / REPORT)
    return folder / REPORT


def _command(experiment: str, sets: Sequence[str], seeds: int | None, customers: int | None) -> str:
    """The words that give these numbers again."""
    options = [f"--set {shlex.quote(each)}" for each in sets]
    options += [f"--{name} {value}" for name, value in (("seeds", seeds), ("customers", customers)) if value is not None]
    return " ".join(["warrantsim run", shlex.quote(experiment), *options])


def _what_will_run(resolved: Resolved) -> str:
    asked = resolved.experiment
    worlds = f"{len(asked.worlds)} {'world' if len(asked.worlds) == 1 else 'worlds'}"
    seeds = f"{asked.seeds.count} {'seed' if asked.seeds.count == 1 else 'seeds'}"
    return f"{resolved.name}: {worlds} x {seeds}, {asked.customers:,} customers, {asked.horizon.first} to {asked.horizon.last}"


def _must_be_writable(folder: Path) -> None:
    """Refuse an output folder now rather than after minutes of simulation."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".writable-{time.monotonic_ns()}"
        probe.touch(exist_ok=False)
        probe.unlink()
    except OSError as error:
        raise BadInput(f"--out {folder}: cannot be written: {error.strerror or error}; name another folder with --out") from None


@contextmanager
def _progress(out: Console) -> Iterator[Progress]:
    """A bar on a terminal; elsewhere a plain line every few seconds and at the end."""
    if not out.is_terminal:
        last = [-math.inf]

        def line(done: int, total: int, words: str) -> None:
            now = time.monotonic()
            if done >= total or now - last[0] >= _SECONDS_BETWEEN_LINES:
                last[0] = now
                print(f"{done}/{total} {words}", flush=True)

        yield line
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    with Bar(BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}", markup=False), console=out) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total, words: bar.update(task, completed=done, total=total, description=words)


def headline_table(headlines: "pd.DataFrame", labels: Sequence[str]) -> Table:
    """The headline numbers of the compared worlds, their difference (second minus first) and its 95% interval."""
    table = Table(title="Headline differences: second world minus first, 95% interval over pairs" if labels else None, title_justify="left")
    table.add_column("headline", overflow="fold")
    table.add_column("unit")
    table.add_column("window")
    for label in labels or ["value"]:
        table.add_column(label, justify="right", overflow="fold")
    if labels:
        table.add_column("difference", justify="right")
        table.add_column("interval", justify="right")
        table.add_column("verdict", overflow="fold")
    for row in headlines.to_dict("records"):
        cells = [row["name"], row["unit"], row["window"], number(row["value_a"])]
        if labels:
            cells += [
                number(row["value_b"]),
                number(row["difference"], signed=True),
                f"{number(row['low'], True)} to {number(row['high'], True)}",
                row["verdict"],
            ]
        table.add_row(*(escape(str(cell)) for cell in cells))
    return table


def number(value: Any, signed: bool = False) -> str:
    """Four significant digits with thousands separated; a missing number is an em dash, never 0."""
    if value is None or not isinstance(value, int | float) or math.isnan(value):
        return "—"
    digits = max(0, 3 - math.floor(math.log10(abs(value)))) if value else 0
    return f"{value:{'+' if signed else ''},.{min(digits, 6)}f}"

"""`warrantsim run`: from an experiment's name to a report, with progress and the headline differences."""

import math
import shlex
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sim.cli.claiming import check_claims, judge_claims
from sim.cli.printing import console
from sim.cli.progress import stoppable
from sim.scenario.designs import points
from sim.scenario.problems import BadInput
from sim.scenario.resolution import Resolved, resolve

if TYPE_CHECKING:
    import pandas as pd

    from sim.runs.engines import OpenEngine
    from sim.runs.experiment import Finished

REPORT = "report.html"
RESULTS, STORE = Path("results"), "store"
_FAILURES_SHOWN = 10


@dataclass(frozen=True)
class Asked:
    """What the command line asks of a run beside the experiment."""

    experiment: str
    sets: Sequence[str] = ()
    seeds: int | None = None
    customers: int | None = None
    out: Path | None = None
    store: Path | None = None
    workers: int | None = None
    timeout: float = 3600.0
    retry_failed: bool = False
    cluster: str | None = None
    shard: str | None = None
    report: bool = True


def run_experiment(asked: Asked) -> list[str]:
    """Run, report and print; returns what failed."""
    resolved = resolve(asked.experiment, asked.sets, seeds=asked.seeds, customers=asked.customers)
    check_claims(resolved)
    shard = _shard(asked.shard)
    folder, store = asked.out or RESULTS / resolved.name, asked.store or RESULTS / STORE
    must_be_writable(folder, "--out")
    must_be_writable(store, "--store")
    screen = console()
    screen.print(_what_will_run(resolved, shard))

    from sim.analysis.summaries import summarise
    from sim.runs import experiment as runs
    from sim.runs.manifest import add_to_manifest
    from sim.runs.running import Running

    how = Running(
        asked.workers, asked.timeout or None, asked.retry_failed, shard, _engine(asked.cluster, asked.workers)
    )
    with stoppable(screen, store) as progress:
        done = runs.run(resolved, folder, progress=progress, store=store, how=how)
        if shard is not None:
            return _shard_done(screen, done, shard)
        summaries = summarise(resolved, done, how, progress=progress)
    compare = resolved.experiment.compare
    if summaries.headlines is not None:
        screen.print(
            headline_table(
                summaries.headlines,
                [resolved.experiment.worlds[name].label for name in compare] if compare else [],
            )
        )
    for warning in done.warnings:
        screen.print(f"[yellow]warning[/]: {escape(warning)}", soft_wrap=True)
    failures = [*done.failures, *summaries.failures]
    _print_failures(screen, failures, done.folder)
    failures += judge_claims(resolved, done, screen)
    screen.print(_what_was_run(done))
    screen.print(f"tables: {escape(str(done.folder))} ({done.seconds:.0f} s)", soft_wrap=True)
    add_to_manifest(done.folder, command=command_of(asked))
    if asked.report and (
        done.proved.good if resolved.experiment.design is not None else summaries.headlines is not None
    ):
        screen.print(f"report: {escape(str(_report(done.folder)))}", soft_wrap=True)
    return failures


def _engine(cluster: str | None, workers: int | None) -> "OpenEngine | None":
    if cluster is None:
        return None
    from sim.runs.engines.cluster import cluster_engine

    return cluster_engine(cluster, workers)


def _shard(word: str | None) -> tuple[int, int] | None:
    """`2/8`: the second of eight parts."""
    if word is None:
        return None
    part, slash, parts = word.partition("/")
    if not (slash and part.isdecimal() and parts.isdecimal() and 1 <= int(part) <= int(parts)):
        raise BadInput(f"--shard: '{word}': write it as i/n, from 1/n to n/n, for example 2/8")
    return int(part), int(parts)


def _shard_done(screen: Console, done: "Finished", shard: tuple[int, int]) -> list[str]:
    """What a shard says at its end: it writes no tables."""
    failures = [str(failure) for failure in done.failed_now]
    _print_failures(screen, failures, None)
    screen.print(
        f"shard {shard[0]}/{shard[1]}: {done.ran} run ({done.seconds:.0f} s); when all shards are done, the same command without --shard writes the tables"
    )
    return failures


def _what_was_run(done: "Finished") -> str:
    pairs, failed = len(done.plan), len(done.failures)
    said = (
        f"{len(done.proved.good):,} of {pairs:,} done, {done.ran:,} of them run now"
        if failed == 0
        else f"{len(done.proved.good):,} of {pairs:,} done"
    )
    return said + (f", {failed:,} failed (--retry-failed runs them once more)" if failed else "")


def _print_failures(screen: Console, failures: Sequence[str], folder: Path | None) -> None:
    for failure in failures[:_FAILURES_SHOWN]:
        screen.print(f"[red]failed[/]: {escape(failure)}", soft_wrap=True)
    if len(failures) > _FAILURES_SHOWN:
        screen.print(
            f"[red]failed[/]: {len(failures) - _FAILURES_SHOWN:,} more"
            + (f", all in {escape(str(folder / 'failures.csv'))}" if folder else "")
        )


def _report(folder: Path) -> Path:
    from sim.runs.results import FolderResults
    from sim.view.report import build

    build(FolderResults(folder), folder / REPORT)
    return folder / REPORT


def command_of(asked: Asked) -> str:
    """The words that give these numbers again."""
    options = [f"--set {shlex.quote(each)}" for each in asked.sets]
    options += [
        f"--{name} {value}"
        for name, value in (("seeds", asked.seeds), ("customers", asked.customers))
        if value is not None
    ]
    return " ".join(["warrantsim run", shlex.quote(asked.experiment), *options])


def _what_will_run(resolved: Resolved, shard: tuple[int, int] | None) -> str:
    asked = resolved.experiment
    worlds = f"{len(asked.worlds)} {'world' if len(asked.worlds) == 1 else 'worlds'}"
    seeds = f"{asked.seeds.count} {'seed' if asked.seeds.count == 1 else 'seeds'}"
    if asked.design is not None:
        number = len(points(resolved))
        worlds = f"{number:,} {'point' if number == 1 else 'points'} x {worlds}"
    part = f", part {shard[0]} of {shard[1]}" if shard else ""
    return f"{resolved.name}: {worlds} x {seeds}, {asked.customers:,} customers, {asked.horizon.first} to {asked.horizon.last}{part}"


def must_be_writable(folder: Path, option: str) -> None:
    """Refuse a folder now rather than after minutes of simulation."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".writable-{time.monotonic_ns()}"
        probe.touch(exist_ok=False)
        probe.unlink()
    except OSError as error:
        raise BadInput(
            f"{option} {folder}: cannot be written: {error.strerror or error}; name another folder with {option}"
        ) from None


def headline_table(headlines: "pd.DataFrame", labels: Sequence[str]) -> Table:
    """The headline numbers of the compared worlds, their difference (second minus first) and its 95% interval."""
    table = Table(
        title="Headline differences: second world minus first, 95% interval over pairs" if labels else None,
        title_justify="left",
    )
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

"""`warrantsim run`: from an experiment's name to a report, with progress and the headline differences."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from sim.cli.console import console
from sim.cli.folders import REPORT, RESULTS, STORE, must_be_writable
from sim.cli.progress import stoppable
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved, points

if TYPE_CHECKING:
    from sim.pipeline import Finished
    from sim.runs.engines import OpenEngine

_FAILURES_SHOWN = 10


@dataclass(frozen=True)
class RunOptions:
    """The options of `run`."""

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


def run_experiment(options: RunOptions) -> list[str]:
    """Run, report and print; returns what failed."""
    from sim import pipeline

    resolved = pipeline.resolve(
        options.experiment, options.sets, seeds=options.seeds, customers=options.customers
    )
    shard = _shard(options.shard)
    folder, store = options.out or RESULTS / resolved.name, options.store or STORE
    must_be_writable(folder, "--out")
    must_be_writable(store, "--store")
    screen = console()
    screen.print(_size(resolved, shard))

    from sim.runs.tasks import Backend

    engine = _engine(options.cluster, options.workers)
    how = Backend(options.workers, options.timeout or None, options.retry_failed, shard, engine)
    with stoppable(screen, store) as progress:
        done = pipeline.run(
            resolved,
            folder,
            progress=progress,
            store=store,
            how=how,
            further=True,
            command=command_of(options),
        )
    if shard is not None:
        return _print_shard(screen, done, shard)
    _print_results(screen, done)
    if options.report and (done.proved.good if done.plan.has_design else "headlines" in done.summaries):
        screen.print(f"report: {escape(str(_write_report(done.folder)))}", soft_wrap=True)
    return done.all_failures


def _print_results(screen: Console, done: "Finished") -> None:
    from sim.view.result_tables import claims_table, headlines_table
    from sim.view.tables import to_terminal

    experiment = done.plan.resolved.experiment
    if "headlines" in done.summaries:
        labels = [experiment.worlds[name].label for name in experiment.compare or ()]
        screen.print(to_terminal(headlines_table(done.summaries["headlines"], labels)))
    for warning in done.warnings:
        screen.print(f"[yellow]warning[/]: {escape(warning)}", soft_wrap=True)
    _print_failures(screen, [*done.failures, *done.further_failures], done.folder)
    if done.verdicts is not None:
        screen.print(to_terminal(claims_table(done.verdicts.claims.to_dict("records"))))
    screen.print(_count(done))
    screen.print(f"tables: {escape(str(done.folder))} ({done.seconds:.0f} s)", soft_wrap=True)


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
        raise InputError(f"--shard: '{word}': write it as i/n, from 1/n to n/n, for example 2/8")
    return int(part), int(parts)


def _print_shard(screen: Console, done: "Finished", shard: tuple[int, int]) -> list[str]:
    """What a shard says at its end: it writes no tables."""
    failures = [str(failure) for failure in done.failed_now]
    _print_failures(screen, failures, None)
    screen.print(
        f"shard {shard[0]}/{shard[1]}: {done.ran} run ({done.seconds:.0f} s); when all shards are "
        "done, the same command without --shard writes the tables"
    )
    return failures


def _count(done: "Finished") -> str:
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


def _write_report(folder: Path) -> Path:
    from sim.runs.results import FolderResults
    from sim.view.report import build

    build(FolderResults(folder), folder / REPORT)
    return folder / REPORT


def command_of(options: RunOptions) -> str:
    """The words that give these numbers again."""
    words = [f"--set {shlex.quote(each)}" for each in options.sets]
    words += [
        f"--{name} {value}"
        for name, value in (("seeds", options.seeds), ("customers", options.customers))
        if value is not None
    ]
    return " ".join(["warrantsim run", shlex.quote(options.experiment), *words])


def _size(resolved: Resolved, shard: tuple[int, int] | None) -> str:
    experiment = resolved.experiment
    worlds = f"{len(experiment.worlds)} {'world' if len(experiment.worlds) == 1 else 'worlds'}"
    seeds = f"{experiment.seeds.count} {'seed' if experiment.seeds.count == 1 else 'seeds'}"
    if experiment.design is not None:
        number = len(points(resolved))
        worlds = f"{number:,} {'point' if number == 1 else 'points'} x {worlds}"
    part = f", part {shard[0]} of {shard[1]}" if shard else ""
    return (
        f"{resolved.name}: {worlds} x {seeds}, {experiment.customers:,} customers, "
        f"{experiment.horizon.first} to {experiment.horizon.last}{part}"
    )

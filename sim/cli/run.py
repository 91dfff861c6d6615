"""`warrantsim run`: from an experiment's name to a report, with progress and the headline differences."""

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

from rich.console import Console

from sim.cli.console import RESULTS, STORE, console, make_folders, print_some, writing_to
from sim.cli.progress import stoppable
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved, points

if TYPE_CHECKING:
    from sim.pipeline import Finished
    from sim.runs.engines import OpenEngine


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
    draws: int | None = None


def run_experiment(options: RunOptions) -> list[str]:
    """Run, report and print; returns what failed."""
    from sim.runs.process_start import start_ahead

    if options.cluster is None:
        start_ahead()  # before the imports of this process, which take as long as those of the workers
    from sim import pipeline
    from sim.analysis.uncertainty.joint_draws import how_many

    resolved = pipeline.resolve(
        options.experiment, options.sets, seeds=options.seeds, customers=options.customers
    )
    shard, draws = _shard(options.shard, resolved), how_many(resolved, options.draws)
    folder, store = options.out or RESULTS / resolved.name, options.store or STORE
    make_folders(folder, store)
    screen = console()
    screen.print(_size(resolved, shard, 0 if shard else draws))

    from sim.runs.tasks import Backend

    engine = _engine(options.cluster, options.workers)
    backend = Backend(options.workers, options.timeout or None, options.retry_failed, shard, engine)
    with writing_to(folder), stoppable(screen, store) as progress:
        done = pipeline.run(
            resolved,
            folder,
            progress=progress,
            store=store,
            backend=backend,
            further=True,
            draws=options.draws,
            command=command_of(options),
        )
    if shard is not None:
        return _print_shard(screen, done, shard)
    _print_results(screen, done)
    if options.report and (done.proved.good if done.plan.has_design else "headlines" in done.summaries):
        from sim.runs.results import FolderResults
        from sim.view.report import build

        screen.print("next: drawing the report")
        with writing_to(done.folder):
            report = build(FolderResults(done.folder), done.folder / "report.html")
        screen.out(f"report: {report}")
    return done.all_failures


def _print_results(screen: Console, done: "Finished") -> None:
    from sim.view.result_tables import claims_table, headlines_table, uncertainty_table
    from sim.view.tables import to_terminal

    experiment = done.plan.resolved.experiment
    found = done.summaries.get("headlines")
    if found is not None:
        for paragraph in _answer(done):
            screen.out(f"{paragraph}\n", highlight=False)
        labels = [experiment.worlds[name].label for name in experiment.compare or ()]
        table = (
            uncertainty_table(over, found, labels, done.summaries["varied"])
            if (over := done.summaries.get("uncertainty")) is not None
            else headlines_table(found, labels)
        )
        screen.print(to_terminal(table))
    print_some(screen, "[yellow]warning[/]", done.warnings)
    rest = f", all in {done.folder / 'failures.csv'}"
    print_some(screen, "[red]failed[/]", [*done.failures, *done.further_failures], rest)
    if done.verdicts is not None:
        screen.print(to_terminal(claims_table(done.verdicts.claims.to_dict("records"))))
    if done.draws_ship:
        screen.print("the draws are the same runs as those that ship, so they were not run again")
    screen.print(_count(done))
    screen.out(f"tables: {done.folder} ({done.seconds:.0f} s)")


def _answer(done: "Finished") -> list[str]:
    """The answer in plain words, where there are draws that it can be taken from."""
    if "uncertainty" not in done.summaries:
        return []
    from sim.runs.results import FolderResults
    from sim.view.results_view import ResultsView
    from sim.view.sections.headline_summary import answers

    view = ResultsView(FolderResults(done.folder))
    return [fill(unescape(re.sub("<[^>]+>", "", one)), 100) for one in answers(view)]


def _engine(cluster: str | None, workers: int | None) -> "OpenEngine | None":
    if cluster is None:
        return None
    from sim.runs.engines.cluster import cluster_engine

    return cluster_engine(cluster, workers)


def _shard(word: str | None, resolved: "Resolved") -> tuple[int, int] | None:
    """`2/8`: the second of eight parts."""
    if word is None:
        return None
    part, slash, parts = word.partition("/")
    if not (slash and part.isdecimal() and parts.isdecimal() and 1 <= int(part) <= int(parts)):
        raise InputError(f"--shard: '{word}': write it as i/n, from 1/n to n/n, for example 2/8")
    from sim.runs.plan import Plan

    pairs = len(Plan(resolved))
    if int(parts) > pairs:
        raise InputError(f"--shard: '{word}': only {pairs:,} parts would have a pair to run")
    return int(part), int(parts)


def _print_shard(screen: Console, done: "Finished", shard: tuple[int, int]) -> list[str]:
    """What a shard says at its end: it writes no tables."""
    print_some(screen, "[red]failed[/]", done.runner.failures)
    screen.print(
        f"shard {shard[0]}/{shard[1]}: {done.ran} run ({done.seconds:.0f} s); when all shards are "
        "done, the same command without --shard writes the tables"
    )
    return done.runner.failures


def _count(done: "Finished") -> str:
    failed = len(done.failures)
    rest = (
        f"{failed:,} failed (--retry-failed runs them once more)"
        if failed
        else f"{done.ran:,} of them run now"
    )
    return f"{len(done.proved.good):,} of {len(done.plan):,} done, {rest}"


def command_of(options: RunOptions) -> str:
    """The words that give these numbers again."""
    words = [f"--set {shlex.quote(each)}" for each in options.sets]
    words += [
        f"--{name} {value}"
        for name, value in (
            ("seeds", options.seeds),
            ("customers", options.customers),
            ("draws", options.draws),
        )
        if value is not None
    ]
    return " ".join(["warrantsim run", shlex.quote(options.experiment), *words])


def _size(resolved: Resolved, shard: tuple[int, int] | None, draws: int) -> str:
    experiment = resolved.experiment
    counts = [(len(experiment.worlds), "world"), (experiment.seeds.count, "seed")]
    if experiment.design is not None:
        counts.insert(0, (len(points(resolved)), "point"))
    runs = " x ".join(f"{count:,} {word}{'' if count == 1 else 's'}" for count, word in counts)
    part = f", part {shard[0]} of {shard[1]}" if shard else ""
    part += f"; then {draws:,} draws of the posterior (--draws 0: none)" if draws else ""
    return (
        f"{resolved.name}: {runs}, {experiment.customers:,} customers, "
        f"{experiment.horizon.first} to {experiment.horizon.last}{part}"
    )

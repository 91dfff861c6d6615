"""Execute an experiment: run what the store lacks, then write its tables and points from the store.

The manifest and all that is worked out from the tables are the business of `sim.pipeline`.
"""

import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from sim.model.tables import data_dictionary
from sim.runs.csv_tables import write_csv
from sim.runs.engines.local import default_workers
from sim.runs.export import Proved, export, prove
from sim.runs.folder_check import DamagedFolder, contents_digest, manifest_at, tables_of
from sim.runs.forks import in_good_order
from sim.runs.manifest import manifest
from sim.runs.plan import Plan
from sim.runs.points import POINTS, write_points
from sim.runs.results import MANIFEST, TABLES_FOLDER, FolderResults
from sim.runs.seed_task import SeedDone
from sim.runs.silence import silences
from sim.runs.store import Damaged, Index, Store
from sim.runs.tasks import Runner, missing
from sim.runs.watch import Watch, write_unchanging
from sim.runs.whole_files import sha256_of, write_whole
from sim.scenario.resolution import Resolved

OWN_STORE = "store"
FAILURES, DICTIONARY = "failures.csv", "data_dictionary.md"


@dataclass
class Execution:
    """An experiment under execution: its folder, its plan, who runs it, and what has come of it so far."""

    folder: Path
    plan: Plan
    runner: Runner
    index: Index = field(default_factory=Index)
    proved: Proved = field(default_factory=Proved)
    seconds: float = 0.0
    ran: int = 0
    tables: dict[str, dict[str, Any]] | None = None
    warnings: list[str] = field(default_factory=list)

    @property
    def store(self) -> Store:
        return self.runner.store

    @property
    def failures(self) -> list[str]:
        return [str(failure) for failure in self.proved.failures.values()]

    @property
    def results(self) -> FolderResults:
        return FolderResults(self.folder)

    @property
    def done(self) -> list[SeedDone]:
        """The pairs of an experiment without a design, each with the small table of its worlds."""
        return [self.pair(number, ("world",)) for number in self.proved.good]

    def pair(self, number: int, tables: Sequence[str]) -> SeedDone:
        """Tables of a good pair out of the store."""
        point, seed = self.plan.key(number)
        places = {
            world: self.index.where[run_id]
            for world, run_id in zip(self.plan.worlds, self.plan.ids[number], strict=True)
        }
        return SeedDone(seed, self.plan.label(point), self.store.tables(places, tables))


def execute(run: Execution, watch: Watch) -> None:
    """Run what the store lacks, then write tables and points to the experiment's folder.

    A shard writes none. Raises EngineLost when a cluster is gone; what was stored stays, and the next call
    goes on from there.
    """
    begin = time.perf_counter()
    run.warnings += silences(run.plan.resolved)
    while True:
        run.index, damaged = run.store.index()
        run.warnings += damaged
        _run_missing(run, watch)
        run.runner.backend = replace(run.runner.backend, retry_failed=False)  # once
        if run.runner.backend.shard is not None:
            break
        try:
            watch.stage("writing the tables")
            _write_results(run)
            _write_failures(run)
            run.warnings += never_differ(run.plan.resolved, run.proved.never_part)
            break
        except Damaged as damage:
            run.warnings.append(run.store.set_aside(damage))
    run.seconds = time.perf_counter() - begin


def _run_missing(run: Execution, watch: Watch) -> None:
    """Run what the store lacks (failed tasks only if the backend retries them)."""
    plan, index, backend = run.plan, run.index, run.runner.backend
    pairs = [
        pair
        for pair, ids in enumerate(plan.ids)
        if any(run_id not in index.where for run_id in ids)
        and (backend.shard is None or pair % backend.shard[1] == backend.shard[0] - 1)
        and (backend.retry_failed or index.failure_of(ids) is None)
    ]
    if pairs:
        write_unchanging(plan, run.folder)
        watch.stage("running", len(pairs))
        tasks = in_good_order(missing(plan.tasks(pairs), index, backend), plan.resolved)
        with closing(run.runner.run(tasks, len(pairs))) as all_ended:
            for ended in all_ended:
                watch.note(ended)
        run.ran += len(pairs)
        run.index, damaged = run.store.index()
        run.warnings += damaged


def _write_results(run: Execution) -> None:
    """Write tables, unless they are there and intact, and points to the experiment's folder.

    Raises Damaged.
    """
    out, plan, index, store = run.folder, run.plan, run.index, run.store
    run.proved = prove(plan, index, store)
    good = run.proved.good
    write_whole(out / DICTIONARY, data_dictionary())
    run.tables = _as_they_should_be(run)
    if run.tables is not None:
        _check(store, {index.where[run_id][0] for pair in good for run_id in plan.ids[pair]})
    else:
        (out / MANIFEST).unlink(missing_ok=True)  # it speaks of other tables
        run.tables = export(plan, good, index, store, out / TABLES_FOLDER)
    # Always written anew: nothing else binds the values of the design that the file tells.
    write_points(plan.rows(good), plan.worlds, out / POINTS)


def _manifest_of(folder: Path) -> dict[str, Any] | None:
    """The manifest of what the folder held before; None if there is none, or it is damaged: then all is
    written anew."""
    try:
        return manifest_at(folder / MANIFEST)
    except DamagedFolder:
        return None


def _check(store: Store, batches: set[str]) -> None:
    """Compare every part of these batches with its sha256. Raises Damaged."""
    with ThreadPoolExecutor(default_workers()) as pool:
        list(pool.map(store.check, sorted(batches)))


def _contents_digest(plan: Plan, pairs: Iterable[int]) -> str:
    """What decides the tables: keys and run ids of the pairs in them."""
    return contents_digest(plan.worlds, ((plan.number_and_seed(pair), plan.ids[pair]) for pair in pairs))


def _as_they_should_be(run: Execution) -> dict[str, dict[str, Any]] | None:
    """The manifest's account of the tables.

    It is there only if they are of these very runs and no byte of them has changed.
    """
    out, manifest = run.folder, _manifest_of(run.folder)
    if manifest is None or manifest.get("runs_digest") != _contents_digest(run.plan, run.proved.good):
        return None
    tables: dict[str, dict[str, Any]] = manifest.get("tables") or {}
    files = list(tables_of(out, manifest))
    with ThreadPoolExecutor(default_workers()) as pool:
        whole = all(
            pool.map(lambda one: one.path.is_file() and sha256_of(one.path) == one.facts["sha256"], files)
        )
    return tables if whole else None


def facts_found(run: Execution) -> dict[str, Any]:
    """What the execution adds to the manifest.

    It adds tables, failures, warnings, and what was proved of the worlds.
    """
    plan, proved = run.plan, run.proved
    return {
        "failures": run.failures,
        "warnings": run.warnings,
        "seconds": round(run.seconds, 1),
        "tables": run.tables,
        "runs_digest": _contents_digest(plan, proved.good),
        "points": len(plan.points) if plan.has_design else None,
        "worlds_compared": [
            {"a": a, "b": b, "equal_months": months, "never_part": (a, b) in proved.never_part}
            for (a, b), months in proved.shared.items()
        ],
    }


def never_differ(resolved: Resolved, pairs: Iterable[tuple[int, int]]) -> list[str]:
    """A warning for every two worlds, by position, that are equal in every month of every pair."""
    labels = [spec.label for spec in resolved.experiment.worlds.values()]
    return [
        f"'{labels[i]}' and '{labels[j]}' never differ: they are equal in every month of every run"
        for i, j in sorted(pairs)
    ]


def manifest_of(run: Execution, **further: Any) -> dict[str, Any]:
    """The manifest of an execution, with what later steps of the pipeline found."""
    plan, compare = run.plan, run.plan.resolved.experiment.compare
    at = sorted(plan.worlds.index(name) for name in compare) if compare else []
    identical = run.proved.shared.get((at[0], at[1]), 0) if at else 0
    seeds = sorted({plan.key(pair)[1] for pair in run.proved.good})
    return manifest(plan.resolved, seeds, identical, **facts_found(run), **further)


def _write_failures(run: Execution) -> None:
    """The failed pairs as a table beside the others; no file where none failed."""
    path = run.folder / FAILURES
    path.unlink(missing_ok=True)
    if run.proved.failures:
        rows = [
            {
                "point": run.plan.key(pair)[0].index,
                "seed": f.seed,
                "how": f.how,
                "stage": f.stage,
                "error": f.error,
                **f.values,
                "traceback": f.traceback,
            }
            for pair, f in run.proved.failures.items()
        ]
        write_csv(pd.DataFrame(rows), path)

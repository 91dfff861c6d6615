"""Run an experiment: what is not in the store is run, then tables, points and a manifest are written from the store."""

import hashlib
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from sim.model.tables import data_dictionary
from sim.runs.engines.local import default_workers
from sim.runs.export import Proved, export, prove, sha256_of
from sim.runs.manifest import manifest, write_manifest
from sim.runs.plan import Plan
from sim.runs.points import POINTS, PointRow, write_points
from sim.runs.results import MANIFEST, TABLES_FOLDER, FolderResults
from sim.runs.running import Progress, Running, missing, run_missing
from sim.runs.seed import Failure, SeedDone
from sim.runs.store import Damaged, Index, Store
from sim.runs.watching import Watch, watched, write_unchanging
from sim.scenario.resolution import Resolved

OWN_STORE = "store"
FAILURES = "failures.csv"


@dataclass
class Finished:
    """An experiment that has been run: where it is, what went wrong, what to be warned of, and where its runs are stored."""

    folder: Path
    plan: Plan
    store: Store
    index: Index
    proved: Proved
    seconds: float = 0.0
    ran: int = 0
    failed_now: list[Failure] = field(default_factory=list)
    tables: dict[str, dict[str, Any]] | None = None
    warnings: list[str] = field(default_factory=list)

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
            world: self.index.where[run]
            for world, run in zip(self.plan.worlds, self.plan.ids[number], strict=True)
        }
        found = {
            world: {table: self.store.columns(table, place) for table in tables}
            for world, place in places.items()
        }
        equal = {
            f"{self.plan.worlds[i]}|{self.plan.worlds[j]}": months
            for (i, j), months in self.plan.equal_months(point).items()
        }
        return SeedDone(seed, self.plan.label(point), found, equal_months=equal)


def run(
    resolved: Resolved,
    out: Path,
    workers: int | None = None,
    progress: Progress | None = None,
    store: Path | None = None,
    how: Running | None = None,
) -> Finished:
    """Run what is missing of an experiment and write its tables, points, data dictionary and manifest to `out`.

    Runs are kept in `store`, which experiments may share (None: in `out` itself). A shard writes no tables. Raises
    EngineLost when a cluster is gone; what was stored stays, and the next call goes on from there.
    """
    begin = time.perf_counter()
    how = how or Running()
    if workers is not None:
        how = replace(how, workers=workers)
    finished = Finished(out, Plan(resolved, out / POINTS), Store(store or out / OWN_STORE), Index(), Proved())
    finished.store.prepare()
    with watched(finished.plan, out, finished.store.folder, how.shard) as watch:
        while True:
            finished.index, damaged = finished.store.index()
            finished.warnings += damaged
            _run_missing(finished, how, progress, watch)
            how = replace(how, retry_failed=False)  # once
            try:
                if how.shard is None:
                    watch.stage("writing the tables")
                    _write_results(finished)
                break
            except Damaged as found:
                finished.warnings.append(finished.store.set_aside(found))
        finished.seconds = time.perf_counter() - begin
        if how.shard is None:
            _write_manifest(finished)
    return finished


def _run_missing(finished: Finished, how: Running, progress: Progress | None, watch: Watch) -> None:
    """Run what the store lacks (failed tasks only if asked for)."""
    plan, index = finished.plan, finished.index
    pairs = [
        pair
        for pair, ids in enumerate(plan.ids)
        if any(run not in index.where for run in ids)
        and (how.shard is None or pair % how.shard[1] == how.shard[0] - 1)
        and (how.retry_failed or index.failure_of(ids) is None)
    ]
    if pairs:
        write_unchanging(plan, finished.folder)
        watch.stage("running", len(pairs))
        finished.failed_now += run_missing(
            finished.store, missing(plan.tasks(pairs), index, how), len(pairs), how, progress, watch.note
        )
        finished.ran += len(pairs)
        finished.index, damaged = finished.store.index()
        finished.warnings += damaged


def _write_results(finished: Finished) -> None:
    """Tables and points in the experiment's folder, unless they are there as they should be. Raises Damaged."""
    out, plan, index, store = finished.folder, finished.plan, finished.index, finished.store
    finished.proved = _proved_before(finished) or prove(plan, index, store)
    good = finished.proved.good
    finished.tables = _as_they_should_be(finished)
    if finished.tables is not None:
        _check(store, {index.where[run][0] for pair in good for run in plan.ids[pair]})
        return
    finished.tables = export(plan, good, index, store, out / TABLES_FOLDER)
    fine = set(good)
    rows = [
        PointRow(point.index, point.values, seed, ids, pair in fine)
        for pair, ids in enumerate(plan.ids)
        for point, seed in [plan.key(pair)]
    ]
    write_points(rows, plan.worlds, plan.digest, out / POINTS)
    (out / "data_dictionary.md").write_text(data_dictionary(), encoding="utf-8")


def _proved_before(finished: Finished) -> Proved | None:
    """What was found on comparing the worlds of these very runs, if that has been done and all of them are stored."""
    said = _manifest_of(finished.folder)
    everything = range(len(finished.plan))
    if said is None or any(run not in finished.index.where for ids in finished.plan.ids for run in ids):
        return None
    if said.get("runs_digest") != _contents_digest(finished.plan, everything):
        return None
    pairs = said["worlds_compared"]
    return Proved(
        list(everything),
        {},
        {(p["a"], p["b"]) for p in pairs if p["never_part"]},
        {(p["a"], p["b"]): p["equal_months"] for p in pairs},
    )


def _manifest_of(folder: Path) -> dict[str, Any] | None:
    return FolderResults(folder).manifest if (folder / MANIFEST).is_file() else None


def _check(store: Store, batches: set[str]) -> None:
    """Compare every part of these batches with its sha256. Raises Damaged."""
    with ThreadPoolExecutor(default_workers()) as pool:
        list(pool.map(store.check, sorted(batches)))


def _contents_digest(plan: Plan, pairs: Iterable[int]) -> str:
    """What decides the tables: keys and run ids of the pairs in them."""
    h = hashlib.sha256(" ".join(plan.worlds).encode())
    for pair in pairs:
        h.update(f"{plan.number_and_seed(pair)} {plan.ids[pair]}".encode())
    return h.hexdigest()


def _as_they_should_be(finished: Finished) -> dict[str, dict[str, Any]] | None:
    """The manifest's account of the tables, if they are of these very runs and no byte of them has changed."""
    out, said = finished.folder, _manifest_of(finished.folder)
    if (
        said is None
        or not (out / POINTS).is_file()
        or said.get("runs_digest") != _contents_digest(finished.plan, finished.proved.good)
    ):
        return None
    tables: dict[str, dict[str, Any]] = said["tables"]
    files = [(out / TABLES_FOLDER / f"{name}.parquet", entry["sha256"]) for name, entry in tables.items()]
    with ThreadPoolExecutor(default_workers()) as pool:
        whole = all(pool.map(lambda file: file[0].is_file() and sha256_of(file[0]) == file[1], files))
    return tables if whole else None


def _write_manifest(finished: Finished) -> None:
    plan, proved, compare = finished.plan, finished.proved, finished.plan.resolved.experiment.compare
    worlds, labels = plan.worlds, [spec.label for spec in plan.resolved.experiment.worlds.values()]
    finished.warnings += [
        f"'{labels[i]}' and '{labels[j]}' never differ: the switch changed nothing at all"
        for i, j in sorted(proved.never_part)
    ]
    at = tuple(sorted(worlds.index(name) for name in compare)) if compare else ()
    identical = proved.shared.get((at[0], at[1]), 0) if at else 0
    seeds = sorted({plan.key(pair)[1] for pair in proved.good})
    _write_failures(finished)
    content = manifest(
        plan.resolved, seeds, identical, failures=finished.failures, warnings=finished.warnings, seconds=round(finished.seconds, 1),
        tables=finished.tables, runs_digest=_contents_digest(plan, proved.good), points=len(plan.points) if plan.has_design else None,
        worlds_compared=[{"a": a, "b": b, "equal_months": n, "never_part": (a, b) in proved.never_part} for (a, b), n in proved.shared.items()],
    )  # fmt: skip
    write_manifest(finished.folder, content)


def _write_failures(finished: Finished) -> None:
    """The failed pairs as a table beside the others; no file where none failed."""
    path = finished.folder / FAILURES
    path.unlink(missing_ok=True)
    if finished.proved.failures:
        rows = [
            {
                "point": finished.plan.key(pair)[0].index,
                "seed": f.seed,
                "how": f.how,
                "stage": f.stage,
                "error": f.error,
                **f.values,
                "traceback": f.traceback,
            }
            for pair, f in finished.proved.failures.items()
        ]
        pd.DataFrame(rows).to_csv(path, index=False, lineterminator="\n")

"""An experiment's own tables, in key order, out of the store.

They are streamed, so that memory does not grow with them.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from sim.runs import tables_on_disk
from sim.runs.pairs import MONTH_DIGEST, difference_of
from sim.runs.plan import Plan
from sim.runs.seed_task import Failure
from sim.runs.store import Index, Store
from sim.runs.whole_files import sha256_of

LOST = "it was neither stored nor reported as failed"


@dataclass
class Proved:
    """Which pairs are good, and what was found on comparing their worlds."""

    good: list[int] = field(default_factory=list)
    failures: dict[int, Failure] = field(default_factory=dict)
    never_part: set[tuple[int, int]] = field(
        default_factory=set
    )  # worlds by position that are equal in every month of every pair
    shared: dict[tuple[int, int], int] = field(
        default_factory=dict
    )  # worlds by position -> months in which all pairs are equal


def prove(plan: Plan, index: Index, store: Store) -> Proved:
    """Check that every two worlds of every pair are equal for as long as they must be.

    This includes worlds that were run on different days. A pair that failed, or whose worlds differ too
    early, is void. Raises Damaged.
    """
    out = Proved()
    must, at = dict[tuple[int, int], int](), -1
    for pair, ids in enumerate(plan.ids):
        point, seed = plan.key(pair)
        if any(run not in index.where for run in ids):
            failed = index.failure_of(ids) or Failure("", seed, {}, list(ids), "died", "run", LOST)
            out.failures[pair] = replace(
                failed, name=plan.name(pair), values=dict(point.values)
            )  # another experiment may have met it first
            continue
        if point.index != at:
            at, must = point.index, plan.equal_months(point)
        digests = [store.months(index.where[run]) for run in ids] if must else []
        error = difference_of(plan.worlds, digests, must)
        if error is not None:
            out.failures[pair] = Failure(
                plan.name(pair), seed, dict(point.values), list(ids), "raised", "compare", error
            )
            continue
        never = {
            w
            for w, months in must.items()
            if months and digests[w[0]][-MONTH_DIGEST:] == digests[w[1]][-MONTH_DIGEST:]
        }
        out.never_part = never if not out.good else out.never_part & never
        out.shared = {w: min(months, out.shared.get(w, months)) for w, months in must.items()}
        out.good.append(pair)
    return out


def export(
    plan: Plan, good: Sequence[int], index: Index, store: Store, folder: Path
) -> dict[str, dict[str, Any]]:
    """Write every recorded table of the good pairs in key order.

    Returns rows, digest and sha256 of the file. Raises Damaged.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for left_over in folder.glob(".*"):
        left_over.unlink()
    written: dict[str, dict[str, Any]] = {}
    for table in tables_on_disk.SCHEMA:
        path = folder / f"{table}.parquet"
        if not good or table not in store.commit(index.where[plan.ids[good[0]][0]][0]).rows:
            path.unlink(missing_ok=True)
            continue
        writer, digest, between = tables_on_disk.Writer(path), hashlib.sha256(), b""
        for rows, counts, keys, digests in _in_order(plan, good, index, store, table):
            points, seeds, worlds = zip(*keys, strict=True)
            writer.add(
                tables_on_disk.under_keys(
                    table, rows, counts, points if plan.has_design else None, seeds, worlds
                )
            )
            for (point, seed, world), one in zip(keys, digests, strict=True):
                run = tables_on_disk.run_line(point if plan.has_design else None, seed, world)
                digest.update(between + f"{run} {one}".encode())
                between = b"\n"
        writer.close()
        pa.default_memory_pool().release_unused()
        written[table] = {"rows": writer.rows, "digest": digest.hexdigest(), "sha256": sha256_of(path)}
    return written


def _in_order(
    plan: Plan, good: Sequence[int], index: Index, store: Store, table: str
) -> Iterator[tuple[pa.Table, list[int], list[Any], list[str]]]:
    """Stretches of a table in key order: rows, rows of each run, key of each run, digest of each run."""

    def keys() -> Iterator[tuple[int, int, str]]:
        for pair in good:
            point, seed = plan.key(pair)
            for world in plan.worlds:
                yield point.index, seed, world

    def places() -> Iterator[tuple[str, int]]:
        for pair in good:
            for run in plan.ids[pair]:
                yield index.where[run]

    def digests() -> Iterator[str]:
        for batch, position in places():
            yield store.commit(batch).digests[table][position]

    key, digest = keys(), digests()
    for rows, counts in store.rows(table, places()):
        yield rows, counts, [next(key) for _ in counts], [next(digest) for _ in counts]

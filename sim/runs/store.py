"""The store: every run that was ever finished, in batches that are there whole or not at all.

    store/batches/<id>/commit.json      the parts and their sha256; <id> begins the sha256 of this file
    store/batches/<id>/<table>.parquet  one table of all runs of the batch, under the key `run`
    store/batches/<id>/months.parquet   the digests of each run that prove two worlds equal up to a month
    store/writing/<token>/              batches being written; nothing reads them
    store/damaged/<id>/                 batches that no longer were what had been written

A batch is written in a folder of its own and enters `batches` by one rename. Nobody writes what another
writes, so there is no lock, and whoever dies leaves nothing that could be mistaken for a result.
"""

import hashlib
import json
import os
import re
import shutil
import socket
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sim.runs.identity import ID_LETTERS, model_digest
from sim.runs.processes import is_dead
from sim.runs.seed_task import Failure, SeedDone, Task
from sim.runs.tables_on_disk import Columns, settings, to_arrow, to_columns
from sim.runs.whole_files import write_whole

BATCHES, WRITING, DAMAGED = "batches", "writing", "damaged"
COMMIT, MONTHS = "commit.json", "months"
DEFAULT = Path("results/store")
_BATCH = re.compile(rf"[0-9a-f]{{{ID_LETTERS}}}")
_TOKEN = re.compile(r".+-\d+-[0-9a-f]+")
_OLD = 7 * 24 * 3600.0  # seconds after which what another machine was writing is given up for dead
_BYTES_REMEMBERED = 32 << 20


class Damaged(Exception):
    """A batch is no longer what was written; `batch` is its id."""

    def __init__(self, batch: str, what: str) -> None:
        self.batch = batch
        super().__init__(f"{batch}: {what}")


@dataclass(frozen=True)
class Commit:
    """What a batch holds, in the order of its parts' rows."""

    id: str
    runs: list[str]
    record: str
    parts: dict[str, dict[str, Any]]  # table -> sha256, bytes
    rows: dict[str, list[int]]  # table -> rows of each run
    digests: dict[str, list[str]]  # table -> digest of each run's values
    failures: list[Failure]


@dataclass
class Index:
    """Which runs are in the store, and which tasks failed."""

    where: dict[str, tuple[str, int]] = field(default_factory=dict)  # run id -> batch, position
    failures: dict[str, list[Failure]] = field(
        default_factory=dict
    )  # run id -> failures of tasks that had it

    def failure_of(self, ids: Iterable[str]) -> Failure | None:
        """The last failure of a task whose runs are all among these, if one of them is still missing."""
        all_ids = set(ids)
        found = [
            f
            for run in all_ids
            if run not in self.where
            for f in self.failures.get(run, ())
            if all_ids.issuperset(f.runs)
        ]
        return found[-1] if found else None


class Store:
    """The runs under one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._remembered: dict[tuple[str, str], pa.Table] = {}
        self._bytes = 0
        self._commit = lru_cache(maxsize=64)(self._read_commit)

    def prepare(self) -> None:
        """Make the folders, and clear away what the dead were writing."""
        for name in (BATCHES, WRITING):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        for left in (self.folder / WRITING).iterdir():
            if _TOKEN.fullmatch(left.name) and left.is_dir() and _is_dead(left):
                shutil.rmtree(left, ignore_errors=True)

    # --- reading ---------------------------------------------------------------------------------

    def index(self) -> tuple[Index, list[str]]:
        """What is there, and words about batches whose commit was damaged and which were set aside."""
        index, warnings = Index(), []
        for entry in sorted(os.scandir(self.folder / BATCHES), key=lambda e: e.name):
            if not _BATCH.fullmatch(entry.name) or not entry.is_dir(follow_symlinks=False):
                continue  # somebody else's file
            try:
                commit = self._read_commit(entry.name)
            except Damaged as damaged:
                warnings.append(self.set_aside(damaged))
                continue
            for position, run in enumerate(commit.runs):
                index.where.setdefault(run, (entry.name, position))
            for failure in commit.failures:
                for run in failure.runs:
                    index.failures.setdefault(run, []).append(failure)
        return index, warnings

    def commit(self, batch: str) -> Commit:
        """What a batch holds; raises Damaged."""
        return self._commit(batch)

    def _read_commit(self, batch: str) -> Commit:
        try:
            content = (self.folder / BATCHES / batch / COMMIT).read_bytes()
        except (FileNotFoundError, IsADirectoryError):
            raise Damaged(batch, f"{COMMIT} is missing") from None
        if hashlib.sha256(content).hexdigest()[:ID_LETTERS] != batch:
            raise Damaged(batch, f"{COMMIT} is not what was written")
        try:
            entry = json.loads(content)
            failures = [Failure(**failure) for failure in entry["failures"]]
            return Commit(
                batch,
                entry["runs"],
                entry["record"],
                entry["parts"],
                entry["rows"],
                entry["digests"],
                failures,
            )
        except (ValueError, KeyError, TypeError, RecursionError):
            raise Damaged(batch, f"{COMMIT} is none that this version writes") from None

    def part(self, batch: str, table: str) -> pa.Table:
        """One table of a batch, checked against its sha256; raises Damaged. The last few are remembered."""
        found = self._remembered.pop((batch, table), None)
        if found is None:
            found = pq.read_table(pa.BufferReader(self._checked(batch, table)))
            self._bytes += found.nbytes
            while self._remembered and self._bytes > _BYTES_REMEMBERED:
                self._bytes -= self._remembered.pop(next(iter(self._remembered))).nbytes
        self._remembered[batch, table] = found
        return found

    def _checked(self, batch: str, table: str) -> bytes:
        name = f"{table}.parquet"
        try:
            content = (self.folder / BATCHES / batch / name).read_bytes()
        except (FileNotFoundError, IsADirectoryError):
            raise Damaged(batch, f"{name} is missing") from None
        if hashlib.sha256(content).hexdigest() != self.commit(batch).parts[table]["sha256"]:
            raise Damaged(batch, f"{name} is not what was written (its sha256 is another)")
        return content

    def check(self, batch: str) -> None:
        """Read every part of a batch and compare its sha256; raises Damaged."""
        for table in self.commit(batch).parts:
            self._checked(batch, table)

    def rows(self, table: str, places: Iterable[tuple[str, int]]) -> Iterator[tuple[pa.Table, list[int]]]:
        """A table's rows of runs, in this order.

        They come as stretches that lie together in a batch, with the rows of each run.
        """
        for batch, positions in _stretches(places):
            counts = self.commit(batch).rows.get(table)
            if counts is None:
                yield pa.table({}), [0] * len(positions)
                continue
            begin = sum(counts[: positions[0]])
            mine = [counts[p] for p in positions]
            yield self.part(batch, table).slice(begin, sum(mine)), mine

    def columns(self, table: str, place: tuple[str, int]) -> Columns:
        """A table of one run, as the model gave it (the table `cell` at the width of its file)."""
        return to_columns(table, next(self.rows(table, [place]))[0])

    def tables(
        self, places: Mapping[str, tuple[str, int]], names: Sequence[str]
    ) -> dict[str, dict[str, Columns]]:
        """These tables of several runs by world."""
        return {world: {name: self.columns(name, place) for name in names} for world, place in places.items()}

    def months(self, place: tuple[str, int]) -> bytes:
        """The digests by which a run is compared with others (`sim.runs.pairs.month_digests`)."""
        digests: bytes = self.part(place[0], MONTHS).column("digests")[place[1]].as_py()
        return digests

    def set_aside(self, damaged: Damaged) -> str:
        """Move a damaged batch out of the way, so that its runs are run again.

        Returns what to tell the user.
        """
        (self.folder / DAMAGED).mkdir(exist_ok=True)
        target = self.folder / DAMAGED / damaged.batch
        if target.exists():
            target = target.with_name(f"{damaged.batch}-{uuid.uuid4().hex[:8]}")
        (self.folder / BATCHES / damaged.batch).rename(target)
        self._commit.cache_clear()
        return f"{self.folder / BATCHES}/{damaged}; set aside as {target}, its runs are run again"


def _stretches(places: Iterable[tuple[str, int]]) -> Iterator[tuple[str, list[int]]]:
    batch, positions = "", list[int]()
    for name, position in places:
        if positions and (name != batch or position != positions[-1] + 1):
            yield batch, positions
            positions = []
        batch = name
        positions.append(position)
    if positions:
        yield batch, positions


# --- writing ---------------------------------------------------------------------------------------


def new_token() -> str:
    """A name for a batch in the making that nobody else uses, and that says who is at it."""
    return f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:12]}"


def _is_dead(left: Path) -> bool:
    host, pid, _ = left.name.rsplit("-", 2)
    if host != socket.gethostname() or os.name != "posix":
        return time.time() - left.stat().st_mtime > _OLD
    return is_dead(int(pid))


class Batch:
    """Runs on their way into the store."""

    def __init__(self, store: Path, token: str, record: str) -> None:
        self.folder, self._store, self._record = store / WRITING / token, store, record
        self._runs: list[str] = []
        self._tables: dict[str, list[pa.Table]] = {}
        self._rows: dict[str, list[int]] = {}
        self._digests: dict[str, list[str]] = {}
        self._months: list[bytes] = []
        self._failures: list[Failure] = []
        self._seconds: list[float] = []
        self.folder.mkdir(parents=True, exist_ok=True)

    def add(self, task: Task, done: SeedDone) -> None:
        """Take a finished task's runs, or its failure."""
        self._seconds.append(round(done.seconds, 3))
        if done.failed is not None:
            self._failures.append(done.failed)
            return
        for world, run in task.ids.items():
            self._runs.append(run)
            self._months.append(done.months[world])
            for table, columns in done.tables[world].items():
                rows = to_arrow(table, columns, run)
                self._tables.setdefault(table, []).append(rows)
                self._rows.setdefault(table, []).append(rows.num_rows)
                self._digests.setdefault(table, []).append(done.digests[table][world])

    def commit(self) -> str:
        """Write all of it and let it into the store by one rename; returns the batch's id."""
        parts = {}
        tables = {
            name: pa.concat_tables(rows).unify_dictionaries().combine_chunks()
            for name, rows in self._tables.items()
        }
        if self._runs:
            tables[MONTHS] = pa.table(
                {"run": pa.array(self._runs), "digests": pa.array(self._months, pa.binary())}
            )
        for name, table in tables.items():
            sink = pa.BufferOutputStream()
            pq.write_table(table, sink, row_group_size=len(table) or None, **settings(table.schema))
            content = sink.getvalue().to_pybytes()
            write_whole(self.folder / f"{name}.parquet", content)
            parts[name] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        entry = {
            "record": self._record,
            "model": model_digest(),
            "made": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "made_by": self.folder.name,
            "seconds": self._seconds,
            "runs": self._runs,
            "rows": self._rows,
            "digests": self._digests,
            "parts": parts,
            "failures": [asdict(failure) for failure in self._failures],
        }
        content = json.dumps(entry, separators=(",", ":"), default=str).encode()
        batch = hashlib.sha256(content).hexdigest()[:ID_LETTERS]
        write_whole(self.folder / COMMIT, content)
        for left in self.folder.iterdir():
            if left.suffix not in (".parquet", ".json"):
                left.unlink()
        _sync(self.folder)
        self.folder.rename(self._store / BATCHES / batch)
        _sync(self._store / BATCHES)
        return batch


def _sync(folder: Path) -> None:
    """Bring a folder's names safely to disk, where the system can do that."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""One column of the table `world` of many runs as one array, pairs x worlds x months.

It is read from an experiment's own table, or from the store while the experiment is still running. Only the
columns asked for are read, and each page is checked.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.runs.points import POINTS, values_of
from sim.runs.results import TABLES_FOLDER
from sim.runs.store import BATCHES, Damaged, Store

TABLE = "world"
_BYTES_REMEMBERED = 300_000_000  # of columns, for each experiment that is open
_PAIRS_AT_ONCE = 400


class NotAsDescribed(Exception):
    """A results folder whose files contradict one another, in the user's words."""


@dataclass(frozen=True)
class PairSeries:
    """Many pairs, and one column of their world tables.

    `points` and `seeds` are one per pair, `values` the design's (a row per point, by its number), `months`
    (datetime64[M]), and `column`, which reads a column of the world table as float64 (pairs, worlds, months).
    """

    worlds: tuple[str, ...]
    points: np.ndarray
    seeds: np.ndarray
    values: pd.DataFrame
    months: np.ndarray
    column: Callable[[str], np.ndarray] = field(repr=False)

    def __len__(self) -> int:
        return len(self.points)

    def position(self, world: str) -> int:
        """Where a world stands on the second axis."""
        return self.worlds.index(world)


def months_of(manifest: Mapping[str, Any]) -> np.ndarray:
    """The months that a manifest says were run, as datetime64[M]."""
    return np.arange(
        np.datetime64(str(manifest["first"])[:7], "M"), np.datetime64(str(manifest["last"])[:7], "M") + 1
    )


def _points_of(path: Path, worlds: Sequence[str], columns: Sequence[str]) -> tuple[pa.Table, pd.DataFrame]:
    """The rows of a points table (these columns), and the design's values a point."""
    table = pq.read_table(path, page_checksum_verification=True)
    found = list(dict.fromkeys(table.column("world").to_pylist()[: len(worlds)]))
    if found != list(worlds):
        raise NotAsDescribed(
            f"{path.name} has the worlds {', '.join(found) or 'none'}, the manifest "
            f"{', '.join(worlds)}: they are not of one run"
        )
    return table.select(list(columns)), values_of(table)


def exported(folder: Path, manifest: Mapping[str, Any]) -> PairSeries:
    """The runs in an experiment's own table.

    Raises NotAsDescribed, OSError or pa.ArrowException where a file is damaged.
    """
    worlds, months = tuple(manifest["worlds"]), months_of(manifest)
    rows, values = _points_of(folder / POINTS, worlds, ("point", "seed", "done"))
    good = rows.column("done").to_numpy(zero_copy_only=False)[:: len(worlds)]
    points, seeds = (rows.column(name).to_numpy()[:: len(worlds)][good] for name in ("point", "seed"))
    path = folder / TABLES_FOLDER / f"{TABLE}.parquet"
    shape = (len(points), len(worlds), len(months))
    _check_rows(path, int(np.prod(shape)))

    @lru_cache(maxsize=max(2, _BYTES_REMEMBERED // max(int(np.prod(shape)) * 8, 1)))
    def column(name: str) -> np.ndarray:
        if not len(points):
            return np.empty(shape)
        read = pq.read_table(path, columns=[name], page_checksum_verification=True).column(name)
        values: np.ndarray = read.to_numpy().astype(np.float64, copy=False)
        return values.reshape(shape)

    return PairSeries(worlds, points, seeds, values, months, column)


def _check_rows(path: Path, rows: int) -> None:
    there = pq.read_metadata(path).num_rows if rows else 0
    if there != rows:
        raise NotAsDescribed(
            f"{TABLES_FOLDER}/{path.name} has {there:,} rows where {POINTS} and the manifest make "
            f"{rows:,}: the tables are not of one run, or are being written just now"
        )


@dataclass(frozen=True)
class Stretch:
    """Consecutive pairs of an experiment: all of them in `points` and `seeds`, those `done` in `series`."""

    points: np.ndarray
    seeds: np.ndarray
    done: np.ndarray
    series: PairSeries


def stretches(folder: Path, manifest: Mapping[str, Any], columns: Sequence[str]) -> Iterator[Stretch]:
    """All pairs of an experiment in key order, a stretch at a time, so that memory does not grow with them.

    Of the world table these columns are read. Raises NotAsDescribed, OSError or pa.ArrowException where a
    file is damaged.
    """
    worlds, months = tuple(manifest["worlds"]), months_of(manifest)
    rows, values = _points_of(folder / POINTS, worlds, ("point", "seed", "done"))
    points, seeds, done = (
        rows.column(name).to_numpy(zero_copy_only=False)[:: len(worlds)] for name in ("point", "seed", "done")
    )
    cuts = [slice(at, at + _PAIRS_AT_ONCE) for at in range(0, len(points), _PAIRS_AT_ONCE)]
    each = len(worlds) * len(months)
    path = folder / TABLES_FOLDER / f"{TABLE}.parquet"
    _check_rows(path, int(done.sum()) * each)
    tables = _row_stretches(path, columns, [int(done[cut].sum()) * each for cut in cuts])
    for cut, table in zip(cuts, tables, strict=True):
        good = done[cut]
        shape = (int(good.sum()), len(worlds), len(months))
        found = {name: _floats(table, name).reshape(shape) for name in columns}
        series = PairSeries(worlds, points[cut][good], seeds[cut][good], values, months, found.__getitem__)
        yield Stretch(points[cut], seeds[cut], good, series)


def _row_stretches(path: Path, columns: Sequence[str], sizes: Iterable[int]) -> Iterator[pa.Table]:
    """The rows of a file in stretches of these sizes; without any row, no file is read."""
    waiting = pa.table({name: pa.array([], pa.float64()) for name in columns})
    batches: Iterator[pa.RecordBatch] | None = None
    for size in sizes:
        if size and batches is None:
            batches = pq.ParquetFile(path, page_checksum_verification=True).iter_batches(columns=columns)
            waiting = pa.Table.from_batches([next(batches)])
        while len(waiting) < size:
            assert batches is not None
            waiting = pa.concat_tables([waiting, pa.Table.from_batches([next(batches)])])
        yield waiting.slice(0, size)
        waiting = waiting.slice(size)


def _floats(table: pa.Table, name: str) -> np.ndarray:
    values: np.ndarray = table.column(name).to_numpy().astype(np.float64, copy=False)
    return values


@dataclass
class StoredSeries:
    """What the store holds of an unfinished experiment.

    Nothing is written, and damaged batches are passed over.
    """

    store: Path
    folder: Path  # holds the points table and, as `manifest`, the manifest as far as it is known
    manifest: Mapping[str, Any]
    _where: dict[str, tuple[str, int, int]] = field(
        default_factory=dict, init=False, repr=False
    )  # run -> batch, first row, rows
    _seen: set[str] = field(default_factory=set, init=False, repr=False)

    def __post_init__(self) -> None:
        self._read = lru_cache(maxsize=4096)(self._read_column)
        self._rows, self._values = _points_of(
            self.folder / POINTS, tuple(self.manifest["worlds"]), ("point", "seed", "run")
        )
        self._runs: list[str] = self._rows.column("run").to_pylist()

    def _refresh(self) -> None:
        mine, store = set(self._runs), Store(self.store)
        batches = self.store / BATCHES
        for name in sorted(path.name for path in batches.iterdir()) if batches.is_dir() else ():
            if name in self._seen:
                continue
            self._seen.add(name)
            try:
                commit = store.commit(name)
            except Damaged:
                continue
            counts = commit.rows.get(TABLE, [])
            begins = np.concatenate([[0], np.cumsum(counts)]).astype(int)
            self._where.update(
                {
                    run: (name, int(begins[k]), counts[k])
                    for k, run in enumerate(commit.runs)
                    if run in mine and counts
                }
            )

    def _read_column(self, batch: str, name: str) -> np.ndarray:
        read = pq.read_table(
            self.store / BATCHES / batch / f"{TABLE}.parquet", columns=[name], page_checksum_verification=True
        )
        values: np.ndarray = read.column(name).to_numpy().astype(np.float64, copy=False)
        return values

    def series(self) -> PairSeries:
        """The pairs of which every world is stored by now."""
        self._refresh()
        worlds, months = tuple(self.manifest["worlds"]), months_of(self.manifest)
        w = len(worlds)
        whole = [
            k
            for k in range(len(self._runs) // w)
            if all(
                self._where.get(run, ("", 0, 0))[2] == len(months) for run in self._runs[k * w : k * w + w]
            )
        ]
        points, seeds = (self._rows.column(name).to_numpy()[::w][whole] for name in ("point", "seed"))

        def column(name: str) -> np.ndarray:
            out = np.empty((len(whole), w, len(months)))
            for row, k in enumerate(whole):
                for world in range(w):
                    batch, begin, rows = self._where[self._runs[k * w + world]]
                    out[row, world] = self._read(batch, name)[begin : begin + rows]
            return out

        return PairSeries(worlds, points, seeds, self._values, months, column)

"""Tables on disk: Parquet files, either complete or absent.

They have checksums, and a digest of each run's values. A part in the store holds a table of several runs
under the key `run`; an experiment's own tables hold the same rows under the keys of the schema (`point` where
there is a design, `seed`, `world`).
"""

import hashlib
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.model.tables import MONTH, RUN, SEED, TABLES, WORLD, Column, Table
from sim.runs.whole_files import whole_file

Columns = dict[str, np.ndarray]
DAMAGED = (pa.ArrowException, OSError, UnicodeDecodeError)
"""What reading a damaged Parquet file raises; the last for a column whose name is no text."""
FORMAT = "1"  # of what is written; another one makes other run ids
RUN_ID = Column("run", "category", "-", "id of the run: what was run, with which seed and which code")
POINT = Column("point", "int64", "-", "number of the design's point, as in points.parquet")
COLLECTED = Table(
    "collected",
    "a month of a reporter of the user's own",
    (
        *RUN,
        MONTH,
        Column("agent", "category", "-", "code of the agent that was read; empty for the model"),
        Column("reporter", "category", "-", "name of the reporter"),
    ),
    (Column("value", "float64", "-", "what the reporter gave at the end of the month"),),
)
SCHEMA: dict[str, Table] = {**TABLES, COLLECTED.name: COLLECTED}
_FLOAT32_TABLES = ("cell",)  # 285 cells x 156 months: at full width it would be most of the disk


def to_arrow(name: str, columns: Columns, run: str) -> pa.Table:
    """A table of one run, typed by the schema, under the key `run`."""
    rows = len(next(iter(columns.values())))
    arrays, kept = [pa.DictionaryArray.from_arrays(np.zeros(rows, np.int32), pa.array([run]))], [RUN_ID]
    for column in SCHEMA[name].columns:
        if column in RUN:
            continue
        if column.dtype == "date":
            array = pa.array(columns[column.name].astype("datetime64[D]"), pa.date32())
        elif column.dtype == "category":
            array = pa.array(columns[column.name].tolist(), pa.string()).dictionary_encode()
        elif column.dtype == "float64" and name in _FLOAT32_TABLES:
            array = pa.array(columns[column.name].astype(np.float32), from_pandas=True)
        else:
            array = pa.array(columns[column.name].astype(column.dtype), from_pandas=column.dtype == "float64")
        arrays.append(array)
        kept.append(column)
    return pa.Table.from_arrays(
        arrays,
        schema=pa.schema([_field(column, array.type) for column, array in zip(kept, arrays, strict=True)]),
    )


def to_columns(name: str, rows: pa.Table) -> Columns:
    """The rows of one run as the model's columns.

    Missing numbers are NaN; names are objects.
    """
    out: Columns = {}
    for column in SCHEMA[name].columns:
        if column in RUN:
            continue
        values = rows.column(column.name).combine_chunks()
        if column.dtype == "date":
            out[column.name] = values.to_numpy(zero_copy_only=False).astype("datetime64[M]")
        elif column.dtype == "category":
            out[column.name] = np.array(values.to_pylist(), dtype=object)
        else:
            out[column.name] = values.to_numpy(zero_copy_only=False).astype(column.dtype)
    return out


def under_keys(
    name: str,
    rows: pa.Table,
    counts: Sequence[int],
    points: Sequence[int] | None,
    seeds: Sequence[int],
    worlds: Sequence[str],
) -> pa.Table:
    """Rows of several runs (`counts` of each) under an experiment's own keys in place of `run`."""
    names = list(dict.fromkeys(worlds))
    codes = np.repeat(np.array([names.index(world) for world in worlds], np.int32), counts)
    keys: list[tuple[Column, pa.Array]] = [
        (SEED, pa.array(np.repeat(np.array(seeds, np.int64), counts))),
        (WORLD, pa.DictionaryArray.from_arrays(codes, pa.array(names))),
    ]
    if points is not None:
        keys.insert(0, (POINT, pa.array(np.repeat(np.array(points, np.int64), counts))))
    rest = [column for column in SCHEMA[name].columns if column not in RUN]
    fields = [
        *(_field(column, array.type) for column, array in keys),
        *(rows.schema.field(column.name) for column in rest),
    ]
    arrays = [
        *(pa.chunked_array([array]) for _, array in keys),
        *(rows.column(column.name) for column in rest),
    ]
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def fields_of(name: str, has_points: bool) -> pa.Schema:
    """The schema of an experiment's own table: what `under_keys` gives."""
    one = {"date": np.array(["2013-01"], "datetime64[M]"), "category": np.array([""], object)}
    row = {column.name: one.get(column.dtype, np.zeros(1)) for column in SCHEMA[name].columns}
    return under_keys(name, to_arrow(name, row, ""), [1], [0] if has_points else None, [0], [""]).schema


def _field(column: Column, kind: pa.DataType) -> pa.Field:
    return pa.field(column.name, kind, metadata={"unit": column.unit, "meaning": column.meaning})


def in_key_order(name: str, columns: Columns) -> Columns:
    """The columns of a table with its rows in order of key."""
    keys = [columns[c.name] for c in SCHEMA[name].keys if c.name in columns]
    order = np.lexsort(
        [
            k.astype("datetime64[D]").astype(np.int64) if k.dtype.kind == "M" else k.astype(str)
            for k in reversed(keys)
        ]
    )
    return {column: values[order] for column, values in columns.items()}


def digest_of_values(name: str, columns: Columns) -> str:
    """sha256 of a run's table.

    It covers names and values of its columns, in the order of the schema, rows in order of key.
    """
    if not len(next(iter(columns.values()))):
        return empty_digest(name)
    columns = in_key_order(name, columns)
    h = hashlib.sha256(name.encode())
    for column in SCHEMA[name].columns:
        if column.name not in columns:
            continue
        values = columns[column.name]
        if column.dtype == "float64" and name in _FLOAT32_TABLES:
            values = values.astype(np.float32)  # the digest is of what the file holds
        h.update(column.name.encode())
        if values.dtype.kind == "M":
            values = values.astype("datetime64[D]")
        h.update("\0".join(values.tolist()).encode() if values.dtype == object else values.tobytes())
    return h.hexdigest()


def empty_digest(name: str) -> str:
    """The same of a run that has no row in the table."""
    return hashlib.sha256(name.encode()).hexdigest()


def run_line(point: int | None, seed: int, world: str) -> str:
    """How the digest of a whole table names one run; `point` is None where there is no design."""
    return f"{seed} {world}" if point is None else f"{point} {seed} {world}"


def settings(schema: pa.Schema) -> dict[str, Any]:
    """How every Parquet file here is written: small, with a checksum on each page."""
    return {
        "compression": "zstd",
        "compression_level": 3,
        "use_dictionary": [f.name for f in schema if pa.types.is_dictionary(f.type)],
        "column_encoding": dict.fromkeys(
            [f.name for f in schema if pa.types.is_floating(f.type)], "BYTE_STREAM_SPLIT"
        ),
        "write_page_checksum": True,
    }


def write(table: pa.Table, path: Path) -> None:
    """Write a Parquet file so that it is there whole or not at all."""
    with whole_file(path) as sink:
        pq.write_table(table, sink, **settings(table.schema))


class Writer:
    """A table written row group by row group, in constant memory.

    At the end the file is complete or absent.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._files = ExitStack()
        self._parquet: pq.ParquetWriter | None = None
        self._waiting: list[pa.Table] = []
        self._rows_waiting = 0
        self.rows = 0

    def add(self, rows: pa.Table) -> None:
        self._waiting.append(rows)
        self._rows_waiting += rows.num_rows
        self.rows += rows.num_rows
        if self._rows_waiting >= ROW_GROUP:
            self._write_group()

    def _write_group(self) -> None:
        group = pa.concat_tables(self._waiting).unify_dictionaries().combine_chunks()
        self._waiting, self._rows_waiting = [], 0
        if self._parquet is None:
            sink = self._files.enter_context(whole_file(self._path))
            self._parquet = pq.ParquetWriter(sink, group.schema, **settings(group.schema))
        self._parquet.write_table(group, row_group_size=len(group) or None)

    def close(self) -> None:
        """Write what is left, bring it safely to disk and give the file its name."""
        if self._waiting or self._parquet is None:
            self._write_group()
        assert self._parquet is not None
        self._parquet.close()
        self._files.close()


ROW_GROUP = 16_384

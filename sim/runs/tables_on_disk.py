"""Tables on disk: Parquet parts written by the workers, joined in key order, each with a digest of its values."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.model.tables import TABLES

Columns = dict[str, np.ndarray]
_FLOAT32_TABLES = ("cell",)  # 285 cells x 156 months: at full width it would be most of the disk


def to_arrow(name: str, columns: Columns, seed: int, world: str) -> pa.Table:
    """A table of one run of one world with its keys, typed by the schema."""
    rows = len(next(iter(columns.values())))
    arrays, fields = [], []
    for column in TABLES[name].columns:
        if column.name == "seed":
            array = pa.array(np.full(rows, seed, np.int64))
        elif column.name == "world":
            array = pa.array([world] * rows, pa.string()).dictionary_encode()
        elif column.dtype == "date":
            array = pa.array(columns[column.name].astype("datetime64[D]"), pa.date32())
        elif column.dtype == "category":
            array = pa.array(columns[column.name].tolist(), pa.string()).dictionary_encode()
        elif column.dtype == "float64" and name in _FLOAT32_TABLES:
            array = pa.array(columns[column.name].astype(np.float32), from_pandas=True)
        else:
            array = pa.array(columns[column.name].astype(column.dtype), from_pandas=column.dtype == "float64")
        arrays.append(array)
        fields.append(pa.field(column.name, array.type, metadata={"unit": column.unit, "meaning": column.meaning}))
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def digest_of_values(name: str, columns: Columns) -> str:
    """sha256 of a run's table: names and values of its columns, in the order of the schema, rows in order of key."""
    if not len(next(iter(columns.values()))):
        return hashlib.sha256(name.encode()).hexdigest()
    keys = [columns[c.name] for c in TABLES[name].keys if c.name in columns]
    order = np.lexsort([k.astype("datetime64[D]").astype(np.int64) if k.dtype.kind == "M" else k.astype(str) for k in reversed(keys)])
    h = hashlib.sha256(name.encode())
    for column in TABLES[name].columns:
        if column.name not in columns:
            continue
        values = columns[column.name][order]
        if column.dtype == "float64" and name in _FLOAT32_TABLES:
            values = values.astype(np.float32)  # the digest is of what the file holds
        h.update(column.name.encode())
        if values.dtype == object:
            h.update("\0".join(values.tolist()).encode())
        else:
            h.update(np.ascontiguousarray(values.astype("datetime64[D]") if values.dtype.kind == "M" else values).tobytes())
    return h.hexdigest()


def write(table: pa.Table, path: Path) -> None:
    """Write a Parquet file so that it is there whole or not at all."""
    writing = path.with_name(f".{path.name}.writing")
    floats = [f.name for f in table.schema if pa.types.is_floating(f.type)]
    with writing.open("wb") as sink:
        pq.write_table(
            table,
            sink,
            compression="zstd",
            compression_level=3,
            use_dictionary=[f.name for f in table.schema if pa.types.is_dictionary(f.type)],
            column_encoding=dict.fromkeys(floats, "BYTE_STREAM_SPLIT"),
            write_page_checksum=True,
        )
        sink.flush()
        os.fsync(sink.fileno())
    writing.replace(path)


def join(parts: Iterable[Path], path: Path) -> int:
    """Join the parts of a table, in the order given, into one file; returns its rows and removes the parts."""
    parts = list(parts)
    table = pa.concat_tables([pq.read_table(part) for part in parts]).unify_dictionaries()
    write(table, path)
    for part in parts:
        part.unlink()
    return int(table.num_rows)

"""The runs in a table of a results folder, one after the other, in the memory of a few."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.runs.folder_check import DamagedFolder, first_line
from sim.runs.tables_on_disk import DAMAGED, digest_of_values, run_line, to_columns
from sim.runs.whole_files import sha256_of


class RunKey(NamedTuple):
    """Which run: the number of its point (0 without a design), its seed, its world."""

    point: int
    seed: int
    world: str


def runs_in(path: Path, columns: Sequence[str] | None = None) -> Iterator[tuple[RunKey, pa.Table]]:
    """The rows of each run, in the order of the file: all columns, or the key and those of `columns` that the
    table has. Raises DamagedFolder.
    """
    rest: pa.Table | None = None
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            names = file.schema_arrow.names
            wanted = None if columns is None else [one for one in names if one in (*RunKey._fields, *columns)]
            for group in range(file.num_row_groups):
                rows = file.read_row_group(group, columns=wanted)
                rows = rows if rest is None else pa.concat_tables([rest, rows]).unify_dictionaries()
                *whole, rest = _stretches(rows)
                for one in whole:
                    yield _key(one), one
    except (*DAMAGED, KeyError) as error:
        raise DamagedFolder(f"tables/{path.name} is damaged: {first_line(error)}.") from None
    if rest is not None and len(rest):
        yield _key(rest), rest


def digests_of_runs(path: Path) -> dict[RunKey, str]:
    """The digest of each run's values, in the order of the file. Raises DamagedFolder, also for a run that
    stands twice."""
    return dict(_digests(path, sha256_of(path)))


@lru_cache(maxsize=16)  # verification and the record of the whole ask for the same tables
def _digests(path: Path, sha256: str) -> tuple[tuple[RunKey, str], ...]:
    del sha256
    found = dict[RunKey, str]()
    for key, rows in runs_in(path):
        if key in found:
            raise DamagedFolder(f"run {run_line(*key)} stands twice")
        found[key] = digest_of_values(path.stem, to_columns(path.stem, rows))
    return tuple(found.items())


def _stretches(rows: pa.Table) -> list[pa.Table]:
    """The rows cut wherever a key changes; at least one part."""
    changes = np.zeros(max(len(rows) - 1, 0), np.bool_)
    for name in ("point", "seed", "world"):
        if name in rows.column_names:
            column = rows.column(name).combine_chunks()
            codes = column.indices if pa.types.is_dictionary(column.type) else column
            values = codes.to_numpy(zero_copy_only=False)
            changes |= values[1:] != values[:-1]
    bounds = [0, *(np.flatnonzero(changes) + 1).tolist(), len(rows)]
    return [rows.slice(begin, end - begin) for begin, end in pairwise(bounds)]


def _key(rows: pa.Table) -> RunKey:
    point = rows.column("point")[0].as_py() if "point" in rows.column_names else 0
    return RunKey(point, rows.column("seed")[0].as_py(), str(rows.column("world")[0].as_py()))

"""The table of an experiment's points.

It gives the run of each world of each pair, and the values of the design there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.runs import tables_on_disk

# what a results folder holds
MANIFEST, POINTS, TABLES_FOLDER = "manifest.json", "points.parquet", "tables"
EXPERIMENT = "experiment.yaml"  # as it was run, with all that was set over it
REPORT = "report.html"
_OWN = ("point", "seed", "world", "run", "done")


@dataclass(frozen=True)
class PointRow:
    """One pair: its point, its seed, the ids of its runs by world, and whether it is in the tables.

    The point comes with the values of the design there.
    """

    point: int
    values: Mapping[str, Any]
    seed: int
    runs: Sequence[str]
    done: bool


def write_points(rows: Sequence[PointRow], worlds: Sequence[str], path: Path) -> None:
    """One row a run."""
    each = range(len(worlds))
    columns: dict[str, Any] = {
        "point": pa.array([row.point for row in rows for _ in each], pa.int64()),
        "seed": pa.array([row.seed for row in rows for _ in each], pa.int64()),
        "world": pa.array([world for _ in rows for world in worlds], pa.string()).dictionary_encode(),
        "run": pa.array([run for row in rows for run in row.runs], pa.string()),
        "done": pa.array([row.done for row in rows for _ in each], pa.bool_()),
    }
    for factor in rows[0].values if rows else ():
        values = [row.values[factor] for row in rows for _ in each]
        plain = len({type(value) for value in values}) == 1 and isinstance(values[0], int | float | str)
        columns[factor] = pa.array(values if plain else [str(value) for value in values])
    tables_on_disk.write(pa.table(columns), path)


def values_of(table: pa.Table) -> pd.DataFrame:
    """The values of the design in a table of points: a row a point, by its number; a column a factor."""
    factors = [name for name in table.column_names if name not in _OWN]
    first = table.take(pa.array(np.unique(table.column("point").to_numpy(), return_index=True)[1]))
    return first.select(["point", *factors]).to_pandas().set_index("point")


def read_values(path: Path) -> pd.DataFrame:
    """The same of a file; a damaged page is an error."""
    return values_of(pq.read_table(path, page_checksum_verification=True))


def first_runs(path: Path) -> pd.DataFrame:
    """The run of each point and world with its first seed: where two have the same, all their runs are."""
    runs = pq.read_table(path, columns=["point", "world", "run"], page_checksum_verification=True).to_pandas()
    return runs.astype({"world": str}).drop_duplicates(["point", "world"])

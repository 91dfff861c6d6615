"""Results opened for reading: one protocol, kept in a folder or in memory."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.runs.csv_tables import read_csv
from sim.runs.folder_check import manifest_of
from sim.runs.points import MANIFEST as MANIFEST
from sim.runs.points import TABLES_FOLDER as TABLES_FOLDER

TableReader = Callable[[list[str] | None], pd.DataFrame]
"""Reads a table, or those of its columns that are named."""


class Results(Protocol):
    """What an experiment gave, wherever it is kept."""

    @property
    def manifest(self) -> dict[str, Any]:
        """What was run, with what, and what was found."""
        ...

    def has(self, name: str) -> bool:
        """Whether a table was recorded."""
        ...

    def table(self, name: str, columns: list[str] | None = None) -> pd.DataFrame:
        """A recorded table (`sim.model.tables`), or those of its columns; `month` is a real date."""
        ...

    def summary(self, name: str) -> pd.DataFrame | None:
        """A small table of the analysis (`headlines`, `knockouts`, `record` ...), if there is one."""
        ...


@dataclass(frozen=True)
class FolderResults:
    """The results in a folder. `read` is its manifest where it has been read and checked already."""

    folder: Path
    read: dict[str, Any] | None = field(default=None, repr=False, compare=False)

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What was run, with what, and the digest of each table. Raises DamagedFolder."""
        return manifest_of(self.folder) if self.read is None else self.read

    def has(self, name: str) -> bool:
        return self.path(name).is_file()

    def path(self, name: str) -> Path:
        """Where a recorded table lies."""
        return self.folder / TABLES_FOLDER / f"{name}.parquet"

    def table(self, name: str, columns: list[str] | None = None) -> pd.DataFrame:
        """A recorded table, or those of its columns; a damaged page is an error, not a number."""
        return frame_of(pq.read_table(self.path(name), columns=columns, page_checksum_verification=True))

    def summary(self, name: str) -> pd.DataFrame | None:
        """A small CSV beside the tables, if the run made one."""
        path = self.folder / f"{name}.csv"
        return read_csv(path) if path.is_file() else None


@dataclass(frozen=True)
class MemoryResults:
    """Results that no file holds, or a part of those that one does.

    They know how to read each table, and the summaries.
    """

    manifest: dict[str, Any]
    tables: Mapping[str, TableReader]
    summaries: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        return name in self.tables

    def table(self, name: str, columns: list[str] | None = None) -> pd.DataFrame:
        """A table, or those of its columns; a column that was not kept is missing in every row."""
        frame = self.tables[name](columns)
        return frame if columns is None or set(columns) <= set(frame) else frame.reindex(columns=columns)

    def summary(self, name: str) -> pd.DataFrame | None:
        return self.summaries.get(name)


def reader_of(frame: pd.DataFrame) -> TableReader:
    """A reader of a table that is at hand."""
    return lambda columns: frame if columns is None else frame[[c for c in columns if c in frame]]


def frame_of(table: pa.Table) -> pd.DataFrame:
    """A table as a DataFrame whose `month` is a real date; as an index it takes `.loc["2018-01":]`."""
    if "month" in table.column_names:  # of a table without rows, some writers keep no type
        at = table.column_names.index("month")
        table = table.set_column(at, "month", table.column(at).cast(pa.date32()))
    return table.to_pandas(date_as_object=False)

"""A results folder: what a run leaves behind, opened for reading."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

TABLES_FOLDER = "tables"
MANIFEST = "manifest.json"


class Readable(Protocol):
    """What a page needs of results, wherever they are."""

    @property
    def manifest(self) -> dict[str, Any]: ...

    def has(self, name: str) -> bool: ...

    def table(self, name: str, columns: list[str] | None = None) -> pd.DataFrame: ...

    def summary(self, name: str) -> pd.DataFrame | None: ...


@dataclass(frozen=True)
class Results:
    """One finished experiment on disk."""

    folder: Path

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What was run, with what, and the digest of each table."""
        manifest: dict[str, Any] = json.loads((self.folder / MANIFEST).read_text(encoding="utf-8"))
        return manifest

    def has(self, name: str) -> bool:
        return (self.folder / TABLES_FOLDER / f"{name}.parquet").is_file()

    def table(self, name: str, columns: list[str] | None = None) -> pd.DataFrame:
        """A recorded table (`sim.model.tables`), or those of its columns; a damaged page is an error, not a number."""
        return pd.read_parquet(
            self.folder / TABLES_FOLDER / f"{name}.parquet", columns=columns, page_checksum_verification=True
        )

    def summary(self, name: str) -> pd.DataFrame | None:
        """A small CSV beside the tables (`headlines`, `knockouts`, `switch_dates`, `record`), if the run made one."""
        path = self.folder / f"{name}.csv"
        return pd.read_csv(path) if path.is_file() else None


@dataclass(frozen=True)
class InMemory:
    """Results that no file holds: whole tables with their keys, and summaries, by name."""

    manifest: dict[str, Any]
    tables: Mapping[str, pd.DataFrame]
    summaries: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        return name in self.tables

    def table(self, name: str, columns: list[str] | None = None) -> pd.DataFrame:
        """A table, or those of its columns; a column that was not kept is missing in every row."""
        frame = self.tables[name]
        return frame if columns is None else frame.reindex(columns=columns)

    def summary(self, name: str) -> pd.DataFrame | None:
        return self.summaries.get(name)

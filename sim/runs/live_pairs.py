"""Pairs of worlds on a screen, and their tables as results.

Light to import: what runs them loads the model.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.runs.csv_tables import write_csv
from sim.runs.results import MemoryResults, TableReader

Wanted = Mapping[str, Sequence[str]]
"""Tables by name, and of each the columns that are needed beside its keys; of `world` all are given."""


@dataclass(frozen=True)
class LivePair:
    """Tables of one seed: world -> table -> columns (names of places and the like as pandas Categoricals)."""

    seed: int
    tables: dict[str, dict[str, dict[str, Any]]]


class GivenUp(Exception):
    """Nobody waits for this pair any more."""


def results_of_pairs(
    manifest: dict[str, Any], pairs: Sequence[LivePair], summaries: Mapping[str, pd.DataFrame]
) -> MemoryResults:
    """Pairs as results: of a table only the columns asked for are put together."""

    def reader(name: str) -> TableReader:
        there = _tables(pairs)[name]
        return lambda columns: _table(
            pairs, name, there if columns is None else [column for column in columns if column in there]
        )

    return MemoryResults(manifest, {name: reader(name) for name in _tables(pairs)}, summaries)


def tables_of(pairs: Sequence[LivePair]) -> dict[str, pd.DataFrame]:
    """The tables of several seeds one below the other, with the keys `seed` and `world` and real months."""
    return {name: _table(pairs, name, columns) for name, columns in _tables(pairs).items()}


def _tables(pairs: Sequence[LivePair]) -> dict[str, dict[str, Any]]:
    """The tables of one world, which say what all have."""
    return next(iter(pairs[0].tables.values()))


def _table(pairs: Sequence[LivePair], name: str, columns: Iterable[str]) -> pd.DataFrame:
    """Columns of a table, sorted by seed, then world, then month."""
    parts = [(pair.seed, world, tables[name]) for pair in pairs for world, tables in pair.tables.items()]
    rows = [len(part["month"]) for _, _, part in parts]
    worlds = list(pairs[0].tables)
    out: dict[str, Any] = {
        "seed": np.repeat([seed for seed, _, _ in parts], rows),
        "world": pd.Categorical.from_codes(
            np.repeat([worlds.index(world) for _, world, _ in parts], rows), worlds
        ),
    }
    for column in columns:
        out[column] = _stacked([part[column] for _, _, part in parts])
    return pd.DataFrame(out, copy=False)


def _stacked(values: list[Any]) -> Any:
    """A column of several tables; names stay categories, months become days."""
    if isinstance(values[0], pd.Categorical):
        return pd.api.types.union_categoricals(values)
    stacked = np.concatenate(values)
    return stacked.astype("datetime64[ns]") if stacked.dtype.kind == "M" else stacked


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """A table as Parquet or CSV, as the name says; months as dates."""
    dated = frame.assign(month=frame["month"].dt.date) if "month" in frame else frame
    if path.suffix == ".parquet":
        dated.to_parquet(path, index=False)
    else:
        write_csv(dated, path)

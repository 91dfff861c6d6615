"""One seed of worlds now, for a screen.

The numbers are those of a stored run, but only the displayed tables are kept, and no digests. A process
remembers the books of the last pairs it ran, so that another chart of the same worlds costs no simulation.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.model.books import Books
from sim.runs.csv_tables import write_csv
from sim.runs.forks import Moves
from sim.runs.results import MemoryResults, TableReader
from sim.runs.seed import Task, prove_pairs, run_worlds, set_aside_what_is_loaded
from sim.scenario.scenario import Scenario

Wanted = Mapping[str, Sequence[str]]
"""Tables by name, and of each the columns that are needed beside its keys; of `world` all are given."""

_REMEMBERED = 3  # pairs of 20,000 customers keep about 25 MB each
_books: OrderedDict[tuple[str, int], dict[str, Books]] = OrderedDict()
_moves = Moves()


@dataclass(frozen=True)
class LivePair:
    """Tables of one seed: world -> table -> columns (names of places and the like as pandas Categoricals)."""

    seed: int
    tables: dict[str, dict[str, dict[str, Any]]]


class GivenUp(Exception):
    """Nobody waits for this pair any more."""


def remembers(key: str, seed: int) -> bool:
    """Whether these worlds need not be run again."""
    return (key, seed) in _books


def run_live(
    key: str,
    scenarios: dict[str, Scenario],
    seed: int,
    wanted: Wanted,
    given_up: Callable[[], bool] | None = None,
) -> LivePair:
    """Run worlds with one seed, or remember having done so under this `key`, and give the tables wanted.

    Raises WorldsDiffer where two worlds part before they may, as any other run does, and GivenUp between two
    months once `given_up` says so.
    """

    def go_on() -> None:
        if given_up is not None and given_up():
            raise GivenUp

    books = _books.get((key, seed))
    if books is None:
        set_aside_what_is_loaded()
        fork = _moves.fork(list(scenarios.values()), seed)
        models = run_worlds(Task(scenarios, seed, "full", fork=fork), [""], go_on)
        prove_pairs(models)
        books = {name: model.books for name, model in models.items()}
        _books[key, seed] = books
        while len(_books) > _REMEMBERED:
            _books.popitem(last=False)
    _books.move_to_end((key, seed))
    return LivePair(seed, {name: _kept(one, wanted) for name, one in books.items()})


def _kept(books: Books, wanted: Wanted) -> dict[str, dict[str, Any]]:
    out: dict[str, dict[str, Any]] = {"world": books.table("world")}
    for name, columns in wanted.items():
        if name != "world":
            table = books.table(name)
            out[name] = {column: _compact(table[column]) for column in ("month", *columns)}
    return out


def _compact(values: np.ndarray) -> Any:
    """Names as codes: a table of text is large to send and slow to group."""
    return pd.Categorical(values) if values.dtype == object else values


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

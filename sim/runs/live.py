"""One seed of worlds now, for a screen.

The numbers are those of a stored run, but only the displayed tables are kept, and no digests. A process
remembers the books of the last pairs it ran, so that another chart of the same worlds costs no simulation.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from sim.model.books import Books
from sim.runs.checkpoints import Moves
from sim.runs.live_pairs import GivenUp, LivePair, Wanted
from sim.runs.seed import prove_pairs, run_worlds, set_aside_what_is_loaded
from sim.runs.seed_task import Task
from sim.scenario.scenario import Scenario

_REMEMBERED = 3  # pairs of 20,000 customers keep about 25 MB each
_books: OrderedDict[tuple[str, int], dict[str, Books]] = OrderedDict()
_moves = Moves()


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

"""What the model says of rows of the evidence when its parameters are as uncertain as the data leave them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sim.analysis.evidence.compare import (
    OVER_DRAWS,
    Compared,
    beside,
    history_of,
    months_of,
    values_of,
    worlds_of,
)
from sim.analysis.evidence.measures.selection import Run
from sim.analysis.evidence.rows import Row
from sim.analysis.headlines import Interval
from sim.analysis.posterior_draws import Draw, Failures, at, own_seeds, run_draws
from sim.runs.store import Store
from sim.runs.tasks import Backend, Progress
from sim.scenario.resolution import Resolved
from sim.scenario.scenario import Scenario

SHARE = 0.9  # of all runs lies within an interval
History = Callable[[Resolved, Draw], Scenario]


@dataclass(frozen=True)
class Predicted:
    """Values by row id: float64 (draws, seeds); and what failed.

    A value is missing where a run failed or had nothing to measure.
    """

    values: dict[str, np.ndarray]
    failures: list[str]


def predict(
    rows: Sequence[Row],
    resolved: Resolved,
    draws: Sequence[Draw],
    store: Store,
    how: Backend,
    progress: Progress | None = None,
    history: History | None = None,
    seeds: Sequence[Sequence[int]] | None = None,
) -> Predicted:
    """Measure every row on history as it happened, at every draw.

    Each draw has as many seeds as the experiment: its own, unless `seeds` says which. `history` makes that of
    a draw (default: the experiment's, with the draw's values set), all of the same months.
    """
    history = history or history_at
    seeds = seeds or own_seeds(resolved, draws)
    histories = {id(draw): history(resolved, draw) for draw in draws}
    simulated = months_of(histories[id(draws[0])])
    tables = sorted({table for row in rows for table in row.measure.tables})
    values = {row.id: np.full((len(draws), len(seeds[0])), np.nan) for row in rows}
    failures = Failures()
    runs = run_draws(
        draws,
        lambda draw: worlds_of(rows, histories[id(draw)]),
        seeds,
        "full",
        tables,
        store,
        how,
        failures,
        progress,
    )
    for number, done in runs:
        run = {world: Run(found) for world, found in done.tables.items()}
        for row in rows:
            values[row.id][number, seeds[number].index(done.seed)] = values_of(row, [run], simulated)[0]
    return Predicted(values, failures.said)


def history_at(resolved: Resolved, draw: Draw) -> Scenario:
    """History as it happened with the values of a draw."""
    return history_of(at(resolved, draw))


def spread(values: np.ndarray) -> Interval:
    """Mean over all runs, and the middle 90% of them: draws and luck together, not the error of the mean."""
    known = values[~np.isnan(values)]
    if not len(known):
        return Interval(np.nan, np.nan, np.nan, 0)
    low, high = np.quantile(known, [0.5 - SHARE / 2.0, 0.5 + SHARE / 2.0])
    return Interval(float(np.mean(known)), float(low), float(high), len(known))


def compare_over_draws(
    rows: Sequence[Row],
    resolved: Resolved,
    draws: Sequence[Draw],
    store: Store,
    how: Backend,
    progress: Progress | None,
) -> Compared:
    """The rows beside the model over draws and seeds."""
    predicted = predict(rows, resolved, draws, store, how, progress)
    simulated = months_of(history_of(resolved))
    return Compared(
        beside([(row, spread(predicted.values[row.id])) for row in rows], simulated, OVER_DRAWS),
        predicted.failures,
    )

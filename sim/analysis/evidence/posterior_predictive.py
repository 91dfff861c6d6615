"""What the model says of rows of the evidence when its parameters are as uncertain as the data leave them."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from sim.analysis.evidence.compare import (
    OVER_DRAWS,
    beside,
    history_of,
    months_of,
    runs_of,
    tables_of,
    values_of,
    worlds_of,
)
from sim.analysis.evidence.rows import Row
from sim.analysis.headlines import Interval
from sim.analysis.posterior_draws import Draw, at, own_seeds, run_draws
from sim.runs.tasks import Runner
from sim.scenario.resolution import Resolved
from sim.scenario.scenario import Scenario

SHARE = 0.9  # of all runs lies within an interval
History = Callable[[Resolved, Draw], Scenario]


def predict(
    rows: Sequence[Row],
    resolved: Resolved,
    draws: Sequence[Draw],
    runner: Runner,
    history: History | None = None,
    seeds: Sequence[Sequence[int]] | None = None,
) -> dict[str, np.ndarray]:
    """Measure every row on history as it happened, at every draw: float64 (draws, seeds) by row id.

    A value is missing where a run failed or had nothing to measure.
    Each draw has as many seeds as the experiment: its own, unless `seeds` says which. `history` makes that of
    a draw (default: the experiment's, with the draw's values set), all of the same months.
    """
    history = history or history_at
    seeds = seeds or own_seeds(resolved, draws)
    histories = {id(draw): history(resolved, draw) for draw in draws}
    simulated = months_of(histories[id(draws[0])])
    values = {row.id: np.full((len(draws), len(seeds[0])), np.nan) for row in rows}
    worlds = [worlds_of(rows, histories[id(draw)]) for draw in draws]
    for number, done in run_draws(draws, worlds, seeds, "full", tables_of(rows), runner):
        run = runs_of(done)
        for row in rows:
            values[row.id][number, seeds[number].index(done.seed)] = values_of(row, [run], simulated)[0]
    return values


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
    rows: Sequence[Row], resolved: Resolved, draws: Sequence[Draw], runner: Runner
) -> pd.DataFrame:
    """The rows beside the model over draws and seeds."""
    values = predict(rows, resolved, draws, runner)
    simulated = months_of(history_of(resolved))
    return beside([(row, spread(values[row.id])) for row in rows], simulated, OVER_DRAWS)

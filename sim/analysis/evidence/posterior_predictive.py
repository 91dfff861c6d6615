"""What the model says of rows of the evidence when its parameters are as uncertain as the data leave them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sim.analysis.evidence.compare import (
    OVER_DRAWS,
    beside,
    history_of,
    history_of_world,
    months_of,
    runs_of,
    tables_of,
    values_of,
    worlds_of,
)
from sim.analysis.evidence.rows import Row
from sim.analysis.headlines import Interval
from sim.analysis.posterior_draws import Draw, own_seeds, run_draws, worlds_at
from sim.runs.tasks import Runner
from sim.scenario.resolution import Resolved
from sim.scenario.scenario import Scenario

SHARE = 0.9  # of all runs lies within an interval
# People that the model's survey asks where it stands beside a source's: of 1,200, as by default, a dozen are
# German firms, where the sources asked hundreds.
PANEL = 8000


@dataclass(frozen=True)
class Question:
    """Rows to be measured on an experiment's history as it happened, at every draw.

    Each draw has as many seeds as the experiment: its own, unless `seeds` says which. `months` ends history
    earlier.
    """

    rows: Sequence[Row]
    draws: Sequence[Draw]
    resolved: Resolved
    seeds: Sequence[Sequence[int]] | None = None
    months: int | None = None

    def histories(self) -> list[Scenario]:
        """History at each draw. Raises InputError for values out of range."""
        whole = history_of(self.resolved)
        months = min(self.months or whole.months, whole.months)
        name = next(iter(self.resolved.scenarios))
        return [
            replace(history_of_world(self.resolved, worlds[name]), months=months)
            for worlds in worlds_at(self.resolved, self.draws, [name])
        ]


def predict(
    rows: Sequence[Row],
    resolved: Resolved,
    draws: Sequence[Draw],
    runner: Runner,
    seeds: Sequence[Sequence[int]] | None = None,
) -> dict[str, np.ndarray]:
    """What the model says of every row: float64 (draws, seeds) by row id.

    A value is missing where a run failed or had nothing to measure.
    """
    return predict_each([Question(rows, draws, resolved, seeds)], runner)[0]


def predict_each(questions: Sequence[Question], runner: Runner) -> list[dict[str, np.ndarray]]:
    """The answers to several questions, of as many months, all of whose runs are made at once."""
    draws = [draw for one in questions for draw in one.draws]
    of = [number for number, one in enumerate(questions) for _ in one.draws]  # a draw's question
    seeds = [own for one in questions for own in (one.seeds or own_seeds(one.resolved, one.draws))]
    histories = [history for one in questions for history in one.histories()]
    worlds = [worlds_of(questions[n].rows, history) for n, history in zip(of, histories, strict=True)]
    first = [of.index(number) for number in range(len(questions))]
    values = [
        {row.id: np.full((len(one.draws), len(seeds[first[n]])), np.nan) for row in one.rows}
        for n, one in enumerate(questions)
    ]
    simulated = months_of(histories[0])
    tables = tables_of(row for one in questions for row in one.rows)
    for number, done in run_draws(draws, worlds, seeds, "full", tables, runner):
        run, n = runs_of(done), of[number]
        for row in questions[n].rows:
            at = number - first[n], seeds[number].index(done.seed)
            values[n][row.id][at] = values_of(row, [run], simulated)[0]
    return values


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

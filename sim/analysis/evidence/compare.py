"""Model against evidence: the model is measured as the source measured the world.

The world is history as it happened; a row with `without_event` is measured as the difference that the event
made. Nothing here is fitted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from sim.analysis.evidence.measures.registry import KIND_OF
from sim.analysis.evidence.measures.selection import MISSING, Run, View
from sim.analysis.evidence.measures.window import Window
from sim.analysis.evidence.rows import Row, readable_rows, shipped_rows
from sim.analysis.headlines import Interval, interval
from sim.runs.seed_task import SeedDone, Task
from sim.runs.tasks import Runner
from sim.scenario.resolution import Resolved
from sim.scenario.scenario import Scenario

MOST_SEEDS = 8  # of a comparison that goes with every run
HOLDS, MISSES, CANNOT_SAY = "holds", "misses", "cannot say"
# What a row counts as: a hit or a miss of a fit or of validation, or none of these.
HELD, MISSED, NEAR_ZERO, INPUT, CONTEXT = "held", "missed", "near zero", "input", "context"
SMALL = 0.1  # of the tolerance, or of the number itself: the model's mean is next to nought
OVER_SEEDS, OVER_DRAWS = (
    "95% of the mean over seeds",
    "middle 90% of runs over draws of the posterior and seeds",
)
AS_IT_HAPPENED = ""
COLUMNS = (
    "row",
    "kind",
    "what",
    "role",
    "place",
    "population",
    "period",
    "without_event",
    "unit",
    "bound",
    "data",
    "se",
    "tolerance",
    "model",
    "low",
    "high",
    "off",
    "interval",
    "runs",
    "verdict",
    "counted",
    "helped",
    "flags",
    "cause",
    "note",
    "source",
)


def history_of(resolved: Resolved) -> Scenario:
    """The timeline as it happened, with this experiment's parameters and size."""
    return history_of_world(resolved, next(iter(resolved.scenarios.values())))


def history_of_world(resolved: Resolved, world: Scenario) -> Scenario:
    """The timeline as it happened, with the parameters and size of a world."""
    whole = resolved.base.timelines[resolved.experiment.timeline]
    return replace(world, name="history", label="As it happened", switches=(), timeline=whole)


def compare_with_record(resolved: Resolved, runner: Runner) -> pd.DataFrame:
    """Measure the shipped rows on a few of the experiment's seeds.

    Rows that do not fit this configuration (a country less, say) are no reason to lose the run: they are
    named among the failures, and the others are measured.
    """
    events = {event.id for timeline in resolved.base.timelines.values() for event in timeline.events}
    rows, problems = readable_rows(shipped_rows(), history_of(resolved), events)
    runner.failures += problems
    return compare(rows, resolved, runner, MOST_SEEDS)


def compare(
    rows: Sequence[Row], resolved: Resolved, runner: Runner, most_seeds: int | None = None
) -> pd.DataFrame:
    """Run the worlds that the rows need, and measure every row on each seed."""
    history = history_of(resolved)
    worlds = worlds_of(rows, history)
    first, count = resolved.experiment.seeds.first, resolved.experiment.seeds.count
    seeds = range(first, first + min(count, most_seeds or count))
    tasks = [Task(worlds, seed, "full", "history against the record") for seed in seeds]
    runs = [runs_of(done) for _, done in runner.results(tasks, tables_of(rows))]
    return measure(rows, runs, months_of(history))


def tables_of(rows: Iterable[Row]) -> list[str]:
    """The recorded tables that the rows are measured on."""
    return sorted({table for row in rows for table in row.measure.tables})


def runs_of(done: SeedDone) -> dict[str, Run]:
    """The worlds of a task, ready to be measured."""
    return {world: Run(tables) for world, tables in done.tables.items()}


def worlds_of(rows: Iterable[Row], history: Scenario) -> dict[str, Scenario]:
    """History as it happened, and for each of its events that a row takes out, history without it."""
    worlds = {AS_IT_HAPPENED: history}
    for event in sorted(
        {row.without_event for row in rows} & {event.id for event in history.timeline.events}
    ):
        timeline = history.timeline.model_copy(
            update={"events": tuple(e for e in history.timeline.events if e.id != event)}
        )
        worlds[event] = replace(history, timeline=timeline)
    return worlds


def months_of(scenario: Scenario) -> Window:
    """The months that a scenario runs through."""
    first = (scenario.first.year - 1970) * 12 + scenario.first.month - 1
    return Window(first, first + scenario.months - 1)


def measure(rows: Iterable[Row], runs: Sequence[Mapping[str, Run]], simulated: Window) -> pd.DataFrame:
    """Every row beside the model.

    A run holds the worlds of one seed by the event taken out, AS_IT_HAPPENED among them. The interval is over
    runs, whatever they differ in: seeds, or seeds and draws of parameters.
    """
    return beside([(row, interval(values_of(row, runs, simulated))) for row in rows], simulated, OVER_SEEDS)


def beside(measured: Iterable[tuple[Row, Interval]], simulated: Window, over: str) -> pd.DataFrame:
    """The table of rows beside what the model gave for each; `over` says what the intervals are."""
    return pd.DataFrame(
        [{**_compared(row, i, simulated), "interval": over} for row, i in measured], columns=list(COLUMNS)
    )


def values_of(row: Row, runs: Sequence[Mapping[str, Run]], simulated: Window) -> np.ndarray:
    """What the row's measure reads off each run.

    Missing where its dates were not simulated, or its event is not on the timeline.
    """
    if not row.period.within(simulated):
        return np.full(len(runs), MISSING)
    return np.array([_value(row, run) if row.without_event in run else MISSING for run in runs])


def _value(row: Row, run: Mapping[str, Run]) -> float:
    def view(world: str) -> View:
        return View(run[world], row.place, row.segments, row.first, row.last, row.arguments)

    return row.measure.value(view(AS_IT_HAPPENED), view(row.without_event) if row.without_event else None)


def verdict(row: Row, i: Interval) -> str:
    """Whether the model's mean lies within the row's tolerance, or on the allowed side of its bound."""
    if np.isnan(i.mean):
        return CANNOT_SAY
    gap = i.mean - row.value
    met = {"eq": abs(gap) <= row.tolerance, "le": gap <= row.tolerance, "ge": gap >= -row.tolerance}[
        row.bound
    ]
    return HOLDS if met else MISSES


def counted(row: Row, i: Interval) -> str:
    """What the row counts as.

    A row that helped to compute an input is no hit; nor is one that nought would meet as well, where the
    model's mean is next to nought.
    """
    if row.role == CONTEXT:
        return CONTEXT
    if row.helped or row.role == INPUT:
        return INPUT
    outcome = verdict(row, i)
    if outcome == HOLDS:
        nought = replace(i, mean=0.0)
        small = abs(i.mean) <= SMALL * max(row.tolerance, abs(row.value))
        return NEAR_ZERO if small and verdict(row, nought) == HOLDS else HELD
    return MISSED if outcome == MISSES else CANNOT_SAY


def off(row: Row, model: float) -> float:
    """How far the model is from the data, in tolerances.

    It is 0 on the allowed side of a bound, and missing without a tolerance.
    """
    if row.tolerance == 0.0:
        return MISSING
    gap = model - row.value
    return (
        float({"eq": gap, "le": np.maximum(gap, 0.0), "ge": np.minimum(gap, 0.0)}[row.bound]) / row.tolerance
    )


def _compared(row: Row, i: Interval, simulated: Window) -> dict[str, object]:
    outcome = verdict(row, i)
    cause = row.measure.cause if outcome == MISSES else ""
    if outcome == CANNOT_SAY:
        inside = row.period.within(simulated)
        cause = (
            "the model has nothing to measure there, or never heard of the event"
            if inside
            else f"only {simulated} was simulated"
        )
    return {
        "row": row.id,
        "kind": KIND_OF[row.measure.name],
        "what": row.what,
        "role": row.role,
        "place": row.place.name,
        "population": row.population,
        "period": row.period_words,
        "without_event": row.without_event,
        "unit": row.measure.unit,
        "bound": row.bound,
        "data": row.value,
        "se": row.se,
        "tolerance": row.tolerance,
        "model": i.mean,
        "low": i.low,
        "high": i.high,
        "off": off(row, i.mean),
        "runs": i.pairs,
        "verdict": outcome,
        "counted": counted(row, i),
        "helped": row.helped,
        "flags": "+".join(sorted(row.flags)),
        "cause": cause,
        "note": row.note,
        "source": row.source,
    }

"""One seed of a point: its worlds with the same luck, checked against each other, and their tables."""

import gc
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from functools import cache
from itertools import combinations

from sim.model.world import WarrantModel
from sim.runs.checkpoints import begin
from sim.runs.own_population import own_population
from sim.runs.pairs import WorldsDiffer, first_difference, month_digests, must_be_equal_for
from sim.runs.seed_task import SeedDone, Task, failure_of
from sim.runs.tables_on_disk import COLLECTED, Columns, digest_of_values
from sim.scenario.scenario import share_population


@cache
def set_aside_what_is_loaded() -> None:
    """Freeze what is loaded by now, once per process.

    Repeated garbage collection of it costs more than some agents.
    """
    gc.collect()
    gc.freeze()


def run_seed(task: Task, digests: bool = True) -> SeedDone:
    """Run all worlds of a task with one seed. Whatever goes wrong is returned as a failure with its stage.

    Without `digests` the tables are as they are, proved as pairs here, but cannot be stored.
    """
    set_aside_what_is_loaded()
    done, since, stage = SeedDone(task.seed, task.label), time.perf_counter(), ["build"]
    try:
        with own_population() if task.reporters is not None else nullcontext():
            _run(task, done, stage, digests)
    except Exception as error:  # a failure is a result: the other seeds go on, and this one is reported
        failed = failure_of(
            task, "raised", stage[0], f"{type(error).__name__}: {error}", traceback.format_exc()
        )
        done = SeedDone(task.seed, task.label, failed=failed)
    gc.collect()  # models and their agents point at one another; the next seed finds their memory at hand
    done.seconds = time.perf_counter() - since
    return done


def _run(task: Task, done: SeedDone, stage: list[str], digests: bool) -> None:
    """Run, compare and record; `stage` says how far it has come."""
    collected: dict[str, Columns] = {}
    models = run_worlds(task, stage, collected=collected)
    stage[0] = "compare"
    prove_pairs(models)
    stage[0] = "record"
    for name, model in models.items():
        _record(task, name, model, done, digests)
    for name, columns in collected.items():
        done.tables[name][COLLECTED.name] = columns
        if digests:
            one = digest_of_values(COLLECTED.name, columns)
            done.digests.setdefault(COLLECTED.name, {})[name] = one


def run_worlds(
    task: Task,
    stage: list[str],
    before_month: Callable[[], None] | None = None,
    collected: dict[str, Columns] | None = None,
) -> dict[str, WarrantModel]:
    """Run the worlds, side by side where they share their population; `before_month` as for `WorldSet.run`.

    What the task's reporters give goes to `collected`, by world.
    """
    sets: list[list[str]] = []
    for name, scenario in task.scenarios.items():
        mates = next((s for s in sets if share_population(task.scenarios[s[0]], scenario)), None)
        if mates is None:
            sets.append([name])
        else:
            mates.append(name)
    models: dict[str, WarrantModel] = {}
    for names in sets:
        stage[0] = "build"
        fork = task.fork if len(names) == len(task.scenarios) else None
        worlds, keep = begin([task.scenarios[name] for name in names], task.seed, fork)
        stage[0] = "run"

        def each_month(keep: Callable[[], None] = keep) -> None:
            keep()
            if before_month is not None:
                before_month()

        here = dict(zip(names, worlds.models, strict=True))
        if task.reporters is None or collected is None:
            worlds.run(each_month)
        else:
            collector = task.reporters.collector(here)
            worlds.run(collector.collect)
            collector.collect()
            collected |= {name: collector.table(name) for name in names}
        models |= here
    return {name: models[name] for name in task.scenarios}


def prove_pairs(models: Mapping[str, WarrantModel]) -> None:
    """Raises WorldsDiffer where two worlds are not equal to the bit for as long as they must be."""
    for (first, a), (second, b) in combinations(models.items(), 2):
        months = must_be_equal_for(a.scenario, b.scenario)
        where = first_difference(a.books, b.books, months)
        if where is not None:
            raise WorldsDiffer(
                f"{first} and {second} must be equal through month {months}, but differ in {where}"
            )


def _record(task: Task, name: str, model: WarrantModel, done: SeedDone, digests: bool) -> None:
    """Keep and digest every table.

    Also keep the months by which the world can be compared with one that is not here.
    """
    done.tables[name] = model.books.tables(task.record)
    if not digests:
        return
    for table, columns in done.tables[name].items():
        done.digests.setdefault(table, {})[name] = digest_of_values(table, columns)
    done.months[name] = month_digests(model.books)

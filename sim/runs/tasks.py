"""How tasks are run: with how many workers or on which cluster, and into which store.

What the store has is not run again.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from sim.model.compiled import is_compiled
from sim.model.population import smallest_size
from sim.runs.engines import Engine, OpenEngine
from sim.runs.engines.local import InThisProcess, Processes, default_workers
from sim.runs.identity import Identities
from sim.runs.pairs import must_be_equal_for, parts_early
from sim.runs.seed import Failure, SeedDone, Task, failure_of, run_seed
from sim.runs.store import Damaged, Index, Store
from sim.runs.sweep import sweep
from sim.runs.worker import Reduce, TaskDone

Progress = Callable[[int, int, str], None]
Shard = tuple[int, int]


@dataclass(frozen=True)
class Backend:
    """How an experiment is run: nothing of it changes a number.

    `timeout` is the seconds that a pair may take; `shard` (i, n) runs the i-th of n parts of the pairs and
    writes no tables; `engine` opens another engine than this machine's processes, if there is work.
    """

    workers: int | None = None
    timeout: float | None = None
    retry_failed: bool = False
    shard: Shard | None = None
    engine: OpenEngine | None = None

    def open_engine(self, tasks: int) -> Engine:
        """An engine for so many tasks; raises EngineLost or InputError where a cluster does not answer."""
        if self.engine is not None:
            return self.engine()
        workers = min(self.workers or default_workers(), tasks)
        if workers <= 1 and self.timeout is None:
            return InThisProcess()
        return Processes(workers)


def run_missing(
    store: Store,
    tasks: Iterator[Task],
    count: int,
    how: Backend,
    progress: Progress | None,
    noted: Callable[[TaskDone], None] | None = None,
) -> list[Failure]:
    """Run tasks into the store by the engine asked for, telling the user how far it is; returns what failed.

    `noted` is told of each task as it ends.
    """
    if not count:
        return []
    first = next(tasks)
    if not is_compiled():
        _compile(first)
    failures: list[Failure] = []
    for done, one in enumerate(
        sweep(_chain(first, tasks), count, how.open_engine(count), store.folder, how.timeout), 1
    ):
        if one.failed is not None:
            failures.append(one.failed)
        if noted is not None:
            noted(one)
        if progress is not None:
            progress(done, count, one.name + (f", {len(failures)} failed" if failures else ""))
    return failures


def run_reduced(
    tasks: Sequence[Task], store: Store, how: Backend, reduce: Reduce, progress: Progress | None = None
) -> Iterator[TaskDone]:
    """Run tasks whose tables nobody needs again, in any order.

    Yields what `reduce` makes of each, in the worker, under the task's label. `reduce` must be importable by
    name. Nothing is stored: who wants to go on later keeps what is yielded.
    """
    if not tasks:
        return
    if not is_compiled():
        _compile(tasks[0])
    failed = 0
    for done, one in enumerate(
        sweep(tasks, len(tasks), how.open_engine(len(tasks)), store.folder, how.timeout, reduce), 1
    ):
        failed += one.failed is not None
        if progress is not None:
            progress(done, len(tasks), one.name + (f", {failed} failed" if failed else ""))
        yield one


def _chain(first: Task, rest: Iterator[Task]) -> Iterator[Task]:
    yield first
    yield from rest


def _compile(task: Task) -> None:
    """Compile the model once, here, by a run of a few months.

    Otherwise every worker would compile it at the same time.
    """
    small = {
        name: replace(s, months=4, customers=smallest_size(len(s.jurisdictions), len(s.segments)))
        for name, s in task.scenarios.items()
    }
    run_seed(Task(small, task.seed, "full"))


def missing(tasks: Iterable[Task], index: Index, how: Backend) -> Iterator[Task]:
    """The worlds of each task that are to be run.

    Stored ones are left out, and so are failed ones unless a retry is asked for.
    """
    for task in tasks:
        lacking = {world: run for world, run in task.ids.items() if run not in index.where}
        if lacking and (how.retry_failed or index.failure_of(task.ids.values()) is None):
            once = {
                run: world for world, run in reversed(lacking.items())
            }  # two worlds may be one and the same run
            ids = {world: run for run, world in reversed(once.items())}
            yield replace(task, scenarios={world: task.scenarios[world] for world in ids}, ids=ids)


def run_tasks(
    tasks: Sequence[Task], store: Store, how: Backend, tables: Sequence[str], progress: Progress | None = None
) -> Iterator[SeedDone]:
    """Run tasks that the store lacks.

    Yields each task, in this order, with these tables of its worlds, or its failure.
    """
    identities = Identities()
    tasks = [
        replace(t, ids={world: identities.run_id(s, t.seed, t.record) for world, s in t.scenarios.items()})
        for t in tasks
    ]
    while True:
        index, _ = store.index()
        lacking = list(missing(tasks, index, how))
        run_missing(store, iter(lacking), len(lacking), how, progress)
        if lacking:
            index, _ = store.index()
        try:
            done = [_stored(task, store, index, tables) for task in tasks]
        except Damaged as damaged:
            store.set_aside(damaged)
        else:
            yield from done
            return


def _stored(task: Task, store: Store, index: Index, tables: Sequence[str]) -> SeedDone:
    if any(run not in index.where for run in task.ids.values()):
        failed = index.failure_of(task.ids.values())
        assert failed is not None, f"{task.name} was neither stored nor failed"
        return SeedDone(task.seed, task.label, failed=replace(failed, name=task.name))
    places = {world: index.where[run] for world, run in task.ids.items()}
    worlds = list(task.scenarios)
    must = {
        (i, j): must_be_equal_for(task.scenarios[worlds[i]], task.scenarios[worlds[j]])
        for i, j in combinations(range(len(worlds)), 2)
    }
    early = parts_early([store.months(place) for place in places.values()], must)
    if early is not None:
        said = (
            f"WorldsDiffer: {worlds[early[0]]} and {worlds[early[1]]} must be equal through month "
            f"{must[early]}, but differ"
        )
        return SeedDone(task.seed, task.label, failed=failure_of(task, "raised", "compare", said))
    return SeedDone(
        task.seed,
        task.label,
        {world: {table: store.columns(table, place) for table in tables} for world, place in places.items()},
    )

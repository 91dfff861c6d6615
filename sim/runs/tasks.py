"""How tasks are run: with how many workers or on which cluster, and into which store.

What the store has is not run again.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import chain

from sim.model.compiled import is_compiled
from sim.runs.compiler import can_compile
from sim.runs.engines import Engine, OpenEngine
from sim.runs.engines.local import InThisProcess, Processes, default_workers
from sim.runs.first_compilation import compile_model
from sim.runs.forks import forked
from sim.runs.identity import Identities
from sim.runs.pairs import difference_of, equal_months
from sim.runs.seed_task import SeedDone, Task, failure_of
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


@dataclass
class Runner:
    """Runs tasks: into which store, by which backend, and who is told of the progress.

    What fails is kept in `failures`, as messages.
    """

    store: Store
    backend: Backend = field(default_factory=Backend)
    progress: Progress | None = None
    failures: list[str] = field(default_factory=list)

    def run(
        self, tasks: Iterable[Task], count: int, reduce: Reduce | None = None
    ) -> Generator[TaskDone, None, None]:
        """Run tasks (`count` of them) in any order; yields how each ended.

        Whoever may stop in between closes it, which ends the workers. Their tables go to the store. With
        `reduce` nothing is stored: the worker reduces each task's tables and the result comes back under the
        task's label. `reduce` must be importable by name.
        """
        if not count:
            return
        can_compile()
        self.store.prepare()
        tasks = iter(tasks)
        first, failed = next(tasks), 0
        if not is_compiled():
            compile_model(first.scenarios, first.seed)
        engine = self.backend.open_engine(count)
        all_tasks = chain([first], tasks)
        ended = sweep(all_tasks, count, engine, self.store.folder, self.backend.timeout, reduce)
        with closing(ended):  # at once: Ctrl-C here would else wait for the batches under way
            for done, one in enumerate(ended, 1):
                if one.failed is not None:
                    failed += 1
                    self.failures.append(str(one.failed))
                if self.progress is not None:
                    self.progress(done, count, one.name + (f", {failed} failed" if failed else ""))
                yield one

    def results(self, tasks: Sequence[Task], tables: Sequence[str]) -> Iterator[tuple[int, SeedDone]]:
        """Run what the store lacks of these tasks, then read these tables of their worlds, task by task.

        Yields the position of each task that succeeded, in order.
        """
        tasks, position = identified(tasks), 0
        running = replace(self, failures=[])
        while position < len(tasks):
            self.store.prepare()
            index, _ = self.store.index()
            lacking = list(missing(tasks, index, running.backend))
            deque(running.run(forked(lacking), len(lacking)), maxlen=0)
            if lacking:
                index, _ = self.store.index()
            running.backend = replace(self.backend, retry_failed=False)  # once
            try:
                for task in tasks[position:]:
                    done = _stored(task, self.store, index, tables)
                    position += 1
                    if done.failed is None:
                        yield position - 1, done
                    else:
                        self.failures.append(str(done.failed))
            except Damaged as damaged:
                self.store.set_aside(damaged)


def identified(tasks: Iterable[Task]) -> list[Task]:
    """The tasks with the ids of their runs."""
    identities = Identities()
    return [
        replace(t, ids={world: identities.run_id(s, t.seed, t.record) for world, s in t.scenarios.items()})
        for t in tasks
    ]


def missing(tasks: Iterable[Task], index: Index, backend: Backend) -> Iterator[Task]:
    """The worlds of each task that must be run.

    Stored ones are left out, and so are failed ones unless the backend retries them. Of two worlds that are
    the same run only the first is run.
    """
    for task in tasks:
        first = {task.ids[world]: world for world in reversed(list(task.ids))}
        ids = {
            world: run for world, run in task.ids.items() if run not in index.where and first[run] == world
        }
        if ids and (backend.retry_failed or index.failure_of(task.ids.values()) is None):
            yield replace(task, scenarios={world: task.scenarios[world] for world in ids}, ids=ids)


def _stored(task: Task, store: Store, index: Index, tables: Sequence[str]) -> SeedDone:
    if any(run not in index.where for run in task.ids.values()):
        failed = index.failure_of(task.ids.values())
        assert failed is not None, f"{task.name} was neither stored nor failed"
        return SeedDone(task.seed, task.label, failed=replace(failed, name=task.name))
    places = {world: index.where[run] for world, run in task.ids.items()}
    digests = [store.months(place) for place in places.values()]
    error = difference_of(list(places), digests, equal_months(list(task.scenarios.values())))
    if error is not None:
        return SeedDone(task.seed, task.label, failed=failure_of(task, "raised", "compare", error))
    return SeedDone(task.seed, task.label, store.tables(places, tables))

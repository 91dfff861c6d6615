"""Tasks into the store, by any engine.

Batches have a good size, a bounded number is under way, and no task is lost when a worker dies.
"""

import itertools
import shutil
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from pathlib import Path

from sim.runs.engines import Engine, EngineLost
from sim.runs.identity import model_digest
from sim.runs.seed_task import Failure, SeedDone, Task, failure_of
from sim.runs.store import WRITING, Batch, new_token
from sim.runs.worker import EarlierWorkerDied, Reduce, TaskDone, Work, last_words

_SECONDS_A_BATCH = (
    10.0  # so long that scheduling and writing are noise, so short that little is lost with a worker
)
_MOST_TASKS = {"world": 50, "country": 10, "full": 2}  # what fits in a worker's memory and in a handy file
_DEATHS = 3  # deaths of its worker after which a task is held to be their cause
_SECONDS_BETWEEN_CHECKS = 2.0


def sweep(
    tasks: Iterable[Task],
    count: int,
    engine: Engine,
    store: Path,
    timeout: float | None,
    reduce: Reduce | None = None,
) -> Generator[TaskDone, None, None]:
    """Run tasks (`count` of them), and yield how each ended once its batch is stored, or reduced.

    Memory does not grow with them. Raises EngineLost when the engine is gone or the store cannot be written,
    OtherCode when a worker has another version of the model; what was stored stays.
    """
    loop = _Loop(iter(tasks), count, engine, store, timeout, reduce)
    try:
        yield from loop.run()
    finally:
        engine.close()
        loop.clear()


class _Loop:
    def __init__(
        self,
        tasks: Iterator[Task],
        count: int,
        engine: Engine,
        store: Path,
        timeout: float | None,
        reduce: Reduce | None,
    ) -> None:
        self._tasks, self._left, self._engine, self._store, self._timeout, self._reduce = (
            tasks,
            count,
            engine,
            store,
            timeout,
            reduce,
        )
        self._again: deque[tuple[Task, ...]] = deque()  # batches whose worker died
        self._deaths: dict[tuple[str, ...], int] = {}
        self._under_way: dict[Future[list[TaskDone]], Work] = {}
        self._seconds, self._done = 0.0, 0

    def run(self) -> Iterator[TaskDone]:
        while True:
            while len(self._under_way) < self._engine.slots() and (tasks := self._next()):
                batch = Work(tasks, self._store, new_token(), self._timeout, model_digest(), self._reduce)
                self._under_way[self._engine.submit(batch)] = batch
            if not self._under_way:
                return
            ended, _ = wait(self._under_way, _SECONDS_BETWEEN_CHECKS, FIRST_COMPLETED)
            if not ended:
                self._engine.check()
            for future in ended:
                yield from self._ended(future, self._under_way.pop(future))

    def clear(self) -> None:
        """Leave nothing half-written behind."""
        for batch in self._under_way.values():
            shutil.rmtree(self._store / WRITING / batch.token, ignore_errors=True)

    def _next(self) -> tuple[Task, ...]:
        if self._again:
            return self._again.popleft()
        first = next(self._tasks, None)
        if first is None:
            return ()
        size = max(1, min(self._size(), _MOST_TASKS["world" if self._reduce else first.record]))
        tasks = (first, *itertools.islice(self._tasks, size - 1))
        self._left -= len(tasks)
        return tasks

    def _size(self) -> int:
        """As many tasks as take some seconds; fewer towards the end, so that all workers end together."""
        if not self._done:
            return 1
        by_time = _SECONDS_A_BATCH / max(self._seconds / self._done, 1e-6)
        return int(min(by_time, -(-self._left // (2 * self._engine.slots()))))

    def _ended(self, future: "Future[list[TaskDone]]", batch: Work) -> Iterator[TaskDone]:
        error = CancelledError() if future.cancelled() else future.exception()
        if isinstance(error, CancelledError):
            raise EngineLost(self._engine.lost)
        if error is None:
            done = future.result()
            self._seconds += sum(one.seconds for one in done)
            self._done += len(done)
            yield from done
        elif isinstance(error, (*self._engine.deaths, EarlierWorkerDied)):
            yield from self._died(batch)
        elif isinstance(error, OSError):
            raise EngineLost(f"the store cannot be written: {type(error).__name__}: {error}") from error
        else:
            raise error

    def _died(self, batch: Work) -> Iterator[TaskDone]:
        """The tasks to run again of a batch whose worker died.

        The task that it died of runs alone or not again; the others run once more.
        """
        number, trace = last_words(batch)
        shutil.rmtree(self._store / WRITING / batch.token, ignore_errors=True)
        if number is None and len(batch.tasks) > 1:  # it died before it began: any of them may be why
            self._again.extend((task,) for task in batch.tasks)
            return
        number = number or 0
        task = batch.tasks[number]
        others = batch.tasks[:number] + batch.tasks[number + 1 :]
        if others:
            self._again.append(others)
        key = (*task.ids.values(), task.name)
        self._deaths[key] = self._deaths.get(key, 0) + 1
        if trace:
            reason = f"not done after {self._timeout:g} seconds"
            yield self._give_up(task, failure_of(task, "ran out of time", "run", reason, trace))
        elif self._deaths[key] >= _DEATHS:
            reason = f"its worker process died {_DEATHS} times (killed, or out of memory)"
            yield self._give_up(task, failure_of(task, "died", "run", reason))
        else:
            self._again.append((task,))

    def _give_up(self, task: Task, failed: Failure) -> TaskDone:
        if self._reduce is None:
            into = Batch(self._store, new_token(), task.record)
            into.add(task, SeedDone(task.seed, task.label, failed=failed))
            into.commit()
        return TaskDone(task.name, 0.0, failed, task.label)

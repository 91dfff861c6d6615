"""What a worker does, for any engine: run a batch of tasks one after another, and store the results.

A worker notes which task it has begun before it begins it, so that whoever finds it dead knows which task it
died of. A task that runs out of time takes its worker with it: a loop in compiled code hears nothing of
signals or exceptions.
"""

import faulthandler
import pickle
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.model import threads
from sim.runs.identity import model_digest
from sim.runs.seed_task import Failure, SeedDone, Task
from sim.runs.store import WRITING, Batch

_BEGAN, _TRACE = "began", "trace"
_LAST_LETTERS = 4000


Reduce = Callable[[SeedDone], Any]


@dataclass(frozen=True)
class Work:
    """A batch of tasks to run.

    It holds the tasks, the place of the store, a token of its own, the seconds that each task may take, and
    the digest of the code meant.

    With `reduce` a task's tables are not stored: what it makes of them, in the worker, is what comes back.
    """

    tasks: tuple[Task, ...]
    store: Path
    token: str
    timeout: float | None
    model: str
    reduce: Reduce | None = None


@dataclass(frozen=True)
class TaskDone:
    """How one task ended; its tables are in the store, or `reduced`."""

    name: str
    seconds: float
    failed: Failure | None
    label: str = ""
    reduced: Any = None


class OtherCode(Exception):
    """A worker has another version of the model than the one that was asked for."""


class EarlierWorkerDied(Exception):
    """An engine gave a batch to a second worker after the first had died of it."""


def run_seed(task: Task, digests: bool = True) -> SeedDone:
    """As in `sim.runs.seed`, which loads the model: a worker needs it, and who sends the tasks does not."""
    from sim.runs.seed import run_seed

    return run_seed(task, digests)


def work(batch: Work) -> list[TaskDone]:
    """Run the tasks, and store the batch or what is reduced from it.

    Raises OtherCode, EarlierWorkerDied, OSError (the store cannot be written).
    """
    if model_digest() != batch.model:
        raise OtherCode(
            "a worker has another version of the code than this command: bring both to the same and run again"
        )
    folder = batch.store / WRITING / batch.token
    if (folder / _BEGAN).exists():
        raise EarlierWorkerDied
    before = threads.count()
    into, done = Batch(batch.store, batch.token, batch.tasks[0].record), list[TaskDone]()
    try:
        threads.use(1)  # the workers already fill the machine
        with (folder / _BEGAN).open("wb", buffering=0) as notes:
            for number, task in enumerate(batch.tasks):
                notes.write(b"%d\n" % number)
                with _limit(batch.timeout, folder):
                    one = run_seed(task) if batch.reduce is None else run_seed(task, digests=False)
                if batch.reduce is None:
                    into.add(task, one)
                reduced = None if one.failed or batch.reduce is None else batch.reduce(one)
                done.append(TaskDone(task.name, one.seconds, one.failed, task.label, reduced))
            notes.write(b"done\n")
    finally:
        threads.use(before)
    if batch.reduce is None:
        into.commit()
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return done


def work_pickled(batch: bytes) -> list[TaskDone]:
    """`work` for engines that would read a batch on its way to the worker."""
    unpickled: Work = pickle.loads(batch)
    return work(unpickled)


@contextmanager
def _limit(seconds: float | None, folder: Path) -> Iterator[None]:
    """End this process, leaving a trace of where it was, if what is inside takes longer."""
    if seconds is None:
        yield
        return
    with (folder / _TRACE).open("w") as trace:
        faulthandler.dump_traceback_later(seconds, exit=True, file=trace)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()


def last_words(batch: Work) -> tuple[int | None, str]:
    """Of a dead worker: the number of the task it had begun (None: none).

    Also its trace, if it ran out of time.
    """
    folder = batch.store / WRITING / batch.token
    began = (folder / _BEGAN).read_text().split() if (folder / _BEGAN).exists() else []
    trace = (folder / _TRACE).read_text()[-_LAST_LETTERS:] if (folder / _TRACE).exists() else ""
    return (int(began[-1]) if began and began[-1].isdecimal() else None), trace

"""Two processes that run the model for the explorer: one for the latest change, one for the further seeds.

The second has a lower priority than the first and the browser. A process that dies is replaced, and its job
fails. A job that is no longer needed ends between two months, so that the next one can start.
"""

import gc
import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from itertools import count
from typing import Any, Literal, TypeVar
from weakref import WeakKeyDictionary

from sim.model import threads
from sim.runs.engines.local import WorkerProcess
from sim.runs.live_pairs import LivePair, Wanted
from sim.runs.one_heap import give_back, use_one_heap
from sim.runs.process_start import process_context
from sim.scenario.resolution import Resolved
from sim.scenario.scenario import Scenario

T = TypeVar("T")
Desk = Literal["live", "further"]
_LAST_SECONDS = 3.0
_TIDY_AFTER = 0.05  # seconds
_GIVES_BACK_EACH = 20  # pairs
_NICE = 4  # priority of the further seeds, as in nice(1)
_REMEMBERED_CANCELLATIONS = 8  # cancelled jobs that a process may not have seen yet
_PRELOADED = ("sim.runs.live",)

_tidied = count(1)
_given_up: Sequence[int] = ()  # in a worker: numbers of the last cancelled jobs, shared with the server


def _begin(nice: int, given_up: Sequence[int]) -> None:
    """Set a worker's priority and the list of cancelled jobs."""
    global _given_up
    _given_up = given_up
    use_one_heap()
    with suppress(AttributeError, OSError):  # not on every system
        os.nice(nice)


def is_given_up(job: int) -> bool:
    """In a worker: whether nobody waits for a job any more."""
    return job in _given_up


class Threads:
    """How many threads run a pair: the number that has been faster lately; the other is tried again now and
    then.

    On an idle machine, all processors are faster. On a busy one, threads wait for each other, and a single
    thread can be three times as fast. The numbers are the same.
    """

    # runs after which the other number is tried again; the second where it took more than twice as long
    TRIED_EACH, FAR_BEHIND = 25, 400

    def __init__(self, most: int) -> None:
        self._seconds: dict[int, float] = {}
        self._choices = (1, most) if most > 1 else (1,)
        self._runs, self._warm = 0, False

    def choose(self) -> int:
        untried = [n for n in self._choices if n not in self._seconds]
        if untried:
            return untried[0]
        best = min(self._choices, key=self._seconds.__getitem__)
        self._runs += 1
        for other in self._choices:
            far = self._seconds[other] > 2.0 * self._seconds[best]
            if other != best and self._runs % (self.FAR_BEHIND if far else self.TRIED_EACH) == 0:
                return other
        return best

    def took(self, threads: int, seconds: float) -> None:
        """Record a run. Older runs count less; the first, which loads and compiles, does not count."""
        if not self._warm:
            self._warm = True
            return
        before = self._seconds.get(threads, seconds)
        self._seconds[threads] = 0.6 * before + 0.4 * seconds


_threads: Threads | None = None


def run_measured(
    job: int, key: str, scenarios: dict[str, Scenario], seed: int, wanted: Wanted, every_core: bool
) -> LivePair:
    """`run_live` in a worker, with the fastest number of threads (one without `every_core`), unless the job
    is cancelled."""
    from sim.runs.live import remembers, run_live  # load the model: 0.8 s

    global _threads
    if _threads is None:
        _threads = Threads(threads.count() if every_core else 1)
    if remembers(key, seed):
        return run_live(key, scenarios, seed, wanted)
    number = _threads.choose()
    threads.use(number)
    begin = time.perf_counter()
    pair = run_live(key, scenarios, seed, wanted, lambda: is_given_up(job))
    _threads.took(number, time.perf_counter() - begin)
    threading.Timer(_TIDY_AFTER, _tidy).start()  # after the answer is sent
    return pair


def _tidy() -> None:
    """Collect the models and their agents, which refer to one another: the next pair finds their memory free.

    Now and then the pages between what is left are given back. The next pair pays for that: it has to ask for
    them again, which takes a twentieth of a second.
    """
    gc.collect()
    if next(_tidied) % _GIVES_BACK_EACH == 0:
        give_back()


class Workers:
    """The two processes; each starts with its first job."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._closed = False
        self._numbers: WeakKeyDictionary[Future[Any], int] = WeakKeyDictionary()
        self._given_up = process_context(_PRELOADED).Array("q", _REMEMBERED_CANCELLATIONS, lock=False)
        self._workers: dict[Desk, WorkerProcess] = {
            "live": WorkerProcess(_PRELOADED, _begin, 0, self._given_up),
            "further": WorkerProcess(_PRELOADED, _begin, _NICE, self._given_up),
        }
        self._count, self._gone = count(1), 0

    def submit(
        self, desk: Desk, key: str, resolved: Resolved, seed: int, wanted: Wanted
    ) -> "Future[LivePair]":
        """Run a seed of the worlds in one of them; raises RuntimeError once closed."""
        return self.call(desk, run_measured, key, resolved.scenarios, seed, wanted, desk == "live")

    def call(self, desk: Desk, function: Callable[..., T], *arguments: Any) -> "Future[T]":
        """Call a function in one of them, with the number of its job (see `is_given_up`) and the arguments.

        Raises RuntimeError once closed.
        """
        with self._lock:
            if self._closed:
                raise RuntimeError("the explorer is closing")
            job = next(self._count)
            future = self._workers[desk].submit(function, job, *arguments)
        self._numbers[future] = job
        return future

    def give_up(self, future: "Future[Any]") -> None:
        """Cancel a job: it does not start, or it ends after its current month and raises GivenUp."""
        if not future.cancel() and not future.done():
            self._given_up[self._gone % _REMEMBERED_CANCELLATIONS] = self._numbers.get(future, 0)
            self._gone += 1

    def close(self) -> None:
        """End both processes; jobs in progress have a few seconds to finish."""
        with self._lock:
            self._closed = True
        for worker in self._workers.values():
            worker.close(_LAST_SECONDS)

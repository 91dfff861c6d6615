"""Two processes that run the model for the explorer: one for the move just made, one for the further seeds behind it.

The second gives way to the first and to the browser. A process that dies is replaced, and whoever waited for it is told. A job that
nobody waits for any more is given up between two months, so that the next one begins at once.
"""

import gc
import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from itertools import count
from typing import Literal
from weakref import WeakKeyDictionary

from sim.runs.engines.local import begin
from sim.runs.live import LivePair, Wanted, remembers, run_live
from sim.scenario.resolution import Resolved
from sim.scenario.scenario import Scenario

Desk = Literal["live", "further"]
_LAST_SECONDS = 3.0
_TIDY_AFTER = 0.05  # seconds
_NICE = 4  # how far the further seeds give way
_GIVEN_UP_AT_ONCE = 8  # jobs given up that a process has not come to yet

_given_up: Sequence[int] = ()  # in a worker: numbers of the jobs given up of late, shared with the server


def _begin(nice: int, given_up: Sequence[int]) -> None:
    """A worker's first act: know its place, and where it is told what to give up."""
    global _given_up
    _given_up = given_up
    begin()
    with suppress(AttributeError, OSError):  # not on every system
        os.nice(nice)


class Threads:
    """How many threads a pair is run with: what has been faster of late, tried anew now and then.

    On a quiet machine all processors are; where others work too, threads wait for each other and one alone can be three times
    as fast. The numbers are the same.
    """

    TRIED_EACH, FAR_BEHIND = (
        25,
        400,
    )  # runs after which the other is tried once more; where it took twice as long, a try costs too much

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
        """Note a run; what is long past counts for less, and the very first, which loads and compiles, for nothing."""
        if not self._warm:
            self._warm = True
            return
        before = self._seconds.get(threads, seconds)
        self._seconds[threads] = 0.6 * before + 0.4 * seconds


_threads: Threads | None = None


def run_measured(
    job: int, key: str, scenarios: dict[str, Scenario], seed: int, wanted: Wanted, every_core: bool
) -> LivePair:
    """`run_live` in a worker, with as many threads as have been fastest (of `every_core`, else with one), unless the `job` is given up."""
    import numba

    global _threads
    if _threads is None:
        _threads = Threads(numba.get_num_threads() if every_core else 1)
    if remembers(key, seed):
        return run_live(key, scenarios, seed, wanted)
    threads = _threads.choose()
    numba.set_num_threads(threads)
    begin = time.perf_counter()
    pair = run_live(key, scenarios, seed, wanted, lambda: job in _given_up)
    _threads.took(threads, time.perf_counter() - begin)
    # Models and their agents point at one another. Cleared away when the answer is on its way, their memory is at hand for the next pair.
    threading.Timer(_TIDY_AFTER, gc.collect).start()
    return pair


class Workers:
    """The two processes; started when first asked for something."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pools: dict[Desk, ProcessPoolExecutor] = {}
        self._closed = False
        self._numbers: WeakKeyDictionary[Future[LivePair], int] = WeakKeyDictionary()
        self._context = multiprocessing.get_context(
            "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
        )
        self._given_up = self._context.Array("q", _GIVEN_UP_AT_ONCE, lock=False)
        self._count, self._gone = count(1), 0

    def submit(
        self, desk: Desk, key: str, resolved: Resolved, seed: int, wanted: Wanted
    ) -> "Future[LivePair]":
        """Ask one of them for a seed of the worlds; raises RuntimeError once closed."""
        job = next(self._count)
        future = self._submit(
            desk,
            lambda pool: pool.submit(
                run_measured, job, key, resolved.scenarios, seed, wanted, desk == "live"
            ),
        )
        self._numbers[future] = job
        return future

    def give_up(self, future: "Future[LivePair]") -> None:
        """Nobody waits for this job any more: it is not begun, or ends after the month it is at and raises GivenUp."""
        if not future.cancel() and not future.done():
            self._given_up[self._gone % _GIVEN_UP_AT_ONCE] = self._numbers.get(future, 0)
            self._gone += 1

    def _submit(
        self, desk: Desk, ask: "Callable[[ProcessPoolExecutor], Future[LivePair]]"
    ) -> "Future[LivePair]":
        with self._lock:
            if self._closed:
                raise RuntimeError("the dashboard is closing")
            try:
                return ask(self._pool(desk))
            except BrokenProcessPool:
                self._pools.pop(desk).shutdown(wait=False, cancel_futures=True)
                return ask(self._pool(desk))

    def _pool(self, desk: Desk) -> ProcessPoolExecutor:
        if desk not in self._pools:
            if self._context.get_start_method() == "forkserver":
                self._context.set_forkserver_preload(["sim.runs.live"])
            self._pools[desk] = ProcessPoolExecutor(
                1, self._context, _begin, (0 if desk == "live" else _NICE, self._given_up)
            )
        return self._pools[desk]

    def close(self) -> None:
        """End both: as soon as they have finished what they are at, or without waiting longer than a few seconds."""
        with self._lock:
            self._closed = True
            pools, self._pools = self._pools, {}
        for pool in pools.values():
            processes = list((pool._processes or {}).values())
            pool.shutdown(wait=False, cancel_futures=True)
            for process in processes:
                process.join(_LAST_SECONDS)
                if process.is_alive():
                    process.terminate()

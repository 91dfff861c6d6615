"""Two processes that run the model for the explorer: one for the move just made, one for the further seeds behind it.

The second gives way to the first and to the browser. A process that dies is replaced, and whoever waited for it is told.
"""

import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from typing import Literal

from sim.runs.engines.local import begin
from sim.runs.live import LivePair, Wanted, run_live
from sim.scenario.resolving import Resolved

Desk = Literal["live", "further"]
_NICE = 10  # how far the further seeds give way


def _begin(nice: int) -> None:
    """A worker's first act: know its place, and one thread, as two that wait for each other on a busy machine are slower than one."""
    begin()
    with suppress(AttributeError, OSError):  # not on every system
        os.nice(nice)
    import numba

    numba.set_num_threads(1)


class Workers:
    """The two processes; started when first asked for something."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pools: dict[Desk, ProcessPoolExecutor] = {}
        self._closed = False

    def submit(self, desk: Desk, key: str, resolved: Resolved, seed: int, wanted: Wanted) -> "Future[LivePair]":
        """Ask one of them for a seed of the worlds; raises RuntimeError once closed."""
        return self._submit(desk, lambda pool: pool.submit(run_live, key, resolved.scenarios, seed, wanted))

    def _submit(self, desk: Desk, ask: "Callable[[ProcessPoolExecutor], Future[LivePair]]") -> "Future[LivePair]":
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
            methods = multiprocessing.get_all_start_methods()
            context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
            if "forkserver" in methods:
                context.set_forkserver_preload(["sim.runs.live"])
            self._pools[desk] = ProcessPoolExecutor(1, context, _begin, (0 if desk == "live" else _NICE,))
        return self._pools[desk]

    def close(self) -> None:
        """End both, without waiting for what they are at."""
        with self._lock:
            self._closed = True
            pools, self._pools = self._pools, {}
        for pool in pools.values():
            for process in list((pool._processes or {}).values()):
                process.terminate()
            pool.shutdown(wait=True, cancel_futures=True)

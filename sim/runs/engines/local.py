"""Batches on the processors of this machine: worker processes, each on its own, so that a death is nobody else's."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import spawn
from multiprocessing.connection import wait

from sim.runs.working import TaskDone, Work, work

_PRELOADED = ["sim.runs.working"]
_STARTING = threading.Lock()


def default_workers() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class InThisProcess:
    """One batch after another, here: for a single worker that need not be stopped."""

    deaths: tuple[type[BaseException], ...] = ()
    lost = ""

    def slots(self) -> int:
        return 1

    def submit(self, batch: Work) -> "Future[list[TaskDone]]":
        future: Future[list[TaskDone]] = Future()
        try:
            future.set_result(work(batch))
        except Exception as error:
            future.set_exception(error)
        return future

    def check(self) -> None:
        pass

    def close(self) -> None:
        pass


class Processes:
    """Worker processes; one that dies is replaced.

    Each is a pool of one: a pool of many is broken as a whole by the death of any, and ends all its workers.
    """

    deaths: tuple[type[BaseException], ...] = (BrokenProcessPool,)
    lost = "the worker processes were stopped"

    def __init__(self, workers: int, work: Callable[[Work], list[TaskDone]] = work) -> None:
        self._work = work
        methods = multiprocessing.get_all_start_methods()
        self._context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
        if "forkserver" in methods:
            self._context.set_forkserver_preload(_PRELOADED)
        self._pools: list[ProcessPoolExecutor | None] = [None] * workers
        self._futures: list[Future[list[TaskDone]] | None] = [None] * workers

    def slots(self) -> int:
        return len(self._pools)

    def submit(self, batch: Work) -> "Future[list[TaskDone]]":
        slot = next(k for k, future in enumerate(self._futures) if future is None or future.done())
        for _ in range(2):
            pool = self._pools[slot]
            if pool is None:
                pool = self._pools[slot] = ProcessPoolExecutor(1, mp_context=self._context, initializer=begin)
            try:
                with _main_module_left_out():
                    future = self._futures[slot] = pool.submit(self._work, batch)
            except BrokenProcessPool:  # its worker died since
                pool.shutdown(wait=False)
                self._pools[slot] = None
            else:
                return future
        raise RuntimeError("worker processes cannot be started on this machine")

    def check(self) -> None:
        pass

    def close(self) -> None:
        for pool, future in zip(self._pools, self._futures, strict=True):
            if pool is not None:
                if future is not None and not future.done():  # a batch under way would be waited for
                    for process in list((getattr(pool, "_processes", None) or {}).values()):
                        process.terminate()
                pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _main_module_left_out() -> Iterator[None]:
    """Start processes that do not import the caller's main module, so that a script needs no `if __name__` guard.

    multiprocessing tells each new process where the main module is and has no option against it; nothing that a
    worker runs lies there.
    """
    with _STARTING:
        whole = spawn.get_preparation_data
        spawn.get_preparation_data = lambda name: {
            key: value for key, value in whole(name).items() if not key.startswith("init_main")
        }
        try:
            yield
        finally:
            spawn.get_preparation_data = whole


def begin() -> None:
    """In a worker: leave Ctrl-C to the parent, and do not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)

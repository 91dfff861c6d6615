"""Batches on the processors of this machine.

Each worker is a process of its own, so its death affects no other worker.
"""

import importlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent import futures
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import spawn
from multiprocessing.connection import wait
from typing import Any, TypeVar

from sim.model.threads import processors
from sim.runs.process_start import MODEL, process_context, start_ahead
from sim.runs.worker import TaskDone, Work, work

Result = TypeVar("Result")
_STARTING = threading.Lock()


def default_workers() -> int:
    """One worker for each processor."""
    return processors()


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


class WorkerProcess:
    """One process that runs one function call after another; when it dies, the next call starts a new one.

    A pool of one each: a pool of many breaks as a whole when any of its processes dies, and ends all of them.
    """

    def __init__(
        self,
        preload: Sequence[str] = MODEL,
        begin: Callable[..., None] | None = None,
        *arguments: Any,
    ) -> None:
        """`begin` is called with the arguments when a process starts; `preload` are modules it will need."""
        self._context, self._preload = process_context(preload), preload
        self._begin, self._arguments = begin, arguments
        self._pool: ProcessPoolExecutor | None = None
        self._future: Future[Any] | None = None

    @property
    def idle(self) -> bool:
        return self._future is None or self._future.done()

    def submit(self, function: Callable[..., Result], *arguments: Any) -> "Future[Result]":
        """Call a function in the process."""
        for _ in range(2):
            with _ctrl_c_later():
                if self._pool is None:
                    start_ahead(self._preload)
                    self._pool = ProcessPoolExecutor(
                        1, self._context, _begin_worker, (self._begin, self._arguments)
                    )
                try:
                    with _main_module_left_out():
                        future = self._pool.submit(function, *arguments)
                except BrokenProcessPool:  # its process died since
                    self._pool.shutdown(wait=True, cancel_futures=True)
                    self._pool = None
                else:
                    self._future = future
                    return future
        raise RuntimeError("worker processes cannot be started on this machine")

    def close(self, patience: float = 0.0) -> None:
        """End the process; a call in progress has `patience` seconds to finish."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        if self._future is not None and not self.idle:
            futures.wait([self._future], patience)
            for process in [] if self.idle else list((getattr(pool, "_processes", None) or {}).values()):
                process.terminate()
        # a pool told not to wait forgets its thread, which may then meet the end of the program half closed
        pool.shutdown(wait=True, cancel_futures=True)


class Processes:
    """Worker processes for batches; one that dies is replaced."""

    deaths: tuple[type[BaseException], ...] = (BrokenProcessPool,)
    lost = "the worker processes were stopped"

    def __init__(self, workers: int, work: Callable[[Work], list[TaskDone]] = work) -> None:
        self._work = work
        self._workers = [WorkerProcess() for _ in range(workers)]

    def slots(self) -> int:
        return len(self._workers)

    def submit(self, batch: Work) -> "Future[list[TaskDone]]":
        return next(worker for worker in self._workers if worker.idle).submit(self._work, batch)

    def check(self) -> None:
        pass

    def close(self) -> None:
        for worker in self._workers:
            worker.close()


@contextmanager
def _main_module_left_out() -> Iterator[None]:
    """Start processes that do not import the caller's main module.

    A script then needs no `if __name__` guard. multiprocessing tells each new process where the main module
    is and has no option against it; nothing that a worker runs lies there.
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


@contextmanager
def _ctrl_c_later() -> Iterator[None]:
    """Let Ctrl-C wait while a process starts: one that nobody knows of yet would not be ended."""
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before is None:
        yield
        return
    came: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came:
            signal.raise_signal(signal.SIGINT)


def _begin_worker(further: Callable[..., None] | None, arguments: Sequence[Any]) -> None:
    begin()
    if further is not None:
        further(*arguments)


def begin() -> None:
    """In a worker: leave Ctrl-C to the parent, do not outlive it, and leave nothing behind when ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Numba would take a named semaphore, in case of forks, which a worker that is terminated leaves behind
    parallel: Any = importlib.import_module("numba.np.ufunc.parallel")
    parallel._backend_init_process_lock = threading.RLock()
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)

"""The threads that share the customers' month.

Compiled code releases the interpreter, so plain threads suffice. There are as many as
processors, or NUMBA_NUM_THREADS; `use` sets another number. No result depends on it.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache


def processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def available() -> int:
    """Threads at the start: NUMBA_NUM_THREADS, else one for each processor."""
    chosen = os.environ.get("NUMBA_NUM_THREADS")
    return int(chosen) if chosen is not None else processors()


_count = available()


def count() -> int:
    """Threads in use."""
    return _count


def use(threads: int) -> None:
    """Share the work among so many threads from now on."""
    global _count
    _count = threads


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="kernel")


def in_parts(function: Callable[..., None], *arguments: object) -> None:
    """Call `function(part, parts, *arguments)` for each part, a thread for each.

    Parts must not write the same.
    """
    parts = _count
    if parts == 1:
        function(0, 1, *arguments)
        return
    others = [_pool(parts - 1).submit(function, part, parts, *arguments) for part in range(1, parts)]
    function(0, parts, *arguments)
    for other in others:
        other.result()

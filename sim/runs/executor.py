"""Tasks on the processors of this machine, results as they come."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace

from sim.model.compiled import is_compiled
from sim.model.population import smallest_size
from sim.runs.seed import SeedDone, Task, run_seed

Progress = Callable[[int, int, str], None]


def default_workers() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _one_thread() -> None:
    """In a worker process the kernels use one thread: the processes already fill the machine."""
    import numba

    numba.set_num_threads(1)


def _compile(task: Task) -> None:
    """Compile the model once, here, by a run of a few months, rather than in every worker at the same time."""
    small = {name: replace(s, months=4, customers=smallest_size(len(s.jurisdictions), len(s.segments))) for name, s in task.scenarios.items()}
    run_seed(Task(small, task.seed, "full", None))


def run_tasks(tasks: Sequence[Task], workers: int) -> Iterator[SeedDone]:
    """Run tasks and yield each as it is done; a task whose process died is yielded as failed."""
    if workers <= 1 or len(tasks) <= 1:
        yield from map(run_seed, tasks)
        return
    if not is_compiled():
        _compile(tasks[0])
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    suspects = []
    with ProcessPoolExecutor(min(workers, len(tasks)), mp_context=context, initializer=_one_thread) as pool:
        futures = {pool.submit(run_seed, task): task for task in tasks}
        for future in as_completed(futures):
            try:
                yield future.result()
            except BrokenProcessPool:
                suspects.append(futures[future])
    # A worker that dies breaks the pool, and every task not yet done with it: each is run again, alone.
    for task in suspects:
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            try:
                yield pool.submit(run_seed, task).result()
            except BrokenProcessPool:
                yield SeedDone(task.seed, task.label, failure=f"seed {task.seed}: a worker process died (killed, or out of memory)", stage="run")

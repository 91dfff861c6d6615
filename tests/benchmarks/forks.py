"""`python -m tests.benchmarks.forks`: what forks save, as ratios within one run on one machine.

A sweep over twelve switch months from 2018 to 2022, from the start and forked, and a slider that moves the
switch by a quarter at a time. Processor time, so that other work on the machine counts little. Writes
results/bench_forks.csv.
"""

import datetime as dt
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table

from sim.model import threads
from sim.runs.checkpoints import Moves, checkpoints
from sim.runs.forks import forked
from sim.runs.seed import run_seed
from sim.runs.seed_task import Task
from sim.scenario.resolution import resolve

SIZES, ROUNDS = (2_000, 20_000), 3
DAYS = [dt.date(2018 + month // 12, 1 + month % 12, 15) for month in range(0, 60, 5)]
ROWS: list[dict[str, object]] = []


def tasks(customers: int, days: Sequence[dt.date]) -> list[Task]:
    """Both worlds with their switch on each of the days."""
    worlds = resolve("two_worlds", customers=customers).scenarios
    return [
        Task(
            {
                name: replace(w, switches=tuple(s.model_copy(update={"on": day}) for s in w.switches))
                for name, w in worlds.items()
            },
            1,
            "world",
            label=f"{day}",
        )
        for day in days
    ]


def seconds(sweep: Sequence[Task], forking: bool) -> float:
    """Processor time of a sweep, its preparation included, without checkpoints of before."""
    checkpoints.clear()
    begin = time.process_time()
    for task in forked(sweep) if forking else sweep:
        failed = run_seed(task).failed
        assert failed is None, failed
    return time.process_time() - begin


def slider(pairs: Sequence[Task], forking: bool) -> float:
    """Processor time of pairs as a screen runs them, one after another."""
    checkpoints.clear()
    moves, begin = Moves(), time.process_time()
    for task in pairs:
        fork = moves.fork(list(task.scenarios.values()), task.seed) if forking else None
        failed = run_seed(replace(task, fork=fork), digests=False).failed
        assert failed is None, failed
    return time.process_time() - begin


def main() -> None:
    """Measure in turn, print, write."""
    threads.use(1)
    for customers in SIZES:
        sweep = tasks(customers, DAYS)
        quarters = [dt.date(2018 + k // 4, 1 + 3 * (k % 4), 15) for k in (0, 1, 2, 3, 4, 5, 6, 7, 6, 5, 4, 3)]
        moves = tasks(customers, quarters)
        run_seed(sweep[0])
        cases: list[tuple[str, Callable[[], float], Callable[[], float]]] = [
            (
                "12 switch months, 2018 to 2022",
                partial(seconds, sweep, forking=False),
                partial(seconds, sweep, forking=True),
            ),
            (
                "a slider moved over 12 quarters",
                partial(slider, moves, forking=False),
                partial(slider, moves, forking=True),
            ),
        ]
        for what, plain, forking in cases:
            times = [(plain(), forking()) for _ in range(ROUNDS)]
            whole, part = (min(one[k] for one in times) for k in range(2))
            ROWS.append(
                {
                    "what": what,
                    "customers": customers,
                    "from the start, s": round(whole, 2),
                    "forked, s": round(part, 2),
                    "ratio": round(whole / part, 2),
                }
            )
    table = Table(*ROWS[0], title="Forks, one core")
    for row in ROWS:
        table.add_row(*map(str, row.values()))
    Console(width=120).print(table)
    Path("results").mkdir(exist_ok=True)
    pd.DataFrame(ROWS).to_csv("results/bench_forks.csv", index=False)


if __name__ == "__main__":
    main()

"""Proofs that take too long for the tests: `make prove` prints figures and fails if one does not hold.

Equal to the bit: `two_worlds` at its full size and horizon, in fresh processes with 1, 2 and 4 threads and
under two instruction sets, gives one digest. Population: doubling the customers moves no headline by more
than luck does. Shipped
experiments: each runs, with its worlds equal for as long as they must be.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from sim.analysis.headlines import HEADLINES, interval
from sim.runs.pairs import must_be_equal_for
from sim.runs.seed_task import SeedDone, Task
from sim.runs.store import Store
from sim.runs.tasks import Runner
from sim.scenario.resolution import Resolved, resolve

OLD_PROCESSOR = {
    "NUMBA_CPU_NAME": "generic",
    "NPY_DISABLE_CPU_FEATURES": "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX2 FMA3",
}
EXPERIMENTS = ("two_worlds", "history", "no_snowden", "switch_back", "cloud_act")

_DIGEST = """
import sys
from sim.scenario.resolution import Resolved, resolve
from sim.model.world import WorldSet
from sim.runs.tables_on_disk import digest_of_values
worlds = WorldSet(list(resolve("two_worlds").scenarios.values()), int(sys.argv[1]))
worlds.run()
for model in worlds.models:
    for name, columns in sorted(model.books.tables("full").items()):
        print(name, digest_of_values(name, columns))
"""


def digest(seed: int, **environment: str) -> str:
    """Digests of every table of both worlds, from a process of its own with this environment."""
    done = subprocess.run(
        [sys.executable, "-c", _DIGEST, str(seed)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def run_seeds(resolved: Resolved, seeds: Iterable[int]) -> tuple[list[SeedDone], list[str]]:
    """All worlds with these seeds, on all processors, out of a new store; and what failed."""
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(Store(Path(folder)))
        tasks = [Task(resolved.scenarios, seed, "world") for seed in seeds]
        return [done for _, done in runner.results(tasks, ("world",))], runner.failures


def equal_to_the_bit(table: Table) -> bool:
    """One digest whatever the threads and the instruction set."""
    with tempfile.TemporaryDirectory() as cache:
        old = {**OLD_PROCESSOR, "NUMBA_CACHE_DIR": cache}
        variants = {f"{n} threads": {"NUMBA_NUM_THREADS": str(n)} for n in (1, 2, 4)} | {
            "generic processor, 2 threads": {**old, "NUMBA_NUM_THREADS": "2"}
        }
        found = {}
        for name, environment in variants.items():
            begin = time.perf_counter()
            found[name] = digest(1, **environment)
            table.add_row(
                "tables of two_worlds, seed 1",
                name,
                "equal" if found[name] == found["1 threads"] else "DIFFER",
                f"{time.perf_counter() - begin:.0f} s",
            )
    return len(set(found.values())) == 1


def size_does_not_matter(table: Table, seeds: int = 8) -> bool:
    """Headline differences at 20,000 and 40,000 customers agree within the interval of their difference."""
    good = True
    values: dict[int, dict[str, list[float]]] = {}
    for customers in (20_000, 40_000):
        resolved = resolve("two_worlds", customers=customers)
        a, b = resolved.experiment.compare or ("", "")
        first = must_be_equal_for(resolved.scenarios[a], resolved.scenarios[b])
        runs, _ = run_seeds(resolved, range(1, seeds + 1))
        values[customers] = {
            h.code: [h.read(r.world_tables[b], first) - h.read(r.world_tables[a], first) for r in runs]
            for h in HEADLINES
        }
    for h in HEADLINES:
        small, large = (interval(values[n][h.code]) for n in (20_000, 40_000))
        gap = large.mean - small.mean
        # 99%: ten headlines are looked at together.
        allowed = 1.36 * float(np.hypot(small.high - small.mean, large.high - large.mean))
        holds = abs(gap) <= allowed
        good &= holds
        table.add_row(
            f"doubling the customers: {h.code}",
            f"{small.mean:+.3f} to {large.mean:+.3f}",
            "holds" if holds else "MOVES",
            f"allowed {allowed:.3f}",
        )
    return good


def shipped_experiments_run(table: Table) -> bool:
    """Every shipped experiment runs, two seeds each, and its worlds are equal for as long as they must be."""
    good = True
    for name in EXPERIMENTS:
        begin = time.perf_counter()
        resolved = resolve(name)
        _, failed = run_seeds(resolved, (1, 2))
        good &= not failed
        table.add_row(
            f"experiment {name}",
            f"{len(resolved.scenarios)} worlds",
            "runs" if not failed else str(failed[0]),
            f"{time.perf_counter() - begin:.0f} s",
        )
    return good


def main() -> int:
    table = Table("what", "case", "verdict", "figure", title="Proofs")
    held = [proof(table) for proof in (equal_to_the_bit, size_does_not_matter, shipped_experiments_run)]
    Console(width=140).print(table)
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())

"""`python -m tests.benchmarks.sweeps`: what sweeps cost beside their runs. Writes results/bench_sweeps.csv.

Overhead: pairs of 5,000 customers at two workers; what a worker's time is spent on that is not a run. Stub
runs of the real path (design, ids, batches, store, export; only the model is replaced by numbers made up):
recognising a complete sweep, quantiles for a plot, peak memory of the parent. Common random numbers: for
each headline the variance of the difference of two worlds with independent seeds over that with the same
seed.
"""

import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from sim.analysis.headlines import HEADLINES
from sim.model.tables import TABLES
from sim.pipeline import Finished, run
from sim.runs import worker
from sim.runs.engines.local import Processes
from sim.runs.pairs import MONTH_DIGEST, must_be_equal_for
from sim.runs.plan import Plan
from sim.runs.seed import run_seed
from sim.runs.seed_task import SeedDone, Task
from sim.runs.store import Store
from sim.runs.sweep import sweep
from sim.runs.tables_on_disk import Columns, digest_of_values
from sim.runs.tasks import Backend
from sim.scenario.resolution import Resolved, resolve

EXPERIMENT = """\
title: A sweep to be timed
question: What does it cost?
timeline: history
horizon: {first: 2013-01, last: LAST}
customers: 5000
seeds: {first: 1, count: 1}
record: world
worlds:
  microsoft_wins: {label: Microsoft wins, switches: [{on: 2013-01-31, regime: microsoft_wins}]}
  doj_wins: {label: DOJ wins, switches: [{on: 2013-01-31, regime: doj_wins}]}
compare: [microsoft_wins, doj_wins]
design:
  method: latin_hypercube
  points: POINTS
  seed: 1
  uncertainties:
    trust.asymmetry: {range: prior}
    trust.peer_weight: {range: prior}
    trust.prior_strength: {range: prior}
    switching.within_share: {range: prior}
    providers.responsiveness: {range: prior}
    investigators.evading_share: {range: prior}
"""
ROWS: list[dict[str, object]] = []


def note(what: str, value: float, unit: str, case: str = "") -> float:
    ROWS.append({"what": what, "case": case, "value": round(value, 3), "unit": unit})
    return value


def asked(folder: Path, points: int, last: str) -> Resolved:
    file = folder / "timed.yaml"
    file.write_text(EXPERIMENT.replace("POINTS", str(points)).replace("LAST", last))
    return resolve(file)


# --- overhead ----------------------------------------------------------------------------------------------


def sweep_seconds(folder: Path, pairs: int) -> tuple[float, float]:
    """Wall-clock seconds of a sweep of so many pairs at two workers, and the seconds of its runs."""
    plan, store = Plan(asked(folder, 256, "2025-12")), Store(folder / f"store{pairs}")
    store.prepare()
    begin = time.perf_counter()
    done = list(sweep(plan.tasks(range(pairs)), pairs, Processes(2), store.folder, 3600.0))
    return time.perf_counter() - begin, sum(one.seconds for one in done)


def overhead(folder: Path, few: int, many: int) -> None:
    """Few pairs and many: the start of the workers, and what each further pair costs beside its run."""
    run_seed(replace(next(Plan(asked(folder, 256, "2025-12")).tasks([0]))))
    (wall_few, runs_few), (wall_many, runs_many) = sweep_seconds(folder, few), sweep_seconds(folder, many)
    extra = 2.0 * (wall_many - wall_few) / (runs_many - runs_few) - 1.0
    note(
        "scheduling, storing and progress over the runs",
        100.0 * extra,
        "% of their time",
        f"pairs {few} to {many}",
    )
    note(
        "the same with the start and end of the workers",
        100.0 * (2.0 * wall_many / runs_many - 1.0),
        "% of their time",
        f"{many} pairs",
    )
    note("a pair of 5,000 customers", runs_many / many, "s")


# --- stub runs ---------------------------------------------------------------------------------------------


@cache
def _template(months: int) -> dict[str, Columns]:
    """A run's tables of this many months, numbers made up."""
    rng, month = np.random.default_rng(1), np.datetime64("2013-01", "M") + np.arange(months)
    world: Columns = {"month": month}
    for column in TABLES["world"].measures:
        world[column.name] = rng.integers(0, 1000, months) if column.dtype == "int64" else rng.random(months)
    providers = np.array(["microsoft", "aws", "google", "other_us"], dtype=object)
    provider: Columns = {"month": np.repeat(month, 4), "provider": np.tile(providers, months)}
    provider |= {column.name: rng.random(4 * months) for column in TABLES["provider"].measures}
    laws: Columns = {"month": month[:1]} | {
        c.name: np.array(["DE"], dtype=object) for c in TABLES["laws"].columns[3:]
    }
    offers: Columns = {"month": month[:1]} | {
        c.name: np.array(["aws"], dtype=object) for c in TABLES["offers"].columns[3:-1]
    }
    return {
        "world": world,
        "provider": provider,
        "laws": laws,
        "offers": offers | {"expected_gain": np.ones(1)},
    }


def stub_seed(task: Task) -> SeedDone:
    """What a run gives, without the run: the template with noise."""
    done = SeedDone(task.seed, task.label, seconds=0.001)
    for world, scenario in task.scenarios.items():
        tables = dict(_template(scenario.months))
        noise = np.random.default_rng(int(task.ids[world][:12], 16)).random(scenario.months)
        tables["world"] = {
            name: values + noise if values.dtype.kind == "f" else values
            for name, values in tables["world"].items()
        }
        done.tables[world] = tables
        done.months[world] = b"\0" * MONTH_DIGEST + np.arange(scenario.months - 1).tobytes()
        for table, columns in tables.items():
            done.digests.setdefault(table, {})[world] = digest_of_values(table, columns)
    return done


def stub_work(batch: worker.Work) -> list[worker.TaskDone]:
    worker.run_seed = stub_seed
    return worker.work(batch)


def stub_sweep(folder: Path, points: int, last: str) -> Finished:
    backend = Backend(engine=lambda: Processes(2, stub_work))
    return run(asked(folder, points, last), folder / "out", store=folder / "store", backend=backend)


def complete_sweep(folder: Path) -> None:
    """A sweep of 10,000 runs over thirteen years: recognised, checked, and read for a plot."""
    begin = time.perf_counter()
    finished = stub_sweep(folder, 5000, "2025-12")
    note("stub sweep of 10,000 runs: run, store, export", time.perf_counter() - begin, "s")
    size = sum(f.stat().st_size for f in (folder / "store").rglob("*.parquet"))
    note("store of 10,000 runs", size / 1e6, "MB")
    resolved = finished.plan.resolved
    begin = time.perf_counter()
    index, _ = finished.store.index()
    plan = Plan(resolved)
    complete = all(run in index.where for ids in plan.ids for run in ids)
    assert complete
    note("a complete sweep recognised", time.perf_counter() - begin, "s per 10,000 runs")
    begin = time.perf_counter()
    again = run(resolved, folder / "out", store=folder / "store")
    assert again.ran == 0
    note("the same command once more: every byte checked", time.perf_counter() - begin, "s per 10,000 runs")
    path = folder / "out" / "tables" / "world.parquet"
    begin = time.perf_counter()
    table = pq.read_table(path, columns=["world", "month", "trust"], page_checksum_verification=True)
    trust = table.column("trust").to_numpy().reshape(5000, 2, 156)  # key order: point, seed, world, month
    bands = np.quantile(trust, [0.05, 0.25, 0.5, 0.75, 0.95], axis=0)
    assert bands.shape == (5, 2, 156)
    note("quantiles of a metric by world and month", time.perf_counter() - begin, "s, 10,000 runs")


def memory(points: int) -> None:
    """Peak memory of the command itself for 2 x points runs of two months, in its own process."""
    code = (
        "import re, sys; from pathlib import Path; from tests.benchmarks.sweeps import stub_sweep\n"
        "if __name__ == '__main__':\n"
        " f = stub_sweep(Path(sys.argv[1]), int(sys.argv[2]), '2013-03')\n"
        " peak = re.search(r'VmHWM:\\s*(\\d+)', Path('/proc/self/status').read_text())\n"
        " print(len(f.proved.good), peak[1])\n"
    )
    with tempfile.TemporaryDirectory() as name:
        script = Path(name) / "peak.py"
        script.write_text(code)
        begin = time.perf_counter()
        said = subprocess.run(
            [sys.executable, str(script), name, str(points)], capture_output=True, text=True, check=True
        ).stdout.split()
        assert int(said[0]) == points
        note("peak memory of the parent", int(said[1]) / 1024, "MB", f"{2 * points:,} runs")
        note("stub sweep", time.perf_counter() - begin, "s", f"{2 * points:,} runs")


# --- common random numbers ------------------------------------------------------------------------------


def variances(folder: Path, seeds: int) -> None:
    """Variance of each headline difference with independent seeds over that with common random numbers."""
    resolved = resolve("two_worlds", sets=["record=country"], seeds=seeds, customers=5000)
    finished = run(resolved, folder / "pairs", workers=2, store=folder / "pairs_store")
    a, b = resolved.experiment.compare or ("", "")
    first = must_be_equal_for(resolved.scenarios[a], resolved.scenarios[b])
    for h in HEADLINES:
        x, y = (np.array([h.read(d.world_tables[world], first) for d in finished.done]) for world in (a, b))
        independent, paired = np.var(x, ddof=1) + np.var(y, ddof=1), np.var(y - x, ddof=1)
        note(
            "variance, independent over common random numbers",
            float(independent / paired) if paired else float("inf"),
            "ratio",
            h.code,
        )


def main() -> None:
    """Measure, print, write."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        overhead(folder, 20, 120)
        complete_sweep(folder)
        variances(folder, 20)
    memory(50_000)
    table = Table("what", "case", "value", "unit", title="Sweeps, 2 workers")
    for row in ROWS:
        table.add_row(*(str(row[k]) for k in ("what", "case", "value", "unit")))
    Console(width=140).print(table)
    Path("results").mkdir(exist_ok=True)
    pd.DataFrame(ROWS).to_csv("results/bench_sweeps.csv", index=False)


if __name__ == "__main__":
    main()

"""`make bench`: the cost of the customers and of all else, as ratios within one run on one machine.

Writes results/bench.csv.
"""

import gc
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pandas as pd
from rich.console import Console
from rich.progress import track
from rich.table import Table

from sim.model.agents.customers import Customers
from sim.model.kernels import survey
from sim.model.kernels.customer_arrays import Now
from sim.model.population import smallest_size
from sim.model.reference.customers import CustomersOfWorld
from sim.model.reference.population import cells_of, weights_of
from sim.model.threads import available, in_parts, use
from sim.model.world import WarrantModel, WorldSet
from sim.scenario.resolution import resolve
from sim.scenario.scenario import Scenario
from tests.benchmarks.floor import floor_month
from tests.model.reference.engine import Engine

MONTHS = {20_000: 156, 200_000: 48, 1_000_000: 24}
PHASES = ("open_month", "govern", "trade", "publish", "investigate", "close_month")
ROWS: list[dict[str, object]] = []


def note(
    what: str, value: float, unit: str, customers: int | None = None, worlds: int | None = None
) -> float:
    ROWS.append(
        {"what": what, "customers": customers, "worlds": worlds, "value": round(value, 4), "unit": unit}
    )
    return value


def scenarios(customers: int, worlds: int, months: int) -> list[Scenario]:
    pair = [replace(s, customers=customers, months=months) for s in resolve("two_worlds").scenarios.values()]
    return [replace(pair[k % 2], name=f"w{k}") for k in range(worlds)]


class Clock:
    """Seconds spent inside functions, by name, while they are watched."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}
        self._undo: list[tuple[object, str, object]] = []

    def watch(self, owner: object, name: str) -> None:
        original: Callable[..., object] = getattr(owner, name)

        def timed(*args: object, **kwargs: object) -> object:
            begin = time.perf_counter()
            out = original(*args, **kwargs)
            self.spent[name] = self.spent.get(name, 0.0) + time.perf_counter() - begin
            return out

        self._undo.append((owner, name, original))
        setattr(owner, name, timed)

    def stop(self) -> None:
        for owner, name, original in self._undo:
            setattr(owner, name, original)


def run_set(chosen: Sequence[Scenario]) -> tuple[Clock, float, float, WorldSet]:
    """Run a set: seconds by part, to build, to run; and the set."""
    clock = Clock()
    clock.watch(Customers, "respond")
    clock.watch(survey, "ask")
    for phase in PHASES:
        clock.watch(WarrantModel, phase)
    begin = time.perf_counter()
    ws = WorldSet(chosen, 1)
    built = time.perf_counter()
    clock.watch(ws.customers, "step")
    ws.run()
    done = time.perf_counter()
    clock.stop()
    return clock, built - begin, done - built, ws


def floor(chosen: Sequence[Scenario]) -> float:
    """Seconds of memory traffic and draws alone, month by month in a run, with the engine's caches.

    The engine's own month follows, untimed, and overwrites what the floor has written.
    """
    respond, spent = Customers.respond, [0.0]

    def floor_first(customers: Customers, now: Now) -> None:
        people, state = customers._people, customers._state()
        seen = np.empty(len(people.groups))
        begin = time.perf_counter()
        in_parts(floor_month, now, people, state, seen)
        spent[0] += time.perf_counter() - begin
        respond(customers, now)

    with patch.object(Customers, "respond", floor_first):
        WorldSet(chosen, 1).run()
    return spent[0]


def bytes_held(ws: WorldSet) -> int:
    """Bytes of all arrays of the population and of the customers' state."""
    x, c = ws.population, ws.customers
    arrays = [
        v for owner in (x, c) for v in vars(owner).values() if isinstance(v, np.ndarray) and len(v) == len(x)
    ]
    arrays += [c._outcome.moves, c._people.calendar]
    return sum(a.nbytes for a in arrays)


def twin() -> float:
    """Nanoseconds per customer-month of the twin."""
    base = resolve("two_worlds").scenarios["doj_wins"]
    scenario = replace(base, customers=smallest_size(len(base.jurisdictions), len(base.segments)), months=12)
    engine, spent, cells = Engine(scenario, 1), 0.0, cells_of(scenario)
    world = CustomersOfWorld(scenario, 1, cells, [weight[3] for weight in weights_of(cells)])
    world.take_first_places(engine.terms())
    while engine.running:
        engine.step()
        terms, begin = engine.terms(), time.perf_counter()
        world.step(terms)
        spent += time.perf_counter() - begin
    return spent / scenario.customers / scenario.months * 1e9


def engine_against_floor(customers: int, months: int, plain: float) -> None:
    """One, two and four worlds of a size: the kernel, the floor, the twin."""
    unit, per_world = "ns per customer-month-world", {}
    for worlds in (1, 2, 4) if customers < 1_000_000 else (1, 2):
        kernels, steps, floors = [], [], []
        chosen = scenarios(customers, worlds, months)
        for _ in range(5 if customers < 1_000_000 else 3):
            clock, _, _, ws = run_set(chosen)
            kernels.append(clock.spent["respond"])
            steps.append(clock.spent["step"])
            if worlds == 2:
                floors.append(floor(chosen))
        inside = min(kernels)
        per_world[worlds] = note(
            "customers' month", inside / customers / months / worlds * 1e9, unit, customers, worlds
        )
        note(
            "customers' month, moves and survey",
            min(steps) / customers / months / worlds * 1e9,
            unit,
            customers,
            worlds,
        )
        if worlds == 2:
            least = min(floors)
            note("floor", least / customers / months / 2 * 1e9, unit, customers, 2)
            note("customers' month over floor", inside / least, "ratio", customers, 2)
            note("twin over customers' month", plain / per_world[2], "ratio", customers, 2)
            note("memory", bytes_held(ws) / customers, "bytes per customer", customers, 2)
    note("cost of the second world over the first's", 2 * per_world[2] / per_world[1] - 1, "ratio", customers)


def pair_as_called(customers: int, threads: int, repeats: int) -> None:
    """A pair of worlds over the whole horizon, everything included: build, run, tables of country grain.

    After the first of `repeats` the seed's docket is at hand, as it is for the moves of a slider; the best
    is reported.
    """
    use(threads)
    best: tuple[float, dict[str, float]] | None = None
    chosen = scenarios(customers, 2, 156)
    for _ in range(repeats):
        gc.collect()  # as after every seed of a run: the pair finds the memory of the one before at hand
        begin = time.perf_counter()
        clock, build, _, ws = run_set(chosen)
        at = time.perf_counter()
        for model in ws.models:
            model.books.tables("country")
        tables, everything = time.perf_counter() - at, time.perf_counter() - begin
        if best is None or everything < best[0]:
            small = {f"small agents and books: {phase}": clock.spent[phase] for phase in PHASES}
            customers_ = {"customers' month": clock.spent["respond"], "survey": clock.spent["ask"]}
            rest = {"customers' other work": clock.spent["step"] - sum(customers_.values())}
            best = everything, {"build": build, **customers_, **rest, **small, "tables": tables}
        del ws, model
    assert best is not None
    note(f"a pair, everything, {threads} thread(s)", best[0], "s", customers, 2)
    for part, seconds in best[1].items():
        note(f"  of which {part}", seconds, "s", customers, 2)
    use(available())


_TEN_MILLION = """
import re
from pathlib import Path
from tests.benchmarks.__main__ import run_set, scenarios
clock, build, run, ws = run_set(scenarios({customers}, 2, {months}))
# getrusage would count what the parent held
peak = re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())
print(build, clock.spent["respond"], int(peak[1]) / 1024**2)
"""


def largest(customers: int = 10_000_000, months: int = 6) -> None:
    """Ten million customers in a process of their own: cost per customer, and the most memory held."""
    code = _TEN_MILLION.format(customers=customers, months=months)
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    build, inside, peak = (float(x) for x in done.stdout.split())
    note(
        "customers' month", inside / customers / months / 2 * 1e9, "ns per customer-month-world", customers, 2
    )
    note("to build", build, "s", customers, 2)
    note("peak memory of the process", peak, "GiB", customers, 2)


def starts() -> None:
    """`--help`, and a small run from nothing compiled and from everything compiled."""
    command = [sys.executable, "-m", "sim.cli.main"]
    times = []
    for _ in range(5):
        begin = time.perf_counter()
        subprocess.run([*command, "--help"], check=True, capture_output=True)
        times.append(time.perf_counter() - begin)
    note("warrantsim --help, median of 5", float(np.median(times)), "s")
    code = (
        "from tests.benchmarks.__main__ import scenarios, WorldSet; WorldSet(scenarios(2000, 2, 2), 1).run()"
    )
    with tempfile.TemporaryDirectory() as cache:
        for name in ("cold start: two months of a pair, compiling", "warm start: the same again"):
            begin = time.perf_counter()
            subprocess.run(
                [sys.executable, "-c", code],
                check=True,
                env={**os.environ, "NUMBA_CACHE_DIR": cache},
                capture_output=True,
            )
            note(name, time.perf_counter() - begin, "s", 2000, 2)


def main() -> None:
    """Measure, print, write."""
    floor(scenarios(2000, 2, 6))  # compile, or load
    plain = note("twin", twin(), "ns per customer-month")
    jobs: list[Callable[[], None]] = [
        partial(engine_against_floor, n, months, plain) for n, months in MONTHS.items()
    ]
    jobs += [
        largest,
        partial(pair_as_called, 20_000, 1, 7),
        partial(pair_as_called, 1_000_000, available(), 1),
        starts,
    ]
    for job in track(jobs, description="measuring", transient=True):
        job()
    table = Table(
        "what",
        "customers",
        "worlds",
        "value",
        "unit",
        title=f"{available()} threads, Python {sys.version.split()[0]}",
    )
    for row in ROWS:
        value = row["value"]
        table.add_row(
            str(row["what"]),
            f"{row['customers'] or '':,}" if row["customers"] else "",
            str(row["worlds"] or ""),
            f"{value:,}",
            str(row["unit"]),
        )
    Console(width=120).print(table)
    Path("results").mkdir(exist_ok=True)
    pd.DataFrame(ROWS).to_csv("results/bench.csv", index=False)
    print("table: results/bench.csv")


if __name__ == "__main__":
    main()

"""`make bench`: what the customers cost, as ratios within one run on one machine. Writes results/bench.csv."""

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numba
import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from sim.model.population import smallest_size
from sim.model.world import WorldSet
from sim.scenario.resolving import resolve
from tests.benchmarks.floor import floor_month
from tests.twin.customers import TwinWorld

MONTHS = {20_000: 156, 200_000: 48, 1_000_000: 24}
ROWS: list[dict[str, object]] = []


def note(what: str, value: float, unit: str, case: str = "") -> float:
    ROWS.append({"what": what, "case": case, "value": round(value, 3), "unit": unit})
    return value


def engine(customers: int, worlds: int, months: int) -> tuple[float, float, WorldSet]:
    """Seconds in the customers' step, seconds in all, and the set as it stands."""
    base = resolve("two_worlds").scenarios
    pair = [replace(s, customers=customers, months=months) for s in base.values()]
    chosen = [replace(pair[k % 2], name=f"w{k}") for k in range(worlds)]
    begin = time.perf_counter()
    ws = WorldSet(chosen, 1)
    inside, step = [0.0], ws.customers.step

    def timed(month: int) -> None:
        t = time.perf_counter()
        step(month)
        inside[0] += time.perf_counter() - t

    ws.customers.step = timed  # type: ignore[method-assign]
    ws.run()
    return inside[0], time.perf_counter() - begin, ws


def floor(ws: WorldSet, months: int) -> float:
    """Seconds for the same months of memory traffic and draws alone."""
    x, c = ws.population, ws.customers
    out = np.empty(len(x.blocks))
    hazard = float(np.median(c.hazard))
    best = np.inf
    for _ in range(3):
        begin = time.perf_counter()
        for month in range(months):
            floor_month(
                1, month, x.blocks, x.term, c._calendar, c._calendar_start, x.peers, x.initial_trust, x.susceptibility, c.readiness, hazard,
                c.trust, c._trust_next, out,
            )  # fmt: skip
        best = min(best, time.perf_counter() - begin)
    return best


def twin() -> float:
    """Nanoseconds per customer-month of the twin."""
    base = resolve("two_worlds").scenarios["doj_wins"]
    scenario = replace(base, customers=smallest_size(len(base.jurisdictions), len(base.segments)), months=12)
    ws = WorldSet([scenario], 1)
    world, spent = TwinWorld(ws, 0), 0.0
    while ws.running:
        ws.step()
        begin = time.perf_counter()
        world.step()
        spent += time.perf_counter() - begin
    return spent / scenario.customers / scenario.months * 1e9


def main() -> None:
    """Measure, print, write."""
    engine(smallest_size(58, 5), 1, 6)
    plain = note("twin", twin(), "ns per customer-month")
    for customers, months in MONTHS.items():
        per_world = {}
        for worlds in (1, 2, 4) if customers < 1_000_000 else (1, 2):
            inside, everything, ws = engine(customers, worlds, months)
            per_world[worlds] = note(f"engine, {worlds} world(s)", inside / customers / months / worlds * 1e9, "ns per customer-month-world", f"{customers:,}")
            if worlds == 2:
                least = floor(ws, months)
                note("floor, 2 worlds", least / customers / months / 2 * 1e9, "ns per customer-month-world", f"{customers:,}")
                note("engine over floor, 2 worlds", inside / least, "ratio", f"{customers:,}")
                note("a pair, everything, 156 months", everything * 156 / months, "s (scaled)", f"{customers:,}")
                x, c = ws.population, ws.customers
                held = [x.cell, x.weight, x.initial_trust, x.susceptibility, x.sensitivity, x.readiness, x.renewal, x.term, x.law_order, x.us_business]
                held += [x.peers, x.place_order, c.place, c.readiness, c.trust, c._trust_next, c._moves, c._calendar]
                note("bytes, 2 worlds", sum(a.nbytes for a in held) / customers, "bytes per customer", f"{customers:,}")
        note("second world's cost over the first's", 2 * per_world[2] / per_world[1] - 1, "ratio", f"{customers:,}")
        note("twin over engine, 2 worlds", plain / per_world[2], "ratio", f"{customers:,}")
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-m", "sim.cli.main", "--help"], check=True, capture_output=True)
    note("warrantsim --help", time.perf_counter() - begin, "s")
    table = Table("what", "customers", "value", "unit", title=f"Customers, {numba.get_num_threads()} threads")
    for row in ROWS:
        table.add_row(*(str(row[k]) for k in ("what", "case", "value", "unit")))
    Console(width=120).print(table)
    Path("results").mkdir(exist_ok=True)
    pd.DataFrame(ROWS).to_csv("results/bench.csv", index=False)


if __name__ == "__main__":
    main()

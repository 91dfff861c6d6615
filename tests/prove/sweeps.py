"""`python -m tests.prove.sweeps`: a sweep of 2,000 runs that is killed repeatedly loses nothing.

With 1, 2 and 4 workers: `kill -9` at random instants, five times, in turn of the command with all its
workers and of one worker alone; the command is given again each time it is gone. On a Dask cluster: a
worker killed, then the scheduler. Each time the tables must be equal to those of a sweep that nobody
disturbed, and no run may be stored twice.
"""

import argparse
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

EXPERIMENT = """\
title: A sweep to be killed
question: Is anything lost?
timeline: history
horizon: {first: 2013-01, last: 2013-05}
customers: 2000
seeds: {first: 1, count: SEEDS}
record: world
worlds:
  microsoft_wins: {label: Microsoft wins, switches: [{on: 2013-02-28, regime: microsoft_wins}]}
  doj_wins: {label: DOJ wins, switches: [{on: 2013-02-28, regime: doj_wins}]}
compare: [microsoft_wins, doj_wins]
design:
  method: grid
  uncertainties:
    trust.asymmetry: {values: [1.5, 2.0, 2.5, 3.0, 3.5]}
    trust.peer_weight: {values: [0.0, 0.1]}
"""
POINTS = 10
KILLS = 5


@dataclass
class Sweep:
    """A sweep in a folder of its own, run by the command in processes of its own."""

    folder: Path
    options: tuple[str, ...]
    kills: list[str] = field(default_factory=list)
    starts: int = 0

    def start(self, *options: str) -> subprocess.Popen[str]:
        self.starts += 1
        words = [
            "run",
            str(self.folder.parent / "killed.yaml"),
            "--out",
            str(self.folder / "out"),
            "--store",
            str(self.folder / "store"),
            "--no-report",
        ]
        command = [sys.executable, "-m", "sim.cli.main", *words, *self.options, *options]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def finish(self, *options: str) -> str:
        """Run to the end; returns what was printed."""
        process = self.start(*options)
        said, _ = process.communicate(timeout=1800)
        if process.returncode:
            raise RuntimeError(f"exit code {process.returncode}: {said[-2000:]}")
        return said

    def tables(self) -> dict[str, str]:
        """Digest of each table."""
        said = json.loads((self.folder / "out" / "manifest.json").read_text())
        return {name: entry["digest"] for name, entry in said["tables"].items()}

    def stored(self) -> int:
        return sum(
            len(json.loads(c.read_text())["runs"])
            for c in (self.folder / "store" / "batches").glob("*/commit.json")
        )

    def stored_once(self) -> int:
        runs = [
            run
            for c in (self.folder / "store" / "batches").glob("*/commit.json")
            for run in json.loads(c.read_text())["runs"]
        ]
        return len(set(runs))


def descendants(pid: int) -> list[int]:
    """Processes below this one, from /proc: parents before children."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
    below, level = [], [pid]
    while level:
        level = [child for child, parent in parents.items() if parent in level]
        below += level
    return below


def workers_of(pid: int) -> list[int]:
    """The processes that run batches: children of the command's fork server."""
    servers = {p for p in descendants(pid) if b"forkserver" in _command(p)}
    return [
        p
        for p in descendants(pid)
        if p in servers and any(p in descendants(other) for other in servers if other != p)
    ]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def _kill(pids: list[int]) -> None:
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def disturb(sweep: Sweep, kills: int, rng: random.Random, wait: tuple[float, float]) -> None:
    """Kill in turn the whole command and one worker, at random moments; then let it end."""
    process = sweep.start()
    for number in range(kills):
        before, patience = sweep.stored(), time.monotonic() + 60.0
        while (
            sweep.stored() <= before and time.monotonic() < patience
        ):  # something new is done, more is under way
            time.sleep(0.05)
        time.sleep(rng.uniform(*wait))
        if process.poll() is not None:
            raise RuntimeError(f"the sweep ended before kill {number + 1}; make it larger")
        workers = workers_of(process.pid)
        if number % 2 and workers:
            _kill([rng.choice(workers)])
            sweep.kills.append("worker")
        else:
            _kill([process.pid, *workers])
            process.communicate()
            sweep.kills.append("all")
            process = sweep.start()
    said, _ = process.communicate(timeout=1800)
    if process.returncode:
        raise RuntimeError(f"exit code {process.returncode}: {said[-2000:]}")


class DaskCluster:
    """A scheduler and two worker processes on this machine."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self.port}"

    def __enter__(self) -> "DaskCluster":
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.scheduler = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "distributed.cli.dask_scheduler",
                "--host",
                "127.0.0.1",
                "--port",
                str(self.port),
                "--no-dashboard",
            ],
            **quiet,
        )
        self.nanny = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "distributed.cli.dask_worker",
                self.address,
                "--nthreads",
                "1",
                "--nworkers",
                "2",
                "--no-dashboard",
            ],
            start_new_session=True,  # its workers are of its group, also one that it is just starting again
            **quiet,
        )
        return self

    def workers(self) -> list[int]:
        return [p for p in descendants(self.nanny.pid) if b"spawn_main" in _command(p)]

    def __exit__(self, *_: object) -> None:
        os.killpg(self.nanny.pid, signal.SIGKILL)
        self.scheduler.kill()
        for process in (self.nanny, self.scheduler):
            process.wait()


def disturb_dask(sweep: Sweep, rng: random.Random) -> float:
    """Kill a worker, then the scheduler; finish on a new cluster. Returns seconds to the message."""
    with DaskCluster() as cluster:
        process = sweep.start("--cluster", cluster.address)
        while not sweep.stored():
            time.sleep(0.1)
        time.sleep(rng.uniform(0.0, 2.0))
        _kill([rng.choice(cluster.workers())])
        sweep.kills.append("worker")
        before = sweep.stored()
        while sweep.stored() <= before:
            time.sleep(0.1)
        cluster.scheduler.kill()
        sweep.kills.append("scheduler")
        begin = time.monotonic()
        said, _ = process.communicate(timeout=120)
        noticed = time.monotonic() - begin
        if process.returncode != 1 or "no longer answers" not in said:
            raise RuntimeError(f"the scheduler's death was not reported: {said[-2000:]}")
    with DaskCluster() as cluster:
        sweep.finish("--cluster", cluster.address)
    return noticed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--random", type=int, default=random.randrange(10**6), help="seed of the instants")
    asked = parser.parse_args()
    rng, good = random.Random(asked.random), True
    table = Table(
        "engine",
        "killed",
        "commands",
        "runs stored",
        "runs",
        "tables",
        "figure",
        title=f"Sweeps that are killed (--random {asked.random})",
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "killed.yaml").write_text(EXPERIMENT.replace("SEEDS", str(asked.runs // (2 * POINTS))))
        calm = Sweep(folder / "calm", ("--workers", "2"))
        begin = time.monotonic()
        calm.finish()
        undisturbed = time.monotonic() - begin
        table.add_row(
            "2 workers",
            "-",
            "1",
            str(calm.stored()),
            str(calm.stored_once()),
            "the measure",
            f"{undisturbed:.0f} s",
        )
        engines: list[tuple[str, tuple[str, ...]]] = [
            (f"{n} workers", ("--workers", str(n))) for n in (1, 2, 4)
        ]
        engines.append(("Dask", ()))
        for engine, options in engines:
            sweep, begin = Sweep(folder / engine.replace(" ", "_"), options), time.monotonic()
            if engine == "Dask":
                figure = f"scheduler missed after {disturb_dask(sweep, rng):.0f} s"
            else:
                disturb(sweep, KILLS, rng, (0.0, undisturbed / (2 * KILLS)))
                figure = f"{time.monotonic() - begin:.0f} s"
            holds = sweep.tables() == calm.tables() and sweep.stored_once() == calm.stored_once()
            good &= holds
            table.add_row(
                engine,
                " ".join(sweep.kills),
                str(sweep.starts),
                str(sweep.stored()),
                str(sweep.stored_once()),
                "equal" if holds else "DIFFER",
                figure,
            )
    Console(width=160).print(table)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())

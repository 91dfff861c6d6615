"""`python -m tests.prove.endurance [pairs] [tabs] [people]`: is memory flat over long use?

pairs: pairs of worlds through the Python interface, one call each, in one process. The worlds are the
smallest there are (2,000 customers) and end in 2015: what is measured is what stays from one call to the
next, not what one run needs.
tabs: a browser changes tabs in an explorer, over all tabs of the worlds and of results folders.
people: ten people move controls at once. They are clients that send what the page sends, and wait as it
waits; ten browsers would take the processors that the server needs.

Prints the growth of memory per 100 operations, and ends with 1 if any grows beyond what is allowed.
`--short` does a tenth of everything.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

import sim
from tests.prove.endurance_people import Crowd
from tests.prove.endurance_tabs import Tabs
from tests.prove.memory import GROWS, Growth, resident
from tests.prove.sweeps import descendants

PARTS = ("pairs", "tabs", "people")
CUSTOMERS = 2_000
_EACH = 1.0  # seconds between two looks at the memory
PAIR = {
    "title": "Two worlds for three years",
    "question": "Does memory stay flat?",
    "timeline": "history",
    "seeds": {"first": 1, "count": 2},
    "horizon": {"first": "2013-01", "last": "2015-12"},
    "customers": CUSTOMERS,
    "record": "country",
    "worlds": {
        "microsoft_wins": {
            "label": "Microsoft wins",
            "switches": [{"on": "2014-07-31", "regime": "microsoft_wins"}],
        },
        "doj_wins": {"label": "DOJ wins", "switches": [{"on": "2014-07-31", "regime": "doj_wins"}]},
    },
    "compare": ["microsoft_wins", "doj_wins"],
}
SWEEP = {
    **PAIR,
    "title": "Three years over two factors",
    "record": "world",
    "design": {
        "method": "grid",
        "uncertainties": {
            "trust.asymmetry": {"range": "prior", "levels": 3},
            "choice.sensitivity": {"times": [0.5, 2], "levels": 2},
        },
    },
}


@dataclass
class Found:
    """What a part found: growths, figures in words, and what went wrong."""

    part: str
    growths: list[Growth] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def pairs(count: int, store: Path) -> Found:
    """Run this many pairs, one call each, and sample this process and those it has started."""
    here, below = Growth("this process", "MB", 1.0), Growth("its processes", "MB", 1.0)
    begin = time.perf_counter()
    for seed in range(1, count + 1):
        asked = PAIR | {"seeds": {"first": seed, "count": 1}}
        assert len(sim.run(asked, workers=1, draws=0, store=store).headlines)
        if seed % max(count // 40, 1) == 0:
            here.sample(seed, resident([os.getpid()]))
            below.sample(seed, resident(descendants(os.getpid())))
    words = f"{count:,} pairs of 36 months and {CUSTOMERS:,} customers in {time.perf_counter() - begin:.0f} s"
    return Found("pairs", [here, below], [words])


@dataclass
class Server:
    """An explorer in a process of its own."""

    process: "subprocess.Popen[str]"
    address: str

    def resident(self) -> tuple[float, float]:
        """MB of its memory, and of that of the processes that run the model."""
        return resident([self.process.pid]), resident(descendants(self.process.pid))


@contextmanager
def served(results: Path, found: Found) -> Iterator[Server]:
    """An explorer on a free port; what it leaves behind at its end is noted."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "sim.cli.main", "dashboard", "--no-browser", "--port", str(port)]
    options = ["--results", str(results), "--customers", str(CUSTOMERS)]
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command + options, stdout=said, stderr=said, text=True, preexec_fn=_hears)
        try:
            _wait_for(port, process)
            yield Server(process, f"http://127.0.0.1:{port}")
        finally:
            below = descendants(process.pid)
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
                found.wrong.append("the server did not end on Ctrl-C")
            left = _left(below)
            said.seek(0)
            printed = [line for line in said.read().splitlines() if "Error" in line or "Traceback" in line]
            found.wrong += [f"processes left behind: {left}"] if left else []
            found.wrong += [f"the server printed: {line}" for line in printed[:5]]
    found.words.append(f"the server ended with {process.returncode}, processes left behind: {len(left)}")


def _left(pids: list[int], patience: float = 15.0) -> list[int]:
    """Those of these processes that do not end within some seconds."""
    end = time.monotonic() + patience
    while left := [pid for pid in pids if Path(f"/proc/{pid}").exists()]:
        if time.monotonic() > end:
            break
        time.sleep(0.2)
    return left


def _hears() -> None:
    """Ctrl-C ends the server, also where this process was told to ignore it, as in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _wait_for(port: int, process: "subprocess.Popen[str]") -> None:
    for _ in range(6000):
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            raise RuntimeError(f"the explorer ended with {process.returncode}")
        time.sleep(0.1)
    raise RuntimeError("the explorer did not start within ten minutes")


def _of_server(per: str) -> tuple[Growth, Growth]:
    return Growth(f"server, per 100 {per}", "MB", 2.0), Growth(f"its pool, per 100 {per}", "MB", 2.0)


def tabs(changes: int, results: Path) -> Found:
    """Change tabs in a browser; sample the server, its pool and the page."""
    found, memory = Found("tabs"), _of_server("changes")
    with served(results, found) as server:
        visit = Tabs(server.address, CUSTOMERS)

        def sample(done: int) -> None:
            for growth, value in zip(memory, server.resident(), strict=True):
                growth.sample(done, value)

        visit.change(changes, sample)
    found.growths += [*memory, *visit.growths]
    found.words.append(f"{changes} changes over {len(visit.seen)} tabs, {visit.seconds:.0f} s")
    found.wrong += [f"in the browser: {words}" for words in sorted(set(visit.complaints))[:5]]
    return found


def people(minutes: float, results: Path) -> Found:
    """Ten people move controls at once; sample the server and its pool."""
    found, memory = Found("people"), _of_server("moves")
    with served(results, found) as server:
        crowd = Crowd(server.address, CUSTOMERS)
        ended = threading.Event()
        begin = time.monotonic()

        def watch() -> None:
            """Sixty samples, each the least of some seconds: what a run needs until it ends is no growth."""
            seen: list[tuple[float, float]] = []
            while not ended.wait(_EACH):
                seen.append(server.resident())
                if len(seen) * _EACH >= minutes:
                    for growth, values in zip(memory, zip(*seen, strict=True), strict=True):
                        growth.sample(crowd.answered, min(values))
                    seen.clear()

        watching = threading.Thread(target=watch)
        watching.start()
        crowd.move(10, minutes * 60)
        ended.set()
        watching.join()
    found.growths += memory
    found.words += [f"ten clients for {(time.monotonic() - begin) / 60:.1f} minutes: {crowd.words()}"]
    found.wrong += [f"{n} x {what}" for what, n in crowd.wrong.items()]
    return found


def results_to_open(folder: Path, store: Path) -> Path:
    """A results folder with a sweep and a pair."""
    sim.sweep(SWEEP, workers=1, store=store, out=folder / "results" / "sweep")
    sim.run(PAIR, workers=1, draws=0, store=store, out=folder / "results" / "pair")
    return folder / "results"


def show(all_found: list[Found]) -> bool:
    """Print the table; whether everything holds."""
    table = Table(
        "part",
        "what",
        "first, middle, last",
        "growth per 100",
        "allowed",
        "verdict",
        title="Memory over long use",
    )
    console = Console(width=150)
    for found in all_found:
        for growth in found.growths:
            table.add_row(found.part, *growth.row())
    console.print(table)
    for found in all_found:
        for words in found.words:
            console.print(f"{found.part}: {words}")
        for words in found.wrong:
            console.print(f"{found.part}: WRONG: {words}", markup=False)
    grows = any(growth.verdict == GROWS for found in all_found for growth in found.growths)
    return not grows and not any(found.wrong for found in all_found)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)}; all without")
    parser.add_argument("--short", action="store_true", help="a tenth of everything")
    parser.add_argument("--pairs", type=int, default=1_000)
    parser.add_argument("--changes", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--results", type=Path, help="results to open instead of two small ones")
    asked = parser.parse_args()
    wrong = [part for part in asked.parts if part not in PARTS]
    if wrong:
        parser.error(f"there is no part {wrong[0]}; choose from {', '.join(PARTS)}")
    parts, of = asked.parts or PARTS, 10 if asked.short else 1
    found: list[Found] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if "pairs" in parts:
            found.append(pairs(asked.pairs // of, folder / "store"))
        if "tabs" in parts:
            results = asked.results or results_to_open(folder, folder / "store")
            found.append(tabs(asked.changes // of, results))
        if "people" in parts:
            found.append(people(asked.minutes / of, asked.results or folder))
    return 0 if show(found) else 1


if __name__ == "__main__":
    sys.exit(main())

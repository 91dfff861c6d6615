"""`python -m tests.benchmarks.results_page [FOLDER]`: seconds to open results of 10,000 runs in a browser.

The runs are stubs of the real path (design, ids, batches, store, tables; only the model is replaced by
numbers made up). A real Chromium opens the folder's page from a server in a process of its own, first with
nothing remembered, then again, and then each tab. With FOLDER the runs are kept there and used again.
Beside the seconds stands the processor time that server and browser spent meanwhile: on a quiet machine
with two processors a step takes about as long or less, whatever the load was here. Writes
results/bench_results_page.csv.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from rich.table import Table

from tests.benchmarks.sweeps import stub_sweep

POINTS = 5_000
LAST = "2025-12"
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]
# The tab's content is there, and every chart near the screen has been drawn.
READY = """() => {
    const body = document.querySelector('#results-body');
    const tab = document.querySelector('[data-dash-is-loading]');
    if (!body || !body.children.length || tab) return false;
    if (document.querySelector('#results-body [role=alert]')) return true;
    const plots = [...body.querySelectorAll('.plot')].filter(
        plot => plot.getBoundingClientRect().top < innerHeight);
    const drawn = plots.every(plot => plot.querySelector('.main-svg'));
    const grid = body.querySelector('#results-grid');
    return drawn && (!grid || grid.querySelector('.ag-row'))
        && (plots.length > 0 || grid || body.querySelector('h2'));
}"""
_SERVER = """
import sys
from pathlib import Path
from sim.view.explorer.server import serve
from sim.view.explorer.settings import Settings
serve(Settings(results=Path(sys.argv[1])), port=int(sys.argv[2]), browser=False)
"""


class Server:
    """A dashboard of its own process."""

    def __init__(self, results: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SERVER, str(results), str(self.port)], stdout=subprocess.DEVNULL
        )
        self.address = f"http://127.0.0.1:{self.port}"
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.2).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("the dashboard did not start")

    def memory(self) -> float:
        """Peak memory, MB."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()


def processor_seconds() -> float:
    """Seconds of processor time of all that this process has started: server, browser, and what drives it."""
    parents, spent = dict[int, int](), dict[int, float]()
    tick = os.sysconf("SC_CLK_TCK")
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                parents[int(entry.name)], spent[int(entry.name)] = (
                    int(fields[1]),
                    (int(fields[11]) + int(fields[12])) / tick,
                )

    def is_mine(pid: int) -> bool:
        while pid in parents:
            pid = parents[pid]
            if pid == os.getpid():
                return True
        return False

    return sum(seconds for pid, seconds in spent.items() if is_mine(pid))


@dataclass
class Stopwatch:
    """What was measured: seconds by the clock, and of processor time."""

    rows: list[tuple[str, float, float]] = field(default_factory=list)

    @contextlib.contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Time one step."""
        begin, before = time.perf_counter(), processor_seconds()
        yield
        self.rows.append((what, time.perf_counter() - begin, processor_seconds() - before))


def go(page: Page, address: str) -> None:
    """Open a folder's page and wait until its content is drawn."""
    page.goto(address)
    page.wait_for_selector("#results-tabs")
    page.wait_for_function(READY, timeout=120_000)


def click(page: Page, tab: str) -> None:
    """Click on a tab and wait until its content is drawn."""
    page.evaluate("() => { window.before = document.querySelector('#results-body').firstElementChild; }")
    page.get_by_role("tab", name=tab, exact=True).click()
    page.wait_for_function(
        "() => document.querySelector('#results-body').firstElementChild !== window.before", timeout=120_000
    )
    page.wait_for_function(READY, timeout=120_000)


def main() -> None:
    """Make the runs, measure, print, write."""
    kept = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    folder = kept or Path(tempfile.mkdtemp())
    try:
        if not (folder / "out" / "manifest.json").is_file():
            folder.mkdir(parents=True, exist_ok=True)
            stub_sweep(folder, POINTS, LAST)
        rows, memory = measure(folder)
    finally:
        if kept is None:
            shutil.rmtree(folder, ignore_errors=True)
    table = Table(
        "what",
        "seconds",
        "processor time",
        title=f"{2 * POINTS:,} runs of 13 years, load {os.getloadavg()[0]:.1f} on "
        f"{os.cpu_count()} processors, {memory:.0f} MB",
    )
    for what, seconds, spent in rows:
        table.add_row(what, f"{seconds:.2f}", f"{spent:.2f}")
    Console(width=120).print(table)
    Path("results").mkdir(exist_ok=True)
    pd.DataFrame(rows, columns=["what", "seconds", "processor_seconds"]).to_csv(
        "results/bench_results_page.csv", index=False
    )


def measure(folder: Path) -> tuple[list[tuple[str, float, float]], float]:
    """What was measured, and the peak memory of the server in MB."""
    chromium = shutil.which("chromium")
    assert chromium is not None, "there is no chromium on the PATH"
    watch = Stopwatch()
    server = Server(folder)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=ARGS)
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto(
                f"{server.address}/results/there-is-none"
            )  # the browser has Dash's scripts, the server has looked at no folder
            page.wait_for_selector("#page h1")
            page.wait_for_load_state("networkidle")
            with watch.step("the list of folders"):
                page.goto(f"{server.address}/results")
                page.wait_for_selector("#results-list a")
            with watch.step("the folder folder_view, nothing remembered"):
                go(page, f"{server.address}/results/out")
            page.wait_for_selector("#results-more table")
            page.wait_for_load_state("networkidle")
            for tab in page.get_by_role("tab").all_inner_texts():
                if tab != "Overview":
                    with watch.step(f"tab {tab}, first time"):
                        click(page, tab)
            with watch.step("the folder opened once more"):
                go(page, f"{server.address}/results/out")
            with watch.step("its heat map by address, once more"):
                go(page, f"{server.address}/results/out?tab=heat")
            browser.close()
        return watch.rows, server.memory()
    finally:
        server.close()


if __name__ == "__main__":
    main()

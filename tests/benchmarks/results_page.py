"""`python -m tests.benchmarks.results_page [FOLDER]`: seconds until a results folder of 10,000 runs can be read in a browser.

The runs are stubs of the real path (design, ids, batches, store, tables; only the model is replaced by numbers made up). A
real Chromium opens the folder's page from a server in a process of its own, first with nothing remembered, then again, and
then each tab. With FOLDER the runs are kept there and used again. Writes results/bench_results_page.csv.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from rich.table import Table

from tests.benchmarks.sweeps import stub_sweep

POINTS = 5_000
LAST = "2025-12"
ARGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"]
# The tab's content is there, and every chart near the screen has been drawn.
READY = """() => {
    const body = document.querySelector('#results-body'), tab = document.querySelector('[data-dash-is-loading]');
    if (!body || !body.children.length || tab) return false;
    if (document.querySelector('#results-body [role=alert]')) return true;
    const plots = [...body.querySelectorAll('.plot')].filter(plot => plot.getBoundingClientRect().top < innerHeight);
    const drawn = plots.every(plot => plot.querySelector('.main-svg'));
    const grid = body.querySelector('#results-grid');
    return drawn && (!grid || grid.querySelector('.ag-row')) && (plots.length > 0 || grid || body.querySelector('h2'));
}"""
_SERVER = """
import sys
from pathlib import Path
from sim.view.dashboard.serve import serve
from sim.view.dashboard.settings import Settings
serve(Settings(results=Path(sys.argv[1])), port=int(sys.argv[2]), browser=False)
"""


class Server:
    """A dashboard of its own process."""

    def __init__(self, results: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._process = subprocess.Popen([sys.executable, "-c", _SERVER, str(results), str(self.port)], stdout=subprocess.DEVNULL)
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


def timed(page: Page, act: str, address: str = "") -> float:
    """Seconds until a tab's content is drawn after going to an address, or clicking on a tab of this name."""
    begin = time.perf_counter()
    if address:
        page.goto(address)
        page.wait_for_selector("#results-tabs")
    else:
        before = page.evaluate("() => { window.before = document.querySelector('#results-body').firstElementChild; return true; }")
        assert before
        page.get_by_role("tab", name=act, exact=True).click()
        page.wait_for_function("() => document.querySelector('#results-body').firstElementChild !== window.before", timeout=120_000)
    page.wait_for_function(READY, timeout=120_000)
    return time.perf_counter() - begin


def main() -> None:
    """Make the runs, measure, print, write."""
    kept = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    folder = kept or Path(tempfile.mkdtemp())
    try:
        if not (folder / "out" / "manifest.json").is_file():
            folder.mkdir(parents=True, exist_ok=True)
            stub_sweep(folder, POINTS, LAST)
        rows = measure(folder)
    finally:
        if kept is None:
            shutil.rmtree(folder, ignore_errors=True)
    table = Table("what", "seconds", title=f"A results folder of {2 * POINTS:,} runs of 13 years, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    for what, seconds in rows:
        table.add_row(what, f"{seconds:.2f}")
    Console(width=120).print(table)
    Path("results").mkdir(exist_ok=True)
    pd.DataFrame(rows, columns=["what", "seconds"]).to_csv("results/bench_results_page.csv", index=False)


def measure(folder: Path) -> list[tuple[str, float]]:
    """What was measured, in seconds."""
    chromium = shutil.which("chromium")
    assert chromium is not None, "there is no chromium on the PATH"
    rows: list[tuple[str, float]] = []
    server = Server(folder)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=ARGS)
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto(f"{server.address}/")  # the browser has Dash's scripts, the server has looked at no folder
            page.wait_for_selector("#page h1")
            begin = time.perf_counter()
            page.goto(f"{server.address}/results")
            page.wait_for_selector("#results-list a")
            rows.append(("the list of folders", time.perf_counter() - begin))
            rows.append(("the folder opened, nothing remembered", timed(page, "", f"{server.address}/results/out")))
            for tab in page.get_by_role("tab").all_inner_texts():
                if tab != "Overview":
                    rows.append((f"tab {tab}, first time", timed(page, tab)))
            rows.append(("the folder opened once more", timed(page, "", f"{server.address}/results/out")))
            rows.append(("its heat map by address, once more", timed(page, "", f"{server.address}/results/out?tab=heat")))
            browser.close()
        rows.append(("peak memory of the server, GB", server.memory() / 1024))
    finally:
        server.close()
    return rows


if __name__ == "__main__":
    main()

"""Time of the explorer from the end of a slider's move to the last repainted chart, in a real browser.

    python -m tests.benchmarks.dashboard [--customers 20000] [--moves 40]

Prints a table: the first page on a warm server; keyboard steps of three sliders to values not seen before,
one at a time; the same while a mouse drags; a move to values seen before; and what the server itself took.
The load of the machine is printed with it, as it decides the numbers.
"""

import argparse
import os
import shutil
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import waitress
from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from rich.table import Table

from sim.view.explorer.app import make_app
from sim.view.explorer.settings import Settings

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]
SLIDERS = ("trust.asymmetry", "choice.sensitivity", "trust.peer_weight")
# The last chart in view has been drawn, and the browser has had a frame to show it.
DRAWN = """(before) => { const of = window.warrantsim;
    return of.painted && of.painted.move > before && of.painted.move === of.gate.move && !of.gate.busy
    ? of.painted.at : false; }"""
QUIET = """() => { const of = window.warrantsim;
    return !of.gate.busy && !of.gate.next && of.painted.move === of.gate.move; }"""
NOTE_THE_END = """() => { window.ended = null; const note = () => { window.ended = performance.now(); };
    ['keydown', 'pointerup', 'mouseup'].forEach(
        kind => addEventListener(kind, note, {capture: true, once: true})); }"""


@contextmanager
def served(customers: int) -> Iterator[str]:
    """The dashboard on a free port, warm."""
    app, pages = make_app(Settings(Path("results"), customers, pairs=1))
    listening = socket.create_server(("127.0.0.1", 0))
    server = waitress.create_server(app.server, sockets=[listening], threads=16)
    threading.Thread(target=server.run, daemon=True).start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    for page in pages:
        page.close()
    server.close()


def now(page: Page) -> tuple[int, float]:
    """The number of the last move, and the page's clock in milliseconds."""
    move, at = page.evaluate("() => [window.warrantsim.gate.move, performance.now()]")
    return int(move), float(at)


def timed(page: Page, act: Callable[[], None]) -> float:
    """Milliseconds from the end of an act (key or button released) to the last repainted chart."""
    move, _ = now(page)
    page.evaluate(NOTE_THE_END)
    act()
    at = page.wait_for_function(DRAWN, arg=move, timeout=120_000, polling=5).json_value()
    return float(at) - float(page.evaluate("() => window.ended"))


def slider(page: Page, path: str):
    return page.locator(f".knob-row:has(code:text-is('{path}'))").get_by_role("slider")


def by_key(page: Page, moves: int) -> list[float]:
    """Steps of sliders to values that nobody has seen."""
    out = []
    for k in range(moves):
        thumb = slider(page, SLIDERS[k % len(SLIDERS)])
        thumb.focus()
        out.append(timed(page, lambda: page.keyboard.press("ArrowRight")))
        page.wait_for_timeout(150)
    return out


def by_mouse(page: Page, moves: int) -> list[float]:
    """A drag of a slider to a new value, ten steps in 300 ms, timed from the button's release."""
    out = []
    for k in range(moves):
        thumb = slider(page, SLIDERS[k % len(SLIDERS)])
        thumb.scroll_into_view_if_needed()
        box = thumb.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        way = 37.0 if (k // len(SLIDERS)) % 2 == 0 else -29.0
        page.mouse.move(x, y)
        page.mouse.down()
        for step in range(1, 11):
            page.mouse.move(x + way * step / 10, y)
            page.wait_for_timeout(30)
        page.evaluate(NOTE_THE_END)
        page.mouse.up()
        page.wait_for_timeout(30)
        page.wait_for_function(QUIET, polling=5, timeout=120_000)
        ended, painted = page.evaluate("() => [window.ended, window.warrantsim.painted.at]")
        out.append(max(0.0, painted - ended))
        page.wait_for_timeout(150)
    return out


def seen(page: Page, moves: int) -> list[float]:
    """Back and forth between two values that have been seen: no simulation, only drawing."""
    thumb = slider(page, SLIDERS[0])
    thumb.focus()
    for key in ("ArrowLeft", "ArrowRight"):
        timed(page, lambda key=key: page.keyboard.press(key))
    return [
        timed(page, lambda k=k: page.keyboard.press(("ArrowLeft", "ArrowRight")[k % 2])) for k in range(moves)
    ]


def first_page(browser_page: Callable[[], Page], address: str, times: int) -> list[float]:
    """From asking for the page to its first charts drawn, on a warm server."""
    out = []
    for _ in range(times):
        page = browser_page()
        begin = time.perf_counter()
        page.goto(address)
        page.wait_for_function(
            "() => window.warrantsim && window.warrantsim.painted", timeout=120_000, polling=20
        )
        out.append(1000 * (time.perf_counter() - begin))
        page.close()
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--moves", type=int, default=30)
    asked = parser.parse_args()
    chromium = shutil.which("chromium")
    assert chromium is not None, "a chromium is needed on the PATH"
    table = Table(
        title=f"Milliseconds, {asked.customers:,} customers, one pair of worlds, tab 'Trust'",
        title_justify="left",
    )
    for name in ("what", "number", "median", "95th percentile", "least", "load of the machine"):
        table.add_column(name, justify="left" if name == "what" else "right")

    def add(what: str, values: list[float]) -> None:
        ordered = sorted(values)
        tail = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
        table.add_row(
            what,
            str(len(values)),
            f"{statistics.median(values):.0f}",
            f"{tail:.0f}",
            f"{ordered[0]:.0f}",
            f"{os.getloadavg()[0]:.1f}",
        )

    with served(asked.customers) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        context = browser.new_context(viewport={"width": 1400, "height": 900})
        first_page(context.new_page, address, 1)
        add("first page, warm, until its charts are drawn", first_page(context.new_page, address, 5))
        page = context.new_page()
        page.goto(address)
        page.wait_for_function("() => window.warrantsim && window.warrantsim.painted", timeout=120_000)
        page.wait_for_timeout(500)
        by_key(page, 3)
        add("a step by key to new values", by_key(page, asked.moves))
        add("the end of a drag by mouse to new values", by_mouse(page, asked.moves))
        add("a step to values seen before (drawing alone)", seen(page, asked.moves))
        browser.close()
    Console(width=140).print(table)


if __name__ == "__main__":
    main()

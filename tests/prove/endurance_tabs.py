"""Somebody in a browser who goes from tab to tab, over all tabs of the worlds and of results folders."""

import shutil
import time
from collections.abc import Callable, Iterator
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.prove.memory import MB, Growth
from tests.view.conftest import OFFLINE

PATIENCE = 600_000  # milliseconds: a busy machine is no fault
_DRAWN = """before => { const { painted, gate } = window.warrantsim || {};
    return painted && painted.move > before && painted.move === gate.move && !gate.busy; }"""
_SHOWN = """label => document.querySelector('#results-said')?.textContent === label + ' is shown' &&
    [...document.querySelectorAll('#results-body .plot')]
    .filter(plot => plot.getBoundingClientRect().top < innerHeight)
    .every(plot => plot.querySelector('.main-svg'))"""


class Tabs:
    """The visit: growths of the page, complaints of the browser, and the tabs that were seen."""

    def __init__(self, address: str, customers: int) -> None:
        self._address, self._customers = address, customers
        self.growths = [
            Growth("page's heap, per 100 changes", "MB", 1.0),
            Growth("page's nodes, per 100 changes", "", 200.0),
            Growth("page's listeners, per 100 changes", "", 20.0),
        ]
        self.complaints: list[str] = []
        self.seen: set[str] = set()
        self.seconds = 0.0

    def change(self, changes: int, sample: Callable[[int], None]) -> None:
        """Change tabs this often; the page and what `sample` looks at are sampled at every tenth."""
        chromium = shutil.which("chromium")
        assert chromium is not None, "there is no chromium on the PATH"
        begin = time.perf_counter()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=OFFLINE)
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.set_default_timeout(PATIENCE)
            page.on("console", lambda said: self._note(said.text) if said.type == "error" else None)
            page.on("pageerror", lambda error: self._note(str(error)))
            page.goto(f"{self._address}/?pairs=1&customers={self._customers}")
            inside = page.context.new_cdp_session(page)
            inside.send("Performance.enable")
            visit = self._rounds(page)
            for done in range(1, changes + 1):
                self.seen.add(next(visit))
                if done % max(changes // 40, 1) == 0:
                    self._sample(inside, done)
                    sample(done)
            browser.close()
        self.seconds = time.perf_counter() - begin

    def _note(self, words: str) -> None:
        self.complaints.append(words)

    def _sample(self, inside: Any, done: int) -> None:
        """What the page holds once garbage is collected."""
        inside.send("HeapProfiler.collectGarbage")
        told = {one["name"]: one["value"] for one in inside.send("Performance.getMetrics")["metrics"]}
        for growth, name, size in zip(
            self.growths, ("JSHeapUsedSize", "Nodes", "JSEventListeners"), (MB, 1, 1), strict=True
        ):
            growth.sample(done, told[name] / size)

    def _rounds(self, page: Page) -> Iterator[str]:
        """Tab after tab, for ever; the page is never loaded anew."""
        while True:
            page.wait_for_function(_DRAWN, arg=-1)
            for tab in self._others(page):
                before = page.evaluate("() => window.warrantsim.gate.move")
                page.get_by_role("tab", name=tab, exact=True).click()
                page.wait_for_function(_DRAWN, arg=before)
                yield f"worlds: {tab}"
            page.get_by_role("link", name="Results", exact=True).first.click()
            page.locator("#results-list a").first.wait_for()
            for at in range(page.locator("#results-list a").count()):
                page.locator("#results-list a").nth(at).click()
                page.wait_for_function("() => document.querySelector('#results-body')?.innerText.length > 40")
                for tab in self._others(page):
                    page.get_by_role("tab", name=tab, exact=True).click()
                    page.wait_for_function(_SHOWN, arg=tab)
                    yield f"results {at}: {tab}"
                page.get_by_role("link", name="Results", exact=True).first.click()
                page.locator("#results-list a").first.wait_for()
            page.evaluate("() => { window.warrantsim.painted = null; }")
            page.get_by_role("link", name="Worlds", exact=True).first.click()

    @staticmethod
    def _others(page: Page) -> list[str]:
        """The tabs that are not chosen, and then the one that is."""
        tabs = page.get_by_role("tab")
        tabs.first.wait_for()
        names = [name.strip() for name in tabs.all_inner_texts()]
        chosen = page.get_by_role("tab", selected=True).inner_text().strip()
        return [name for name in names if name != chosen] + [chosen]

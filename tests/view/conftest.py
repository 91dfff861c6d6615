"""Results folders of invented numbers, and a browser without a network."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from sim.model.tables import TABLES
from sim.runs.results import FolderResults
from tests.view.made_up_results import write_results


@pytest.fixture(scope="session")
def make_results(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., FolderResults]:
    """Writes a results folder: `make_results(worlds, tables, ...)`."""

    def make(worlds: list[str], tables: list[str] | None = None, **more: Any) -> FolderResults:
        return write_results(
            tmp_path_factory.mktemp("results") / "synthetic",
            worlds,
            list(TABLES) if tables is None else tables,
            **more,
        )

    return make


@pytest.fixture(scope="session")
def two_worlds(make_results: Callable[..., FolderResults]) -> FolderResults:
    return make_results(["microsoft_wins", "doj_wins"])


@pytest.fixture(scope="session")
def one_world(make_results: Callable[..., FolderResults]) -> FolderResults:
    return make_results(["history"], ["world"], summaries=False, seeds=1)


@pytest.fixture(scope="session")
def three_worlds(make_results: Callable[..., FolderResults]) -> FolderResults:
    return make_results(["microsoft_wins", "doj_wins", "history"])


OFFLINE = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests that need one: Playwright's own loop can be started only once a process."""
    path = shutil.which("chromium")
    assert path is not None, "CI runs these tests, and there is no chromium on the PATH"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=OFFLINE)
        yield browser
        browser.close()

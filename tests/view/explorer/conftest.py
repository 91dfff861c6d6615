"""A dashboard that serves for all tests of a session, with few customers and three pairs, and a page that
notes complaints."""

import os
import shutil
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import waitress
from playwright.sync_api import Browser, BrowserContext, Page, expect

from sim.view.explorer.app import make_app
from sim.view.explorer.settings import Settings

CHROMIUM = shutil.which("chromium")
CUSTOMERS, PAIRS = 2000, 3

expect.set_options(timeout=30_000)  # as patient as a page that is opened: a busy machine draws slowly


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that need a browser are skipped where there is none; in CI that is a failure."""
    if CHROMIUM is None and os.environ.get("CI") != "true":
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(
                    pytest.mark.skip(reason="no chromium on the PATH; in CI its absence is a failure")
                )


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the dashboard is served."""
    app, pages = make_app(
        Settings(results=tmp_path_factory.mktemp("results"), customers=CUSTOMERS, pairs=PAIRS)
    )
    listening = socket.create_server(("127.0.0.1", 0))
    server = waitress.create_server(app.server, sockets=[listening], threads=16)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    for page in pages:
        page.close()
    server.close()


@dataclass
class Visitor:
    """A browser with pages of the dashboard; it notes every complaint and every request to another host."""

    context: BrowserContext
    address: str
    complaints: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def open(self, path: str = "/") -> Page:
        page = self.context.new_page()
        page.set_default_timeout(60_000)
        page.on(
            "console",
            lambda message: (
                self.complaints.append(message.text) if message.type in ("error", "warning") else None
            ),
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on(
            "request",
            lambda request: (
                self.elsewhere.append(request.url)
                if not request.url.startswith((self.address, "data:", "blob:"))
                else None
            ),
        )
        page.goto(self.address + path)
        return page


@pytest.fixture
def visitor(chromium: Browser, address: str) -> Iterator[Visitor]:
    """Somebody with a wide screen, who in the end has nothing to complain of and has asked no other host for
    anything."""
    context = chromium.new_context(
        viewport={"width": 1400, "height": 900},
        accept_downloads=True,
        permissions=["clipboard-read", "clipboard-write"],
    )
    one = Visitor(context, address)
    yield one
    context.close()
    assert one.complaints == []
    assert one.elsewhere == []


@pytest.fixture(scope="session")
def pictures() -> Path | None:
    """Where screenshots go: into docs/ if asked for (`PICTURES=docs`), else nowhere."""
    return Path(os.environ["PICTURES"]) if os.environ.get("PICTURES") else None

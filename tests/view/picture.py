"""Take the picture of the README from a report: `make picture` (after `make run`).

It is what a reader sees on opening the report, the limits included; nothing is hidden.
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.view.conftest import OFFLINE
from tests.view.test_report_in_browser import CHROMIUM

WIDTH = 1240


def take(report: Path, picture: Path) -> None:
    """Open a report without a network and photograph everything above its table of contents."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=OFFLINE)
        page = browser.new_page(viewport={"width": WIDTH, "height": 800})
        page.goto(report.resolve().as_uri())
        page.locator("header").screenshot(path=str(picture))
        browser.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]), Path(sys.argv[2]))

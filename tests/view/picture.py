"""Take the picture of the README from a report: `make picture` (after `make run`)."""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.view.conftest import OFFLINE
from tests.view.test_report_in_browser import CHROMIUM

WIDTH, HEIGHT = 1240, 1180


def take(report: Path, picture: Path) -> None:
    """Open a report without a network and photograph its answer and its first chart."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=OFFLINE)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.goto(report.resolve().as_uri())
        page.add_style_tag(
            content="nav, .limits { display: none !important } #headlines { display: none !important }"
        )
        page.wait_for_timeout(2500)
        page.screenshot(path=str(picture))
        browser.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]), Path(sys.argv[2]))

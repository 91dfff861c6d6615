"""What axe (axe-core, the W3C's rules for people who cannot see a page, or not its colours, or use no mouse)
complains of."""

import time

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_PATIENCE = 10.0  # seconds in which a page that is being drawn, pale or half filled, may come to rest


def barriers(page: Page) -> list[str]:
    """Each rule that the page still breaks when it has come to rest, with the first place where it does."""
    end = time.monotonic() + _PATIENCE
    while True:
        found = Axe().run(page).response["violations"]
        if not found or time.monotonic() > end:
            return [
                f"{rule['id']} ({rule['impact']}): {rule['help']}: {rule['nodes'][0]['html'][:200]}"
                for rule in found
            ]
        page.wait_for_timeout(300)

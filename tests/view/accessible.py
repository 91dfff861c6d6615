"""What axe (axe-core, the W3C's rules for people who cannot see a page, or not its colours, or use no mouse) complains of."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def barriers(page: Page) -> list[str]:
    """Each rule that the page breaks, with the first place where it does."""
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']} ({rule['impact']}): {rule['help']}: {rule['nodes'][0]['html'][:200]}" for rule in found]

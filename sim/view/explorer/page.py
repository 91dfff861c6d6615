"""A page of the explorer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dash import Dash

Component = Any  # dash has no types for components


def _nothing() -> None:
    """Nothing to close."""


@dataclass(frozen=True)
class Page:
    """One page: its path, title, layout and callbacks.

    `layout` is given the rest of the address below `path` ("" for the page itself, "name/more" below it) and
    the query string without its "?"; `register` adds the page's callbacks to the app; `close` ends what the
    page has started.
    """

    path: str
    title: str
    layout: Callable[[str, str], Component]
    register: Callable[[Dash], None]
    close: Callable[[], None] = _nothing

    def holds(self, pathname: str) -> bool:
        """Whether an address is this page's or below it."""
        return pathname.rstrip("/") == self.path.rstrip("/") or (
            self.path != "/" and pathname.startswith(self.path.rstrip("/") + "/")
        )

    def rest(self, pathname: str) -> str:
        """The part of an address below this page."""
        return pathname[len(self.path.rstrip("/")) :].strip("/")

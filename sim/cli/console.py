"""Where the command prints to."""

from rich.console import Console

_WIDE = 240


def console() -> Console:
    """Standard output.

    Where it is no terminal with a width, lines stay whole so that grep finds what it looks for.
    """
    out = Console(highlight=False)
    return out if out.is_terminal else Console(width=_WIDE, highlight=False)

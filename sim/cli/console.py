"""Where the command prints to, and which folders it writes to."""

import codecs
import io
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.segment import Segment

from sim.scenario.control_characters import printable

RESULTS, STORE = Path("results"), Path("results/store")
_WIDE = 240
_MOST_LINES = 10
_GIVING_UP = ("strict", "surrogateescape")  # what streams do, the second in the locale C


_PLAIN = {"\u2212": "-", "\u2013": "-", "\u2014": "-", "\u2026": "...", "\u2019": "'", "\u00d7": "x"}


def say_in_any_encoding() -> None:
    """Let no character that standard output cannot say end a command.

    Pipes of Windows and the locale C know neither minus nor dash: they get a hyphen, for a sign that is lost
    would be another number. Anything else becomes a question mark.
    """
    codecs.register_error("plain", _plain_letters)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors in _GIVING_UP:
            stream.reconfigure(errors="plain")


def _plain_letters(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    return "".join(_PLAIN.get(one, "?") for one in letters), error.end


class _PlainConsole(Console):
    """A console to which no text can give orders: control characters of names are shown, not sent."""

    def render(self, renderable: Any, options: Any = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(printable(segment.text), segment.style)


def console() -> Console:
    """Standard output.

    Where it is no terminal with a width, lines stay whole so that grep finds what it looks for.
    """
    out = _PlainConsole(highlight=False)
    return out if out.is_terminal else _PlainConsole(width=_WIDE, highlight=False)


def print_some(screen: Console, mark: str, lines: Sequence[str], rest: str = "") -> None:
    """The first lines under a mark, and how many more there are; `rest` says where those are."""
    for line in lines[:_MOST_LINES]:
        screen.print(f"{mark}: {escape(line)}", soft_wrap=True)
    if len(lines) > _MOST_LINES:
        screen.print(f"{mark}: {len(lines) - _MOST_LINES:,} more{escape(rest)}", soft_wrap=True)


@contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """An error of writing that names no file, as of a full disk, names the folder that is written to."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            error.filename = str(folder)
        raise


def make_folders(out: Path, store: Path) -> None:
    """Make both folders, or refuse them in the words of the command."""
    from sim.runs.output_folders import make_folder

    make_folder(out, "--out")
    make_folder(store, "--store")

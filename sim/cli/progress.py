"""Long work at the terminal: how far it is, and that it can be stopped and gone on with."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console
from rich.markup import escape

FAILED, INTERRUPTED = 1, 130
_SECONDS_BETWEEN_LINES = 5.0
Progress = Callable[[int, int, str], None]


@contextmanager
def stoppable(screen: Console, store: Path) -> "Iterator[Progress]":
    """Progress of runs that go to `store`.

    A user who stops, or loses the workers, is told how to go on, and the command ends.
    """
    from sim.runs.engines import EngineLost
    from sim.runs.worker import OtherCode

    announce_compilation(screen)
    kept = f"what was done is in {escape(str(store))}; the same command goes on from there"
    try:
        with progress_of(screen) as progress:
            yield progress
    except KeyboardInterrupt:
        screen.print(f"[yellow]stopped[/]: {kept}", soft_wrap=True)
        raise typer.Exit(INTERRUPTED) from None
    except (EngineLost, OtherCode) as error:
        screen.print(f"[red]stopped[/]: {escape(str(error))}; {kept}", soft_wrap=True)
        raise typer.Exit(FAILED) from None


def announce_compilation(screen: Console) -> None:
    """Say so where the first run will take longer than later ones."""
    from sim.model import compiled

    if not compiled.is_compiled():
        screen.print("the first run compiles the model: about half a minute on two processors")


@contextmanager
def progress_of(out: Console) -> "Iterator[Progress]":
    """A bar on a terminal; elsewhere a plain line every few seconds and at the end.

    Both give rate and time left. With nothing done yet the words say what comes next.
    """
    pace = _Pace()
    if not out.is_terminal:
        last = [-math.inf]

        def line(done: int, total: int, words: str) -> None:
            now, pace_words = time.monotonic(), pace.words(done, total)
            if not done:
                last[0] = now
                print(f"next: {words}", flush=True)
                return
            if done >= total or now - last[0] >= _SECONDS_BETWEEN_LINES:
                last[0] = now
                print(f"{done}/{total} {words}{pace_words}", flush=True)

        yield line
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bar

    with Bar(
        BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}", markup=False), console=out
    ) as bar:
        task = bar.add_task("", total=None)

        def moved(done: int, total: int, words: str) -> None:
            if not done:
                bar.console.print(f"next: {escape(words)}")
            bar.update(task, completed=done, total=total, description=f"{words}{pace.words(done, total)}")

        yield moved


class _Pace:
    """How many are done in a minute, and how long the rest will take.

    The rate is over all of a stage, since batches come in bursts.
    """

    def __init__(self) -> None:
        self._begin = self._last = time.monotonic()
        self._total = 0

    def words(self, done: int, total: int) -> str:
        now = time.monotonic()
        if total != self._total or done <= 1:  # another stage
            self._begin, self._total = self._last, total
        self._last = now
        spent = now - self._begin
        if spent <= 0.0 or not done:
            return ""
        rate = 60.0 * done / spent
        return f" · {rate:,.0f} a minute" + (
            f" · {_duration((total - done) * spent / done)} left" if done < total else ""
        )


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"

"""Engines: where batches of tasks are run. Any of them gives the same tables."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol

from sim.runs.worker import TaskDone, Work


class EngineLost(Exception):
    """Nothing more will come from the engine; the words say what to do."""


class Engine(Protocol):
    """Something that runs batches; its futures are those of `concurrent.futures`."""

    deaths: tuple[type[BaseException], ...]
    """Exceptions of a future that mean: the worker died."""
    lost: str
    """What to tell the user if the engine gives its futures up."""

    def slots(self) -> int:
        """How many batches can be under way at once, now."""
        ...

    def submit(self, batch: Work) -> "Future[list[TaskDone]]":
        """Begin a batch; there is a free slot."""
        ...

    def check(self) -> None:
        """Raise EngineLost if no future will ever end."""
        ...

    def close(self) -> None:
        """Stop at once; what is under way is lost, what is stored stays."""
        ...


OpenEngine = Callable[[], Engine]

"""What a measure is: a named way to measure one thing, with the arguments that it takes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from sim.analysis.evidence.measures.selection import View

Choices = Literal["countries", "providers", "scales"]


@dataclass(frozen=True)
class Argument:
    """One thing that a measure has to be told beside place, population and dates.

    `valid` lists the words, or names what the configuration lists; nothing at all means a number. Without a
    `default` the argument must be given; `several` allows words joined by `+`.
    """

    name: str
    what: str
    valid: tuple[str, ...] | Choices | None = None
    default: str | None = None
    several: bool = False


@dataclass(frozen=True)
class Measure:
    """How a thing is measured, in words and in code, and why the model may miss it.

    `read` measures one world. Of a row that takes an event out, the value is the world with the event minus
    the world without it, unless `against` says how the two (with, without) are compared; without `read` such
    a row is asked for.
    """

    name: str
    what: str
    unit: str
    cause: str
    tables: tuple[str, ...]
    example: dict[str, str]
    read: Callable[[View], float] | None = None
    against: Callable[[View, View], float] | None = None
    arguments: tuple[Argument, ...] = ()
    by_population: bool = False  # the population says which segments count; otherwise there is none
    two_dates: bool = False  # `from` and `to` are compared with each other; otherwise they bound a period

    def value(self, with_event: View, without_event: View | None = None) -> float:
        """What a row asks for; missing stays missing."""
        if without_event is not None and self.against is not None:
            return self.against(with_event, without_event)
        assert self.read is not None, f"{self.name} needs a world without an event"
        value = self.read(with_event)
        return value if without_event is None else value - self.read(without_event)

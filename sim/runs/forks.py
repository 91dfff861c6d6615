"""Forks: worlds that share everything up to a month are run once up to there, and then apart.

The tasks of a sweep over late switches or late events share the years before. They are put in such an order
that tasks with a long common past follow each other. The first that runs through the month in which they part
keeps a checkpoint there, in the memory of its process, and the others go on from it. Results are equal to the
bit to those of runs from the start. A checkpoint that is not at hand (another worker has it, or memory is
full) costs time alone.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from typing import TYPE_CHECKING, NamedTuple

from sim.scenario.canonical import ScenarioDigests
from sim.scenario.resolution import Resolved, moves_what_has_a_date
from sim.scenario.scenario import Scenario, share_population

if TYPE_CHECKING:
    from sim.runs.seed_task import Task

# To keep a checkpoint and to go on from it take as long as about 15 months of two worlds.
FEWEST_MONTHS = 24  # shared months below which a fork is no faster than two runs from the start
APART = 6  # months between two checkpoints of one past
TOGETHER = 512  # tasks that are ordered at a time


class At(NamedTuple):
    """A checkpoint by its month and its key, which is the digest of all that acts before that month."""

    month: int
    key: str


@dataclass(frozen=True)
class Fork:
    """How a task shares months with others: the checkpoint that it goes on from if that is at hand, and those
    that it keeps for later tasks."""

    begin: At | None
    keep: tuple[At, ...]


@dataclass(frozen=True)
class Past:
    """What acts in the worlds of a set, month by month; `start` is what acts in every month, and the seed."""

    start: str
    months: tuple[str, ...]

    def shared(self, other: "Past") -> int:
        """Number of months from the first that are equal in both."""
        if self.start != other.start:
            return 0
        unequal = (m for m, (a, b) in enumerate(zip(self.months, other.months, strict=True)) if a != b)
        return next(unequal, len(self.months))

    def at(self, month: int) -> At:
        """The checkpoint of this past at the beginning of a month."""
        before = "\n".join((self.start, *self.months[:month]))
        return At(month, hashlib.sha256(before.encode()).hexdigest())


class Pasts:
    """The pasts of many tasks; what they share is digested once."""

    def __init__(self) -> None:
        self._digests = ScenarioDigests()
        # by id(); the scenario is kept, so that no other takes its id
        self._constants: dict[int, tuple[Scenario, str]] = {}
        self._months: dict[int, tuple[Scenario, list[str]]] = {}

    def start(self, scenarios: Iterable[Scenario], seed: int) -> str:
        """What acts in every month of these worlds with this seed."""
        from sim.model.checkpoint import constant  # loads the model: 0.8 s

        for one in (scenarios := tuple(scenarios)):
            if id(one) not in self._constants:
                self._constants[id(one)] = one, constant(one, self._digests)
        return " ".join([str(seed), *(self._constants[id(one)][1] for one in scenarios)])

    def of(self, scenarios: Iterable[Scenario], seed: int) -> Past:
        """The past of worlds that are run side by side with this seed."""
        from sim.model.checkpoint import acting

        for one in (scenarios := tuple(scenarios)):
            if id(one) not in self._months:
                self._months[id(one)] = one, list(acting(one))
        columns = [self._months[id(one)][1] for one in scenarios]
        return Past(self.start(scenarios, seed), tuple(map(" ".join, zip(*columns, strict=True))))


# --- which tasks share months -------------------------------------------------------------------------------


def in_good_order(tasks: Iterable["Task"], resolved: Resolved) -> Iterable["Task"]:
    """The tasks of an experiment, forked if its design moves anything that has a date.

    Else no two of them share a month, and the first can begin before the scenarios of others are made.
    """
    return forked(tasks) if moves_what_has_a_date(resolved) else tasks


def forked(tasks: Iterable["Task"]) -> Iterator["Task"]:
    """The tasks, those with a common past behind each other, each with its fork."""
    tasks = iter(tasks)
    while some := list(islice(tasks, TOGETHER)):
        pasts, groups = Pasts(), dict[str, list["Task"]]()
        for task in some:
            groups.setdefault(_group(task, pasts), []).append(task)
        for key, group in groups.items():
            yield from _with_forks(group, pasts) if key and len(group) > 1 else group


def _group(task: "Task", pasts: Pasts) -> str:
    """What tasks must have in common to share months; empty for a task that cannot."""
    first, *others = task.scenarios.values()
    if task.reporters is not None or not all(share_population(first, other) for other in others):
        return ""
    return pasts.start(task.scenarios.values(), task.seed)


def _with_forks(group: Sequence["Task"], pasts: Pasts) -> Iterator["Task"]:
    """Tasks in the order of their pasts: each shares most with the one before it."""
    every = [(pasts.of(task.scenarios.values(), task.seed), task) for task in group]
    every.sort(key=lambda one: one[0].months)
    shared = [0, *(a.shared(b) for (a, _), (b, _) in pairwise(every))]
    kept = _spaced(shared)
    begin = [max((m for m in kept if m <= months), default=0) for months in shared]
    keep: list[set[int]] = [set() for _ in every]
    for k, month in enumerate(begin):
        if month:
            first = k - 1  # the first task that runs through these months
            while shared[first] >= month:
                first -= 1
            keep[first].add(month)
    for k, (past, task) in enumerate(every):
        at = past.at(begin[k]) if begin[k] else None
        yield replace(task, fork=Fork(at, tuple(past.at(month) for month in sorted(keep[k]))))


def _spaced(months: Iterable[int]) -> list[int]:
    """Of the months in which tasks part, those at which a checkpoint is worth keeping."""
    kept: list[int] = []
    for month in sorted(set(months)):
        if month >= (kept[-1] + APART if kept else FEWEST_MONTHS):
            kept.append(month)
    return kept

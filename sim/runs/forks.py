"""Forks: worlds that share everything up to a month are run once up to there, and then apart.

The tasks of a sweep over late switches or late events share the years before. They are put in such an order
that tasks with a long common past follow each other. The first that runs through the month in which they part
keeps a checkpoint there, in the memory of its process, and the others go on from it. Results are equal to the
bit to those of runs from the start. A checkpoint that is not at hand (another worker has it, or memory is
full) costs time alone.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from typing import TYPE_CHECKING, NamedTuple

from sim.model.checkpoint import Checkpoint, acting, checkpoint, constant, go_on
from sim.model.world import WorldSet
from sim.runs.pairs import share_population
from sim.scenario.canonical import ScenarioDigests
from sim.scenario.resolution import Resolved, moves_what_has_a_date
from sim.scenario.scenario import Scenario

if TYPE_CHECKING:
    from sim.runs.seed import Task

# To keep a checkpoint and to go on from it take as long as about 15 months of two worlds.
FEWEST_MONTHS = 24  # shared months below which a fork is no faster than two runs from the start
APART = 6  # months between two checkpoints of one past
TOGETHER = 512  # tasks that are ordered at a time
MOST_BYTES = 256 * 2**20  # of checkpoints in the memory of a process


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
        for one in (scenarios := tuple(scenarios)):
            if id(one) not in self._constants:
                self._constants[id(one)] = one, constant(one, self._digests)
        return " ".join([str(seed), *(self._constants[id(one)][1] for one in scenarios)])

    def of(self, scenarios: Iterable[Scenario], seed: int) -> Past:
        """The past of worlds that are run side by side with this seed."""
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


# --- in the process that runs them --------------------------------------------------------------------------


class Checkpoints:
    """The last checkpoints that were used, by key, up to a number of bytes."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._kept: OrderedDict[str, Checkpoint] = OrderedDict()

    def find(self, at: At) -> Checkpoint | None:
        """A checkpoint, if it is here."""
        if at.key in self._kept:
            self._kept.move_to_end(at.key)
        return self._kept.get(at.key)

    def latest(self, past: Past) -> At | None:
        """The latest checkpoint of a past that is here."""
        of_past = (past.at(one.month) for key, one in self._kept.items() if past.at(one.month).key == key)
        return max(of_past, default=None)

    def all(self) -> list[Checkpoint]:
        """All that are here, the one that was not used for longest first."""
        return list(self._kept.values())

    def add(self, at: At, made: Checkpoint) -> None:
        """Keep a checkpoint; those that were not used for longest make room."""
        self._kept[at.key] = made
        while sum(len(one.state) for one in self._kept.values()) > self._most:
            self._kept.popitem(last=False)

    def clear(self) -> None:
        """Delete all."""
        self._kept.clear()


checkpoints = Checkpoints()


def begin(scenarios: Sequence[Scenario], seed: int, fork: Fork | None) -> tuple[WorldSet, Callable[[], None]]:
    """Worlds at the checkpoint of their fork, or at the start; and what keeps their checkpoints, to be called
    before every month."""
    found = None if fork is None or fork.begin is None else checkpoints.find(fork.begin)
    worlds = WorldSet(scenarios, seed) if found is None else go_on(found, scenarios)
    wanted: dict[int, At] = {}
    if fork is not None:
        lacking = (fork.begin,) if fork.begin is not None and found is None else ()
        wanted = {at.month: at for at in (*lacking, *fork.keep)}

    def keep() -> None:
        at = wanted.get(worlds.models[0].month)
        if at is not None and checkpoints.find(at) is None:
            checkpoints.add(at, checkpoint(worlds))

    return worlds, keep


class Moves:
    """What the worlds on a screen share with those before them.

    A move of a date shares the months before the earlier of the two days. The next move is likely to be of
    the same date, so a checkpoint is kept there.
    """

    MOST = 32  # seeds whose last worlds are remembered

    def __init__(self) -> None:
        self._last: OrderedDict[int, tuple[Scenario, ...]] = OrderedDict()
        self._pasts, self._known = Pasts(), 0

    def fork(self, scenarios: Sequence[Scenario], seed: int) -> Fork | None:
        """How worlds share months with the last ones that ran with this seed; None if they share none."""
        new, last = tuple(scenarios), self._last.pop(seed, ())
        self._last[seed] = new
        while len(self._last) > self.MOST:
            self._last.popitem(last=False)
        if len(last) != len(new) or not all(share_population(new[0], other) for other in (*new, *last)):
            return None
        self._known += 1
        if self._known > self.MOST:  # they keep the worlds that they know
            self._pasts, self._known = Pasts(), 0
        past = self._pasts.of(new, seed)
        months = min(past.shared(self._pasts.of(last, seed)), len(past.months) - 1)
        at = checkpoints.latest(past)
        worth_it = months >= (FEWEST_MONTHS if at is None else at.month + APART)
        return Fork(at, (past.at(months),) if worth_it else ())

"""Checkpoints of worlds, in the memory of the process that runs them (see `sim.runs.forks`)."""

from collections import OrderedDict
from collections.abc import Callable, Sequence

from sim.model.checkpoint import Checkpoint, checkpoint, go_on
from sim.model.world import WorldSet
from sim.runs.forks import APART, FEWEST_MONTHS, At, Fork, Past, Pasts
from sim.scenario.scenario import Scenario, share_population

MOST_BYTES = 256 * 2**20  # of checkpoints in the memory of a process


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

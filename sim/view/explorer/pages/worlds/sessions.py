"""The sessions: for each open page, the pairs on its screen and at most one job of each kind.

A new move takes the place of the one before it. Pages that wait are served in the order of their first move;
none has more than one job in the queue, so that ten people moving sliders at once share the machine evenly.
"""

import hashlib
import json
import threading
from collections import OrderedDict
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as TooLong
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import TypeVar

from sim.runs.live_pairs import GivenUp, LivePair, Wanted
from sim.scenario.resolution import Resolved
from sim.view.explorer.pages.worlds.catalogue import Catalogue
from sim.view.explorer.pages.worlds.state import State
from sim.view.explorer.pages.worlds.workers import Desk, Workers

T = TypeVar("T")
MOST_SESSIONS = 32  # pages kept; a dropped page starts again with its next change
_REMEMBERED = 24  # first pairs kept for all pages: undo, reset and the first page run nothing
PATIENCE = 4.0  # seconds that a request waits before it reports its place in the queue
LONGEST = 120.0  # seconds that a download waits for one pair
FURTHER_PATIENCE = 1.2  # seconds that a request for a further seed waits


class Overtaken(Exception):
    """A newer change replaced this one."""


class Busy(Exception):
    """The request is in the queue behind `before` others."""

    def __init__(self, before: int) -> None:
        super().__init__(before)
        self.before = before


class Failed(Exception):
    """The model could not run these worlds; the text says why."""


@dataclass
class Session:
    """One open page."""

    key: str = ""
    wants: str = ""
    resolved: Resolved | None = None
    pairs: dict[int, LivePair] = field(default_factory=dict)
    job: "tuple[tuple[str, str], Future[LivePair]] | None" = None
    further: "tuple[tuple[str, str, int], Future[LivePair]] | None" = None


def key_of(state: State) -> str:
    """A short key of what determines a state's numbers."""
    return hashlib.sha256(json.dumps(state.asked(), sort_keys=True).encode()).hexdigest()[:20]


class Sessions:
    """All open pages and the worker processes."""

    def __init__(self, catalogue: Catalogue, workers: Workers) -> None:
        self.catalogue, self.workers = catalogue, workers
        self._lock = threading.RLock()
        self._open: OrderedDict[str, Session] = OrderedDict()
        self._first: OrderedDict[tuple[str, str], tuple[Resolved, LivePair]] = OrderedDict()

    def move(self, page: str, state: State, wants: str, wanted: Wanted) -> Session:
        """The page's session with (at least) the first pair of a state. `wants` names the tables wanted.

        Raises InputError, Overtaken, Busy or Failed.
        """
        key = key_of(state)
        with self._lock:
            session = self._session(page)
            if (session.key, session.wants) == (key, wants) and session.pairs:
                return session
            ready = self._first.get((key, wants))
            if ready is not None:
                self._first.move_to_end((key, wants))
                return self._shown(session, key, wants, *ready)
            resolved = (
                session.resolved
                if session.key == key and session.resolved
                else self.catalogue.resolved(state)
            )
            job = self._job(session, key, wants, resolved, state.seed, wanted)
        try:
            pair = wait_for(job, PATIENCE)
        except (Failed, Overtaken):
            with self._lock:
                if (
                    session.job is not None and session.job[1] is job
                ):  # the same change again is a new attempt
                    session.job = None
            raise
        with self._lock:
            if pair is None:
                raise Busy(self._before(session))
            self._first[key, wants] = (resolved, pair)
            while len(self._first) > _REMEMBERED:
                self._first.popitem(last=False)
            if session.job is None or session.job[0] != (key, wants):
                raise Overtaken
            return self._shown(session, key, wants, resolved, pair)

    def further(self, page: str, state: State, wants: str, wanted: Wanted) -> tuple[Session, bool]:
        """The session with one more pair, if done in time, and whether it is new.

        Raises Overtaken or Failed.
        """
        key = key_of(state)
        with self._lock:
            session = self._session(page)
            if (session.key, session.wants) != (key, wants) or not session.resolved:
                raise Overtaken
            seeds = range(state.seed, state.seed + state.pairs)
            lacking = next((seed for seed in seeds if seed not in session.pairs), None)
            if lacking is None:
                return session, False
            asked = (key, wants, lacking)
            if session.further is None or session.further[0] != asked:
                self._drop(session.further)
                session.further = (asked, self._submit("further", key, session.resolved, lacking, wanted))
            job = session.further[1]
        pair = wait_for(job, FURTHER_PATIENCE)
        with self._lock:
            if (session.key, session.wants) != (key, wants):
                raise Overtaken
            if pair is None:
                return session, False
            session.pairs[lacking] = pair
            return session, True

    def has(self, page: str) -> Session | None:
        """The session of a page, if it is kept."""
        with self._lock:
            return self._open.get(page)

    def pairs_shown(self, page: str, state: State) -> int:
        """How many pairs of a state a page has."""
        with self._lock:
            session = self._open.get(page)
            return len(session.pairs) if session is not None and session.key == key_of(state) else 0

    def alone(self, page: str) -> bool:
        """Whether no other page is open."""
        with self._lock:
            return not self._open.keys() - {page}

    def warm(self, state: State, wanted: Wanted) -> None:
        """Load and compile in the process for further pairs. Raises Failed."""
        self._submit("further", "warm", self.catalogue.resolved(state), state.seed + 1, wanted)

    def again(self, session: Session, wanted: Wanted) -> Session:
        """The pairs of a page with other tables, run again after all pending changes. Raises Failed."""
        assert session.resolved is not None
        jobs = [
            self._submit("further", session.key, session.resolved, seed, wanted)
            for seed in sorted(session.pairs)
        ]
        pairs = [wait_for(job, LONGEST) for job in jobs]
        if any(pair is None for pair in pairs):
            for job in jobs:
                self.workers.give_up(job)
            raise Failed("the runs took too long; try again when the machine is less busy")
        return Session(
            session.key,
            "everything",
            session.resolved,
            {pair.seed: pair for pair in pairs if pair is not None},
        )

    # --- under the lock -------------------------------------------------------------------------------

    def _session(self, page: str) -> Session:
        session = self._open.setdefault(page, Session())
        self._open.move_to_end(page)
        while len(self._open) > MOST_SESSIONS:
            _, forgotten = self._open.popitem(last=False)
            self._drop(forgotten.job)
            self._drop(forgotten.further)
        return session

    def _job(
        self, session: Session, key: str, wants: str, resolved: Resolved, seed: int, wanted: Wanted
    ) -> "Future[LivePair]":
        """Make this the page's one job; a further seed of the previous change is cancelled."""
        self._drop(session.further)
        session.further = None
        if session.job is not None and session.job[0] == (key, wants):
            return session.job[1]
        self._drop(session.job)
        future = self._submit("live", key, resolved, seed, wanted)
        session.job = ((key, wants), future)
        return future

    def _submit(
        self, desk: Desk, key: str, resolved: Resolved, seed: int, wanted: Wanted
    ) -> "Future[LivePair]":
        try:
            return self.workers.submit(desk, key, resolved, seed, wanted)
        except RuntimeError as error:
            raise Failed(str(error)) from error

    def _shown(self, session: Session, key: str, wants: str, resolved: Resolved, pair: LivePair) -> Session:
        self._drop(session.further)
        session.key, session.wants, session.resolved = key, wants, resolved
        session.pairs, session.job, session.further = {pair.seed: pair}, None, None
        return session

    def _before(self, session: Session) -> int:
        return sum(
            1
            for one in self._open.values()
            if one is not session and one.job is not None and not one.job[1].done()
        )

    def _drop(self, job: "tuple[object, Future[LivePair]] | None") -> None:
        if job is not None:
            self.workers.give_up(job[1])


def wait_for(job: "Future[T]", seconds: float) -> T | None:
    """The result of a job, or None if it is not done in time. Raises Overtaken or Failed."""
    try:
        return job.result(timeout=max(0.0, seconds))
    except TooLong:
        return None
    except (CancelledError, GivenUp):
        raise Overtaken from None
    except BrokenProcessPool:
        raise Failed("the process that runs the model died and was restarted; try again") from None
    except Exception as error:  # the page shows any error of the model and goes on
        raise Failed(f"{type(error).__name__}: {error}") from error

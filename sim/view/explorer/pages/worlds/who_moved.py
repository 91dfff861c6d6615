"""The tab of who moved: the place on the screen is traced in a worker, with the first seed of the page."""

import gc
import threading
from collections import OrderedDict
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

from sim.runs.live_pairs import GivenUp
from sim.scenario.resolution import Resolved
from sim.view.blocks import Missing, Section
from sim.view.explorer.components import content_of
from sim.view.explorer.pages.worlds.sessions import (
    MOST_SESSIONS,
    PATIENCE,
    Busy,
    Failed,
    Session,
    key_of,
    wait_for,
)
from sim.view.explorer.pages.worlds.state import ABROAD, State
from sim.view.explorer.pages.worlds.workers import Workers, is_given_up

_REMEMBERED = 24  # traces kept for all pages
Content = dict[str, Any]


def traced(job: int, resolved: Resolved, seed: int, place: str) -> Content:
    """In a worker: the tab's content. Raises GivenUp between two months once nobody waits for it."""
    from sim.analysis.drivers.trace.country import moved_by_country, trace_country
    from sim.analysis.drivers.trace.pair import traced_pair
    from sim.view.sections.trace import sections_of
    from sim.view.sections.trace_overview import by_country

    def go_on() -> None:
        if is_given_up(job):
            raise GivenUp

    pair = replace(traced_pair(resolved, seed), before_month=go_on)
    try:
        if place == ABROAD:
            return content_of([by_country(pair, moved_by_country(pair))])
        return content_of(sections_of(trace_country(pair, place)))
    finally:
        gc.collect()  # models and their agents refer to one another


class Traces:
    """The traces of all pages: a page waits for one at a time."""

    def __init__(self, workers: Workers) -> None:
        self._workers, self._lock = workers, threading.Lock()
        self._done: OrderedDict[tuple[str, str], Content] = OrderedDict()
        self._jobs: dict[str, tuple[tuple[str, str], Future[Content]]] = {}

    def drop(self, page: str, state: State) -> None:
        """Give up what a page waits for, unless it is what this state shows."""
        with self._lock:
            job = self._jobs.get(page)
            if job is not None and job[0] != (key_of(state), state.place):
                self._workers.give_up(self._jobs.pop(page)[1])

    def content(self, page: str, session: Session, state: State) -> Content:
        """The tab's content. Raises Busy while it is made, Overtaken or Failed."""
        assert session.resolved is not None
        if session.resolved.experiment.compare is None:
            return content_of([_NOTHING_COMPARED])
        wanted = key_of(state), state.place
        with self._lock:
            if wanted in self._done:
                self._done.move_to_end(wanted)
                return self._done[wanted]
            future = self._job(page, wanted, session.resolved, state)
        try:
            found = wait_for(future, PATIENCE)
        except Failed:
            self._forget(page, future)  # the same question again is a new attempt
            raise
        if found is None:
            raise Busy(0)
        self._forget(page, future)
        with self._lock:
            self._done[wanted] = found
            while len(self._done) > _REMEMBERED:
                self._done.popitem(last=False)
        return found

    def _job(self, page: str, wanted: tuple[str, str], resolved: Resolved, state: State) -> "Future[Content]":
        """The page's one job, under the lock; another is given up."""
        job = self._jobs.get(page)
        if job is not None and job[0] == wanted:
            return job[1]
        if job is not None:
            self._workers.give_up(job[1])
        future = self._submit(resolved, state)
        self._jobs[page] = wanted, future
        while len(self._jobs) > MOST_SESSIONS:
            self._workers.give_up(self._jobs.pop(next(iter(self._jobs)))[1])
        return future

    def _forget(self, page: str, future: "Future[Content]") -> None:
        with self._lock:
            if page in self._jobs and self._jobs[page][1] is future:
                del self._jobs[page]

    def _submit(self, resolved: Resolved, state: State) -> "Future[Content]":
        try:
            return self._workers.call("live", traced, resolved, state.seed, state.place)
        except RuntimeError as error:
            raise Failed(str(error)) from error


_NOTHING_COMPARED = Section(
    "who-moved", "", [Missing("who moved", "Choose two worlds to compare: nobody lives in both of one.")]
)

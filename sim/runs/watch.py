"""A run under way: a small file in its results folder gives its progress, so that others can watch.

`running.json` (of a shard: `running-2-of-8.json`) is replaced as a whole every half second at most: who is at
it, how many pairs are done, how many failed and why. `running/` holds what does not change: the manifest as
far as it is known and the points with their run ids, so that a watcher finds in the store what is there
already. Both are gone when the tables are written. If the run is stopped the file stays and says why; if its
process was killed, the file names a process that is no more.
"""

import json
import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from sim.runs.manifest import manifest
from sim.runs.plan import Plan
from sim.runs.points import POINTS, write_points
from sim.runs.processes import is_dead
from sim.runs.results import MANIFEST
from sim.runs.whole_files import write_whole
from sim.runs.worker import TaskDone
from sim.scenario.paths import dotted
from sim.scenario.problems import InputError

RUNNING, UNCHANGING = "running.json", "running"
FURTHER = "further runs"  # the stage after the tables: mechanisms off, other switch dates, the record
_SECONDS_BETWEEN_WRITES = 0.5
_MOST_FAILURES = 50
_OLD = 24 * 3600.0  # seconds without a word after which a run on another machine is given up for dead

State = Literal["running", "stopped", "dead"]


@dataclass(frozen=True)
class FailureSeen:
    """A pair that failed: what it is called, how it ended, at which stage, and the error."""

    name: str
    how: str
    stage: str
    error: str


@dataclass(frozen=True)
class Progress:
    """The progress of a run.

    Times are seconds since 1970; `done` includes failed pairs; `ended` is empty or says why the run stopped.
    """

    experiment: str
    store: str
    host: str
    pid: int
    started: float
    updated: float
    total: int
    done: int = 0
    failed: int = 0
    last: str = ""
    stage: str = "starting"
    ended: str = ""
    failures: tuple[FailureSeen, ...] = ()

    @property
    def state(self) -> State:
        """Whether somebody is still at it."""
        if self.ended:
            return "stopped"
        if self.host != socket.gethostname() or os.name != "posix":
            return "dead" if time.time() - self.updated > _OLD else "running"
        return "dead" if is_dead(self.pid) else "running"


@dataclass
class Watch:
    """The writer's side: notes each pair as it ends."""

    folder: Path
    file: Path
    progress: Progress
    _written: float = field(default=0.0, init=False)

    def stage(self, words: str, total: int | None = None) -> None:
        """What is done next, and to how many pairs."""
        counts: dict[str, Any] = (
            {} if total is None else {"total": total, "done": 0, "failed": 0, "failures": ()}
        )
        self.progress = replace(self.progress, stage=words, **counts)
        self._write()

    def note(self, one: TaskDone) -> None:
        """A pair has ended."""
        now, at = time.time(), self.progress
        failures = at.failures
        if one.failed is not None and len(failures) < _MOST_FAILURES:
            failures = (*failures, FailureSeen(one.name, one.failed.how, one.failed.stage, one.failed.error))
        self.progress = replace(
            at,
            done=at.done + 1,
            failed=at.failed + (one.failed is not None),
            last=one.name,
            failures=failures,
        )
        if now - self._written >= _SECONDS_BETWEEN_WRITES:
            self._write()

    def following(self, told: Callable[[int, int, str], None] | None) -> Callable[[int, int, str], None]:
        """A progress callback (done, total, words) that is noted here, and told on."""

        def follow(done: int, total: int, words: str) -> None:
            self.progress = replace(self.progress, done=done, total=total, last=words)
            if time.time() - self._written >= _SECONDS_BETWEEN_WRITES:
                self._write()
            if told is not None:
                told(done, total, words)

        return follow

    def _write(self) -> None:
        self._written = time.time()
        self.progress = replace(self.progress, updated=self._written)
        write_whole(self.file, json.dumps(asdict(self.progress), indent=1))

    def stopped(self, why: str) -> None:
        """Leave word of why the run ended before its tables were written."""
        self.progress = replace(self.progress, ended=why)
        self._write()

    def finished(self) -> None:
        """The tables are there, or the shard is done: nothing is left to watch."""
        self.file.unlink(missing_ok=True)
        if not running_files(self.folder):
            shutil.rmtree(self.folder / UNCHANGING, ignore_errors=True)


@contextmanager
def watched(plan: Plan, folder: Path, store: Path, shard: tuple[int, int] | None = None) -> Iterator[Watch]:
    """Let a run be watched for as long as it takes; whatever ends it early is written down and goes on."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / (RUNNING if shard is None else f"running-{shard[0]}-of-{shard[1]}.json")
    now = time.time()
    begun = Progress(
        plan.resolved.name, str(store.resolve()), socket.gethostname(), os.getpid(), now, now, len(plan)
    )
    watch = Watch(folder, file, begun)
    watch.stage("starting")
    try:
        yield watch
    except InputError:  # nothing was run
        watch.finished()
        raise
    except BaseException as error:
        with suppress(OSError):  # of a full disk that was the very error
            watch.stopped(
                "stopped by the user"
                if isinstance(error, KeyboardInterrupt)
                else f"{type(error).__name__}: {error}"
            )
        raise
    watch.finished()


def write_unchanging(plan: Plan, folder: Path) -> None:
    """What a watcher needs to read the store.

    It is the points with their run ids, and the manifest as far as it is known.
    """
    inside = folder / UNCHANGING
    inside.mkdir(exist_ok=True)
    write_points(plan.rows(), plan.worlds, inside / POINTS)
    content = manifest(
        plan.resolved,
        list(plan.seeds),
        _shared_months(plan),
        points=len(plan.points) if plan.has_design else None,
        tables={},
    )
    write_whole(inside / MANIFEST, json.dumps(content, default=str))


def _shared_months(plan: Plan) -> int:
    """For how many months the compared worlds are equal at the design's first point."""
    compare = plan.resolved.experiment.compare
    if not compare or not len(plan.points):
        return 0
    a, b = sorted(plan.worlds.index(name) for name in compare)
    return plan.equal_months(plan.points[0]).get((a, b), 0)


def running_files(folder: Path) -> list[Path]:
    """The progress files of a results folder: one, or one a shard; none once it is finished."""
    return sorted(path for path in folder.glob("running*.json") if path.is_file())


def read_progress(file: Path) -> Progress | None:
    """What a progress file says; None if it has just gone. Raises ValueError if it is damaged."""
    try:
        return TypeAdapter(Progress).validate_json(file.read_bytes(), strict=True)
    except FileNotFoundError:
        return None
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)[0]
        raise ValueError(
            f"{file.name} is not a progress file: {dotted(wrong['loc'])}: {wrong['msg']}"
        ) from None


def together(all_progress: Sequence[Progress]) -> Progress:
    """The progress of shards as one: it runs while any runs."""
    first = all_progress[0]
    if len(all_progress) == 1:
        return first
    alive = [one for one in all_progress if one.state == "running"]
    lead = max(alive or all_progress, key=lambda one: one.updated)
    failures = tuple(failure for one in all_progress for failure in one.failures)[:_MOST_FAILURES]
    sums = {name: sum(getattr(one, name) for one in all_progress) for name in ("total", "done", "failed")}
    return replace(lead, started=min(one.started for one in all_progress), failures=failures, **sums)

"""Tasks by worker processes into the store: what raises, hangs or dies is recorded, and nothing else is lost with it."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sim.runs.engines import Engine
from sim.runs.engines.local import Processes
from sim.runs.seed import Task
from sim.runs.store import Store
from sim.runs.sweep import sweep
from sim.runs.working import TaskDone
from tests.model.small_worlds import asked

SHORT = "2013-06"


class Deadly:
    """Kills whatever process it arrives in."""

    def __reduce__(self) -> tuple[Callable[[int], object], tuple[int]]:
        return os._exit, (9,)


class Trouble:
    """A world that cannot be built: asked for anything, it raises, hangs, or ends its process."""

    def __init__(self, how: str) -> None:
        self.how = how

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        how = self.__dict__["how"]
        if how == "raises":
            raise RuntimeError("it broke")
        if how == "hangs":
            time.sleep(3600.0)
        os.kill(os.getpid(), signal.SIGKILL)
        return None


def tasks(how_many: int, **troubles: object) -> list[Task]:
    """Small tasks named by their seed; some of them trouble (`s2=...`)."""
    worlds = asked(last="2015-01").scenarios
    short = {name: replace(s, months=4) for name, s in worlds.items()}
    chosen = [troubles.get(f"s{seed}") for seed in range(how_many)]
    return [
        Task(short if trouble is None else {"a": trouble, "b": trouble}, seed, "world", ids={w: f"{seed}{w}" for w in (short if trouble is None else "ab")})  # type: ignore[dict-item, arg-type]
        for seed, trouble in enumerate(chosen)
    ]


def swept(folder: Path, all_tasks: list[Task], engine: Engine, timeout: float | None = None) -> dict[str, TaskDone]:
    Store(folder).prepare()
    done = list(sweep(iter(all_tasks), len(all_tasks), engine, folder, timeout))
    assert len({one.name for one in done}) == len(done), "a task was run twice"
    return {one.name: one for one in done}


def stored(folder: Path) -> set[str]:
    index, damaged = Store(folder).index()
    assert not damaged
    return set(index.where)


@pytest.mark.slow
def test_one_raises_one_hangs_one_dies_and_all_others_are_stored(tmp_path: Path) -> None:
    all_tasks = tasks(12, s2=Trouble("raises"), s5=Trouble("hangs"), s7=Trouble("dies"), s9=Deadly())
    done = swept(tmp_path, all_tasks, Processes(2), timeout=5.0)
    assert {name: one.failed.how for name, one in done.items() if one.failed} == {
        "seed 2": "raised",
        "seed 5": "ran out of time",
        "seed 7": "died",
        "seed 9": "died",
    }
    good = [task for task in all_tasks if task.seed not in (2, 5, 7, 9)]
    assert stored(tmp_path) == {run for task in good for run in task.ids.values()}
    failures = Store(tmp_path).index()[0].failures
    (hung,), (raised,) = failures["5a"], failures["2a"]
    assert "sleep" in hung.traceback or "__getattr__" in hung.traceback
    assert raised.stage == "build"
    assert "it broke" in raised.traceback
    assert not list((tmp_path / "writing").iterdir())

"""Tasks in worker processes: what raises, hangs or dies is recorded; nothing else is lost."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sim.runs.engines import Engine, EngineLost
from sim.runs.engines.local import InThisProcess, Processes
from sim.runs.seed_task import SeedDone, Task
from sim.runs.store import Store
from sim.runs.sweep import sweep
from sim.runs.tasks import Backend, Runner
from sim.runs.worker import OtherCode, TaskDone, Work, work
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
        Task(
            short if trouble is None else {"a": trouble, "b": trouble},
            seed,
            "world",
            ids={w: f"{seed}{w}" for w in (short if trouble is None else "ab")},
        )
        for seed, trouble in enumerate(chosen)
    ]


def swept(
    folder: Path, all_tasks: list[Task], engine: Engine, timeout: float | None = None
) -> dict[str, TaskDone]:
    Store(folder).prepare()
    done = list(sweep(iter(all_tasks), len(all_tasks), engine, folder, timeout))
    assert len({one.name for one in done}) == len(done), "a task was run twice"
    return {one.name: one for one in done}


def stored(folder: Path) -> set[str]:
    index, damaged = Store(folder).index()
    assert not damaged
    return set(index.where)


def test_a_worker_with_another_version_of_the_model_runs_nothing(tmp_path: Path) -> None:
    Store(tmp_path).prepare()
    with pytest.raises(OtherCode, match="another version"):
        work(Work(tuple(tasks(1)), tmp_path, "token", None, "of another version"))
    assert not stored(tmp_path)


def test_a_store_that_cannot_be_written_stops_the_sweep_in_the_users_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sim.runs.store.write_whole", full)
    with pytest.raises(EngineLost, match=r"cannot be written.*No space left"):
        swept(tmp_path, tasks(2), InThisProcess())
    assert not stored(tmp_path)


@pytest.mark.long
def test_one_raises_one_hangs_one_dies_and_all_others_are_stored(tmp_path: Path) -> None:
    all_tasks = tasks(12, s2=Trouble("raises"), s5=Trouble("hangs"), s7=Trouble("dies"), s9=Deadly())
    done = swept(tmp_path, all_tasks, Processes(2), timeout=15.0)  # enough on a machine that does much else
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


def months_by_world(done: SeedDone) -> dict[str, int]:
    """What is kept of a task, made in the worker."""
    return {world: len(tables["month"]) for world, tables in done.world_tables.items()}


def test_what_is_made_of_a_task_in_its_worker_comes_back_and_nothing_is_stored(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.prepare()
    asked_for = [
        replace(task, label=f"task {task.seed}")
        for task in tasks(4, s1=Trouble("raises"), s2=Trouble("dies"))
    ]
    runner = Runner(store, Backend(2))
    done = {one.label: one for one in runner.run(asked_for, len(asked_for), months_by_world)}
    assert set(done) == {"task 0", "task 1", "task 2", "task 3"}
    for label in ("task 0", "task 3"):
        assert done[label].reduced == {"microsoft_wins": 4, "doj_wins": 4}
    assert done["task 1"].failed is not None and "it broke" in done["task 1"].failed.error
    assert done["task 2"].failed is not None and done["task 2"].failed.how == "died"
    assert len(runner.failures) == 2
    assert not stored(tmp_path)
    assert not list((tmp_path / "writing").iterdir())

"""A run under way can be watched from outside, and says so when it ends early."""

import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from sim.pipeline import Finished, run
from sim.runs.plan import Plan
from sim.runs.seed_task import Failure
from sim.runs.watch import (
    FURTHER,
    RUNNING,
    UNCHANGING,
    Progress,
    read_progress,
    running_files,
    together,
    watched,
    write_unchanging,
)
from sim.runs.worker import TaskDone
from sim.scenario.resolution import Resolved


def failed(name: str) -> TaskDone:
    return TaskDone(name, 0.1, Failure(name, 1, {}, [], "raised", "run", "ValueError: it broke"))


def test_a_watcher_sees_how_far_a_run_is_and_why_pairs_failed(resolved: Resolved, tmp_path: Path) -> None:
    plan = Plan(resolved)
    with watched(plan, tmp_path, tmp_path / "store") as watch:
        watch.stage("running", 12)
        for one in (TaskDone("seed 1", 0.1, None), failed("seed 2"), TaskDone("seed 3", 0.1, None)):
            watch._written = 0.0  # each is written, however fast they come
            watch.note(one)
        seen = read_progress(tmp_path / RUNNING)
        assert seen is not None
        assert (seen.total, seen.done, seen.failed, seen.last, seen.stage, seen.state) == (
            12,
            3,
            1,
            "seed 3",
            "running",
            "running",
        )
        assert [(one.name, one.error) for one in seen.failures] == [("seed 2", "ValueError: it broke")]
        assert seen.pid == os.getpid()
    assert not running_files(tmp_path), "nothing is left to watch when it has finished"


def test_a_run_that_is_stopped_leaves_word_of_why(resolved: Resolved, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), watched(Plan(resolved), tmp_path, tmp_path / "store"):
        raise KeyboardInterrupt
    stopped = read_progress(tmp_path / RUNNING)
    assert stopped is not None
    assert (stopped.state, stopped.ended) == ("stopped", "stopped by the user")


def test_a_killed_run_is_known_to_be_dead(resolved: Resolved, tmp_path: Path) -> None:
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True
    )
    with watched(Plan(resolved), tmp_path, tmp_path / "store") as watch:
        assert replace(watch.progress, pid=int(gone.stdout)).state == "dead"
        assert replace(watch.progress, host="elsewhere").state == "running"
        assert replace(watch.progress, host="elsewhere", updated=0.0).state == "dead"


def test_shards_are_watched_as_one_and_the_last_to_end_clears_up(resolved: Resolved, tmp_path: Path) -> None:
    plan = Plan(resolved)
    with watched(plan, tmp_path, tmp_path / "store", (1, 2)) as one:
        with watched(plan, tmp_path, tmp_path / "store", (2, 2)) as two:
            write_unchanging(plan, tmp_path)
            one.stage("running", 5)
            two.stage("running", 7)
            files = running_files(tmp_path)
            assert [file.name for file in files] == ["running-1-of-2.json", "running-2-of-2.json"]
            both = together([seen for file in files if (seen := read_progress(file))])
            assert (both.total, both.state) == (12, "running")
        assert (tmp_path / UNCHANGING).is_dir()
    assert not (tmp_path / UNCHANGING).exists()


def test_what_a_watcher_needs_is_there_while_a_run_goes_and_gone_at_its_end(
    resolved: Resolved, finished: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def look(*_: object, **__: object) -> list[TaskDone]:
        said = json.loads((tmp_path / "out" / UNCHANGING / "manifest.json").read_text())
        seen.append(
            (
                said["experiment"],
                said["identical_through"],
                (tmp_path / "out" / UNCHANGING / "points.parquet").is_file(),
            )
        )
        raise OSError("no space")

    monkeypatch.setattr("sim.runs.tasks.Runner.run", look)
    with pytest.raises(OSError, match="no space"):
        run(resolved, tmp_path / "out", workers=1)
    assert seen == [("two_worlds", finished.results.manifest["identical_through"], True)]
    stopped = read_progress(tmp_path / "out" / RUNNING)
    assert stopped is not None
    assert stopped.ended == "OSError: no space"
    assert not running_files(finished.folder)


def test_what_follows_the_tables_is_watched_too(resolved: Resolved, tmp_path: Path) -> None:
    told = []
    with watched(Plan(resolved), tmp_path, tmp_path / "store") as watch:
        watch.stage(FURTHER, 0)
        follow = watch.following(lambda done, total, words: told.append((done, total, words)))
        watch._written = 0.0
        follow(3, 72, "seed 1 (off:peers)")
        seen = read_progress(tmp_path / RUNNING)
        assert seen is not None
        assert (seen.stage, seen.done, seen.total, seen.last) == (FURTHER, 3, 72, "seed 1 (off:peers)")
    assert told == [(3, 72, "seed 1 (off:peers)")]


def test_a_damaged_progress_file_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / RUNNING).write_text('{"done": 3}')
    with pytest.raises(ValueError, match=r"running\.json is not a progress file"):
        read_progress(tmp_path / RUNNING)
    assert read_progress(tmp_path / "gone.json") is None


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only Linux tells so")
def test_a_process_that_nobody_has_waited_for_does_not_run() -> None:
    ended = subprocess.Popen([sys.executable, "-c", "pass"])
    stat = Path(f"/proc/{ended.pid}/stat")
    while ") Z " not in stat.read_text(encoding="ascii"):
        time.sleep(0.01)
    assert Progress("x", "store", socket.gethostname(), ended.pid, 0.0, 0.0, 1).state == "dead"
    ended.wait()

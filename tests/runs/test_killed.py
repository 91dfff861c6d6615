"""Sweeps that are killed: small versions of `python -m tests.prove.sweeps`."""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.pipeline import run
from sim.runs import sweep as sweep_module
from sim.runs.engines import EngineLost
from sim.runs.engines.cluster import Cluster
from sim.runs.seed_task import Task
from sim.runs.store import Store, new_token
from sim.scenario.resolution import resolve
from tests.prove.sweeps import EXPERIMENT, DaskCluster, Sweep, disturb
from tests.runs.test_sweep import Trouble, stored, swept, tasks

pytestmark = pytest.mark.long


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds the workers in /proc")
def test_a_sweep_that_is_killed_is_finished_by_the_same_command(tmp_path: Path) -> None:
    """Once with all its workers, once a worker alone; equal tables, no run stored twice."""
    file = tmp_path / "killed.yaml"
    file.write_text(EXPERIMENT.replace("SEEDS", "4"))
    killed = Sweep(tmp_path / "killed", ("--workers", "2"))
    disturb(killed, 2, random.Random(1), (0.0, 0.3))
    assert killed.kills == ["all", "worker"]
    run(resolve(file), tmp_path / "calm" / "out", workers=1)
    assert killed.tables() == Sweep(tmp_path / "calm", ()).tables()
    assert killed.stored() == killed.stored_once() == 80


def test_on_a_cluster_one_raises_one_hangs_one_dies_and_all_others_are_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep_module, "_DEATHS", 2)
    all_tasks = tasks(10, s2=Trouble("raises"), s4=Trouble("hangs"), s6=Trouble("dies"))
    done = swept(
        tmp_path, all_tasks, Cluster("local", 2), timeout=15.0
    )  # enough on a machine that does much else
    assert {name: one.failed.how for name, one in done.items() if one.failed} == {
        "seed 2": "raised",
        "seed 4": "ran out of time",
        "seed 6": "died",
    }
    assert stored(tmp_path) == {
        run for task in all_tasks if task.seed not in (2, 4, 6) for run in task.ids.values()
    }


def test_a_cluster_whose_scheduler_dies_is_given_up_and_what_was_done_is_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    # Batches bear the number of the command that asked for them. This process lives on, a command would not.
    monkeypatch.setattr(
        sweep_module, "new_token", lambda: new_token().replace(f"-{os.getpid()}-", f"-{gone.pid}-")
    )
    with DaskCluster() as cluster:
        engine = Cluster(cluster.address, None)

        def killing(all_tasks: list[Task]) -> Iterator[Task]:
            for number, task in enumerate(all_tasks):
                if number == 8:
                    cluster.scheduler.kill()
                yield task

        many = tasks(40)
        Store(tmp_path).prepare()
        with pytest.raises(EngineLost, match="no longer answers"):
            list(sweep_module.sweep(killing(many), len(many), engine, tmp_path, None))
    assert len(stored(tmp_path)) < 80
    Store(tmp_path).prepare()  # the next command clears away what workers of a lost cluster had begun
    assert not list((tmp_path / "writing").iterdir())

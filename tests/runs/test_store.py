"""The store: runs that are there are not repeated, damaged ones are, failures are remembered."""

import dataclasses
import hashlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.pipeline import Finished, run
from sim.runs import checkpoints
from sim.runs import seed as seed_module
from sim.runs.identity import Identities, run_id
from sim.runs.seed import run_seed
from sim.runs.store import Store
from sim.runs.sweep import sweep
from sim.runs.tasks import Backend
from sim.runs.worker import TaskDone
from sim.scenario.resolution import Resolved
from tests.model.small_worlds import asked, experiment_file, ruled

SHORT = "2014-12"


def small(*sets: str, seeds: int = 2, **more: str | Path) -> Resolved:
    return asked("record=world", f"seeds.count={seeds}", *sets, last=SHORT, **more)


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The worlds of every task that is really run, with its seed."""
    calls: list[tuple[str, ...]] = []

    def counted(task: seed_module.Task) -> seed_module.SeedDone:
        calls.append((str(task.seed), *task.scenarios))
        return run_seed(task)

    monkeypatch.setattr("sim.runs.worker.run_seed", counted)
    return calls


def _tables(finished: Finished) -> dict[str, str]:
    return {name: entry["digest"] for name, entry in finished.results.manifest["tables"].items()}


# --- nothing is run twice --------------------------------------------------------------------------------


def test_what_is_stored_is_not_run_again(tmp_path: Path, ran: list[tuple[str, ...]]) -> None:
    first = run(small(), tmp_path / "a", workers=1, store=tmp_path / "store")
    assert len(ran) == 2
    again = run(small(), tmp_path / "b", workers=1, store=tmp_path / "store")
    assert len(ran) == 2
    assert again.ran == 0
    assert _tables(again) == _tables(first)
    for table in _tables(first):
        assert again.results.table(table).equals(first.results.table(table))


def test_more_seeds_run_only_what_is_new_and_give_the_tables_of_one_run(
    tmp_path: Path, ran: list[tuple[str, ...]]
) -> None:
    store = tmp_path / "store"
    run(small(seeds=2), tmp_path / "a", workers=1, store=store)
    more = run(small(seeds=4), tmp_path / "a", workers=1, store=store)
    assert [call[0] for call in ran] == ["1", "2", "3", "4"]
    whole = run(small(seeds=4), tmp_path / "b", workers=1)
    assert _tables(more) == _tables(whole)
    assert more.results.table("world").equals(whole.results.table("world"))


def test_experiments_share_the_worlds_that_they_have_in_common(
    tmp_path: Path, ran: list[tuple[str, ...]]
) -> None:
    """Worlds are compared by content, not by name; pairs that were run on two days are too."""
    store = tmp_path / "store"
    one = experiment_file(tmp_path, {"stays": ruled("microsoft_wins"), "reaches": ruled("doj_wins")})
    run(small(experiment=one), tmp_path / "one", workers=1, store=store)
    (tmp_path / "other").mkdir()
    other = experiment_file(
        tmp_path / "other", {"act": ruled("cloud_act"), "another_name": ruled("doj_wins")}
    )
    finished = run(small(experiment=other), tmp_path / "two", workers=1, store=store)
    assert ran == [("1", "reaches", "stays"), ("2", "reaches", "stays"), ("1", "act"), ("2", "act")]
    assert finished.results.manifest["identical_through"] == "2014-07"
    alone = run(small(experiment=other), tmp_path / "alone", workers=1)
    assert _tables(alone) == _tables(finished)


def test_a_pair_run_on_two_days_whose_worlds_differ_too_early_is_void(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the luck of one of them had been another: the stored digests of its months give it away."""
    store = tmp_path / "store"
    one = experiment_file(tmp_path, {"reaches": ruled("doj_wins")})
    run(small(experiment=one), tmp_path / "one", workers=1, store=store)
    (tmp_path / "other").mkdir()
    other = experiment_file(
        tmp_path / "other", {"reaches": ruled("doj_wins"), "stays": ruled("microsoft_wins")}
    )
    plain = checkpoints.WorldSet
    monkeypatch.setattr(
        checkpoints, "WorldSet", lambda scenarios, seed: plain(scenarios, seed + 100 if seed == 2 else seed)
    )
    finished = run(small(experiment=other), tmp_path / "two", workers=1, store=store)
    assert [failure.split(":")[0] for failure in finished.failures] == ["seed 2, compare"]
    assert finished.results.manifest["seeds"] == [1]
    assert set(finished.results.table("world")["seed"]) == {1}


def test_a_run_that_the_engine_loses_is_said_to_be_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def loses_seed_2(all_tasks: Iterable[seed_module.Task], *more: Any) -> Iterator[TaskDone]:
        return sweep((task for task in all_tasks if task.seed != 2), *more)

    monkeypatch.setattr("sim.runs.tasks.sweep", loses_seed_2)
    finished = run(small(seeds=3), tmp_path / "out", workers=1)
    assert finished.failures == ["seed 2, run: it was neither stored nor reported as failed"]
    assert finished.results.manifest["seeds"] == [1, 3]


# --- ids ---------------------------------------------------------------------------------------------------


def test_a_run_id_is_of_what_is_run_and_of_nothing_else() -> None:
    resolved, again = small(), small()
    scenario = resolved.scenarios["doj_wins"]
    mine = run_id(scenario, 1, "world")
    assert (
        mine == run_id(again.scenarios["doj_wins"], 1, "world") == Identities().run_id(scenario, 1, "world")
    )
    assert mine == run_id(dataclasses.replace(scenario, name="other", label="Other"), 1, "world")
    reordered = dict(reversed(scenario.jurisdictions.items()))
    others = [
        run_id(scenario, 2, "world"),
        run_id(scenario, 1, "full"),
        run_id(resolved.scenarios["microsoft_wins"], 1, "world"),
        run_id(small("trust.asymmetry=2.5").scenarios["doj_wins"], 1, "world"),
        run_id(small("jurisdictions.DE.initial_trust=0.51").scenarios["doj_wins"], 1, "world"),
        run_id(dataclasses.replace(scenario, months=scenario.months + 1), 1, "world"),
        run_id(dataclasses.replace(scenario, jurisdictions=reordered), 1, "world"),
        run_id(
            dataclasses.replace(
                scenario,
                timeline=scenario.timeline.model_copy(update={"events": scenario.timeline.events[1:]}),
            ),
            1,
            "world",
        ),
    ]
    assert len({mine, *others}) == len(others) + 1


def test_another_version_of_the_model_has_other_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = small().scenarios["doj_wins"]
    before = run_id(scenario, 1, "world")
    monkeypatch.setattr("sim.runs.identity.model_digest", lambda: "another")
    assert run_id(scenario, 1, "world") != before


# --- damage ------------------------------------------------------------------------------------------------


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 8
    path.write_bytes(content)


@pytest.mark.parametrize("part", ["world.parquet", "months.parquet", "laws.parquet", "commit.json", None])
@pytest.mark.parametrize("exported", [True, False])
def test_a_flipped_bit_is_found_named_set_aside_and_its_runs_are_run_again(
    part: str | None, exported: bool, tmp_path: Path, ran: list[tuple[str, ...]]
) -> None:
    """Whether or not the experiment's own tables are still whole; `None`: a part is gone."""
    store = tmp_path / "store"
    first = run(small(), tmp_path / "a", workers=1, store=store)
    batch = first.index.where[first.plan.ids[0][0]][0]
    folder = store / "batches" / batch
    if part is None:
        (folder / "world.parquet").unlink()
    else:
        _flip(folder / part)
    ran.clear()
    again = run(small(), tmp_path / ("a" if exported else "b"), workers=1, store=store)
    assert 1 <= len(ran) <= 2
    assert any(batch in warning and (part or "world.parquet") in warning for warning in again.warnings), (
        again.warnings
    )
    assert (store / "damaged" / batch).is_dir()
    assert not folder.exists()
    assert _tables(again) == _tables(first)
    assert again.failures == []


def test_a_damaged_table_of_the_experiment_is_written_anew_from_the_store(
    tmp_path: Path, ran: list[tuple[str, ...]]
) -> None:
    first = run(small(), tmp_path / "a", workers=1, store=tmp_path / "store")
    before = first.results.table("world")
    _flip(tmp_path / "a" / "tables" / "world.parquet")
    again = run(small(), tmp_path / "a", workers=1, store=tmp_path / "store")
    assert again.results.table("world").equals(before)
    assert len(ran) == 2


def test_what_the_dead_were_writing_is_no_result_and_is_cleared_away(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.prepare()
    dead = tmp_path / "writing" / f"{socket.gethostname()}-{2**22 + 1}-abc"
    dead.mkdir()
    (dead / "world.parquet").write_bytes(b"half a file")
    store.prepare()
    assert not dead.exists()
    assert not store.index()[0].where


def test_what_another_machine_was_writing_is_given_up_after_a_week(tmp_path: Path) -> None:
    """Whether its process lives nobody here can tell."""
    store = Store(tmp_path)
    store.prepare()
    ages = {"fresh": 0.0, "days": 6.9, "week": 7.1}
    left = {name: tmp_path / "writing" / f"elsewhere-{n}-abc" for n, name in enumerate(ages, 1)}
    for name, folder in left.items():
        folder.mkdir()
        since = time.time() - ages[name] * 24 * 3600
        os.utime(folder, (since, since))
    store.prepare()
    assert [name for name, folder in left.items() if folder.exists()] == ["fresh", "days"]


@pytest.mark.skipif(not Path("/proc").exists(), reason="zombies are told apart by /proc")
def test_a_process_that_has_ended_but_was_never_waited_for_is_dead(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.prepare()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        left = tmp_path / "writing" / f"{socket.gethostname()}-{process.pid}-abc"
        left.mkdir()
        store.prepare()
        assert left.exists()  # it is at work
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and stays a zombie
        store.prepare()
        assert not left.exists()


# --- failures ----------------------------------------------------------------------------------------------


def _breaks(monkeypatch: pytest.MonkeyPatch, seed: int) -> Callable[[], None]:
    plain = checkpoints.WorldSet

    def spoilt(scenarios: list[object], its_seed: int) -> object:
        if its_seed == seed:
            raise RuntimeError("it broke")
        return plain(scenarios, its_seed)

    monkeypatch.setattr(checkpoints, "WorldSet", spoilt)
    return lambda: monkeypatch.setattr(checkpoints, "WorldSet", plain)


def test_a_failure_is_remembered_until_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ran: list[tuple[str, ...]]
) -> None:
    mend = _breaks(monkeypatch, 2)
    out, store = tmp_path / "a", tmp_path / "store"
    first = run(small(seeds=3), out, workers=1, store=store)
    assert len(first.failures) == 1
    assert "it broke" in first.failures[0]
    assert "Traceback" in first.failures[0]
    assert set(first.results.table("world")["seed"]) == {1, 3}
    assert [d.seed for d in first.done] == [1, 3]
    failures = (out / "failures.csv").read_text(encoding="utf-8")
    assert "RuntimeError: it broke" in failures
    mend()
    ran.clear()
    again = run(small(seeds=3), out, workers=1, store=store)
    assert (ran, len(again.failures)) == ([], 1)
    retried = run(small(seeds=3), out, store=store, backend=Backend(1, retry_failed=True))
    assert [call[0] for call in ran] == ["2"]
    assert retried.failures == []
    assert not (out / "failures.csv").exists()
    assert set(retried.results.table("world")["seed"]) == {1, 2, 3}
    assert _tables(retried) == _tables(run(small(seeds=3), tmp_path / "whole", workers=1))


# --- shards ------------------------------------------------------------------------------------------------


def test_shards_together_make_the_whole(tmp_path: Path, ran: list[tuple[str, ...]]) -> None:
    out, store = tmp_path / "a", tmp_path / "store"
    for part in (1, 2, 3):
        run(small(seeds=4), out, store=store, backend=Backend(1, shard=(part, 3)))
        assert not (out / "manifest.json").exists()
    assert sorted(call[0] for call in ran) == ["1", "2", "3", "4"]
    whole = run(small(seeds=4), out, workers=1, store=store)
    assert whole.ran == 0
    assert _tables(whole) == _tables(run(small(seeds=4), tmp_path / "b", workers=1))


# --- the layout that other programs rely on ------------------------------------------------------------


def test_the_store_is_plain_parquet_with_an_account_of_each_batch(tmp_path: Path) -> None:
    finished = run(small(), tmp_path / "a", workers=1, store=tmp_path / "store")
    assert {path.name for path in (tmp_path / "store").iterdir()} == {"batches", "writing"}
    assert not list((tmp_path / "store" / "writing").iterdir())
    points = pd.read_parquet(tmp_path / "a" / "points.parquet")
    assert points[["seed", "world"]].to_numpy().tolist() == [
        [s, w] for s in (1, 2) for w in ("microsoft_wins", "doj_wins")
    ]
    seen = set()
    for batch in (tmp_path / "store" / "batches").iterdir():
        said = json.loads((batch / "commit.json").read_text())
        seen |= set(said["runs"])
        assert {path.name for path in batch.iterdir()} == {
            "commit.json",
            *(f"{name}.parquet" for name in said["parts"]),
        }
    assert seen == set(points["run"]) == {run for ids in finished.plan.ids for run in ids}


@pytest.mark.parametrize("name", [".DS_Store", "Thumbs.db", "notes", "a-b-c", f"{'0' * 32}"])
def test_files_that_are_not_the_stores_are_passed_over(tmp_path: Path, name: str) -> None:
    store = Store(tmp_path)
    store.prepare()
    for part in ("batches", "writing"):
        (tmp_path / part / name).write_text("somebody else's")
    store.prepare()
    index, warnings = store.index()
    assert not index.where
    assert warnings == []
    assert all((tmp_path / part / name).exists() for part in ("batches", "writing"))


def test_a_commit_that_another_program_wrote_is_set_aside(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.prepare()
    for content in (b"{}", b"[" * 100_000, b'{"failures": [1]}'):
        batch = hashlib.sha256(content).hexdigest()[:32]
        (tmp_path / "batches" / batch).mkdir()
        (tmp_path / "batches" / batch / "commit.json").write_bytes(content)
        _, (warning,) = store.index()
        assert "none that this version writes" in warning

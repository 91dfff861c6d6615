"""A worker that is ended in the middle of its work leaves nothing behind for the system to complain of."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Future
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

import pytest

from sim.runs import process_start
from sim.runs.engines import local
from sim.runs.engines.local import InThisProcess, WorkerProcess
from sim.runs.store import Store
from sim.runs.tasks import Backend, Runner
from sim.scenario.problems import InputError
from tests.runs.test_sweep import tasks

SCRIPT = """
import pathlib
import sys
import time
from sim.runs.engines.local import WorkerProcess

if __name__ == "__main__":
    begun, worker = pathlib.Path(sys.argv[1]), WorkerProcess(preload=())
    task = "import numba, pathlib, time; numba.set_num_threads(1)"
    worker.submit(exec, f"{task}; pathlib.Path({str(begun)!r}).touch(); time.sleep(600)")
    while not begun.exists():
        time.sleep(0.05)
    worker.close()
"""


@pytest.mark.long
def test_a_worker_that_is_ended_leaks_no_semaphore(tmp_path: Path) -> None:
    script = tmp_path / "ended.py"
    script.write_text(SCRIPT, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "begun")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert done.stderr == ""


class _Interrupted(Exception):
    """As Ctrl-C, which pytest would take for its own."""


def test_ctrl_c_outside_the_loop_ends_the_workers_at_once(tmp_path: Path) -> None:
    """Else they would be ended when nothing refers to the loop any more: after the batches under way."""

    class Engine(InThisProcess):
        closed = 0

        def close(self) -> None:
            self.closed += 1

    def told(*_: Any) -> None:
        raise _Interrupted

    engine = Engine()
    runner = Runner(Store(tmp_path), Backend(engine=lambda: engine), told)
    with pytest.raises(_Interrupted) as kept:  # as a traceback keeps the frames
        list(runner.run(tasks(2), 2))
    assert kept.tb is not None and engine.closed == 1
    engine, runner.progress = Engine(), None
    ended = runner.run(tasks(2), 2)
    next(ended)
    ended.close()
    assert engine.closed == 1


def test_ctrl_c_while_a_process_starts_waits_until_it_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    class Pool:
        def __init__(self, *_: Any) -> None:
            pass

        def submit(self, *_: Any) -> "Future[None]":
            signal.raise_signal(signal.SIGINT)
            return Future()

    def handler(*_: Any) -> None:
        raise _Interrupted

    monkeypatch.setattr(local, "ProcessPoolExecutor", Pool)
    worker, before = WorkerProcess(), signal.signal(signal.SIGINT, handler)
    try:
        with pytest.raises(_Interrupted):
            worker.submit(print)
    finally:
        signal.signal(signal.SIGINT, before)
    assert not worker.idle, "a process that was started is known, so that it can be ended"


@pytest.mark.parametrize("call", [(time.monotonic,), (time.sleep, 600)], ids=["idle", "busy"])
def test_a_closed_worker_leaves_no_thread_that_meets_the_end_of_the_program(call: tuple[Any, ...]) -> None:
    before, worker = set(threading.enumerate()), WorkerProcess()
    future = worker.submit(*call)
    if call[0] is time.monotonic:
        future.result()
    worker.close()
    assert set(threading.enumerate()) <= before


def test_the_process_server_is_started_ahead_and_used() -> None:
    process_start.start_ahead()
    ahead = getattr(forkserver._forkserver, "_forkserver_pid", None)  # type: ignore[attr-defined]
    worker = WorkerProcess()
    try:
        assert worker.submit(os.getppid).result() == ahead
        status = Path(f"/proc/{ahead}/status")
        if status.exists():  # Ctrl-C is not for it: it would print a traceback while it loads
            blocked = next(line for line in status.read_text().splitlines() if line.startswith("SigBlk"))
            assert int(blocked.split()[1], 16) >> (signal.SIGINT - 1) & 1
    finally:
        worker.close()


def test_a_place_for_compiled_code_that_cannot_be_written_is_named_before_a_worker_starts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A worker ended with a traceback, and the command with a path alone."""
    file = tmp_path / "file"
    file.touch()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(file))
    with pytest.raises(InputError, match=r"file.*: cannot be written: .*set NUMBA_CACHE_DIR to a folder"):
        process_start.start_ahead()


PYTHON = """
import sim

try:
    CALL
except sim.InputError as error:
    print("refused:", error)
"""
CALLS = {
    "run": 'sim.run("no_snowden", seeds=1, customers=2000, out="results", store="store")',
    "world": 'next(sim.world("no_snowden", seed=1))',
}
COMMANDS = {
    "run": ["run", "no_snowden", "--seeds", "1", "--store", "store", "--out", "results"],
    "trace": ["trace", "DE"],
    "evidence": ["evidence", "--out", "results"],
}


def _said(words: list[str], folder: Path, **environment: str) -> str:
    found = subprocess.run(
        [sys.executable, *words],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | environment,
        cwd=folder,
        capture_output=True,
        text=True,
    )
    return found.stdout + found.stderr


@pytest.mark.parametrize("call", ["run", pytest.param("world", marks=pytest.mark.long)])
@pytest.mark.parametrize("off", [True, False], ids=["off", "no place"])
def test_python_says_in_a_line_that_the_model_cannot_be_compiled(
    call: str, off: bool, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    setting = {"NUMBA_DISABLE_JIT": "1"} if off else {"NUMBA_CACHE_DIR": str(tmp_path / "file")}
    said = _said(["-c", PYTHON.replace("CALL", CALLS[call])], tmp_path, **setting)
    assert said.startswith(f"refused: {'NUMBA_DISABLE_JIT is set' if off else tmp_path / 'file'}")
    assert ("unset NUMBA_DISABLE_JIT" if off else "set NUMBA_CACHE_DIR to a folder") in said
    assert "Traceback" not in said
    assert not (tmp_path / "store").exists() and not (tmp_path / "results").exists()


@pytest.mark.parametrize(
    "command", ["run", *(pytest.param(name, marks=pytest.mark.long) for name in ("trace", "evidence"))]
)
@pytest.mark.parametrize("off", [True, False], ids=["off", "no place"])
def test_commands_say_in_a_line_that_the_model_cannot_be_compiled(
    command: str, off: bool, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    setting = {"NUMBA_DISABLE_JIT": "1"} if off else {"NUMBA_CACHE_DIR": str(tmp_path / "file")}
    said = _said(["-m", "sim.cli.main", *COMMANDS[command]], tmp_path, **setting)
    assert "Traceback" not in said and "failed" not in said
    assert ("unset NUMBA_DISABLE_JIT" if off else "set NUMBA_CACHE_DIR to a folder") in said

"""A worker that is ended in the middle of its work leaves nothing behind for the system to complain of."""

import subprocess
import sys
from pathlib import Path

import pytest

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

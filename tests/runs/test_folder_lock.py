"""Two commands at once in one results folder: the second is refused, and nothing of the first is lost."""

import errno
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pandas as pd
import pytest

from sim import pipeline
from sim.analysis.assessments import Assessment
from sim.runs import folder_lock
from sim.runs.folder_lock import only_writer
from sim.runs.results import FolderResults
from sim.scenario.problems import InputError
from sim.scenario.resolution import resolve
from sim.view.report import build
from tests.swept_results import swept

_HOLDS = (
    "import sys, time; from pathlib import Path; from sim.runs.folder_lock import only_writer\n"
    "with only_writer(Path(sys.argv[1])):\n"
    " print('held', flush=True)\n"
    " time.sleep(60)\n"
)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_lock, "_PATIENCE", 0.1)


def test_a_run_is_refused_while_another_process_writes_and_not_after_it_was_killed(tmp_path: Path) -> None:
    held = subprocess.Popen([sys.executable, "-c", _HOLDS, tmp_path], stdout=subprocess.PIPE, text=True)
    assert held.stdout is not None
    assert held.stdout.readline() == "held\n"
    try:
        with pytest.raises(InputError, match=f"another command writes into this folder.*process {held.pid}"):
            pipeline.run(resolve("two_worlds", seeds=1, customers=2000), tmp_path, workers=1)
        assert not (tmp_path / "running.json").exists()
    finally:
        held.kill()
        held.wait()
        held.stdout.close()
    assert (tmp_path / ".lock").is_file()  # the file stays, but nobody holds it
    with only_writer(tmp_path):
        pass
    assert not (tmp_path / ".lock").exists()


def test_shards_of_one_sweep_share_a_folder(tmp_path: Path) -> None:
    with ExitStack() as held:
        held.enter_context(only_writer(tmp_path, (1, 2)))
        held.enter_context(only_writer(tmp_path, (2, 2)))
        with pytest.raises(InputError, match="another command"):
            held.enter_context(only_writer(tmp_path, (2, 2)))


def test_what_adds_to_a_folder_waits_for_its_run(tmp_path: Path) -> None:
    finished = swept(tmp_path)
    before = {path: path.read_bytes() for path in finished.folder.rglob("*") if path.is_file()}
    with only_writer(finished.folder):
        with pytest.raises(InputError, match="another command"):
            build(FolderResults(finished.folder), finished.folder)
        added = Assessment(finished.plan.resolved, "", lambda runner: {"added": pd.DataFrame({"a": [1]})})
        with pytest.raises(InputError, match="another command"):
            added.run(finished.folder, finished.runner)
    assert {path: path.read_bytes() for path in finished.folder.rglob("*") if path.is_file()} == before
    build(FolderResults(finished.folder), finished.folder)
    assert "report.html" in FolderResults(finished.folder).manifest["files"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.EROFS, "Read-only file system", ".lock")

    monkeypatch.setattr(folder_lock.os, "open", refuse)
    with (
        pytest.raises(InputError, match=f"{tmp_path}: cannot be written: Read-only file system"),
        only_writer(tmp_path),
    ):
        pass

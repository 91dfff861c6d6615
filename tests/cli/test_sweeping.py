"""Options of `warrantsim run` for sweeps, and the job script: what is refused, what is written."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from sim.cli.progress import _duration, _Pace, progress_of

Warrantsim = Any  # the fixture of conftest.py


@pytest.mark.parametrize("word", ["3", "0/4", "5/4", "a/b", "1/0"])
def test_a_shard_that_is_none_is_refused_before_anything_runs(
    project: Path, warrantsim: Warrantsim, tmp_path: Path, word: str
) -> None:
    outcome = warrantsim(
        "run",
        "two_worlds",
        "--out",
        str(tmp_path / "out"),
        "--store",
        str(tmp_path / "store"),
        "--shard",
        word,
    )
    assert outcome.code == 2
    assert f"--shard: '{word}': write it as i/n, from 1/n to n/n" in outcome.err
    assert not (tmp_path / "out").exists()


def test_more_shards_than_pairs_are_refused(project: Path, warrantsim: Warrantsim, tmp_path: Path) -> None:
    outcome = warrantsim(
        "run", "two_worlds", "--seeds", "2", "--out", str(tmp_path / "out"), "--shard", "1/99999999"
    )
    assert outcome.code == 2
    assert "--shard: '1/99999999': only 2 parts would have a pair to run" in outcome.err
    assert not (tmp_path / "out").exists()


def test_a_store_that_cannot_be_written_is_refused(
    project: Path, warrantsim: Warrantsim, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    outcome = warrantsim(
        "run", "two_worlds", "--out", str(tmp_path / "out"), "--store", str(tmp_path / "file" / "store")
    )
    assert outcome.code == 2
    assert "--store" in outcome.err


def test_a_cluster_that_does_not_answer_is_bad_input(
    project: Path, warrantsim: Warrantsim, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.runs.engines.cluster._SECONDS_TO_ANSWER", 0.5)
    monkeypatch.setattr("sim.model.compiled.is_compiled", lambda: True)
    monkeypatch.setattr("sim.runs.tasks.is_compiled", lambda: True)
    outcome = warrantsim(
        "run",
        "two_worlds",
        "--out",
        str(tmp_path / "out"),
        "--store",
        str(tmp_path / "store"),
        "--cluster",
        "tcp://127.0.0.1:9",
    )
    assert outcome.code == 2
    assert "--cluster tcp://127.0.0.1:9: no scheduler answers" in outcome.err


def test_the_job_script_is_one_array_of_shards(project: Path, warrantsim: Warrantsim, tmp_path: Path) -> None:
    script = tmp_path / "job.sh"
    outcome = warrantsim(
        "shards", "two_worlds", "8", "--seeds", "40", "--set", "trust.peer_weight=0.2", "--out", str(script)
    )
    assert outcome.code == 0, outcome.err
    text = script.read_text(encoding="utf-8")
    assert "#SBATCH --array=1-8\n" in text
    assert (
        "warrantsim run two_worlds --set trust.peer_weight=0.2 --seeds 40 "
        '--workers "$SLURM_CPUS_PER_TASK" --shard "$SLURM_ARRAY_TASK_ID/8"' in text
    )
    assert subprocess.run(["bash", "-n", str(script)], check=False).returncode == 0


def test_a_job_script_for_an_experiment_that_would_be_refused_is_not_written(
    project: Path, warrantsim: Warrantsim, tmp_path: Path
) -> None:
    outcome = warrantsim(
        "shards", "two_worlds", "8", "--set", "trust.asymetry=2", "--out", str(tmp_path / "job.sh")
    )
    assert outcome.code == 2
    assert not (tmp_path / "job.sh").exists()


def test_progress_says_rate_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    pace = _Pace()
    now[0] = 110.0
    assert pace.words(1, 61) == " · 6 a minute · 10 min left"
    now[0] = 160.0
    assert pace.words(31, 61) == " · 31 a minute · 58 s left"
    assert pace.words(61, 61) == " · 61 a minute"
    now[0] = 170.0
    assert pace.words(5, 10) == " · 30 a minute · 10 s left"
    assert [_duration(s) for s in (5.0, 600.0, 7200.0)] == ["5 s", "10 min", "2.0 h"]


def test_what_comes_next_is_announced_before_it_begins(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_of(Console(force_terminal=False)) as progress:
        progress(0, 128, "mechanisms off, at most 128 pairs of runs")
        progress(1, 128, "seed 1 (off:peers)")  # too soon after the announcement for a line of its own
        progress(128, 128, "seed 4 (on:0)")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "next: mechanisms off, at most 128 pairs of runs"
    assert [line.split()[0] for line in lines[1:]] == ["128/128"]

"""`warrantsim run` around a stand-in for the model: what it refuses, what it prints, its exit code."""

import errno
import math
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from sim.cli.run import RunOptions, run_experiment
from sim.runs.plan import Plan
from tests.swept_results import swept

Warrantsim = Any  # the fixture of conftest.py

HEADLINES = pd.DataFrame(
    [
        {
            "headline": "trust",
            "name": "Trust abroad",
            "unit": "0-1",
            "window": "2016",
            "value_a": 0.6123,
            "value_b": 0.5,
            "difference": -0.1123,
        }
        | {"low": -0.2, "high": math.nan, "pairs": 3, "verdict": "lower", "why": "-"}
    ]
)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Stand-ins for the rooms below and above; the list holds what each run was asked for."""
    calls: list[dict[str, Any]] = []

    def run(
        resolved: Any,
        out: Path,
        progress: Callable[[int, int, str], None],
        store: Path,
        backend: Any,
        **more: Any,
    ) -> SimpleNamespace:
        calls.append(
            {"resolved": resolved, "out": out, "store": store, "backend": backend, "workers": backend.workers}
        )
        progress(1, 2, "seed 1")
        progress(2, 2, "seed 2")
        failures = ["seed 2: it broke"] if resolved.experiment.seeds.first == 13 else []
        return SimpleNamespace(
            folder=out,
            warnings=["the switch changes [nothing]"],
            failures=failures,
            further_failures=[],
            all_failures=failures,
            summaries={"headlines": HEADLINES},
            verdicts=None,
            seconds=1.5,
            plan=Plan(resolved),
            proved=SimpleNamespace(good=[0, 1][: 2 - len(failures)]),
            ran=2,
            draws_ship=False,
        )

    def build(results: Any, file: Path) -> Path:
        file.write_text(f"report of {results.folder}", encoding="utf-8")
        return file

    monkeypatch.setattr("sim.pipeline.run", run)
    monkeypatch.setattr("sim.view.report.build", build)
    monkeypatch.setattr("sim.model.compiled.is_compiled", lambda: False)
    return calls


def test_a_run_says_where_its_report_is_and_what_differs(
    project: Path, runs: list[dict[str, Any]], warrantsim: Warrantsim, tmp_path: Path
) -> None:
    outcome = warrantsim(
        "run",
        "two_worlds",
        "--out",
        str(tmp_path / "out"),
        "--store",
        str(tmp_path / "store"),
        "--seeds",
        "2",
        "--customers",
        "2500",
        "--workers",
        "1",
    )
    assert outcome.code == 0, outcome.err
    text = "".join(outcome.out.split())
    assert f"report:{tmp_path / 'out' / 'report.html'}" in text
    assert "thefirstruncompilesthemodel:abouthalfaminuteontwoprocessors" in text
    assert "2/2seed2" in text
    assert "Trustabroad" in text
    assert "warning:theswitchchanges[nothing]" in text
    assert (tmp_path / "out" / "report.html").is_file()
    asked = runs[0]["resolved"].experiment
    assert (asked.seeds.count, asked.customers, runs[0]["workers"]) == (2, 2500, 1)


def test_a_sweep_has_a_report_with_its_claims(
    warrantsim: Warrantsim, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished = swept(tmp_path)
    monkeypatch.setattr("sim.pipeline.run", lambda *_, **__: finished)
    asked = (
        "run",
        str(tmp_path / "known.yaml"),
        "--out",
        str(finished.folder),
        "--store",
        str(tmp_path / "store"),
    )
    outcome = warrantsim(*asked)
    assert outcome.code == 0, outcome.err
    assert f"report:{finished.folder / 'report.html'}" in "".join(outcome.out.split())
    assert "Trust abroad in 2016 is lower when DOJ wins" in (finished.folder / "report.html").read_text(
        encoding="utf-8"
    )
    (finished.folder / "report.html").unlink()
    assert warrantsim(*asked, "--no-report").code == 0
    assert not (finished.folder / "report.html").exists()


def test_results_go_to_a_folder_named_after_the_experiment(
    project: Path,
    runs: list[dict[str, Any]],
    warrantsim: Warrantsim,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert warrantsim("run", "two_worlds", "--no-report").code == 0
    assert runs[0]["out"] == Path("results/two_worlds")
    assert not (tmp_path / "results" / "two_worlds" / "report.html").exists()


def test_failed_runs_exit_1_and_are_named(
    project: Path, runs: list[dict[str, Any]], warrantsim: Warrantsim, tmp_path: Path
) -> None:
    outcome = warrantsim(
        "run",
        "two_worlds",
        "--set",
        "seeds.first=13",
        "--out",
        str(tmp_path / "out"),
        "--store",
        str(tmp_path / "store"),
    )
    assert outcome.code == 1
    assert "failed: seed 2: it broke" in outcome.out


def test_an_output_that_cannot_be_written_is_refused_before_anything_runs(
    project: Path, runs: list[dict[str, Any]], warrantsim: Warrantsim, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    outcome = warrantsim(
        "run", "two_worlds", "--out", str(tmp_path / "file" / "out"), "--store", str(tmp_path / "store")
    )
    assert outcome.code == 2
    assert "cannot be written" in outcome.err
    assert not runs


@pytest.mark.parametrize("full", ["sim.pipeline.run", "sim.view.report.build"])
def test_a_disk_that_fills_up_is_named_by_the_folder(
    runs: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, full: str
) -> None:
    def fills(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")  # as write() does: it knows no name

    monkeypatch.setattr(full, fills)
    with pytest.raises(OSError, match="No space left") as found:
        run_experiment(RunOptions("two_worlds", out=tmp_path / "out", store=tmp_path / "store", draws=0))
    assert found.value.filename == str(tmp_path / "out")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["--set", "trust.asymetry=2"],
            "--set: trust.asymetry: no 'asymetry' in trust; did you mean 'asymmetry'?",
        ),
        (["--seeds", "0"], "--seeds: seeds.count: must be at least 1 (got 0)"),
        (["--customers", "5"], "--customers: customers: must be at least 2000 (got 5)"),
    ],
)
def test_bad_words_exit_2_without_a_traceback_or_a_folder(
    project: Path,
    runs: list[dict[str, Any]],
    warrantsim: Warrantsim,
    tmp_path: Path,
    words: list[str],
    said: str,
) -> None:
    outcome = warrantsim(
        "run", "two_worlds", "--out", str(tmp_path / "out"), "--store", str(tmp_path / "store"), *words
    )
    assert outcome.code == 2
    assert outcome.err.startswith(said)
    assert "Traceback" not in outcome.err
    assert not runs
    assert not (tmp_path / "out").exists()

"""`warrantsim register` and `warrantsim score`: what is run, printed, written and refused."""

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.analysis.evidence.rows import Row, shipped_rows
from sim.analysis.register import predictions
from sim.analysis.register.entries import read_entries
from sim.analysis.register.questions import QUESTIONS, register_folder
from tests.posteriors import write_stand_in


def fifty(rows: list[Row], *_: object) -> dict[str, np.ndarray]:
    return {row.id: np.full((8, 1), 50.0) for row in rows}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A register with three of the shipped questions, a stand-in for the posterior, and 50 of all asked."""
    own, posterior = tmp_path / "register", write_stand_in(tmp_path / "posterior", draws=8)
    own.mkdir()
    lines = (register_folder() / QUESTIONS).read_text(encoding="utf-8").splitlines(keepends=True)
    (own / QUESTIONS).write_text("".join([*lines[:3], lines[-1]]), encoding="utf-8")
    evidence = shipped_rows().read_text(encoding="utf-8").splitlines(keepends=True)
    few = tmp_path / "rows.csv"
    few.write_text(
        "".join(line for line in evidence if line.startswith(("id,", "use_DE_"))), encoding="utf-8"
    )
    monkeypatch.setattr("sim.analysis.register.prepare.shipped_rows", lambda: few)
    for module in ("sim.analysis.register.questions", "sim.analysis.register.prepare"):
        monkeypatch.setattr(f"{module}.register_folder", lambda: own)
    monkeypatch.setattr("sim.scenario.posterior.posterior_folder", lambda: posterior)
    monkeypatch.setattr("sim.model.compiled.is_compiled", lambda: True)
    monkeypatch.setattr(predictions, "predict", fifty)
    monkeypatch.setattr("sim.cli.register.today", lambda: dt.date(2026, 11, 29))
    monkeypatch.chdir(tmp_path)
    return own


def test_forecasts_are_printed_then_registered_once_and_wait_for_their_numbers(
    folder: Path, warrantsim: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("register", "--draws", "8", "--customers", "2000")
    shown = warrantsim(*words)
    assert shown.code == 0 and "adoption_DE_2027" in shown.out and "add --write" in shown.out
    assert not (folder / "forecasts.csv").exists()
    assert "registered: " in warrantsim(*words, "--write").out
    entries = read_entries(folder / "forecasts.csv")
    assert len(entries) == 3 and entries[0].text["outlook"] == "trends_continue"
    assert "nothing to register" in warrantsim(*words, "--write").out
    waiting = warrantsim("score")
    assert waiting.code == 0 and waiting.out.count("not yet published") == 3
    outcome = "id,value,se,published_on,source\nadoption_DE_2027,51,,2099-12-09,Eurostat\n"
    (folder / "outcomes.csv").write_text(outcome, encoding="utf-8")
    missing = warrantsim("score", "--outcomes", "outcome.csv")
    assert missing.code == 2 and "outcome.csv: no such file" in missing.err
    early = warrantsim("score")
    assert early.code == 2 and "2099-12-09 is yet to come: today is 2026-11-29" in early.err
    monkeypatch.setattr("sim.cli.register.today", lambda: dt.date(2099, 12, 9))
    scored = warrantsim("score")
    assert scored.code == 0 and scored.out.count("not yet published") == 2
    assert (folder.parent / "results" / "forecast_scores.csv").is_file()


def test_nothing_registered_or_a_changed_register_is_refused(folder: Path, warrantsim: Any) -> None:
    assert "nothing is registered" in warrantsim("score").err
    warrantsim("register", "--draws", "8", "--customers", "2000", "--write")
    path = folder / "forecasts.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("trends_continue", "growth_slows", 1), "utf-8")
    refused = warrantsim("score")
    assert refused.code == 2 and "was changed after it was registered" in refused.err
    assert warrantsim("register", "--draws", "8", "--write").code == 2


def test_draws_and_outlooks_that_there_are_not_are_refused_by_their_option(
    folder: Path, warrantsim: Any
) -> None:
    too_many = warrantsim("register", "--draws", "9", "--outlook", "growth_slows")
    assert too_many.code == 2
    assert too_many.err.startswith("--draws: 9 draws: the posterior has 8")
    unknown = warrantsim("register", "--outlook", "growth_slow")
    assert unknown.err.startswith("--outlook: 'growth_slow': did you mean 'growth_slows'?")

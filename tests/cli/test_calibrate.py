"""`warrantsim calibrate` refuses what it cannot do, and `warrantsim explain` says what the fit found."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from sim.scenario.locations import root
from sim.scenario.posterior import posterior_folder
from tests.posteriors import write_stand_in

Warrantsim = Any  # the fixture of conftest.py


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["--points", "100"],
            "--points: a Sobol' sample is balanced for powers of two only, from 16 on (got 100)",
        ),
        (["--draws", "16", "--put-back", "32"], "--put-back: at most as many as --draws, 16 (got 32)"),
        (["--customers", "100"], "--customers: customers: must be at least 2000"),
    ],
)
def test_a_fit_that_cannot_be_done_is_refused_before_anything_runs(
    warrantsim: Warrantsim, tmp_path: Path, words: list[str], said: str
) -> None:
    outcome = warrantsim(
        "calibrate", "--store", str(tmp_path / "store"), "--out", str(tmp_path / "out"), *words
    )
    assert outcome.code == 2
    assert said in outcome.err
    assert not list(tmp_path.iterdir())


def test_without_scikit_learn_the_message_says_how_to_install_it(
    warrantsim: Warrantsim, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    outcome = warrantsim("calibrate", "--store", str(tmp_path / "store"), "--out", str(tmp_path / "out"))
    assert outcome.code == 2
    assert "needs scikit-learn" in outcome.err and "warrantsim[calibrate]" in outcome.err


def test_wrong_inputs_are_refused_with_file_and_line_by_the_fit_and_by_check(
    warrantsim: Warrantsim, tmp_path: Path
) -> None:
    folder = tmp_path / "configs" / "calibration"
    shutil.copytree(root() / "configs", tmp_path / "configs")
    text = (folder / "parameters.csv").read_text()
    (folder / "parameters.csv").write_text(text.replace("lin,1,5,2", "lin,1,7,2"))
    said = "parameters.csv:28: low: trust.asymmetry would be 7, out of range; allowed: 1 to 5"
    fitted = warrantsim(
        "calibrate",
        "--inputs",
        str(folder),
        "--store",
        str(tmp_path / "store"),
        "--out",
        str(tmp_path / "out"),
    )
    assert fitted.code == 2 and said in fitted.err
    checked = warrantsim("check", str(folder / "parameters.csv"))
    assert checked.code == 2 and said in checked.err
    good = warrantsim("check", str(root() / "configs" / "calibration" / "left_out.csv"))
    assert good.code == 0 and "rows to fit" in good.out


def test_explain_shows_prior_and_posterior_and_how_far_the_headline_moved(
    project: Path, warrantsim: Warrantsim
) -> None:
    assert "posterior" not in warrantsim("explain", "trust.asymmetry").out
    write_stand_in(posterior_folder(), 64)
    text = " ".join(warrantsim("explain", "trust.asymmetry").out.split())
    assert "prior 1 to 5; before the fit 3" in text
    assert "posterior mean 2." in text or "posterior mean 3" in text
    assert "90% from 1." in text
    assert "identified no: the data leave 100% of the prior's variance" in text
    assert "trust -1.5 (-3 to -0.5) -> -1.2 (-2 to -0.7) points of 100" in text
    assert "posterior not fitted" in " ".join(warrantsim("explain", "trust.spread").out.split())
    multiplied = " ".join(warrantsim("explain", "choice.sensitivity").out.split())
    assert "fitted as sensitivity, by which the values before the fit are multiplied" in multiplied
    assert "fitted multiplier" in warrantsim("explain", "sensitivity").out

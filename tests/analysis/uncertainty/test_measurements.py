"""The shipped draws answer without runs, for the parameters that they belong to, and say what is wrong."""

from pathlib import Path

import pandas as pd
import pytest

from sim import questions
from sim.analysis.digests import posterior_digest
from sim.analysis.uncertainty import joint_draws as joint_module
from sim.analysis.uncertainty.joint_draws import JointDraws, joint_draws
from sim.analysis.uncertainty.measurements import value_of_information
from sim.analysis.uncertainty.shipped_draws import (
    OUTCOMES_FILE,
    ROWS_FILE,
    are_of_another_posterior,
    read,
)
from sim.analysis.uncertainty.value_of_information import NARROWS, PARAMETER
from sim.cli.value import errors_of
from sim.runs.results import FolderResults
from sim.scenario.posterior import read_posterior
from sim.scenario.problems import InputError
from sim.scenario.resolution import resolve
from tests.model.small_worlds import base
from tests.posteriors import write_stand_in


@pytest.fixture(scope="module")
def joint() -> JointDraws:
    found = joint_draws(resolve("two_worlds", base=base()), None)
    assert found is not None
    return found


def test_a_planned_measurement_is_answered_alone_and_a_finer_one_tells_more(joint: JointDraws) -> None:
    def share(se: float) -> "pd.Series[float]":
        table = value_of_information(joint, errors={"laws_rule": se})
        assert set(table["quantity"]) == {"laws_rule"}
        return table.set_index("headline").loc["laws"]

    rough, fine = share(2.0), share(0.2)
    assert fine["share"] > rough["share"]
    assert fine["verdict"] == NARROWS


def test_draws_of_other_parameters_are_refused() -> None:
    other = joint_draws(resolve("two_worlds", sets=["trust.asymmetry=3"], base=base()), None)
    assert other is not None
    with pytest.raises(InputError, match="--draws 256 first"):
        value_of_information(other)


def test_draws_of_other_worlds_of_the_same_parameters_are_refused() -> None:
    other = joint_draws(resolve("switch_back", base=base()), None)
    assert other is not None and read(ROWS_FILE, other.resolved) is not None
    assert read(OUTCOMES_FILE, other.resolved) is None
    with pytest.raises(InputError, match="--draws 256 first"):
        value_of_information(other)


def test_what_cannot_be_measured_is_named(joint: JointDraws) -> None:
    with pytest.raises(InputError, match="--measure laws_rul: no such row or parameter; did you mean"):
        value_of_information(joint, errors={"laws_rul": 1.0})
    with pytest.raises(InputError, match="a standard error must be above 0"):
        value_of_information(joint, errors={"laws_rule": 0.0})
    with pytest.raises(InputError, match="write a row or parameter and a standard error"):
        errors_of(["laws_rule"])


def test_draws_of_another_posterior_are_refused_and_rows_left_out(
    joint: JointDraws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Values of the draws that ship once went with the parameters of whatever posterior lay there."""
    shipped = read(OUTCOMES_FILE, joint.resolved)
    assert not are_of_another_posterior(joint.resolved.base)
    other = read_posterior(write_stand_in(tmp_path / "posterior", draws=256))
    monkeypatch.setattr(joint_module, "read_posterior", lambda: other)
    moved = joint_draws(joint.resolved, None)
    assert moved is not None and are_of_another_posterior(joint.resolved.base)
    with pytest.raises(InputError, match=r"shipped draws are of another posterior.*--draws 256 first"):
        value_of_information(moved)
    assert set(value_of_information(moved, shipped)["kind"]) <= {PARAMETER}


def test_draws_of_a_folder_are_read_with_the_posterior_that_they_are_of(
    joint: JointDraws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped, stated = read(OUTCOMES_FILE, joint.resolved), {"posterior": posterior_digest(joint.posterior)}
    monkeypatch.setattr(FolderResults, "summary", lambda *_: shipped)
    monkeypatch.setattr(FolderResults, "manifest", stated)
    monkeypatch.setattr(questions, "add_written", lambda *_: None)
    assert len(questions.value_of_information(joint.resolved, tmp_path, {"laws_rule": 1.0}))
    stated["posterior"] = "another"
    with pytest.raises(InputError, match="its draws are not of the posterior in configs/posterior"):
        questions.value_of_information(joint.resolved, tmp_path)


def test_rows_of_one_place_and_time_say_whom_they_count(joint: JointDraws) -> None:
    table = value_of_information(joint, errors={"use_CZ_2017": 1.0, "use_CZ_2017_small": 1.0})
    small, all_ = (
        set(table.loc[table["quantity"] == one, "what"]) for one in ("use_CZ_2017_small", "use_CZ_2017")
    )
    assert small == {"Customers that use cloud services, CZ, small_firm, 2017-01"} and small != all_

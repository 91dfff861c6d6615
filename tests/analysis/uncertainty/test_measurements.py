"""The shipped draws answer without runs, for the parameters that they belong to, and say what is wrong."""

import pandas as pd
import pytest

from sim.analysis.uncertainty.joint_draws import JointDraws, joint_draws
from sim.analysis.uncertainty.measurements import value_of_information
from sim.analysis.uncertainty.shipped_draws import OUTCOMES_FILE, ROWS_FILE, read
from sim.analysis.uncertainty.value_of_information import NARROWS
from sim.cli.value import errors_of
from sim.scenario.problems import InputError
from sim.scenario.resolution import resolve
from tests.model.small_worlds import base


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

"""The configuration and the experiments that go with the program are accepted by it."""

from pathlib import Path

import pandas as pd
import pytest

from sim.analysis.shipped_tables import COMPARED, CONFIGURATION, OF_A_DIFFERENCE, keys_of
from sim.scenario.base import load_base
from sim.scenario.locations import experiments, root
from sim.scenario.posterior import posterior_folder
from sim.scenario.resolution import Resolved, resolve

OF_THE_MODEL = ("draws_rows", "validation", "validation_ranks")  # about no difference between two worlds


def test_the_shipped_configuration_is_complete_and_consistent() -> None:
    base = load_base(root() / "configs")
    assert len(base.jurisdictions) > 30
    assert {info.path.split(".")[0] for info in base.parameter_info.values()} == set(
        type(base.parameters).model_fields
    )


def test_there_is_an_experiment() -> None:
    assert "two_worlds" in experiments()


@pytest.fixture(scope="module")
def two_worlds() -> Resolved:
    return resolve("two_worlds")


def _keyed() -> list[Path]:
    """The shipped tables that say what they are of."""
    return [
        path
        for path in sorted(posterior_folder().glob("*.csv"))
        if CONFIGURATION in path.read_text(encoding="utf-8").partition("\n")[0].split(",")
    ]


def test_tables_of_a_difference_are_shipped() -> None:
    assert {path.stem for path in _keyed()} >= {*OF_A_DIFFERENCE, "draws_outcomes", "draws_rows"}


@pytest.mark.parametrize("path", _keyed(), ids=lambda path: path.stem)
def test_a_shipped_table_is_of_the_two_worlds_as_they_are(path: Path, two_worlds: Resolved) -> None:
    keys = keys_of(two_worlds, of_a_difference=path.stem not in OF_THE_MODEL)
    table = pd.read_csv(path, usecols=lambda name: name in (CONFIGURATION, COMPARED), dtype=str)
    assert {name: set(table[name]) for name in table} == {name: {key} for name, key in keys.items()}


@pytest.mark.parametrize("name", experiments())
def test_a_shipped_experiment_resolves(name: str) -> None:
    assert resolve(name).scenarios

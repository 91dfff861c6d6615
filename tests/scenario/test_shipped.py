"""The configuration and the experiments that go with the program are accepted by it."""

import pytest

from sim.scenario.base import load_base
from sim.scenario.locations import experiments, root
from sim.scenario.resolution import resolve


def test_the_shipped_configuration_is_complete_and_consistent() -> None:
    base = load_base(root() / "configs")
    assert len(base.jurisdictions) > 30
    assert {info.path.split(".")[0] for info in base.parameter_info.values()} == set(
        type(base.parameters).model_fields
    )


def test_there_is_an_experiment() -> None:
    assert "two_worlds" in experiments()


@pytest.mark.parametrize("name", experiments())
def test_a_shipped_experiment_resolves(name: str) -> None:
    assert resolve(name).scenarios

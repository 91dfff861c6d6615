"""What the long proof of memory runs is still an experiment: it is too long to be run with every change."""

from typing import Any

import pytest

import sim
from tests.prove.endurance import PAIR, SWEEP


@pytest.mark.parametrize("experiment", [PAIR, SWEEP], ids=["pair", "sweep"])
def test_what_the_proof_runs_is_an_experiment(experiment: dict[str, Any]) -> None:
    sim.check(experiment)

"""The kernels as plain Python: they run a world, and keep its books."""

import os

import pytest

from tests.model.reference.engine import smallest
from tests.model.small_worlds import asked

pytestmark = pytest.mark.skipif(
    os.environ.get("NUMBA_DISABLE_JIT") != "1", reason="for coverage: python -m pytest -p tests.uncompiled"
)


def test_a_pair_runs_uncompiled_and_its_books_balance() -> None:
    from sim.model.world import WorldSet

    ws = WorldSet([smallest(scenario, 8) for scenario in asked().scenarios.values()], 1)
    ws.run()
    for model in ws.models:
        model.customers.check_conservation()
    ws.customers.audit()

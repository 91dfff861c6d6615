"""The engine and the readable customers make the same choices and have the same trust every month, to the
bit.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.model.reference.customers import CustomersOfWorld
from sim.model.reference.population import cells_of, weights_of
from sim.scenario.resolution import resolve
from sim.scenario.schema import Switch
from tests.model.reference.engine import Engine, smallest

SWITCH = dt.date(2014, 7, 31)


def agree(engine: Engine) -> None:
    """Step one world and its twin side by side to the horizon, comparing everybody every month."""
    cells = cells_of(engine.scenario)
    real = [weight[3] for weight in weights_of(cells)]
    twin = CustomersOfWorld(engine.scenario, engine.seed, cells, real)
    twin.take_first_places(engine.terms())
    assert [customer.place for customer in twin.customers] == engine.places(), "first places differ"
    while engine.running:
        engine.step()
        twin.step(engine.terms())
        for customer, place in zip(twin.customers, engine.places(), strict=True):
            assert customer.place == place, f"month {twin.month - 1}: customer {customer.number}"
        trust = np.array([customer.trust for customer in twin.customers], np.float32)
        assert trust.tobytes() == engine.trust().tobytes(), f"month {twin.month - 1}: trust differs"
        assert [twin.mean_trust(cell) for cell in twin.cells] == engine.mean_trust()


@pytest.mark.long
@pytest.mark.parametrize("regime", ["history", "microsoft_wins", "doj_wins", "cloud_act"])
def test_the_twin_agrees_in_every_regime_over_the_whole_horizon(regime: str) -> None:
    base = smallest(resolve("history").scenarios["history"], 156)
    scenario = base if regime == "history" else replace(base, switches=(Switch(on=SWITCH, regime=regime),))
    agree(Engine(scenario, seed=7))


def test_the_twin_agrees_with_a_world_that_rides_with_another() -> None:
    scenarios = [smallest(s, 36) for s in resolve("two_worlds").scenarios.values()]
    agree(Engine(scenarios, seed=8, index=1))


VALUES = {
    "trust.asymmetry": st.floats(1.0, 5.0),
    "trust.peer_weight": st.floats(0.0, 0.9),
    "choice.nest_scale": st.floats(0.1, 1.0),
    "choice.network_effect": st.floats(0.0, 4.0),
    "choice.home_taste": st.floats(0.0, 5.0),
    "choice.threshold": st.floats(0.001, 0.1),
    "choice.own_keys_gap": st.floats(0.0, 5.0),
    "network.hearing": st.floats(0.0, 1.0),
    "network.telling": st.floats(0.0, 1.0),
    "switching.protect_share": st.floats(0.0, 1.0),
    "choice.sensitivity": st.floats(0.0, 10.0),
    "switching.between_providers": st.floats(0.0, 20.0),
    "choice.grace_months": st.integers(1, 36),
    "adoption.return_utility": st.floats(-30.0, 2.0),
}
FAR_FROM_SHIPPED = (4.5, 0.8, 0.3, 3.5, 4.0, 0.001, 1.0, 0.8, 0.5, 0.05, 6.0, 0.5, 2, -1.0)


def agree_with(values: Mapping[str, float], seed: int, months: int) -> None:
    """Compare under other values of the parameters, with many laws."""
    sets = [f"{path}={value}" for path, value in values.items()]
    scenario = resolve("two_worlds", sets=(*sets, "governments.base_rate=1.0")).scenarios["doj_wins"]
    agree(Engine(smallest(scenario, months), seed=seed))


def test_the_twin_agrees_far_from_the_shipped_parameters() -> None:
    agree_with(dict(zip(VALUES, FAR_FROM_SHIPPED, strict=True)), seed=11, months=14)


@pytest.mark.long
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(values=st.fixed_dictionaries(VALUES), seed=st.integers(0, 2**63 - 1))
def test_the_twin_agrees_over_random_valid_parameters(values: dict[str, float], seed: int) -> None:
    agree_with(values, seed, months=24)

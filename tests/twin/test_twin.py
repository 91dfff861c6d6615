"""The fast engine and its twin give the same choices and the same trust in every month, to the bit."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.model.population import smallest_size
from sim.model.world import WorldSet
from sim.scenario.resolution import resolve
from sim.scenario.scenario import Scenario
from sim.scenario.schema import Switch
from tests.twin.customers import TwinWorld

SWITCH = dt.date(2014, 7, 31)


def smallest(scenario: Scenario, months: int) -> Scenario:
    return replace(
        scenario, customers=smallest_size(len(scenario.jurisdictions), len(scenario.segments)), months=months
    )


def agree(worlds: WorldSet, index: int) -> None:
    """Step the set and one world's twin side by side to the horizon, comparing everybody every month."""
    twin = TwinWorld(worlds, index)
    fast = worlds.customers
    while worlds.running:
        worlds.step()
        twin.step()
        places = np.array([c.place for c in twin.customers])
        differ = np.flatnonzero(places != fast.place[:, index])
        assert differ.size == 0, (
            f"month {twin.month - 1}: customer {differ[0]} is at {fast.place[differ[0], index]}, its twin at {places[differ[0]]}"
        )
        trust = np.array([c.trust for c in twin.customers], np.float32)
        assert trust.tobytes() == np.ascontiguousarray(fast.trust[:, 2 * index : 2 * index + 2]).tobytes(), (
            f"month {twin.month - 1}: trust differs"
        )


@pytest.mark.slow
@pytest.mark.parametrize("regime", ["history", "microsoft_wins", "doj_wins", "cloud_act"])
def test_the_twin_agrees_in_every_regime_over_the_whole_horizon(regime: str) -> None:
    base = smallest(resolve("history").scenarios["history"], 156)
    scenario = base if regime == "history" else replace(base, switches=(Switch(on=SWITCH, regime=regime),))
    agree(WorldSet([scenario], seed=7), 0)


@pytest.mark.slow
def test_the_twin_agrees_with_a_world_that_rides_with_another() -> None:
    scenarios = [smallest(s, 36) for s in resolve("two_worlds").scenarios.values()]
    agree(WorldSet(scenarios, seed=8), 1)


@pytest.mark.slow
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    asymmetry=st.floats(1.0, 5.0),
    peer_weight=st.floats(0.0, 0.9),
    nest_scale=st.floats(0.1, 1.0),
    network_effect=st.floats(0.0, 4.0),
    sensitivity=st.floats(0.0, 10.0),
    switching=st.floats(0.0, 20.0),
    grace=st.integers(1, 36),
    return_utility=st.floats(-30.0, 2.0),
    seed=st.integers(0, 2**63 - 1),
)
def test_the_twin_agrees_over_random_valid_parameters(
    asymmetry: float,
    peer_weight: float,
    nest_scale: float,
    network_effect: float,
    sensitivity: float,
    switching: float,
    grace: int,
    return_utility: float,
    seed: int,
) -> None:
    sets = (
        f"trust.asymmetry={asymmetry}", f"trust.peer_weight={peer_weight}", f"choice.nest_scale={nest_scale}", f"choice.network_effect={network_effect}",
        f"choice.sensitivity={sensitivity}", f"switching.between_providers={switching}", f"choice.grace_months={grace}",
        f"adoption.return_utility={return_utility}", "governments.base_rate=1.0",
    )  # fmt: skip
    scenario = smallest(resolve("two_worlds", sets=sets).scenarios["doj_wins"], 24)
    agree(WorldSet([scenario], seed=seed), 0)

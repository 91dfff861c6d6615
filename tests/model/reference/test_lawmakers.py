"""The engine's and the readable lawmakers pass the same bills in the same months."""

from dataclasses import replace

import pytest

from sim.model.kernels.codes import PROTEST, UNREACHABLE
from sim.model.reference.lawmakers import Lawmakers, Seen
from sim.model.world import WarrantModel, WorldSet
from sim.scenario.scenario import Scenario
from sim.scenario.schema import Bill
from tests.model.reference.random_parameters import with_random_parameters
from tests.model.small_worlds import asked

BILLS = {
    "cloud_act": Bill(meets_need=1.0, ends_conflicts=0.4, reference="test"),
    "doj_wins": Bill(meets_need=1.0, ends_conflicts=0.0, reference="test"),
    "microsoft_wins": Bill(meets_need=0.0, ends_conflicts=1.0, reference="test"),
}
YES, AT_HOME, FOREIGN = 2, 0, 1


def seen(model: WarrantModel) -> Seen:
    """What lawmakers see of a world before they act."""
    month, outlook = model.casework.month, model.outlook
    return Seen(
        asked=int(month[FOREIGN, :, :, 0].sum() + month[AT_HOME, 0, UNREACHABLE, 0]),
        met=int(month[FOREIGN, :, :, YES].sum()),
        conflicts=int(model.casework.host_conflicts.sum()),
        protests=model.legislation.in_force[:, PROTEST].tolist(),
        earned=outlook.abroad.tolist(),
        lost=outlook.lost,
    )


def agree(scenario: Scenario, seed: int) -> list[str]:
    """Step both to the horizon; the regimes that were enacted."""
    worlds = WorldSet([scenario], seed)
    model, twin = worlds.models[0], Lawmakers(scenario, seed)
    enacted = []
    while worlds.running:
        month, regime = model.month, model.this_month.law.regime
        model.open_month()
        before = seen(model)
        model.govern()
        # Governments act before lawmakers, so that a protest of this month is known.
        now = replace(before, protests=model.legislation.in_force[:, PROTEST].tolist())
        expected = twin.step(month, regime, now)
        happened = [row[2] for row in model.books.law_changes if row[0] == month and row[3] == "enacted"]
        assert happened == ([expected] if expected else []), f"month {month}"
        enacted += happened
        model.trade()
        model.publish()
        worlds.customers.step(month)
        model.investigate()
        model.close_month()
        worlds.running = model.running
    return enacted


def scenario_of(world: str, last: str) -> Scenario:
    return replace(asked(last=last).scenarios[world], bills=BILLS)


@pytest.mark.parametrize("world", ["microsoft_wins", "doj_wins"])
def test_lawmakers_agree_as_shipped(world: str) -> None:
    agree(scenario_of(world, "2018-12"), seed=2)


@pytest.mark.parametrize("seed", [11, 12])
def test_lawmakers_agree_over_random_valid_parameters(seed: int) -> None:
    scenario = with_random_parameters(
        scenario_of("microsoft_wins", "2017-12"), seed, "lawmakers", "investigators"
    )
    lawmakers = scenario.parameters.lawmakers.model_copy(update={"base_rate": 0.5})
    scenario = replace(scenario, parameters=scenario.parameters.model_copy(update={"lawmakers": lawmakers}))
    assert agree(scenario, seed)

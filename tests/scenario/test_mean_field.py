"""One average customer a cell: nobody differs, the run is another run, and what agents add is computed."""

import numpy as np
import pytest

from sim.analysis.drivers import knockouts
from sim.model.population import build_population
from sim.model.world import WorldSet
from sim.runs.identity import run_id
from sim.runs.seed import run_seed
from sim.runs.seed_task import Task
from sim.scenario.resolution import Resolved, variant
from tests.model.small_worlds import asked


@pytest.fixture(scope="module")
def agents() -> Resolved:
    return asked(last="2015-12")


def test_all_customers_of_a_cell_are_copies_of_one(agents: Resolved) -> None:
    scenario = variant(agents, mean_field=True).scenarios["doj_wins"]
    x = build_population(scenario, 1)
    first = x.cells.start[:-1][x.cell]
    for alike in (x.initial_trust, x.susceptibility, x.sensitivity, x.home_taste):
        assert np.array_equal(alike, alike[first])
    assert np.allclose(x.weight, x.weight[first], rtol=1e-6)
    assert np.all(x.susceptibility == 1.0)
    assert np.array_equal(x.cell[x.peers], np.repeat(x.cell[:, None], x.peers.shape[1], axis=1))


def test_trust_stays_that_of_one_customer(agents: Resolved) -> None:
    ws = WorldSet(list(variant(agents, mean_field=True).scenarios.values()), 1)
    ws.run()
    first = ws.population.cells.start[:-1][ws.population.cell]
    assert np.array_equal(ws.customers.trust, ws.customers.trust[first])


def test_it_is_another_run_and_can_be_asked_for_in_a_file(agents: Resolved) -> None:
    average = variant(agents, mean_field=True)
    assert average.experiment.mean_field and not agents.experiment.mean_field
    ids = {run_id(r.scenarios["doj_wins"], 1, "world") for r in (agents, average)}
    assert len(ids) == 2
    assert asked("mean_field=true", last="2015-12").scenarios == average.scenarios


def test_what_agents_add_is_the_difference_of_the_differences(agents: Resolved) -> None:
    average, compare = variant(agents, mean_field=True), agents.experiment.compare
    assert compare is not None

    def done(of: Resolved, label: str) -> list:
        worlds = {name: of.scenarios[name] for name in compare}
        return [run_seed(Task(worlds, seed, "world", label), digests=False) for seed in (1, 2)]

    table = knockouts.mean_field_table(
        agents, done(agents, ""), {knockouts.MEAN_FIELD: done(average, knockouts.MEAN_FIELD)}
    )
    assert np.allclose(table["difference"], table["agents"] - table["mean_field"], equal_nan=True)
    assert (table["difference"].fillna(0.0) != 0.0).any()
    assert set(table["pairs"]) == {2}

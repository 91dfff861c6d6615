"""The engine and the readable sample agree on every cell's size and on what every customer stands for."""

import random
from dataclasses import replace

import pytest

from sim.model.reference.population import cells_of, weights_of
from sim.scenario.scenario import Scenario
from tests.model.reference.engine import Engine
from tests.model.small_worlds import asked


def agree(scenario: Scenario, seed: int) -> None:
    engine, cells = Engine(scenario, seed), cells_of(scenario)
    assert sum(cell.size for cell in cells) == scenario.customers
    countries = list(scenario.jurisdictions.values())
    assert [
        (countries.index(cell.where), cell.segment, cell.first, cell.size, cell.customers) for cell in cells
    ] == engine.sample()
    assert weights_of(cells) == engine.weights()


@pytest.mark.parametrize("customers", [1_450, 2_000, 20_011])
def test_the_sample_agrees_as_shipped(customers: int) -> None:
    agree(replace(asked().scenarios["doj_wins"], customers=customers), seed=3)


@pytest.mark.parametrize("seed", range(5))
def test_the_sample_agrees_for_random_segments_and_countries(seed: int) -> None:
    luck = random.Random(seed)
    base = asked().scenarios["doj_wins"]
    segments = {
        name: spec.model_copy(
            update={
                "customers": spec.customers * luck.uniform(0.1, 10.0),
                "accounts_per_customer": spec.accounts_per_customer * luck.uniform(0.1, 10.0),
                "tb_per_customer": spec.tb_per_customer * luck.uniform(0.1, 10.0),
                "usd_per_customer_year": spec.usd_per_customer_year * luck.uniform(0.0, 10.0),
                "size_tail": luck.uniform(1.01, 4.0),
            }
        )
        for name, spec in base.segments.items()
    }
    jurisdictions = {
        code: where.model_copy(
            update={
                "gdp_2013": where.gdp_2013 * luck.uniform(0.1, 10.0),
                "online_people_2013": where.online_people_2013 * luck.uniform(0.1, 10.0),
                "cloud_intensity": luck.uniform(0.05, 3.0),
            }
        )
        for code, where in base.jurisdictions.items()
    }
    customers = luck.randrange(1_500, 12_000)
    scenario = replace(base, segments=segments, jurisdictions=jurisdictions, customers=customers)
    agree(scenario, seed)

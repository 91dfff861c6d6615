"""Whoever knows Mesa finds a model: agents, a step, and running until the horizon."""

import gc
import inspect
import weakref

import mesa
import pytest

from sim.model.agents.governments import Government
from sim.model.agents.home_grown import HomeGrownProvider
from sim.model.agents.investigators import Investigator
from sim.model.agents.us_providers import Provider
from sim.model.world import WarrantModel, WorldSet
from sim.scenario.scenario import Scenario
from tests.model.small_worlds import asked, entries, world_set


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return asked(experiment="history", last="2013-06").scenarios["history"]


def test_a_world_is_a_mesa_model(scenario: Scenario) -> None:
    model = WarrantModel(scenario, seed=1)
    assert isinstance(model, mesa.Model)
    assert model.running
    assert model.month == 0


def test_its_agents_are_the_governments_providers_and_investigators(scenario: Scenario) -> None:
    """One government and home-grown provider for each country abroad, four US providers, police."""
    model = WarrantModel(scenario, seed=1)
    countries = len(scenario.jurisdictions)
    counts = {kind: len(agents) for kind, agents in model.agents_by_type.items()}
    assert counts == {
        Government: countries - 1,
        HomeGrownProvider: countries - 1,
        Provider: len(scenario.providers),
        Investigator: countries,
    }
    assert len(model.agents) == sum(counts.values())
    assert all(isinstance(agent, mesa.Agent) for agent in model.agents)
    codes = list(scenario.jurisdictions)
    assert [government.code for government in model.agents_by_type[Government]] == codes[1:]
    assert all(codes[agent.index] == agent.code for agent in model.agents_by_type[Investigator])


def test_a_step_is_a_month(scenario: Scenario) -> None:
    model = WarrantModel(scenario, seed=1)
    model.step()
    assert model.month == 1
    assert model.books.month == 1


def test_it_runs_to_the_horizon(scenario: Scenario) -> None:
    model = WarrantModel(scenario, seed=1)
    steps = 0
    while model.running:
        model.step()
        steps += 1
    assert steps == scenario.months == 6


def test_a_model_alone_is_a_set_of_one(scenario: Scenario) -> None:
    model = WarrantModel(scenario, seed=1)
    while model.running:
        model.step()
    ws = WorldSet([scenario], 1)
    ws.run()
    assert entries(model.books) == entries(ws.models[0].books)


def test_the_world_of_a_set_of_one_steps_it(scenario: Scenario) -> None:
    ws = WorldSet([scenario], 1)
    ws.models[0].step()
    assert ws.models[0].month == 1


def test_a_world_that_shares_its_customers_cannot_step_alone() -> None:
    ws = world_set(asked(last="2014-12"))
    with pytest.raises(RuntimeError, match="step the WorldSet"):
        ws.models[0].step()
    assert ws.models[0].month == 0


def test_a_set_stops_with_its_worlds() -> None:
    ws = world_set(asked(last="2014-09"))
    ws.run()
    assert not ws.running
    assert all(not model.running and model.month == 21 for model in ws.models)


def test_a_government_that_adopts_is_heard_and_written_down() -> None:
    """A protest is entered in the books and is bad news to the government's own people, nobody else's."""
    ws = world_set(asked(last="2014-09"), worlds=["doj_wins"])
    model = ws.models[0]
    before = model.mind.memory.copy()
    government = next(g for g in model.agents_by_type[Government] if g.code == "BR")
    government.adopt(0)
    month, country, instrument, change, _ = model.books.law_changes[-1]
    assert (month, country, instrument, change) == (0, "BR", "protest", "adopted")
    brazil = ws.population.cells.jurisdiction == government.index
    news = model.mind.memory - before
    assert (news[brazil, 0, 1] > 0.0).all()
    assert not news[~brazil].any()


def test_a_world_that_nobody_holds_gives_its_memory_back() -> None:
    """A sweep makes thousands of worlds in one process."""
    ws = world_set(asked(last="2014-09"))
    ws.run()
    left = [weakref.ref(model) for model in ws.models]
    del ws
    gc.collect()
    assert [model() for model in left] == [None] * len(left)


def test_a_government_knows_its_laws_its_peoples_trust_and_its_polices_unmet_need(scenario: Scenario) -> None:
    model = WarrantModel(scenario, seed=1)
    germany = next(g for g in model.agents_by_type[Government] if g.code == "DE")
    assert germany.laws_in_force == scenario.jurisdictions["DE"].instruments_2013
    here = model.customers.cells.jurisdiction == germany.index
    assert germany.trust == pytest.approx(model.customers.trust_means[here, 0].mean(), abs=1e-12)
    assert germany.unmet_need == 0.0
    germany.adopt(0)
    for _ in range(2):
        model.step()
    assert "protest" in germany.laws_in_force
    assert 0.0 < germany.trust_intelligence < 1.0


def test_a_data_collector_works_on_the_model_and_its_agents(scenario: Scenario) -> None:
    collector = mesa.DataCollector(
        model_reporters={"month": "month"},
        agent_reporters={"trust": lambda agent: getattr(agent, "trust", None)},
    )
    model = WarrantModel(scenario, seed=1)
    for _ in range(2):
        model.step()
        collector.collect(model)
    assert collector.get_model_vars_dataframe()["month"].tolist() == [1, 2]
    trust = collector.get_agent_vars_dataframe()["trust"].dropna()
    assert len(trust) == 2 * len(model.agents_by_type[Government])


def test_batch_run_runs_one_world_for_each_seed(scenario: Scenario) -> None:
    """Each row of Mesa's result is the state after so many months, from the start on."""
    rows = mesa.batch_run(
        WarrantModel,
        {"scenario": scenario, "seed": [1, 2], "model_reporters": [{"month": "month"}]},
        data_collection_period=1,
        display_progress=False,
    )
    assert [(row["seed"], row["month"]) for row in rows] == [(s, m) for s in (1, 2) for m in range(6)]


def test_a_shuffle_is_refused_and_told_why(scenario: Scenario) -> None:
    model = WarrantModel(scenario, seed=1)
    with pytest.raises(RuntimeError, match="the order of a month is fixed"):
        model.agents.shuffle_do("step")


def test_customers_come_as_a_table_with_named_columns(scenario: Scenario) -> None:
    model = WarrantModel(scenario, seed=1)
    table = model.customers_frame()
    assert len(table) == len(model.population)
    assert set(table["country"].cat.categories) == set(scenario.jurisdictions)
    assert table["provider"].isna().eq(table["place"] == "on_premises").all()
    totals = table.groupby("country", observed=True)["accounts"].sum()
    cells = model.customers.cells
    germany = cells.accounts[cells.jurisdiction == list(scenario.jurisdictions).index("DE")].sum()
    assert totals["DE"] == pytest.approx(germany, rel=1e-6)
    assert table["trust_law_enforcement"].between(0.0, 1.0).all()


def test_the_scenario_is_the_models_own_whatever_mesa_calls_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """From Mesa 3.5 on a model has a property of this name, which writes into what it is given."""
    monkeypatch.setattr(mesa.Model, "scenario", property(lambda _: None), raising=False)
    assert not isinstance(inspect.getattr_static(WarrantModel, "scenario"), property)

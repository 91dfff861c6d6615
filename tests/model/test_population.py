"""The sample stands for the real world, whatever its size."""

import numpy as np
import pytest

from sim.analysis.headlines import HEADLINES, interval
from sim.model.population import (
    PEERS,
    UNITS,
    Population,
    build_population,
    curves_of_adoption,
    smallest_size,
)
from sim.runs.pairs import must_be_equal_for
from sim.scenario.scenario import Scenario
from tests.model.small_worlds import SMALLEST, asked, has_run

USUAL = 20_000


def _scenario(customers: int) -> Scenario:
    return asked(customers=customers).scenarios["doj_wins"]


@pytest.fixture(scope="module")
def smallest() -> Population:
    return build_population(_scenario(SMALLEST), 1)


@pytest.fixture(scope="module")
def usual() -> Population:
    return build_population(_scenario(USUAL), 1)


def _by_cell(population: Population, measure: int) -> np.ndarray:
    return np.add.reduceat(population.weight[:, measure], population.cells.start[:-1])


def test_totals_are_those_of_the_real_world_whatever_the_size(
    smallest: Population, usual: Population
) -> None:
    """Accounts, TB, USD and customers of every cell: the same to rounding (half a millionth a customer)."""
    assert len(smallest) == SMALLEST
    assert len(usual) == USUAL
    for measure, name in enumerate(("accounts", "tb", "usd_month", "customers")):
        real = getattr(usual.cells, name)
        assert np.array_equal(real, getattr(smallest.cells, name))
        for population in (smallest, usual):
            rounding = np.diff(population.cells.start) * 0.5 / UNITS
            assert np.all(np.abs(_by_cell(population, measure) / UNITS - real) <= rounding + 1e-12 * real)


def test_totals_are_the_sources_figures() -> None:
    """Customers of a segment: so many a USD bn of GDP or a million people online, from the configuration."""
    scenario = _scenario(SMALLEST)
    cells = build_population(scenario, 1).cells
    for s, spec in enumerate(scenario.segments.values()):
        for j, where in enumerate(scenario.jurisdictions.values()):
            base = where.gdp_2013 if spec.customers_per == "gdp_usd_bn" else where.online_people_2013
            c = 5 * j + s
            assert (cells.jurisdiction[c], cells.segment[c]) == (j, s)
            assert cells.customers[c] == pytest.approx(spec.customers * base)
            assert cells.accounts[c] == pytest.approx(cells.customers[c] * spec.accounts_per_customer)
            assert cells.tb[c] == pytest.approx(cells.customers[c] * spec.tb_per_customer)
            assert cells.usd_month[c] * 12.0 == pytest.approx(
                cells.customers[c] * spec.usd_per_customer_year * where.cloud_intensity
            )


def test_every_cell_has_thirty_customers_at_the_usual_size_and_five_at_the_smallest(
    smallest: Population, usual: Population
) -> None:
    assert np.diff(usual.cells.start).min() >= 30
    assert np.diff(smallest.cells.start).min() >= 5
    assert len(usual.cells) == len(_scenario(USUAL).jurisdictions) * 5


def test_at_the_very_smallest_size_every_cell_has_exactly_its_minimum() -> None:
    scenario = _scenario(SMALLEST)
    size = smallest_size(len(scenario.jurisdictions), len(scenario.segments))
    assert size <= SMALLEST
    tight = build_population(Scenario(**{**scenario.__dict__, "customers": size}), 1)
    assert set(np.diff(tight.cells.start)) == {5}
    with pytest.raises(ValueError, match="too few"):
        build_population(Scenario(**{**scenario.__dict__, "customers": size - 1}), 1)


def test_sizes_are_quantiles_not_draws(usual: Population) -> None:
    """Sizes are equal under every seed: even quantiles of a Pareto distribution in each cell."""
    other = build_population(_scenario(USUAL), 2)
    assert np.array_equal(usual.weight, other.weight)
    scenario = _scenario(USUAL)
    for c in (0, 2, 7, 143):
        a, b = usual.cells.start[c], usual.cells.start[c + 1]
        accounts = usual.weight[a:b, 0] / UNITS
        assert np.all(np.diff(accounts) > 0)
        tail = list(scenario.segments.values())[usual.cells.segment[c]].size_tail
        levels = (np.arange(b - a) + 0.5) / (b - a)
        pareto = (1.0 - levels) ** (-1.0 / tail)
        assert np.allclose(accounts, usual.cells.accounts[c] * pareto / pareto.sum(), rtol=1e-6)


def test_a_simulated_customer_stands_for_as_many_whatever_its_size(usual: Population) -> None:
    for c in range(len(usual.cells)):
        a, b = usual.cells.start[c], usual.cells.start[c + 1]
        assert np.ptp(usual.weight[a:b, 3]) == 0


# --- the network -------------------------------------------------------------------------------------------


def test_nobody_is_its_own_peer(smallest: Population, usual: Population) -> None:
    for population in (smallest, usual):
        assert population.peers.shape == (len(population), PEERS)
        assert not np.any(population.peers == np.arange(len(population))[:, None])
        assert population.peers.min() >= 0
        assert population.peers.max() < len(population)


def test_peers_are_mostly_of_the_same_country_and_segment(usual: Population) -> None:
    """Shares of the network's parameters; another segment may by chance be the own one (1 in 5)."""
    network = _scenario(USUAL).parameters.network
    cells = usual.cells
    own = usual.cell[:, None]
    of_peers = usual.cell[usual.peers]
    same_cell = np.mean(of_peers == own)
    same_country = np.mean(cells.jurisdiction[of_peers] == cells.jurisdiction[own])
    assert same_cell == pytest.approx(network.same_cell + network.same_country / 5.0, abs=0.01)
    anywhere = 1.0 - network.same_cell - network.same_country
    assert (
        network.same_cell + network.same_country
        <= same_country
        <= network.same_cell + network.same_country + anywhere * 0.3
    )
    assert same_cell > 0.75


# --- luck --------------------------------------------------------------------------------------------------


def test_attributes_have_the_distributions_that_are_written(usual: Population) -> None:
    scenario = _scenario(USUAL)
    p = scenario.parameters
    assert usual.susceptibility.mean() == pytest.approx(1.0, abs=0.03)  # exponential
    assert usual.susceptibility.std() == pytest.approx(1.0, abs=0.05)
    relative = usual.sensitivity / np.array(p.choice.sensitivity.values)[usual.cells.segment[usual.cell]]
    assert relative.mean() == pytest.approx(1.0, abs=0.03)
    assert np.log(relative).std() == pytest.approx(p.choice.sensitivity_spread, rel=0.03)
    germany = usual.cells.jurisdiction[usual.cell] == 1
    level = p.trust.initial_offset + p.trust.initial_scale * scenario.jurisdictions["DE"].initial_trust
    assert usual.initial_trust[germany].mean() == pytest.approx(level, abs=0.02)
    assert np.abs(usual.initial_trust[germany] - level).max() <= p.trust.spread + 1e-6
    for uniform in (usual.law_order, usual.us_business):
        assert uniform.mean() == pytest.approx(0.5, abs=0.01)
    assert np.all(usual.renewal >= 0)
    assert np.all(usual.renewal < usual.term)


def test_who_is_ready_to_adopt_follows_the_ceiling(usual: Population) -> None:
    """A share 1 - ceiling of every cell never adopts, to the few customers by which a lattice is off."""
    ceilings = curves_of_adoption(_scenario(USUAL))[1]
    never = np.add.reduceat(np.isinf(usual.readiness).astype(float), usual.cells.start[:-1])
    sizes = np.diff(usual.cells.start)
    assert np.all(np.abs(never - (1.0 - ceilings) * sizes) <= 4.0)


def test_big_customers_are_neither_early_nor_late(usual: Population) -> None:
    """Among the upper half by size as many are ready early as among the lower half."""
    sizes = np.diff(usual.cells.start)
    for c in np.flatnonzero(sizes >= 60):
        a, b = usual.cells.start[c], usual.cells.start[c + 1]
        middle = (a + b) // 2
        early = np.median(usual.readiness[a:b])
        halves = [np.mean(usual.readiness[x:y] <= early) for x, y in ((a, middle), (middle, b))]
        assert abs(halves[0] - halves[1]) < 0.2


# --- the panel ------------------------------------------------------------------------------------------


def test_the_panels_weights_add_up_to_all_accounts(smallest: Population, usual: Population) -> None:
    """Also where a cell has fewer customers than the panel would ask of it."""
    large_panel = build_population(asked("survey.panel=20000").scenarios["doj_wins"], 1)
    for population in (smallest, usual, large_panel):
        assert population.panel_weight.sum() == pytest.approx(population.cells.accounts.sum())
        of_cell = np.zeros(len(population.cells))
        np.add.at(of_cell, population.cell[population.panel], population.panel_weight)
        assert np.allclose(of_cell, population.cells.accounts)
        assert len(set(population.panel.tolist())) == len(population.panel)


def test_the_panel_is_spread_over_sizes(usual: Population) -> None:
    """In every cell somebody of the lower and somebody of the upper half by size is asked."""
    for c in range(len(usual.cells)):
        a, b = usual.cells.start[c], usual.cells.start[c + 1]
        members = usual.panel[(usual.panel >= a) & (usual.panel < b)]
        assert len(members) >= 2
        assert members.min() < (a + b) // 2 <= members.max()


def test_blocks_cover_everybody_once_and_straddle_no_cell(usual: Population) -> None:
    covered = np.concatenate([np.arange(a, b) for a, b in usual.blocks])
    assert np.array_equal(covered, np.arange(len(usual)))
    assert all(usual.cell[a] == usual.cell[b - 1] for a, b in usual.blocks)


# --- doubling ------------------------------------------------------------------------------------------


def _differences(customers: int, seeds: range) -> dict[str, list[float]]:
    resolved = asked(customers=customers)
    out: dict[str, list[float]] = {headline.code: [] for headline in HEADLINES}
    for seed in seeds:
        ws = has_run(resolved, seed=seed)
        first = must_be_equal_for(ws.models[0].scenario, ws.models[1].scenario)
        a, b = (model.books.tables("world")["world"] for model in ws.models)
        for headline in HEADLINES:
            out[headline.code].append(headline.read(b, first) - headline.read(a, first))
    return out


@pytest.mark.long
def test_doubling_the_population_moves_headlines_only_within_their_interval() -> None:
    """With twice the customers the worlds' difference changes no more than luck explains."""
    few, many = _differences(5_000, range(1, 5)), _differences(10_000, range(1, 5))
    beyond = {}
    for headline in HEADLINES:
        a, b = interval(few[headline.code]), interval(many[headline.code])
        allowed = np.hypot(a.high - a.mean, b.high - b.mean)
        if abs(a.mean - b.mean) > allowed:
            beyond[headline.code] = (a, b)
    assert not beyond

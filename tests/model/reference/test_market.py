"""The engine and the readable market lay the same terms before every cell, to the bit."""

import pytest

from sim.model.reference.market import Market
from sim.model.reference.population import cells_of
from sim.model.reference.us_providers import Provider
from sim.scenario.scenario import Scenario
from tests.model.reference.engine import Engine, smallest
from tests.model.reference.random_parameters import with_random_parameters
from tests.model.small_worlds import asked


def compare_terms(market: Market, engine: Engine) -> None:
    laws, beliefs = engine.laws_in_force(), engine.beliefs()
    engine.copy_offers(market.providers)
    for cell, terms, believed in zip(market.cells, engine.terms(), beliefs, strict=True):
        where = f"month {engine.month}, cell {cell.number}"
        assert market.exposure(cell, *believed, laws["extraterritorial_claim"]) == terms.exposure, where
        assert market.closed(cell, laws) == (terms.closed, terms.unlawful), where
        assert market.utility(cell, laws["transfer_suspension"]) == terms.utility, where


def agree(scenario: Scenario, seed: int) -> dict[str, list[float]]:
    """Step both to the horizon, comparing every cell every month; returns the laws in force at the end."""
    engine = Engine(scenario, seed)
    market = Market(
        scenario,
        cells_of(scenario),
        [Provider(scenario, p, code) for p, code in enumerate(scenario.providers)],
    )
    claims, laws = engine.laws_in_force()["extraterritorial_claim"], engine.laws_in_force()
    market.anchor(
        engine.first_mean_trust(),
        [market.exposure(cell, *b, claims) for cell, b in zip(market.cells, engine.beliefs(), strict=True)],
        [market.closed(cell, laws)[0] for cell in market.cells],
    )
    compare_terms(market, engine)
    while engine.running:
        engine.open_month()
        market.trends.open_month(engine.month)
        engine.govern()
        engine.trade()
        engine.publish()
        compare_terms(market, engine)
        engine.move_customers()
        engine.investigate()
        stocks = engine.stocks()
        spend = [market.spend(cell, stock) for cell, stock in zip(market.cells, stocks, strict=True)]
        assert spend == engine.spend()
        market.learn(stocks)
        market.move_gaps(stocks, [terms.unlawful for terms in engine.terms()])
        engine.close_month()
    return engine.laws_in_force()


def test_the_market_agrees_as_shipped() -> None:
    agree(smallest(asked().scenarios["doj_wins"], 15), seed=2)


@pytest.mark.parametrize("seed", [41, pytest.param(42, marks=pytest.mark.long)])
def test_the_market_agrees_over_random_valid_parameters(seed: int) -> None:
    scenario = smallest(asked("governments.base_rate=0.5").scenarios["doj_wins"], 21)
    groups = ("market", "choice", "exposure", "providers", "trust")
    laws = agree(with_random_parameters(scenario, seed, *groups), seed)
    for instrument in ("procurement_rule", "sector_localisation", "general_localisation"):
        assert any(share > 0.0 for share in laws[instrument])

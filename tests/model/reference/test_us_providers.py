"""The engine and the readable US providers expect the same gains and make the same decisions, to the bit."""

import datetime as dt
from dataclasses import replace

import pytest

from sim.model.reference.us_providers import Provider, host_of, share_doing
from sim.scenario.scenario import Scenario
from tests.model.reference.engine import Engine, smallest
from tests.model.reference.random_parameters import with_random_parameters
from tests.model.small_worlds import asked, with_levers


def compare_offers(providers: list[Provider], engine: Engine) -> None:
    order = ("own_region", "host", "discount", "live", "under_way", "live_since")
    offers = [[tuple(getattr(o, name) for name in order) for o in p.offers] for p in providers]
    assert offers == engine.offers()
    hosts = engine.hosts()
    found = [[host_of(providers, j, place) for place in range(len(row))] for j, row in enumerate(hosts)]
    assert found == hosts


def agree(scenario: Scenario, seed: int) -> set[tuple[str, str]]:
    """Step both to the horizon, comparing every quarter; returns what was done: offer, change."""
    engine, done = Engine(scenario, seed), set()
    providers = [Provider(scenario, p, code) for p, code in enumerate(scenario.providers)]
    compare_offers(providers, engine)
    while engine.running:
        engine.open_month()
        engine.govern()
        month, is_quarter = engine.month, engine.month % 3 == 0 and engine.month > 0
        cells = engine.cells_seen() if is_quarter else []
        conflicts = float(sum(conflicts for conflicts, _ in engine.conflicts()))
        engine.trade()
        if is_quarter:
            for provider in providers:
                provider.changes.clear()
                provider.open_finished(month)
                provider.pull_levers(month)
            for provider in providers:
                provider.look_ahead(cells)
            outlook = [(p.gain, p.distrust_cost, p.abroad) for p in providers]
            assert outlook == engine.outlook(), f"month {month}"
            all_abroad = 0.0
            for provider in providers:
                all_abroad += provider.abroad
            growth = engine.yearly_growth()
            for provider in providers:
                provider.step(engine.seed, month, growth, conflicts, all_abroad)
            changes = [change for provider in providers for change in provider.changes]
            assert sorted(changes) == sorted(engine.offer_changes()), f"month {month}"
            assert share_doing(providers, "litigates") == engine.litigating()
            assert share_doing(providers, "transparent") == engine.transparent()
            compare_offers(providers, engine)
            done |= {(offer, change) for _, _, offer, change, _ in changes}
        engine.publish()
        engine.move_customers()
        engine.investigate()
        engine.close_month()
    return done


@pytest.mark.parametrize("world", ["microsoft_wins", "doj_wins"])
def test_us_providers_agree_as_shipped(world: str) -> None:
    done = agree(smallest(asked().scenarios[world], 49), seed=4)
    assert done >= {("local_region", "live"), ("local_region", "recorded")}


def test_us_providers_agree_where_levers_are_pulled() -> None:
    on, abroad = dt.date(2013, 12, 31), ("abroad",)
    scenario = with_levers(
        smallest(asked().scenarios["doj_wins"], 25),
        {"by": "microsoft", "act": "close", "offer": "local_region", "countries": ("IE",), "on": on},
        {"by": "google", "act": "open", "offer": "local_region", "countries": ("BR", "JP"), "on": on},
        {"by": "us_providers", "act": "open", "offer": "trustee", "countries": ("eu",), "on": on},
        {"by": "aws", "act": "publish", "on": on},
        {"by": "google", "act": "litigate", "on": dt.date(2014, 2, 1)},
        {"by": "microsoft", "act": "cut_price", "cut": 0.1, "countries": abroad, "on": on},
    )
    done = agree(scenario, seed=4)
    assert done >= {
        ("local_region", "closed"),
        ("local_region", "live"),
        ("trustee", "live"),
        ("transparency", "live"),
        ("litigation", "live"),
        ("discount", "live"),
    }


@pytest.mark.parametrize("seed", [31, pytest.param(32, marks=pytest.mark.long)])
def test_us_providers_agree_over_random_valid_parameters(seed: int) -> None:
    scenario = smallest(asked().scenarios["doj_wins"], 43)
    scenario = with_random_parameters(scenario, seed, "providers", "choice", "trust", "exposure")
    p = scenario.parameters
    # Cheap offers and short trials, so that much is opened and closed.
    cheap = p.providers.model_copy(
        update={
            "sovereign_capital": {
                name: value / 50.0 for name, value in p.providers.sovereign_capital.items()
            },
            "sovereign_build_months": dict.fromkeys(p.providers.sovereign_build_months, 4.0),
            "sovereign_trial_months": 6.0,
            "sovereign_close_share": 0.2,
            "responsiveness": 1.0,
            "discount": 0.05,
        }
    )
    scenario = replace(scenario, parameters=p.model_copy(update={"providers": cheap}))
    done = agree(scenario, seed)
    assert {offer for offer, _ in done} & {"trustee", "customer_keys", "us_subsidiary"}
    assert "closed" in {change for _, change in done}

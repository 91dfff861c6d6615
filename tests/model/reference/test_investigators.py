"""The engine and the readable investigators make the same requests, route them alike and obtain the same, to
the bit.
"""

import datetime as dt
from dataclasses import astuple, replace

import pytest

from sim.model.reference.docket import Requests
from sim.model.reference.investigators import Investigators
from sim.model.reference.population import cells_of, totals_of_cell, weights_of
from sim.scenario.scenario import Scenario
from sim.scenario.schema import Switch
from tests.model.reference.engine import Engine, smallest
from tests.model.reference.random_parameters import with_random_parameters
from tests.model.small_worlds import asked, with_levers


def agree(scenario: Scenario, seed: int, keys_everywhere: bool = False) -> set[str]:
    """Step both to the horizon, comparing every month; returns the routes that requests took, and
    "unreadable".
    """
    engine = Engine(scenario, seed)
    if keys_everywhere:
        engine.offer_keys_everywhere()
    cells = cells_of(scenario)
    accounts = [totals_of_cell(cell.where, cell.spec).accounts for cell in cells]
    held = [weight[0] for weight in weights_of(cells)]
    requests = Requests(scenario, seed, cells, accounts, held)
    drawn = [
        [(r.customer, r.police, r.number, r.evades, r.agent) for r in of_month]
        for of_month in requests.by_month
    ]
    assert drawn == engine.requests()
    assert requests.plain == engine.plain_requests()
    assert requests.non_content == engine.non_content()
    twin = Investigators(requests, engine.rule(), engine.places(), engine.hosts(), engine.rule_belief())
    aimed = [[request.customer for request in of_month] for of_month in twin.by_month]
    assert aimed == engine.targets()
    routes = set()
    while engine.running:
        engine.open_month()
        engine.govern()
        engine.trade()
        engine.publish()
        engine.move_customers()
        month = engine.month
        for event in engine.calendar().events:
            if event.act is not None and event.act.act == "mla_staff":
                twin.employ(event.act)
        twin.work(month, engine.rule(), engine.places(), engine.hosts(), engine.rule_belief())
        engine.investigate()
        assert {key: astuple(tally) for key, tally in twin.tallies.items()} == engine.tallies(), (
            f"month {month}"
        )
        assert list(zip(twin.host_conflicts, twin.subject_conflicts, strict=True)) == engine.conflicts()
        assert list(zip(twin.public, twin.in_court, twin.fought, strict=True)) == engine.known_orders()
        assert [astuple(tally) for tally in twin.about.values()] == engine.about()
        assert [astuple(orders) for orders in twin.foreign_orders] == engine.foreign_orders()
        assert twin.disclosures == engine.disclosures()
        assert [[clerk.backlog_at(month + 1) for clerk in side] for side in twin.clerks] == engine.backlog()
        assert [twin.unmet(j) for j in range(len(twin.countries))] == engine.unmet()
        routes |= {route for _, _, route in twin.tallies}
        routes |= {"unreadable" for tally in twin.tallies.values() if tally.unreadable}
        engine.close_month()
    return routes


def under(regime: str, months: int) -> Scenario:
    """A small world under a regime from August 2013 on."""
    base = smallest(asked().scenarios["doj_wins"], months)
    return replace(base, switches=(Switch(on=dt.date(2013, 7, 31), regime=regime),))


@pytest.mark.parametrize("regime", [pytest.param("microsoft_wins", marks=pytest.mark.long), "doj_wins"])
def test_investigators_agree_as_shipped(regime: str) -> None:
    assert "mla" in agree(under(regime, 16), seed=5)


@pytest.mark.long
def test_investigators_agree_where_levers_are_pulled() -> None:
    on, partners = dt.date(2013, 10, 31), ("eu", "five_eyes")
    scenario = with_levers(
        under("doj_wins", 16),
        {
            "by": "US",
            "act": "agreement",
            "countries": partners,
            "notice": 0.5,
            "quota": 2.0,
            "lifts_bar": 0.3,
            "on": on,
        },
        {"by": "US", "act": "comity", "comity": "statutory", "on": on},
        {"by": "US", "act": "mla_staff", "times": 3.0, "countries": ("abroad",), "on": on},
    )
    assert {"agreement", "comity_review", "mla"} <= agree(scenario, seed=5)


@pytest.mark.long
def test_investigators_agree_while_the_law_is_contested() -> None:
    """Each provider honours a share of its own."""
    base = smallest(asked().scenarios["doj_wins"], 14)
    contested = base.regimes["contested"]
    shares = {"all": 0.6, "microsoft": 0.1, "google": 0.4}
    stages = {name: s.model_copy(update={"honoured": shares}) for name, s in contested.stages.items()}
    regimes = base.regimes | {"contested": contested.model_copy(update={"stages": stages})}
    assert {"direct", "mla", "unreachable"} <= agree(replace(base, regimes=regimes), seed=6)


@pytest.mark.parametrize(
    ("regime", "seed"),
    [
        ("cloud_act", 21),
        pytest.param("microsoft_wins", 22, marks=pytest.mark.long),
        pytest.param("leads_act", 23, marks=pytest.mark.long),
        pytest.param("icpa", 24, marks=pytest.mark.long),
    ],
)
def test_investigators_agree_over_random_valid_parameters(regime: str, seed: int) -> None:
    scenario = with_random_parameters(
        under(regime, 11), seed, "investigators", "orders", "choice", "providers"
    )
    p = scenario.parameters
    # Many laws, so that agreements, claims and blocking statutes decide.
    eager = p.governments.model_copy(
        update={
            "base_rate": dict.fromkeys(p.governments.base_rate, 2.0),
            "legal_delay": dict.fromkeys(p.governments.legal_delay, 1.0),
        }
    )
    # Attractive keys in customers' hands, so that some of what is obtained cannot be read.
    keys = p.choice.model_copy(update={"keys_gap": -1.0, "keys_premium": 0.0})
    # Agreements with few orders each month, of which the partner is often told, and some lift its bar.
    terms = {"agreement_quota": 2.0, "agreement_notice": 0.5, "agreement_objection": 0.5}
    terms["agreement_lifts_bar"] = 0.3
    orders = p.orders.model_copy(update=terms)
    changed = {"governments": eager, "choice": keys, "orders": orders}
    scenario = replace(scenario, parameters=p.model_copy(update=changed))
    expected = {
        "cloud_act": {"agreement", "comity_review", "mla"},
        "microsoft_wins": {"mla", "direct"},
        "leads_act": {"mla", "direct"},
        "icpa": {"mla", "direct"},
    }
    assert agree(scenario, seed, keys_everywhere=True) >= {*expected[regime], "unreadable"}

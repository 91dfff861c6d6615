"""Regions of US providers: history as far as it is recorded, decisions afterwards; where they lead data."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from sim.model.agents.us_providers import month_of_first_decision
from sim.model.kernels.codes import TB
from sim.model.places import LOCAL_REGION, us_place
from sim.model.world import WorldSet
from tests.model.small_worlds import asked, has_run, trust_of

WORLD = "doj_wins"
# News that answers to where data lies or to what providers earn, off: what is left is the region itself.
NO_ECHO = (
    "trust.incident_news=0",
    "providers.litigation_trust=0",
    "providers.transparency_trust=0",
    "governments.base_rate=0",
)


@pytest.fixture(scope="module")
def as_recorded() -> WorldSet:
    return has_run(asked("governments.base_rate=0"), worlds=[WORLD])


def test_regions_open_as_recorded_and_are_decisions_afterwards(as_recorded: WorldSet) -> None:
    model = as_recorded.models[0]
    scenario, codes = model.scenario, list(model.scenario.jurisdictions)
    opened = {
        (provider, codes[j]): month
        for month, provider, j, offer, change, _ in model.books.offer_changes
        if offer == "local_region" and change == "recorded"
    }
    for code, provider in scenario.providers.items():
        for where, on in provider.region_openings.items():
            acts = scenario.month_after(on)
            quarter = -(-acts // 3) * 3
            if quarter < scenario.months:
                assert opened[code, where] == quarter, f"{code} in {where}"
    assert opened["aws", "DE"] == scenario.month_after(dt.date(2014, 12, 31))  # opened on 2014-10-23
    for month, provider, _, offer, change, _ in model.books.offer_changes:
        if offer == "local_region" and change == "announced":
            assert month >= month_of_first_decision(scenario, provider)


def test_a_new_region_moves_data_towards_it_and_trust_not_at_all() -> None:
    """Two worlds that differ in one thing: AWS opens in Frankfurt in 2014, or never."""
    resolved = asked(*NO_ECHO, last="2019-12", customers=4000)
    scenario = resolved.scenarios[WORLD]
    without = {**scenario.providers}
    aws = without["aws"]
    openings = {code: on for code, on in aws.region_openings.items() if code != "DE"}
    without["aws"] = aws.model_copy(update={"region_openings": openings})
    sets = []
    for providers in (scenario.providers, without):
        ws = WorldSet([replace(scenario, providers=providers)], 1)
        ws.run()
        sets.append(ws)
    region, nowhere = sets
    germans = region.population.cells.jurisdiction == list(scenario.jurisdictions).index("DE")
    germany, place = (
        germans.nonzero()[0][0] // 5,
        us_place(list(scenario.providers).index("aws"), LOCAL_REGION),
    )
    host = [ws.models[0].offers.hosts[germany, place] for ws in sets]
    assert list(scenario.jurisdictions)[host[1]] == "IE" and host[0] == germany
    at_home = [
        int(ws.customers.stock[0, germans][:, ws.models[0].offers.hosts[germany] == germany, TB].sum())
        for ws in sets
    ]
    assert at_home[0] > at_home[1]
    assert np.array_equal(trust_of(region, 0), trust_of(nowhere, 0))

"""Worlds with and without levers are equal until the levers act; then these are done, and books balance."""

import datetime as dt
from typing import Any

import pytest

from sim.model.kernels.codes import CUSTOMER_KEYS, LOCAL_REGION, TRUSTEE
from sim.model.world import WorldSet
from sim.runs.pairs import first_difference, must_be_equal_for
from sim.vocabulary import INSTRUMENTS
from tests.model.small_worlds import asked, with_levers

ON = dt.date(2014, 12, 31)
ACTS: tuple[dict[str, Any], ...] = (
    {"by": "microsoft", "act": "close", "offer": "local_region", "countries": ("IE",)},
    {"by": "aws", "act": "open", "offer": "local_region", "countries": ("PL",)},
    {"by": "us_providers", "act": "open", "offer": "customer_keys", "countries": ("eu",)},
    {"by": "google", "act": "open", "offer": "trustee", "countries": ("DE",)},
    {"by": "google", "act": "litigate"},
    {"by": "aws", "act": "publish"},
    {"by": "microsoft", "act": "cut_price", "cut": 0.1, "countries": ("FR",)},
    {"by": "US", "act": "comity", "comity": "statutory"},
    {"by": "US", "act": "agreement", "countries": ("DE",), "notice": 1.0, "quota": 3.0},
    {"by": "US", "act": "mla_staff", "times": 3.0, "countries": ("FR",)},
    {"by": "FR", "act": "adopt", "instrument": "blocking_statute"},
    {"by": "CN", "act": "repeal", "instrument": "sector_localisation"},
    {"by": "history", "act": "move", "event": "T14"},
)


@pytest.fixture(scope="module")
def pair() -> WorldSet:
    """A year and a half after the levers; books are checked in every month, with a recount at the end."""
    without = asked(last="2016-06").scenarios["doj_wins"]
    worlds = WorldSet([without, with_levers(without, *({**act, "on": ON} for act in ACTS))], seed=5)
    worlds.run()
    return worlds


def test_worlds_are_equal_to_the_bit_until_the_month_of_the_levers(pair: WorldSet) -> None:
    without, pulled = pair.models
    months = must_be_equal_for(without.scenario, pulled.scenario)
    assert without.scenario.month_start(months) == dt.date(2015, 1, 1)
    assert first_difference(without.books, pulled.books, months) is None
    assert first_difference(without.books, pulled.books, months + 1) is not None


def test_providers_have_done_what_their_levers_say(pair: WorldSet) -> None:
    without, pulled = pair.models
    codes, offers = list(pulled.scenario.jurisdictions), pulled.offers
    p = {code: i for i, code in enumerate(pulled.scenario.providers)}
    ireland, poland, germany, france = (codes.index(code) for code in ("IE", "PL", "DE", "FR"))
    region = 2 + 5 * p["microsoft"] + LOCAL_REGION
    assert without.offers.hosts[ireland, region] == ireland
    assert offers.hosts[ireland, region] == codes.index("NL")  # the next region of the bloc
    assert offers.own_region[p["aws"], poland]
    assert offers.live[:, france, CUSTOMER_KEYS].all()
    assert offers.live[p["google"], germany, TRUSTEE]
    assert offers.discount[p["microsoft"], france] == 0.1
    assert [one.litigates for one in pulled.us_providers if one.code == "google"] == [True]


def test_governments_and_the_us_have_done_what_their_levers_say(pair: WorldSet) -> None:
    _, pulled = pair.models
    codes, law = list(pulled.scenario.jurisdictions), pulled.this_month.law
    in_force = pulled.legislation.in_force
    assert in_force[codes.index("FR"), INSTRUMENTS.index("blocking_statute")] == 1.0
    assert in_force[codes.index("DE"), INSTRUMENTS.index("executive_agreement")] == 1.0
    assert (law.regime, law.comity, law.agreements) == ("doj_wins", "statutory", (("DE", 3.0, 1.0, None),))
    rule = pulled.rule_of_month
    germany = codes.index("DE")
    assert rule.agreements.sum() == 1
    assert (rule.agreements[germany], rule.terms.quota[germany]) == (True, 3.0)
    assert pulled.casework.queues.staff[1, codes.index("FR")] == 3.0
    changes = {row[1:] for row in pulled.books.law_changes}
    assert ("CN", "sector_localisation", "repealed", "lever") in changes

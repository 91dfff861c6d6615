"""Reading the rows of the law from top to bottom gives what the engine's dense tables hold, in every
circumstance.
"""

from itertools import product

from sim.model.reference.routing import ForeignOrder, USOrder, rule_on_foreign_order, rule_on_us_order
from sim.scenario.law import CONTROLLERS, FOREIGN_LOCATIONS, LOCATIONS
from tests.model.reference.engine import foreign_rulings, us_rulings
from tests.model.small_worlds import base

FLAG = (False, True)


def test_us_orders_are_ruled_alike_in_every_circumstance() -> None:
    law = base().contents.law
    circumstances = product(law.comity, law.settled(), LOCATIONS, CONTROLLERS, *[FLAG] * 8)
    found = [rule_on_us_order(law, USOrder(test, comity, *rest)) for comity, test, *rest in circumstances]
    assert [(ruling.route, ruling.conflict, ruling.notice) for ruling in found] == us_rulings(law)
    assert len({ruling.route for ruling in found}) == 5


def test_foreign_orders_are_ruled_alike_in_every_circumstance() -> None:
    law = base().contents.law
    circumstances = product(law.settled(), FOREIGN_LOCATIONS, CONTROLLERS, *[FLAG] * 4)
    found = [
        rule_on_foreign_order(law, ForeignOrder(test, law.tests[test].bar, *rest))
        for test, *rest in circumstances
    ]
    assert [(ruling.route, ruling.conflict, ruling.asks) for ruling in found] == foreign_rulings(law)
    assert {ruling.asks for ruling in found} == {"us", "host"}

"""What an order for data does: one table from circumstances to route, read top to bottom, first match wins.

Two questions, two tables. A US order asks: whose law governs, and can the provider be made to hand over? A foreign
order for data at a US provider asks the same the other way round. A cell left empty in a rule matches anything.

A blocking statute never changes the route: US courts give a law made to frustrate them little weight (Aerospatiale,
482 U.S. 522, 544 n.29 (1987)). It makes obeying an offence: a conflict of law that costs the provider and delays.
The conflict that a statutory comity motion needs is one with the host's data-protection law.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cache
from itertools import product
from typing import Any

import numpy as np

from sim.vocabulary import ROUTES

TESTS = ("location", "control", "control_with_statutory_comity")
LOCATIONS = ("in_us", "abroad", "no_stable_location")
FOREIGN_LOCATIONS = ("own_soil", "in_us", "third_country", "no_stable_location")
CONTROLLERS = ("us_provider", "foreign_with_us_business", "foreign_only", "target")
BOOLEAN = (False, True)


@dataclass(frozen=True)
class USOrder:
    """The circumstances of a US order for content."""

    test: str
    location: str
    controller: str
    us_person: bool
    agreement: bool  # executive agreement in force with the host's government
    data_law_bars: bool  # the host's data-protection law forbids the disclosure
    blocking_statute: bool  # obeying is an offence in the host's law
    target_in_host: bool  # the target lives in the host's country


@dataclass(frozen=True)
class ForeignOrder:
    """The circumstances of a foreign order, by the police of the country where the target lives."""

    test: str  # the US rule in force: it also decides how far the US bar on disclosure reaches (an open law leaves the bar whole)
    location: str
    controller: str
    us_person: bool
    agreement: bool
    claim: bool  # its law orders providers abroad to answer


@dataclass(frozen=True)
class Ruling:
    """How the law answers: the route, and whether obeying breaks another law."""

    route: str
    conflict: bool = False


@dataclass(frozen=True)
class Rule:
    """One row: conditions (None: any), the route, and the authority for it."""

    when: dict[str, object]
    route: str
    authority: str

    def matches(self, order: USOrder | ForeignOrder) -> bool:
        return all(getattr(order, name) == value for name, value in self.when.items())


US_RULES: tuple[Rule, ...] = (
    Rule(
        {"location": "in_us"},
        "direct",
        "18 U.S.C. 2703(a); Fed. R. Crim. P. 41 for the target's own premises",
    ),
    Rule(
        {"controller": "target"},
        "mla",
        "a search abroad needs the host's authorities: treaty, or letters rogatory (28 U.S.C. 1781)",
    ),
    Rule(
        {"controller": "foreign_only", "agreement": True, "target_in_host": False},
        "agreement",
        "18 U.S.C. 2523; US-UK agreement, arts 4(3), 5: orders to the partner's providers, but not about people in the partner's territory",
    ),
    Rule(
        {"controller": "foreign_only"},
        "mla",
        "no jurisdiction over the provider: treaty, or letters rogatory (28 U.S.C. 1781)",
    ),
    Rule(
        {"test": "location", "location": "no_stable_location"},
        "unreachable",
        "In re Google, 232 F. Supp. 3d 708 (E.D. Pa. 2017): no place whose law could help",
    ),
    Rule({"test": "location"}, "mla", "Microsoft v. United States, 829 F.3d 197 (2d Cir. 2016)"),
    Rule({"test": "control"}, "direct", "15 F. Supp. 3d 466 (S.D.N.Y. 2014): possession, custody or control"),
    Rule(
        {"us_person": False, "location": "abroad", "agreement": True, "data_law_bars": True},
        "comity_review",
        "18 U.S.C. 2703(h): qualifying government, customer not a US person and abroad, material risk of violating its law",
    ),
    Rule({}, "direct", "18 U.S.C. 2713: regardless of location"),
)

FOREIGN_RULES: tuple[Rule, ...] = (
    Rule({"controller": "target"}, "direct", "a search at home"),
    Rule({"controller": "foreign_only"}, "direct", "a domestic order to a domestic provider"),
    Rule({"controller": "foreign_with_us_business"}, "direct", "a domestic order to a domestic provider"),
    Rule(
        {"agreement": True, "us_person": False},
        "agreement",
        "18 U.S.C. 2702(b)(9), 2523: the US bar on disclosure is lifted",
    ),
    Rule(
        {"test": "location", "location": "own_soil"},
        "direct",
        "judgement: where the US statute stops at the border its bar on disclosure (18 U.S.C. 2702) does too, and the local subsidiary can be ordered",
    ),
    Rule(
        {"claim": True},
        "direct",
        "Belgium, Cass. 1 December 2015 (Yahoo!); UK DRIPA 2014 s. 4; Regulation (EU) 2023/1543",
    ),
    Rule(
        {"test": "location", "location": "third_country"},
        "mla",
        "judgement: the US bar stops at the border here too, so it is the host that is asked (treaty; in the EU Directive 2014/41/EU)",
    ),
    Rule(
        {},
        "mla",
        "18 U.S.C. 2702 bars disclosure to a foreign government: treaty request to the US Department of Justice",
    ),
)


def route_us_order(order: USOrder) -> Ruling:
    """The route of a US order, and whether the provider can obey only by breaking the host's law."""
    route = next(rule.route for rule in US_RULES if rule.matches(order))
    compelled_abroad = route in ("direct", "comity_review") and order.location == "abroad"
    return Ruling(route, compelled_abroad and (order.data_law_bars or order.blocking_statute))


def route_foreign_order(order: ForeignOrder) -> Ruling:
    """The route of a foreign order, and whether a US provider can obey only by breaking US law."""
    route = next(rule.route for rule in FOREIGN_RULES if rule.matches(order))
    beyond_the_bar = order.test == "location" and order.location in ("own_soil", "third_country")
    return Ruling(route, route == "direct" and order.controller == "us_provider" and not beyond_the_bar)


CONFLICT_BIT = 8  # added to the route's code in the dense tables


def _orders(kind: type, domains: dict[str, tuple[object, ...]]) -> Iterator[tuple[int, ...]]:
    yield from product(*(range(len(domains[f.name])) for f in fields(kind)))


_US_DOMAINS: dict[str, tuple[object, ...]] = {
    "test": TESTS,
    "location": LOCATIONS,
    "controller": CONTROLLERS,
    "us_person": BOOLEAN,
    "agreement": BOOLEAN,
    "data_law_bars": BOOLEAN,
    "blocking_statute": BOOLEAN,
    "target_in_host": BOOLEAN,
}
_FOREIGN_DOMAINS: dict[str, tuple[object, ...]] = {
    "test": TESTS,
    "location": FOREIGN_LOCATIONS,
    "controller": CONTROLLERS,
    "us_person": BOOLEAN,
    "agreement": BOOLEAN,
    "claim": BOOLEAN,
}


def _code(ruling: Ruling) -> int:
    return ROUTES.index(ruling.route) + (CONFLICT_BIT if ruling.conflict else 0)


@cache
def us_table() -> np.ndarray:
    """Every answer of `route_us_order`: int8 with one axis for each circumstance, in the order of USOrder's fields."""
    table = np.empty([len(v) for v in _US_DOMAINS.values()], np.int8)
    for index in _orders(USOrder, _US_DOMAINS):
        values: list[Any] = [domain[i] for domain, i in zip(_US_DOMAINS.values(), index, strict=True)]
        table[index] = _code(route_us_order(USOrder(*values)))
    return table


@cache
def foreign_table() -> np.ndarray:
    """Every answer of `route_foreign_order`: int8 with one axis for each circumstance, in the order of ForeignOrder's fields."""
    table = np.empty([len(v) for v in _FOREIGN_DOMAINS.values()], np.int8)
    for index in _orders(ForeignOrder, _FOREIGN_DOMAINS):
        values: list[Any] = [domain[i] for domain, i in zip(_FOREIGN_DOMAINS.values(), index, strict=True)]
        table[index] = _code(route_foreign_order(ForeignOrder(*values)))
    return table

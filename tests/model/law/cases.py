"""What an order for data does, case by case (`us_orders.csv`, `foreign_orders.csv`: one row a case, for a
lawyer to read), and what the table of routes says of it.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from sim.model.kernels.codes import ROUTE_BITS
from sim.model.law import routing
from sim.scenario.base import load_base
from sim.scenario.law import CONTROLLERS, FOREIGN_LOCATIONS, LOCATIONS, ForeignRow, Law, Regime, USRow
from sim.scenario.locations import CONFIGS, root
from sim.vocabulary import ROUTES

Case = dict[str, str]
HERE = Path(__file__).parent
YES_NO = {"yes": True, "no": False}


def read(name: str) -> list[Case]:
    with (HERE / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


US_CASES, FOREIGN_CASES = read("us_orders.csv"), read("foreign_orders.csv")
BOTH = [("us", case) for case in US_CASES] + [("foreign", case) for case in FOREIGN_CASES]


@dataclass(frozen=True)
class USOrder:
    """The circumstances of a US order for content."""

    test: str
    comity: str
    location: str
    controller: str
    us_person: bool
    resides_in_us: bool
    agreement: bool
    data_law_bars: bool
    blocking_statute: bool
    target_in_host: bool
    cooperation: bool
    holders_law_bars: bool


@dataclass(frozen=True)
class ForeignOrder:
    """The circumstances of an order by the police of the country where the target lives."""

    test: str
    location: str
    controller: str
    us_person: bool
    resides_in_us: bool
    agreement: bool
    claim: bool


@dataclass(frozen=True)
class Ruling:
    """How the law answers: the route, whether obeying breaks another law, and whether a government is told
    first.
    """

    route: str
    conflict: bool
    notice: bool = False


# What the words of the case files mean.
LOCATION_OF = {"in the US": "in_us", "abroad": "abroad", "no stable location": "no_stable_location"}
SOIL_OF = {
    "on own soil": "own_soil",
    "in the US": "in_us",
    "in a third country": "third_country",
    "no stable location": "no_stable_location",
}
PERSON_OF = {  # whether a US person, and whether at home in the US
    "US person": (True, True),
    "US person who lives abroad": (True, False),
    "foreigner who lives in the US": (False, True),
    "not a US person": (False, False),
}
CONTROLLER_OF = {
    "US provider": "us_provider",
    "US provider without the keys": "us_provider",
    "US-owned subsidiary": "us_provider",
    "trustee without US control": "foreign_only",
    "home-grown provider with US business": "foreign_with_us_business",
    "home-grown provider without US business": "foreign_only",
    "the target itself": "target",
}


@cache
def law() -> Law:
    return load_base(root() / CONFIGS).contents.law


@cache
def regimes() -> dict[str, Regime]:
    return load_base(root() / CONFIGS).contents.regimes


def answers(regime: Regime) -> tuple[str, ...]:
    """What the column `obeyed` may hold: under an open question each warrant is obeyed or refused."""
    return ("",) if law().tests[regime.test].open is None else ("yes", "no")


def regime_of(case: Case) -> Regime:
    code = case["regime"]
    assert code in regimes(), f"{case['what']}: unknown regime '{code}'; valid: {', '.join(regimes())}"
    valid = answers(regimes()[code])
    assert case["obeyed"] in valid, (
        f"{case['what']}: `obeyed` is '{case['obeyed']}'; under {code} it must be one of {valid}"
    )
    return regimes()[code]


def us_test(case: Case) -> str:
    """The settled test that decides the case's warrant."""
    regime = regime_of(case)
    question = law().tests[regime.test].open
    if question is None:
        return regime.test
    return question.honoured if case["obeyed"] == "yes" else question.refused


def foreign_test(case: Case) -> str:
    """The settled test that decides a foreign order."""
    regime = regime_of(case)
    question = law().tests[regime.test].open
    return regime.test if question is None else question.foreign


def us_order(case: Case) -> USOrder:
    return USOrder(
        test=us_test(case),
        comity=regime_of(case).comity,
        location=LOCATION_OF[case["data"]],
        controller=CONTROLLER_OF[case["kept_by"]],
        us_person=PERSON_OF[case["person"]][0],
        resides_in_us=PERSON_OF[case["person"]][1],
        agreement=YES_NO[case["agreement"]] and regime_of(case).agreements,
        data_law_bars=YES_NO[case["data_law_bars"]],
        blocking_statute=YES_NO[case["blocking_statute"]],
        target_in_host=YES_NO[case["target_lives_in_host"]],
        cooperation=YES_NO[case["treaty"]],
        holders_law_bars=(YES_NO[case["data_law_bars"]] or YES_NO[case["blocking_statute"]])
        and (YES_NO[case["target_lives_in_host"]] or case["data"] == "no stable location"),
    )


def foreign_order(case: Case) -> ForeignOrder:
    return ForeignOrder(
        test=foreign_test(case),
        location=SOIL_OF[case["data"]],
        controller=CONTROLLER_OF[case["kept_by"]],
        us_person=PERSON_OF[case["person"]][0],
        resides_in_us=PERSON_OF[case["person"]][1],
        agreement=YES_NO[case["agreement"]] and regime_of(case).agreements,
        claim=YES_NO[case["claim"]],
    )


FLAGS = (False, True)


def all_us_orders() -> Iterator[USOrder]:
    for test, comity, location, controller in product(law().settled(), law().comity, LOCATIONS, CONTROLLERS):
        for flags in product(FLAGS, repeat=8):
            yield USOrder(test, comity, location, controller, *flags)


def all_foreign_orders() -> Iterator[ForeignOrder]:
    for test, location, controller in product(law().settled(), FOREIGN_LOCATIONS, CONTROLLERS):
        for flags in product(FLAGS, repeat=4):
            yield ForeignOrder(test, location, controller, *flags)


def deciding(order: USOrder | ForeignOrder) -> tuple[int, USRow | ForeignRow]:
    """The first row that matches, found by reading the table from top to bottom; the dense tables know
    nothing of this."""
    us = isinstance(order, USOrder)
    rows: Any = law().us_orders if us else law().foreign_orders
    circumstances = order.__dict__ if us else order.__dict__ | {"bar": law().tests[order.test].bar}
    return next(
        (number, row)
        for number, row in enumerate(rows.values())
        if all(circumstances[name] == value for name, value in row.when if value is not None)
    )


@cache
def us_routes() -> np.ndarray:
    return routing.us_routes(law())


@cache
def foreign_routes() -> np.ndarray:
    return routing.foreign_routes(law())


def us_ruling(order: USOrder) -> Ruling:
    """What the dense table says of a US order."""
    o, axes = order, (tuple(law().comity), law().settled(), LOCATIONS, CONTROLLERS)
    first = [
        axis.index(word)
        for axis, word in zip(axes, (o.comity, o.test, o.location, o.controller), strict=True)
    ]
    flags = (
        o.us_person,
        o.resides_in_us,
        o.agreement,
        o.data_law_bars,
        o.blocking_statute,
        o.target_in_host,
        o.cooperation,
        o.holders_law_bars,
    )
    return _ruling(int(us_routes()[(*first, *map(int, flags))]))


def foreign_ruling(order: ForeignOrder) -> Ruling:
    """What the dense table says of a foreign order."""
    o, axes = order, (law().settled(), FOREIGN_LOCATIONS, CONTROLLERS)
    first = [axis.index(word) for axis, word in zip(axes, (o.test, o.location, o.controller), strict=True)]
    flags = (o.us_person, o.resides_in_us, o.agreement, o.claim)
    return _ruling(int(foreign_routes()[(*first, *map(int, flags))]))


def _ruling(code: int) -> Ruling:
    return Ruling(
        ROUTES[code & ROUTE_BITS], bool(code & routing.CONFLICT_BIT), bool(code & routing.NOTICE_BIT)
    )

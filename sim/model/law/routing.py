"""What an order for data does: the rows of configs/law/ as dense tables, which compiled code reads.

The rows say which route an order takes. Whether obeying it breaks another law follows from the circumstances
alone.
"""

from collections.abc import Container
from dataclasses import dataclass

import numpy as np

from sim.model.kernels.codes import CONFLICT_BIT, HOST_BIT, NOTICE_BIT, ROUTE_BITS
from sim.scenario.law import (
    CONTROLLERS,
    FOREIGN_LOCATIONS,
    LOCATIONS,
    Law,
    Regime,
    deciding_foreign_rows,
    deciding_us_rows,
)
from sim.scenario.scenario import Scenario
from sim.vocabulary import ROUTES

# A domestic warrant for data of a US provider without a stable location, as `USConditions` are in order: of a
# US person who resides in the US, of whom no other country's law speaks.
_DOMESTIC = (LOCATIONS.index("no_stable_location"), CONTROLLERS.index("us_provider"), 1, 1, 0, 0, 0, 1, 1, 0)


@dataclass(frozen=True)
class OrderRule:
    """The routes of orders under one regime.

    `us` int8 (2, K): of a warrant that is refused and of one that is honoured, by the number that the
    circumstances of `USConditions` have in their order; the two are equal unless the question is `contested`.
    `foreign` int8 (K, 2): by the number of the circumstances of `ForeignConditions` but the last, a claim.
    Both hold the route's code with `CONFLICT_BIT`, `HOST_BIT` and `NOTICE_BIT`. `domestic` bool (2,): whether
    a domestic warrant, refused or honoured, reaches data of a US provider without a stable location.
    """

    us: np.ndarray
    foreign: np.ndarray
    domestic: np.ndarray
    contested: bool
    common_law: bool
    review_success: float | None
    review_months: float | None
    review_filed: float | None


def us_routes(law: Law) -> np.ndarray:
    """int8, with an axis each for comity rules, settled tests and the circumstances of `USConditions`."""
    rows, deciding = law.us_orders.values(), deciding_us_rows(law)
    routes = np.array([ROUTES.index(row.route) for row in rows], np.int8)[deciding]
    notice = np.array([row.notice for row in rows])[deciding]
    compelled = (routes == ROUTES.index("direct")) | (routes == ROUTES.index("comity_review"))
    _, _, location, *_, data_law_bars, blocking_statute, _, _, _ = np.indices(routes.shape, sparse=True)
    conflict = compelled & (location != LOCATIONS.index("in_us")) & ((data_law_bars | blocking_statute) == 1)
    codes: np.ndarray = (routes + CONFLICT_BIT * conflict + NOTICE_BIT * notice).astype(np.int8)
    return codes


def foreign_routes(law: Law) -> np.ndarray:
    """int8, with an axis each for settled tests and the circumstances of `ForeignConditions`."""
    rows, deciding = law.foreign_orders.values(), deciding_foreign_rows(law)
    routes = np.array([ROUTES.index(row.route) for row in rows], np.int8)[deciding]
    host = np.array([row.asks == "host" for row in rows])[deciding]
    test, location, controller, *_ = np.indices(routes.shape, sparse=True)
    ends = np.array([law.tests[name].bar == "ends_at_border" for name in law.settled()])[test]
    outside = (location == FOREIGN_LOCATIONS.index("own_soil")) | (
        location == FOREIGN_LOCATIONS.index("third_country")
    )
    ordered = (routes == ROUTES.index("direct")) & (controller == CONTROLLERS.index("us_provider"))
    conflict = ordered & ~(ends & outside)  # the US bar on disclosure forbids what the foreign law orders
    codes: np.ndarray = (routes + CONFLICT_BIT * conflict + HOST_BIT * host).astype(np.int8)
    return codes


def data_law_risks(scenario: Scenario, bars_disclosure: Container[str]) -> np.ndarray:
    """Chance that obeying a US order for data in a country breaks its data-protection law: float64 (J,)."""
    p = scenario.parameters.orders
    return np.array(
        [
            p.disclosure_bar_risk
            if code in bars_disclosure
            else p.transfer_rules_risk * country.privacy_law_conflicts
            for code, country in scenario.jurisdictions.items()
        ]
    )


def order_rules(law: Law, regimes: dict[str, Regime]) -> dict[str, OrderRule]:
    """The routes of orders under each regime, by its code."""
    us, foreign = us_routes(law), foreign_routes(law)
    settled, comity = law.settled(), tuple(law.comity)
    rules = {}
    for code, regime in regimes.items():
        case, rule = law.tests[regime.test].open, law.comity[regime.comity]
        refused, honoured, abroad = (
            (case.refused, case.honoured, case.foreign) if case else (regime.test,) * 3
        )
        cases = us[comity.index(regime.comity)][[settled.index(refused), settled.index(honoured)]]
        routes = cases[(slice(None), *_DOMESTIC)] & ROUTE_BITS
        rules[code] = OrderRule(
            us=cases.reshape(2, -1),
            foreign=foreign[settled.index(abroad)].reshape(-1, 2),
            domestic=(routes == ROUTES.index("direct")) | (routes == ROUTES.index("comity_review")),
            contested=case is not None,
            common_law=rule.common_law,
            review_success=rule.success,
            review_months=rule.months,
            review_filed=rule.filed,
        )
    return rules

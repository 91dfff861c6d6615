"""Whether the comity rule of a regime decides anything."""

import numpy as np

from sim.scenario.law import LOCATIONS, Law, Regime, deciding_us_rows


def comity_acts(regime: Regime, law: Law) -> bool:
    """Whether a regime's comity rule can decide anything; true of one that spares nobody, which says so."""
    rule, test = law.comity[regime.comity], law.tests[regime.test]
    if not rule.common_law and rule.success is None and rule.months is None:
        return True
    tests = list(test.open.model_dump().values()) if test.open else [regime.test]
    decided, rows, settled = deciding_us_rows(law), list(law.us_orders.values()), law.settled()
    for name in tests:
        of_test = decided[list(law.comity).index(regime.comity), settled.index(name)]
        abroad = np.delete(of_test, LOCATIONS.index("in_us"), axis=0)
        routes = {rows[number].route for number in np.unique(abroad)}
        without = decided[:, settled.index(name)]
        if (
            "comity_review" in routes
            or (rule.common_law and "direct" in routes)
            or (without != of_test).any()
        ):
            return True
    return False

"""Whether the comity rule of a regime decides anything, and anything else than another."""

import numpy as np

from sim.scenario.law import LOCATIONS, Law, Regime, USConditions, deciding_us_rows

_NAMES_ALONE = {"name", "reference"}


def comity_acts(regime: Regime, law: Law) -> bool:
    """Whether a regime's comity rule can decide anything; true of one that spares nobody, which says so."""
    rule = law.comity[regime.comity]
    if not rule.common_law and rule.success is None and rule.months is None:
        return True
    tests = _tests(regime, law)
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


def is_same_comity(regime: Regime, other: str, law: Law, agreements: bool) -> bool:
    """Whether another comity rule would decide under a regime as its own does.

    `agreements`: whether an executive agreement may be in force; where none is, no row that asks for one
    matches.
    """
    own, its = (law.comity[name].model_dump(exclude=_NAMES_ALONE) for name in (regime.comity, other))
    if own != its:
        return False
    decided, rows, settled = deciding_us_rows(law), list(law.us_orders.values()), law.settled()
    what = np.array([f"{row.route} {row.notice}" for row in rows])[decided]
    if not agreements:
        what = np.take(what, 0, axis=list(USConditions.model_fields).index("agreement"))
    one, two = (list(law.comity).index(name) for name in (regime.comity, other))
    tests = [settled.index(name) for name in _tests(regime, law)]
    return bool((what[one, tests] == what[two, tests]).all())


def _tests(regime: Regime, law: Law) -> list[str]:
    """The tests that a regime's test may turn out to be."""
    test = law.tests[regime.test]
    return list(test.open.model_dump().values()) if test.open else [regime.test]

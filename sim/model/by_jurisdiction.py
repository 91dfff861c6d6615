"""Values that are given by country or by group of countries, laid out by jurisdiction."""

from collections.abc import Mapping

import numpy as np

from sim.scenario.scenario import Scenario


def by_jurisdiction(values: Mapping[str, float], scenario: Scenario) -> np.ndarray:
    """The value of each jurisdiction: float64 (J,), in the unit of `values`.

    A country's own entry comes first, then that of its ties, then `all`; nought if none is given.
    """
    return np.array(
        [
            values.get(code, values.get(j.ties, values.get("all", 0.0)))
            for code, j in scenario.jurisdictions.items()
        ]
    )

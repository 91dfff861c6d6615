"""What share of the cloud home-grown providers had when the model begins."""

import numpy as np

from sim.model.arithmetic import exps
from sim.model.by_jurisdiction import by_jurisdiction
from sim.scenario.scenario import Scenario


def home_shares(scenario: Scenario) -> np.ndarray:
    """Home-grown providers' share in January 2013: (J,).

    That of `jurisdictions.yaml`, a straight line back through later years, moved in log-odds by
    `market.home_start`: if the fall slows down, it was steeper before.
    """
    shares = np.array([j.home_grown_share_2013 for j in scenario.jurisdictions.values()])
    odds = exps(by_jurisdiction(scenario.parameters.market.home_start, scenario))
    return np.asarray(shares * odds / (1.0 + shares * (odds - 1.0)))

"""What customers of one world choose among: each place's value and exposure, and who may not use it."""

import numpy as np

from sim.model.arithmetic import total
from sim.model.by_jurisdiction import by_jurisdiction
from sim.model.kernels import market as kernel
from sim.model.news import PublicMind
from sim.model.places import Offers
from sim.model.population import Cells
from sim.scenario.scenario import Scenario
from sim.vocabulary import KINDS


class ChoiceSets:
    """The places as each cell's customers see them. What does not change over a run is kept here."""

    def __init__(self, scenario: Scenario, cells: Cells) -> None:
        p, jurisdictions = scenario.parameters, list(scenario.jurisdictions.values())
        self._where = kernel.Where(cells.jurisdiction, cells.segment)
        intrusion = np.array([j.own_state_intrusion for j in jurisdictions])
        self._has_home_grown = np.array([j.home_grown_share_2013 > 0.0 for j in jurisdictions])
        covers = p.governments.localisation_covers_consumers
        self._consumers_bound = by_jurisdiction(covers, scenario)
        always, believed = p.exposure.law_enforcement_always, p.exposure.law_enforcement_if_believed
        law = np.array([[always[k], believed[k]] for k in KINDS])
        intelligence = np.array([p.exposure.intelligence[k] for k in KINDS])
        gdp = np.array([j.gdp_2013 for j in jurisdictions])
        gdp[0] = 0.0
        self._reach = kernel.Reach(
            law=law,
            intelligence=intelligence,
            us_business=np.array([j.home_grown_us_business for j in jurisdictions]),
            own_intrusion=intrusion * p.exposure.own_state_weight,
            own_abroad=p.exposure.own_state_reach_abroad,
            distrust_of_claims=p.exposure.distrust_of_foreign_claims,
            claim_weight=gdp / total(gdp),
        )

    def offered(self, offers: Offers) -> kernel.Offered:
        """The offers of the day."""
        bound, home_grown = self._consumers_bound, self._has_home_grown
        return kernel.Offered(
            offers.live, offers.own_region, offers.discount, offers.hosts, home_grown, bound
        )

    def lay_out(
        self, appeal: kernel.Appeal, offers: Offers, laws: np.ndarray, mind: PublicMind, meets: kernel.Meets
    ) -> None:
        """Fill what customers `meets` as of today, under the `laws` in force: (J, I) shares."""
        beliefs = kernel.Beliefs(mind.belief, mind.intelligence_belief)
        kernel.lay_out(self._where, appeal, self.offered(offers), laws, beliefs, self._reach, meets)

"""US providers, and the home-grown ones they compete with.

A US provider sees, each quarter and country by country: what it and its rivals earn, how much its customers distrust
it, what the law forbids, what conflicts of law cost. It decides: whether a new offer would earn its capital back (a
local region, a trustee, customer-held keys, a subsidiary), whether to fight warrants in court, to publish
transparency reports, to cut prices. It changes: what customers can choose, and what they hear of it.

A home-grown provider has features that lag and learns with scale (Wright 1936, in `sim.model.market`); it decides nothing.
"""

from typing import TYPE_CHECKING

import mesa
import numpy as np

from sim.model.arithmetic import total
from sim.model.kernels import market as kernel
from sim.model.luck import purposes
from sim.model.luck.philox import draw
from sim.model.places import LOCAL_REGION, OFFERS
from sim.words import US_KINDS

if TYPE_CHECKING:
    from sim.model.world import WarrantModel


class HomeGrownProvider(mesa.Agent):  # type: ignore[misc]
    """The home-grown providers of one jurisdiction; what they have learned is row `index` of the market's arrays."""

    def __init__(self, model: "WarrantModel", index: int, code: str) -> None:
        super().__init__(model)
        self.index, self.code = index, code

    @property
    def experience(self) -> float:
        """Data served so far by the bloc's home-grown providers, TB-months."""
        return float(self.model.market.home_experience[self.index])


class Provider(mesa.Agent):  # type: ignore[misc]
    """One US provider; `index` is its row in the arrays of offers."""

    def __init__(self, model: "WarrantModel", index: int, code: str) -> None:
        super().__init__(model)
        self.index, self.code = index, code
        self.building: list[tuple[int, int, int]] = []  # (month it goes live, jurisdiction, offer)
        p, jurisdictions = model.scenario.parameters.providers, len(model.scenario.jurisdictions)
        self.live_since = np.full((jurisdictions, OFFERS), kernel.NEVER)  # months, of sovereign offers
        self._unwanted = np.zeros((jurisdictions * OFFERS, 2), np.int64)
        self._under_way = np.zeros((jurisdictions, OFFERS), np.bool_)
        self._capital = np.array([np.inf, p.region_capital, *(p.sovereign_capital[US_KINDS[k]] for k in range(LOCAL_REGION + 1, OFFERS))])
        sensitivity = model.market.price_sensitivity[1:]
        self._elasticity = total(sensitivity) / len(sensitivity)
        self._best, self._cuts = np.zeros((2, 2), np.int64), np.zeros(jurisdictions, np.bool_)
        self.litigates = False
        self.transparent = False

    def step(self) -> None:
        """One quarter: open what is built, close what nobody wants, weigh new offers and answers to distrust."""
        self._open_finished()
        self._close_unwanted()
        outlook = self.model.outlook
        parameters = self.model.scenario.parameters.providers
        if parameters.responsiveness <= 0.0:
            return
        self._build(outlook.gain[self.index])
        self._answer_distrust()

    # --- offers -----------------------------------------------------------------------------------

    def _open_finished(self) -> None:
        month, offers = self.model.month, self.model.offers
        for _, j, offer in [b for b in self.building if b[0] <= month]:
            if offer == LOCAL_REGION:
                offers.own_region[self.index, j] = True
                offers.settle(self.index)
            else:
                offers.live[self.index, j, offer] = True
                self.live_since[j, offer] = month
            self._under_way[j, offer] = False
            self.model.books.offer(self.code, j, US_KINDS[offer], "live", 0.0)
        self.building = [b for b in self.building if b[0] > month]

    def _close_unwanted(self) -> None:
        """Close a sovereign offer that after its trial still earns less than its share of the country's revenue."""
        model, p = self.model, self.model.scenario.parameters.providers
        outlook, found = model.outlook, self._unwanted
        n = kernel.unwanted(
            self.live_since, model.month, p.sovereign_trial_months, outlook.revenue, self.index, outlook.provider_revenue, p.sovereign_close_share, found
        )  # fmt: skip
        for j, offer in found[:n].tolist():
            model.offers.live[self.index, j, offer] = False
            self.live_since[j, offer] = kernel.NEVER
            model.books.offer(self.code, j, US_KINDS[offer], "closed", 0.0)

    def _build(self, gain: np.ndarray) -> None:
        """Start the region and the sovereign offer that earn most for their capital, if any earns it back. `gain`: (J, 5)."""
        p = self.model.scenario.parameters.providers
        worth = p.responsiveness * p.margin * self.model.outlook.growth_years
        for value, (j, offer) in zip(kernel.best_offers(gain, self._capital, worth, self._under_way, self._best), self._best.tolist(), strict=True):
            if value > 1.0:
                self._announce(j, offer, float(gain[j, offer]))

    def _announce(self, j: int, offer: int, gain: float) -> None:
        p = self.model.scenario.parameters.providers
        if offer == LOCAL_REGION:
            u = draw(self.model.seed_key, self.index * 4096 + j, self.model.month, purposes.BUILD_TIME)
            months = p.region_build_months + p.region_build_spread * (2.0 * u - 1.0)
        else:
            months = p.sovereign_build_months[US_KINDS[offer]]
        self._under_way[j, offer] = True
        self.building.append((self.model.month + max(1, int(months + 0.5)), j, offer))
        self.model.books.offer(self.code, j, US_KINDS[offer], "announced", gain)

    # --- answers to distrust -----------------------------------------------------------------------

    def _answer_distrust(self) -> None:
        """Litigate, publish, cut prices: each where what it wins back is worth more than it costs."""
        model = self.model
        p, outlook = model.scenario.parameters.providers, model.outlook
        own, lost = outlook.provider_revenue[:, self.index], outlook.distrust_cost[self.index]
        everywhere = kernel.worth_cutting(own, outlook.market, lost, self._elasticity, p.discount, p.responsiveness, self._cuts)
        at_stake = p.responsiveness * everywhere * p.margin + outlook.conflict_cost[self.index]
        # Over the planning horizon: a year of good news wins back its weight, in units of the leak's, of what distrust costs.
        ahead = at_stake * outlook.growth_years * 12.0
        years = p.planning_years
        self._set("litigates", "litigation", model.law_is_contested and ahead * p.litigation_trust > p.litigation_cost * years, at_stake)
        self._set("transparent", "transparency", ahead * p.transparency_trust > p.transparency_cost * years, at_stake)
        discount = model.offers.discount[self.index]
        for j in np.flatnonzero(self._cuts != (discount > 0.0)):
            discount[j] = p.discount if self._cuts[j] else 0.0
            model.books.offer(self.code, int(j), "discount", "live" if self._cuts[j] else "closed", float(lost[j]))

    def _set(self, name: str, offer: str, value: bool, gain: float) -> None:
        if getattr(self, name) != value:
            setattr(self, name, value)
            self.model.books.offer(self.code, 0, offer, "live" if value else "closed", gain)


class Outlook:
    """What the providers know of their markets at the end of a quarter, in one world.

    revenue: (J, O) USD a year by country and place; provider_revenue: (J, P); market: (J,); gain: (P, J, 5) what a
    missing offer would earn in a year; distrust_cost: (P, J) revenue a year that the rise of perceived risk since the start costs; conflict_cost:
    (P,) a year; abroad: (P,) revenue a year from everybody but the US; growth_years: what a first year's earnings add up to over the planning horizon.
    """

    def __init__(self, providers: int, jurisdictions: int, places: int) -> None:
        self.revenue = np.zeros((jurisdictions, places))
        self.provider_revenue = np.zeros((jurisdictions, providers))
        self.market = np.zeros(jurisdictions)
        self.gain = np.zeros((providers, jurisdictions, OFFERS))
        self.distrust_cost = np.zeros((providers, jurisdictions))
        self.conflict_cost = np.zeros(providers)
        self.abroad = np.zeros(providers)
        self.growth_years = 0.0

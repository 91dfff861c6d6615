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

from sim.model.arithmetic import log, total
from sim.model.luck import purposes
from sim.model.luck.philox import draw
from sim.model.places import FIRST_US, LOCAL_REGION, OFFERS, US_REGION, US_SUBSIDIARY, us_place
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
        self.live_since: dict[tuple[int, int], int] = {}
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
                self.live_since[(j, offer)] = month
            self.model.books.offer(self.code, j, US_KINDS[offer], "live", 0.0)
        self.building = [b for b in self.building if b[0] > month]

    def _close_unwanted(self) -> None:
        """Close a sovereign offer that after its trial still earns less than its share of the country's revenue."""
        model, p = self.model, self.model.scenario.parameters.providers
        for (j, offer), since in list(self.live_since.items()):
            if model.month - since < p.sovereign_trial_months:
                continue
            revenue = model.outlook.revenue[j]
            of_provider = total(revenue[FIRST_US + OFFERS * self.index : FIRST_US + OFFERS * (self.index + 1)])
            if revenue[us_place(self.index, offer)] < p.sovereign_close_share * of_provider:
                model.offers.live[self.index, j, offer] = False
                del self.live_since[(j, offer)]
                model.books.offer(self.code, j, US_KINDS[offer], "closed", 0.0)

    def _build(self, gain: np.ndarray) -> None:
        """Start the region and the sovereign offer that earn most for their capital, if any earns it back. `gain`: (J, 5)."""
        p = self.model.scenario.parameters.providers
        capital = np.full(OFFERS, np.inf)
        capital[LOCAL_REGION] = p.region_capital
        for offer in range(LOCAL_REGION + 1, US_SUBSIDIARY + 1):
            capital[offer] = p.sovereign_capital[US_KINDS[offer]]
        value = p.responsiveness * p.margin * self.model.outlook.growth_years * gain / capital
        value[:, US_REGION] = 0.0
        for _, there, offer in self.building:
            value[there, offer] = 0.0
        for offers in ([LOCAL_REGION], [k for k in range(OFFERS) if k > LOCAL_REGION]):
            column = value[:, offers]
            best, k = divmod(int(np.argmax(column)), len(offers))
            if column[best, k] > 1.0:
                self._announce(best, offers[k], float(gain[best, offers[k]]))

    def _announce(self, j: int, offer: int, gain: float) -> None:
        p = self.model.scenario.parameters.providers
        if offer == LOCAL_REGION:
            u = draw(self.model.seed_key, self.index * 4096 + j, self.model.month, purposes.BUILD_TIME)
            months = p.region_build_months + p.region_build_spread * (2.0 * u - 1.0)
        else:
            months = p.sovereign_build_months[US_KINDS[offer]]
        self.building.append((self.model.month + max(1, int(months + 0.5)), j, offer))
        self.model.books.offer(self.code, j, US_KINDS[offer], "announced", gain)

    # --- answers to distrust -----------------------------------------------------------------------

    def _answer_distrust(self) -> None:
        """Litigate, publish, cut prices: each where what it wins back is worth more than it costs."""
        model = self.model
        p, outlook = model.scenario.parameters.providers, model.outlook
        lost = outlook.distrust_cost[self.index]
        at_stake = p.responsiveness * total(lost) * p.margin + outlook.conflict_cost[self.index]
        # Over the planning horizon: a year of good news wins back its weight, in units of the leak's, of what distrust costs.
        ahead = at_stake * outlook.growth_years * 12.0
        years = p.planning_years
        self._set("litigates", "litigation", model.law_is_contested and ahead * p.litigation_trust > p.litigation_cost * years, at_stake)
        self._set("transparent", "transparency", ahead * p.transparency_trust > p.transparency_cost * years, at_stake)
        offers, sensitivity = model.offers, model.market.price_sensitivity[1:]
        elasticity = total(sensitivity) / len(sensitivity)
        own = outlook.provider_revenue[:, self.index]
        share = own / np.where(outlook.market > 0.0, outlook.market, 1.0)
        # A cut wins elasticity x (1 - s) of revenue and costs itself: worth it only to win back what distrust takes.
        wins = own * (1.0 - share) * elasticity * -log(1.0 - p.discount)
        cuts = (p.discount > 0.0) & (wins > own * p.discount) & (p.responsiveness * lost > own * p.discount)
        cuts[0] = False
        for j in np.flatnonzero(cuts != (offers.discount[self.index] > 0.0)):
            offers.discount[self.index, j] = p.discount if cuts[j] else 0.0
            model.books.offer(self.code, int(j), "discount", "live" if cuts[j] else "closed", float(lost[j]))

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

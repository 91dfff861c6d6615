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
from sim.model.kernels import providers as kernel
from sim.model.luck import purposes
from sim.model.luck.philox import draw
from sim.model.places import LOCAL_REGION, NEVER, OFFERS, Offers
from sim.vocabulary import US_KINDS

if TYPE_CHECKING:
    from sim.model.world import WarrantModel
    from sim.scenario.parameters import Parameters


class HomeGrownProvider(mesa.Agent):
    """The home-grown providers of one jurisdiction; what they have learned is row `index` of the market's arrays."""

    def __init__(self, model: "WarrantModel", index: int, code: str) -> None:
        super().__init__(model)
        self.index, self.code = index, code

    @property
    def experience(self) -> float:
        """Data served so far by the bloc's home-grown providers, TB-months."""
        return float(self.model.market.home_experience[self.index])


class Provider(mesa.Agent):
    """One US provider; `index` is its row in the arrays of offers."""

    def __init__(self, model: "WarrantModel", index: int, code: str) -> None:
        super().__init__(model)
        self.index, self.code = index, code
        self.building: list[tuple[int, int, int]] = []  # (month it goes live, jurisdiction, offer)
        self.litigates = False
        self.transparent = False

    def open_finished(self) -> None:
        """Open what is built."""
        month, offers = self.model.month, self.model.offers
        if not any(finished <= month for finished, _, _ in self.building):
            return
        for _, j, offer in [b for b in self.building if b[0] <= month]:
            if offer == LOCAL_REGION:
                offers.own_region[self.index, j] = True
                offers.settle(self.index)
            else:
                offers.live[self.index, j, offer] = True
                offers.live_since[self.index, j, offer] = month
            offers.under_way[self.index, j, offer] = False
            self.model.books.offer(self.code, j, US_KINDS[offer], "live", 0.0)
        self.building = [b for b in self.building if b[0] > month]

    def step(self) -> None:
        """One quarter, with the outlook before it: close what nobody wants, weigh new offers and answers to distrust."""
        outlook = self.model.outlook
        for j, offer in outlook.unwanted[self.index]:
            self._close(j, offer)
        if self.model.scenario.parameters.providers.responsiveness > 0.0:
            # The region and the sovereign offer that earn most for their capital, if any earns it back.
            for value, (j, offer) in zip(outlook.value[self.index], outlook.best[self.index], strict=True):
                if value > 1.0:
                    self._announce(j, offer, float(outlook.gain[self.index, j, offer]))
            self._answer_distrust()

    # --- offers -----------------------------------------------------------------------------------

    def _close(self, j: int, offer: int) -> None:
        offers = self.model.offers
        offers.live[self.index, j, offer] = False
        offers.live_since[self.index, j, offer] = NEVER
        self.model.books.offer(self.code, j, US_KINDS[offer], "closed", 0.0)

    def _announce(self, j: int, offer: int, gain: float) -> None:
        p = self.model.scenario.parameters.providers
        if offer == LOCAL_REGION:
            u = draw(self.model.seed_key, self.index * 4096 + j, self.model.month, purposes.BUILD_TIME)
            months = p.region_build_months + p.region_build_spread * (2.0 * u - 1.0)
        else:
            months = p.sovereign_build_months[US_KINDS[offer]]
        self.model.offers.under_way[self.index, j, offer] = True
        self.building.append((self.model.month + max(1, int(months + 0.5)), j, offer))
        self.model.books.offer(self.code, j, US_KINDS[offer], "announced", gain)

    # --- answers to distrust -----------------------------------------------------------------------

    def _answer_distrust(self) -> None:
        """Litigate, publish, cut prices: each where what it wins back is worth more than it costs."""
        model, outlook = self.model, self.model.outlook
        p = model.scenario.parameters.providers
        at_stake = p.responsiveness * outlook.lost[self.index] * p.margin + outlook.conflict_cost[self.index]
        # Over the planning horizon: a year of good news wins back its weight, in units of the leak's, of what distrust costs.
        ahead = at_stake * outlook.growth_years * 12.0
        years = p.planning_years
        self._set(
            "litigates",
            "litigation",
            model.law_is_contested and ahead * p.litigation_trust > p.litigation_cost * years,
            at_stake,
        )
        self._set(
            "transparent",
            "transparency",
            ahead * p.transparency_trust > p.transparency_cost * years,
            at_stake,
        )
        for j, cut in outlook.cuts[self.index]:
            model.offers.discount[self.index, j] = p.discount if cut else 0.0
            model.books.offer(
                self.code,
                j,
                "discount",
                "live" if cut else "closed",
                float(outlook.distrust_cost[self.index, j]),
            )

    def _set(self, name: str, offer: str, value: bool, gain: float) -> None:
        if getattr(self, name) != value:
            setattr(self, name, value)
            self.model.books.offer(self.code, 0, offer, "live" if value else "closed", gain)


class Outlook:
    """What the providers know of their markets at the end of a quarter, in one world, and what they find worth doing.

    revenue: (J, O) USD a year by country and place; provider_revenue: (J, P); abroad: (P,) from everybody but the US; market: (J,); gain:
    (P, J, 5) what a missing offer would earn in a year; distrust_cost: (P, J) revenue a year that the rise of perceived risk since the start
    costs; conflict_cost: by provider, a year; growth_years: what a first year's earnings add up to over the planning horizon.
    best, value, lost, unwanted, cuts: by provider, see `kernels.providers.weigh`.
    """

    def __init__(
        self,
        parameters: "Parameters",
        price_sensitivity: np.ndarray,
        providers: int,
        jurisdictions: int,
        places: int,
    ) -> None:
        p = self._parameters = parameters.providers
        self._volume_to_revenue = 1.0 - parameters.market.price_decline
        self._capital = np.array(
            [
                np.inf,
                p.region_capital,
                *(p.sovereign_capital[US_KINDS[k]] for k in range(LOCAL_REGION + 1, OFFERS)),
            ]
        )
        self._elasticity = total(price_sensitivity[1:]) / len(price_sensitivity[1:])
        self.revenue = np.zeros((jurisdictions, places))
        self.provider_revenue = np.zeros((jurisdictions, providers))
        self.abroad = np.zeros(providers)
        self.market = np.zeros(jurisdictions)
        self.gain = np.zeros((providers, jurisdictions, OFFERS))
        self.distrust_cost = np.zeros((providers, jurisdictions))
        self.conflict_cost = [0.0] * providers
        self.growth_years = 0.0
        self.best: list[list[list[int]]] = []
        self.value: list[list[float]] = []
        self.lost: list[float] = []
        self.unwanted: list[list[tuple[int, int]]] = []
        self.cuts: list[list[tuple[int, int]]] = []
        self._best, self._value, self._lost = (
            np.zeros((providers, 2, 2), np.int64),
            np.zeros((providers, 2)),
            np.zeros(providers),
        )
        self._unwanted, self._cuts = (
            np.zeros((self.gain.size, 3), np.int64),
            np.zeros((self.distrust_cost.size, 3), np.int64),
        )

    def weigh(self, month: int, offers: Offers, conflicts: float, yearly_growth: float) -> None:
        """From what the market shows to what is worth doing; `conflicts` of law of the month, `yearly_growth` of what customers use."""
        p = self._parameters
        abroad, everywhere = self.abroad.tolist(), max(total(self.abroad), 1e-9)
        self.conflict_cost = [conflicts * 12.0 * p.conflict_cost * own / everywhere for own in abroad]
        growth, year, self.growth_years = (1.0 + yearly_growth) * self._volume_to_revenue, 1.0, 0.0
        for _ in range(int(p.planning_years)):
            year *= growth
            self.growth_years += year
        closing, changes = kernel.weigh(
            month, p.sovereign_trial_months, p.sovereign_close_share, self._capital, p.responsiveness * p.margin * self.growth_years, self._elasticity,
            p.discount, p.responsiveness, offers.live_since, offers.under_way, offers.discount, self.revenue, self.provider_revenue, self.market,
            self.gain, self.distrust_cost, self._best, self._value, self._lost, self._unwanted, self._cuts,
        )  # fmt: skip
        self.best, self.value, self.lost = self._best.tolist(), self._value.tolist(), self._lost.tolist()
        self.unwanted, self.cuts = (
            _by_provider(len(abroad), self._unwanted[:closing]),
            _by_provider(len(abroad), self._cuts[:changes]),
        )


def _by_provider(providers: int, rows: np.ndarray) -> list[list[tuple[int, int]]]:
    """Rows (n, 3) of (provider, a, b) as lists of (a, b)."""
    out: list[list[tuple[int, int]]] = [[] for _ in range(providers)]
    for p, a, b in rows.tolist():
        out[p].append((a, b))
    return out

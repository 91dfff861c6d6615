"""US providers: where they open regions and sovereign offers, whether they litigate, publish and cut prices.

Each quarter a US provider sees, for each country, what it and its rivals earn, how much its customers
distrust it, what the law forbids and what conflicts of law cost. It decides whether a new offer would earn
its capital back (a local region, a trustee, customer-held keys, a subsidiary), and whether to fight warrants
in court and cut prices. It changes what customers can choose, and the news about itself.

What is recorded is history in every world: when regions opened, and who published transparency reports since
when. A suit about the reach of warrants exists because of the case, so those that began before a switch go on
to their recorded end, whatever the verdict; those that would have begun after it are decisions.

Levers of an experiment act at the turn of the first quarter that begins with or after their month. What a
lever opens stays open, and a price that it cuts stays cut, whatever the provider would decide itself.
"""

from collections.abc import Iterable, Sequence

import mesa
import numpy as np

from sim.model.agents.customers import CustomersOfWorld
from sim.model.arithmetic import total
from sim.model.books import Books
from sim.model.kernels import market as market_kernel
from sim.model.kernels import providers as kernel
from sim.model.kernels.codes import LOCAL_REGION, NEVER, NOWHERE, OFFERS, US
from sim.model.luck import purposes
from sim.model.luck.philox import draw
from sim.model.market import Market
from sim.model.places import Offers, place_count
from sim.scenario.canonical import surviving_events
from sim.scenario.scenario import Scenario
from sim.scenario.schema import US_PROVIDERS, Act
from sim.vocabulary import US_KINDS

MONTHS_OF_QUARTER = 3
_AGENT_STRIDE = 4096  # a region's draws are keyed by provider x this + jurisdiction


class Provider(mesa.Agent):
    """One US provider; `index` is its row in the arrays of offers."""

    def __init__(
        self,
        model: mesa.Model,
        index: int,
        code: str,
        scenario: Scenario,
        offers: Offers,
        books: Books,
    ) -> None:
        super().__init__(model)
        self.index, self.code = index, code
        self._parameters, self._offers, self._books = scenario.parameters.providers, offers, books
        # (month it goes live, jurisdiction, offer); regions that history opens are under way from the start
        self.building = recorded_openings(scenario, code)
        self._recorded = frozenset(j for _, j, _ in self.building)
        for _, j, offer in self.building:
            offers.under_way[index, j, offer] = True
        self._first_own_region = month_of_first_decision(scenario, code)
        self._pulled_through = -1
        self.look_ahead(scenario)
        self._publishes_from = publishes_from(scenario, code)
        self._cut_by_lever = set[int]()
        self._sues_by_lever = self._publishes_by_lever = False
        self.litigates = self.transparent = False

    def look_ahead(self, scenario: Scenario) -> None:
        """Read from the scenario when the record has this provider in court, from when on it decides, and the
        levers that it has still to pull."""
        self._suits, self._first_own_suit = recorded_suits(scenario, self.code)
        every = levers_of(scenario, self.code)
        self._levers = [lever for lever in every if lever[0] > self._pulled_through]

    def open_finished(self, month: int) -> None:
        """Open what is built."""
        offers = self._offers
        for _, j, offer in [b for b in self.building if b[0] <= month]:
            if offer == LOCAL_REGION:
                offers.own_region[self.index, j] = True
                offers.settle(self.index)
            else:
                offers.live[self.index, j, offer] = True
                offers.live_since[self.index, j, offer] = month
            offers.under_way[self.index, j, offer] = False
            recorded = offer == LOCAL_REGION and j in self._recorded
            self._books.offer(self.code, j, US_KINDS[offer], "recorded" if recorded else "live", 0.0)
        self.building = [b for b in self.building if b[0] > month]

    def pull_levers(self, month: int) -> None:
        """Do what levers say, from this quarter on."""
        for _, act, countries in [lever for lever in self._levers if lever[0] <= month]:
            if act.act == "publish":
                self._publishes_by_lever = True
            elif act.act == "litigate":
                self._sues_by_lever = True
            for j in countries:
                if act.cut is not None:
                    self._cut_by_lever.add(j)
                    self._offers.discount[self.index, j] = act.cut
                    self._books.offer(self.code, j, "discount", "live", 0.0)
                elif act.offer is not None:
                    self._set_offer(j, US_KINDS.index(act.offer), act.act == "open")
        self._levers = [lever for lever in self._levers if lever[0] > month]
        self._pulled_through = month

    def _set_offer(self, j: int, offer: int, opens: bool) -> None:
        """Open or close an offer in a country; what is being built there is open now, or given up.

        What a lever closes counts as being built from then on, so that the provider does not build it again.
        """
        offers, p = self._offers, self.index
        is_open = bool(offers.own_region[p, j] if offer == LOCAL_REGION else offers.live[p, j, offer])
        self.building = [b for b in self.building if b[1:] != (j, offer)]
        offers.under_way[p, j, offer] = not opens
        offers.live_since[p, j, offer] = NEVER
        if is_open == opens:
            return
        if offer == LOCAL_REGION:
            offers.own_region[p, j] = opens
            offers.host[p, offers.host[p] == j] = NOWHERE
            offers.settle(p)
        else:
            offers.live[p, j, offer] = opens
        self._books.offer(self.code, j, US_KINDS[offer], "live" if opens else "closed", 0.0)

    def step(self, month: int, seed: int, outlook: "Outlook") -> None:
        """One quarter: close offers that nobody wants, then decide on new ones and on answers to distrust."""
        for j, offer in outlook.unwanted[self.index]:
            self._close(j, offer)
        if self._parameters.responsiveness > 0.0:
            # The region and the sovereign offer that earn most for their capital, if any earns it back.
            for value, (j, offer) in zip(outlook.value[self.index], outlook.best[self.index], strict=True):
                if value > 1.0 and (offer != LOCAL_REGION or month >= self._first_own_region):
                    self._announce(month, seed, j, offer, float(outlook.gain[self.index, j, offer]))
            self._cut_prices(outlook)
        self._go_to_court(month, outlook)
        self._publish(month)

    # --- offers -----------------------------------------------------------------------------------

    def _close(self, j: int, offer: int) -> None:
        self._offers.live[self.index, j, offer] = False
        self._offers.live_since[self.index, j, offer] = NEVER
        self._books.offer(self.code, j, US_KINDS[offer], "closed", 0.0)

    def _announce(self, month: int, seed: int, j: int, offer: int, gain: float) -> None:
        p = self._parameters
        if offer == LOCAL_REGION:
            u = draw(seed, self.index * _AGENT_STRIDE + j, month, purposes.BUILD_TIME)
            months = p.region_build_months + p.region_build_spread * (2.0 * u - 1.0)
        else:
            months = p.sovereign_build_months[US_KINDS[offer]]
        self._offers.under_way[self.index, j, offer] = True
        self.building.append((month + max(1, int(months + 0.5)), j, offer))
        self._books.offer(self.code, j, US_KINDS[offer], "announced", gain)

    # --- answers to distrust -----------------------------------------------------------------------

    def _cut_prices(self, outlook: "Outlook") -> None:
        """Cut prices where distrust costs more than the cut."""
        for j, cut in outlook.cuts[self.index]:
            if j in self._cut_by_lever:
                continue
            self._offers.discount[self.index, j] = self._parameters.discount if cut else 0.0
            change, cost = "live" if cut else "closed", float(outlook.distrust_cost[self.index, j])
            self._books.offer(self.code, j, "discount", change, cost)

    # --- conduct ----------------------------------------------------------------------------------

    def _go_to_court(self, month: int, outlook: "Outlook") -> None:
        """Fight warrants: as recorded; where there is no record, if what it wins back is worth its cost.

        A year of good news wins back a part of the cost of distrust: its weight relative to that of the leak.
        """
        p = self._parameters
        at_stake = p.responsiveness * (
            outlook.lost[self.index] * p.margin + outlook.conflict_cost[self.index]
        )
        ahead = at_stake * outlook.growth_years * 12.0
        recorded = any(begins <= month < ends for begins, ends in self._suits)
        pays = ahead * p.litigation_trust > p.litigation_cost * p.planning_years
        litigates = recorded or self._sues_by_lever or (month >= self._first_own_suit and pays)
        if litigates != self.litigates:
            self.litigates = litigates
            begun = "recorded" if recorded else "live"
            self._books.offer(self.code, US, "litigation", begun if litigates else "closed", at_stake)

    def _publish(self, month: int) -> None:
        """Publish transparency reports, once begun for good."""
        recorded = month >= self._publishes_from
        if not self.transparent and (recorded or self._publishes_by_lever):
            self.transparent = True
            self._books.offer(self.code, US, "transparency", "recorded" if recorded else "live", 0.0)


def recorded_openings(scenario: Scenario, code: str) -> list[tuple[int, int, int]]:
    """The regions that a provider opens as recorded: (month from which it is there, jurisdiction, offer)."""
    codes = list(scenario.jurisdictions)
    openings = scenario.providers[code].region_openings.items()
    return [(scenario.month_after(on), codes.index(where), LOCAL_REGION) for where, on in openings]


def month_of_first_decision(scenario: Scenario, code: str) -> int:
    """The first month in which a provider decides on regions itself: the first after the record's end."""
    end = scenario.providers[code].openings_recorded_to
    return 0 if end is None else scenario.month_after(end)


def recorded_suits(scenario: Scenario, code: str) -> tuple[list[tuple[int, int]], int]:
    """A provider's suits as recorded (first month, month after the last), and from when on it decides itself.

    It decides from the first switch on, or from the end of all providers' recorded suits, and never before
    there was a case.
    """
    switch = min((s.on for s in scenario.switches), default=None)
    every = [suit for provider in scenario.providers.values() for suit in provider.suits]
    own = [
        (scenario.month_after(suit.began), scenario.month_after(suit.ended))
        for suit in scenario.providers[code].suits
        if switch is None or suit.began < switch
    ]
    ends = switch if switch is not None else max((suit.ended for suit in every), default=scenario.first)
    return own, scenario.month_after(ends)


def levers_of(scenario: Scenario, code: str) -> list[tuple[int, Act, tuple[int, ...]]]:
    """A provider's levers: the month from which each acts, the act, and the jurisdictions."""
    codes = list(scenario.jurisdictions)
    return [
        (scenario.month_after(event.date), event.act, tuple(codes.index(one) for one in event.act.countries))
        for event in surviving_events(scenario)
        if event.act is not None and event.act.by in (code, US_PROVIDERS)
    ]


def publishes_from(scenario: Scenario, code: str) -> int:
    """The first month in which a provider publishes transparency reports; after the horizon, if never."""
    since = scenario.providers[code].transparency_since
    return scenario.months if since is None else scenario.month_after(since)


class Outlook:
    """What the providers know of their markets at the end of a quarter in one world, and which acts pay.

    conflict_cost: by provider, a year.
    growth_years: earnings over the planning horizon, in units of the first year's.
    best, value, lost, unwanted, cuts: by provider, see `kernels.providers.Advice`.
    litigating, transparent: shares in the US providers' revenue abroad of those that litigate, or publish.
    """

    def __init__(self, scenario: Scenario, market: Market, offers: Offers) -> None:
        p = self._parameters = scenario.parameters.providers
        self._market, self._offers = market, offers
        self._nest_scale = scenario.parameters.choice.nest_scale
        self._volume_to_revenue = 1.0 - scenario.parameters.market.price_decline
        sovereign = (p.sovereign_capital[US_KINDS[k]] for k in range(LOCAL_REGION + 1, OFFERS))
        self._capital = np.array([np.inf, p.region_capital, *sovereign])
        organisations = market.price_sensitivity[1:]
        self._elasticity = total(organisations) / len(organisations)
        providers, jurisdictions = len(scenario.providers), len(scenario.jurisdictions)
        by_offer, by_country = (providers, jurisdictions, OFFERS), (providers, jurisdictions)
        self._markets = kernel.Markets(
            revenue=np.zeros((jurisdictions, place_count(providers))),
            provider_revenue=np.zeros((jurisdictions, providers)),
            abroad=np.zeros(providers),
            market=np.zeros(jurisdictions),
            gain=np.zeros(by_offer),
            distrust_cost=np.zeros(by_country),
        )
        self._advice = kernel.Advice(
            best=np.zeros((providers, 2, 2), np.int64),
            value=np.zeros((providers, 2)),
            lost=np.zeros(providers),
            unwanted=np.zeros((providers * jurisdictions * OFFERS, 3), np.int64),
            cuts=np.zeros((providers * jurisdictions, 3), np.int64),
        )
        self.gain, self.distrust_cost = self._markets.gain, self._markets.distrust_cost
        self.abroad = self._markets.abroad
        self.conflict_cost = [0.0] * providers
        self.growth_years = self.litigating = self.transparent = 0.0
        self.best: list[list[list[int]]] = []
        self.value: list[list[float]] = []
        self.lost: list[float] = []
        self.unwanted: list[list[tuple[int, int]]] = []
        self.cuts: list[list[tuple[int, int]]] = []

    def look_ahead(
        self, customers: CustomersOfWorld, offered: market_kernel.Offered, laws: np.ndarray
    ) -> None:
        """What the market shows, under the `laws` in force: (J, I)."""
        market = self._market
        clients = kernel.Clients(
            market.spend(customers.stock),
            market.shares,
            market.sensitivity,
            customers.trust_means,
            market.first_risk,
            self._nest_scale,
            self._parameters.latency_gain,
            market.appeal.own_means,
            market.local_preference,
        )
        kernel.look_ahead(market.where, clients, customers.meets, offered, laws, self._markets)

    def weigh(self, month: int, conflicts: float) -> None:
        """From what the market shows to what is worth doing; `conflicts` of law of the month."""
        p, advice, offers = self._parameters, self._advice, self._offers
        abroad, everywhere = self._markets.abroad.tolist(), max(total(self._markets.abroad), 1e-9)
        self.conflict_cost = [conflicts * 12.0 * p.conflict_cost * own / everywhere for own in abroad]
        growth, year = (1.0 + self._market.yearly_growth(month)) * self._volume_to_revenue, 1.0
        self.growth_years = 0.0
        for _ in range(int(p.planning_years)):
            year *= growth
            self.growth_years += year
        calculus = kernel.Calculus(
            p.sovereign_trial_months,
            p.sovereign_close_share,
            self._capital,
            p.responsiveness * p.margin * self.growth_years,
            self._elasticity,
            p.discount,
            p.responsiveness,
        )
        started = kernel.Started(offers.live_since, offers.under_way, offers.discount)
        closing, changes = kernel.weigh(month, calculus, started, self._markets, advice)
        self.best, self.value, self.lost = advice.best.tolist(), advice.value.tolist(), advice.lost.tolist()
        self.unwanted = _by_provider(len(abroad), advice.unwanted[:closing])
        self.cuts = _by_provider(len(abroad), advice.cuts[:changes])

    def note_conduct(self, providers: Sequence[Provider]) -> None:
        """Compute which share of US providers' revenue abroad goes to those that litigate, or publish."""
        self.litigating = self._share(provider.litigates for provider in providers)
        self.transparent = self._share(provider.transparent for provider in providers)

    def _share(self, does: Iterable[bool]) -> float:
        doing, everything = 0.0, 0.0
        for one_does, revenue in zip(does, self._markets.abroad.tolist(), strict=True):
            doing, everything = doing + revenue * one_does, everything + revenue
        return doing / everything if everything > 0.0 else 0.0


def _by_provider(providers: int, rows: np.ndarray) -> list[list[tuple[int, int]]]:
    """Rows (n, 3) of (provider, a, b) as lists of (a, b)."""
    out: list[list[tuple[int, int]]] = [[] for _ in range(providers)]
    for p, a, b in rows.tolist():
        out[p].append((a, b))
    return out

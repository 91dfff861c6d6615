"""US providers, one at a time: what each offers where, what it expects to gain, and what it decides each
quarter.

Each quarter a provider opens what it has built; looks at its markets country by country; closes sovereign
offers that nobody wants; starts the region and the sovereign offer that earn most for their capital, if they
earn it back; cuts prices where distrust costs more; and goes to court and publishes what it is asked for as
recorded, or goes to court where that pays and there is no record. Money is USD, a year's unless said
otherwise. See docs/odd.md, section 7 (US providers); parameters in configs/parameters/providers.yaml.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from sim.model.luck import purposes
from sim.model.reference.arithmetic import add_up, exp, log
from sim.model.reference.cells import Terms
from sim.model.reference.philox import draw
from sim.model.reference.places import (
    CUSTOMER_KEYS,
    FIRST_US,
    HOME_GROWN,
    LOCAL_REGION,
    OFFERS,
    ON_PREMISES,
    US_REGION,
    US_SUBSIDIARY,
    us_place,
)
from sim.scenario.canonical import surviving_events
from sim.scenario.scenario import Scenario
from sim.scenario.schema import US_PROVIDERS
from sim.vocabulary import US_KINDS

US = 0
PUBLIC = 4  # segment
# The gain of an offer is first order in the rise of the value of the provider's nest; the rise counts up to
# this.
MOST_RISE = 3.0
NOTHING_OPEN = -30.0  # value of a nest without an open offer


@dataclass
class OffersInCountry:
    """What one provider offers the customers of one country.

    `host` is the country of the local region that they use, None if there is none; `live` and `under_way` say
    of each of the five kinds whether it is there and whether it is being built; `live_since` the month in
    which a sovereign offer that was built opened; `discount` a share of the list price.
    """

    own_region: bool = False
    host: int | None = None
    discount: float = 0.0
    live: list[bool] = field(default_factory=lambda: [kind == US_REGION for kind in range(OFFERS)])
    under_way: list[bool] = field(default_factory=lambda: [False] * OFFERS)
    live_since: list[int | None] = field(default_factory=lambda: [None] * OFFERS)


@dataclass(frozen=True)
class CellSeen:
    """What a provider sees of one cell at the end of a quarter.

    `spend` USD a month by place at list price; `share` each provider's share of the cell if nothing were
    forbidden; `sensitivity` and `trust` (by channel) of its average customer; `first_risk` its perceived risk
    at the start of the region that customers use; `terms` those of last month; `procurement` share of
    countries with a procurement rule.
    """

    country: int
    segment: int
    spend: list[float]
    share: list[float]
    sensitivity: float
    trust: list[float]
    first_risk: float
    terms: Terms
    procurement: float

    def risk(self, kind: int) -> float:
        """Perceived risk of a kind of place for the average customer, in utility."""
        law, intelligence, own_state = (channel[kind] for channel in self.terms.exposure)
        return self.sensitivity * (
            (1.0 - self.trust[0]) * law + (1.0 - self.trust[1]) * intelligence + own_state
        )

    def spend_of_year(self) -> float:
        return add_up(self.spend) * 12.0


class Provider:
    """One US provider."""

    def __init__(self, scenario: Scenario, index: int, code: str) -> None:
        self.scenario, self.index, self.code = scenario, index, code
        self.countries = list(scenario.jurisdictions.values())
        self.offers = [OffersInCountry() for _ in self.countries]
        for j, country in enumerate(scenario.jurisdictions):
            self.offers[j].own_region = country in scenario.providers[code].regions_2013
        self.settle()
        # Month it opens, country, offer. Regions that the record names are under way from the start.
        self.building = [
            (scenario.month_after(date), list(scenario.jurisdictions).index(country), LOCAL_REGION)
            for country, date in scenario.providers[code].region_openings.items()
        ]
        self.recorded = [j for _, j, _ in self.building]
        for j in self.recorded:
            self.offers[j].under_way[LOCAL_REGION] = True
        self.levers = [
            (scenario.month_after(event.date), event.act)
            for event in surviving_events(scenario)
            if event.act is not None and event.act.by in (code, US_PROVIDERS)
        ]
        self.cut_by_lever: set[int] = set()
        self.sues_by_lever = self.publishes_by_lever = False
        self.litigates = self.transparent = False
        switch = min((switch.on for switch in scenario.switches), default=dt.date.max)
        # Suits that began before a switch go on to their recorded end; later ones are decisions.
        self.suits = [suit for suit in scenario.providers[code].suits if suit.began < switch]
        ends = [suit.ended for provider in scenario.providers.values() for suit in provider.suits]
        self.court_record_ends = scenario.month_after(min(switch, max(ends, default=scenario.first)))
        self.changes: list[tuple[str, int, str, str, float]] = []  # provider, country, offer, change, gain

    def note(self, country: int, offer: str, change: str, gain: float) -> None:
        self.changes.append((self.code, country, offer, change, gain))

    # --- regions ----------------------------------------------------------------------------------

    def settle(self) -> None:
        """Each country's local region: at home, else the first in its bloc; a region elsewhere in the bloc
        moves nobody.
        """
        for j, offers in enumerate(self.offers):
            if j == US:
                continue
            if offers.own_region:
                offers.host = j
            elif offers.host is None:
                for k in range(1, len(self.offers)):
                    if self.offers[k].own_region and self.countries[k].bloc == self.countries[j].bloc:
                        offers.host = k
                        break
            offers.live[LOCAL_REGION] = offers.host is not None

    def open_finished(self, month: int) -> None:
        """Open what is built by now."""
        for finished, j, offer in self.building:
            if finished > month:
                continue
            if offer == LOCAL_REGION:
                self.offers[j].own_region = True
                self.settle()
            else:
                self.offers[j].live[offer] = True
                self.offers[j].live_since[offer] = month
            self.offers[j].under_way[offer] = False
            recorded = offer == LOCAL_REGION and j in self.recorded
            self.note(j, US_KINDS[offer], "recorded" if recorded else "live", 0.0)
        self.building = [b for b in self.building if b[0] > month]

    # --- levers -----------------------------------------------------------------------------------

    def pull_levers(self, month: int) -> None:
        """What levers say, from the first quarter after their month on."""
        codes = list(self.scenario.jurisdictions)
        for begins, act in self.levers:
            if begins > month:
                continue
            self.publishes_by_lever |= act.act == "publish"
            self.sues_by_lever |= act.act == "litigate"
            for country in act.countries:
                j = codes.index(country)
                if act.act == "cut_price" and act.cut is not None:
                    self.cut_by_lever.add(j)
                    self.offers[j].discount = act.cut
                    self.note(j, "discount", "live", 0.0)
                elif act.offer is not None:
                    self.open_or_close(j, US_KINDS.index(act.offer), act.act == "open")
        self.levers = [lever for lever in self.levers if lever[0] > month]

    def open_or_close(self, j: int, offer: int, opens: bool) -> None:
        """An offer is there from now on, or no longer and for good; nothing is being built there any more."""
        offers = self.offers[j]
        was_open = offers.own_region if offer == LOCAL_REGION else offers.live[offer]
        self.building = [b for b in self.building if (b[1], b[2]) != (j, offer)]
        offers.under_way[offer], offers.live_since[offer] = not opens, None
        if was_open == opens:
            return
        if offer == LOCAL_REGION:
            offers.own_region = opens
            for other in self.offers:
                if other.host == j:
                    other.host = None
            self.settle()
        else:
            offers.live[offer] = opens
        self.note(j, US_KINDS[offer], "live" if opens else "closed", 0.0)

    # --- outlook ----------------------------------------------------------------------------------

    def look_ahead(self, cells: Sequence[CellSeen]) -> None:
        """Revenue, what distrust costs, and what a missing offer would earn, country by country."""
        count = range(len(self.countries))
        places = range(len(cells[0].spend))
        by_place = [[0.0 for _ in places] for _ in count]
        self.distrust_cost = [0.0 for _ in count]
        self.gain = [[0.0] * OFFERS for _ in count]
        for cell in cells:
            for place in places:
                by_place[cell.country][place] += cell.spend[place] * 12.0
            if cell.country == US:
                continue
            share = cell.share[self.index]
            rise = max(min(cell.risk(1 + US_REGION), cell.risk(1 + LOCAL_REGION)) - cell.first_risk, 0.0)
            self.distrust_cost[cell.country] += cell.spend_of_year() * share * (1.0 - share) * rise
            if cell.spend_of_year() > 0.0:
                self.add_gains(cell)
        own = range(us_place(self.index, 0), us_place(self.index + 1, 0))
        self.by_offer = [[by_place[j][place] for place in own] for j in count]
        self.revenue = [add_up(self.by_offer[j]) for j in count]
        self.market = [
            add_up([by_place[j][ON_PREMISES] + by_place[j][HOME_GROWN], *by_place[j][FIRST_US:]])
            for j in count
        ]
        self.abroad = add_up(self.revenue[1:])

    def add_gains(self, cell: CellSeen) -> None:
        """What each missing offer would earn from a cell: spend x s (1 - s) x rise of the nest's value (Train
        2009, ch. 3).
        """
        p = self.scenario.parameters
        scale, offers, j = p.choice.nest_scale, self.offers[cell.country], cell.country
        weights, is_open = [], []
        for kind in range(OFFERS):
            place = us_place(self.index, kind)
            weights.append(exp((cell.terms.utility[place] - cell.risk(1 + kind)) / scale))
            is_open.append(1.0 - cell.terms.closed[place])
        nearby = cell.terms.utility[us_place(self.index, LOCAL_REGION)] + p.providers.latency_gain
        region_nearby = exp((nearby - cell.risk(1 + LOCAL_REGION)) / scale)
        local = 0.0 if offers.live[LOCAL_REGION] else p.choice.local_preference.values[cell.segment]
        keys = cell.terms.utility[us_place(self.index, CUSTOMER_KEYS)] + (p.choice.own_keys_gap + local)
        helped_keys = exp((keys - cell.risk(1 + CUSTOMER_KEYS)) / scale)
        share = cell.share[self.index]
        at_stake = cell.spend_of_year() * share * (1.0 - share)
        for kind in range(1, OFFERS):
            if offers.own_region if kind == LOCAL_REGION else offers.live[kind]:
                continue
            barred = cell.segment == PUBLIC and kind in (LOCAL_REGION, US_SUBSIDIARY)
            with_it, open_with_it = list(weights), list(is_open)
            open_with_it[kind] = 1.0 - (cell.procurement if barred else 0.0)
            if kind == LOCAL_REGION:
                with_it[kind] = region_nearby
            elif kind == CUSTOMER_KEYS:
                with_it[kind] = helped_keys
            rise = self.value_of_nest(with_it, open_with_it) - self.value_of_nest(weights, is_open)
            self.gain[j][kind] += at_stake * min(max(rise, 0.0), MOST_RISE)

    def value_of_nest(self, weights: Sequence[float], is_open: Sequence[float]) -> float:
        """Value of the provider to a customer, in utility: nest scale x log of the sum of open offers'
        weights.
        """
        total = 0.0
        for weight, share in zip(weights, is_open, strict=True):
            if share > 0.0:
                total += share * weight
        if total <= 0.0:
            return NOTHING_OPEN
        return self.scenario.parameters.choice.nest_scale * log(max(total, 1e-300))

    def years_of_growth(self, yearly_growth: float) -> float:
        """What a first year's earnings add up to over the planning horizon, if use grows and prices fall as
        now.
        """
        p = self.scenario.parameters
        growth, year, total = (1.0 + yearly_growth) * (1.0 - p.market.price_decline), 1.0, 0.0
        for _ in range(int(p.providers.planning_years)):
            year *= growth
            total += year
        return total

    def elasticity(self) -> float:
        """Mean price sensitivity of organisations (all segments but consumers)."""
        sensitivity = self.scenario.parameters.market.price_sensitivity.values[1:]
        return add_up(sensitivity) / len(sensitivity)

    # --- decisions --------------------------------------------------------------------------------

    def step(
        self,
        seed: int,
        month: int,
        yearly_growth: float,
        conflicts: float,
        all_abroad: float,
    ) -> None:
        """One quarter. `conflicts` of law last month; `all_abroad` what all US providers earn abroad."""
        p = self.scenario.parameters.providers
        years = self.years_of_growth(yearly_growth)
        best = self.best_offers(p.responsiveness * p.margin * years)
        cuts = self.changed_discounts()
        self.close_unwanted(month)
        if p.responsiveness > 0.0:
            for value, j, offer in best:
                if value > 1.0 and (offer != LOCAL_REGION or self.decides_on_regions(month)):
                    self.announce(seed, month, j, offer)
            for j, cut in cuts:
                if j in self.cut_by_lever:
                    continue
                self.offers[j].discount = p.discount if cut else 0.0
                self.note(j, "discount", "live" if cut else "closed", self.distrust_cost[j])
        conflict_cost = conflicts * 12.0 * p.conflict_cost * self.abroad / max(all_abroad, 1e-9)
        at_stake = p.responsiveness * (add_up(self.distrust_cost) * p.margin + conflict_cost)
        self.go_to_court(month, at_stake, years)
        self.publish(month)

    def decides_on_regions(self, month: int) -> bool:
        """Whether the record of the provider's openings has ended: until then they are history."""
        end = self.scenario.providers[self.code].openings_recorded_to
        return end is None or month >= self.scenario.month_after(end)

    def close_unwanted(self, month: int) -> None:
        """Close sovereign offers that after their trial earn less than a small share of the country's
        revenue.
        """
        p = self.scenario.parameters.providers
        for j, offers in enumerate(self.offers):
            for kind in range(OFFERS):
                since = offers.live_since[kind]
                if since is None or month - since < p.sovereign_trial_months:
                    continue
                if self.by_offer[j][kind] < p.sovereign_close_share * self.revenue[j]:
                    offers.live[kind], offers.live_since[kind] = False, None
                    self.note(j, US_KINDS[kind], "closed", 0.0)

    def best_offers(self, worth: float) -> list[tuple[float, int, int]]:
        """The region and the sovereign offer that earn most for their capital: earnings / capital, country,
        offer.
        """
        p = self.scenario.parameters.providers
        best = [(-1.0, 0, LOCAL_REGION), (-1.0, 0, LOCAL_REGION)]
        for j, offers in enumerate(self.offers):
            for kind in range(LOCAL_REGION, OFFERS):
                capital = p.region_capital if kind == LOCAL_REGION else p.sovereign_capital[US_KINDS[kind]]
                earns = 0.0 if offers.under_way[kind] else worth * self.gain[j][kind] / capital
                which = 0 if kind == LOCAL_REGION else 1
                if earns > best[which][0]:
                    best[which] = (earns, j, kind)
        return best

    def announce(self, seed: int, month: int, j: int, offer: int) -> None:
        """Begin to build an offer."""
        p = self.scenario.parameters.providers
        if offer == LOCAL_REGION:
            u = draw(seed, self.index * 4096 + j, month, purposes.BUILD_TIME)
            months = p.region_build_months + p.region_build_spread * (2.0 * u - 1.0)
        else:
            months = p.sovereign_build_months[US_KINDS[offer]]
        self.offers[j].under_way[offer] = True
        self.building.append((month + max(1, int(months + 0.5)), j, offer))
        self.note(j, US_KINDS[offer], "announced", self.gain[j][offer])

    def go_to_court(self, month: int, at_stake: float, years_of_growth: float) -> None:
        """Fight warrants: as recorded, or, after the record, where what is won back is worth its cost."""
        p, after = self.scenario.parameters.providers, self.scenario.month_after
        recorded = any(after(suit.began) <= month < after(suit.ended) for suit in self.suits)
        won_back = at_stake * years_of_growth * 12.0 * p.litigation_trust
        decided = month >= self.court_record_ends and won_back > p.litigation_cost * p.planning_years
        litigates = recorded or self.sues_by_lever or decided
        if litigates != self.litigates:
            self.litigates = litigates
            begun = "recorded" if recorded else "live"
            self.note(US, "litigation", begun if litigates else "closed", at_stake)

    def publish(self, month: int) -> None:
        """Publish transparency reports as recorded; once begun, for good."""
        since = self.scenario.providers[self.code].transparency_since
        recorded = since is not None and month >= self.scenario.month_after(since)
        if not self.transparent and (recorded or self.publishes_by_lever):
            self.transparent = True
            self.note(US, "transparency", "recorded" if recorded else "live", 0.0)

    def changed_discounts(self) -> list[tuple[int, bool]]:
        """Where a cut in price has become, or is no longer, worth it: it must win customers and win back lost
        trust.
        """
        p, out = self.scenario.parameters.providers, []
        for j, own in enumerate(self.revenue):
            market = self.market[j] if self.market[j] > 0.0 else 1.0
            wins = own * (1.0 - own / market) * self.elasticity() * -log(1.0 - p.discount)
            cost = own * p.discount
            lost = p.responsiveness * self.distrust_cost[j]
            cut = j != US and p.discount > 0.0 and wins > cost and lost > cost
            if cut != (self.offers[j].discount > 0.0):
                out.append((j, cut))
        return out


def share_doing(providers: Sequence[Provider], what: str) -> float:
    """Share of the US providers' revenue abroad that goes to those that litigate, or that are transparent."""
    doing = everything = 0.0
    for provider in providers:
        doing += provider.abroad * getattr(provider, what)
        everything += provider.abroad
    return doing / everything if everything > 0.0 else 0.0


def host_of(providers: Sequence[Provider], country: int, place: int) -> int:
    """The country on whose soil a place lies for a country's customers; without a local region keys go with
    the US.
    """
    if place < FIRST_US:
        return country
    offer = (place - FIRST_US) % OFFERS
    host = providers[(place - FIRST_US) // OFFERS].offers[country].host
    region = US if host is None else host
    return [US, region, country, region, country][offer]

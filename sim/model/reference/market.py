"""What every place is worth to a cell, how exposed it is, and to whom it is closed.

One `Market` per world. A place's utility is the appeal of its provider plus the terms of its kind. The appeal
starts where the average customer's shares of 2013 are the recorded ones (Berry 1994), and moves with recorded
shares and with experience (Wright's law). See docs/odd.md, section 7 (Choice, Market); parameters in
configs/parameters/market.yaml, choice.yaml and exposure.yaml. Utilities have the unit of a logit; exposures
and shares are probabilities.
"""

from collections.abc import Sequence

from sim.model.reference.arithmetic import LN2, add_up, exp, log
from sim.model.reference.cells import UNITS, Cell
from sim.model.reference.closed_places import CONSUMER, LawOnPlaces, closed_places
from sim.model.reference.customers import taste_of
from sim.model.reference.places import (
    CUSTOMER_KEYS,
    FIRST_US,
    HOME_GROWN,
    HOME_GROWN_KIND,
    KINDS,
    LOCAL_REGION,
    OFFERS,
    ON_PREMISES,
    US_REGION,
    entry_of,
    us_place,
)
from sim.model.reference.population import home_share_of, totals_of_cell
from sim.model.reference.us_providers import Provider, host_of
from sim.scenario.scenario import Scenario
from sim.vocabulary import KINDS as KIND_NAMES

US = 0
LEAST_SHARE = 1e-12


# --- what no law changes ------------------------------------------------------------------------------


def month_number(date: str) -> int:
    """Months since year 0 of a date written YYYY or YYYY-MM."""
    year, _, month = date.partition("-")
    return int(year) * 12 + int(month or 1) - 1


def value_in_month(table: dict[str, float], now: int) -> float:
    """The value of a dated table that holds in a month: the latest at or before it, else the first."""
    value = next(iter(table.values()))
    for date, later in table.items():
        if month_number(date) <= now:
            value = later
    return value


def recorded_shares(scenario: Scenario, now: int) -> list[float]:
    """Shares of the US providers among themselves, log-linear between recorded dates."""
    shares = []
    for provider in scenario.providers.values():
        dates = [month_number(date) for date in provider.world_share]
        logs = [log(share) for share in provider.world_share.values()]
        later = len([date for date in dates if date <= now])
        a, b = max(later - 1, 0), min(later, len(dates) - 1)
        passed = min(max((now - dates[a]) / max(dates[b] - dates[a], 1), 0.0), 1.0)
        shares.append(exp((1.0 - passed) * logs[a] + passed * logs[b]))
    total = add_up(shares)
    return [share / total for share in shares]


class Trends:
    """Indices of a month, 1 in the first month: volume and price of cloud services, data stored."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.first = month_number(scenario.first.strftime("%Y-%m"))
        countries = list(scenario.jurisdictions.values())
        world = add_up([c.gdp_2019 for c in countries]) / add_up([c.gdp_2013 for c in countries])
        # How a country departs from the world's growth, a month: its GDP from 2013 to 2019, that is 72
        # months.
        self.drift = [exp(log(c.gdp_2019 / c.gdp_2013 / world) / 72.0) for c in countries]
        self.volume = self.data = self.price = 1.0
        self.growth = [1.0 for _ in countries]
        self.first_shares = recorded_shares(scenario, self.first)
        self.month = 0

    def open_month(self, month: int) -> None:
        """Move on to the next month."""
        p = self.scenario.parameters.market
        if month > self.month:
            yearly = value_in_month(p.volume_growth, self.first + month)
            self.volume *= exp(log(1.0 + yearly) / 12.0)
            self.data *= exp(log(1.0 + p.data_growth) / 12.0)
            self.price *= exp(log(1.0 - p.price_decline) / 12.0)
            self.growth = [now * drift for now, drift in zip(self.growth, self.drift, strict=True)]
        self.month = month

    def appeal(self, provider: int) -> float:
        """What a US provider's recorded share has added to its appeal among organisations since the first
        month.
        """
        now = recorded_shares(self.scenario, self.first + self.month)[provider]
        return log(now / self.first_shares[provider])


# --- what customers meet ------------------------------------------------------------------------------


class Market:
    """The market of one world. `laws[instrument][country]` are shares of a country's members with it in
    force.
    """

    def __init__(self, scenario: Scenario, cells: Sequence[Cell], providers: Sequence[Provider]) -> None:
        self.scenario, self.cells, self.providers = scenario, cells, providers
        self.countries = list(scenario.jurisdictions.values())
        self.trends = Trends(scenario)
        self.us_start = self.us_experience = 0.0
        self.home_start = [1.0 for _ in self.countries]
        self.home_experience = [0.0 for _ in self.countries]
        self.us_appeal = [[0.0 for _ in providers] for _ in cells]
        self.home_appeal = [0.0 for _ in cells]
        # What home-grown providers lack: log of what their customers use, against those of US providers.
        self.gap = [0.0 for _ in self.countries]
        self.first_earnings: dict[str, float] = {}

    def country_of(self, cell: Cell) -> int:
        return cell.number // len(self.scenario.segments)

    def terms_of_offer(self, segment: int, offer: int) -> float:
        """Appeal of a kind of offer: local hosting, less what sovereign offers lack and cost more."""
        p = self.scenario.parameters
        local, price = p.choice.local_preference.values[segment], p.market.price_sensitivity.values[segment]
        lacks = (p.choice.trustee_gap, p.choice.keys_gap, p.choice.subsidiary_gap)
        costs = (p.choice.trustee_premium, p.choice.keys_premium, p.choice.subsidiary_premium)
        if offer == US_REGION:
            return 0.0
        if offer == LOCAL_REGION:
            return local
        return local - lacks[offer - 2] - price * log(1.0 + costs[offer - 2])

    # --- exposure and laws ------------------------------------------------------------------------

    def exposure(
        self, cell: Cell, belief: float, intelligence_belief: float, claims: Sequence[float]
    ) -> list[list[float]]:
        """Perceived probability that data is reached: by channel (law enforcement, intelligence, own state)
        and kind.
        """
        p, j = self.scenario.parameters.exposure, self.country_of(cell)
        own = self.countries[j].own_state_intrusion * p.own_state_weight
        if j == US:
            # A US warrant is their own process wherever the data lies; foreign claims reach US providers.
            foreign = p.distrust_of_foreign_claims * self.weight_of_claims(claims)
            own_state = [own + (foreign if 1 <= kind <= OFFERS else 0.0) for kind in range(KINDS)]
            return [[0.0] * KINDS, [0.0] * KINDS, own_state]
        law, intelligence, own_state = [], [], []
        for kind, name in enumerate(KIND_NAMES):
            if_believed = p.law_enforcement_if_believed[name]
            if kind == HOME_GROWN_KIND:
                if_believed = self.countries[j].home_grown_us_business * if_believed
            law.append(min(p.law_enforcement_always[name] + if_believed * belief, 1.0))
            intelligence.append(p.intelligence[name] * intelligence_belief)
            in_us = kind == 1 + US_REGION
            own_state.append(own * (p.own_state_reach_abroad if in_us else 1.0))
        return [law, intelligence, own_state]

    def weight_of_claims(self, claims: Sequence[float]) -> float:
        """Share of the world's economy outside the US whose law claims data held by providers abroad."""
        gdp = [0.0 if j == US else country.gdp_2013 for j, country in enumerate(self.countries)]
        total = add_up(gdp)
        return add_up([g / total * claim for g, claim in zip(gdp, claims, strict=True)])

    def closed(self, cell: Cell, laws: dict[str, list[float]]) -> tuple[list[float], list[float]]:
        """Share of customers, by place, to whom it is closed at all, and to whom the law forbids it."""
        j = self.country_of(cell)
        law = LawOnPlaces(
            laws["procurement_rule"][j], laws["sector_localisation"][j], laws["general_localisation"][j]
        )
        live = [provider.offers[j].live for provider in self.providers]
        places = range(FIRST_US + OFFERS * len(self.providers))
        hosts = [host_of(self.providers, j, place) if place >= FIRST_US else j for place in places]
        return closed_places(self.scenario, j, cell.segment, law, live, hosts)

    # --- appeal and utility -----------------------------------------------------------------------

    def anchor(
        self,
        trust: Sequence[Sequence[float]],
        exposures: Sequence[list[list[float]]],
        closed: Sequence[list[float]],
    ) -> None:
        """Set each provider's appeal so that the average customer's shares of 2013 are the recorded ones
        (Berry 1994).

        By cell: mean trust by channel, exposure, and what is closed in the first month.
        """
        scale = self.scenario.parameters.choice.nest_scale
        consumer = [provider.consumer_share for provider in self.scenario.providers.values()]
        consumer = [share / add_up(consumer) for share in consumer]
        sensitivity = self.scenario.parameters.choice.sensitivity.values
        for c, cell in enumerate(self.cells):
            law, intelligence, own_state = exposures[c]
            risk = [
                sensitivity[cell.segment]
                * ((1.0 - trust[c][0]) * law[k] + (1.0 - trust[c][1]) * intelligence[k] + own_state[k])
                for k in range(KINDS)
            ]
            home_share = home_share_of(self.scenario, self.country_of(cell))
            self.home_appeal[c] = log(max(home_share, LEAST_SHARE)) + risk[HOME_GROWN_KIND]
            self.home_appeal[c] += self.shift_for_tastes(home_share)
            of_us = consumer if cell.segment == CONSUMER else self.trends.first_shares
            for p in range(len(self.providers)):
                inside = 0.0
                for offer in range(OFFERS):
                    is_open = 1.0 - closed[c][us_place(p, offer)]
                    if is_open > 0.0:
                        own = 0.0
                        if offer == CUSTOMER_KEYS:
                            own = self.scenario.parameters.choice.own_keys_gap
                            if closed[c][us_place(p, LOCAL_REGION)] == 1.0:
                                own += self.terms_of_offer(cell.segment, LOCAL_REGION)
                        weight = exp(
                            (self.terms_of_offer(cell.segment, offer) - own - risk[1 + offer]) / scale
                        )
                        inside += is_open * weight
                value = scale * log(inside) if inside > 0.0 else -30.0
                self.us_appeal[c][p] = log(max((1.0 - home_share) * of_us[p], LEAST_SHARE)) - value

    def shift_for_tastes(self, share: float) -> float:
        """What keeps home-grown providers' share as recorded although lasting tastes differ: by halving.

        The share is the mean over tastes of a logit (Train 2009, ch. 6); 32 of them stand for all.
        """
        scale = self.scenario.parameters.choice.home_taste
        if scale == 0.0 or share <= 0.0 or share >= 1.0:
            return 0.0
        low, high = -10.0 * scale, 10.0 * scale
        for _ in range(32):
            middle, mean = 0.5 * (low + high), 0.0
            for k in range(32):
                weight = share * exp(middle + taste_of((k + 0.5) / 32, scale))
                mean += weight / (weight + (1.0 - share))
            low, high = (middle, high) if mean < share * 32 else (low, middle)
        return 0.5 * (low + high)

    def gain_of_experience(self, now: float, start: float) -> float:
        """Wright's law: unit cost falls by the learning rate with each doubling of output; as a cut in log
        price.
        """
        if start <= 0.0 or now <= start:
            return 0.0
        return -log(1.0 - self.scenario.parameters.market.learning_rate) * log(now / start) / LN2

    def utility(self, cell: Cell, suspension: Sequence[float]) -> list[float]:
        """Utility of every place before risk; `suspension`: share of each country whose transfers to the US
        are suspended.
        """
        p, j, c = self.scenario.parameters, self.country_of(cell), cell.number
        price = p.market.price_sensitivity.values[cell.segment]
        home_gain = self.gain_of_experience(self.home_experience[j], self.home_start[j])
        out = [0.0, self.home_appeal[c] + price * home_gain + self.gap[j]]
        us_gain = self.gain_of_experience(self.us_experience, self.us_start)
        for provider in self.providers:
            offers = provider.offers[j]
            trend = 0.0 if cell.segment == CONSUMER else self.trends.appeal(provider.index)
            appeal = self.us_appeal[c][provider.index] + trend + price * us_gain
            for offer in range(OFFERS):
                utility = (
                    appeal + self.terms_of_offer(cell.segment, offer) - price * log(1.0 - offers.discount)
                )
                if offer == US_REGION:
                    # Standard contractual clauses keep suspended transfers possible, at a cost.
                    utility -= p.choice.transfer_friction.values[cell.segment] * suspension[j]
                elif offers.own_region and offer in (LOCAL_REGION, CUSTOMER_KEYS):
                    utility += p.providers.latency_gain
                if offer == CUSTOMER_KEYS and not offers.live[offer]:
                    # By the customer's own means, and in the US where the provider has no region.
                    away = (
                        0.0 if offers.live[LOCAL_REGION] else self.terms_of_offer(cell.segment, LOCAL_REGION)
                    )
                    utility -= p.choice.own_keys_gap + away
                out.append(utility)
        return out

    # --- output and spend -------------------------------------------------------------------------

    def spend(self, cell: Cell, stock: Sequence[Sequence[int]]) -> list[float]:
        """USD of the month by place, at list price; `stock` accounts, TB, USD, customers by place, in
        millionths of 2013.
        """
        j = self.country_of(cell)
        level = self.trends.volume * self.trends.price * self.trends.growth[j] * (1.0 / UNITS)
        out = [row[2] * level for row in stock]
        out[ON_PREMISES] = 0.0  # earns nobody anything
        out[HOME_GROWN] *= exp(self.gap[j])
        return out

    def demanded(self, country: int, unlawful: Sequence[Sequence[float]]) -> float:
        """Share of a country's spend to which the law leaves no region of US providers (mean over these)."""
        closed = everything = 0.0
        for cell in self.cells:
            if self.country_of(cell) == country:
                of_cell, spend = 0.0, totals_of_cell(cell.where, cell.spec).usd
                for p in range(len(self.providers)):
                    of_cell += unlawful[cell.number][us_place(p, LOCAL_REGION)]
                closed += spend * (of_cell / len(self.providers))
                everything += spend
        return closed / everything if everything > 0.0 else 0.0

    def earnings(self, stocks: Sequence[Sequence[Sequence[int]]]) -> dict[str, float]:
        """By bloc: what home-grown providers earn, in units of stock at the month's prices."""
        home = dict.fromkeys([country.bloc for country in self.countries], 0.0)
        price = self.trends.volume * self.trends.price
        for j, country in enumerate(self.countries):
            at_home = 0
            for cell, stock in zip(self.cells, stocks, strict=True):
                if self.country_of(cell) == j:
                    at_home += stock[HOME_GROWN][2]
            home[country.bloc] += at_home * exp(self.gap[j]) * self.trends.growth[j] * price
        return home

    def move_gaps(
        self, stocks: Sequence[Sequence[Sequence[int]]], unlawful: Sequence[Sequence[float]]
    ) -> None:
        """A month of what home-grown providers lack; the first month's earnings are the measure of later
        ones.

        It widens with the advance of US providers, except where the law demands the home-grown, and a share
        of it is made up (Nelson & Phelps 1966), the more they earn.
        """
        p, now = self.scenario.parameters.market, self.earnings(stocks)
        self.first_earnings = self.first_earnings or now
        for j, (code, country) in enumerate(self.scenario.jurisdictions.items()):
            lag = entry_of(p.home_lag, code, country)
            widening = log(1.0 - lag) / 12.0 if lag > 0.0 else 0.0
            first = self.first_earnings[country.bloc]
            earns = now[country.bloc] / first if first > 0.0 else 1.0
            helped = exp(p.home_earnings_elasticity * log(earns)) if earns > 0.0 else 0.0
            made_up = min(p.home_catch_up / 12.0 * helped, 1.0)
            widening *= 1.0 - p.home_protection * self.demanded(j, unlawful)
            self.gap[j] += widening - made_up * self.gap[j]

    def learn(self, stocks: Sequence[Sequence[Sequence[int]]]) -> None:
        """Add a month's output, TB served, to experience: pooled over the world for US providers, over a bloc
        at home.
        """
        us, by_bloc = 0.0, dict.fromkeys([country.bloc for country in self.countries], 0.0)
        for cell, stock in zip(self.cells, stocks, strict=True):
            j = self.country_of(cell)
            volume = self.trends.data * self.trends.growth[j] * (1.0 / UNITS)
            by_bloc[self.countries[j].bloc] += stock[HOME_GROWN][1] * volume
            for row in stock[FIRST_US:]:
                us += row[1] * volume
        if self.us_start == 0.0:  # the first month also sets what was learned before
            before = self.scenario.parameters.market.experience_years * 12.0
            self.us_start = self.us_experience = before * us
            for j, country in enumerate(self.countries):
                self.home_start[j] = self.home_experience[j] = max(
                    before * by_bloc[country.bloc], LEAST_SHARE
                )
        self.us_experience += us
        for j, country in enumerate(self.countries):
            self.home_experience[j] += by_bloc[country.bloc]

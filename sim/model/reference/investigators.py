"""Investigators: which requests are made, what data they meet, which route they take, what they obtain, and
when.

Requests are drawn once for all worlds: Poisson counts, each aimed at an account at random, wherever its data
lies. In each world a request meets the data where the customer keeps it, and the law in force answers. Mutual
legal assistance (MLA) goes through one clerk for each pair of countries and direction: first come, first
served, with exponential service. See docs/odd.md, section 7 (Investigators); parameters in
configs/parameters/investigators.yaml. Times are months.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from sim.model.luck import purposes
from sim.model.reference.arithmetic import add_up, exp, log
from sim.model.reference.customers import UNITS, Cell
from sim.model.reference.philox import draw, draw4
from sim.model.reference.places import (
    CUSTOMER_KEYS,
    FIRST_US,
    HOME_GROWN,
    ON_PREMISES,
    TRUSTEE,
    offer_of,
    provider_of,
)
from sim.model.reference.routing import (
    ForeignOrder,
    Ruling,
    USOrder,
    rule_on_foreign_order,
    rule_on_us_order,
)
from sim.scenario.scenario import Scenario

US = 0  # the first jurisdiction
CONSUMER = 0  # the first segment
MONTH_UNITS = 1024.0  # months to evidence are added up in 1/1024
US_AGENT, EVADERS_AGENT, PLAIN_AGENT, FIRST_POLICE_AGENT = 1, 2, 3, 16  # whose luck it is
OUTGOING, INCOMING = range(2)  # MLA: US requests abroad, foreign requests to the US
KNOWN_AFTER = 12


# --- which requests are made --------------------------------------------------------------------------


@dataclass(frozen=True)
class Request:
    """A request for one account: `police` is the country that asks, `number` counts the requests of a month.

    `when` is the time of its month, in months since the first. The luck of its fate is keyed by (agent,
    month, number).
    """

    customer: int
    police: int
    agent: int
    month: int
    number: int
    when: float
    evades: bool  # the target keeps its data abroad on purpose


def poisson(seed: int, agent: int, month: int, mean: float) -> int:
    """A Poisson count by inversion, in pieces of mean at most 16."""
    count = piece = 0
    while mean > 0.0:
        part = min(mean, 16.0)
        u = draw4(seed, agent, month, purposes.REQUESTS, piece)[0]
        probability = exp(-part)
        cumulative, k = probability, 0
        while u > cumulative and k < 200:
            k += 1
            probability *= part / k
            cumulative += probability
        count, mean, piece = count + k, mean - part, piece + 1
    return count


def running_sums(values: Sequence[float]) -> list[float]:
    """Sums of the first, the first two, ... values."""
    out, total = [], 0.0
    for value in values:
        total += value
        out.append(total)
    return out


class Requests:
    """All requests of a run.

    `by_month` holds those that a rule may touch, in the order in which they are dealt with; `plain` counts US
    requests for data of Americans in the US, for which every rule gives one answer.
    """

    def __init__(
        self, scenario: Scenario, seed: int, cells: list[Cell], accounts: list[float], held: list[int]
    ) -> None:
        """`accounts` of each cell; `held`: accounts that each customer stands for, in millionths."""
        self.scenario, self.seed, self.cells = scenario, seed, cells
        self.cell_of = [cell for cell in cells for _ in range(cell.size)]
        p, months = scenario.parameters.investigators, range(scenario.months)
        self.segments, countries = len(scenario.segments), len(scenario.jurisdictions)
        self.weight = [accounts[c.number] * p.segment_weight.values[c.segment] for c in cells]
        self.of_cell = [
            running_sums([held[i] / UNITS for i in range(c.first, c.first + c.size)]) for c in cells
        ]
        self.us_growth = [exp(m / 12.0 * log(1.0 + p.us_request_growth)) for m in months]
        foreign_growth = [exp(m / 12.0 * log(1.0 + p.foreign_request_growth)) for m in months]
        of_country = [
            add_up(self.weight[j * self.segments : (j + 1) * self.segments]) for j in range(countries)
        ]
        monthly = p.us_requests_per_year / 12.0
        abroad = monthly * p.us_aimed_abroad
        evading = monthly * (1.0 - p.us_aimed_abroad) * p.evading_share
        plain = monthly - abroad - evading
        everybody = add_up(of_country[1:])
        # Mean requests a month at the start: of the US about each country, and of each police.
        self.us_rate = [evading] + [abroad * weight / everybody for weight in of_country[1:]]
        per_month = p.foreign_requests_per_year / 12.0
        self.foreign_rate = [0.0] + [per_month * weight / everybody for weight in of_country[1:]]
        drawn = self._of_kind(US_AGENT, US, False, [abroad * g for g in self.us_growth], 1, countries)
        drawn += self._of_kind(EVADERS_AGENT, US, True, [evading * g for g in self.us_growth], 0, 1)
        for j in range(1, countries):
            rates = [self.foreign_rate[j] * g for g in foreign_growth]
            drawn += self._of_kind(FIRST_POLICE_AGENT + j, j, False, rates, j, j + 1)
        drawn.sort(key=lambda request: (request.month, request.police, request.when))
        self.by_month: list[list[Request]] = [[] for _ in months]
        for request in drawn:
            self.by_month[request.month].append(request)
        self.plain = [poisson(seed, PLAIN_AGENT, m, plain * self.us_growth[m]) for m in months]

    def _of_kind(
        self, agent: int, police: int, evades: bool, rates: list[float], first: int, last: int
    ) -> list[Request]:
        """Requests about accounts in the countries from `first` to before `last`, at these mean counts a
        month.
        """
        cells = self.cells[first * self.segments : last * self.segments]
        sums = running_sums([self.weight[cell.number] for cell in cells])
        out = []
        for month, rate in enumerate(rates):
            for number in range(poisson(self.seed, agent, month, rate)):
                u = draw4(self.seed, agent, month, purposes.TARGET, number)
                cell = cells[min(bisect_left(sums, u[0] * sums[-1]), len(cells) - 1)]
                accounts = self.of_cell[cell.number]
                rank = min(bisect_left(accounts, u[1] * accounts[-1]), cell.size - 1)
                when = month + draw4(self.seed, agent, month, purposes.CIRCUMSTANCE, number)[0]
                out.append(Request(cell.first + rank, police, agent, month, number, when, evades))
        return out


# --- what a month brings ------------------------------------------------------------------------------


@dataclass(frozen=True)
class RuleOfMonth:
    """The law as investigators meet it. Lists hold, by country, the share that has an instrument in force.

    `honoured`: share of US warrants for data abroad that each US provider honours while the question is open,
    and last all others; `bars_disclosure`: countries whose data-protection law bars disclosures to foreign
    authorities; `litigating`: share of US providers, by revenue abroad, that go to court.
    """

    test: str
    comity: str
    honoured: Sequence[float]
    bars_disclosure: frozenset[str]
    agreement: list[float]
    blocking: list[float]
    claim: list[float]
    litigating: float


@dataclass(frozen=True)
class Data:
    """The data that a request is aimed at: who controls it, in which country it lies, and whether it can be
    read.
    """

    place: int
    home: int  # country of the customer
    segment: int
    position: float  # the customer's position in the order of laws
    controller: str
    lies: int
    nowhere: bool  # it has no stable location
    unreadable: bool

    @property
    def us_held(self) -> bool:
        return self.controller == "us_provider"

    @property
    def law_of(self) -> int:
        """The country whose law a US order may break: the host, or the customer's if there is none."""
        return self.home if self.nowhere else self.lies


@dataclass
class Tally:
    """What became of requests: how many, how many obtained evidence (and within 12 months), and after how
    long.
    """

    requests: int = 0
    succeeded: int = 0
    succeeded_12m: int = 0
    months: int = 0  # in 1/1024
    unreadable: int = 0
    conflicts: int = 0


@dataclass
class Clerk:
    """The queue of one authority for the requests of one country; capacity is in requests a month."""

    capacity: float
    free_at: float = 0.0
    arrived: int = 0
    finishes: list[float] = field(default_factory=list)  # times at which requests leave the queue

    def done_before(self, month: int) -> int:
        """Requests that have left the queue by the beginning of a month."""
        return len([end for end in self.finishes if end < month])

    def backlog_at(self, month: int) -> int:
        """Requests that wait at the beginning of a month."""
        return self.arrived - self.done_before(month)

    def open_month(self, month: int, growth: float, response: float) -> None:
        """Capacity grows; part of what a year's backlog lacks is added (governments hire)."""
        grown = self.capacity * growth
        self.capacity = grown + response * max(self.backlog_at(month) / 12.0 - grown, 0.0)

    def serve(self, arrival: float, work: float) -> float:
        """Queue a request; `work` is of unit mean. Returns when it is finished."""
        ends = max(arrival, self.free_at) + work / self.capacity
        self.free_at = ends
        self.arrived += 1
        self.finishes.append(ends)
        return ends


class Investigators:
    """The police of all countries in one world."""

    def __init__(self, requests: Requests) -> None:
        self.requests, self.scenario, self.seed = requests, requests.scenario, requests.seed
        self.countries, codes = list(self.scenario.jurisdictions.values()), list(self.scenario.jurisdictions)
        p = self.scenario.parameters.investigators
        self.clerks = [
            [Clerk(max(rate / p.mla_utilisation, p.mla_minimum_capacity)) for rate in rates]
            for rates in (requests.us_rate, requests.foreign_rate)
        ]
        # Where an evader keeps what would lie in the US: the provider's first region abroad.
        self.haven = [
            codes.index(next(code for code in provider.regions_2013 if code != "US"))
            for provider in self.scenario.providers.values()
        ]
        self.asked = [0.0] * len(codes)
        self.met = [0.0] * len(codes)
        self.history: list[list[Tally]] = []
        self.tallies: dict[tuple[str, int, str], Tally] = {}

    def work(self, month: int, rule: RuleOfMonth, places: Sequence[int], hosts: list[list[int]]) -> None:
        """A month: `places` of all customers; `hosts`: where a country's data lies, by place."""
        p = self.scenario.parameters.investigators
        self.tallies = {}
        self.host_conflicts = [0] * len(self.countries)
        self.host_disclosures = [0] * len(self.countries)
        self.disclosures = 0
        self.subject_conflicts = [0] * len(self.countries)
        self.public = [0] * len(self.countries)
        self.in_court = [0] * len(self.countries)
        growth = exp(log(1.0 + p.mla_capacity_growth) / 12.0)
        for side in self.clerks:
            for clerk in side:
                clerk.open_month(month, growth, p.mla_capacity_response / 12.0)
        for request in self.requests.by_month[month]:
            self.answer(request, rule, places[request.customer], hosts)
        self.answer_plain_requests(month)
        self.learn_what_was_met()

    def answer_plain_requests(self, month: int) -> None:
        """A domestic warrant for data in the US: only the number of such requests matters."""
        p, count = self.scenario.parameters.investigators, self.requests.plain[month]
        luck = draw(self.seed, PLAIN_AGENT, month, purposes.OUTCOME)
        succeeded = int(count * p.direct_success + luck)
        tally = self.tally("us_at_home", US, "direct")
        tally.requests += count
        tally.succeeded += succeeded
        tally.succeeded_12m += succeeded
        tally.months += int(succeeded * p.direct_months * MONTH_UNITS)

    def learn_what_was_met(self) -> None:
        """Whether a request was met within a year is known a year later. Old requests are forgotten at 1/12 a
        month.
        """
        known = self.history[-KNOWN_AFTER] if len(self.history) >= KNOWN_AFTER else None
        for j in range(len(self.countries)):
            asked, met = (known[j].requests, known[j].succeeded_12m) if known else (0, 0)
            self.asked[j] = self.asked[j] * (11.0 / 12.0) + asked
            self.met[j] = self.met[j] * (11.0 / 12.0) + met
        month = []
        for j in range(len(self.countries)):
            total = Tally()
            for (direction, country, _), tally in self.tallies.items():
                if direction == "foreign_to_us" and country == j:
                    total.requests += tally.requests
                    total.succeeded_12m += tally.succeeded_12m
            month.append(total)
        self.history.append(month)

    def unmet(self, country: int) -> float:
        """Share of a police's requests for data at US providers, of about a year, that was not met within a
        year.
        """
        return 1.0 - self.met[country] / self.asked[country] if self.asked[country] > 0.0 else 0.0

    def tally(self, direction: str, country: int, route: str) -> Tally:
        return self.tallies.setdefault((direction, country, route), Tally())

    # --- one request ------------------------------------------------------------------------------

    def answer(self, request: Request, rule: RuleOfMonth, place: int, hosts: list[list[int]]) -> None:
        """Find the data, rule on the order, and write down what it obtains and when."""
        data = self.find(request, place, hosts)
        if request.police == US:
            ruling = self.rule_for_us(request, data, rule)
            country = data.lies if data.lies != US else data.home
            direction = "us_at_home" if data.home == US and data.lies == US else "us_to_foreign"
        else:
            ruling = self.rule_for_police(request, data, rule)
            country, direction = request.police, "foreign_to_us" if data.us_held else "foreign_at_home"
        succeeds, months = self.pursue(request, data, rule, ruling, country)
        tally = self.tally(direction, country, ruling.route)
        tally.requests += 1
        if ruling.conflict:
            tally.conflicts += 1
            if request.police == US:
                self.host_conflicts[data.law_of] += 1
                self.subject_conflicts[data.home] += 1
        if request.police == US:
            self.make_public(request, data, rule, ruling)
        if ruling.route != "unreachable" and succeeds and data.unreadable:
            tally.unreadable += 1
            return
        if not succeeds:
            return
        tally.succeeded += 1
        tally.months += int(months * MONTH_UNITS)
        if months <= 12.0:
            tally.succeeded_12m += 1
        if request.police == US and data.segment != CONSUMER and data.us_held and data.lies != US:
            self.disclosures += 1
            if ruling.route != "mla" and not ruling.conflict:
                self.host_disclosures[data.lies] += 1

    def make_public(self, request: Request, data: Data, rule: RuleOfMonth, ruling: Ruling) -> None:
        """A US order that is not sealed for good becomes public if it comes to court or into the press.

        Only orders that compel are news: assistance is the host's own act.
        """
        p = self.scenario.parameters.investigators
        sealed, court_luck, press, _ = draw4(
            self.seed, request.agent, request.month, purposes.PUBLICITY, request.number
        )
        if sealed < p.sealed_share or data.controller == "target":
            return
        contested = self.scenario.law.tests[rule.test].open is not None
        disputed = data.lies != US and (ruling.conflict or contested)
        challenged = disputed and court_luck < p.challenged_share * rule.litigating
        court = ruling.route == "comity_review" or challenged
        if court and data.lies != data.home:
            self.in_court[data.lies] += 1
        if court or (ruling.route == "direct" and press < p.publicity):
            self.public[data.home] += 1

    def find(self, request: Request, place: int, hosts: list[list[int]]) -> Data:
        """Where the target's data is, who controls it, and whether it can be read."""
        p = self.scenario.parameters.investigators
        _, stable, _, keys = self.circumstances(request)
        cell = self.requests.cell_of[request.customer]
        home = cell.number // len(self.scenario.segments)
        us_held = place >= FIRST_US and offer_of(place) != TRUSTEE
        lies = hosts[home][place]
        nowhere = False
        if us_held:
            provider = provider_of(place)
            share = list(self.scenario.providers.values())[provider].no_stable_location
            nowhere = cell.segment == CONSUMER and stable < share
            if request.police == US and request.evades and lies == US:
                lies = self.haven[provider]
        return Data(
            place=place,
            home=home,
            segment=cell.segment,
            position=float(
                np.float32(min(draw(self.seed, request.customer, -1, purposes.LAW_ORDER), 0.9999999))
            ),
            controller=self.controller(request.customer, place, home),
            lies=lies,
            nowhere=nowhere,
            unreadable=place >= FIRST_US
            and offer_of(place) == CUSTOMER_KEYS
            and keys >= p.consumer_unlocking,
        )

    def controller(self, customer: int, place: int, home: int) -> str:
        """Who controls the data at a place; a home-grown provider may do business in the US, and so be within
        reach.
        """
        if place == ON_PREMISES:
            return "target"
        if place == HOME_GROWN:
            us_business = float(np.float32(draw(self.seed, customer, -1, purposes.US_BUSINESS)))
            within_reach = us_business < self.countries[home].home_grown_us_business
            return "foreign_with_us_business" if within_reach else "foreign_only"
        return "foreign_only" if offer_of(place) == TRUSTEE else "us_provider"

    def rule_for_us(self, request: Request, data: Data, rule: RuleOfMonth) -> Ruling:
        """A US order: an open question is decided case by case, by the share honoured."""
        test, open_test = rule.test, self.scenario.law.tests[rule.test].open
        if open_test is not None:
            by = provider_of(data.place) if data.place >= FIRST_US else -1
            honoured = self.circumstances(request)[2] < rule.honoured[by]
            test = open_test.honoured if honoured else open_test.refused
        stable = "in_us" if data.lies == US else "abroad"
        us_person, data_law_bars = self.legal_circumstances(request, data, rule)
        order = USOrder(
            test=test,
            comity=rule.comity,
            location="no_stable_location" if data.nowhere else stable,
            controller=data.controller,
            us_person=us_person,
            resides_in_us=data.home == US,
            agreement=rule.agreement[data.law_of] > data.position,
            data_law_bars=data_law_bars,
            blocking_statute=not data.nowhere and rule.blocking[data.lies] > data.position,
            target_in_host=data.lies == data.home,
        )
        return rule_on_us_order(self.scenario.law, order)

    def rule_for_police(self, request: Request, data: Data, rule: RuleOfMonth) -> Ruling:
        """The order of a foreign police for the data of somebody in its country."""
        open_test = self.scenario.law.tests[rule.test].open
        test = rule.test if open_test is None else open_test.foreign
        stable = {request.police: "own_soil", US: "in_us"}.get(data.lies, "third_country")
        order = ForeignOrder(
            test=test,
            bar=self.scenario.law.tests[test].bar,
            location="no_stable_location" if data.nowhere else stable,
            controller=data.controller,
            us_person=self.legal_circumstances(request, data, rule)[0],
            resides_in_us=data.home == US,
            agreement=rule.agreement[request.police] > data.position,
            claim=rule.claim[request.police] > data.position,
        )
        return rule_on_foreign_order(self.scenario.law, order)

    def pursue(
        self, request: Request, data: Data, rule: RuleOfMonth, ruling: Ruling, country: int
    ) -> tuple[bool, float]:
        """Whether evidence is obtained, and after how many months, by the route of the order."""
        p = self.scenario.parameters.investigators
        answer_luck, granted, clerk_luck, papers_luck = draw4(
            self.seed, request.agent, request.month, purposes.OUTCOME, request.number
        )
        wait, papers_wait = -log(answer_luck), -log(papers_luck)  # exponential, of unit mean
        if ruling.route == "direct":
            return self.pursue_directly(request, data, rule, ruling, granted, wait)
        if ruling.route == "comity_review":
            comity = self.scenario.law.comity[rule.comity]
            quashed = p.comity_success if comity.success is None else comity.success
            months = p.comity_months if comity.months is None else comity.months
            return granted < p.direct_success * (1.0 - quashed), wait * months
        if ruling.route == "agreement":
            return granted < p.agreement_success, wait * p.agreement_months
        if ruling.route == "unreachable":
            return False, 0.0
        papers = (
            0.5 * p.mla_base_months * (wait + papers_wait)
        )  # two steps of equal mean: sender's and receiver's
        if ruling.asks == "host":  # the queue of a third country is not in the model
            return granted < p.mla_success, papers
        clerk = self.clerks[OUTGOING if request.police == US else INCOMING][country]
        arrival = request.month + self.circumstances(request)[0]
        ends = clerk.serve(arrival, -log(clerk_luck))
        if self.countries[country].mla_treaty:
            return granted < p.mla_success, ends - arrival + papers
        return granted < p.rogatory_success, ends - arrival + papers * p.rogatory_slowdown

    def pursue_directly(
        self, request: Request, data: Data, rule: RuleOfMonth, ruling: Ruling, granted: float, wait: float
    ) -> tuple[bool, float]:
        """An order to whoever controls the data; a conflict of law delays it, and a court may quash it for
        comity.
        """
        p, law = self.scenario.parameters.investigators, self.scenario.law
        chance = p.direct_success
        if request.police != US and data.us_held:
            chance = p.compulsion_success
        elif ruling.conflict and law.comity[rule.comity].common_law:
            chance = p.direct_success * (1.0 - p.common_law_comity_success)
        months = wait * p.direct_months + (p.conflict_delay if ruling.conflict else 0.0)
        if request.police == US and data.lies != US and law.tests[rule.test].open is not None:
            months += self.scenario.parameters.providers.litigation_delay * rule.litigating
        return granted < chance, months

    def legal_circumstances(self, request: Request, data: Data, rule: RuleOfMonth) -> tuple[bool, bool]:
        """Whether the target is a US person, and whether obeying would break a data-protection law."""
        person, breaks, _, _ = draw4(
            self.seed, request.agent, request.month, purposes.LEGAL_CIRCUMSTANCE, request.number
        )
        p, country = self.scenario.parameters.orders, list(self.scenario.jurisdictions)[data.law_of]
        us_person = person < (1.0 - p.foreigners_in_us if data.home == US else p.us_persons_abroad)
        if country in rule.bars_disclosure:
            return us_person, breaks < p.disclosure_bar_risk
        transfers = p.transfer_rules_risk * self.countries[data.law_of].privacy_law_conflicts
        return us_person, breaks < transfers

    def circumstances(self, request: Request) -> tuple[float, ...]:
        """Luck of a request: time of the month, stable location, whether a contested warrant is honoured,
        keys.
        """
        return draw4(self.seed, request.agent, request.month, purposes.CIRCUMSTANCE, request.number)

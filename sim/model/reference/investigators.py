"""Investigators: what data requests meet, which route they take, what they obtain, and when.

In each world a request meets the data where the customer keeps it, and the law in force answers. Mutual legal
assistance (MLA) goes through one clerk for each pair of countries and direction: first come, first served,
with exponential service. See docs/odd.md, section 7 (Investigators); parameters in
configs/parameters/investigators.yaml. Times are months.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sim.model.luck import purposes
from sim.model.reference.arithmetic import add_up, exp, log
from sim.model.reference.clerks import Clerk
from sim.model.reference.docket import COUNTED, PLAIN_AGENT, US, Request, Requests, running_sums
from sim.model.reference.orders import (
    MONTH_UNITS,
    Data,
    ForeignOrders,
    Outcome,
    RuleOfMonth,
    Tally,
    breaks_law,
)
from sim.model.reference.philox import draw, draw4
from sim.model.reference.places import (
    CUSTOMER_KEYS,
    HOME_GROWN,
    ON_PREMISES,
    entry_of,
    held_by_us,
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
from sim.scenario.schema import Act

CONSUMER = 0  # the first segment
OUTGOING, INCOMING = range(2)  # MLA: US requests abroad, foreign requests to the US
KNOWN_AFTER = 12


class Investigators:
    """The police of all countries in one world."""

    def __init__(
        self,
        requests: Requests,
        rule: RuleOfMonth,
        places: Sequence[int],
        hosts: list[list[int]],
        belief: Sequence[float],
    ) -> None:
        """As the customers are before the first month, and the law of the first month: see `work`."""
        self.requests, self.scenario, self.seed = requests, requests.scenario, requests.seed
        self.countries, codes = list(self.scenario.jurisdictions.values()), list(self.scenario.jurisdictions)
        p = self.scenario.parameters.investigators
        # Where an evader keeps what would lie in the US: the provider's first region abroad, or a haven.
        self.region = [
            codes.index(next(code for code in provider.regions_2013 if code != "US"))
            for provider in self.scenario.providers.values()
        ]
        self.havens = running_sums([p.evaders_haven.get(code, 0.0) for code in codes])
        self.asked = [0.0] * len(codes)
        self.met = [0.0] * len(codes)
        self.history: list[list[Tally]] = []
        self.tallies: dict[tuple[str, int, str], Tally] = {}
        self.by_month = requests.aimed_at([held_by_us(place) for place in places])
        self.clerks = self.first_clerks(rule, places, hosts, belief)

    def first_clerks(
        self, rule: RuleOfMonth, places: Sequence[int], hosts: list[list[int]], belief: Sequence[float]
    ) -> list[list[Clerk]]:
        """Every authority has the capacity of the assumed utilisation.

        Its load at the start is that of the requests that go to it under the law of the first month, from
        where the targets of the first years keep their data then. It is never below the smallest.
        """
        p = self.scenario.parameters.investigators
        counts = [[0] * len(self.countries) for _ in range(2)]
        for of_month in self.by_month[:COUNTED]:
            self.served = [0 for _ in self.countries]
            for request in of_month:
                data = self.find(request, 0, places[request.customer], hosts, belief)
                ours = request.police == US
                ruling = (
                    self.rule_for_us(request, data, rule)
                    if ours
                    else self.answer_to_police(request, data, rule)
                )
                if ruling.route == "mla" and (ours or ruling.asks != "host"):
                    side, other = self.queue_of(request, data)
                    counts[side][other] += 1
        growth = (self.requests.us_growth, self.requests.foreign_growth)
        months = [add_up(of_side[:COUNTED]) for of_side in growth]
        loads = [[count / months[side] for count in counts[side]] for side in (OUTGOING, INCOMING)]
        smallest = (p.mla_capacity_abroad, p.mla_minimum_capacity)
        least = [
            [max(load / p.mla_utilisation, smallest[side]) for load in loads[side]]
            for side in (OUTGOING, INCOMING)
        ]
        return [
            [Clerk(least[side][j], loads[side][j], least[side][j]) for j in range(len(self.countries))]
            for side in (OUTGOING, INCOMING)
        ]

    def employ(self, act: Act) -> None:
        """The US gives those who answer these countries so many times the staff that the load calls for."""
        for country in act.countries:
            if act.times is not None:
                self.clerks[INCOMING][list(self.scenario.jurisdictions).index(country)].staff = act.times

    def work(
        self,
        month: int,
        rule: RuleOfMonth,
        places: Sequence[int],
        hosts: list[list[int]],
        belief: Sequence[float],
    ) -> None:
        """A month: `places` of all customers; `hosts`: where a country's data lies, by place; `belief` of
        each cell that a US order reaches what US providers hold abroad.
        """
        p, countries = self.scenario.parameters.investigators, range(len(self.countries))
        self.tallies = {}
        self.host_conflicts, self.fought = [0 for _ in countries], [0 for _ in countries]
        self.disclosures = 0
        self.subject_conflicts = [0 for _ in countries]
        self.public, self.in_court = [0 for _ in countries], [0 for _ in countries]
        self.about = {"people_abroad": Tally(), "people_in_us": Tally()}
        self.foreign_orders = [ForeignOrders() for _ in countries]
        self.served = [0 for _ in countries]  # under an agreement, by police
        if month > 0:
            hiring = 1.0 - exp(log(1.0 - p.mla_hiring) / 12.0)
            for side in self.clerks:
                for clerk in side:
                    clerk.hire(month, hiring, p.mla_utilisation)
        for request in self.by_month[month]:
            data = self.find(request, month, places[request.customer], hosts, belief)
            if request.police == US:
                self.answer_us(request, data, rule)
            else:
                self.answer_police(request, data, rule)
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

    def answer_us(self, request: Request, data: Data, rule: RuleOfMonth) -> None:
        """Rule on a US request; write down what it obtains and when, and what becomes known of it."""
        ruling = self.rule_for_us(request, data, rule)
        abroad = data.home != US or data.lies != US
        country = data.lies if data.lies != US else data.home
        outcome = self.pursue(request, data, rule, ruling)
        self.tally("us_to_foreign" if abroad else "us_at_home", country, ruling.route).enter(
            outcome, data, ruling
        )
        if data.home != US:
            self.about["people_abroad"].enter(outcome, data, ruling)
        elif request.evades or data.lies != US:
            self.about["people_in_us"].enter(outcome, data, ruling)
        if breaks_law(ruling, outcome):
            self.host_conflicts[data.law_of] += 1
            self.subject_conflicts[data.home] += 1
        self.make_public(request, data, rule, ruling, outcome)
        obtained = outcome.succeeds and not data.unreadable
        if obtained and data.segment != CONSUMER and data.us_held and data.lies != US:
            self.disclosures += 1

    def answer_police(self, request: Request, data: Data, rule: RuleOfMonth) -> None:
        """Rule on a foreign request; write down what it obtains and when, and what it does to Americans."""
        p, police = self.scenario.parameters.investigators, request.police
        ruling, orders = self.answer_to_police(request, data, rule), self.foreign_orders[police]
        orders.refused += int(ruling.conflict and ruling.route != "direct")
        outcome = self.pursue(request, data, rule, ruling)
        to_us = data.us_held or data.lies == US
        self.tally("foreign_to_us" if to_us else "foreign_at_home", police, ruling.route).enter(
            outcome, data, ruling
        )
        obtained = outcome.succeeds and not data.unreadable
        if data.home == US:
            orders.about_americans += 1
            orders.reached_americans += int(obtained and ruling.route == "direct")
        elif obtained and ruling.route == "agreement":
            orders.reached_americans += int(self.publicity_luck(request)[3] < p.incidental_share)

    def answer_to_police(self, request: Request, data: Data, rule: RuleOfMonth) -> Ruling:
        """A US provider may refuse an order that the US bar on disclosure forbids to obey; then it goes the
        way of one without a claim.
        """
        ruling = self.rule_for_police(request, data, rule)
        _, granted, _, _ = self.outcome_luck(request)
        barred = ruling.route == "direct" and data.us_held and ruling.conflict
        if not barred or granted < self.obedience(request.police):
            return ruling
        ruling = self.rule_for_police(request, data, rule, claims=False)
        other = "mla" if ruling.route == "direct" else ruling.route
        return replace(ruling, route=other, conflict=True)

    def make_public(
        self, request: Request, data: Data, rule: RuleOfMonth, ruling: Ruling, outcome: Outcome
    ) -> None:
        """A US order that is not sealed for good becomes public if it comes to court or into the press.

        Only orders that compel are news: assistance is the host's own act. A motion for comity is
        filed under seal, and few become known; one that stopped the order is good news only.
        """
        p = self.scenario.parameters.investigators
        sealed, court_luck, press, _ = self.publicity_luck(request)
        if sealed < p.sealed_share or data.controller == "target":
            return
        contested = self.scenario.law.tests[rule.test].open is not None
        disputed = data.lies != US and (ruling.conflict or contested)
        challenged = disputed and court_luck < p.challenged_share * rule.litigating
        review = ruling.route == "comity_review"
        court = press < p.motions_known if review else challenged
        self.fought[data.home] += int(court)
        if outcome.stopped:
            return
        if court and data.lies != data.home:
            self.in_court[data.lies] += 1
        if court or (ruling.route == "direct" and press < p.publicity):
            self.public[data.home] += 1

    def find(
        self, request: Request, month: int, place: int, hosts: list[list[int]], belief: Sequence[float]
    ) -> Data:
        """Where the target's data is, who controls it, and whether it can be read."""
        p = self.scenario.parameters.investigators
        _, stable, _, keys = self.circumstances(request)
        cell = self.requests.cell_of[request.customer]
        home = cell.number // len(self.scenario.segments)
        lies, controller = hosts[home][place], self.controller(request.customer, place, home)
        if request.evades and controller == "us_provider":
            controller, lies = self.evade(request, place, home, lies, belief[cell.number])
        elif request.police != US and home == US and self.foreign_owned(request, month):
            controller, lies = "foreign_with_us_business", request.police
        us_held, nowhere, unreadable = controller == "us_provider", False, False
        if us_held:
            share = list(self.scenario.providers.values())[provider_of(place)].no_stable_location
            nowhere = cell.segment == CONSUMER and stable < share
            if nowhere and stable < share * self.scenario.parameters.orders.nowhere_in_us:
                nowhere, lies = False, US  # a copy lies there when it is ordered
            unreadable = offer_of(place) == CUSTOMER_KEYS and keys >= p.consumer_unlocking
        return Data(
            home=home,
            segment=cell.segment,
            position=float(
                np.float32(min(draw(self.seed, request.customer, -1, purposes.LAW_ORDER), 0.9999999))
            ),
            controller=controller,
            lies=lies,
            provider=provider_of(place) if us_held else -1,
            nowhere=nowhere,
            unreadable=unreadable,
        )

    def evade(self, request: Request, place: int, home: int, lies: int, belief: float) -> tuple[str, int]:
        """Where a customer of a US provider puts data who wants it out of reach: controller, and country.

        By the rule that it believes in: US providers are left if an order reaches whatever they hold, else
        data in the US goes to a region abroad.
        """
        p = self.scenario.parameters.investigators
        believes, stays, haven, business = draw4(
            self.seed, request.agent, request.month, purposes.EVASION, request.number
        )
        if believes >= belief:
            return "us_provider", self.region[provider_of(place)] if lies == US else lies
        if stays < p.evaders_on_premises:
            return "target", home
        at = home
        if home == US:
            at = min(bisect_left(self.havens, haven * self.havens[-1]), len(self.havens) - 1)
        with_us = business < self.countries[at].home_grown_us_business
        return "foreign_with_us_business" if with_us else "foreign_only", at

    def foreign_owned(self, request: Request, month: int) -> bool:
        """Whether an American's account is at a provider of the country whose police asks."""
        p, code = self.scenario.parameters.investigators, list(self.scenario.jurisdictions)[request.police]
        growth = exp(month / 12.0 * log(1.0 + p.foreign_owned_growth))
        share = min(growth * p.foreign_owned_accounts.get(code, 0.0), 1.0)
        return self.publicity_luck(request)[3] < share

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
        return "us_provider" if held_by_us(place) else "foreign_only"

    def rule_for_us(self, request: Request, data: Data, rule: RuleOfMonth) -> Ruling:
        """A US order: an open question is decided case by case, by the share honoured."""
        test, open_test = rule.test, self.scenario.law.tests[rule.test].open
        if open_test is not None:
            honoured = self.circumstances(request)[2] < rule.honoured[data.provider]
            test = open_test.honoured if honoured else open_test.refused
        stable = "in_us" if data.lies == US else "abroad"
        us_person, data_law_bars = self.legal_circumstances(request, data.law_of, data, rule)
        _, bars_at_home = self.legal_circumstances(request, data.home, data, rule)
        notice, luck = rule.notice[data.law_of], self.publicity_luck(request)[3]
        partner = rule.agreement[data.law_of] > data.position
        told = partner and luck < notice
        lifted = partner and luck >= 1.0 - rule.lifts_bar[data.law_of]
        order = USOrder(
            test=test,
            comity=rule.comity,
            location="no_stable_location" if data.nowhere else stable,
            controller=data.controller,
            us_person=us_person,
            resides_in_us=data.home == US,
            agreement=partner,
            data_law_bars=data_law_bars and not lifted,
            blocking_statute=not data.nowhere and self.blocks(data.lies, data, rule) and not lifted,
            target_in_host=data.lies == data.home,
            cooperation=self.countries[data.home].mla_instrument != "none",
            holders_law_bars=bars_at_home or self.blocks(data.home, data, rule),
        )
        ruling = rule_on_us_order(self.scenario.law, order)
        ruling = replace(ruling, offence=order.blocking_statute)
        filed = self.scenario.law.comity[rule.comity].filed
        filed = self.scenario.parameters.investigators.motions_filed if filed is None else filed
        if ruling.route == "comity_review" and self.publicity_luck(request)[1] >= filed:
            ruling = replace(ruling, route="direct")
        objects = luck < notice * self.scenario.parameters.orders.agreement_objection
        if told and ruling.route == "direct" and data.lies != US:
            return Ruling("mla", False) if objects else replace(ruling, notice=True)
        return ruling

    def rule_for_police(self, request: Request, data: Data, rule: RuleOfMonth, claims: bool = True) -> Ruling:
        """The order of a foreign police for the data of somebody in its country, or of an American."""
        open_test = self.scenario.law.tests[rule.test].open
        test = rule.test if open_test is None else open_test.foreign
        stable = {request.police: "own_soil", US: "in_us"}.get(data.lies, "third_country")
        order = ForeignOrder(
            test=test,
            bar=self.scenario.law.tests[test].bar,
            location="no_stable_location" if data.nowhere else stable,
            controller=data.controller,
            us_person=self.legal_circumstances(request, data.law_of, data, rule)[0],
            resides_in_us=data.home == US,
            agreement=rule.agreement[request.police] > data.position
            and self.served[request.police] < rule.quota[request.police],
            claim=claims and rule.claim[request.police] > data.position,
        )
        ruling = rule_on_foreign_order(self.scenario.law, order)
        self.served[request.police] += int(ruling.route == "agreement")
        return ruling

    def pursue(self, request: Request, data: Data, rule: RuleOfMonth, ruling: Ruling) -> Outcome:
        """Whether evidence is obtained, and after how many months, by the route of the order."""
        p = self.scenario.parameters.investigators
        answer_luck, granted, clerk_luck, papers_luck = self.outcome_luck(request)
        wait, papers_wait = -log(answer_luck), -log(papers_luck)  # exponential, of unit mean
        if ruling.route == "direct":
            return self.pursue_directly(request, data, rule, ruling, granted, wait)
        if ruling.route == "comity_review":
            comity = self.scenario.law.comity[rule.comity]
            quashed = p.comity_success if comity.success is None else comity.success
            months = p.comity_months if comity.months is None else comity.months
            chance = p.direct_success * (1.0 - quashed)
            return Outcome(granted < chance, wait * months, stopped=granted >= 1.0 - quashed)
        if ruling.route == "agreement":
            return Outcome(granted < p.agreement_success, wait * p.agreement_months)
        if ruling.route == "unreachable":
            return Outcome(False, 0.0)
        # Papers take two steps of equal mean: sender's and receiver's.
        if ruling.asks == "host":  # the queue of a third country is not in the model
            chance, mean = self.practice(OUTGOING, data.lies)
            return Outcome(granted < chance, 0.5 * mean * (wait + papers_wait))
        side, country = self.queue_of(request, data)
        chance, mean = self.practice(side, country)
        arrival = request.month + self.circumstances(request)[0]
        ends = self.clerks[side][country].serve(arrival, -log(clerk_luck))
        return Outcome(granted < chance, ends - arrival + 0.5 * mean * (wait + papers_wait))

    def queue_of(self, request: Request, data: Data) -> tuple[int, int]:
        """The queue that a request for legal assistance joins: its side, and the country at the other end."""
        if request.police != US:
            return INCOMING, request.police
        return OUTGOING, data.lies if data.lies != US else data.home

    def practice(self, side: int, country: int) -> tuple[float, float]:
        """Chance that legal assistance yields content, and mean months of the papers.

        A foreign authority's practice decides; the US grants by the instrument alone.
        """
        p, where = self.scenario.parameters.investigators, self.countries[country]
        rogatory = where.mla_instrument == "none"
        slower = p.rogatory_slowdown if rogatory else 1.0
        if side == OUTGOING:
            slowness = p.mla_slowness[where.mla_practice] * slower
            return p.mla_granted[where.mla_practice], p.mla_base_months * slowness
        return p.rogatory_success if rogatory else p.mla_success, p.mla_base_months * slower

    def pursue_directly(
        self, request: Request, data: Data, rule: RuleOfMonth, ruling: Ruling, granted: float, wait: float
    ) -> Outcome:
        """An order to whoever controls the data; a conflict of law may delay it, and a court quash it for
        comity. A foreign order that a US provider obeys against the US bar is one of those not refused.
        """
        p, law = self.scenario.parameters.investigators, self.scenario.law
        challenged = self.publicity_luck(request)[1] < p.challenged_share * rule.litigating
        ours = request.police == US and ruling.conflict
        yields = ours and challenged and law.comity[rule.comity].common_law
        quashed = p.common_law_comity_success if yields else 0.0
        chance = p.direct_success * (1.0 - quashed)
        if request.police != US and data.us_held and ruling.conflict:
            chance = self.obedience(request.police)
        # Who obeys without a word loses no time: a conflict delays where it is fought, where a statute makes
        # it an offence to obey, or where the bar on disclosure is overcome.
        delayed = ruling.conflict and (request.police != US or challenged or ruling.offence)
        months = wait * p.direct_months + (p.conflict_delay if delayed else 0.0)
        if request.police == US and data.lies != US and law.tests[rule.test].open is not None:
            months += self.scenario.parameters.providers.litigation_delay * rule.litigating
        months += p.notice_months if ruling.notice else 0.0
        return Outcome(granted < chance, months, stopped=granted >= 1.0 - quashed)

    def legal_circumstances(
        self, request: Request, country: int, data: Data, rule: RuleOfMonth
    ) -> tuple[bool, bool]:
        """Whether the target is a US person, and whether obeying would break a country's data-protection
        law.
        """
        person, breaks, _, _ = draw4(
            self.seed, request.agent, request.month, purposes.LEGAL_CIRCUMSTANCE, request.number
        )
        p, code = self.scenario.parameters.orders, list(self.scenario.jurisdictions)[country]
        us_person = person < (1.0 - p.foreigners_in_us if data.home == US else p.us_persons_abroad)
        if code in rule.bars_disclosure:
            return us_person, breaks < p.disclosure_bar_risk
        transfers = p.transfer_rules_risk * self.countries[country].privacy_law_conflicts
        return us_person, breaks < transfers

    def blocks(self, country: int, data: Data, rule: RuleOfMonth) -> bool:
        """Whether obeying would be an offence under a blocking statute of a country."""
        covers = self.scenario.parameters.orders.blocking_covers_consumers
        share = entry_of(covers, list(self.scenario.jurisdictions)[country], self.countries[country])
        return rule.blocking[country] * (share if data.segment == CONSUMER else 1.0) > data.position

    def obedience(self, country: int) -> float:
        """Chance that a US provider obeys an order of a police although US law forbids it."""
        p = self.scenario.parameters.investigators
        return max(self.countries[country].compulsion_success, p.claim_obedience)

    def circumstances(self, request: Request) -> tuple[float, ...]:
        """Luck of a request: time of the month, stable location, whether a contested warrant is honoured,
        keys.
        """
        return draw4(self.seed, request.agent, request.month, purposes.CIRCUMSTANCE, request.number)

    def outcome_luck(self, request: Request) -> tuple[float, ...]:
        """How long the authority takes, whether the request is granted, how long clerk and papers take."""
        return draw4(self.seed, request.agent, request.month, purposes.OUTCOME, request.number)

    def publicity_luck(self, request: Request) -> tuple[float, ...]:
        """Whether it is sealed, comes to court, gets into the press; whom a foreign order meets."""
        return draw4(self.seed, request.agent, request.month, purposes.PUBLICITY, request.number)

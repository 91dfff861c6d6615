"""Investigators: what data requests meet, which route they take, what they obtain, and when.

In each world a request meets the data where the customer keeps it, and the law in force answers. Mutual legal
assistance (MLA) goes through one clerk for each pair of countries and direction: first come, first served,
with exponential service. See docs/odd.md, section 7 (Investigators); parameters in
configs/parameters/investigators.yaml. Times are months.
"""

from collections.abc import Sequence

from sim.model.luck import purposes
from sim.model.reference.arithmetic import add_up, exp, log
from sim.model.reference.clerks import Clerk
from sim.model.reference.docket import CONSUMER, COUNTED, PLAIN_AGENT, US, Request, Requests
from sim.model.reference.orders import (
    MONTH_UNITS,
    Data,
    ForeignOrders,
    Outcome,
    RuleOfMonth,
    Tally,
    breaks_law,
)
from sim.model.reference.philox import draw
from sim.model.reference.routing import Ruling
from sim.model.reference.rulings import Rulings
from sim.model.reference.targets import Targets
from sim.scenario.schema import Act

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
        self.countries = list(self.scenario.jurisdictions.values())
        self.targets = Targets(requests)
        self.luck = self.targets.luck
        self.rulings = Rulings(self.scenario, self.luck)
        self.asked = [0.0 for _ in self.countries]
        self.met = [0.0 for _ in self.countries]
        self.history: list[list[Tally]] = []
        self.tallies: dict[tuple[str, int, str], Tally] = {}
        self.by_month = requests.aimed_at(places)
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
            self.rulings.open_month()
            for request in of_month:
                data = self.targets.find(request, 0, places[request.customer], hosts, belief)
                ruling = self.rulings.answer(request, data, rule)
                if ruling.route == "mla" and (request.police == US or ruling.asks != "host"):
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
        self.rulings.open_month()
        if month > 0:
            hiring = 1.0 - exp(log(1.0 - p.mla_hiring) / 12.0)
            for side in self.clerks:
                for clerk in side:
                    clerk.hire(month, hiring, p.mla_utilisation)
        for request in self.by_month[month]:
            data = self.targets.find(request, month, places[request.customer], hosts, belief)
            if request.police == US:
                self.answer_us(request, data, rule)
            else:
                self.answer_police(request, data, rule)
        self.answer_plain_requests(month, rule)
        self.learn_what_was_met()

    def answer_plain_requests(self, month: int, rule: RuleOfMonth) -> None:
        """Domestic warrants about people who do not evade: only their number matters.

        Some meet data without a stable location, which the rule may put out of reach.
        """
        p, count = self.scenario.parameters.investigators, self.requests.plain[month]
        luck = draw(self.seed, PLAIN_AGENT, month, purposes.OUTCOME)
        lost = int(count * self.rulings.domestic_warrants_out_of_reach(rule) + luck)
        succeeded = int((count - lost) * p.direct_success + luck)
        if lost > 0:
            self.tally("us_at_home", US, "unreachable").requests += lost
        self.about["people_in_us"].requests += lost
        for tally in (self.tally("us_at_home", US, "direct"), self.about["people_in_us"]):
            tally.requests += count - lost
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
        ruling = self.rulings.answer(request, data, rule)
        abroad = data.home != US or data.lies != US
        country = data.lies if data.lies != US else data.home
        outcome = self.pursue(request, data, rule, ruling)
        self.tally("us_to_foreign" if abroad else "us_at_home", country, ruling.route).enter(
            outcome, data, ruling
        )
        if data.home != US:
            self.about["people_abroad"].enter(outcome, data, ruling)
        else:
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
        ruling, orders = self.rulings.answer(request, data, rule), self.foreign_orders[police]
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
            orders.reached_americans += int(self.luck.publicity_luck(request)[3] < p.incidental_share)

    def make_public(
        self, request: Request, data: Data, rule: RuleOfMonth, ruling: Ruling, outcome: Outcome
    ) -> None:
        """A US order that is not sealed for good becomes public if it comes to court or into the press.

        Only orders that compel are news: assistance is the host's own act. A motion for comity is
        filed under seal, and few become known; one that stopped the order is good news only.
        """
        p = self.scenario.parameters.investigators
        sealed, court_luck, press, _ = self.luck.publicity_luck(request)
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

    def pursue(self, request: Request, data: Data, rule: RuleOfMonth, ruling: Ruling) -> Outcome:
        """Whether evidence is obtained, and after how many months, by the route of the order."""
        p = self.scenario.parameters.investigators
        answer_luck, granted, clerk_luck, papers_luck = self.luck.outcome_luck(request)
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
        arrival = request.month + self.luck.circumstances(request)[0]
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
        challenged = self.luck.publicity_luck(request)[1] < p.challenged_share * rule.litigating
        ours = request.police == US and ruling.conflict
        yields = ours and challenged and law.comity[rule.comity].common_law
        quashed = p.common_law_comity_success if yields else 0.0
        chance = p.direct_success * (1.0 - quashed)
        if request.police != US and data.us_held and ruling.conflict:
            chance = self.rulings.obedience(request.police)
        # Who obeys without a word loses no time: a conflict delays where it is fought, where a statute makes
        # it an offence to obey, or where the bar on disclosure is overcome.
        delayed = ruling.conflict and (request.police != US or challenged or ruling.offence)
        months = wait * p.direct_months + (p.conflict_delay if delayed else 0.0)
        if request.police == US and data.lies != US and law.tests[rule.test].open is not None:
            months += self.scenario.parameters.providers.litigation_delay * rule.litigating
        months += p.notice_months if ruling.notice else 0.0
        return Outcome(granted < chance, months, stopped=granted >= 1.0 - quashed)

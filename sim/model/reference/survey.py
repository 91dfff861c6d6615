"""The monthly survey: what a panel of customers would say, which is not what they do.

A member compares places as in a decision, but talk is free: no cost of moving, no contract, and having no
cloud is worth what going back is worth. Its taste is fixed over a year (the random term of the logit), so
the chance that it preferred a US provider a year ago and no longer does follows from the two probabilities.
See docs/odd.md, section 7 (Survey); parameters in configs/parameters/survey.yaml.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sim.model.reference.arithmetic import exp, log
from sim.model.reference.cells import Cell, single
from sim.model.reference.customers import LEAST, Customer
from sim.model.reference.places import (
    FIRST_US,
    HOME_GROWN,
    HOME_GROWN_KIND,
    LOCAL_REGION,
    OFFERS,
    TRUSTEE,
    US_REGION,
    us_place,
)
from sim.scenario.scenario import Scenario

MONTHS_BACK = 12  # a member compares with a year ago; in the first year, with the first month


@dataclass(frozen=True)
class Opinion:
    """What a member thought in one month.

    Its mean trust, and the probability that it prefers a US provider.
    """

    trust: single
    prefers_us: single


@dataclass(frozen=True)
class Answers:
    """What the members of one cell say, as shares of those asked; None where nobody was asked."""

    more_negative: float | None
    less_likely: float | None
    would_leave: float | None
    would_pay: float | None


class Member:
    """A customer who is asked every month."""

    def __init__(self, scenario: Scenario, customer: Customer) -> None:
        self.scenario, self.customer = scenario, customer
        self.opinions: list[Opinion] = []

    def risk(self, kind: int) -> float:
        """Perceived risk of a kind of place, in utility, with the trust that the month has left."""
        return self.customer.risk(kind, self.customer.trust)

    def is_open(self, place: int) -> bool:
        customer = self.customer
        return customer.position_in_order_of_laws >= customer.cell.terms.closed[place]

    def weight_of_provider(self, provider: int) -> float:
        """exp(utility) of a US provider, whose offers are a nest of the logit."""
        scale, inside = self.scenario.parameters.choice.nest_scale, 0.0
        for offer in range(OFFERS):
            place = us_place(provider, offer)
            if self.is_open(place):
                utility = self.customer.cell.terms.utility[place]
                inside += exp(utility / scale) * exp(-self.risk(1 + offer) / scale)
        return exp(scale * log(max(inside, LEAST))) if inside > 0.0 else 0.0

    def chance_of_us_provider(self) -> float:
        """Probability that it would prefer a US provider if the choice were free."""
        us = 0.0
        for provider in range(len(self.scenario.providers)):
            us += self.weight_of_provider(provider)
        none = exp(self.scenario.parameters.adoption.return_utility - self.risk(0))
        home = 0.0
        if self.is_open(HOME_GROWN):
            risk = self.risk(HOME_GROWN_KIND) - self.customer.home_taste
            home = exp(self.customer.cell.terms.utility[HOME_GROWN] - risk)
        return us / (none + home + us)

    def answer(self) -> tuple[bool, bool, float, bool]:
        """More negative.

        Less likely to buy; chance that it would leave; would pay for an offer out of reach.
        """
        p, customer = self.scenario.parameters, self.customer
        trust = 0.5 * (float(customer.trust[0]) + float(customer.trust[1]))
        chance = self.chance_of_us_provider()
        self.opinions.append(Opinion(single(trust), single(chance)))
        then = self.opinions[max(len(self.opinions) - 1 - MONTHS_BACK, 0)]
        before = float(then.prefers_us)
        lost = before - chance
        price = p.market.price_sensitivity.values[customer.cell.segment]
        within_reach = min(self.risk(1 + US_REGION), self.risk(1 + LOCAL_REGION))
        out_of_reach = min(self.risk(1 + TRUSTEE), self.risk(HOME_GROWN_KIND))
        return (
            float(then.trust) - trust > p.survey.negative_threshold,
            lost > p.survey.would_buy_threshold * before,
            lost / before if lost > 0.0 else 0.0,
            within_reach - out_of_reach > price * log(1.0 + p.survey.hypothetical_price),
        )


class Panel:
    """The members of one cell, spread evenly over sizes; every cell has as many, or all its customers."""

    def __init__(self, scenario: Scenario, cell: Cell, cells: int, customers: Sequence[Customer]) -> None:
        members = min(max(1, int(scenario.parameters.survey.panel) // cells), cell.size)
        ranks = [(2 * k + 1) * cell.size // (2 * members) for k in range(members)]
        self.members = [Member(scenario, customers[cell.first + rank]) for rank in ranks]

    def ask(self) -> Answers:
        """Ask everybody; only users of a US provider are asked whether they would leave it."""
        negative = less_likely = leave = pay = users = 0.0
        for member in self.members:
            is_negative, buys_less, leaves, pays = member.answer()
            negative += is_negative
            less_likely += buys_less
            pay += pays
            if member.customer.place >= FIRST_US:
                users += 1.0
                leave += leaves
        asked = len(self.members)
        return Answers(negative / asked, less_likely / asked, leave / users if users else None, pay / asked)

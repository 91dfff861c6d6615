"""What the law of a month answers to a request for data, in one world.

See docs/odd.md, section 7 (Investigators); the rows are in configs/law.
"""

from dataclasses import replace

from sim.model.reference.arithmetic import add_up
from sim.model.reference.docket import CONSUMER, US, Request
from sim.model.reference.orders import Data, RuleOfMonth
from sim.model.reference.places import entry_of
from sim.model.reference.routing import (
    ForeignOrder,
    Ruling,
    USOrder,
    rule_on_foreign_order,
    rule_on_us_order,
)
from sim.model.reference.targets import LuckOfRequests
from sim.scenario.scenario import Scenario


class Rulings:
    """The law as the requests of one month meet it, in the order in which they are dealt with."""

    def __init__(self, scenario: Scenario, luck: LuckOfRequests) -> None:
        self.scenario, self.luck = scenario, luck
        self.countries = list(scenario.jurisdictions.values())
        self.open_month()

    def open_month(self) -> None:
        """Nobody has served an order under an agreement yet."""
        self.served = [0 for _ in self.countries]

    def answer(self, request: Request, data: Data, rule: RuleOfMonth) -> Ruling:
        """What comes of the law, and of what police write letters for.

        Of requests that assistance alone could meet, police ask for a share; of the others nothing comes.
        """
        answer = self.rule_for_us if request.police == US else self.answer_to_police
        ruling = answer(request, data, rule)
        asked = self.scenario.parameters.investigators.mla_asked
        share = entry_of(
            asked, list(self.scenario.jurisdictions)[request.police], self.countries[request.police]
        )
        if ruling.route == "mla" and self.luck.publicity_luck(request)[2] >= share:
            return replace(ruling, route="unreachable")
        return ruling

    def domestic_warrants_out_of_reach(self, rule: RuleOfMonth) -> float:
        """Share of domestic warrants that meet data without a stable location which the rule puts out of
        reach, though its holder is a US person who resides in the US.
        """
        open_test = self.scenario.law.tests[rule.test].open
        tests = (open_test.refused, open_test.honoured) if open_test else (rule.test, rule.test)
        refused, honoured = (0.0 if self.reaches_at_home(test, rule.comity) else 1.0 for test in tests)
        providers = list(self.scenario.providers.values())
        all_requests = add_up([provider.request_share for provider in providers])
        in_us = self.scenario.parameters.orders.nowhere_in_us
        return add_up(
            [
                provider.request_share / all_requests * provider.no_stable_location * (1.0 - in_us)
                * (rule.honoured[p] * honoured + (1.0 - rule.honoured[p]) * refused)
                for p, provider in enumerate(providers)
            ]
        )  # fmt: skip

    def reaches_at_home(self, test: str, comity: str) -> bool:
        """Whether a domestic warrant reaches data without a stable location, of which no other law speaks."""
        order = USOrder(
            test=test,
            comity=comity,
            location="no_stable_location",
            controller="us_provider",
            us_person=True,
            resides_in_us=True,
            agreement=False,
            data_law_bars=False,
            blocking_statute=False,
            target_in_host=True,
            cooperation=True,
            holders_law_bars=False,
        )
        return rule_on_us_order(self.scenario.law, order).route in ("direct", "comity_review")

    def answer_to_police(self, request: Request, data: Data, rule: RuleOfMonth) -> Ruling:
        """A US provider may refuse an order that the US bar on disclosure forbids to obey; then it goes the
        way of one without a claim.
        """
        ruling = self.rule_for_police(request, data, rule)
        _, granted, _, _ = self.luck.outcome_luck(request)
        barred = ruling.route == "direct" and data.us_held and ruling.conflict
        if not barred or granted < self.obedience(request.police):
            return ruling
        ruling = self.rule_for_police(request, data, rule, claims=False)
        other = "mla" if ruling.route == "direct" else ruling.route
        return replace(ruling, route=other, conflict=True)

    def rule_for_us(self, request: Request, data: Data, rule: RuleOfMonth) -> Ruling:
        """A US order: an open question is decided case by case, by the share honoured."""
        test, open_test = rule.test, self.scenario.law.tests[rule.test].open
        if open_test is not None:
            honoured = self.luck.circumstances(request)[2] < rule.honoured[data.provider]
            test = open_test.honoured if honoured else open_test.refused
        stable = "in_us" if data.lies == US else "abroad"
        us_person, data_law_bars = self.legal_circumstances(request, data.law_of, data, rule)
        _, bars_at_home = self.legal_circumstances(request, data.home, data, rule)
        notice, luck = rule.notice[data.law_of], self.luck.publicity_luck(request)[3]
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
        if ruling.route == "comity_review" and self.luck.publicity_luck(request)[1] >= filed:
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
            and self.luck.publicity_luck(request)[1]
            < self.scenario.parameters.investigators.agreement_eligible
            and self.served[request.police] < rule.quota[request.police],
            claim=claims and rule.claim[request.police] > data.position,
        )
        ruling = rule_on_foreign_order(self.scenario.law, order)
        self.served[request.police] += int(ruling.route == "agreement")
        return ruling

    def legal_circumstances(
        self, request: Request, country: int, data: Data, rule: RuleOfMonth
    ) -> tuple[bool, bool]:
        """Whether the target is a US person, and whether obeying would break a country's data-protection
        law.
        """
        person, breaks, _, _ = self.luck.legal(request)
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

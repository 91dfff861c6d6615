"""Investigators: US law enforcement, and the police of every other country.

They see a crime and an account at a US provider. They decide nothing that depends on the world: requests
arrive at real-world counts, and each is about an account that a US provider holds when the world begins
(`sim.model.docket`); what its holder does later is the holder's. Some targets keep their data out of reach on
purpose, by the rule that they believe in. Investigators change the queues of mutual legal assistance (MLA),
the evidence that exists and, through orders that become public, the news.

There are two MLA queues for each pair of the US and another country: `outgoing` at the foreign authority and
`incoming` at the US Department of Justice. Each has one clerk, first come first served, with exponential
service (M/M/1 where arrivals are Poisson). Its capacity at the start follows from an assumed utilisation;
later it follows a lasting change of load.
"""

from dataclasses import dataclass
from typing import NamedTuple

import mesa
import numpy as np

from sim.model.arithmetic import exp, log, total
from sim.model.by_jurisdiction import by_jurisdiction
from sim.model.docket import COUNTED, Docket, Waits
from sim.model.kernels import assistance, targets
from sim.model.kernels import investigations as kernel
from sim.model.kernels.case_records import MEASURES, Results
from sim.model.kernels.codes import INCOMING, OUTGOING, US
from sim.model.kernels.requests import Requests
from sim.model.law.routing import OrderRule
from sim.scenario.scenario import Scenario
from sim.scenario.schema import Act
from sim.vocabulary import DIRECTIONS, ROUTES

KNOWN_AFTER = 12  # months
_NO_WAITS = np.empty((0, 3))  # of requests that are only counted


class Investigator(mesa.Agent):
    """The police of one jurisdiction (index 0: US law enforcement); owns its row of the queues."""

    def __init__(self, model: mesa.Model, index: int, code: str, casework: "Casework") -> None:
        super().__init__(model)
        self.index, self.code, self._casework = index, code, casework

    @property
    def backlog(self) -> dict[str, int]:
        """Requests for legal assistance that wait: from the US to this country, and from it to the US."""
        waiting = self._casework.queues.backlog[:, self.index]
        return {"outgoing": int(waiting[OUTGOING]), "incoming": int(waiting[INCOMING])}


class DataHeld(NamedTuple):
    """Where the data is in one world."""

    world: int
    place: np.ndarray  # int8 (N, W)
    host: np.ndarray  # int32 (J, O) country where a customer's data at a place lies
    belief: np.ndarray  # float64 (C,) that a US order reaches what US providers hold abroad


@dataclass(frozen=True)
class RuleOfMonth:
    """The law as investigators meet it."""

    orders: OrderRule  # the routes of orders under the US regime in force
    honoured: (
        np.ndarray
    )  # float64 (P + 1,) share of US warrants for data abroad that each US provider obeys, and all others
    agreements: np.ndarray  # bool (J,) whether an executive agreement with a country would have effect
    terms: kernel.Terms  # of these agreements
    laws: np.ndarray  # float64 (J, I) in force
    data_law: np.ndarray  # float64 (J,) chance that obeying a US order breaks the host's data-protection law


class Casework:
    """The month of all investigators in one world.

    month: int64 (4, J, 5, 6) results of the month's requests.
    host_conflicts: int64 (J,), by the country whose law was broken.
    disclosures: int64 (1,) of organisations' data abroad.
    subject_conflicts: int64 (J,) conflicts by the country whose people they are about.
    public: int64 (J,) US orders that became public, by the country whose people they are about.
    in_court: int64 (J,) of these, those that came to court about data in another country, by that country.
    fought: int64 (J,) of these, those that came to court, by the country whose people they are about.
    about, foreign_orders: int64 (2, 6), (J, 3), see `kernels.case_records.Results`.
    foreign_owned: float64 (M, J) share of Americans' accounts at each country's providers.
    non_content, non_content_answered: int64 (M, J) requests for other data than content.
    unmet: (J,) of each police's requests for data at US providers over about a year, the share that was not
    met within twelve months.
    """

    def __init__(self, scenario: Scenario, docket: Docket, waits: Waits) -> None:
        self.docket, self._waits, self._codes = docket, waits, list(scenario.jurisdictions)
        self._always_held = _always_held(scenario)
        self._practice = _practice(scenario)
        self._covers_consumers = by_jurisdiction(
            scenario.parameters.orders.blocking_covers_consumers, scenario
        )
        self._elsewhere = _elsewhere(scenario)
        self._cooperates = np.array([j.mla_instrument != "none" for j in scenario.jurisdictions.values()])
        self._litigation_delay = scenario.parameters.providers.litigation_delay
        self.foreign_owned = _foreign_owned(scenario)
        self.queues = new_queues(scenario)
        n = len(scenario.jurisdictions)
        self._results = Results(
            month=np.zeros((len(DIRECTIONS), n, len(ROUTES), len(MEASURES)), np.int64),
            conflicts=np.zeros(n, np.int64),
            disclosures=np.zeros(1, np.int64),
            subject_conflicts=np.zeros(n, np.int64),
            public=np.zeros(n, np.int64),
            in_court=np.zeros(n, np.int64),
            fought=np.zeros(n, np.int64),
            about=np.zeros((2, len(MEASURES)), np.int64),
            foreign_orders=np.zeros((n, 3), np.int64),
        )
        self._police = kernel.Police(np.zeros((KNOWN_AFTER, 2, n)), np.zeros(n), np.zeros(n), np.zeros(n))
        results, self.unmet = self._results, self._police.unmet
        self.month, self.about, self.foreign_orders = results.month, results.about, results.foreign_orders
        self.host_conflicts = results.conflicts
        self.disclosures, self.subject_conflicts = results.disclosures, results.subject_conflicts
        self.public, self.in_court, self.fought = results.public, results.in_court, results.fought
        self.non_content, self.non_content_answered = docket.non_content, docket.non_content_answered

    def size_queues(self, data: DataHeld, rule: RuleOfMonth, litigating: float) -> None:
        """Give every authority the capacity of the assumed utilisation.

        Its load at the start is that of the requests that go to it under the law of the first month, from
        where the targets of the first years keep their data then. It is never below the smallest.
        """
        d, q = self.docket, self.queues
        held, ways, loads = (
            self._held(0, data),
            self._ways(rule, litigating),
            np.zeros(q.load.shape, np.int64),
        )
        for month in range(min(COUNTED, len(d.start) - 1)):
            kernel.count_assistance(self._requests(month, _NO_WAITS), held, ways, loads)
        q.load[OUTGOING], q.load[INCOMING] = loads[OUTGOING] / d.us_months, loads[INCOMING] / d.foreign_months
        q.least[:] = np.maximum(q.load / q.utilisation, q.least)
        q.clerks[:, :, assistance.RATE] = q.least

    def employ(self, act: Act) -> None:
        """The US gives those who answer these countries so many times the staff that the load calls for."""
        for country in act.countries:
            self.queues.staff[INCOMING, self._codes.index(country)] = act.times

    def work(self, month: int, data: DataHeld, rule: RuleOfMonth, litigating: float) -> None:
        """Process the month's requests and record their results.

        `litigating`: share of US providers, by revenue abroad, that go to court.
        """
        plain = kernel.Plain(self.docket.plain[month], self._out_of_reach(rule), self._waits.plain[month])
        requests, ways = self._requests(month, self._waits.of(month)), self._ways(rule, litigating)
        held, results = self._held(month, data), self._results
        kernel.month_of_requests(month, requests, plain, held, ways, self.queues, results, self._police)

    def _requests(self, month: int, waits: np.ndarray) -> Requests:
        """Those of a month."""
        d, at = self.docket, slice(self.docket.start[month], self.docket.start[month + 1])
        return Requests(d.rows[at], d.who[at], d.standing[at], d.chance[at], waits)

    def _out_of_reach(self, rule: RuleOfMonth) -> float:
        """Share of domestic warrants that meet data which the rule puts out of reach."""
        refused, honoured = 1.0 - rule.orders.domestic
        obeyed = rule.honoured[:-1]
        return float(total(self._elsewhere * (obeyed * honoured + (1.0 - obeyed) * refused)))

    def _held(self, month: int, data: DataHeld) -> targets.Held:
        """Where the data is, for the kernels."""
        return self._always_held._replace(**data._asdict(), foreign_owned=self.foreign_owned[month])

    def _ways(self, rule: RuleOfMonth, litigating: float) -> kernel.Ways:
        """How the law answers requests, and how long each way takes."""
        law = kernel.Rule(
            rule.orders.us,
            rule.orders.foreign,
            rule.orders.contested,
            rule.honoured,
            rule.agreements,
            rule.laws,
            rule.data_law,
            self._covers_consumers,
            self._cooperates,
            rule.terms,
        )
        practice = self._practice_under(rule.orders)
        return kernel.Ways(law, practice, litigating, self._litigation_delay * litigating)

    def _practice_under(self, orders: OrderRule) -> kernel.Practice:
        """How long each way takes and how often it succeeds, under the comity rule of a regime."""
        p = self._practice
        return p._replace(
            comity_months=p.comity_months if orders.review_months is None else orders.review_months,
            comity_ok=p.comity_ok if orders.review_success is None else orders.review_success,
            common_ok=p.common_ok if orders.common_law else 0.0,
            filed=p.filed if orders.review_filed is None else orders.review_filed,
        )


def new_queues(scenario: Scenario) -> assistance.Queues:
    """Mutual legal assistance in one world before anybody has asked, at the smallest capacity."""
    p, shape = scenario.parameters.investigators, (2, len(scenario.jurisdictions))
    least, clerks = np.empty(shape), np.zeros((*shape, 2))
    least[OUTGOING], least[INCOMING] = p.mla_capacity_abroad, p.mla_minimum_capacity
    clerks[:, :, assistance.RATE] = least
    return assistance.Queues(
        hiring=1.0 - exp(log(1.0 - p.mla_hiring) / 12.0),
        utilisation=p.mla_utilisation,
        clerks=clerks,
        least=least,
        staff=np.ones(shape),
        load=np.zeros(shape),
        arrived=np.zeros(shape, np.int64),
        new=np.zeros(shape, np.int64),
        done=np.zeros(shape, np.int64),
        finish=np.zeros((scenario.months, *shape), np.int64),
        backlog=np.zeros(shape, np.int64),
    )


def _practice(scenario: Scenario) -> kernel.Practice:
    """How long each way takes and how often it succeeds, whatever the rule.

    What a foreign authority grants, and how soon, is its practice; the US grants by the instrument alone.
    """
    p, jurisdictions = scenario.parameters.investigators, list(scenario.jurisdictions.values())
    rogatory = np.array([j.mla_instrument == "none" for j in jurisdictions])
    slower = np.where(rogatory, p.rogatory_slowdown, 1.0)
    slowness = np.array([p.mla_slowness[j.mla_practice] for j in jurisdictions])
    granted = np.array([p.mla_granted[j.mla_practice] for j in jurisdictions])
    return kernel.Practice(
        direct_months=p.direct_months,
        comity_months=p.comity_months,
        agreement_months=p.agreement_months,
        mla_asked=by_jurisdiction(p.mla_asked, scenario),
        mla_months=p.mla_base_months * np.stack([slowness * slower, slower]),
        conflict_delay=p.conflict_delay,
        notice_months=p.notice_months,
        direct_ok=p.direct_success,
        comity_ok=p.comity_success,
        common_ok=p.common_law_comity_success,
        agreement_ok=p.agreement_success,
        mla_ok=np.stack([granted, np.where(rogatory, p.rogatory_success, p.mla_success)]),
        unlocking=p.consumer_unlocking,
        compelled=np.array([max(j.compulsion_success, p.claim_obedience) for j in jurisdictions]),
        incidental=p.incidental_share,
        sealed=p.sealed_share,
        challenged=p.challenged_share,
        filed=p.motions_filed,
        publicity=p.publicity,
        motions_known=p.motions_known,
    )


def _elsewhere(scenario: Scenario) -> np.ndarray:
    """Share of domestic warrants that meet data without a stable location of which no copy is in the US.

    float64 (P,), by US provider.
    """
    providers = list(scenario.providers.values())
    share = np.array([x.request_share for x in providers])
    unstable = np.array([x.no_stable_location for x in providers])
    elsewhere: np.ndarray = share / total(share) * unstable * (1.0 - scenario.parameters.orders.nowhere_in_us)
    return elsewhere


def _foreign_owned(scenario: Scenario) -> np.ndarray:
    """Share of Americans' accounts at each country's providers, by month: float64 (M, J)."""
    p = scenario.parameters.investigators
    owned = np.array([p.foreign_owned_accounts.get(code, 0.0) for code in scenario.jurisdictions])
    growth = [exp(m / 12.0 * log(1.0 + p.foreign_owned_growth)) for m in range(scenario.months)]
    shares: np.ndarray = np.minimum(np.array(growth)[:, None] * owned[None, :], 1.0)
    return shares


def _always_held(scenario: Scenario) -> targets.Held:
    """The fields of `Held` that are constant over a run; the others are empty."""
    p, codes = scenario.parameters.investigators, list(scenario.jurisdictions)
    providers, nothing = scenario.providers.values(), np.empty((0, 0))
    return targets.Held(
        world=US,
        place=nothing,
        host=nothing,
        belief=np.empty(0),
        us_business=np.array([j.home_grown_us_business for j in scenario.jurisdictions.values()]),
        no_location=np.array([x.no_stable_location for x in providers]),
        nowhere_in_us=scenario.parameters.orders.nowhere_in_us,
        region=np.array([next(codes.index(r) for r in x.regions_2013 if r != "US") for x in providers]),
        staying=p.evaders_on_premises,
        haven=np.cumsum([p.evaders_haven.get(code, 0.0) for code in codes]),
        foreign_owned=np.empty(0),
    )

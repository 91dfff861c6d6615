"""Investigators: US law enforcement, and the police of every other country.

They see a crime and an account. They decide nothing that depends on the world: requests arrive at real-world
counts, and each is aimed at an account that is drawn independently of where its data lies, the same in every
world. They change the queues of mutual legal assistance (MLA), the evidence that exists and, through
conflicts of law and disclosures, the news.

There are two MLA queues for each pair of the US and another country: `outgoing` at the foreign authority and
`incoming` at the US Department of Justice. Each has one clerk, first come first served, with exponential
service (M/M/1 where arrivals are Poisson) and a capacity set by the assumed utilisation at the start.
"""

from dataclasses import dataclass

import mesa
import numpy as np

from sim.model.arithmetic import exp, log, total
from sim.model.kernels import investigations as kernel
from sim.model.kernels.codes import INCOMING, OUTGOING, US
from sim.model.law.routing import OrderRule
from sim.model.luck import purposes
from sim.model.luck.philox import draw
from sim.model.population import Population
from sim.model.recent import Recent
from sim.scenario.scenario import Scenario
from sim.vocabulary import DIRECTIONS, ROUTES

KNOWN_AFTER = 12  # months
_US_AGENT, _EVADERS_AGENT, _BULK_AGENT, _POLICE_AGENT = 1, 2, 3, 16


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


@dataclass(frozen=True)
class Docket:
    """All requests of a run, drawn once and shared by its worlds.

    rows: int32 (n, 5) customer, police, number, evades, agent; sorted by month, police and time.
    start: (M + 1,) first row of each month.
    plain: int64 (M,) US requests at home that no rule touches.
    us_rate: (J,) mean requests a month at the start, those of the US by target country.
    foreign_rate: (J,) the same of each police for data that US providers may hold.
    who: int32 (n, 3), standing: float32 (n, 2), what the police need to know of the customer; see
    `kernels.investigations.investigate`.
    chance: uint32 (n, 10), waits: uint32 (n, 3); see `kernels.investigations.draw_luck`.
    """

    rows: np.ndarray
    start: np.ndarray
    plain: np.ndarray
    us_rate: np.ndarray
    foreign_rate: np.ndarray
    who: np.ndarray
    standing: np.ndarray
    chance: np.ndarray
    waits: np.ndarray


def docket_from(
    rows: np.ndarray,
    start: np.ndarray,
    plain: np.ndarray,
    us_rate: np.ndarray,
    foreign_rate: np.ndarray,
    population: Population,
    seed: int,
    us_persons: tuple[float, float] = (0.0, 1.0),
) -> Docket:
    """The docket of these requests, with facts about the target and random draws for each.

    `us_persons`: their shares among the customers abroad and at home.
    """
    x, customer = population, rows[:, 0]
    chance, waits = np.empty((len(rows), kernel.CHANCES), np.uint32), np.empty((len(rows), 3), np.uint32)
    kernel.draw_luck(seed, start, rows, chance, waits)
    standing = np.stack([x.law_order[customer], x.us_business[customer]], axis=1)
    cell = x.cell[customer]
    home = x.cells.jurisdiction[cell]
    is_us = (chance[:, kernel.PERSON] + 0.5) / 2.0**32 < np.array(us_persons)[(home == US).astype(np.int64)]
    who = np.stack([home, x.cells.segment[cell], is_us], axis=1, dtype=np.int32)
    return Docket(rows, start, plain, us_rate, foreign_rate, who, standing, chance, waits)


def draw_docket(scenario: Scenario, population: Population, seed: int) -> Docket:
    """Draw who is investigated when, for the whole horizon."""
    p, cells, months = scenario.parameters.investigators, population.cells, scenario.months
    segments = len(scenario.segments)
    weight = cells.accounts * np.array(p.segment_weight.values)[cells.segment]
    account_sums = kernel.running_accounts(cells.start, population.weight)
    jurisdictions = len(scenario.jurisdictions)
    weight_of = np.array([total(weight[cells.jurisdiction == j]) for j in range(jurisdictions)])
    us_growth = np.array([exp(m / 12.0 * log(1.0 + p.us_request_growth)) for m in range(months)])
    foreign_growth = np.array([exp(m / 12.0 * log(1.0 + p.foreign_request_growth)) for m in range(months)])
    monthly = p.us_requests_per_year / 12.0
    abroad, evading = monthly * p.us_aimed_abroad, monthly * (1.0 - p.us_aimed_abroad) * p.evading_share
    plain_mean = monthly - abroad - evading
    foreign = p.foreign_requests_per_year / 12.0 * weight_of[1:] / total(weight_of[1:])
    us_rate, evading_rate = abroad * us_growth, evading * us_growth
    # One entry a source of requests: agent key, police, whether its targets evade, rate by month, and the
    # range of countries of its targets (the second end is exclusive).
    kinds = [(_US_AGENT, 0, 0, us_rate, 1, jurisdictions), (_EVADERS_AGENT, 0, 1, evading_rate, 0, 1)]
    kinds += [
        (_POLICE_AGENT + j, j, 0, foreign[j - 1] * foreign_growth, j, j + 1) for j in range(1, jurisdictions)
    ]
    means = np.array([total(rate) for _, _, _, rate, _, _ in kinds])
    room = int(total(means + 10.0 * np.sqrt(means) + 50.0))
    rows, when, n = np.empty((room, 5), np.int32), np.empty(room), 0
    for agent, police, evades, rate, first, last in kinds:
        at = slice(first * segments, last * segments)
        kind = kernel.Kind(agent, police, evades, at.start, rate, np.cumsum(weight[at]))
        n = kernel.draw_targets(seed, kind, cells.start, account_sums, rows, when, n)
    # By month, then by police, then by time: requests that queue for one clerk stay in order, and the
    # processor predicts branches better.
    month = when[:n].astype(np.int64)
    order = np.lexsort((when[:n], rows[:n, 1], month))
    rows, start = rows[order], np.searchsorted(month[order], np.arange(months + 1))
    plain = np.array(
        [kernel.poisson(seed, _BULK_AGENT, m, plain_mean * us_growth[m]) for m in range(months)], np.int64
    )
    rates_abroad = np.concatenate(([evading], abroad * weight_of[1:] / total(weight_of[1:])))
    rates_of_police, orders = np.concatenate(([0.0], foreign)), scenario.parameters.orders
    us_persons = (orders.us_persons_abroad, 1.0 - orders.foreigners_in_us)
    return docket_from(rows, start, plain, rates_abroad, rates_of_police, population, seed, us_persons)


_recent_dockets: Recent[Docket] = Recent(8)


def docket_of(scenario: Scenario, population: Population, seed: int) -> Docket:
    """The docket of a seed; a recent one of this process is used again if all that it is drawn from is equal.

    A docket takes a fifth of a small run's time and depends on few parameters. The points of a sweep and the
    moves of a slider therefore share it.
    """
    drawn_from = (
        seed,
        scenario.months,
        scenario.customers,
        scenario.jurisdictions,
        scenario.segments,
        scenario.parameters.investigators,
        scenario.parameters.orders,
    )
    return _recent_dockets.of(drawn_from, lambda: draw_docket(scenario, population, seed))


class Waits:
    """Random waiting times of a month's requests, computed once a month for all worlds of a set.

    plain: (M,) random draw for the plain requests at home.
    """

    def __init__(self, docket: Docket, seed: int) -> None:
        self._docket, self._month = docket, -1
        self.plain = [draw(seed, _BULK_AGENT, month, purposes.OUTCOME) for month in range(len(docket.plain))]
        self._waits = np.empty((int(np.diff(docket.start).max()), docket.waits.shape[1]))

    def of(self, month: int) -> np.ndarray:
        """Waiting times of the docket's rows in this month: float64 (n, 3), with mean 1.

        The columns: at the authority that receives the request, for the clerk, for the papers.
        """
        first, last = self._docket.start[month], self._docket.start[month + 1]
        waits = self._waits[: last - first]
        if month != self._month:
            kernel.waits_of(self._docket.waits[first:last].reshape(-1), waits.reshape(-1))
            self._month = month
        return waits


def open_queues(scenario: Scenario, docket: Docket) -> kernel.Queues:
    """Mutual legal assistance in one world, as it begins.

    Capacity is computed as if every request that could take this route at the start did. The share that takes
    other routes is part of the assumed utilisation.
    """
    p, jurisdictions = scenario.parameters.investigators, len(scenario.jurisdictions)
    clerks = np.zeros((2, jurisdictions, 2))
    for side, rate in ((OUTGOING, docket.us_rate), (INCOMING, docket.foreign_rate)):
        clerks[side, :, kernel.RATE] = np.maximum(rate / p.mla_utilisation, p.mla_minimum_capacity)
    return kernel.Queues(
        growth=exp(log(1.0 + p.mla_capacity_growth) / 12.0),
        response=p.mla_capacity_response / 12.0,
        clerks=clerks,
        arrived=np.zeros((2, jurisdictions), np.int64),
        done=np.zeros((2, jurisdictions), np.int64),
        finish=np.zeros((scenario.months, 2, jurisdictions), np.int64),
        backlog=np.zeros((2, jurisdictions), np.int64),
    )


@dataclass(frozen=True)
class RuleOfMonth:
    """The law as investigators meet it."""

    orders: OrderRule  # the routes of orders under the US regime in force
    honoured: (
        np.ndarray
    )  # float64 (P + 1,) share of US warrants for data abroad that each US provider obeys, and all others
    agreements: bool  # whether executive agreements have effect
    laws: np.ndarray  # float64 (J, I) in force
    data_law: np.ndarray  # float64 (J,) chance that obeying a US order breaks the host's data-protection law


class Casework:
    """The month of all investigators in one world.

    month: int64 (4, J, 5, 6) results of the month's requests.
    host_conflicts, host_disclosures: int64 (J,), by where the data lay.
    disclosures: int64 (1,) of organisations' data abroad.
    subject_conflicts: int64 (J,) conflicts by the country whose people they are about.
    public: int64 (J,) US orders that became public, by the country whose people they are about.
    in_court: int64 (J,) of these, those that came to court, by where the data lay.
    unmet: (J,) of each police's requests for data at US providers over about a year, the share that was not
    met within twelve months.
    """

    def __init__(self, scenario: Scenario, docket: Docket, waits: Waits) -> None:
        p = scenario.parameters.investigators
        jurisdictions = list(scenario.jurisdictions.values())
        self._docket, self._waits = docket, waits
        self._held = _held(scenario)
        self._treaty = np.array([j.mla_treaty for j in jurisdictions])
        self._practice = kernel.Practice(
            p.direct_months,
            p.comity_months,
            p.agreement_months,
            p.mla_base_months,
            p.conflict_delay,
            p.rogatory_slowdown,
            p.direct_success,
            p.comity_success,
            p.common_law_comity_success,
            p.agreement_success,
            p.mla_success,
            p.rogatory_success,
            p.consumer_unlocking,
            p.compulsion_success,
            p.sealed_share,
            p.challenged_share,
            p.publicity,
        )
        self._litigation_delay = scenario.parameters.providers.litigation_delay
        self.queues = open_queues(scenario, docket)
        n = len(jurisdictions)
        self._results = kernel.Results(
            month=np.zeros((len(DIRECTIONS), n, len(ROUTES), len(kernel.MEASURES)), np.int64),
            conflicts=np.zeros(n, np.int64),
            host_disclosures=np.zeros(n, np.int64),
            disclosures=np.zeros(1, np.int64),
            subject_conflicts=np.zeros(n, np.int64),
            public=np.zeros(n, np.int64),
            in_court=np.zeros(n, np.int64),
        )
        self._police = kernel.Police(np.zeros((KNOWN_AFTER, 2, n)), np.zeros(n), np.zeros(n), np.zeros(n))
        self.month, self.unmet = self._results.month, self._police.unmet
        self.host_conflicts = self._results.conflicts
        self.host_disclosures = self._results.host_disclosures
        self.disclosures = self._results.disclosures
        self.subject_conflicts = self._results.subject_conflicts
        self.public, self.in_court = self._results.public, self._results.in_court

    def work(
        self,
        month: int,
        world: int,
        place: np.ndarray,
        hosts: np.ndarray,
        rule: RuleOfMonth,
        litigating: float,
    ) -> None:
        """Process the month's requests and record their results.

        `place` (N, W), `hosts` of places (J, O); `litigating` share of US providers that go to court.
        """
        d, at = self._docket, slice(self._docket.start[month], self._docket.start[month + 1])
        requests = kernel.Requests(d.rows[at], d.who[at], d.standing[at], d.chance[at], self._waits.of(month))
        plain = kernel.Plain(d.plain[month], self._waits.plain[month])
        law = kernel.Rule(
            rule.orders.us,
            rule.orders.foreign,
            rule.orders.contested,
            rule.honoured,
            rule.agreements,
            rule.laws,
            rule.data_law,
            self._treaty,
        )
        held = self._held._replace(world=world, place=place, host=hosts)
        delay = self._litigation_delay * litigating
        ways = kernel.Ways(law, self._practice_under(rule.orders), litigating, delay)
        kernel.month_of_requests(month, requests, plain, held, ways, self.queues, self._results, self._police)

    def _practice_under(self, orders: OrderRule) -> kernel.Practice:
        """How long each way takes and how often it succeeds, under the comity rule of a regime."""
        p = self._practice
        return p._replace(
            comity_months=p.comity_months if orders.review_months is None else orders.review_months,
            comity_ok=p.comity_ok if orders.review_success is None else orders.review_success,
            common_ok=p.common_ok if orders.common_law else 0.0,
        )


def _held(scenario: Scenario) -> kernel.Held:
    """The fields of `Held` that are constant over a run; the others are empty."""
    codes, providers = list(scenario.jurisdictions), scenario.providers.values()
    nothing = np.empty((0, 0))
    return kernel.Held(
        US,
        nothing,
        nothing,
        np.array([j.home_grown_us_business for j in scenario.jurisdictions.values()]),
        np.array([x.no_stable_location for x in providers]),
        np.array([next(codes.index(r) for r in x.regions_2013 if r != "US") for x in providers]),
    )

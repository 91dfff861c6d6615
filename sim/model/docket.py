"""The docket of a run: who is investigated when, drawn once and shared by its worlds.

Requests are counted where US providers receive them. So each is about an account that a US provider holds
when the world begins; only those about Americans that foreign police make are about anybody's.
"""

from dataclasses import dataclass, replace

import numpy as np

from sim.model.arithmetic import exp, log, total
from sim.model.by_jurisdiction import by_jurisdiction
from sim.model.home_shares import home_shares
from sim.model.kernels import requests as kernel
from sim.model.kernels.codes import CONSUMER, FIRST_US, OFFERS, US
from sim.model.luck import purposes
from sim.model.luck.philox import draw
from sim.model.places import held_by_us
from sim.model.population import Population
from sim.model.recent import Recent
from sim.scenario.scenario import Scenario

COUNTED = (
    36  # months whose targets show, by where they keep data at the start, what authorities are asked for
)


@dataclass(frozen=True)
class Docket:
    """All requests of a run, drawn once and shared by its worlds.

    rows: int32 (n, 5) customer, police, number, evades, agent; sorted by month, police and time.
    start: (M + 1,) first row of each month.
    plain: int64 (M,) US requests at home that no rule touches.
    non_content, non_content_answered: int64 (M, J) each police's requests for other data than content, which
    providers may answer.
    us_months, foreign_months: how many months at the rate of January 2013 would bring the requests of the
    first `COUNTED` months.
    who: int32 (n, 4), standing: float32 (n, 2), what the police need to know of the customer; see
    `kernels.requests.Requests`.
    chance: uint32 (n, 15), waits: uint32 (n, 3); see `kernels.requests.draw_luck`.
    """

    rows: np.ndarray
    start: np.ndarray
    plain: np.ndarray
    non_content: np.ndarray
    non_content_answered: np.ndarray
    us_months: float
    foreign_months: float
    who: np.ndarray
    standing: np.ndarray
    chance: np.ndarray
    waits: np.ndarray

    def aimed_at(self, asked: np.ndarray, population: Population, seed: int) -> "Docket":
        """The same requests, those to US providers aimed at accounts that US providers hold.

        `asked` float64 (N,): how often each customer's account is asked for, of those whose data US providers
        hold when the world begins (`asked_for`). What they do later is theirs: if they leave, the request is
        made all the same and meets the data where it then is.
        """
        rows, cells = self.rows.copy(), population.cells
        sums = kernel.running_accounts(cells.start, population.weight, asked)
        kernel.aim(seed, self.start, self.who[:, kernel.CELL], cells.start, sums, rows)
        return replace(self, rows=rows, standing=_standing(population, rows))


def asked_for(place: np.ndarray, population: Population, scenario: Scenario) -> np.ndarray:
    """How often the account of each customer at a `place` (N,) is asked for by requests to US providers.

    float64 (N,): 0 if no US provider holds it. Police ask some providers more often than others for each
    consumer's account (`request_share` over `consumer_share`).
    """
    providers = scenario.providers.values()
    rate = np.array([p.request_share / p.consumer_share if p.consumer_share else 0.0 for p in providers])
    held, consumer = held_by_us(place), population.cells.segment[population.cell] == CONSUMER
    of_provider = rate[np.where(held, (place - FIRST_US) // OFFERS, 0)]
    asked: np.ndarray = np.where(held, np.where(consumer, of_provider, 1.0), 0.0)
    return asked


def aimed_dockets(
    docket: Docket, place: np.ndarray, population: Population, scenario: Scenario, seed: int
) -> list[Docket]:
    """The docket of each world, by where customers keep their data when it begins: int8 (N, W)."""
    dockets: list[Docket] = []
    for w in range(place.shape[1]):
        alike = next((v for v in range(w) if np.array_equal(place[:, v], place[:, w])), None)
        if alike is None:
            dockets.append(docket.aimed_at(asked_for(place[:, w], population, scenario), population, seed))
        else:
            dockets.append(dockets[alike])
    return dockets


def _standing(population: Population, rows: np.ndarray) -> np.ndarray:
    """The targets' place in the order of laws and in that of their provider's US business: (n, 2)."""
    customer = rows[:, kernel.CUSTOMER]
    return np.stack([population.law_order[customer], population.us_business[customer]], axis=1)


@dataclass(frozen=True)
class Counts:
    """Requests of which only the number matters, and how the others grow: see `Docket`."""

    plain: np.ndarray
    non_content: np.ndarray
    non_content_answered: np.ndarray
    us_months: float
    foreign_months: float


def docket_from(
    rows: np.ndarray,
    start: np.ndarray,
    counts: Counts,
    population: Population,
    seed: int,
    us_persons: tuple[float, float] = (0.0, 1.0),
) -> Docket:
    """The docket of these requests, with facts about the target and random draws for each.

    `us_persons`: their shares among the customers abroad and at home.
    """
    x, customer = population, rows[:, kernel.CUSTOMER]
    chance, waits = np.zeros((len(rows), kernel.CHANCES), np.uint32), np.empty((len(rows), 3), np.uint32)
    kernel.draw_luck(seed, start, rows, chance, waits)
    cell = x.cell[customer]
    home = x.cells.jurisdiction[cell]
    is_us = (chance[:, kernel.PERSON] + 0.5) / 4294967296.0 < np.array(us_persons)[
        (home == US).astype(np.int64)
    ]
    who = np.stack([home, x.cells.segment[cell], cell, is_us], axis=1, dtype=np.int32)
    return Docket(
        rows,
        start,
        counts.plain,
        counts.non_content,
        counts.non_content_answered,
        counts.us_months,
        counts.foreign_months,
        who,
        _standing(x, rows),
        chance,
        waits,
    )


def _growth(months: int, yearly: float) -> np.ndarray:
    """Growth since the first month: float64 (M,)."""
    return np.array([exp(m / 12.0 * log(1.0 + yearly)) for m in range(months)])


def _kinds(scenario: Scenario, population: Population) -> list[kernel.Kind]:
    """The sources of requests about content: one of the US, one of its evaders, two of each police."""
    p, cells, months = scenario.parameters.investigators, population.cells, scenario.months
    segments, jurisdictions = len(scenario.segments), len(scenario.jurisdictions)
    weight = cells.accounts * np.array(p.segment_weight.values)[cells.segment]
    of_country = np.array([total(weight[cells.jurisdiction == j]) for j in range(jurisdictions)])
    us_growth, growth = (_growth(months, g) for g in (p.us_request_growth, p.foreign_request_growth))
    monthly = p.us_requests_per_year / 12.0
    abroad, evading = monthly * p.us_aimed_abroad, monthly * (1.0 - p.us_aimed_abroad) * p.evading_share

    # The counts are of requests to US providers, so a cell is aimed at as far as it used them when the run
    # begins; `aimed_at` then picks the account.
    used = np.array(
        [
            adoption * (1.0 - home)
            for j, home in zip(scenario.jurisdictions.values(), home_shares(scenario).tolist(), strict=True)
            for adoption in j.adoption_2013.values
        ]
    )

    def kind(agent: int, police: int, evading: float, rate: np.ndarray, first: int, last: int) -> kernel.Kind:
        """About accounts in the countries from `first` to before `last`."""
        at = slice(first * segments, last * segments)
        aims = weight[at] if agent >= kernel.FIRST_TO_ANYBODY else (weight * used)[at]
        return kernel.Kind(agent, police, evading, at.start, rate, np.cumsum(aims))

    out = [
        kind(kernel.US_AGENT, 0, p.evading_share, abroad * us_growth, 1, jurisdictions),
        kind(kernel.EVADERS_AGENT, 0, 1.0, evading * us_growth, 0, 1),
    ]
    content_share = by_jurisdiction(p.foreign_content_share, scenario)
    about_americans = p.requests_about_americans / 12.0 * of_country[1:] / total(of_country[1:])
    for j, where in enumerate(scenario.jurisdictions.values()):
        if j > 0:
            own = where.police_requests_2013 * content_share[j] / 12.0 * growth
            out.append(kind(kernel.POLICE_AGENT + j, j, 0.0, own, j, j + 1))
            steady = np.full(months, about_americans[j - 1])
            out.append(kind(kernel.ABOUT_AMERICANS_AGENT + j, j, 0.0, steady, 0, 1))
    return out


def _counts(scenario: Scenario, seed: int) -> Counts:
    p, months = scenario.parameters.investigators, scenario.months
    us_growth, growth = (_growth(months, g) for g in (p.us_request_growth, p.foreign_request_growth))
    monthly = p.us_requests_per_year / 12.0
    abroad, evading = monthly * p.us_aimed_abroad, monthly * (1.0 - p.us_aimed_abroad) * p.evading_share
    plain = [
        kernel.poisson(seed, kernel.BULK_AGENT, m, (monthly - abroad - evading) * us_growth[m])
        for m in range(months)
    ]
    asked = np.array([j.police_requests_2013 for j in scenario.jurisdictions.values()])
    content_share = by_jurisdiction(p.foreign_content_share, scenario)
    mean = growth[:, None] * (asked * (1.0 - content_share) / 12.0)[None, :]
    requests, answered = np.empty(mean.shape, np.int64), np.empty(mean.shape, np.int64)
    kernel.draw_non_content(seed, kernel.NON_CONTENT_AGENT, mean, p.non_content_answered, requests, answered)
    us_months, foreign_months = total(us_growth[:COUNTED]), total(growth[:COUNTED])
    return Counts(np.array(plain, np.int64), requests, answered, us_months, foreign_months)


def draw_docket(scenario: Scenario, population: Population, seed: int) -> Docket:
    """Draw who is investigated when, for the whole horizon."""
    cells = population.cells
    everybody = np.ones(len(population))
    account_sums = kernel.running_accounts(cells.start, population.weight, everybody)
    kinds, jurisdictions = _kinds(scenario, population), len(scenario.jurisdictions)
    means = np.array([total(kind.rate) for kind in kinds])
    room = int(total(means + 10.0 * np.sqrt(means) + 50.0))
    rows, when, n = np.empty((room, 5), np.int32), np.empty(room), 0
    for kind in kinds:
        n = kernel.draw_targets(seed, kind, cells.start, account_sums, rows, when, n)
    # By month, then by police, then by time: requests that queue for one clerk stay in order, and the
    # processor predicts branches better.
    month = when[:n].astype(np.int64)
    order = np.argsort((month * jurisdictions + rows[:n, kernel.POLICE]) + (when[:n] - month), kind="stable")
    rows, start = rows[order], np.searchsorted(month[order], np.arange(scenario.months + 1))
    orders = scenario.parameters.orders
    us_persons = (orders.us_persons_abroad, 1.0 - orders.foreigners_in_us)
    return docket_from(rows, start, _counts(scenario, seed), population, seed, us_persons)


_recent_dockets: Recent[Docket] = Recent(8)


def docket_of(scenario: Scenario, population: Population, seed: int) -> Docket:
    """The docket of a seed; a recent one of this process is used again if all that it is drawn from is equal.

    A docket takes a fifth of a small run's time and depends on few parameters. The points of a sweep and the
    moves of a slider therefore share it.
    """
    p, orders = scenario.parameters.investigators, scenario.parameters.orders
    drawn_from = (
        seed,
        scenario.months,
        scenario.customers,
        scenario.jurisdictions,
        scenario.segments,
        scenario.parameters.market.home_start,
        p.us_requests_per_year,
        p.us_request_growth,
        p.us_aimed_abroad,
        p.evading_share,
        p.segment_weight,
        p.foreign_content_share,
        p.foreign_request_growth,
        p.non_content_answered,
        p.requests_about_americans,
        orders.us_persons_abroad,
        orders.foreigners_in_us,
    )
    return _recent_dockets.of(drawn_from, lambda: draw_docket(scenario, population, seed))


class Waits:
    """Random waiting times of a month's requests, computed once a month for all worlds of a set.

    plain: (M,) random draw for the plain requests at home.
    """

    def __init__(self, docket: Docket, seed: int) -> None:
        self._docket, self._month = docket, -1
        self.plain = [
            draw(seed, kernel.BULK_AGENT, month, purposes.OUTCOME) for month in range(len(docket.plain))
        ]
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

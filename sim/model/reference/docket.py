"""The docket of a run: which requests are made.

Requests are drawn once for all worlds: Poisson counts, each aimed at an account at random. They are counted
where US providers receive them, so each is about an account that a US provider holds when a world begins;
only those about Americans that foreign police make are about anybody's. Requests for other data than content
are only counted. See docs/odd.md, section 7 (Investigators); parameters in
configs/parameters/investigators.yaml. Times are months.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sim.model.luck import purposes
from sim.model.reference.arithmetic import add_up, exp, log
from sim.model.reference.cells import UNITS, Cell
from sim.model.reference.philox import draw4
from sim.model.reference.places import entry_of, held_by_us, provider_of
from sim.model.reference.population import home_share_of
from sim.scenario.scenario import Scenario

US = 0  # the first jurisdiction
CONSUMER = 0  # the first segment
# Whose luck it is: by country from the last three on, of its police about its people, about Americans, and
# about data that is not content.
US_AGENT, EVADERS_AGENT, PLAIN_AGENT = 1, 2, 3
FIRST_POLICE_AGENT, FIRST_ABOUT_AMERICANS_AGENT, FIRST_NON_CONTENT_AGENT = 16, 128, 256


def is_to_us_provider(agent: int) -> bool:
    """Whether these requests are counted where US providers receive them, and so are about their accounts."""
    return agent < FIRST_ABOUT_AMERICANS_AGENT


COUNTED = 36  # months whose targets show what authorities are asked for at the start


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
    evades: bool  # the target keeps its data out of reach on purpose


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
    requests for data of Americans in the US, for which every rule gives one answer. `non_content` holds how
    many requests for other data each police makes and how many are answered, by month and country.
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
        self._accounts = [stands_for / UNITS for stands_for in held]
        self.of_cell = [running_sums(self._accounts[c.first : c.first + c.size]) for c in cells]
        self.us_growth = [exp(m / 12.0 * log(1.0 + p.us_request_growth)) for m in months]
        self.foreign_growth = [exp(m / 12.0 * log(1.0 + p.foreign_request_growth)) for m in months]
        monthly = p.us_requests_per_year / 12.0
        abroad = monthly * p.us_aimed_abroad
        evading = monthly * (1.0 - p.us_aimed_abroad) * p.evading_share
        growth = self.us_growth
        drawn = self._of_kind(US_AGENT, US, p.evading_share, [abroad * g for g in growth], 1, countries)
        drawn += self._of_kind(EVADERS_AGENT, US, 1.0, [evading * g for g in growth], 0, 1)
        for j in range(1, countries):
            drawn += self._of_police(j)
        drawn.sort(key=lambda request: (request.month, request.police, request.when))
        self.by_month: list[list[Request]] = [[] for _ in months]
        for request in drawn:
            self.by_month[request.month].append(request)
        plain = monthly - abroad - evading
        self.plain = [poisson(seed, PLAIN_AGENT, m, plain * growth[m]) for m in months]
        self.non_content = [[self._non_content(m, j) for j in range(countries)] for m in months]

    def aimed_at(self, places: Sequence[int]) -> list[list[Request]]:
        """All requests by month, those to US providers aimed at accounts that these hold when a world begins.

        `places`: of the customers then. What they do later is theirs: the request is made all the same.
        """
        sums = {
            cell.number: running_sums(
                [
                    self._accounts[i] * self._asked_for(cell, places[i])
                    for i in range(cell.first, cell.first + cell.size)
                ]
            )
            for cell in self.cells
        }
        return [[self._aimed(request, sums) for request in of_month] for of_month in self.by_month]

    def _asked_for(self, cell: Cell, place: int) -> float:
        """How often the account of a customer at a place is asked for; some providers are asked more often
        for a consumer's account than others.
        """
        if not held_by_us(place):
            return 0.0
        provider = list(self.scenario.providers.values())[provider_of(place)]
        if cell.segment != CONSUMER:
            return 1.0
        return provider.request_share / provider.consumer_share if provider.consumer_share else 0.0

    def _aimed(self, request: Request, sums: Mapping[int, list[float]]) -> Request:
        cell = self.cell_of[request.customer]
        held = sums[cell.number]
        if not is_to_us_provider(request.agent) or held[-1] == 0.0:
            return request
        u = draw4(self.seed, request.agent, request.month, purposes.TARGET, request.number)[1]
        rank = min(bisect_left(held, u * held[-1]), cell.size - 1)
        return replace(request, customer=cell.first + rank)

    def _of_police(self, j: int) -> list[Request]:
        """Requests of country j's police about its people, and about Americans; these grow with nothing."""
        p, where = self.scenario.parameters.investigators, list(self.scenario.jurisdictions.values())[j]
        share = self._content_share(j)
        own = [where.police_requests_2013 * share / 12.0 * g for g in self.foreign_growth]
        of_country = [
            add_up(self.weight[k * self.segments : (k + 1) * self.segments])
            for k in range(len(self.scenario.jurisdictions))
        ]
        everybody = add_up(of_country[1:])
        about_americans = p.requests_about_americans / 12.0 * of_country[j] / everybody
        steady = [about_americans for _ in own]
        return self._of_kind(FIRST_POLICE_AGENT + j, j, 0.0, own, j, j + 1) + self._of_kind(
            FIRST_ABOUT_AMERICANS_AGENT + j, j, 0.0, steady, 0, 1
        )

    def _content_share(self, j: int) -> float:
        """Share of a police's requests to US providers that need content."""
        code, where = list(self.scenario.jurisdictions.items())[j]
        return entry_of(self.scenario.parameters.investigators.foreign_content_share, code, where)

    def _non_content(self, month: int, j: int) -> tuple[int, int]:
        """Requests for other data than content, and those answered; rounded up or down at random."""
        p, where = self.scenario.parameters.investigators, list(self.scenario.jurisdictions.values())[j]
        u, v, _, _ = draw4(self.seed, FIRST_NON_CONTENT_AGENT + j, month, purposes.REQUESTS, 0)
        mean = self.foreign_growth[month] * (
            where.police_requests_2013 * (1.0 - self._content_share(j)) / 12.0
        )
        requests = int(mean + u)
        return requests, int(requests * p.non_content_answered + v)

    def _weight_of(self, cell: Cell, agent: int) -> float:
        """How likely a request is aimed at a cell, against others.

        Requests to US providers are aimed at a cell as far as it used them in 2013.
        """
        if not is_to_us_provider(agent):
            return self.weight[cell.number]
        j = cell.number // self.segments
        country = list(self.scenario.jurisdictions.values())[j]
        used = country.adoption_2013.values[cell.segment] * (1.0 - home_share_of(self.scenario, j))
        return self.weight[cell.number] * used

    def _of_kind(
        self, agent: int, police: int, evading: float, rates: list[float], first: int, last: int
    ) -> list[Request]:
        """Requests about accounts in the countries from `first` to before `last`, at these mean counts a
        month; `evading`: share of the targets that keep data out of reach.
        """
        cells = self.cells[first * self.segments : last * self.segments]
        sums = running_sums([self._weight_of(cell, agent) for cell in cells])
        out = []
        for month, rate in enumerate(rates):
            for number in range(poisson(self.seed, agent, month, rate)):
                u = draw4(self.seed, agent, month, purposes.TARGET, number)
                cell = cells[min(bisect_left(sums, u[0] * sums[-1]), len(cells) - 1)]
                accounts = self.of_cell[cell.number]
                rank = min(bisect_left(accounts, u[1] * accounts[-1]), cell.size - 1)
                when = month + draw4(self.seed, agent, month, purposes.CIRCUMSTANCE, number)[0]
                out.append(Request(cell.first + rank, police, agent, month, number, when, u[2] < evading))
        return out

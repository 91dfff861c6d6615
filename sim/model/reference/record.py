"""What is recorded of a month: a row for each cell, the sums of cells into countries and into the US and all
others, and the data that moved.

A stock is counted in millionths of January 2013 (`books`); growth and prices are indices on top. The names
of the measures are those of the tables (`sim.model.tables`), where their units are. A row lacks what nobody
could answer.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from sim.model.reference.arithmetic import exp
from sim.model.reference.books import Amounts, Book, Counts
from sim.model.reference.cells import UNITS, Cell
from sim.model.reference.market import US, Market
from sim.model.reference.places import (
    CUSTOMER_KEYS,
    FIRST_US,
    HOME_GROWN,
    ON_PREMISES,
    TRUSTEE,
    US_SUBSIDIARY,
    kind_of,
    offer_of,
    provider_of,
)
from sim.model.reference.population import Totals, totals_of_cell
from sim.model.reference.survey import Answers
from sim.model.reference.us_providers import host_of
from sim.vocabulary import KINDS

CONSUMER = 0  # the first segment
SOVEREIGN = (TRUSTEE, CUSTOMER_KEYS, US_SUBSIDIARY)
MEANS_BY_ACCOUNTS = (
    "trust",
    "trust_intelligence",
    "belief",
    "perceived_exposure",
    "stated_more_negative",
    "stated_less_likely",
    "stated_would_leave",
    "stated_would_pay",
)

Row = dict[str, float]


# --- one cell -----------------------------------------------------------------------------------------


def markup(market: Market, country: int, place: int) -> float:
    """What customers of a country pay for a place, against the list price.

    Premium and discount of the offer.
    """
    if place < FIRST_US:
        return 1.0
    choice, provider = market.scenario.parameters.choice, market.providers[provider_of(place)]
    premiums = (choice.trustee_premium, choice.keys_premium, choice.subsidiary_premium)
    premium = premiums[offer_of(place) - TRUSTEE] if offer_of(place) in SOVEREIGN else 0.0
    return (1.0 + premium) * (1.0 - provider.offers[country].discount)


def revenue(market: Market, cell: Cell, stock: Sequence[Amounts]) -> list[float]:
    """USD of the month that a cell pays for each place; nothing on premises."""
    j, trends = market.country_of(cell), market.trends
    level = trends.volume * trends.price * trends.growth[j] * (1.0 / UNITS)
    out = [amounts[2] * level * markup(market, j, place) for place, amounts in enumerate(stock)]
    out[ON_PREMISES] = 0.0
    out[HOME_GROWN] *= exp(market.gap[j])
    return out


def in_us_reach(market: Market, cell: Cell, place: int, tb: float, honoured: float) -> tuple[float, float]:
    """How much of the data in a place, TB, a US order reaches without foreign help: under the rule, and if it
    reached whatever a provider with US business controls.

    `honoured`: share of US warrants for data abroad, or without a stable location, that are honoured.
    """
    country = market.country_of(cell)
    if place == ON_PREMISES:
        return 0.0, 0.0
    if place == HOME_GROWN:
        share = market.countries[country].home_grown_us_business
        return tb * honoured * share, tb * share
    if offer_of(place) in (TRUSTEE, CUSTOMER_KEYS):
        return 0.0, 0.0
    provider = list(market.scenario.providers.values())[provider_of(place)]
    moving = provider.no_stable_location if cell.segment == CONSUMER and country != US else 0.0
    stays = 1.0 if host_of(market.providers, country, place) == US else honoured
    in_us = market.scenario.parameters.orders.nowhere_in_us
    return tb * (moving * (in_us + (1.0 - in_us) * honoured) + (1.0 - moving) * stays), tb


def row_of_stock(
    market: Market, cell: Cell, stock: Sequence[Amounts], exposure: Sequence[float], honoured: float
) -> Row:
    """Where a cell's data and spend are. `exposure`: perceived, to law enforcement, by kind of place."""
    j = market.country_of(cell)
    volume = market.trends.data * market.trends.growth[j] * (1.0 / UNITS)
    row = {f"tb_{kind}": 0.0 for kind in KINDS}
    row |= dict.fromkeys(
        ("tb_at_home", "tb_us_reach", "tb_us_control", "revenue_us", "revenue_us_sovereign"), 0.0
    )
    adopters = accounts = exposed = 0.0
    earned = revenue(market, cell, stock)
    for place, amounts in enumerate(stock):
        tb = amounts[1] * volume
        row[f"tb_{KINDS[kind_of(place)]}"] += tb
        if host_of(market.providers, j, place) == j:
            row["tb_at_home"] += tb
        reached, controlled = in_us_reach(market, cell, place, tb, honoured)
        row["tb_us_reach"] += reached
        row["tb_us_control"] += controlled
        accounts += amounts[0]
        exposed += amounts[0] * exposure[kind_of(place)]
        if place != ON_PREMISES:
            adopters += amounts[3] * (1.0 / UNITS)
        if place >= FIRST_US:
            row["revenue_us"] += earned[place]
            if offer_of(place) in SOVEREIGN:
                row["revenue_us_sovereign"] += earned[place]
    row["revenue_home_grown"] = earned[HOME_GROWN]
    row["adoption"] = adopters / cell.customers
    row["perceived_exposure"] = exposed / accounts
    return row


def row_of_people(trust: Sequence[float], belief: float, counts: Counts, answers: Answers) -> Row:
    """What the customers of a cell think, did and say. `trust`: mean, by channel."""
    row = {"trust": trust[0], "trust_by_spend": trust[0], "trust_intelligence": trust[1], "belief": belief}
    row |= {name: many / UNITS for name, many in asdict(counts).items()}
    return row | {f"stated_{name}": share for name, share in asdict(answers).items() if share is not None}


# --- sums ---------------------------------------------------------------------------------------------


def weight_of(measure: str, totals: Totals) -> float | None:
    """What a cell counts for in the mean of a measure; None if the measure is summed."""
    if measure in MEANS_BY_ACCOUNTS:
        return totals.accounts
    return {"trust_by_spend": totals.usd, "adoption": totals.customers}.get(measure)


@dataclass
class Sums:
    """Rows added up: sums, or means by weight. A row that lacks a measure has no weight in its mean."""

    sums: Row = field(default_factory=dict)
    weights: Row = field(default_factory=dict)

    def add_cell(self, cell: Cell, row: Row) -> None:
        totals = totals_of_cell(cell.where, cell.spec)
        for measure, value in row.items():
            weight = weight_of(measure, totals)
            self._add(measure, value if weight is None else value * weight, weight)

    def add_country(self, country: "Sums") -> None:
        for measure, value in country.sums.items():
            self._add(measure, value, country.weights.get(measure))

    def _add(self, measure: str, value: float, weight: float | None) -> None:
        self.sums[measure] = self.sums.get(measure, 0.0) + value
        if weight is not None:
            self.weights[measure] = self.weights.get(measure, 0.0) + weight

    def row(self) -> Row:
        means = {measure: self.sums[measure] / weight for measure, weight in self.weights.items()}
        return self.sums | means


def sums_of_countries(market: Market, rows: Sequence[Row]) -> list[Sums]:
    """The rows of all cells, country by country."""
    countries = [Sums() for _ in market.countries]
    for cell, row in zip(market.cells, rows, strict=True):
        countries[market.country_of(cell)].add_cell(cell, row)
    return countries


def sum_abroad(countries: Sequence[Sums]) -> Sums:
    """All countries but the US."""
    abroad = Sums()
    for j, country in enumerate(countries):
        if j != US:
            abroad.add_country(country)
    return abroad


def sales_by_country(market: Market, stocks: Sequence[Sequence[Amounts]]) -> list[list[float]]:
    """Revenue of each US provider in each country, USD of the month."""
    sales = [[0.0 for _ in market.providers] for _ in market.countries]
    for cell, stock in zip(market.cells, stocks, strict=True):
        for place, usd in enumerate(revenue(market, cell, stock)):
            if place >= FIRST_US:
                sales[market.country_of(cell)][provider_of(place)] += usd
    return sales


# --- what moved ---------------------------------------------------------------------------------------


@dataclass(frozen=True, order=True)
class Flow:
    """Data that left one kind of place for another; hosts are the countries on whose soil it lay and lies."""

    country: int
    from_kind: int
    from_host: int
    to_kind: int
    to_host: int
    tb: float
    accounts: float
    customers: float


def flows_of_customers(market: Market, books: Mapping[int, Iterable[Book]]) -> Iterator[Flow]:
    """The moves of the month's customers, together for each country, place left and place chosen.

    `books`: those of the cells of each country.
    """
    for j, of_country in books.items():
        moved: dict[tuple[int, int], Amounts] = {}
        for book in of_country:
            for ends, amounts in book.flows.items():
                before = moved.get(ends, [0, 0, 0, 0])
                moved[ends] = [a + b for a, b in zip(before, amounts, strict=True)]
        for (here, to), (accounts, tb, _, customers) in moved.items():
            hosts = [host_of(market.providers, j, place) for place in (here, to)]
            volume = market.trends.data * market.trends.growth[j]
            yield Flow(
                j, kind_of(here), hosts[0], kind_of(to), hosts[1], tb / UNITS * volume, accounts / UNITS,
                customers / UNITS,
            )  # fmt: skip


def relocations(
    market: Market, hosts_before: Sequence[Sequence[int]], stocks: Sequence[Sequence[Amounts]]
) -> Iterator[Flow]:
    """Data that providers move when a nearer region has opened: no customer decides.

    `hosts_before`: by country and place; `stocks`: by cell and place, of the month before.
    """
    for j, before in enumerate(hosts_before):
        for place, host in enumerate(before):
            now = host_of(market.providers, j, place)
            if now == host:
                continue
            accounts = tb = 0
            for cell, stock in zip(market.cells, stocks, strict=True):
                if market.country_of(cell) == j:
                    accounts += stock[place][0]
                    tb += stock[place][1]
            if tb > 0:
                kind, volume = kind_of(place), market.trends.data * market.trends.growth[j]
                yield Flow(j, kind, host, kind, now, tb / UNITS * volume, accounts / UNITS, 0.0)

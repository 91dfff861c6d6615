"""Who the simulated customers stand for: the totals of each cell, how many customers are simulated in it, and
their sizes.

A cell is a segment of a country. Its totals are those of the real world, whatever the number of customers
simulated. Sizes within a cell follow a Pareto distribution: the customers take its quantiles, from the
smallest to the largest, so no luck is in them. Amounts are kept in millionths. See docs/odd.md, section 5.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sim.model.reference.arithmetic import add_up, exp, log
from sim.model.reference.cells import UNITS, Cell
from sim.model.reference.places import entry_of
from sim.scenario.scenario import Scenario
from sim.scenario.schema import Jurisdiction, SegmentSpec

FEWEST, PLENTY = 5, 30  # customers of a cell: never fewer; more than this only for its importance


@dataclass(frozen=True)
class Totals:
    """What a cell holds in the real world: customers, accounts, TB, and USD a month if all were in the cloud.

    Volume and prices are those of January 2013.
    """

    customers: float
    accounts: float
    tb: float
    usd: float


def totals_of_cell(where: Jurisdiction, spec: SegmentSpec) -> Totals:
    """The totals of a segment in a country, from its GDP or its people online."""
    base = where.gdp_2013 if spec.customers_per == "gdp_usd_bn" else where.online_people_2013
    customers = spec.customers * base
    return Totals(
        customers=customers,
        accounts=customers * spec.accounts_per_customer,
        tb=customers * spec.tb_per_customer,
        usd=customers * spec.usd_per_customer_year * where.cloud_intensity / 12.0,
    )


def home_share_of(scenario: Scenario, j: int) -> float:
    """What share of a country's cloud home-grown providers had in January 2013."""
    code, country = list(scenario.jurisdictions.items())[j]
    odds = exp(entry_of(scenario.parameters.market.home_start, code, country))
    share = country.home_grown_share_2013
    return share * odds / (1.0 + share * (odds - 1.0))


def sizes_of_cells(totals: Sequence[Totals], customers: int) -> list[int]:
    """Customers simulated in each cell: the same minimum for all, the rest by importance.

    A cell is as important as its shares of the world's accounts, data and spend together. The method of
    largest remainders rounds to whole customers.
    """
    least = min(PLENTY, max(FEWEST, customers // (2 * len(totals))))
    rest = customers - least * len(totals)
    accounts, tb = add_up(t.accounts for t in totals), add_up(t.tb for t in totals)
    usd = add_up(t.usd for t in totals)
    importance = [t.accounts / accounts + t.tb / tb + t.usd / usd for t in totals]
    everything = add_up(importance)
    ideal = [share / everything * rest for share in importance]
    sizes = [int(wanted) for wanted in ideal]
    by_remainder = sorted(range(len(ideal)), key=lambda c: sizes[c] - ideal[c])
    for c in by_remainder[: rest - sum(sizes)]:
        sizes[c] += 1
    return [least + size for size in sizes]


def cells_of(scenario: Scenario) -> list[Cell]:
    """All cells: the segments of the first country, then those of the next."""
    places = [
        (where, segment, spec)
        for where in scenario.jurisdictions.values()
        for segment, spec in enumerate(scenario.segments.values())
    ]
    totals = [totals_of_cell(where, spec) for where, _, spec in places]
    cells, first = [], 0
    for number, size in enumerate(sizes_of_cells(totals, scenario.customers)):
        where, segment, spec = places[number]
        own, common = scenario.parameters.adoption.national, spec.adoption_ceiling
        pace = exp(own * log(where.adoption_pace.values[segment]))
        ceiling = common + own * (where.adoption_ceiling.values[segment] - common)
        customers = totals[number].customers
        cells.append(Cell(number, segment, where, spec, first, size, customers, pace, ceiling))
        first += size
    return cells


def weights_of_cell(cell: Cell) -> list[list[int]]:
    """Accounts, TB, USD a month and customers that each customer of a cell stands for, in millionths."""
    totals, size = totals_of_cell(cell.where, cell.spec), cell.size
    # The quantile of a Pareto distribution at the middle of each customer's part of the probability.
    quantiles = [exp(-1.0 / cell.spec.size_tail * log(1.0 - (i + 0.5) / size)) for i in range(size)]
    everything = add_up(quantiles)
    weights = []
    for quantile in quantiles:
        share = quantile / everything
        amounts = (totals.accounts * share, totals.tb * share, totals.usd * share, totals.customers / size)
        weights.append([int(amount * UNITS + 0.5) for amount in amounts])
    return weights


def weights_of(cells: Sequence[Cell]) -> list[list[int]]:
    """The weights of all customers, cell by cell."""
    return [weight for cell in cells for weight in weights_of_cell(cell)]

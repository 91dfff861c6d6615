"""The customers as a stratified sample, made once for a seed and shared by every world.

A cell is a jurisdiction x segment. Every cell has the same luck-free composition: its sizes are quantiles
of a Pareto distribution, so that totals are those of the real world whatever the number of customers
simulated. What luck decides (who its peers are, when its contract renews, how sensitive it is) is keyed by
(seed, customer, purpose).
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sim.model.arithmetic import exp, log, total
from sim.model.kernels import population as kernel
from sim.model.kernels.codes import PEERS, UNITS
from sim.model.recent import Recent
from sim.model.threads import in_parts
from sim.scenario.scenario import Scenario

__all__ = ["PEERS", "UNITS", "Cells", "Population", "build_population", "population_of", "smallest_size"]

MINIMUM_PER_CELL, COMFORTABLE_PER_CELL = 5, 30
BLOCK = 2048  # customers handled in one piece by one thread; part of the order of sums, so not a setting


@dataclass(frozen=True)
class Cells:
    """The cells: jurisdiction-major, segment-minor; arrays of length C = J x 5."""

    jurisdiction: np.ndarray  # int32 (C,)
    segment: np.ndarray  # int32 (C,)
    start: np.ndarray  # int64 (C + 1,) first customer of each cell
    customers: np.ndarray  # float64 (C,) customers that exist in the real world
    accounts: np.ndarray  # float64 (C,)
    tb: np.ndarray  # float64 (C,) data in January 2013
    usd_month: (
        np.ndarray
    )  # float64 (C,) cloud spend a month if all were in the cloud, at January 2013 volume and price

    def __len__(self) -> int:
        return len(self.jurisdiction)


@dataclass(frozen=True)
class Population:
    """Attributes of N customers, the same in every world. Rows of a cell stand together."""

    cells: Cells
    cell: np.ndarray  # int32 (N,)
    weight: np.ndarray  # int64 (N, 4) accounts, TB, USD a month, customers that it stands for, in 1/UNITS
    initial_trust: np.ndarray  # float32 (N, 2) in the law-enforcement and the intelligence channel
    susceptibility: np.ndarray  # float32 (N,) mean 1
    sensitivity: np.ndarray  # float32 (N,) utility lost to a perceived risk of 1
    threshold: np.ndarray  # float32 (N,) rise of perceived risk, in utility, at which it thinks again
    home_taste: np.ndarray  # float32 (N,) utility of home-grown providers beyond what others see in them
    readiness: np.ndarray  # float32 (N,) cumulative adoption hazard at which it is ready; inf: never
    renewal: np.ndarray  # int16 (N,) phase of the contract's renewal
    term: np.ndarray  # int16 (N,) contract term in months
    law_order: np.ndarray  # float32 (N,) place in the order in which a group's countries are reached by a law
    us_business: (
        np.ndarray
    )  # float32 (N,) uniform: its home-grown provider is within US reach if below the country's share
    peers: np.ndarray  # int32 (N, PEERS)
    place_order: np.ndarray  # float64 (N,) uniform, evenly spread over sizes within the cell: first place
    blocks: (
        np.ndarray
    )  # int64 (B, 2) first and last-plus-one customer of each block; blocks never straddle cells
    panel: np.ndarray  # int64 (S,) customers that are asked every month
    panel_weight: np.ndarray  # float64 (S,) accounts that a panel member stands for

    def __len__(self) -> int:
        return len(self.cell)


def smallest_size(jurisdictions: int, segments: int) -> int:
    """The fewest customers that give every cell its minimum."""
    return MINIMUM_PER_CELL * jurisdictions * segments


_LARGEST_KEPT = 100_000  # such a population holds about 10 MB
recent_populations: Recent[Population] = Recent(4)


def population_of(scenario: Scenario, seed: int) -> Population:
    """The population of a scenario under a seed; a recent equal one of this process is used again.

    Few parameters are about who people are, so the points of a sweep and the moves of a slider mostly share
    them.
    """
    p = scenario.parameters
    made_from = (
        seed,
        scenario.customers,
        scenario.jurisdictions,
        scenario.segments,
        p.network,
        p.adoption.national,
        p.survey.panel,
        p.choice.sensitivity,
        p.choice.sensitivity_spread,
        p.choice.home_taste,
        p.choice.threshold,
        p.choice.threshold_tail,
        p.trust.initial_offset,
        p.trust.initial_scale,
        p.trust.spread,
    )
    return recent_populations.of(
        made_from, lambda: build_population(scenario, seed), keep=scenario.customers <= _LARGEST_KEPT
    )


def build_population(scenario: Scenario, seed: int) -> Population:
    """The population of a scenario under a seed; scenarios that differ only in law share it."""
    cells = cells_of(scenario)
    n = int(cells.start[-1])
    cell = np.repeat(np.arange(len(cells), dtype=np.int32), np.diff(cells.start))
    segment = cells.segment[cell]
    parameters = scenario.parameters
    specs = list(scenario.segments.values())
    tails = np.array([s.size_tail for s in specs])
    terms = np.array([s.contract_months for s in specs], np.int16)
    trust = np.array([j.initial_trust for j in scenario.jurisdictions.values()])
    spreads = kernel.Spreads(
        parameters.trust.initial_offset,
        parameters.trust.initial_scale,
        parameters.trust.spread,
        parameters.choice.sensitivity_spread,
        parameters.network.susceptibility_spread,
    )
    sensitivity = np.array(parameters.choice.sensitivity.values)[segment]
    spread = kernel.keyed_spreads(seed, trust[cells.jurisdiction[cell]], sensitivity, spreads)
    readiness, place_order = kernel.orders(seed, cells.start, curves_of_adoption(scenario)[1])
    home_taste = np.empty(n, np.float32)
    kernel.keyed_tastes(seed, parameters.choice.home_taste, home_taste)
    threshold = np.empty(n, np.float32)
    kernel.keyed_thresholds(seed, parameters.choice.threshold, parameters.choice.threshold_tail, threshold)
    renewal = np.empty(n, np.int16)
    law_order, us_business = np.empty(n, np.float32), np.empty(n, np.float32)
    kernel.keyed_positions(seed, terms[segment], renewal, law_order, us_business)
    peers = np.empty((n, PEERS), np.int32)
    ties = kernel.Ties(parameters.network.same_cell, parameters.network.same_country)
    in_parts(kernel.network, seed, kernel.CellOf(cells.start, cell, len(specs)), ties, peers)
    panel, panel_weight = panel_of(cells, parameters.survey.panel)
    return Population(
        cells=cells,
        cell=cell,
        weight=_weights(cells, tails[cells.segment]),
        initial_trust=spread[0],
        susceptibility=spread[1],
        sensitivity=spread[2],
        threshold=threshold,
        home_taste=home_taste,
        readiness=readiness,
        renewal=renewal,
        term=terms[segment],
        law_order=law_order,
        us_business=us_business,
        peers=peers,
        place_order=place_order,
        blocks=blocks_of(cells.start),
        panel=panel,
        panel_weight=panel_weight,
    )


def cells_of(scenario: Scenario) -> Cells:
    """Real-world totals of every cell, and how many simulated customers stand for it."""
    jurisdictions, specs = list(scenario.jurisdictions.values()), list(scenario.segments.values())
    shape = (len(jurisdictions), len(specs))
    customers = np.empty(shape)
    usd = np.empty(shape)
    for j, where in enumerate(jurisdictions):
        for s, spec in enumerate(specs):
            base = where.gdp_2013 if spec.customers_per == "gdp_usd_bn" else where.online_people_2013
            customers[j, s] = spec.customers * base
            usd[j, s] = customers[j, s] * spec.usd_per_customer_year * where.cloud_intensity / 12.0
    accounts = customers * np.array([spec.accounts_per_customer for spec in specs])
    tb = customers * np.array([spec.tb_per_customer for spec in specs])
    importance = sum(x.ravel() / total(x.ravel()) for x in (accounts, tb, usd))
    sizes = _allocate(np.asarray(importance), scenario.customers)
    return Cells(
        jurisdiction=np.repeat(np.arange(shape[0], dtype=np.int32), shape[1]),
        segment=np.tile(np.arange(shape[1], dtype=np.int32), shape[0]),
        start=np.concatenate(([0], np.cumsum(sizes))),
        customers=customers.ravel(),
        accounts=accounts.ravel(),
        tb=tb.ravel(),
        usd_month=usd.ravel(),
    )


def curves_of_adoption(scenario: Scenario) -> tuple[np.ndarray, np.ndarray]:
    """Pace of adoption relative to the common one, and its ceiling, of every cell: float64 (C,).

    As far as countries have their own (`adoption.national`).
    """
    own = scenario.parameters.adoption.national
    pace, ceiling = [], []
    for where in scenario.jurisdictions.values():
        for s, spec in enumerate(scenario.segments.values()):
            pace.append(exp(own * log(where.adoption_pace.values[s])))
            common = spec.adoption_ceiling
            ceiling.append(common + own * (where.adoption_ceiling.values[s] - common))
    return np.array(pace), np.array(ceiling)


def _allocate(importance: np.ndarray, customers: int) -> np.ndarray:
    """Simulated customers by cell: a floor for each, the rest by importance (largest remainders)."""
    cells = len(importance)
    floor = min(COMFORTABLE_PER_CELL, max(MINIMUM_PER_CELL, customers // (2 * cells)))
    rest = customers - floor * cells
    if rest < 0:
        raise ValueError(
            f"{customers} customers are too few for {cells} cells: at least {MINIMUM_PER_CELL * cells}"
        )
    ideal = importance / total(importance) * rest
    sizes: np.ndarray = ideal.astype(np.int64)
    by_remainder = np.argsort(sizes - ideal, kind="stable")
    sizes[by_remainder[: rest - int(sizes.sum())]] += 1
    sizes += floor
    return sizes


def _weights(cells: Cells, tails: np.ndarray) -> np.ndarray:
    """What each simulated customer stands for: Pareto quantiles of size, in order of size within the cell."""
    totals = kernel.Totals(cells.customers, cells.accounts, cells.tb, cells.usd_month)
    weights: np.ndarray = kernel.weights_of(cells.start, totals, tails)
    return weights


def blocks_of(start: np.ndarray) -> np.ndarray:
    return np.array(
        [(a, min(a + BLOCK, last)) for first, last in pairwise(start) for a in range(first, last, BLOCK)],
        np.int64,
    )


def panel_of(cells: Cells, size: float) -> tuple[np.ndarray, np.ndarray]:
    """The survey's panel: the same number from each cell, spread evenly over sizes."""
    each = max(1, int(size) // len(cells))
    members, weights = [], []
    for c in range(len(cells)):
        first, last = int(cells.start[c]), int(cells.start[c + 1])
        m = min(each, last - first)
        members += [first + (2 * k + 1) * (last - first) // (2 * m) for k in range(m)]
        weights += [cells.accounts[c] / m] * m
    return np.array(members, np.int64), np.array(weights)

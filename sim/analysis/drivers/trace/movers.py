"""Who is in another place in the second world than in the first, from which month on."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from sim.analysis.drivers.trace.company import Company
from sim.analysis.drivers.trace.decision import Met, met_by
from sim.analysis.drivers.trace.pair import TracedPair, Views

BEFORE = -1  # the month of a difference that is there before the first month
NEVER = -2

Watch = Callable[[int, Views], None]


@dataclass(frozen=True)
class Paths:
    """Where some customers were at the end of each month.

    customers: int64 (n,) their numbers; place: int8 (2, months + 1, n), the first before the first month.
    """

    customers: np.ndarray
    place: np.ndarray

    @property
    def first(self) -> np.ndarray:
        """The first month in which a customer's place differs, NEVER if in none: int64 (n,)."""
        differs = self.place[0] != self.place[1]
        found: np.ndarray = np.where(differs.any(axis=0), differs.argmax(axis=0) + BEFORE, NEVER)
        return found

    @property
    def months_apart(self) -> np.ndarray:
        """In how many months a customer is in another place in the second world: int64 (n,)."""
        apart: np.ndarray = (self.place[0, 1:] != self.place[1, 1:]).sum(axis=0)
        return apart

    @property
    def movers(self) -> np.ndarray:
        """The numbers of those whose path differs."""
        moved: np.ndarray = self.customers[self.first != NEVER]
        return moved


def customers_of(views: Views, country: int) -> np.ndarray:
    """The numbers of a country's customers."""
    population = views[0].model.population
    return np.flatnonzero(population.cells.jurisdiction[population.cell] == country)


def paths_of(pair: TracedPair, which: Callable[[Views], np.ndarray], watch: Iterable[Watch] = ()) -> Paths:
    """Run the pair and note where the customers that `which` picks are; `watch` is called after each
    month.
    """
    watch, rows, customers = list(watch), [], np.empty(0, np.int64)
    for month, views in pair.months():
        if month == BEFORE:
            customers = which(views)
        rows.append(np.stack([view.place[customers] for view in views]))
        for one in watch:
            one(month, views)
    return Paths(customers, np.stack(rows, axis=1))


def decisions_of(
    pair: TracedPair,
    when: dict[int, int],
    watch: Iterable[Callable[[int, Views, tuple[Company, Company]], None]] = (),
) -> dict[int, tuple[Met, Met]]:
    """Run the pair with the twins of some customers; what each met in both worlds in the month of `when`.

    `watch` is called after each month. Raises TwinDiffers.
    """
    out: dict[int, tuple[Met, Met]] = {}
    companies: tuple[Company, Company] | None = None
    watch = list(watch)
    for month, views in pair.months():
        if companies is None:
            companies = Company(views[0], when), Company(views[1], when)
            continue
        for company in companies:
            company.hear(month)
        for number in [i for i, at in when.items() if at == month]:
            out[number] = met_by(companies[0], number), met_by(companies[1], number)
        for company in companies:
            company.act()
        for one in watch:
            one(month, views, companies)
    return out

"""Two worlds with one seed, stepped month by month, as a trace reads them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from sim.model.agents.customers import Customers
from sim.model.law.timeline import Month
from sim.model.reference.cells import Terms
from sim.model.reference.news import Word
from sim.model.world import WarrantModel, WorldSet
from sim.runs.compiler import can_compile
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved
from sim.scenario.scenario import Scenario, share_population


class TwinDiffers(Exception):
    """The readable twin of an agent and the engine part: the trace is void (an error in the program)."""


@dataclass(frozen=True)
class View:
    """One world of the pair: its model, and its part of the arrays of all customers.

    State is that after the last step; what a month laid out for its customers (utility, exposure, bans, news)
    stays readable until the next.
    """

    model: WarrantModel
    everybody: Customers
    at: int

    @property
    def scenario(self) -> Scenario:
        return self.model.scenario

    @property
    def place(self) -> np.ndarray:
        """Where each customer is: int8 (N,)."""
        return self.everybody.place[:, self.at]

    @property
    def trust(self) -> np.ndarray:
        """Each customer's trust by channel: float32 (N, 2)."""
        return self.everybody.trust[:, 2 * self.at : 2 * self.at + 2]

    @property
    def hazard(self) -> np.ndarray:
        """Cumulative hazard of adoption: (C,)."""
        hazard: np.ndarray = self.everybody.hazard[self.at]
        return hazard

    @property
    def evidence(self) -> np.ndarray:
        """News by cell, channel and sign: (C, 2, 2)."""
        evidence: np.ndarray = self.everybody.evidence[self.at]
        return evidence

    @property
    def exposure(self) -> np.ndarray:
        """By cell, channel (two and the own state) and kind of place: (C, 3, 7)."""
        exposure: np.ndarray = self.everybody.exposure[self.at]
        return exposure

    @property
    def stock(self) -> np.ndarray:
        """Accounts, TB, USD and customers by cell and place: int64 (C, O, 4)."""
        stock: np.ndarray = self.everybody.stock[self.at]
        return stock

    def calendar(self, month: int) -> Month:
        """The law and the events of a month."""
        return self.model.calendar[min(month, len(self.model.calendar) - 1)]

    def word(self, cell: int) -> Word:
        """How the month's news got about in a cell."""
        own, *by_channel = self.model.mind.word
        gain, full, keep = ((float(x[cell, 0]), float(x[cell, 1])) for x in by_channel)
        return Word(float(own[cell]), gain, full, keep)

    def terms(self, cell: int) -> Terms:
        """What the customers of a cell met this month."""
        x, w, news = self.everybody, self.at, self.evidence[cell]
        return Terms(
            good=(float(news[0, 0]), float(news[1, 0])),
            bad=(float(news[0, 1]), float(news[1, 1])),
            utility=x.utility[w, cell].tolist(),
            exposure=x.exposure[w, cell].tolist(),
            closed=x.banned[w, cell].tolist(),
            unlawful=x.unlawful[w, cell].tolist(),
            word=self.word(cell),
        )


Views = tuple[View, View]


@dataclass(frozen=True)
class TracedPair:
    """The compared worlds of an experiment and the seed that is run again."""

    resolved: Resolved
    seed: int
    before_month: Callable[[], None] | None = None  # called before each month; may raise to give up

    @property
    def names(self) -> tuple[str, str]:
        """The worlds' names."""
        compare = self.resolved.experiment.compare
        assert compare is not None
        return compare

    @property
    def scenarios(self) -> tuple[Scenario, Scenario]:
        """The worlds' scenarios."""
        a, b = self.names
        return self.resolved.scenarios[a], self.resolved.scenarios[b]

    @property
    def labels(self) -> tuple[str, str]:
        """The worlds' labels."""
        a, b = self.scenarios
        return a.label, b.label

    @property
    def countries(self) -> list[str]:
        """Codes of the jurisdictions, in the order of arrays."""
        return list(self.scenarios[0].jurisdictions)

    def build(self) -> tuple[list[WorldSet], Views]:
        """Both worlds before the first month; side by side where they share their population."""
        a, b = self.scenarios
        sets = (
            [WorldSet([a, b], self.seed)]
            if share_population(a, b)
            else [WorldSet([a], self.seed), WorldSet([b], self.seed)]
        )
        models = [(model, one.customers, at) for one in sets for at, model in enumerate(one.models)]
        first, second = (View(*each) for each in models)
        cells = [view.model.population.cells for view in (first, second)]
        if not np.array_equal(cells[0].start, cells[1].start):
            raise InputError(
                f"{self.resolved.name}: the worlds have other customers, since a world's `set` changes who "
                "there is: nobody can be followed through both"
            )
        return sets, (first, second)

    def months(self) -> Iterator[tuple[int, Views]]:
        """Run both worlds; yields -1 before the first month, then the number of each month that has ended."""
        sets, views = self.build()
        yield -1, views
        for month in range(self.scenarios[0].months):
            if self.before_month is not None:
                self.before_month()
            for one in sets:
                one.step()
            yield month, views


def traced_pair(resolved: Resolved, seed: int | None = None) -> TracedPair:
    """The pair of an experiment that a trace runs again; without `seed` its first.

    Raises InputError where nothing is compared, there is a design, the horizons differ, or nothing can be
    compiled.
    """
    experiment = resolved.experiment
    if experiment.compare is None:
        raise InputError(
            f"{resolved.name}: compares no two worlds, so nobody lives in both; name another experiment"
        )
    if resolved.design is not None:
        raise InputError(f"{resolved.name}: has a design; name an experiment without one to trace its pair")
    if seed is not None and not 0 <= seed < 2**63:
        raise InputError(f"--seed: {seed}: from 0 to {2**63 - 1}")
    can_compile()
    return TracedPair(resolved, experiment.seeds.first if seed is None else seed)


def weights_of(views: Views) -> np.ndarray:
    """What each customer stands for, in January 2013: float64 (N, 4) accounts, TB, USD a month, customers."""
    from sim.model.population import UNITS

    weights: np.ndarray = views[0].model.population.weight / UNITS
    return weights

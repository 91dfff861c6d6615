"""The two parts in which the model is compiled (see `sim.runs.first_compilation`)."""

from collections.abc import Sequence

import numpy as np

from sim.model.agents.customers import Customers
from sim.model.kernels.customer_arrays import Now
from sim.model.population import (
    PEERS,
    UNITS,
    Population,
    blocks_of,
    build_population,
    cells_of,
    panel_of,
)
from sim.model.world import WorldSet
from sim.scenario.scenario import Scenario


def compile_customers(scenarios: Sequence[Scenario], seed: int) -> None:
    """Compile what makes customers and what they do in a month."""
    first = scenarios[0]
    customers = _Listening(build_population(first, seed), first, len(scenarios), seed)
    customers.settle()
    customers.grow_hazard(0, 0.0, 0.0)
    customers.step(0)
    customers.check_conservation(0)


def compile_the_rest(scenarios: Sequence[Scenario], seed: int) -> None:
    """Compile what governments, providers, investigators, news, market and books do in a month."""
    worlds = WorldSet(scenarios, seed, population=_blank_population(scenarios[0]), customers=_Still)
    while worlds.running:
        worlds.step()
    for world in worlds.models:
        world.books.tables("full")


class _Listening(Customers):
    """Customers for whom there is news in every month."""

    def step(self, month: int) -> None:
        self._hear(Now(self._seed, month))
        super().step(month)


class _Still(Customers):
    """Customers that are spread over all places and stay there; nothing of them is compiled."""

    def settle(self) -> None:
        n, worlds = self.place.shape
        self.place[:] = (np.arange(n) % self.stock.shape[2])[:, None]
        cell, weight = self._population.cell, self._population.weight
        for w in range(worlds):
            np.add.at(self.stock[w], (cell, self.place[:, w]), weight)
        self._endowment[:] = self.stock.sum(axis=2)

    def grow_hazard(self, world: int, innovation: float, imitation: float) -> None:
        pass

    def step(self, month: int) -> None:
        pass

    def check_conservation(self, world: int) -> None:
        pass


def _blank_population(scenario: Scenario) -> Population:
    """People without qualities: arrays of the right shapes and types, for whom no draw is made."""
    cells = cells_of(scenario)
    n = int(cells.start[-1])
    cell = np.repeat(np.arange(len(cells), dtype=np.int32), np.diff(cells.start))
    terms = np.array([s.contract_months for s in scenario.segments.values()], np.int16)
    members, weights = panel_of(cells, scenario.parameters.survey.panel)
    return Population(
        cells=cells,
        cell=cell,
        weight=np.full((n, 4), int(UNITS), np.int64),
        initial_trust=np.full((n, 2), 0.5, np.float32),
        susceptibility=np.ones(n, np.float32),
        sensitivity=np.ones(n, np.float32),
        threshold=np.ones(n, np.float32),
        home_taste=np.zeros(n, np.float32),
        readiness=np.full(n, np.inf, np.float32),
        renewal=np.zeros(n, np.int16),
        term=terms[cells.segment[cell]],
        law_order=np.zeros(n, np.float32),
        us_business=np.zeros(n, np.float32),
        peers=np.zeros((n, PEERS), np.int32),
        place_order=np.full(n, 0.5),
        blocks=blocks_of(cells.start),
        panel=members,
        panel_weight=weights,
    )

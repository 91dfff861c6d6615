"""The engine as the twins see it: stepped phase by phase, with what goes in and what comes out as plain numbers.

Every contact of these tests with the engine's arrays and names is in this module.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sim.model.population import smallest_size
from sim.model.reference.customers import Cell, Terms
from sim.model.world import WorldSet
from sim.scenario.scenario import Scenario


def smallest(scenario: Scenario, months: int) -> Scenario:
    """The scenario with the fewest customers possible."""
    fewest = smallest_size(len(scenario.jurisdictions), len(scenario.segments))
    return replace(scenario, customers=fewest, months=months)


class Engine:
    """One world of a set of worlds, which is stepped as `WorldSet.step` does it."""

    def __init__(self, scenarios: Scenario | Sequence[Scenario], seed: int, index: int = 0) -> None:
        chosen = [scenarios] if isinstance(scenarios, Scenario) else list(scenarios)
        self.worlds, self.seed, self.index = WorldSet(chosen, seed), seed, index
        self.model = self.worlds.models[index]
        self.scenario = self.model.scenario

    # --- the month --------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        return self.worlds.running

    @property
    def month(self) -> int:
        return int(self.model.month)

    def step(self) -> None:
        """A whole month."""
        self.worlds.step()

    # --- customers --------------------------------------------------------------------------------

    def cells(self) -> list[Cell]:
        """The cells, with nothing in them that a month changes."""
        x, s = self.worlds.population.cells, self.scenario
        countries, segments = list(s.jurisdictions.values()), list(s.segments.values())
        return [
            Cell(
                number=c,
                segment=int(x.segment[c]),
                where=countries[x.jurisdiction[c]],
                spec=segments[x.segment[c]],
                first=int(x.start[c]),
                size=int(x.start[c + 1] - x.start[c]),
                customers=float(x.customers[c]),
            )
            for c in range(len(x))
        ]

    def weights(self) -> list[list[int]]:
        """Accounts, TB, USD and customers that each customer stands for, in millionths."""
        return [[int(x) for x in row] for row in self.worlds.population.weight]

    def terms(self) -> list[Terms]:
        """What the customers of each cell met this month (before the first month: what they met then)."""
        x, w = self.worlds.customers, self.index
        return [
            Terms(
                good=(float(news[0, 0]), float(news[1, 0])),
                bad=(float(news[0, 1]), float(news[1, 1])),
                utility=x.utility[w, c].tolist(),
                exposure=x.exposure[w, c].tolist(),
                closed=x.banned[w, c].tolist(),
                unlawful=x.unlawful[w, c].tolist(),
            )
            for c, news in enumerate(x.evidence[w])
        ]

    def places(self) -> list[int]:
        """Where each customer is."""
        return [int(x) for x in self.worlds.customers.place[:, self.index]]

    def trust(self) -> np.ndarray:
        """What each customer trusts: float32 (customers, channels)."""
        return np.ascontiguousarray(self.worlds.customers.trust[:, 2 * self.index : 2 * self.index + 2])

    def mean_trust(self) -> list[list[float]]:
        """Mean trust of each cell, by channel."""
        means: list[list[float]] = self.worlds.customers.trust_means[self.index].tolist()
        return means

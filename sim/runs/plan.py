"""What an experiment runs: each point of its design with each seed, all worlds side by side.

It also gives the id of every run.
"""

import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from sim.runs.identity import Identities
from sim.runs.pairs import equal_months
from sim.runs.points import PointRow
from sim.runs.reporters import Reporters
from sim.runs.seed_task import Task
from sim.scenario.design_points import Point
from sim.scenario.resolution import Resolved, points, scenarios_at
from sim.scenario.scenario import Scenario


@dataclass
class Plan:
    """The pairs (point x seed) of an experiment in key order.

    Pair number k is point k // seeds with seed k % seeds.
    """

    resolved: Resolved
    reporters: Reporters | None = None

    @cached_property
    def points(self) -> Sequence[Point]:
        return points(self.resolved)

    @cached_property
    def seeds(self) -> range:
        asked = self.resolved.experiment.seeds
        return range(asked.first, asked.first + asked.count)

    @property
    def worlds(self) -> list[str]:
        return list(self.resolved.scenarios)

    @property
    def has_design(self) -> bool:
        return self.resolved.design is not None

    def __len__(self) -> int:
        return len(self.points) * len(self.seeds)

    def number_and_seed(self, pair: int) -> tuple[int, int]:
        """Number of the point, and the seed, of a pair."""
        return pair // len(self.seeds), self.seeds[pair % len(self.seeds)]

    def key(self, pair: int) -> tuple[Point, int]:
        """Point and seed of a pair."""
        return self.points[pair // len(self.seeds)], self.seeds[pair % len(self.seeds)]

    @cached_property
    def _grain(self) -> str:
        """What reporters add to the grain of a record in run ids.

        Runs whose reporters have no source never share an id with others.
        """
        if self.reporters is None:
            return ""
        return f" {self.reporters.digest or uuid.uuid4().hex}"

    @property
    def ids(self) -> list[tuple[str, ...]]:
        """The run ids of every pair, in the order of the worlds."""
        return self._worked_out[0]

    @cached_property
    def _worked_out(self) -> tuple[list[tuple[str, ...]], list[dict[tuple[int, int], int]]]:
        """Run ids of every pair, and for every point how long its worlds must be equal.

        From the configuration alone: what a folder says of its runs may have been changed.
        """
        identities, record = Identities(), self.resolved.experiment.record + self._grain
        ids, equal = list[tuple[str, ...]](), list[dict[tuple[int, int], int]]()
        for point in self.points:
            scenarios = list(scenarios_at(self.resolved, point).values())
            equal.append(equal_months(scenarios))
            ids += [
                tuple([identities.run_id(scenario, seed, record) for scenario in scenarios])
                for seed in self.seeds
            ]
        return ids, equal

    def tasks(self, pairs: Iterable[int]) -> Iterator[Task]:
        """The tasks of these pairs, made as they are asked for."""
        last, scenarios = -1, dict[str, Scenario]()
        for pair in pairs:
            point, seed = self.key(pair)
            if point.index != last:
                last, scenarios = point.index, scenarios_at(self.resolved, point)
            ids = dict(zip(self.worlds, self.ids[pair], strict=True))
            record = self.resolved.experiment.record
            yield Task(scenarios, seed, record, self.label(point), ids, dict(point.values), self.reporters)

    def rows(self, good: Collection[int] = ()) -> list[PointRow]:
        """The table of points, a row a pair; `good` are the pairs whose numbers are in the tables."""
        good = set(good)
        return [
            PointRow(point.index, point.values, seed, ids, pair in good)
            for pair, ids in enumerate(self.ids)
            for point, seed in [self.key(pair)]
        ]

    def label(self, point: Point) -> str:
        """What a design's point is called in messages."""
        return f"point {point.index}" if self.has_design else ""

    def name(self, pair: int) -> str:
        """What a pair is called in messages."""
        point, seed = self.key(pair)
        return f"seed {seed} ({self.label(point)})" if self.has_design else f"seed {seed}"

    def equal_months(self, point: Point) -> dict[tuple[int, int], int]:
        """For how many months each two worlds (by position) must be equal at a point."""
        return self._worked_out[1][point.index]

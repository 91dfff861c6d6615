"""Runs over draws of the posterior: what parameters may be, given the data, in place of what they are set to.

Draws run as ordinary tasks through the store: what is there is not run again, and what two questions have in
common is run once. The first n draws are a sample of their own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sim.runs.seed import SeedDone, Task
from sim.runs.tasks import Runner
from sim.scenario.posterior import Posterior
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved, variant
from sim.scenario.scenario import Scenario


@dataclass(frozen=True)
class Draw:
    """One assignment of values to parameters; `label` says in messages which."""

    label: str
    sets: Mapping[str, float]

    def over(self, sets: Mapping[str, float]) -> "Draw":
        """The draw with some values held, whatever it says of them."""
        return Draw(self.label, {**self.sets, **sets})


def first_draws(posterior: Posterior, count: int, name: str = "draw") -> tuple[Draw, ...]:
    """The first draws of a posterior, called by `name` and number; raises InputError where it has fewer."""
    have = len(posterior.draws())
    if not 1 <= count <= have:
        raise InputError(f"--posterior: {count} draws: the posterior has {have}; valid: 1 to {have}")
    return tuple(Draw(f"{name} {number}", posterior.at(number)) for number in range(count))


def at(resolved: Resolved, draw: Draw) -> Resolved:
    """An experiment with the parameters of a draw, which override every other setting of them.

    Raises InputError for values out of range.
    """
    return variant(resolved, dict(draw.sets), who=draw.label)


def common_seeds(resolved: Resolved, draws: Sequence[Draw], count: int | None = None) -> list[range]:
    """The experiment's seeds (the first `count`) for every draw.

    Differences between draws are then not due to luck.
    """
    asked = resolved.experiment.seeds
    return [range(asked.first, asked.first + (count or asked.count)) for _ in draws]


def own_seeds(resolved: Resolved, draws: Sequence[Draw]) -> list[range]:
    """As many seeds for every draw as the experiment has, with no two draws sharing a seed.

    Together they contain as much luck as possible.
    """
    asked = resolved.experiment.seeds
    return [
        range(asked.first + k * asked.count, asked.first + (k + 1) * asked.count) for k in range(len(draws))
    ]


def run_draws(
    draws: Sequence[Draw],
    worlds: Sequence[Mapping[str, Scenario]],
    seeds: Sequence[Sequence[int]],
    record: str,
    tables: Sequence[str],
    runner: Runner,
) -> Iterator[tuple[int, SeedDone]]:
    """Run the worlds of every draw with its seeds; yields the draw's number and a seed's tables, in order."""
    numbers = [number for number, own in enumerate(seeds) for _ in own]
    tasks = [
        Task(dict(scenarios), seed, record, draw.label)
        for draw, scenarios, own in zip(draws, worlds, seeds, strict=True)
        for seed in own
    ]
    for position, done in runner.results(tasks, tables):
        yield numbers[position], done

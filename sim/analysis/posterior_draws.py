"""Runs over draws of the posterior: what parameters may be, given the data, in place of what they are set to.

Draws run as ordinary tasks through the store: what is there is not run again, and what two questions have in
common is run once. The first n draws are a sample of their own.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sim.runs.seed import SeedDone, Task
from sim.runs.store import Store
from sim.runs.tasks import Backend, Progress, run_tasks
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


def first_draws(posterior: Posterior, count: int) -> tuple[Draw, ...]:
    """The first draws of a posterior; raises InputError where it has fewer."""
    have = len(posterior.draws())
    if not 1 <= count <= have:
        raise InputError(f"--posterior: {count} draws: the posterior has {have}; valid: 1 to {have}")
    return tuple(Draw(f"draw {number}", posterior.at(number)) for number in range(count))


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


@dataclass
class Failures:
    """What failed on the way, as messages."""

    said: list[str] = field(default_factory=list)


def run_draws(
    draws: Sequence[Draw],
    worlds: Callable[[Draw], Mapping[str, Scenario]],
    seeds: Sequence[Sequence[int]],
    record: str,
    tables: Sequence[str],
    store: Store,
    how: Backend,
    failures: Failures,
    progress: Progress | None = None,
) -> Iterator[tuple[int, SeedDone]]:
    """Run the worlds of every draw with its seeds; yield the draw's number and a seed's tables, draw by draw.

    All is run first; then the tables of one draw at a time are read, since those of all need not fit in
    memory.
    """
    tasks = [
        [Task(dict(scenarios), seed, record, draw.label) for seed in own]
        for draw, own in zip(draws, seeds, strict=True)
        for scenarios in [worlds(draw)]
    ]
    for done in run_tasks([task for of_draw in tasks for task in of_draw], store, how, (), progress):
        if done.failure is not None:
            failures.said.append(done.failure)
    for number, of_draw in enumerate(tasks):
        for done in run_tasks(of_draw, store, replace(how, retry_failed=False), tables):
            if done.failure is None:
                yield number, done

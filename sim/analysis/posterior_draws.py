"""Runs over draws of the posterior: what parameters may be, given the data, in place of what they are set to.

Draws run as ordinary tasks through the store: what is there is not run again, and what two questions have in
common is run once. The first n draws are a sample of their own.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sim.runs.seed_task import SeedDone, Task
from sim.runs.tasks import Runner
from sim.scenario.base import Base
from sim.scenario.factor_updates import updated
from sim.scenario.mean_field import AVERAGE
from sim.scenario.parameter_files import out_of_range
from sim.scenario.paths import parameter_and_key, put
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


def first_draws(
    posterior: Posterior, count: int, name: str = "draw", option: str = "--posterior"
) -> tuple[Draw, ...]:
    """The first draws of a posterior, called by `name` and number; raises InputError where it has fewer, in
    which `option` is what asked for so many.
    """
    have = len(posterior.draws())
    if not 1 <= count <= have:
        raise InputError(f"{option}: {count} draws: the posterior has {have}; valid: 1 to {have}")
    return tuple(Draw(f"{name} {number}", posterior.at(number)) for number in range(count))


def at(resolved: Resolved, draw: Draw) -> Resolved:
    """An experiment with the parameters of a draw, which override every other setting of them.

    Raises InputError for values out of range.
    """
    return variant(resolved, dict(draw.sets), who=draw.label)


def worlds_at(
    resolved: Resolved, draws: Sequence[Draw], names: Collection[str] | None = None
) -> Iterator[dict[str, Scenario]]:
    """The scenarios of an experiment (of the worlds named; default: all) at each draw.

    The first draw is checked as any setting is, the ranges of parameters in all: a hundredth of the time that
    a full check of each would take. Raises InputError.
    """
    names = list(names or resolved.scenarios)
    for number, draw in enumerate(draws):
        if number == 0:
            checked = at(resolved, draw).scenarios
            yield {name: checked[name] for name in names}
        else:
            _check_ranges(resolved.base, draw)
            sets = _of_agents(draw.sets) if resolved.experiment.mean_field else draw.sets
            yield with_values({name: resolved.scenarios[name] for name in names}, sets)


def with_values(worlds: Mapping[str, Scenario], sets: Mapping[str, float]) -> dict[str, Scenario]:
    """Worlds with values set, by path, unchecked; parts that worlds share stay shared.

    Paths are those of parameters (`trust.asymmetry`, `choice.sensitivity.consumer`) and of countries
    (`jurisdictions.DE.adoption_pace.enterprise`).
    """
    values: dict[str | int, Any] = {}
    for path, value in sets.items():
        put(values, tuple(path.split(".")), value)
    updates = {"jurisdictions": values.pop("jurisdictions", {}), "parameters": values}
    made: dict[tuple[str, int], Any] = {}
    for world in worlds.values():
        for part, update in updates.items():
            old = getattr(world, part)
            if (part, id(old)) not in made:
                made[part, id(old)] = updated(old, update) if update else old
    return {
        name: replace(world, **{part: made[part, id(getattr(world, part))] for part in updates})
        for name, world in worlds.items()
    }


def _of_agents(sets: Mapping[str, float]) -> dict[str, float]:
    """Values without those that average customers do not have."""
    averages = {f"{group}.{name}" for group, values in AVERAGE.items() for name in values}
    return {path: value for path, value in sets.items() if path not in averages}


def _check_ranges(base: Base, draw: Draw) -> None:
    for path, value in draw.sets.items():
        parameter, key = parameter_and_key(path)
        info = base.parameter_info.get(parameter)
        if info is not None:
            for _, message in out_of_range(info, {key: value} if key else value):
                raise InputError(f"{draw.label}: {path}: {message}")


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


def tasks_of(
    draws: Sequence[Draw],
    worlds: Sequence[Mapping[str, Scenario]],
    seeds: Sequence[Sequence[int]],
    record: str,
) -> list[Task]:
    """The worlds of every draw with each of its seeds, to be run."""
    return [
        Task(dict(scenarios), seed, record, draw.label)
        for draw, scenarios, own in zip(draws, worlds, seeds, strict=True)
        for seed in own
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
    for position, done in runner.results(tasks_of(draws, worlds, seeds, record), tables):
        yield numbers[position], done

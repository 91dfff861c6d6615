"""One seed of an experiment: all its worlds with the same luck, checked against each other, and their tables."""

import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path

from sim.model.world import WarrantModel, WorldSet
from sim.runs import tables_on_disk
from sim.runs.pairs import WorldsDiffer, first_difference, must_be_equal_for, share_population
from sim.scenario.scenario import Scenario


@dataclass(frozen=True)
class Task:
    """What a worker is given: the worlds, the seed, how much to record, and where to write it (None: only return it)."""

    scenarios: dict[str, Scenario]
    seed: int
    record: str
    folder: Path | None
    label: str = ""
    keep: tuple[str, ...] = ()  # tables to hand back whole, for an analysis that measures them


@dataclass
class SeedDone:
    """What a worker gives back: the small table of each world, digests of all tables, what was proved, or what failed."""

    seed: int
    label: str
    world_tables: dict[str, tables_on_disk.Columns] = field(default_factory=dict)
    kept: dict[str, dict[str, tables_on_disk.Columns]] = field(default_factory=dict)  # world -> table
    digests: dict[str, dict[str, str]] = field(default_factory=dict)  # table -> world -> digest
    equal_months: dict[str, int] = field(default_factory=dict)  # world -> months proved equal to the first world
    nothing_changed: list[str] = field(default_factory=list)  # worlds equal to the first in every month
    failure: str | None = None
    stage: str = "build"
    seconds: float = 0.0


def run_seed(task: Task) -> SeedDone:
    """Run all worlds of a task with one seed. Whatever goes wrong is returned as a failure with its stage."""
    done, begin = SeedDone(task.seed, task.label), time.perf_counter()
    try:
        models = _run_worlds(task, done)
        done.stage = "compare"
        _prove_pairs(models, done)
        done.stage = "record"
        for name, model in models.items():
            _record(task, name, model, done)
    except Exception as error:  # a failure is a result: the other seeds go on, and this one is reported
        done.failure = f"seed {task.seed}{f' ({task.label})' if task.label else ''}, {done.stage}: {type(error).__name__}: {error}\n{traceback.format_exc()}"
        done.world_tables = {}
    done.seconds = time.perf_counter() - begin
    return done


def _run_worlds(task: Task, done: SeedDone) -> dict[str, WarrantModel]:
    """Run the worlds, side by side where they share their population."""
    sets: list[list[str]] = []
    for name, scenario in task.scenarios.items():
        mates = next((s for s in sets if share_population(task.scenarios[s[0]], scenario)), None)
        if mates is None:
            sets.append([name])
        else:
            mates.append(name)
    models: dict[str, WarrantModel] = {}
    for names in sets:
        done.stage = "build"
        worlds = WorldSet([task.scenarios[name] for name in names], task.seed)
        done.stage = "run"
        worlds.run()
        models |= dict(zip(names, worlds.models, strict=True))
    return {name: models[name] for name in task.scenarios}


def _prove_pairs(models: dict[str, WarrantModel], done: SeedDone) -> None:
    """Every two worlds are equal to the bit for as long as they must be; note where they never part."""
    names = list(models)
    for k, second in enumerate(names):
        for first in names[:k]:
            a, b = models[first], models[second]
            months = must_be_equal_for(a.scenario, b.scenario)
            where = first_difference(a.books, b.books, months)
            if where is not None:
                raise WorldsDiffer(f"{first} and {second} must be equal through month {months}, but differ in {where}")
            done.equal_months[f"{first}|{second}"] = months
            if months and first_difference(a.books, b.books, a.scenario.months) is None:
                done.nothing_changed.append(f"{first}|{second}")


def _record(task: Task, name: str, model: WarrantModel, done: SeedDone) -> None:
    """Digest every table, and write it as a part of its file."""
    for table, columns in model.books.tables(task.record).items():
        if task.folder is not None:
            done.digests.setdefault(table, {})[name] = tables_on_disk.digest_of_values(table, columns)
            part = part_path(task.folder, table, task.seed, name)
            tables_on_disk.write(tables_on_disk.to_arrow(table, columns, task.seed, name), part)
        if table in task.keep:
            done.kept.setdefault(name, {})[table] = columns
        if table == "world":
            done.world_tables[name] = columns


def part_path(folder: Path, table: str, seed: int, world: str) -> Path:
    """Where a worker leaves its part of a table."""
    return folder / f".{table}-{seed}-{world}.part"

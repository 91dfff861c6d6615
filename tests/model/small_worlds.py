"""The real experiments at the smallest size, run in memory: what the tests of the model look at."""

import hashlib
from collections.abc import Iterable
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from ruamel.yaml import YAML

from sim.model.books import MEASURED, Books
from sim.model.world import WorldSet
from sim.scenario.base import Base, load_base
from sim.scenario.levers import Chronicle
from sim.scenario.locations import CONFIGS, root
from sim.scenario.parameter_files import ParameterInfo
from sim.scenario.resolution import Resolved, resolve
from sim.scenario.scenario import Scenario
from sim.scenario.schema import Lever

TWO_WORLDS = Path(__file__).with_name("two_worlds.yaml")
SMALLEST = 2000
SWITCH = 19  # 2014-08, the first month that may differ after a switch on 2014-07-31
AT = {name: q for q, name in enumerate(MEASURED)}
NO_GOVERNMENTS = ("governments.base_rate=0",)
NO_PROVIDERS = ("providers.responsiveness=0",)


@cache
def base() -> Base:
    """The shipped configuration, read once."""
    return load_base(root() / CONFIGS)


def asked(
    *sets: str, experiment: str | Path = TWO_WORLDS, last: str = "2025-12", customers: int = SMALLEST
) -> Resolved:
    """An experiment with few customers, up to a month, with values set over its own."""
    return resolve(experiment, sets=(f"horizon.last={last}", *sets), customers=customers, base=base())


def with_levers(scenario: Scenario, *levers: dict[str, Any]) -> Scenario:
    """The scenario in which these levers are pulled; each as an experiment writes it, without a reference."""
    read = {
        f"lever_{i}": Lever.model_validate({"reference": "a test", **lever}) for i, lever in enumerate(levers)
    }
    chronicle = Chronicle(scenario.timeline, read, scenario.jurisdictions)
    return replace(scenario, timeline=chronicle.timeline(chronicle.events, tuple(read)))


def without_record(scenario: Scenario) -> Scenario:
    """The scenario without recorded openings of regions: every provider decides from the beginning."""
    nothing = {"region_openings": {}, "openings_recorded_to": None}
    providers = {code: one.model_copy(update=nothing) for code, one in scenario.providers.items()}
    return replace(scenario, providers=providers)


def world_set(resolved: Resolved, seed: int = 1, worlds: Iterable[str] = ()) -> WorldSet:
    """The worlds of an experiment, or some of them, ready to step."""
    names = list(worlds) or list(resolved.scenarios)
    return WorldSet([resolved.scenarios[name] for name in names], seed)


def has_run(resolved: Resolved, seed: int = 1, worlds: Iterable[str] = ()) -> WorldSet:
    ws = world_set(resolved, seed, worlds)
    ws.run()
    return ws


def entries(books: Books) -> dict[str, bytes]:
    """Everything a world has recorded, to the bit, by name of the book."""
    out = {}
    for field in fields(Books):
        value = getattr(books, field.name)
        if isinstance(value, np.ndarray):
            out[field.name] = value.tobytes()
        elif isinstance(value, list):
            out[field.name] = b"".join(
                row.tobytes() if isinstance(row, np.ndarray) else repr(row).encode() for row in value
            )
    return out


def trust_of(ws: WorldSet, world: int) -> np.ndarray:
    """Trust in a world: (N, 2) law enforcement, intelligence; a view of the model's own array."""
    return ws.customers.trust.reshape(len(ws.population), len(ws.models), 2)[:, world]


def digest(ws: WorldSet) -> str:
    """sha256 of all that the worlds of a set have recorded, and of where their customers are."""
    h = hashlib.sha256()
    for model in ws.models:
        for name, value in entries(model.books).items():
            h.update(name.encode() + value)
    h.update(
        np.ascontiguousarray(ws.customers.place).tobytes()
        + np.ascontiguousarray(ws.customers.trust).tobytes()
    )
    return h.hexdigest()


def experiment_file(
    folder: Path, worlds: dict[str, list[dict[str, str]]], without_events: Iterable[str] = ()
) -> Path:
    """An experiment of its own: each world with its switches, the first two compared; returns the file."""
    names = list(worlds)
    tree = {
        "title": "A test",
        "question": "Does it hold?",
        "timeline": "history",
        "horizon": {"first": "2013-01", "last": "2025-12"},
        "customers": SMALLEST,
        "seeds": {"first": 1, "count": 2},
        "record": "full",
        "worlds": {
            name: {
                "label": name.replace("_", " "),
                "switches": switches,
                "without_events": list(without_events),
            }
            for name, switches in worlds.items()
        },
    }
    if len(names) > 1:
        tree["compare"] = names[:2]
    file = folder / "of_a_test.yaml"
    with file.open("w", encoding="utf-8") as sink:
        YAML(typ="safe", pure=True).dump(tree, sink)
    return file


def ruled(regime: str, on: str = "2014-07-31") -> list[dict[str, str]]:
    """One switch to a regime."""
    return [{"on": on, "regime": regime}]


def another_value(info: ParameterInfo) -> float:
    """Another valid value for all entries of a table: halfway from their mean to the farther end."""
    now = float(np.mean(list(info.value.values()) if isinstance(info.value, dict) else info.value))
    low, high = info.range
    return round(0.5 * (now + (high if high - now >= now - low else low)), 6)

"""A checkpoint of a `WorldSet`, from which other worlds go on as if they had been run from the start.

A checkpoint holds the whole state: the arrays of customers, the agents, the queues, the books so far. Luck
has no state, since every draw is a function of seed, agent, month and purpose. What is made from the scenario
alone (population, docket, trends) is left out, and made again or found at hand.

Worlds may go on from a checkpoint if all that acts before its month is equal: `acting` gives the digests.
What they do afterwards is their own: all that looks ahead is then read afresh from their scenarios.
"""

import io
import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

import numpy as np
from pydantic import BaseModel

from sim.model.agents.governments import instruments_named_by
from sim.model.agents.us_providers import recorded_suits
from sim.model.docket import aimed_dockets, docket_of
from sim.model.law.timeline import LawInForce, calendar
from sim.model.market import market_trends
from sim.model.population import population_of
from sim.model.world import WorldSet
from sim.scenario.canonical import ScenarioDigests
from sim.scenario.digest import digest
from sim.scenario.scenario import Scenario
from sim.scenario.schema import Event, Switch


@dataclass(frozen=True)
class Checkpoint:
    """The state of worlds with one seed at the beginning of month number `month`, as bytes."""

    month: int
    seed: int
    first_place: np.ndarray  # int8 (N, W) where customers kept their data when it began
    state: bytes


def checkpoint(worlds: WorldSet) -> Checkpoint:
    """The worlds as they are now."""
    file = io.BytesIO()
    _Writer(file, worlds).dump(worlds)
    first = worlds.models[0]
    return Checkpoint(first.month, first.seed_key, worlds.first_place, file.getvalue())


def go_on(kept: Checkpoint, scenarios: Sequence[Scenario]) -> WorldSet:
    """Worlds that go on from a checkpoint; in each, all that acted before its month must be equal."""
    worlds: WorldSet = _Reader(kept, scenarios).load()
    for world in worlds.models:
        world.look_ahead()
    return worlds


# --- what acts before a month -------------------------------------------------------------------------------


def constant(scenario: Scenario, digests: ScenarioDigests) -> str:
    """Digest of all that acts from the first month on. Worlds in which it differs have no month in common."""
    timeline = scenario.timeline.model_copy(update={"events": ()})
    every_regime = tuple(Switch(on=scenario.first, regime=code) for code in sorted(scenario.regimes))
    undated = digests.of(replace(scenario, timeline=timeline, switches=every_regime))
    return digest([undated, np.argwhere(instruments_named_by(scenario)).tolist()])


def acting(scenario: Scenario) -> Iterator[str]:
    """Month by month, a digest of what the scenario's dated parts bring to it."""
    suits = [recorded_suits(scenario, code) for code in scenario.providers]
    congress = scenario.month_after(scenario.first_switch) if scenario.bills else scenario.months
    laws: dict[int, str] = {}  # by id(): the calendar holds them
    for m, month in enumerate(calendar(scenario)):
        law = laws.get(id(month.law)) or laws.setdefault(id(month.law), digest(_of_law(month.law)))
        news = [[event.id, *_of_event(event)] for event in month.events]
        court = [[any(begins <= m < ends for begins, ends in own), m >= first] for own, first in suits]
        ruling = None if month.ruling is None else month.ruling.regime
        yield digest(
            [law, month.honoured, month.honoured_by, month.believed, news, ruling, court, m >= congress]
        )


def _of_event(event: Event) -> list[Any]:
    tree = event.model_dump(mode="json", include={"news", "act"})
    return [tree["news"], tree["act"]]


def _of_law(law: LawInForce) -> list[Any]:
    sets = (law.instruments, law.adopted, law.bars_disclosure)
    return [law.regime, law.stage, law.comity, law.agreements, *(sorted(one) for one in sets)]


# --- to bytes and back --------------------------------------------------------------------------------------


class _Writer(pickle.Pickler):
    """Writes views of arrays as views, and what is made from the scenarios alone by its name."""

    def __init__(self, file: io.BytesIO, worlds: WorldSet) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._names: dict[int, tuple[Any, ...]] = {}
        for common in ("population", "docket", "trends"):
            self._name(getattr(worlds, common), (common,))
        for w, world in enumerate(worlds.models):
            self._name(world.casework.docket, ("docket of world", w))
            self._names[id(world.calendar)] = ("calendar",)
            self._name(world.scenario, ("scenario", w))

    def _name(self, made: Any, path: tuple[Any, ...]) -> None:
        """Name an object and what it is made of."""
        if isinstance(made, int | float | str | bytes | bool | None) or id(made) in self._names:
            return
        self._names[id(made)] = path
        if isinstance(made, BaseModel) or is_dataclass(made):
            names = type(made).model_fields if isinstance(made, BaseModel) else [f.name for f in fields(made)]
            for name in names:
                self._name(getattr(made, name), (*path, name))

    def persistent_id(self, obj: Any) -> Any:
        return self._names.get(id(obj))

    def reducer_override(self, obj: Any) -> Any:
        if type(obj) is np.ndarray and type(obj.base) is np.ndarray:
            whole = obj.base
            at = obj.__array_interface__["data"][0] - whole.__array_interface__["data"][0]
            return _view, (whole, at, obj.shape, obj.strides, obj.dtype)
        return NotImplemented


class _Reader(pickle.Unpickler):
    """Reads what `_Writer` wrote; what has a name is that of the scenarios given."""

    def __init__(self, kept: Checkpoint, scenarios: Sequence[Scenario]) -> None:
        super().__init__(io.BytesIO(kept.state))
        self._scenarios = scenarios
        first, seed = scenarios[0], kept.seed
        population = population_of(first, seed)
        docket = docket_of(first, population, seed)
        self._dockets = aimed_dockets(docket, kept.first_place, population, first, seed)
        self._commons = {
            "population": population,
            "docket": docket,
            "trends": market_trends(first),
            "calendar": (),
        }

    def persistent_load(self, name: tuple[Any, ...]) -> Any:
        made: Any
        if name[0] == "scenario":
            made, path = self._scenarios[name[1]], name[2:]
        elif name[0] == "docket of world":
            made, path = self._dockets[name[1]], name[2:]
        else:
            made, path = self._commons[name[0]], name[1:]
        for part in path:
            made = getattr(made, part)
        return made


def _view(
    whole: np.ndarray, at: int, shape: tuple[int, ...], strides: tuple[int, ...], dtype: np.dtype[Any]
) -> np.ndarray:
    return np.ndarray(shape, dtype, whole, at, strides)

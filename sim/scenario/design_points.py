"""The points of a design, and the scenarios of an experiment's worlds at a point."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, overload

from sim.scenario.experiments import moved
from sim.scenario.factor_updates import Updates, add_update, updated
from sim.scenario.factors import (
    Factor,
)
from sim.scenario.levers import Chronicle, names_in
from sim.scenario.scenario import Scenario
from sim.scenario.schema import Switch, Timeline
from sim.scenario.strict import Value

PARTS = ("jurisdictions", "segments", "providers", "regimes", "law", "parameters")


@dataclass(frozen=True)
class Point:
    """One assignment of values to the factors of a design, by path; dates are text."""

    index: int
    values: Mapping[str, Value]


@dataclass(frozen=True)
class Points(Sequence[Point]):
    """The points of a design, made as they are asked for.

    `sample` holds the uncertainties (of a list: all factors), a row of values each; `levers` every
    combination of levers.
    """

    names: tuple[str, ...]
    sample: Sequence[tuple[Value, ...]]
    levers: tuple[tuple[Value, ...], ...] = ((),)

    def __len__(self) -> int:
        return len(self.sample) * len(self.levers)

    @overload
    def __getitem__(self, index: int) -> Point: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Point]: ...
    def __getitem__(self, index: int | slice) -> Point | Sequence[Point]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        index %= len(self)
        row, lever = divmod(index, len(self.levers))
        return Point(index, dict(zip(self.names, (*self.sample[row], *self.levers[lever]), strict=True)))


@dataclass(frozen=True)
class Prepared:
    """A design that has been checked: its factors, and the timelines that its worlds may have."""

    factors: tuple[Factor, ...]
    points: Points
    chronicle: Chronicle


def scenarios_with(
    scenarios: Mapping[str, Scenario],
    chronicle: Chronicle,
    pulled: Mapping[str, tuple[str, ...]],
    chosen: Sequence[tuple[Factor, Value]],
) -> dict[str, Scenario]:
    """The scenarios of all worlds with these values of factors. Untouched parts stay the same object.

    `pulled` are the levers that each world pulls where no factor says otherwise.
    """
    common, own = Updates(), dict[str, Updates]()
    lawful: list[tuple[Factor, Value]] = []
    for factor, value in chosen:
        if factor.target.kind == "contents":
            world = factor.target.world
            add_update(common if world is None else own.setdefault(world, {}), factor, value)
        else:
            lawful.append((factor, value))
    made: dict[tuple[str, int], Any] = {}  # worlds that shared a part still share it
    out = {}
    for world, scenario in scenarios.items():
        changes: dict[str, Any] = {}
        for part in common:
            old = getattr(scenario, str(part))
            if (str(part), id(old)) not in made:
                made[str(part), id(old)] = updated(old, common[part])
            changes[str(part)] = made[str(part), id(old)]
        for part, update in own.get(world, {}).items():
            changes[str(part)] = updated(changes.get(str(part), getattr(scenario, str(part))), update)
        mine = [(factor, value) for factor, value in lawful if factor.target.world in (None, world)]
        for factor, value in mine:
            _change_switches(changes, scenario, factor, value)
        timeline = _timeline(scenario.timeline, chronicle, pulled.get(world, ()), mine)
        if timeline is not scenario.timeline:
            changes["timeline"] = timeline
        out[world] = replace(scenario, **changes) if changes else scenario
    return out


def _change_switches(changes: dict[str, Any], scenario: Scenario, factor: Factor, value: Value) -> None:
    kind, loc = factor.target.kind, factor.target.loc
    if kind == "customers":
        changes["customers"] = value
    elif kind in ("switch", "switch_date"):
        switches: tuple[Switch, ...] = changes.get("switches", scenario.switches)
        if kind == "switch_date":
            changes["switches"] = moved(switches, dt.date.fromisoformat(str(value)))
        else:
            new = dt.date.fromisoformat(str(value)) if loc[1] == "on" else value
            changes["switches"] = tuple(
                s.model_copy(update={str(loc[1]): new}) if i == loc[0] else s for i, s in enumerate(switches)
            )


def _timeline(
    own: Timeline,
    chronicle: Chronicle,
    pulled: tuple[str, ...],
    chosen: Sequence[tuple[Factor, Value]],
) -> Timeline:
    """A world's timeline with the events and levers that factors choose; its own, if none does."""
    before = events = frozenset(event.id for event in own.events) & chronicle.events
    levers, fields = pulled, dict[tuple[str, str], Value]()
    for factor, value in chosen:
        kind, loc = factor.target.kind, factor.target.loc
        if kind == "event":
            events = events | {str(loc[0])} if value else events - {str(loc[0])}
        elif kind == "pulled":
            levers = names_in(str(value))
        elif kind == "lever":
            fields[str(loc[0]), str(loc[1])] = value
    touched = any(name in levers for name, _ in fields)
    if events == before and levers == pulled and not touched:
        return own
    return chronicle.timeline(events, levers, fields)

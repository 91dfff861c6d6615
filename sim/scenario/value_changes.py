"""Which values differ between two resolved experiments: path, old value, new value.

A resolved experiment is taken in its canonical form (`Resolved.canonical`). Texts that decide no number
(titles, labels, sources) are left out; events are compared by their id, not by their position.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sim.scenario.canonical import TEXTS
from sim.scenario.paths import Loc, leaves, path_of

Flat = dict[Loc, Any]
ABSENT = "absent"
_TEXTS = frozenset((*TEXTS, "label", "title", "question"))
_OF_A_RUN = ("seeds", "design", "record")  # of the experiment itself; all else is in its worlds


@dataclass(frozen=True)
class ValueChange:
    """A value that differs; `worlds` are those in which it does (empty: of the experiment itself)."""

    loc: Loc
    was: Any
    now: Any
    worlds: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """As users write it; parameters by group and name."""
        return path_of(self.loc)

    def __str__(self) -> str:
        where = f" ({', '.join(self.worlds)})" if self.worlds else ""
        return f"{self.path}{where}: was {shown_value(self.was)}, now {shown_value(self.now)}"


def shown_value(value: Any) -> str:
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def value_changes(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[ValueChange]:
    """What differs between two canonical experiments; the worlds are compared by their position."""
    of_experiment = _differences(flat_experiment(was), flat_experiment(now))
    out = [ValueChange(loc, *values) for loc, values in of_experiment.items()]
    found: dict[tuple[Loc, str], tuple[tuple[Any, Any], list[str]]] = {}
    names = [list(one["worlds"]) for one in (was, now)]
    for old, new in zip(*names, strict=False):
        between = _differences(flat_world(was["worlds"][old]), flat_world(now["worlds"][new]))
        for loc, values in between.items():
            found.setdefault((loc, repr(values)), (values, []))[1].append(new)
    every = len(names[1])
    out += [
        ValueChange(loc, *values, worlds=() if len(worlds) == every else tuple(worlds))
        for (loc, _), (values, worlds) in found.items()
    ]
    if len(names[0]) != len(names[1]):
        out.append(ValueChange(("worlds",), ", ".join(names[0]), ", ".join(names[1])))
    return out


def flat_experiment(canonical: Mapping[str, Any]) -> Flat:
    """What the experiment itself says of its runs, by place."""
    asked = {name: canonical["experiment"].get(name) for name in _OF_A_RUN}
    return {loc: value for loc, value in leaves(asked) if not _is_text(loc) and value is not None}


def flat_world(world: Mapping[str, Any]) -> Flat:
    """Every value of a world, by place."""
    timeline = world["timeline"]
    by_id = {**timeline, "events": {event["id"]: event for event in timeline["events"]}}
    parts = {**world, "timeline": by_id}
    return {loc: value for loc, value in leaves(parts) if not _is_text(loc)}


def _is_text(loc: Loc) -> bool:
    return any(part in _TEXTS for part in loc if isinstance(part, str))


def _differences(was: Flat, now: Flat) -> dict[Loc, tuple[Any, Any]]:
    order: Iterator[Loc] = iter(dict.fromkeys([*was, *now]))
    pairs = ((loc, (was.get(loc, ABSENT), now.get(loc, ABSENT))) for loc in order)
    return {loc: values for loc, values in pairs if values[0] != values[1]}

"""Where a factor of a design acts: its path made into a place in a scenario."""

from dataclasses import dataclass
from typing import Any, Literal

from sim.scenario.base import Base
from sim.scenario.levers import FIELDS, VARIED
from sim.scenario.overrides import EXPERIMENT_FIELDS, find
from sim.scenario.paths import Loc, path_of, value_at
from sim.scenario.problems import choices
from sim.scenario.schema import Experiment

Kind = Literal["contents", "switch_date", "switch", "event", "customers", "pulled", "lever"]
SWITCH_DATE, EVENTS, CUSTOMERS = "switch_date", "events", "customers"
PULLED, LEVERS = "pulled", "levers"


class FactorProblem(Exception):
    """What is wrong with a factor, and where in it."""

    def __init__(self, message: str, *at: str | int) -> None:
        super().__init__(message)
        self.message, self.at = message, at


@dataclass(frozen=True)
class Target:
    """A place in a scenario: `loc` in its contents, or position and field of a switch, or an event, or name
    and field of a lever; in one world or (None) in all."""

    kind: Kind
    loc: Loc
    world: str | None = None

    def overlaps(self, other: "Target") -> bool:
        """Whether both write to the same place."""
        if None not in (self.world, other.world) and self.world != other.world:
            return False
        if {self.kind, other.kind} == {"switch_date", "switch"}:
            return "on" in self.loc and "on" in other.loc
        shorter = min(len(self.loc), len(other.loc))
        return self.kind == other.kind and self.loc[:shorter] == other.loc[:shorter]


def target_of(path: str, experiment: Experiment, base: Base, tree: dict[str, Any]) -> Target:
    head, *rest = path.split(".")
    if path == SWITCH_DATE:
        if not any(world.switches for world in experiment.worlds.values()):
            raise FactorProblem("no world has a switch whose date could be another")
        return Target("switch_date", ("on",))
    if path == CUSTOMERS:
        return Target("customers", (CUSTOMERS,))
    if head == EVENTS:
        return Target("event", (_event(rest, experiment, base),))
    if path == PULLED:
        return Target("pulled", (PULLED,))
    if head == LEVERS:
        return _of_lever(rest, experiment)
    if head == "worlds":
        return _of_world(rest, experiment, base, tree)
    if head in EXPERIMENT_FIELDS:
        raise FactorProblem(
            f"'{head}' is the same for every point; "
            f"{choices(head, [SWITCH_DATE, EVENTS, PULLED, LEVERS, 'worlds', CUSTOMERS, *tree])}"
        )
    return Target("contents", _in_contents(path, tree))


def _event(rest: list[str], experiment: Experiment, base: Base) -> str:
    known = (
        [event.id for event in base.timelines[experiment.timeline].events]
        if experiment.timeline in base.timelines
        else []
    )
    name = ".".join(rest)
    if name not in known:
        raise FactorProblem(f"unknown event '{name}'; {choices(name, known)}")
    return name


def _of_lever(rest: list[str], experiment: Experiment) -> Target:
    name, part = (rest[0] if rest else ""), ".".join(rest[1:])
    if name not in experiment.levers:
        raise FactorProblem(f"unknown lever '{name}'; {choices(name, experiment.levers)}")
    _, needed, more = FIELDS[experiment.levers[name].act]
    valid = ["on", *(field for field in (*needed, *more) if field in VARIED)]
    if part not in valid:
        raise FactorProblem(f"no '{part}' of this lever can be varied; {choices(part, valid)}")
    return Target("lever", (name, part))


def _of_world(rest: list[str], experiment: Experiment, base: Base, tree: dict[str, Any]) -> Target:
    name, part, inner = (rest[0] if rest else ""), (rest[1] if len(rest) > 1 else ""), rest[2:]
    if name not in experiment.worlds:
        raise FactorProblem(f"unknown world '{name}'; {choices(name, experiment.worlds)}")
    if part == EVENTS:
        return Target("event", (_event(inner, experiment, base),), name)
    if part == PULLED and not inner:
        return Target("pulled", (PULLED,), name)
    if part == "set" and inner:
        return Target("contents", _in_contents(".".join(inner), tree), name)
    if part == "switches":
        there = experiment.worlds[name].switches
        valid = [f"{i}.{field}" for i in range(len(there)) for field in ("on", "regime")]
        if ".".join(inner) not in valid:
            raise FactorProblem(
                f"no '{'.'.join(inner)}' in worlds.{name}.switches; {choices('.'.join(inner), valid)}"
            )
        return Target("switch", (int(inner[0]), inner[1]), name)
    raise FactorProblem(
        f"no '{part}' of a world can be varied; {choices(part, ['switches', EVENTS, PULLED, 'set'])}"
    )


def _in_contents(path: str, tree: dict[str, Any]) -> Loc:
    found = find(path, tree)
    if isinstance(found, str):
        raise FactorProblem(found)
    node = value_at(tree, found)
    numbers = (
        isinstance(node, dict) and node and all(isinstance(value, int | float) for value in node.values())
    )
    if isinstance(node, dict | list) and not numbers:
        names = node if isinstance(node, dict) else [str(i) for i in range(len(node))]
        raise FactorProblem(f"{path_of(found)} holds several values; name one: {', '.join(names) or 'none'}")
    return found

"""What a design varies in vain: factors and values without an effect, and points at which the compared worlds
are the same.

This is as far as dates, law and events tell before anything runs. Of a large design some points are looked
at, evenly spread, and it is said so.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sim.runs.effects import Effects
from sim.scenario.design_points import Point
from sim.scenario.factors import Factor
from sim.scenario.resolution import Resolved, factors, points, scenarios_at

_MOST_POINTS, MOST_BASES = 128, 4


def design_notes(resolved: Resolved) -> Iterator[str]:
    """What of a design has no effect, in words."""
    if resolved.design is None:
        return
    yield from _replaced(resolved)
    effects = Effects()
    dated = [factor for factor in factors(resolved) if _may_be_in_vain(factor)]
    for factor in dated:
        yield from _without_effect(resolved, factor, effects)
    if dated or _equal_from_the_outset(resolved, effects):
        yield from _equal_worlds(resolved, effects)


def _equal_from_the_outset(resolved: Resolved, effects: Effects) -> bool:
    """Whether the compared worlds are the same as they are written: then a design may vary both alike."""
    if resolved.experiment.compare is None:
        return False
    a, b = (effects.of(resolved.scenarios[name]) for name in resolved.experiment.compare)
    return a == b


def _may_be_in_vain(factor: Factor) -> bool:
    """A number of the world or of behaviour always enters a run; law, events and levers need not act."""
    return factor.target.kind not in ("contents", "customers") or factor.target.loc[0] in ("regimes", "law")


def _replaced(resolved: Resolved) -> Iterator[str]:
    """What a world says of an event, and a factor says instead."""
    for factor in factors(resolved):
        for name, world in resolved.experiment.worlds.items():
            if factor.target.world not in (None, name):
                continue
            event = factor.target.loc[0]
            if factor.target.kind == "event" and event in world.without_events:
                words = f"has no effect on {event}: {factor.path} of the design says whether it happens"
                yield f"worlds.{name}.without_events: {words}"


def _without_effect(resolved: Resolved, factor: Factor, effects: Effects) -> Iterator[str]:
    """Values of one factor that give the same worlds, whatever the others are."""
    values = list(dict.fromkeys(factor.values)) or [factor.value(0.0), factor.value(1.0)]
    alike: dict[tuple[Any, ...], list[Any]] = {}
    bases = spread(points(resolved), MOST_BASES)
    for value in values:
        worlds = tuple(
            effects.of(scenario)
            for base in bases
            for scenario in scenarios_at(
                resolved, Point(base.index, {**base.values, factor.path: value})
            ).values()
        )
        alike.setdefault(worlds, []).append(value)
    if len(values) > 1 and len(alike) == 1:
        why = _why(resolved, factor)
        yield f"design: {factor.path}: has no effect: all its values give the same worlds{why}"
        return
    if factor.target.kind in ("switch_date", "switch") and factor.path.endswith(("on", "date")):
        return  # dates of one month are listed as equal points
    for same in alike.values():
        if len(same) > 1:
            yield f"design: {factor.path}: {', '.join(map(_word, same))} give the same worlds"


def _why(resolved: Resolved, factor: Factor) -> str:
    """Why a factor has no effect, if its date tells."""
    if factor.target.kind != "event":
        return ""
    history = resolved.base.timelines[resolved.experiment.timeline].events
    event = next((one for one in history if one.id == factor.target.loc[0]), None)
    scenario = next(iter(resolved.scenarios.values()))
    if event is None or scenario.month_after(event.date) < scenario.months:
        return ""
    return f" ({event.id} is of {event.date}, after the last month)"


def _equal_worlds(resolved: Resolved, effects: Effects) -> Iterator[str]:
    """Points at which the compared worlds are the same."""
    if resolved.experiment.compare is None:
        return
    every = points(resolved)
    looked_at = spread(every, _MOST_POINTS)
    a, b = resolved.experiment.compare
    equal = []
    for point in looked_at:
        at = scenarios_at(resolved, point)
        if effects.of(at[a]) == effects.of(at[b]):
            equal.append(point)
    if equal:
        names = " and ".join(f"'{resolved.scenarios[name].label}'" for name in (a, b))
        first = ", ".join(f"{path} {_word(value)}" for path, value in equal[0].values.items())
        of = f"{len(looked_at):,} points" + (" that were looked at" if len(looked_at) < len(every) else "")
        yield (
            f"design: at {len(equal):,} of {of} {names} are the same world, so that nothing can differ there "
            f"(first: point {equal[0].index}, {first})"
        )


def spread(every: Sequence[Point], most: int) -> list[Point]:
    """So many points at most, evenly spread from the first to the last."""
    if len(every) <= most:
        return list(every)
    return [every[i * (len(every) - 1) // (most - 1)] for i in range(most)]


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

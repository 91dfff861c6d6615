"""What an experiment asks for in vain, or what does not mean what a reader would take it for.

Nothing here is wrong enough to be refused. Each is said by `check` before anything runs, and stands among the
warnings of the results.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from sim.runs import named_instruments
from sim.runs.comity import comity_acts
from sim.runs.effects import Effects
from sim.runs.identity import Identities
from sim.runs.lever_notes import lever_notes
from sim.runs.pairs import must_be_equal_for
from sim.runs.points_in_vain import MOST_BASES, design_notes, spread
from sim.scenario.base import LAST_RECORDED
from sim.scenario.canonical import acting_part
from sim.scenario.experiments import FROM_THE_SWITCH, window
from sim.scenario.factors import Factor
from sim.scenario.law import Law, deciding_foreign_rows, deciding_us_rows
from sim.scenario.overrides import Setting, find
from sim.scenario.paths import value_at
from sim.scenario.problems import InputError
from sim.scenario.resolution import (
    Resolved,
    factors,
    moves_what_has_a_date,
    points,
    scenarios_at,
    variant,
)
from sim.scenario.samples import POSTERIOR
from sim.scenario.scenario import Scenario, share_population

ALREADY = " already: setting it changes nothing"
_AGREEMENTS = ("investigators.agreement_", "investigators.incidental_share", "orders.agreement_")


def silences(resolved: Resolved) -> list[str]:
    """What has no effect, or another meaning than it seems to have, in words."""
    return [
        *_compared(resolved),
        *_events(resolved),
        *named_instruments.notes(resolved),
        *_regimes(resolved),
        *lever_notes(resolved),
        *_settings(resolved),
        *_unused_law(resolved),
        *_parameters(resolved),
        *_claims(resolved),
        *_equal_points(resolved),
        *design_notes(resolved),
        *_rest(resolved),
    ]


def switch_month(a: Scenario, b: Scenario) -> int | None:
    """The first month in which a switch sets two worlds apart; None: no switch does."""
    months = [max(a.month_after(switch.on), 0) for switch in set(a.switches) ^ set(b.switches)]
    return min(months, default=None)


def begins_with_the_switch(a: Scenario, b: Scenario) -> bool:
    """Whether the first month in which two worlds may differ is that in which a switch sets them apart."""
    return must_be_equal_for(a, b) == switch_month(a, b)


def _compared(resolved: Resolved) -> Iterator[str]:
    compare = resolved.experiment.compare
    if compare is None:
        if resolved.design is None and len(resolved.scenarios) > 1:
            only = next(iter(resolved.scenarios.values())).label
            yield f"compare: names no two worlds, so nothing is compared: headlines are of '{only}' alone"
        return
    a, b = (resolved.scenarios[name] for name in compare)
    names = f"'{a.label}' and '{b.label}'"
    identities = Identities()
    if identities.scenario(a) == identities.scenario(b) and not factors(resolved):
        yield f"{names} are the same world under two names: no number can differ"
        return
    own = [
        f"worlds.{name}.set: {', '.join(resolved.experiment.worlds[name].set)}"
        for name in compare
        if resolved.experiment.worlds[name].set
    ]
    shared = must_be_equal_for(a, b)
    if not share_population(a, b):
        yield (
            f"{names} differ in more than law and events, from the first month on "
            f"({'; '.join(own)}): their difference is not the law's alone"
        )
    elif (switch := switch_month(a, b)) is not None and shared < switch:
        yield (
            f"{names} differ from {a.month_start(shared):%Y-%m} on, before the switch sets them apart in "
            f"{a.month_start(switch):%Y-%m}: headlines are from the first difference on"
        )


def _events(resolved: Resolved) -> Iterator[str]:
    """Events that are removed although they never act, or added in vain."""
    history, effects = resolved.base.timelines[resolved.experiment.timeline], Effects()
    for name, world in resolved.experiment.worlds.items():
        scenario = resolved.scenarios[name]
        dates, at = {event.id: event.date for event in history.events}, f"worlds.{name}.without_events"
        for event in dict.fromkeys(world.without_events):
            back = next(one for one in history.events if one.id == event)
            with_it = sorted([*scenario.timeline.events, back], key=lambda one: one.date)
            timeline = scenario.timeline.model_copy(update={"events": tuple(with_it)})
            if effects.of(replace(scenario, timeline=timeline)) == effects.of(scenario):
                late = scenario.month_after(dates[event]) >= scenario.months
                why = "is after the last month" if late else "never acts in this world"
                yield f"{at}: {event} {why}: removing it changes nothing"
    for added in resolved.experiment.events:
        if not (added.enacts or added.news or added.act):
            yield f"events: {added.id} has no news and enacts nothing: it changes nothing"
        elif not any(_acts(added.id, scenario, effects) for scenario in resolved.scenarios.values()):
            yield f"events: {added.id} acts in no world"


def _acts(event: str, scenario: Scenario, effects: Effects) -> bool:
    without = scenario.timeline.model_copy(
        update={"events": tuple(one for one in scenario.timeline.events if one.id != event)}
    )
    return effects.of(replace(scenario, timeline=without)) != effects.of(scenario)


def _regimes(resolved: Resolved) -> Iterator[str]:
    """Regimes, rules and rows that bring nothing about."""
    experiment, scenarios = resolved.experiment, list(resolved.scenarios.values())
    switches = {
        name: [switch.regime for switch in world.switches] for name, world in experiment.worlds.items()
    }
    for name, regimes in switches.items():
        yield from (
            f"worlds.{name}.switches: '{after}' follows '{before}', so that the rule stays as it is"
            for before, after in pairwise(regimes)
            if before == after
        )
    used = {regime for regimes in switches.values() for regime in regimes} | set(experiment.bills)
    used |= {str(factor_value) for factor in factors(resolved) for factor_value in factor.values}
    for regime in sorted(used & set(scenarios[0].regimes)):
        for scenario in scenarios:
            chosen = scenario.regimes[regime]
            if not comity_acts(chosen, scenario.law):
                yield (
                    f"regimes.{regime}.comity: '{chosen.comity}' has no effect under the test "
                    f"'{chosen.test}', which sends no order to a court that could spare one"
                )
                break
    enacted = {e.regime for s in scenarios for event in s.timeline.events for e in event.enacts}
    yield from (
        f"regimes.{name}: no switch, bill or event brings it into force"
        for name in experiment.regimes
        if name not in used | enacted
    )
    yield from _rows(experiment, scenarios[0].law)


def _rows(experiment: Any, law: Law) -> Iterator[str]:
    """Rows of the law that the experiment adds, and that another row always precedes."""
    for part, decided in (
        ("us_orders", deciding_us_rows(law)),
        ("foreign_orders", deciding_foreign_rows(law)),
    ):
        order, deciding = list(getattr(law, part)), set(np.unique(decided).tolist())
        yield from (
            f"{part}.{name}: decides no order: rows before it decide all that it would"
            for name in getattr(experiment, part)
            if order.index(name) not in deciding
        )


def _settings(resolved: Resolved) -> Iterator[str]:
    """Values that are set to what they are."""
    experiment, tree = resolved.experiment, resolved.base.contents.model_dump(mode="json")
    asked = [Setting(path, value, f"set.{path}") for path, value in experiment.set.items()]
    asked += [one for one in resolved.over_base if not one.of_experiment and one.path not in experiment.set]
    for one in asked:
        found = find(one.path, tree)
        if not isinstance(found, str) and _is_already(value_at(tree, found), one.value):
            yield f"{one.who}: {one.path} is {one.value}{ALREADY}"
    for name, world in experiment.worlds.items():
        common = resolved.common.contents.model_dump(mode="json") if world.set and resolved.common else {}
        for path, value in world.set.items() if common else ():
            found = find(path, common)
            if not isinstance(found, str) and _is_already(value_at(common, found), value):
                yield f"worlds.{name}.set: {path} is {value}{ALREADY}"


def _unused_law(resolved: Resolved) -> Iterator[str]:
    """Values of regimes and of the law that are set although no rule that comes into force has them."""
    tree = resolved.base.contents.model_dump(mode="json")
    every = list(resolved.scenarios)
    asked = [(every, Setting(path, value, f"set.{path}")) for path, value in resolved.experiment.set.items()]
    asked += [(every, replace(one, who=one.path)) for one in resolved.over_base if not one.of_experiment]
    for name, world in resolved.experiment.worlds.items():
        own = ((path, value, f"worlds.{name}.set.{path}") for path, value in world.set.items())
        asked += [([name], Setting(*one)) for one in own]
    for worlds, one in asked:
        found = find(one.path, tree)
        if isinstance(found, str) or found[0] not in ("regimes", "law"):
            continue
        there = value_at(tree, found)
        if not _is_already(there, one.value) and _has_no_effect(resolved, one.path, there, worlds):
            yield f"{one.who}: has no effect: no rule that comes into force here has it"


def _has_no_effect(resolved: Resolved, path: str, value: Any, worlds: list[str]) -> bool:
    """Whether these worlds run alike with another value in place of the one that is set."""
    try:
        other = variant(resolved, {path: value})
    except InputError:  # as where a factor of the design multiplies it
        return False
    effects = Effects()
    return all(
        effects.of(scenarios_at(resolved, point)[name]) == effects.of(scenarios_at(other, point)[name])
        for point in spread(points(resolved), MOST_BASES)
        for name in worlds
    )


def _is_already(there: Any, asked: Any) -> bool:
    return all(one == asked for one in there.values()) if isinstance(there, dict) else bool(there == asked)


def _parameters(resolved: Resolved) -> Iterator[str]:
    """Parameters that are set or varied although what they are about never happens here."""
    experiment = resolved.experiment
    drawn = experiment.design is not None and experiment.design.method == POSTERIOR
    asked = [one.path for one in factors(resolved) if not drawn or one.role == "levers"]
    asked += list(experiment.set)
    asked += [one.path for one in resolved.over_base if not one.of_experiment]
    for name, world in experiment.worlds.items():
        asked += [path.removeprefix(f"worlds.{name}.set.") for path in world.set]
    offered = any(
        scenario.regimes[name].agreements
        for scenario in resolved.scenarios.values()
        for name in acting_part(scenario).regimes
    )
    for path in dict.fromkeys(one.split(".set.")[-1] for one in asked):
        if path.startswith("lawmakers.") and not experiment.bills:
            yield f"{path}: has no effect: US lawmakers act on bills, and the experiment has none"
        elif not offered and (path.startswith(_AGREEMENTS) or path.endswith(".executive_agreement")):
            yield f"{path}: has no effect: no regime that comes into force here offers executive agreements"


def _claims(resolved: Resolved) -> Iterator[str]:
    """Claims about months in which their worlds cannot differ."""
    for i, claim in enumerate(resolved.experiment.claims):
        meant = window(claim)
        if meant is None or claim.window == FROM_THE_SWITCH or moves_what_has_a_date(resolved):
            continue
        a, b = resolved.scenarios[claim.world], resolved.scenarios[claim.against]
        shared = must_be_equal_for(a, b)
        apart = a.month_start(shared)
        if shared and meant[1] < apart:
            yield f"claims.{i}: its worlds are equal until {apart:%Y-%m}: their difference is exactly 0"
        elif shared and meant[0] < apart and claim.over != "last":
            yield f"claims.{i}: some of its months lie before {apart:%Y-%m}, until when its worlds are equal"


def _rest(resolved: Resolved) -> Iterator[str]:
    experiment = resolved.experiment
    if experiment.outlook is not None and experiment.horizon.last <= LAST_RECORDED:
        yield f"outlook: has no effect: the last month, {experiment.horizon.last}, is on record"
    yield from _switch_dates(resolved)


def _switch_dates(resolved: Resolved) -> Iterator[str]:
    """Other dates of the switch that move nothing: a switch acts from the month after its date."""
    experiment, scenario = resolved.experiment, next(iter(resolved.scenarios.values()))
    dates = {world.switches[0].on for world in experiment.worlds.values() if world.switches}
    months = {max(scenario.month_after(on), 0) for on in dates}
    if experiment.switch_dates and len(months) > 1:
        own = ", ".join(f"{on}" for on in sorted(dates))
        yield f"switch_dates: the worlds switch on different dates ({own}); another date is that of them all"
    seen: dict[tuple[int, frozenset[str]], int] = {}
    for i, other in enumerate(experiment.switch_dates):
        key = max(scenario.month_after(other.on), 0), frozenset(other.without_events)
        if dates == {other.on} and not other.without_events:
            yield f"switch_dates.{i}: {other.on} is the date of the switch already"
        elif months == {key[0]} and not other.without_events:
            yield f"switch_dates.{i}: {other.on} acts from the same month as the switch: it changes nothing"
        elif key in seen:
            yield f"switch_dates.{i}: {other.on} acts from the same month as switch_dates.{seen[key]}"
        seen.setdefault(key, i)


def _equal_points(resolved: Resolved) -> Iterator[str]:
    """Listed values of a factor that give the same points."""
    design, scenario = resolved.experiment.design, next(iter(resolved.scenarios.values()))
    if design is None:
        return

    def acting(factor: Factor, value: Any) -> Any:
        dated = factor.target.kind == "switch_date" or factor.path.endswith(".on")
        return max(scenario.month_after(dt.date.fromisoformat(str(value))), 0) if dated else value

    if design.method == "list":
        rows = list(zip(*([acting(one, v) for v in one.values] for one in factors(resolved)), strict=True))
        if len(set(rows)) < len(rows):
            yield f"design: {len(rows) - len(set(rows))} of {len(rows)} points are the same as others"
        return
    for factor in factors(resolved):
        if design.method == POSTERIOR and factor.role == "uncertainties":
            continue
        seen: dict[Any, Any] = {}
        for value in factor.values:
            key = acting(factor, value)
            if key in seen:
                both = (
                    f"{value} is listed twice"
                    if seen[key] == value
                    else f"{seen[key]} and {value} are the same"
                )
                yield f"design: {factor.path}: {both}: their points are equal"
            seen.setdefault(key, value)

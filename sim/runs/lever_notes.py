"""Levers that nobody pulls, and levers that change nothing in a world that pulls them.

This is as far as the law of the timeline tells before anything runs; what governments and providers decide
themselves, a run alone can tell.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from sim.model.law.timeline import calendar, law_on
from sim.runs.comity import comity_acts, is_same_comity
from sim.runs.effects import Effects
from sim.scenario.lever_findings import matters_of
from sim.scenario.levers import act_of, chronicle_of, names_in, providers_of
from sim.scenario.resolution import Resolved, factors
from sim.scenario.scenario import Scenario
from sim.scenario.schema import Act, Deed, Lever

_OPPOSITES = ({"adopt", "repeal"}, {"open", "close"})
_OF_LAW: set[Deed] = {"adopt", "repeal", "agreement", "add", "move"}


def lever_notes(resolved: Resolved) -> Iterator[str]:
    """What is asked of levers in vain, in words."""
    pulled = {(world, name) for world, name in _pulled(resolved)}
    for name in resolved.experiment.levers:
        if name not in {lever for _, lever in pulled}:
            yield f"levers.{name}: no world pulls it"
    yield from dict.fromkeys(_undone(resolved))
    said: dict[str, list[str]] = {}
    for world, name in sorted(pulled):
        for words in _in_vain(resolved, world, name):
            said.setdefault(f"levers.{name}: {words}", []).append(world)
    for words, worlds in said.items():
        everywhere = len(worlds) == len({world for world, _ in pulled})
        yield words if everywhere else f"{words} (in {', '.join(worlds)})"


def _undone(resolved: Resolved) -> Iterator[str]:
    """Levers of one world that undo each other before the month begins in which both would act."""
    providers = tuple(resolved.base.providers)
    for world, spec in resolved.experiment.worlds.items():
        scenario, said = resolved.scenarios[world], dict[object, tuple[str, str, dt.date]]()
        pulled = [(name, resolved.experiment.levers[name]) for name in spec.pulled]
        for name, lever in sorted(pulled, key=lambda one: one[1].on):
            act = act_of(lever, resolved.base.jurisdictions)
            for matter in matters_of(act, providers):
                key = scenario.month_after(lever.on), matter
                other, before, on = said.setdefault(key, (name, act.act, lever.on))
                if act.act != before and {act.act, before} in _OPPOSITES:
                    yield (
                        f"levers.{other}: it never acts in {world}: '{name}' undoes it on {lever.on}, before "
                        f"the month after {on} begins"
                    )


def _pulled(resolved: Resolved) -> Iterator[tuple[str, str]]:
    """World and lever, wherever one is pulled."""
    for world, spec in resolved.experiment.worlds.items():
        yield from ((world, name) for name in spec.pulled)
    for factor in factors(resolved):
        if factor.target.kind != "pulled":
            continue
        own = factor.target.world
        for world in [own] if own is not None else list(resolved.experiment.worlds):
            yield from ((world, name) for value in factor.values for name in names_in(str(value)))


def _in_vain(resolved: Resolved, world: str, name: str) -> Iterator[str]:
    """Why a lever changes nothing in a world, or less than it says."""
    chronicle = chronicle_of(resolved.experiment, resolved.base)
    spec, scenario = resolved.experiment.worlds[world], resolved.scenarios[world]
    events = chronicle.events.difference(spec.without_events)
    without, with_it = (
        replace(scenario, timeline=chronicle.timeline(events, levers)) for levers in ((), (name,))
    )
    effects, levers = Effects(), resolved.experiment.levers
    lever, others = levers[name], {one.act for other, one in levers.items() if other != name}
    if effects.of(without) == effects.of(with_it) or (
        not others & _OF_LAW and _enacts_what_is_so(lever, without, with_it)
    ):
        yield "it never acts"
        return
    event = next((event for event in with_it.timeline.events if event.id == name), None)
    if event is not None and event.act is not None:
        yield from _by_law(event.act, without, with_it, lever.on, others)
        if event.act.act == "close":
            yield from _of_closing(event.act, with_it, _opened(resolved, event.act.offer))


def _enacts_what_is_so(lever: Lever, without: Scenario, with_it: Scenario) -> bool:
    """Whether an event of history, added or moved, is no news and leaves the law of every month as it is."""
    if lever.act not in ("add", "move"):
        return False
    moved = next((event for event in without.timeline.events if event.id == lever.event), None)
    if lever.news or (moved is not None and (moved.news or moved.act)):
        return False
    return [month.law for month in calendar(without)] == [month.law for month in calendar(with_it)]


def _by_law(act: Act, without: Scenario, with_it: Scenario, on: dt.date, others: set[Deed]) -> Iterator[str]:
    """What the law on the lever's date, and after it, leaves to an act of the US or of a government; `others`
    is what further levers do, which may be pulled beside it.
    """
    if act.act == "comity":
        yield from _of_comity(with_it, bool(others & {"agreement", "add", "move"}))
    instrument = "executive_agreement" if act.act == "agreement" else act.instrument
    if instrument is None:
        return
    law = law_on(without, on)
    there = {code for code, what in law.instruments if what == instrument}
    there |= {code for code, one in without.jurisdictions.items() if instrument in one.instruments_2013}
    if act.act == "agreement" and not without.regimes[law.regime].agreements:
        return  # none has any effect under this rule but for the lever
    if act.act == "repeal":
        if not there.intersection(act.countries) and not others & {"adopt", "add", "move"}:
            yield (
                f"no {instrument.replace('_', ' ')} is in force in {act.by} by the timeline: it "
                "ends one only where a government has adopted it by itself"
            )
        return
    if already := [code for code in act.countries if code in there]:
        no_effect = ": it has no effect" if len(already) == len(act.countries) else ""
        yield f"{instrument.replace('_', ' ')} is in force in {', '.join(already)} already{no_effect}"


def _opened(resolved: Resolved, offer: str | None) -> set[tuple[str, str]]:
    """Provider and country wherever a lever of the experiment opens this offer, whoever pulls it."""
    base = resolved.base
    acts = [act_of(one, base.jurisdictions) for one in resolved.experiment.levers.values()]
    return {
        (code, country)
        for act in acts
        if act.act == "open" and act.offer == offer
        for code in providers_of(act.by, base.providers)
        for country in act.countries
    }


def _of_closing(act: Act, scenario: Scenario, opened: set[tuple[str, str]]) -> Iterator[str]:
    """What is to be closed although it is there in no month of the run; of regions the record tells."""
    assert act.offer is not None
    providers = {code: scenario.providers[code] for code in providers_of(act.by, scenario.providers)}
    there, regions = {*opened}, act.offer == "local_region"
    for code, provider in providers.items() if regions else ():
        there |= {(code, country) for country in provider.regions_2013}
        in_time = (
            c for c, on in provider.region_openings.items() if scenario.month_after(on) < scenario.months
        )
        there |= {(code, country) for country in in_time}
    never = [c for c in act.countries if not any((code, c) in there for code in providers)]
    if not never:
        return
    ends = [one.openings_recorded_to for one in providers.values()]
    by_record = regions and all(
        end is not None and scenario.month_after(end) >= scenario.months for end in ends
    )
    all_of_them = len(never) == len(act.countries)
    effect = "it has no effect" if all_of_them else "it has no effect there"
    rest = effect if by_record else "it only keeps the provider from opening it by itself"
    what = "no local region" if regions else f"no offer {act.offer!r}"
    yield f"{act.by} opens {what} in {', '.join(never)} by the last month, as recorded: {rest}"


def _of_comity(with_it: Scenario, others_agree: bool) -> Iterator[str]:
    """`others_agree`: whether another lever may bring an agreement."""
    months = [month.law for month in calendar(with_it)]
    rules = {(law.regime, law.comity) for law in months if law.comity is not None}
    agreements = {
        (law.regime, law.comity)
        for law in months
        if law.agreements or any(what == "executive_agreement" for _, what in law.instruments)
    }
    if not rules:
        yield "it has no effect: another rule takes its place at once"
    elif all(
        is_same_comity(with_it.regimes[code], rule, with_it.law, others_agree or (code, rule) in agreements)
        for code, rule in rules
        if rule is not None
    ):
        yield "it has no effect: the rule in force has this comity already, or one that decides as it does"
    elif not any(
        comity_acts(with_it.regimes[code].model_copy(update={"comity": rule}), with_it.law)
        for code, rule in rules
    ):
        yield "it has no effect: the test of the rule in force sends no order to a court that could spare one"

"""Instruments that a timeline names, and that no government there draws itself.

What an event brings to a single country by name is drawn in no month of the run, those before the event's
date included. So an event that is added or removed moves a government's own draws from the first month on.
"""

from collections.abc import Iterator
from dataclasses import replace

from numpy import argwhere

from sim.model.law.timeline import calendar
from sim.scenario.resolution import Resolved
from sim.scenario.scenario import Scenario
from sim.scenario.schema import Event
from sim.vocabulary import INSTRUMENTS

_AGREEMENT = "executive_agreement"


def months_until_drawn(a: Scenario, b: Scenario) -> int:
    """Months before a government of one world may draw what the other's timeline names."""
    if a.timeline is b.timeline and a.first_switch == b.first_switch:
        return a.months
    apart = {instrument for _, instrument in _never_drawn(a) ^ _never_drawn(b)}
    if apart - {_AGREEMENT}:
        return 0
    return min(_first_offer(a), _first_offer(b)) if apart else a.months


def notes(resolved: Resolved) -> Iterator[str]:
    """Whose draws an event that the experiment adds or removes moves from the first month on, in words."""
    experiment, said = resolved.experiment, dict[str, None]()
    history = {event.id: event for event in resolved.base.timelines[experiment.timeline].events}
    for name, scenario in resolved.scenarios.items():
        events = scenario.timeline.events
        for added in experiment.events:
            others = tuple(event for event in events if event.id != added.id)
            words = f"events: {added.id} brings {{}}, whose government draws none itself"
            said |= dict.fromkeys(_moved(words, added, scenario, events, others))
        for removed in experiment.worlds[name].without_events:
            event = history[removed]
            words = (
                f"worlds.{name}.without_events: without {removed} to bring {{}}, its government may draw it"
            )
            said |= dict.fromkeys(_moved(words, event, scenario, (*events, event), events))
    yield from said


def _moved(
    words: str, event: Event, scenario: Scenario, with_it: tuple[Event, ...], without: tuple[Event, ...]
) -> Iterator[str]:
    if scenario.month_after(event.date) <= 0:
        return
    named, others = (
        _never_drawn(replace(scenario, timeline=scenario.timeline.model_copy(update={"events": events})))
        for events in (with_it, without)
    )
    since = f"from the first month on ({scenario.first:%Y-%m}), not from {event.date}"
    for country, instrument in sorted(named - others):
        yield f"{words.format(f'{instrument} to {country}')} {since}"


def _never_drawn(scenario: Scenario) -> frozenset[tuple[str, str]]:
    """Country and instrument, but for those that are in force from the beginning."""
    from sim.model.agents.governments import instruments_named_by  # loads the agents: 0.8 s

    codes = list(scenario.jurisdictions)
    named = {(codes[j], INSTRUMENTS[k]) for j, k in argwhere(instruments_named_by(scenario)).tolist()}
    had = {(code, name) for code, one in scenario.jurisdictions.items() for name in one.instruments_2013}
    return frozenset(named - had)


def _first_offer(scenario: Scenario) -> int:
    """The first month in which the rule may offer executive agreements, which nobody draws before."""
    offered = [
        m for m, month in enumerate(calendar(scenario)) if scenario.regimes[month.law.regime].agreements
    ]
    if any(scenario.regimes[bill].agreements for bill in scenario.bills):
        offered.append(max(scenario.month_after(scenario.first_switch), 0))
    return min(offered, default=scenario.months)

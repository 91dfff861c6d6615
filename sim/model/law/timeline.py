"""The law on any date: the base law plus all that was enacted by then.

A month runs under the law in force on its first day; an event acts from the first month that begins after its date.
After a switch one regime holds (no event changes it any more), and events that exist only because of the case fall out, from the switch's own
date on (the switch takes the place of the ruling of that day).
"""

import datetime as dt
from bisect import bisect_right
from dataclasses import dataclass, replace

from sim.scenario.scenario import Scenario
from sim.scenario.schema import Event, Regime, Switch


@dataclass(frozen=True)
class LawInForce:
    """The US rule on a date, and the foreign instruments that the timeline brought by then."""

    regime: str
    stage: str | None
    instruments: frozenset[tuple[str, str]]  # (country, instrument)

    def enact(self, event: Event) -> "LawInForce":
        """This law after the event's enactments."""
        law = self
        for enacts in event.enacts:
            if enacts.regime is not None:
                law = replace(law, regime=enacts.regime, stage=None)
            if enacts.stage is not None and law.stage is not None:
                law = replace(law, stage=enacts.stage)
            if enacts.instrument is not None:
                named = frozenset((country, enacts.instrument) for country in enacts.countries)
                law = replace(
                    law, instruments=law.instruments - named if enacts.repeals else law.instruments | named
                )
        return law


def events_of(scenario: Scenario) -> tuple[Event, ...]:
    """The events that happen in this world and may drive it: no endogenous ones, no `case` ones after a switch."""
    first_switch = min((switch.on for switch in scenario.switches), default=dt.date.max)
    return tuple(
        event
        for event in scenario.timeline.events
        if event.cause == "exogenous" or (event.cause == "case" and event.date < first_switch)
    )


def _law_by_date(scenario: Scenario) -> tuple[list[dt.date], list[LawInForce]]:
    """The dates on which the law changed, in order, and the law from each on; the base law comes first."""
    law, switched = (
        LawInForce(scenario.timeline.base_regime, scenario.timeline.base_stage, frozenset()),
        False,
    )
    dates, laws = [dt.date.min], [law]
    steps: list[Event | Switch] = [*events_of(scenario), *scenario.switches]
    for step in sorted(steps, key=lambda s: s.on if isinstance(s, Switch) else s.date):
        if isinstance(step, Switch):
            law, switched = replace(law, regime=step.regime, stage=None), True
        else:
            enacted = law.enact(step)
            law = replace(enacted, regime=law.regime, stage=law.stage) if switched else enacted
        dates.append(step.on if isinstance(step, Switch) else step.date)
        laws.append(law)
    return dates, laws


def law_on(scenario: Scenario, date: dt.date) -> LawInForce:
    """The law as it stands at the end of `date`: base law, enacted events, switches."""
    dates, laws = _law_by_date(scenario)
    return laws[bisect_right(dates, date) - 1]


def honoured(regime: Regime, stage: str | None) -> float:
    """Share of US warrants for data abroad that are obeyed: by the rule, or by the stage of a contested law."""
    if regime.test == "contested":
        return regime.stages[str(stage)].honoured
    return 1.0 if regime.test == "control" else 0.0


def believed(regime: Regime, stage: str | None) -> float:
    """What an attentive reader of the news would believe of the rule: 1 if a US warrant reaches abroad, else 0."""
    if regime.test == "contested":
        return regime.stages[str(stage)].believed
    return float(regime.believed if regime.believed is not None else regime.test == "control")


@dataclass(frozen=True)
class Month:
    """What the calendar brings to one month of one world."""

    law: LawInForce
    honoured: float
    believed: float
    events: tuple[Event, ...]  # whose news arrives this month
    ruling: Switch | None  # the switch that acts from this month on


def calendar(scenario: Scenario) -> tuple[Month, ...]:
    """Month by month: the law in force on the first day, and the events and the ruling since the month before began."""
    heard: dict[int, list[Event]] = {}
    for event in events_of(scenario):
        heard.setdefault(scenario.month_after(event.date), []).append(event)
    rulings = {
        scenario.month_after(switch.on): switch for switch in scenario.switches
    }  # of several in a month the last
    dates, laws = _law_by_date(scenario)
    months = []
    for m in range(scenario.months):
        law = laws[bisect_right(dates, scenario.month_start(m) - dt.timedelta(days=1)) - 1]
        regime = scenario.regimes[law.regime]
        months.append(
            Month(
                law=law,
                honoured=honoured(regime, law.stage),
                believed=believed(regime, law.stage),
                events=tuple(heard.get(m, ())),
                ruling=rulings.get(m),
            )
        )
    return tuple(months)

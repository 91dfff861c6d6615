"""The law on any date: the base law plus all that was enacted by then.

A month runs under the law in force on its first day; an event acts from the first month that begins after its
date. After a switch one regime holds (no event changes it any more), and events that exist only because of
the case fall out, from the switch's own date on (the switch takes the place of the ruling of that day).
"""

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from sim.model.arithmetic import total
from sim.scenario.canonical import surviving_events
from sim.scenario.law import EVERY_PROVIDER, Law, Regime
from sim.scenario.scenario import Scenario
from sim.scenario.schema import Act, Event, Provider, Switch

T = TypeVar("T")
Agreement = tuple[str, float | None, float | None, float | None]  # country, quota, notice, lifts_bar


@dataclass(frozen=True)
class LawInForce:
    """The US rule on a date, and the foreign law that the timeline brought by then.

    What the US offers as somebody's act: `comity` in place of the regime's own rule until another regime
    comes, and `agreements` with their terms, which have effect whatever the regime says of agreements.
    """

    regime: str
    stage: str | None
    instruments: frozenset[tuple[str, str]]  # in force: (country, instrument)
    adopted: frozenset[tuple[str, str]] = frozenset()  # these, and those that are not yet in force
    bars_disclosure: frozenset[str] = frozenset()  # countries whose data law bars disclosures abroad
    comity: str | None = None
    agreements: tuple[Agreement, ...] = ()

    def enact(self, event: Event) -> "LawInForce":
        """This law after the event's enactments."""
        law = self
        for enacts in event.enacts:
            if enacts.regime is not None:
                law = replace(law, regime=enacts.regime, stage=None, comity=None)
            if enacts.stage is not None and law.stage is not None:
                law = replace(law, stage=enacts.stage)
            if enacts.bars_disclosure:
                barred = _changed(law.bars_disclosure, frozenset(enacts.countries), enacts.repeals)
                law = replace(law, bars_disclosure=barred)
            if enacts.instrument is not None:
                named = frozenset((country, enacts.instrument) for country in enacts.countries)
                law = replace(law, adopted=_changed(law.adopted, named, enacts.repeals))
                if not enacts.adopts:
                    law = replace(law, instruments=_changed(law.instruments, named, enacts.repeals))
        return law._offer(event.act) if event.act is not None else law

    def _offer(self, act: Act) -> "LawInForce":
        """This law after an act of the US; the acts of others change no US law."""
        if act.act == "comity":
            return replace(self, comity=act.comity)
        if act.act == "agreement":
            terms = {agreement[0]: agreement for agreement in self.agreements}
            own = (act.quota, act.notice, act.lifts_bar)
            terms |= {country: (country, *own) for country in act.countries}
            return replace(self, agreements=tuple(terms.values()))
        return self


def _changed(known: frozenset[T], named: frozenset[T], repeals: bool) -> frozenset[T]:
    return known - named if repeals else known | named


def _law_by_date(scenario: Scenario) -> tuple[list[dt.date], list[LawInForce]]:
    """The dates on which the law changed, in order, and the law from each on; the base law comes first."""
    law, switched = (
        LawInForce(scenario.timeline.base_regime, scenario.timeline.base_stage, frozenset()),
        False,
    )
    dates, laws = [dt.date.min], [law]
    steps: list[Event | Switch] = [*surviving_events(scenario), *scenario.switches]
    for step in sorted(steps, key=lambda s: s.on if isinstance(s, Switch) else s.date):
        if isinstance(step, Switch):
            law, switched = replace(law, regime=step.regime, stage=None, comity=None), True
        else:
            enacted = law.enact(step)
            if switched:  # one regime holds; what the US offers beside it does not end with it
                comity = enacted.comity if step.act is not None else law.comity
                enacted = replace(enacted, regime=law.regime, stage=law.stage, comity=comity)
            law = enacted
        dates.append(step.on if isinstance(step, Switch) else step.date)
        laws.append(law)
    return dates, laws


def law_on(scenario: Scenario, date: dt.date) -> LawInForce:
    """The law as it stands at the end of `date`: base law, enacted events, switches."""
    dates, laws = _law_by_date(scenario)
    return laws[bisect_right(dates, date) - 1]


def honoured_by(law: Law, regime: Regime, stage: str | None, providers: Iterable[str]) -> tuple[float, ...]:
    """Share of US warrants for data abroad that each provider obeys, by the test or by the stage of an open
    one; last the share of all that are not named."""
    reach = law.tests[regime.test].reach
    if reach is not None:
        return (*(reach for _ in providers), reach)
    shares = regime.stages[str(stage)].honoured
    return tuple(shares.get(code, shares[EVERY_PROVIDER]) for code in (*providers, EVERY_PROVIDER))


def honoured(law: Law, regime: Regime, stage: str | None, providers: Mapping[str, Provider]) -> float:
    """The same of all warrants: a provider counts by its share of them."""
    reach = law.tests[regime.test].reach
    if reach is not None:
        return reach
    weights = [provider.request_share for provider in providers.values()]
    *shares, _ = honoured_by(law, regime, stage, providers)
    return float(total(np.array(weights) * np.array(shares)) / total(np.array(weights)))


def believed(law: Law, regime: Regime, stage: str | None) -> float:
    """The chance that a US warrant reaches data abroad, as an attentive reader of the news sees it."""
    reach = law.tests[regime.test].reach
    if reach is None:
        return regime.stages[str(stage)].believed
    return reach if regime.believed is None else regime.believed


@dataclass(frozen=True)
class Month:
    """What the calendar brings to one month of one world."""

    law: LawInForce
    honoured: float
    honoured_by: tuple[float, ...]  # each US provider, and last all others
    believed: float
    events: tuple[Event, ...]  # whose news arrives this month
    ruling: Switch | None  # the switch that acts from this month on


def enacted(months: tuple[Month, ...], scenario: Scenario, after: int, code: str) -> tuple[Month, ...]:
    """The calendar if US lawmakers pass a regime in month `after`: it is the rule from the next month on, and
    its first month brings the news, as with a ruling.
    """
    regime, providers = scenario.regimes[code], scenario.providers
    news = Switch(on=scenario.month_start(after), regime=code)
    coming = [
        replace(
            month,
            law=replace(month.law, regime=code, stage=None, comity=None),
            honoured=honoured(scenario.law, regime, None, providers),
            honoured_by=honoured_by(scenario.law, regime, None, providers),
            believed=believed(scenario.law, regime, None),
            ruling=news if m == after + 1 else None,
        )
        for m, month in enumerate(months)
        if m > after
    ]
    return (*months[: after + 1], *coming)


def calendar(scenario: Scenario) -> tuple[Month, ...]:
    """Month by month: the law in force on the first day, and the events and the ruling since the month before
    began."""
    heard: dict[int, list[Event]] = {}
    for event in surviving_events(scenario):
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
                honoured=honoured(scenario.law, regime, law.stage, scenario.providers),
                honoured_by=honoured_by(scenario.law, regime, law.stage, scenario.providers),
                believed=believed(scenario.law, regime, law.stage),
                events=tuple(heard.get(m, ())),
                ruling=rulings.get(m),
            )
        )
    return tuple(months)

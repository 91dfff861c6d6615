"""Levers: what somebody could do at a date and place, as data.

A lever is an act with an actor and a date. A world that names it under `pulled` has it among the events of
its timeline; all others know nothing of it. So two worlds of which one pulls a lever are a pair like any
other, equal to the bit until the first month that begins after the lever's date.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sim.scenario.base import Base
from sim.scenario.schema import US_PROVIDERS, Act, Event, Experiment, Jurisdiction, Lever, Timeline
from sim.scenario.strict import Value

US, HISTORY, ABROAD = "US", "history", "abroad"
NONE, AND = "none", " + "
"""What a design writes for no lever, and between several."""

PROVIDER, GOVERNMENT = "a US provider", "a government"
# For each act: who may do it, the fields that it needs, and those that it may have.
FIELDS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "open": (PROVIDER, ("offer", "countries"), ()),
    "close": (PROVIDER, ("offer", "countries"), ()),
    "litigate": (PROVIDER, (), ()),
    "publish": (PROVIDER, (), ()),
    "cut_price": (PROVIDER, ("cut", "countries"), ()),
    "comity": (US, ("comity",), ()),
    "agreement": (US, ("countries",), ("notice", "quota", "lifts_bar")),
    "mla_staff": (US, ("times", "countries"), ()),
    "adopt": (GOVERNMENT, ("instrument",), ()),
    "repeal": (GOVERNMENT, ("instrument",), ()),
    "add": (HISTORY, (), ("news", "enacts")),
    "move": (HISTORY, ("event",), ()),
}
VARIED = ("on", "countries", "cut", "comity", "notice", "quota", "lifts_bar", "times")
"""The fields of a lever that a design may vary."""
PLAIN = {"by", "act", "on", "what", "reference"}
_KINDS = {PROVIDER: "provider", US: "law", GOVERNMENT: "law", HISTORY: "news"}


def names_in(text: str) -> tuple[str, ...]:
    """The names that a design writes as one value: `a + b`; none of them for `none`."""
    return () if text.strip() == NONE else tuple(part.strip() for part in text.split("+"))


def countries_of(names: Iterable[str], jurisdictions: Mapping[str, Jurisdiction]) -> tuple[str, ...]:
    """The codes that codes, ties and `abroad` stand for, in the order of the configuration; never the US."""
    wanted = set(names)
    return tuple(
        code
        for code, country in jurisdictions.items()
        if code != US and wanted & {code, country.ties, ABROAD}
    )


def providers_of(by: str, providers: Iterable[str]) -> tuple[str, ...]:
    """The providers that an actor stands for."""
    return tuple(code for code in providers if by in (code, US_PROVIDERS))


def act_of(lever: Lever, jurisdictions: Mapping[str, Jurisdiction]) -> Act:
    """The act itself, with the codes of its countries: governments act in their own."""
    own = FIELDS[lever.act][0] == GOVERNMENT
    countries = countries_of([lever.by] if own else lever.countries, jurisdictions)
    fields = {name: getattr(lever, name) for name in Act.model_fields}
    return Act(**fields | {"countries": countries})


def event_of(name: str, lever: Lever, jurisdictions: Mapping[str, Jurisdiction]) -> Event:
    """The event that a lever is in the worlds that pull it."""
    return Event.model_validate(
        {
            "id": name,
            "date": lever.on,
            "kind": _KINDS[FIELDS[lever.act][0]],
            "cause": "exogenous",
            "what": lever.what or words_of(lever),
            "reference": lever.reference,
            "confidence": "low",
            "news": lever.news,
            "enacts": lever.enacts,
            "act": act_of(lever, jurisdictions),
        }
    )


def words_of(lever: Lever) -> str:
    """Who does what where, in words."""
    told = [lever.instrument, lever.offer, lever.comity, lever.event, *lever.countries]
    return " ".join(str(part).replace("_", " ") for part in (lever.by, lever.act, *told) if part)


@dataclass(frozen=True)
class Chronicle:
    """Every timeline that the worlds of an experiment may have: the history, and the levers to be pulled.

    `made` keeps what was put together, so that worlds and points with the same events share one object.
    """

    history: Timeline
    levers: Mapping[str, Lever]
    jurisdictions: Mapping[str, Jurisdiction]
    made: dict[object, Timeline] = field(default_factory=dict, compare=False, repr=False)

    @property
    def events(self) -> frozenset[str]:
        """The events of the history, by id."""
        return frozenset(event.id for event in self.history.events)

    def timeline(
        self,
        events: frozenset[str],
        pulled: tuple[str, ...],
        changes: Mapping[tuple[str, str], Value] | None = None,
    ) -> Timeline:
        """The history with these of its events, and these levers; `changes` are values of their fields."""
        changes = {at: value for at, value in (changes or {}).items() if at[0] in pulled}
        key = (events, pulled, tuple(sorted(changes.items(), key=str)))
        if key not in self.made:
            self.made[key] = self._put_together(events, pulled, changes)
        return self.made[key]

    def _put_together(
        self, events: frozenset[str], pulled: tuple[str, ...], changes: Mapping[tuple[str, str], Value]
    ) -> Timeline:
        found = {event.id: event for event in self.history.events if event.id in events}
        for name in pulled:
            lever = self.changed(name, changes)
            if lever.act != "move":
                found[name] = event_of(name, lever, self.jurisdictions)
            elif lever.event in found:
                found[lever.event] = found[lever.event].model_copy(update={"date": lever.on})
        in_order = sorted(found.values(), key=lambda event: event.date)
        return self.history.model_copy(update={"events": tuple(in_order)})

    def changed(self, name: str, changes: Mapping[tuple[str, str], Value]) -> Lever:
        """A lever with the values that a design gives its fields."""
        update = {part: field_value(part, value) for (of, part), value in changes.items() if of == name}
        return self.levers[name].model_copy(update=update)


def field_value(part: str, value: Value) -> object:
    """A design's value as the field of a lever holds it: dates and lists of countries are text there."""
    if part == "on":
        return dt.date.fromisoformat(str(value))
    if part == "countries":
        return names_in(str(value))
    return float(value) if isinstance(value, int) and part != "comity" else value


def chronicle_of(experiment: Experiment, base: Base) -> Chronicle:
    """The timelines that the worlds of an experiment choose among."""
    return Chronicle(base.timelines[experiment.timeline], experiment.levers, base.jurisdictions)

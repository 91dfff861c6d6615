"""Levers: what somebody could do at a date and place, as data.

A lever is an act with an actor and a date. A world that names it under `pulled` has it among the events of
its timeline; all others know nothing of it. So two worlds of which one pulls a lever are a pair like any
other, equal to the bit until the first month that begins after the lever's date.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from sim.scenario.base import Base, Finding, findings
from sim.scenario.experiments import first_day
from sim.scenario.paths import Loc
from sim.scenario.problems import choices, unknown
from sim.scenario.schema import US_PROVIDERS, Act, Event, Experiment, Jurisdiction, Lever, Timeline
from sim.scenario.strict import Value
from sim.vocabulary import TIES

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
    "agreement": (US, ("countries",), ("notice", "quota")),
    "mla_staff": (US, ("times", "countries"), ()),
    "adopt": (GOVERNMENT, ("instrument",), ()),
    "repeal": (GOVERNMENT, ("instrument",), ()),
    "add": (HISTORY, (), ("news", "enacts")),
    "move": (HISTORY, ("event",), ()),
}
VARIED = ("on", "countries", "cut", "comity", "notice", "quota", "times")
"""The fields of a lever that a design may vary."""
_PLAIN = {"by", "act", "on", "what", "reference"}
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


# --- checking ---------------------------------------------------------------------------------------------


def lever_findings(experiment: Experiment, base: Base) -> Iterator[Finding]:
    """Acts without what they need, unknown names, and acts that can change nothing."""
    for name, lever in experiment.levers.items():
        at: Loc = ("levers", name)
        if name == NONE:
            yield at, f"'{NONE}' is what a design writes for no lever; choose another name"
        found = [*_field_findings(lever, at), *_name_findings(lever, experiment, base, at)]
        yield from found
        if not found:
            yield from vain_findings(lever, experiment, base, at)
    for world, spec in experiment.worlds.items():
        yield from pulled_findings(spec.pulled, experiment, ("worlds", world, "pulled"))


def pulled_findings(pulled: tuple[str, ...], experiment: Experiment, at: Loc) -> Iterator[Finding]:
    """Levers that there are not, or that are pulled twice."""
    for i, name in enumerate(pulled):
        yield from unknown("lever", name, experiment.levers, (*at, i))
        if name in pulled[:i]:
            yield (*at, i), f"'{name}' is pulled twice"


def choice_findings(at: Loc, value: Value, experiment: Experiment, base: Base) -> Iterator[Finding]:
    """What is wrong with a value that a design gives to `pulled` (`at` is empty) or to a lever's field."""
    if not at:
        for _, words in pulled_findings(names_in(str(value)), experiment, ()):
            yield (), words
        return
    name, part = (str(one) for one in at)
    lever = experiment.levers[name].model_copy(update={part: field_value(part, value)})
    found = [*_name_findings(lever, experiment, base, (name,))]
    for _, words in found or vain_findings(lever, experiment, base, (name,)):
        yield (), words


def _field_findings(lever: Lever, at: Loc) -> Iterator[Finding]:
    _, needed, more = FIELDS[lever.act]
    given = {
        name for name, declared in Lever.model_fields.items() if getattr(lever, name) != declared.default
    }
    for part in needed:
        if part not in given:
            yield at, f"'{lever.act}' needs {' and '.join(needed)}; {part} is missing"
    for part in sorted(given - {*needed, *more, *_PLAIN}):
        takes = ", ".join((*needed, *more)) or "nothing else"
        yield (*at, part), f"'{lever.act}' has no {part}; it takes {takes}"
    if lever.act == "add" and not lever.news and not lever.enacts:
        yield at, "an event that is added needs news, enacts, or both"


def _name_findings(lever: Lever, experiment: Experiment, base: Base, at: Loc) -> Iterator[Finding]:
    who, places = FIELDS[lever.act][0], [*base.jurisdictions, *TIES, ABROAD]
    actors = {
        PROVIDER: [*base.providers, US_PROVIDERS],
        GOVERNMENT: [name for name in places if name != US],
    }.get(who, [who])
    if lever.by not in actors:
        yield (*at, "by"), f"'{lever.act}' is an act of {who}; {choices(lever.by, actors)}"
    for i, country in enumerate(lever.countries):
        yield from unknown("country", country, places, (*at, "countries", i))
    yield from unknown("comity rule", lever.comity, base.contents.law.comity, (*at, "comity"))
    history = base.timelines.get(experiment.timeline)
    known = [event.id for event in history.events] if history else []
    yield from unknown("event", lever.event, known, (*at, "event"))
    if history is not None and lever.act == "add":
        event = event_of(str(at[-1]), lever, base.jurisdictions).model_copy(update={"act": None})
        alone = {"": history.model_copy(update={"events": (event,)})}
        for loc, words in findings(replace(base, timelines=alone)):
            if loc[:3] == ("timelines", "", "events"):
                yield (*at, *loc[4:]), words


def vain_findings(lever: Lever, experiment: Experiment, base: Base, at: Loc) -> Iterator[Finding]:
    """Why a lever can change nothing in any world, as far as the configuration tells."""
    if lever.on >= first_day(experiment.horizon.last):
        yield (
            (*at, "on"),
            f"{lever.on}: it acts from the month after, and the last month is {experiment.horizon.last}",
        )
        return
    if lever.on < first_day(experiment.horizon.first):
        yield (*at, "on"), f"{lever.on}: before the first month, {experiment.horizon.first}"
        return
    act = act_of(lever, base.jurisdictions)
    if FIELDS[lever.act][1][-1:] == ("countries",) and not act.countries:
        yield (*at, "countries"), "names no country abroad"
    vain = _VAIN.get(lever.act)
    words = vain(act, lever.on, experiment, base) if vain else ""
    if words:
        yield at, words


def _open_already(act: Act, on: dt.date, _: Experiment, base: Base) -> str:
    """Regions that all the provider's are there already, by the record."""
    if act.offer != "local_region":
        return ""
    for code in providers_of(act.by, base.providers):
        provider = base.providers[code]
        opened = {*provider.regions_2013, *(c for c, date in provider.region_openings.items() if date <= on)}
        if any(country not in opened for country in act.countries):
            return ""
    return f"{act.by} has a local region in {', '.join(act.countries)} by {on} already, as recorded"


def _open_nowhere(act: Act, on: dt.date, _: Experiment, base: Base) -> str:
    """Nothing to close: no region there is on record."""
    for code in providers_of(act.by, base.providers):
        provider = base.providers[code]
        recorded = {*provider.regions_2013, *provider.region_openings}
        if act.offer != "local_region" or any(country in recorded for country in act.countries):
            return ""
    return f"{act.by} has no local region in {', '.join(act.countries)}, as recorded"


def _publishes_already(act: Act, on: dt.date, _: Experiment, base: Base) -> str:
    since = [base.providers[code].transparency_since for code in providers_of(act.by, base.providers)]
    if any(date is None or date > on for date in since):
        return ""
    return f"{act.by} publishes what governments ask for by {on} already, as recorded"


def _same_number(act: Act, on: dt.date, _: Experiment, base: Base) -> str:
    return "1.0 times the staff changes nothing" if act.times == 1.0 else ""


def _needs_two(act: Act, on: dt.date, _: Experiment, base: Base) -> str:
    if act.instrument != "executive_agreement":
        return ""
    return "it takes two to make an agreement: it is an act of the US (act: agreement, by: US)"


def _cannot_move(act: Act, on: dt.date, experiment: Experiment, base: Base) -> str:
    event = next(e for e in base.timelines[experiment.timeline].events if e.id == act.event)
    if event.cause == "endogenous":
        return f"{event.id} is endogenous: it validates the model and drives nothing, so moving it is in vain"
    return f"{event.id} happens on {on} already" if event.date == on else ""


_VAIN = {
    "open": _open_already,
    "close": _open_nowhere,
    "publish": _publishes_already,
    "mla_staff": _same_number,
    "adopt": _needs_two,
    "move": _cannot_move,
}

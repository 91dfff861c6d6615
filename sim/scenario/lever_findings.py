"""What is wrong with levers: acts without what they need, in vain, or against each other."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import replace

from sim.scenario.base import Base, Finding, findings
from sim.scenario.experiments import first_day
from sim.scenario.levers import (
    ABROAD,
    FIELDS,
    GOVERNMENT,
    NONE,
    PLAIN,
    PROVIDER,
    US,
    act_of,
    event_of,
    field_value,
    names_in,
    providers_of,
)
from sim.scenario.paths import Loc
from sim.scenario.problems import choices, unknown
from sim.scenario.schema import US_PROVIDERS, Act, Event, Experiment, Lever, News
from sim.scenario.strict import Value
from sim.vocabulary import TIES

MOST_LEVERS = 200
TIMES = (0.01, 100.0)
"""The least and most of `times`: beyond them a number is a slip (judgement)."""
_QUARTER = 3  # months


def lever_findings(experiment: Experiment, base: Base) -> Iterator[Finding]:
    """Acts without what they need, unknown names, and acts that can change nothing."""
    if len(experiment.levers) > MOST_LEVERS:
        yield ("levers",), f"{len(experiment.levers):,} levers; at most {MOST_LEVERS}"
        return
    sound = True
    for name, lever in experiment.levers.items():
        at: Loc = ("levers", name)
        if name == NONE:
            yield at, f"'{NONE}' is what a design writes for no lever; choose another name"
        found = [*_field_findings(lever, at), *_name_findings(lever, experiment, base, at)]
        found = found or [*vain_findings(lever, experiment, base, at)]
        yield from found
        sound = sound and not found
    for world, spec in experiment.worlds.items():
        at = ("worlds", world, "pulled")
        found = [*pulled_findings(spec.pulled, experiment, at)]
        yield from found
        if sound and not found:
            yield from joint_findings(spec.pulled, experiment, base, at)


def pulled_findings(pulled: tuple[str, ...], experiment: Experiment, at: Loc) -> Iterator[Finding]:
    """Levers that there are not, or that are pulled twice."""
    if len(pulled) > MOST_LEVERS:
        yield at, f"{len(pulled):,} levers; at most {MOST_LEVERS}"
        return
    for i, name in enumerate(pulled):
        yield from unknown("lever", name, experiment.levers, (*at, i))
        if name in pulled[:i]:
            yield (*at, i), f"'{name}' is pulled twice"


def joint_findings(pulled: tuple[str, ...], experiment: Experiment, base: Base, at: Loc) -> Iterator[Finding]:
    """Levers that one world cannot pull together."""
    moved: dict[str | None, str] = {}
    events = []
    for i, name in enumerate(pulled):
        lever = experiment.levers[name]
        if lever.act != "move":
            events.append(event_of(name, lever, base.jurisdictions))
        elif lever.event in moved:
            yield (*at, i), f"'{name}' and '{moved[lever.event]}' both move {lever.event}: pull one of them"
        else:
            moved[lever.event] = name
    yield from ((at, words) for words in contradictions_of(events, base.providers))


def contradictions_of(events: Iterable[Event], providers: Iterable[str]) -> Iterator[str]:
    """Acts of one world that say two things of one matter on one day, and acts that are there twice."""
    codes = tuple(providers)
    whole: dict[object, str] = {}
    said: dict[object, tuple[object, str]] = {}
    for event in events:
        if event.act is None:
            continue
        who = providers_of(event.act.by, codes) or event.act.countries
        act = event.act.model_copy(update={"by": ""})
        key = (event.date, who, str(act), str(event.news), str(event.enacts))
        if key in whole:
            yield f"'{event.id}' is the same act as '{whole[key]}': pull one of them"
            continue
        whole[key] = event.id
        content = _says(event.act)
        against = {
            other
            for matter in matters_of(event.act, codes)
            for what, other in [said.setdefault((event.date, *matter), (content, event.id))]
            if what != content
        }
        for other in sorted(against):
            yield f"'{event.id}' contradicts '{other}' on {event.date}: pull one of them, or on another date"


def matters_of(act: Act, providers: tuple[str, ...]) -> Iterator[tuple[object, ...]]:
    """What an act decides, matter by matter: two acts cannot decide one on one day."""
    own = providers_of(act.by, providers)
    if act.act in ("open", "close"):
        yield from (("offer", act.offer, code, country) for code in own for country in act.countries)
    elif act.act == "cut_price":
        yield from (("price", code, country) for code in own for country in act.countries)
    elif act.act in ("adopt", "repeal"):
        yield from (("instrument", act.instrument, country) for country in act.countries)
    elif act.act in ("agreement", "mla_staff"):
        yield from ((act.act, country) for country in act.countries)
    elif act.act == "comity":
        yield ("comity",)


def _says(act: Act) -> tuple[object, ...]:
    return act.act, act.cut, act.comity, act.notice, act.quota, act.lifts_bar, act.times


def choice_findings(at: Loc, value: Value, experiment: Experiment, base: Base) -> Iterator[Finding]:
    """What is wrong with a value that a design gives to `pulled` (`at` is empty) or to a lever's field."""
    if not at:
        pulled = names_in(str(value))
        found = [*pulled_findings(pulled, experiment, ())] or [*joint_findings(pulled, experiment, base, ())]
        yield from (((), words) for _, words in found)
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
    if not lever.reference.strip():
        yield (*at, "reference"), "is empty: say the source, or that it is an assumption"
    for part in needed:
        if part not in given:
            yield at, f"'{lever.act}' needs {' and '.join(needed)}; {part} is missing"
    for part in sorted(given - {*needed, *more, *PLAIN}):
        takes = ", ".join((*needed, *more)) or "nothing else"
        yield (*at, part), f"'{lever.act}' has no {part}; it takes {takes}"
    if lever.act == "add" and not lever.news and not lever.enacts:
        yield at, "an event that is added needs news, enacts, or both"
    elif lever.act == "add" and not lever.enacts and not any(map(_is_heard, lever.news)):
        yield (*at, "news"), "changes nothing: no news has both weight and reach, and nothing is enacted"
    for i, enacts in enumerate(lever.enacts):
        if enacts.adopts and enacts.repeals:
            yield (*at, "enacts", i), "adopts and repeals at once: keep one of them"


def _is_heard(news: News) -> bool:
    return news.weight != 0.0 and any(share > 0.0 for share in news.reach.values())


def _name_findings(lever: Lever, experiment: Experiment, base: Base, at: Loc) -> Iterator[Finding]:
    who, places = FIELDS[lever.act][0], [*base.jurisdictions, *TIES, ABROAD]
    actors = {
        PROVIDER: [*base.providers, US_PROVIDERS],
        GOVERNMENT: [name for name in places if name != US],
    }.get(who, [who])
    if lever.by not in actors:
        yield (*at, "by"), f"'{lever.act}' is an act of {who}; {choices(lever.by, actors)}"
    lists = [lever.countries, *(enacts.countries for enacts in lever.enacts)]
    if (longest := max(map(len, lists))) > len(places):
        yield (*at, "countries"), f"{longest:,} countries; there are {len(places)} codes, ties and `{ABROAD}`"
        return
    for i, country in enumerate(lever.countries):
        yield from unknown("country", country, places, (*at, "countries", i))
        if country == US:
            yield (*at, "countries", i), "levers act abroad: the US is not among their countries"
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
    if FIELDS[lever.act][0] == PROVIDER and _first_quarter(lever.on, experiment) is None:
        yield (
            (*at, "on"),
            f"{lever.on}: US providers act at the turn of the quarter after, which is beyond the last month, "
            f"{experiment.horizon.last}",
        )
        return
    act = act_of(lever, base.jurisdictions)
    if FIELDS[lever.act][1][-1:] == ("countries",) and not act.countries:
        yield (*at, "countries"), "names no country abroad"
    vain = _VAIN.get(lever.act)
    words = vain(act, lever.on, experiment, base) if vain else ""
    if words:
        yield at, words


def _first_quarter(on: dt.date, experiment: Experiment) -> int | None:
    """The month of the run in which a US provider does what is asked of it on a date; None: in none."""
    first, last = (first_day(month) for month in (experiment.horizon.first, experiment.horizon.last))
    months = 12 * (last.year - first.year) + last.month - first.month + 1
    after = 12 * (on.year - first.year) + on.month - first.month + 1
    quarter = -(-after // _QUARTER) * _QUARTER
    return quarter if quarter < months else None


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


def _open_nowhere(act: Act, on: dt.date, experiment: Experiment, base: Base) -> str:
    """Nothing to close: no region there is on record, no lever opens one, and the record outlasts the run."""
    opened = [
        (providers_of(lever.by, base.providers), act_of(lever, base.jurisdictions).countries)
        for lever in experiment.levers.values()
        if (lever.act, lever.offer) == ("open", "local_region")
    ]
    for code in providers_of(act.by, base.providers):
        provider = base.providers[code]
        there = {*provider.regions_2013, *provider.region_openings}
        there |= {country for codes, countries in opened if code in codes for country in countries}
        recorded_to = provider.openings_recorded_to  # from then on a provider decides itself
        decides = recorded_to is None or recorded_to < first_day(experiment.horizon.last)
        if act.offer != "local_region" or decides or any(country in there for country in act.countries):
            return ""
    return f"{act.by} has no local region in {', '.join(act.countries)}, as recorded"


def _publishes_already(act: Act, on: dt.date, _: Experiment, base: Base) -> str:
    since = [base.providers[code].transparency_since for code in providers_of(act.by, base.providers)]
    if any(date is None or date > on for date in since):
        return ""
    return f"{act.by} publishes what governments ask for by {on} already, as recorded"


def _number_of_staff(act: Act, on: dt.date, _: Experiment, base: Base) -> str:
    if act.times is not None and not TIMES[0] <= act.times <= TIMES[1]:
        return f"times is {act.times:g}; it must be from {TIMES[0]:g} to {TIMES[1]:g}"
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
    "mla_staff": _number_of_staff,
    "adopt": _needs_two,
    "move": _cannot_move,
}

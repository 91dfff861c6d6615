"""The base configuration: every file under configs/, checked one by one and against each other."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from sim import vocabulary
from sim.scenario.law import EVERY_PROVIDER, LAW_TABLES, Law, Regime, law_findings
from sim.scenario.locations import MOST_BYTES, shown
from sim.scenario.parameter_files import (
    ParameterInfo,
    date_problems,
    load_parameters,
    out_of_range,
    table_problems,
)
from sim.scenario.parameters import Parameters
from sim.scenario.paths import Loc, dotted, leaves, parameter_and_key, path_of
from sim.scenario.problems import InputError, choices, unknown
from sim.scenario.schema import Event, Jurisdiction, News, Outlook, Provider, SegmentSpec, Timeline
from sim.scenario.strict import Strict
from sim.scenario.yaml_files import checked, read

T = TypeVar("T")
Finding = tuple[Loc, str]
EVERYWHERE = "all"
LAST_RECORDED, LAST_MONTH = "2025-12", "2030-12"
"""Where the model's tables end, and where the last outlook ends."""


class Mechanism(Strict):
    """A mechanism of the model, and the parameter values that switch it off."""

    name: str
    meaning: str
    off: dict[str, float]


class Contents(Strict):
    """Who exists, the regimes, and how all behave: what a world may set to other values."""

    jurisdictions: dict[str, Jurisdiction]
    segments: dict[str, SegmentSpec]
    providers: dict[str, Provider]
    regimes: dict[str, Regime]
    law: Law
    parameters: Parameters


@dataclass(frozen=True)
class Base:
    """The shipped configuration. `lines` says for each value (by its place) which file and line gives it."""

    contents: Contents
    timelines: dict[str, Timeline]
    parameter_info: dict[str, ParameterInfo]
    mechanisms: dict[str, Mechanism]
    outlooks: dict[str, Outlook]
    lines: dict[Loc, str]

    @property
    def jurisdictions(self) -> dict[str, Jurisdiction]:
        return self.contents.jurisdictions

    @property
    def segments(self) -> dict[str, SegmentSpec]:
        return self.contents.segments

    @property
    def providers(self) -> dict[str, Provider]:
        return self.contents.providers

    @property
    def regimes(self) -> dict[str, Regime]:
        return self.contents.regimes

    @property
    def parameters(self) -> Parameters:
        return self.contents.parameters

    def where(self, loc: Loc) -> str:
        return nearest(self.lines, loc)


def nearest(lines: dict[Loc, str], loc: Loc) -> str:
    """Who gave the value at a place, or the nearest thing around it that is known."""
    while loc and loc not in lines:
        loc = loc[:-1]
    return lines.get(loc, "configs")


def load_base(folder: Path) -> Base:
    """The configuration under `folder` (a `configs/`), which nobody may change.

    It is checked once for as long as its files say the same. Raises InputError with every problem found.
    """
    if not folder.is_dir():
        raise InputError(f"{shown(folder)}: no such folder")
    return _checked(folder, shown(folder), tuple((path, _bytes(path)) for path in folder.rglob("*.yaml")))


def _bytes(path: Path) -> bytes | None:
    """What a file holds; None if it is too large or cannot be read, which is said when it is read as YAML."""
    try:
        return path.read_bytes() if path.stat().st_size <= MOST_BYTES else None
    except OSError:
        return None


@lru_cache(maxsize=4)
def _checked(folder: Path, place: str, files: tuple[tuple[Path, bytes | None], ...]) -> Base:
    """`load_base` of the folder, which is called `place` in messages and has these `files`."""
    problems: list[str] = []
    lines: dict[Loc, str] = {}
    world = folder / "world"
    jurisdictions = _file(
        world / "jurisdictions.yaml", dict[str, Jurisdiction], ("jurisdictions",), problems, lines
    )
    segments = _file(world / "segments.yaml", dict[str, SegmentSpec], ("segments",), problems, lines)
    providers = _file(world / "providers.yaml", dict[str, Provider], ("providers",), problems, lines)
    regimes = _folder(folder / "regimes", Regime, ("regimes",), problems, lines)
    law: dict[str, Any] = {
        part: _file(folder / "law" / f"{part}.yaml", kind, ("law", part), problems, lines)
        for part, kind in LAW_TABLES.items()
    }
    timelines = _folder(folder / "timelines", Timeline, ("timelines",), problems, lines)
    outlooks = _folder(folder / "outlook", Outlook, ("outlooks",), problems, lines)
    mechanisms = _file(folder / "mechanisms.yaml", dict[str, Mechanism], ("mechanisms",), problems, lines)
    parameters, infos = load_parameters(folder / "parameters", problems, lines)
    if (
        jurisdictions is None
        or segments is None
        or providers is None
        or parameters is None
        or mechanisms is None
        or problems
    ):
        raise InputError(problems)
    contents = Contents(
        jurisdictions=jurisdictions,
        segments=segments,
        providers=providers,
        regimes=regimes,
        law=Law(**law),
        parameters=parameters,
    )
    base = Base(contents, timelines, infos, mechanisms, outlooks, lines)
    found = [*findings(base), *_mechanism_findings(base), *_outlook_findings(base)]
    if found:
        raise InputError([f"{base.where(loc)}: {path_of(loc)}: {message}" for loc, message in found])
    return base


def findings(base: Base) -> Iterator[Finding]:
    """What contradicts itself in the contents and the timelines."""
    yield from contradictions(base.contents)
    yield from _timeline_findings(base)


def _file(path: Path, kind: type[T], at: Loc, problems: list[str], lines: dict[Loc, str]) -> T | None:
    try:
        document = read(path)
    except InputError as error:
        problems += error.problems
        return None
    lines.update({(*at, *loc): document.where(loc) for loc in document.lines})
    return checked(kind, document.tree, lambda loc: document.where(loc[len(at) :]), problems, at)


def _folder(folder: Path, kind: type[T], at: Loc, problems: list[str], lines: dict[Loc, str]) -> dict[str, T]:
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        problems.append(f"{shown(folder)}: no .yaml file in it")
    loaded = {path.stem: _file(path, kind, (*at, path.stem), problems, lines) for path in paths}
    return {name: one for name, one in loaded.items() if one is not None}


# --- what must agree ---------------------------------------------------------------------------------


def contradictions(contents: Contents, sound: Contents | None = None) -> Iterator[Finding]:
    """What no single type can see: names that must exist elsewhere, sets that must be complete.

    `sound` has no contradictions: a part that both share is not looked at again.
    """
    new = {
        part for part in Contents.model_fields if getattr(sound, part, None) is not getattr(contents, part)
    }
    if "jurisdictions" in new or "segments" in new:
        yield from _people_findings(contents, sound)
    if "jurisdictions" in new or "providers" in new:
        yield from _provider_findings(contents)
    if "law" in new or "regimes" in new:
        yield from law_findings(contents.law, contents.regimes)
    if "providers" in new or "regimes" in new:
        yield from _regime_findings(contents)
    named = ("providers", "regimes", "jurisdictions")
    if "parameters" in new or any([*getattr(sound, n)] != [*getattr(contents, n)] for n in named):
        names: dict[str, Iterable[str]] = {
            "provider": contents.providers,
            "regime": contents.regimes,
            "segment": vocabulary.SEGMENTS,
            "tie or country": [EVERYWHERE, *vocabulary.TIES, *contents.jurisdictions],
        }
        yield from table_problems(contents.parameters, names)


def _people_findings(contents: Contents, sound: Contents | None) -> Iterator[Finding]:
    codes = list(contents.jurisdictions)
    if codes[:1] != ["US"]:
        yield ("jurisdictions",), "the first jurisdiction must be US"
    if len(codes) < 2:
        yield ("jurisdictions",), "at least one jurisdiction besides the US is needed"
    yield from _jurisdiction_findings(contents, sound)
    yield from (
        ((("segments",), f"missing segment '{name}'"))
        for name in vocabulary.SEGMENTS
        if name not in contents.segments
    )
    yield from (
        (("segments", name), f"unknown segment; {choices(name, vocabulary.SEGMENTS)}")
        for name in contents.segments
        if name not in vocabulary.SEGMENTS
    )


def _provider_findings(contents: Contents) -> Iterator[Finding]:
    codes = list(contents.jurisdictions)
    if not contents.providers:
        yield ("providers",), "at least one US provider is needed"
    for code, provider in contents.providers.items():
        for i, region in enumerate(provider.regions_2013):
            yield from unknown("country", region, codes, ("providers", code, "regions_2013", i))
        for region in provider.region_openings:
            yield from unknown("country", region, codes, ("providers", code, "region_openings", region))
        for key, words in date_problems(provider.world_share):
            yield ("providers", code, "world_share", key), words
        if not provider.world_share:
            yield ("providers", code, "world_share"), "the table is empty"
        if provider.request_share and not provider.consumer_share:
            yield (
                ("providers", code, "request_share"),
                "nobody's account could be asked for: consumer_share is 0, so the provider has no consumers",
            )
    for name in ("consumer_share", "request_share"):
        if contents.providers and not any(getattr(one, name) for one in contents.providers.values()):
            yield ("providers",), f"{name} is 0 for every provider; at least one needs a share"


def _regime_findings(contents: Contents) -> Iterator[Finding]:
    for code, regime in contents.regimes.items():
        for name, stage in regime.stages.items():
            here: Loc = ("regimes", code, "stages", name, "honoured")
            if EVERY_PROVIDER not in stage.honoured:
                yield here, f"give the share of all providers that are not named, as {EVERY_PROVIDER}"
            for key in stage.honoured:
                yield from unknown("provider", key, [EVERY_PROVIDER, *contents.providers], (*here, key))


def _jurisdiction_findings(contents: Contents, sound: Contents | None) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    fields = tuple(Jurisdiction.model_fields)  # looked up once: it is asked for hundreds of times
    blocs = [one.bloc for one in contents.jurisdictions.values()]
    shared = sorted({bloc for bloc in blocs if blocs.count(bloc) > 1})
    for code, one in contents.jurisdictions.items():
        at: Loc = ("jurisdictions", code)
        for i, iso3 in enumerate(one.iso3):
            if iso3 in seen:
                yield (*at, "iso3", i), f"{iso3} is already in {seen[iso3]}"
            seen[iso3] = code
        if one.bloc != code and one.bloc not in shared:
            yield (
                (*at, "bloc"),
                f"bloc '{one.bloc}' has no other member; {choices(one.bloc, [code, *shared])}",
            )
        if sound and sound.jurisdictions.get(code) is one:
            continue
        for name, shares in (
            ("adoption_2013", one.adoption_2013),
            ("adoption_ceiling", one.adoption_ceiling),
        ):
            for segment, share in shares:
                if not 0 <= share <= 1:
                    yield (*at, name, segment), f"must be a share from 0 to 1 (got {share:g})"
        for segment, pace in one.adoption_pace:
            if pace <= 0:
                yield (*at, "adoption_pace", segment), f"must be positive (got {pace:g})"
        yield from (
            ((*at, "source", key), f"no such field; {choices(key, fields)}")
            for key in one.source
            if key not in fields
        )


def _timeline_findings(base: Base) -> Iterator[Finding]:
    reaches = [EVERYWHERE, *vocabulary.TIES, *base.jurisdictions]
    for code, timeline in base.timelines.items():
        at: Loc = ("timelines", code)
        yield from _event_findings(base, timeline.events, (*at, "events"))
        if timeline.base_regime not in base.regimes:
            yield from unknown("regime", timeline.base_regime, base.regimes, (*at, "base_regime"))
            continue
        regime = timeline.base_regime
        yield from _stage_finding(base, regime, timeline.base_stage, (*at, "base_stage"))
        for i, event in enumerate(timeline.events):
            for j, enacts in enumerate(event.enacts):
                here: Loc = (*at, "events", i, "enacts", j)
                if enacts.regime is not None and enacts.regime not in base.regimes:
                    yield from unknown("regime", enacts.regime, base.regimes, (*here, "regime"))
                    continue
                regime = enacts.regime or regime
                if enacts.regime is not None or enacts.stage is not None:
                    yield from _stage_finding(base, regime, enacts.stage, (*here, "stage"))
                what = enacts.instrument or ("bars_disclosure" if enacts.bars_disclosure else None)
                if what is not None and not enacts.countries:
                    yield (*here, "countries"), f"the instrument '{what}' needs the countries that enact it"
                for k, country in enumerate(enacts.countries):
                    yield from unknown("country", country, base.jurisdictions, (*here, "countries", k))
            for j, news in enumerate(event.news):
                yield from _grade_finding(timeline, news, (*at, "events", i, "news", j))
                for key in news.reach:
                    yield from unknown("reach", key, reaches, (*at, "events", i, "news", j, "reach", key))


def _grade_finding(timeline: Timeline, news: News, at: Loc) -> Iterator[Finding]:
    if news.grade is None:
        return
    yield from unknown("grade", news.grade, timeline.grades, (*at, "grade"))
    grade = timeline.grades.get(news.grade)
    if grade is not None and not grade.holds(news):
        yield (
            (*at, "grade"),
            f"the grade '{news.grade}' has a weight of {grade.weight[0]:g} to {grade.weight[1]:g} and a "
            f"largest reach of {grade.reach[0]:g} to {grade.reach[1]:g}",
        )


def _event_findings(base: Base, events: Sequence[Event], at: Loc) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for i, event in enumerate(events):
        before = events[max(i - 1, 0)]
        if event.date < before.date:
            yield (
                (*at, i, "date"),
                f"event {event.id} ({event.date}) stands after {before.id} ({before.date}): put events in "
                "order of date",
            )
        if event.id in first:
            place = base.where((*at, first[event.id], "id"))
            yield (*at, i, "id"), f"event id used twice: {event.id}, first at {place}"
        first.setdefault(event.id, i)
        if event.act is not None:
            yield (*at, i, "act"), "an event of a timeline is no act of anybody: write it under levers"


def _stage_finding(base: Base, regime: str, stage: str | None, at: Loc) -> Iterator[Finding]:
    stages = base.regimes[regime].stages
    if stage is not None and stage not in stages:
        yield at, f"regime '{regime}' has no stage '{stage}'; {choices(stage, stages)}"
    elif stage is None and stages:
        yield at, f"regime '{regime}' has stages: name one; valid: {', '.join(stages)}"


def _outlook_findings(base: Base) -> Iterator[Finding]:
    years = [str(year) for year in range(int(LAST_RECORDED[:4]) + 1, int(LAST_MONTH[:4]) + 1)]
    for code, outlook in base.outlooks.items():
        at: Loc = ("outlooks", code)
        if list(outlook.volume_growth) != years:
            yield (*at, "volume_growth"), f"needs an entry for each of {', '.join(years)}, and no other"
        for provider in outlook.world_share:
            yield from unknown("provider", provider, base.providers, (*at, "world_share", provider))
        for i, event in enumerate(outlook.events):
            if f"{event.date:%Y-%m}" <= LAST_RECORDED:
                yield (*at, "events", i, "date"), f"{event.date} is not after the record, {LAST_RECORDED}"


def _mechanism_findings(base: Base) -> Iterator[Finding]:
    known = parameter_paths(base)
    for code, mechanism in base.mechanisms.items():
        if not mechanism.off:
            yield ("mechanisms", code, "off"), "name at least one parameter that switches it off"
        for path, value in mechanism.off.items():
            at: Loc = ("mechanisms", code, "off", path)
            if path not in known:
                yield at, f"unknown parameter; {choices(path, base.parameter_info)}"
                continue
            parameter, key = parameter_and_key(path)
            info = base.parameter_info[parameter]
            keys = [key] if key else list(info.value) if isinstance(info.value, dict) else []
            for message in {
                message for _, message in out_of_range(info, dict.fromkeys(keys, value) if keys else value)
            }:
                yield at, f"{message}, or its off value"


def parameter_paths(base: Base) -> list[str]:
    """Every path that names a parameter, or one number of it."""
    return [
        path
        for info in base.parameter_info.values()
        for path in (info.path, *(f"{info.path}.{dotted(loc)}" for loc, _ in leaves(info.value) if loc))
    ]

"""What an experiment adds to the configuration: regimes, tests, comity rules, rows of the law, events of the
timeline. And what its outlook does."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from sim.scenario.base import Base, Finding, findings
from sim.scenario.law import ForeignRow, USRow
from sim.scenario.paths import Loc
from sim.scenario.problems import unknown
from sim.scenario.schema import Event, Experiment, Outlook, Timeline
from sim.scenario.strict import Strict

T = TypeVar("T", bound=Strict)
_LAW = ("tests", "comity", "us_orders", "foreign_orders")
_NAMED = ("regimes", *_LAW)


def with_additions(experiment: Experiment, base: Base, lines: dict[Loc, str]) -> tuple[Base, list[Finding]]:
    """The configuration with what the experiment adds, and what is wrong with that, by its place in the
    experiment."""
    if experiment.outlook in base.outlooks:
        base = _with_outlook(base, base.outlooks[str(experiment.outlook)])
    if not any(getattr(experiment, part) for part in (*_NAMED, "events")):
        return base, []
    found = [*_name_findings(experiment, base)]
    if found:
        return base, found
    law = base.contents.law
    tables: dict[str, Any] = {
        part: getattr(law, part) | getattr(experiment, part) for part in ("tests", "comity")
    }
    tables["us_orders"] = _inserted(USRow, law.us_orders, experiment.us_orders)
    tables["foreign_orders"] = _inserted(ForeignRow, law.foreign_orders, experiment.foreign_orders)
    contents = base.contents.model_copy(
        update={
            "regimes": base.regimes | experiment.regimes,
            "law": law.model_copy(update=tables),
        }
    )
    timelines = {
        code: timeline.model_copy(update={"events": _in_order([*timeline.events, *experiment.events])})
        for code, timeline in base.timelines.items()
    }
    own = _own_lines(experiment, lines)
    moved = _moved_lines(base, timelines, experiment, lines)
    extended = replace(base, contents=contents, timelines=timelines, lines=moved | own)
    return extended, [(_place(loc, experiment, timelines), message) for loc, message in findings(extended)]


def _with_outlook(base: Base, outlook: Outlook) -> Base:
    """The configuration with its tables continued, and the timelines with the events that are supposed."""
    market = base.parameters.market
    market = market.model_copy(update={"volume_growth": market.volume_growth | outlook.volume_growth})
    providers = {
        code: provider.model_copy(
            update={"world_share": provider.world_share | outlook.world_share.get(code, {})}
        )
        for code, provider in base.providers.items()
    }
    parameters = base.parameters.model_copy(update={"market": market})
    contents = base.contents.model_copy(update={"parameters": parameters, "providers": providers})
    timelines = {
        code: timeline.model_copy(update={"events": _in_order([*timeline.events, *outlook.events])})
        for code, timeline in base.timelines.items()
    }
    return replace(base, contents=contents, timelines=timelines)


def _name_findings(experiment: Experiment, base: Base) -> Iterator[Finding]:
    law = base.contents.law
    known: dict[str, Mapping[str, Any]] = {"regimes": base.regimes} | {p: getattr(law, p) for p in _LAW}
    for part in _NAMED:
        for name in getattr(experiment, part):
            if name in known[part]:
                yield (
                    (part, name),
                    "this name exists already; choose another, or change its values under `set`",
                )
    for part in ("us_orders", "foreign_orders"):
        for name, row in getattr(experiment, part).items():
            yield from unknown("row", row.before, known[part], (part, name, "before"))
    ids = [event.id for timeline in base.timelines.values() for event in timeline.events]
    for i, event in enumerate(experiment.events):
        if event.id in ids:
            yield ("events", i, "id"), f"the event '{event.id}' exists already; choose another id"
        ids.append(event.id)


def _inserted(kind: type[T], rows: Mapping[str, T], added: Mapping[str, Any]) -> dict[str, T]:
    """The rows with each added one before the row that it names, or before the first that depends on the US
    rule."""
    out = list(rows.items())
    first = next((name for name, row in out if _depends_on_the_rule(row)), None)
    for name, row in added.items():
        at = next((i for i, (other, _) in enumerate(out) if other == (row.before or first)), len(out))
        out.insert(at, (name, kind.model_validate(row.model_dump(exclude={"before"}))))
    return dict(out)


def _depends_on_the_rule(row: Any) -> bool:
    return any(getattr(row.when, name, None) is not None for name in ("test", "comity", "bar"))


def _in_order(events: Iterable[Event]) -> tuple[Event, ...]:
    return tuple(sorted(events, key=lambda event: event.date))


# --- who gave what ------------------------------------------------------------------------------------------


def _own_lines(experiment: Experiment, lines: Mapping[Loc, str]) -> dict[Loc, str]:
    return {
        (("law", *loc) if loc[0] in _LAW else loc): where
        for loc, where in lines.items()
        if loc and loc[0] in _NAMED
    }


def _moved_lines(
    base: Base, timelines: Mapping[str, Timeline], experiment: Experiment, lines: Mapping[Loc, str]
) -> dict[Loc, str]:
    """The lines of the configuration, those of events under the numbers that they have now."""
    added = {event.id: i for i, event in enumerate(experiment.events)}
    out = {
        loc: where
        for loc, where in base.lines.items()
        if loc[:1] != ("timelines",) or loc[2:3] != ("events",)
    }
    for code, timeline in timelines.items():
        before = {event.id: i for i, event in enumerate(base.timelines[code].events)}
        for i, event in enumerate(timeline.events):
            known, old = (
                (lines, ("events", added[event.id]))
                if event.id in added
                else (base.lines, ("timelines", code, "events", before[event.id]))
            )
            out |= {
                ("timelines", code, "events", i, *loc[len(old) :]): where
                for loc, where in known.items()
                if loc[: len(old)] == old
            }
    return out


def _place(loc: Loc, experiment: Experiment, timelines: Mapping[str, Timeline]) -> Loc:
    """A place in the configuration as the experiment writes it, if it is of an addition."""
    if loc[:1] == ("law",) and len(loc) > 2 and loc[2] in getattr(experiment, str(loc[1])):
        return loc[1:]
    if loc[:1] == ("timelines",) and loc[2:3] == ("events",) and len(loc) > 3:
        event = timelines[str(loc[1])].events[int(loc[3])]
        if event in experiment.events:
            return ("events", experiment.events.index(event), *loc[4:])
    return loc

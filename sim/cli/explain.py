"""`warrantsim explain`: what a name means, what it is worth, where that comes from, and who set it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from sim import vocabulary
from sim.cli.console import console
from sim.cli.list import value_words
from sim.model.tables import TABLES
from sim.scenario.base import Base, load_base, nearest
from sim.scenario.locations import CONFIGS, root
from sim.scenario.parameter_files import ParameterInfo
from sim.scenario.paths import Loc
from sim.scenario.posterior import Fitted, moved_headlines, read_posterior, there_is_one
from sim.scenario.problems import InputError, choices
from sim.scenario.resolution import Resolved, factors, points, resolve
from sim.scenario.samples import POSTERIOR
from sim.scenario.schema import BySegment, Event
from sim.scenario.strict import Strict


@dataclass(frozen=True)
class Explanation:
    """One thing that goes by the name asked for."""

    kind: str
    name: str
    facts: list[tuple[str, str]]


def print_explanation(name: str, experiment: str | None) -> None:
    """Print everything called `name`; raises InputError with near matches if nothing is."""
    resolved = resolve(experiment) if experiment else None
    base = resolved.base if resolved else load_base(root() / CONFIGS)
    found = list(explanations(name, base, resolved))
    if not found:
        raise InputError(f"{name}: nothing is called that; {choices(name, _everything(base))}")
    out = console()
    for one in found:
        out.print(f"[bold]{escape(one.name)}[/] ({one.kind})")
        table = Table(box=None, show_header=False, pad_edge=False)
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for label, fact in one.facts:
            table.add_row(escape(label), escape(fact))
        out.print(Padding(table, (0, 0, 0, 2)))


def explanations(name: str, base: Base, resolved: Resolved | None = None) -> Iterator[Explanation]:
    """All that goes by `name`: a path or the last part of one, a code, or a country's name."""
    yield from _parameters(name, base, resolved)
    for part, kind in (
        ("jurisdictions", "country"),
        ("segments", "segment"),
        ("providers", "provider"),
        ("regimes", "regime"),
    ):
        for code, one in getattr(base, part).items():
            if name.casefold() in (code.casefold(), one.name.casefold()):
                yield Explanation(kind, code, list(_facts(part, code, one, base, resolved)))
    for code, mechanism in base.mechanisms.items():
        if name == code:
            off = " ".join(f"{path}={value:g}" for path, value in mechanism.off.items())
            yield Explanation(
                "mechanism",
                code,
                [
                    ("name", mechanism.name),
                    ("meaning", mechanism.meaning),
                    ("switched off by", off),
                    ("set by", base.where(("mechanisms", code))),
                ],
            )
    for timeline, history in base.timelines.items():
        for i, event in enumerate(history.events):
            if name == event.id:
                yield Explanation(
                    f"event of the timeline {timeline}",
                    event.id,
                    [*_event(event), ("set by", base.where(("timelines", timeline, "events", i)))],
                )
    if name in vocabulary.INSTRUMENTS:
        yield Explanation("instrument of governments", name, list(_instrument(name, base)))
    yield from _factors(name, resolved)
    yield from _columns(name)


def _factors(name: str, resolved: Resolved | None) -> Iterator[Explanation]:
    if resolved is None or resolved.experiment.design is None:
        return
    design = resolved.experiment.design
    for factor in factors(resolved):
        if name in (factor.path, factor.path.rpartition(".")[2]) or factor.path.startswith(f"{name}."):
            kind = f"{'uncertainty' if factor.role == 'uncertainties' else 'lever'} of the design"
            how = (
                "every combination" if factor.role == "levers" and design.method != "list" else design.method
            )
            where = nearest(resolved.lines, factor.at)
            drawn = design.method == POSTERIOR and factor.role == "uncertainties"
            numbers = [float(value) for value in factor.values] if drawn else []
            over = f"{min(numbers):.4g} to {max(numbers):.4g}" if drawn else factor.range_words
            yield Explanation(
                kind,
                factor.path,
                [
                    ("varied over", over),
                    ("how", how),
                    ("points", f"{len(points(resolved)):,}"),
                    ("set by", where),
                ],
            )


def _parameters(name: str, base: Base, resolved: Resolved | None) -> Iterator[Explanation]:
    for path, info in base.parameter_info.items():
        entries = [f"{path}.{key}" for key in info.value] if isinstance(info.value, dict) else []
        if name == path or name in entries or name == path.split(".")[1]:
            yield Explanation("parameter", path, [*_parameter(info, resolved), *_fitted(path)])
    posterior = read_posterior() if there_is_one() else None
    for one in posterior.fitted if posterior is not None else ():
        if name == one.parameter and one.multiplies:
            yield Explanation("fitted multiplier", name, list(_of_posterior(one)))
    group = [path for path in base.parameter_info if path.split(".")[0] == name]
    if group:
        yield Explanation(
            "group of parameters",
            name,
            [(path, value_words(base.parameter_info[path].value)) for path in group],
        )


def _parameter(info: ParameterInfo, resolved: Resolved | None) -> Iterator[tuple[str, str]]:
    yield "value", value_words(info.value)
    yield "unit", info.unit
    yield "range", info.range_words
    if info.off is not None:
        yield "off", f"{value_words(info.off)} (its mechanism does nothing)"
    yield "meaning", info.meaning
    yield "source", info.source
    yield "set by", f"{info.file}:{info.line}"
    if resolved is None:
        return
    group, name = info.path.split(".")
    for world, scenario in resolved.scenarios.items():
        value = getattr(getattr(scenario.parameters, group), name)
        numbers = value.model_dump() if isinstance(value, BySegment) else value
        paths = [f"{info.path}.{key}" for key in numbers] if isinstance(numbers, dict) else [info.path]
        who = dict.fromkeys(
            resolved.who_set.get(f"worlds.{world}.set.{path}", resolved.who_set[path]) for path in paths
        )
        yield f"in {world}", f"{value_words(numbers)}, set by {', '.join(who)}"


def _fitted(path: str) -> Iterator[tuple[str, str]]:
    """What the fit says of a parameter, where there is a posterior and it was fitted."""
    if not there_is_one():
        return
    one = read_posterior().of(path)
    if one is None:
        yield "posterior", "not fitted: the value stands as its source gives it"
    else:
        yield from _of_posterior(one)


def _of_posterior(one: Fitted) -> Iterator[tuple[str, str]]:
    what = (
        f"{one.parameter}, by which the values before the fit are multiplied"
        if one.multiplies
        else "this parameter"
    )
    yield "fitted as", what
    if one.multiplies:
        yield "multiplies", ", ".join(f"{path} {before:g}" for path, before in one.multiplies.items())
    yield (
        "prior",
        (
            f"{one.prior_low:g} to "
            f"{one.prior_high:g}{', even on a log scale' if one.scale == 'log' else ''}; before the "
            f"fit {one.prior_centre:g}"
        ),
    )
    yield (
        "posterior",
        f"mean {one.mean:.3g}, 90% from {one.p05:.3g} to {one.p95:.3g}; best point {one.value:.3g}",
    )
    narrower = (
        f"the data leave {max(0.0, 1.0 - one.contraction):.0%} of the prior's variance; recovery's 90% "
        f"intervals hold the truth in {one.coverage:.0%}"
    )
    yield "identified", f"{'yes' if one.identified else 'no'}: {narrower}"
    yield (
        "how far it moved",
        (
            "the difference between the worlds of two_worlds, median and 90%, under the prior and (->) "
            "under the posterior of all that was fitted:"
        ),
    )
    for line in moved_headlines():
        prior, posterior = (
            f"{line[f'{g}_median']:.3g} ({line[f'{g}_low']:.3g} to {line[f'{g}_high']:.3g})"
            for g in ("prior", "posterior")
        )
        yield f"  {line['headline']}", f"{prior} -> {posterior} {line['unit']}"


def _facts(
    part: str, code: str, one: Strict, base: Base, resolved: Resolved | None
) -> Iterator[tuple[str, str]]:
    source = getattr(one, "source", {})
    for field, value in one:
        if field == "source" and isinstance(value, dict):
            continue
        said = _said(value)
        where = source.get(field) if isinstance(source, dict) else None
        yield field, f"{said}  [{where}]" if where else said
    at: Loc = (part, code)
    yield "set by", base.where(at)
    if resolved is None:
        return
    for path, who in resolved.who_set.items():
        head, _, rest = path.partition(".set.") if path.startswith("worlds.") else ("", "", path)
        if rest.startswith(f"{part}.{code}.") and who != base.where(tuple(rest.split("."))):
            world = head.removeprefix("worlds.")
            scenario = resolved.scenarios[world] if world else next(iter(resolved.scenarios.values()))
            new: Any = getattr(scenario, part)[code]
            for key in rest.split(".")[2:]:
                new = (
                    new[int(key)]
                    if isinstance(new, tuple)
                    else new[key]
                    if isinstance(new, dict)
                    else getattr(new, key)
                )
            yield f"in {world or 'all worlds'}", f"{rest} = {_said(new)}, set by {who}"


def _said(value: Any) -> str:
    if isinstance(value, Strict):
        value = value.model_dump(mode="json")
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_said(inner)}" for key, inner in value.items()) or "none"
    if isinstance(value, tuple | list):
        return ", ".join(_said(inner) for inner in value) or "none"
    return "-" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _event(event: Event) -> Iterator[tuple[str, str]]:
    yield "date", event.date.isoformat()
    yield "what", event.what
    yield "kind", event.kind
    yield "cause", f"{event.cause}{' (falls out after the switch)' if event.cause == 'case' else ''}"
    for enacts in event.enacts:
        yield (
            "enacts",
            ", ".join(f"{key} {_said(value)}" for key, value in enacts if value not in (None, (), False)),
        )
    for news in event.news:
        yield "news", f"{news.channel}, weight {news.weight:g}, reach {_said(news.reach)}"
    yield "reference", event.reference
    yield "confidence", event.confidence


def _instrument(name: str, base: Base) -> Iterator[tuple[str, str]]:
    held = [code for code, one in base.jurisdictions.items() if name in one.instruments_2013]
    yield "in force in 2013", ", ".join(held) or "nowhere"
    for timeline, history in base.timelines.items():
        for event in history.events:
            for enacts in event.enacts:
                if enacts.instrument == name:
                    yield (
                        f"{timeline}: {event.date}",
                        (
                            f"{'repealed' if enacts.repeals else 'enacted'} by "
                            f"{', '.join(enacts.countries)} ({event.id})"
                        ),
                    )
    for path, info in base.parameter_info.items():
        if isinstance(info.value, dict) and name in info.value:
            yield path, f"{info.value[name]:g} {info.unit} ({info.meaning})"


def _columns(name: str) -> Iterator[Explanation]:
    for table in TABLES.values():
        for column in table.columns:
            if name in (column.name, f"{table.name}.{column.name}"):
                yield Explanation(
                    f"column of the table {table.name}",
                    f"{table.name}.{column.name}",
                    [
                        ("meaning", column.meaning),
                        ("unit", column.unit),
                        ("type", column.dtype),
                        ("one row is", table.one_row_is),
                    ],
                )


def _everything(base: Base) -> list[str]:
    events = [event.id for history in base.timelines.values() for event in history.events]
    columns = [column.name for table in TABLES.values() for column in table.columns]
    codes = [*base.jurisdictions, *base.segments, *base.providers, *base.regimes, *base.mechanisms]
    return list(dict.fromkeys([*codes, *base.parameter_info, *events, *vocabulary.INSTRUMENTS, *columns]))

"""`warrantsim explain`: what a name means, its value, where that comes from, and who set it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from rich.markup import escape
from rich.padding import Padding

from sim import vocabulary
from sim.analysis.headlines import HEADLINES, Headline
from sim.cli.console import console
from sim.cli.list import entries, words
from sim.model.tables import TABLES
from sim.scenario.base import Base, load_base, nearest
from sim.scenario.locations import CONFIGS, root
from sim.scenario.parameter_files import ParameterInfo
from sim.scenario.paths import Loc
from sim.scenario.posterior import Fitted, moved_headlines, read_posterior, there_is_one
from sim.scenario.problems import InputError, choices
from sim.scenario.resolution import Resolved, factors, points, resolve
from sim.scenario.samples import POSTERIOR
from sim.scenario.schema import BySegment
from sim.scenario.strict import Strict
from sim.view.tables import facts_table, to_terminal

Facts = Iterator[tuple[str, str]]
_MONTHS = 24  # of the table that a headline reads to show its columns
_KINDS = {
    "countries": "country",
    "segments": "segment",
    "providers": "provider",
    "regimes": "regime",
    "tests": "test of the law",
    "comity": "comity rule",
    "us_orders": "row of the law on US orders",
    "foreign_orders": "row of the law on foreign orders",
    "mechanisms": "mechanism",
    "events": "event of the timeline",
    "outlooks": "outlook",
}

# What holds where a value is null: a path names a parameter.
_IF_NOT_SET: dict[tuple[str | int, str], str] = {
    ("regimes", "believed"): "the reach of the test, or of an open test what the stage says",
    ("tests", "reach"): "open: the share honoured that the stage of the regime gives",
    ("tests", "open"): "no: the test is settled",
    ("comity", "success"): "investigators.comity_success",
    ("comity", "months"): "investigators.comity_months",
}


@dataclass(frozen=True)
class Explanation:
    """One thing with the name to explain."""

    kind: str
    name: str
    facts: list[tuple[str, str]]


def print_explanation(name: str, experiment: str | None) -> None:
    """Print everything called `name`; raises InputError with near matches if nothing is."""
    resolved = resolve(experiment) if experiment else None
    base = resolved.base if resolved else load_base(root() / CONFIGS)
    found = list(explanations(name, base, resolved)) if name.strip() else []
    if not found:
        raise InputError(f"{name}: nothing has that name; {choices(name, _names(base))}")
    out = console()
    for explanation in found:
        out.print(f"[bold]{escape(explanation.name)}[/] ({explanation.kind})")
        out.print(Padding(to_terminal(facts_table(explanation.facts), box=False), (0, 0, 0, 2)))


def explanations(name: str, base: Base, resolved: Resolved | None = None) -> Iterator[Explanation]:
    """Everything with this name: a path or the last part of one, a code, or a country's name."""
    yield from _parameters(name, base, resolved)
    for part, kind in _KINDS.items():
        for code, thing, at in entries(part, base):
            if name.casefold() in (code.casefold(), getattr(thing, "name", "").casefold()):
                where = f" {at[1]}" if part == "events" else ""
                yield Explanation(f"{kind}{where}", code, list(_facts(thing, at, base, resolved)))
    if name in vocabulary.INSTRUMENTS:
        yield Explanation("instrument of governments", name, list(_instrument(name, base)))
    for headline in HEADLINES:
        if name.casefold() in (headline.code.casefold(), headline.name.casefold()):
            yield Explanation("headline", headline.code, list(_headline(headline)))
    yield from _factors(name, resolved)
    yield from _columns(name)


def _factors(name: str, resolved: Resolved | None) -> Iterator[Explanation]:
    design = resolved.experiment.design if resolved is not None else None
    if resolved is None or design is None:
        return
    for factor in factors(resolved):
        if name in (factor.path, factor.path.rpartition(".")[2]) or factor.path.startswith(f"{name}."):
            lever = factor.role == "levers"
            numbers = [float(x) for x in factor.values] if design.method == POSTERIOR and not lever else []
            varied = f"{min(numbers):.4g} to {max(numbers):.4g}" if numbers else factor.range_words
            yield Explanation(
                f"{'lever' if lever else 'uncertainty'} of the design",
                factor.path,
                [
                    ("range", varied),
                    ("sample", "all combinations" if lever and design.method != "list" else design.method),
                    ("points", f"{len(points(resolved)):,}"),
                    ("set by", nearest(resolved.lines, factor.at)),
                ],
            )


def _parameters(name: str, base: Base, resolved: Resolved | None) -> Iterator[Explanation]:
    for path, info in base.parameter_info.items():
        keys = [f"{path}.{key}" for key in info.value] if isinstance(info.value, dict) else []
        if name == path or name in keys or name == path.split(".")[1]:
            yield Explanation("parameter", path, [*_parameter(info, resolved), *_fitted(path)])
    for fitted in read_posterior().fitted if there_is_one() else ():
        if name == fitted.parameter and fitted.multiplies:
            yield Explanation("fitted multiplier", name, list(_of_posterior(fitted)))
    group = {
        path: words(info.value) for path, info in base.parameter_info.items() if path.split(".")[0] == name
    }
    if group:
        yield Explanation("group of parameters", name, list(group.items()))


def _parameter(info: ParameterInfo, resolved: Resolved | None) -> Facts:
    yield "value", words(info.value)
    yield "unit", info.unit
    yield "range", info.range_words
    if info.off is not None:
        yield "off", f"{words(info.off)} (the mechanism then has no effect)"
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
        yield f"in {world}", f"{words(numbers)}, set by {', '.join(who)}"


def _fitted(path: str) -> Facts:
    """The result of the fit for a parameter, where there is a posterior."""
    if not there_is_one():
        return
    fitted = read_posterior().of(path)
    if fitted is None:
        yield "posterior", "not fitted: the parameter keeps the value of its source"
    else:
        yield from _of_posterior(fitted)


def _of_posterior(fitted: Fitted) -> Facts:
    if fitted.multiplies:
        yield "fitted as", f"{fitted.parameter}, by which the values before the fit are multiplied"
        yield "multiplies", words(dict(fitted.multiplies))
    else:
        yield "fitted as", "this parameter"
    scale = ", uniform on a log scale" if fitted.scale == "log" else ""
    yield (
        "prior",
        f"{fitted.prior_low:g} to {fitted.prior_high:g}{scale}; before the fit {fitted.prior_centre:g}",
    )
    yield (
        "posterior",
        f"mean {fitted.mean:.3g}, 90% from {fitted.p05:.3g} to {fitted.p95:.3g}; best point "
        f"{fitted.value:.3g}",
    )
    yield (
        "identified",
        f"{'yes' if fitted.identified else 'no'}: the data leave {max(0.0, 1.0 - fitted.contraction):.0%} of "
        f"the prior's variance; recovery's 90% intervals hold the true value in {fitted.coverage:.0%}",
    )
    yield (
        "effect of the fit",
        "the difference between the worlds of two_worlds, median and 90% interval, under the prior and (->) "
        "under the posterior of all fitted parameters:",
    )
    for line in moved_headlines():
        prior, posterior = (
            f"{line[f'{g}_median']:.3g} ({line[f'{g}_low']:.3g} to {line[f'{g}_high']:.3g})"
            for g in ("prior", "posterior")
        )
        yield f"  {line['headline']}", f"{prior} -> {posterior} {line['unit']}"


def _facts(thing: Strict, at: Loc, base: Base, resolved: Resolved | None) -> Facts:
    """Every field of a thing with its source, who set it, and where an experiment sets it differently."""
    sources = getattr(thing, "source", {})
    for field, value in thing:
        if field == "id" or (isinstance(sources, dict) and field == "source"):
            continue
        source = f"  [{sources[field]}]" if isinstance(sources, dict) and field in sources else ""
        if value is None and (at[-2], field) in _IF_NOT_SET:
            yield field.replace("_", " "), _default(_IF_NOT_SET[at[-2], field], base)
            continue
        several = isinstance(value, tuple) and any(isinstance(inner, Strict) for inner in value)
        for one in value if several else (value,):
            yield field.replace("_", " "), f"{words(one)}{source}"
    yield "set by", base.where(at)
    for path, who in resolved.who_set.items() if resolved is not None else ():
        head, _, rest = path.partition(".set.") if path.startswith("worlds.") else ("", "", path)
        if rest.startswith(f"{'.'.join(map(str, at))}.") and who != base.where(tuple(rest.split("."))):
            world = head.removeprefix("worlds.")
            assert resolved is not None
            scenario = resolved.scenarios[world or next(iter(resolved.scenarios))]
            yield f"in {world or 'all worlds'}", f"{rest} = {words(_at(scenario, rest))}, set by {who}"


def _default(said: str, base: Base) -> str:
    """What holds instead of a value that is not set; of a parameter also its value."""
    parameter = base.parameter_info.get(said)
    return f"{said} ({words(parameter.value)})" if parameter is not None else said


def _at(value: Any, path: str) -> Any:
    """The value at a path."""
    for key in path.split("."):
        value = (
            value[int(key)]
            if isinstance(value, tuple)
            else value[key]
            if isinstance(value, dict)
            else getattr(value, key)
        )
    return value


def _instrument(name: str, base: Base) -> Facts:
    held = [code for code, one in base.jurisdictions.items() if name in one.instruments_2013]
    yield "in force in 2013", words(held)
    for _, event, at in entries("events", base):
        for enacts in event.enacts:
            if enacts.instrument == name:
                verb = "repealed" if enacts.repeals else "enacted"
                yield f"{at[1]}: {event.date}", f"{verb} by {', '.join(enacts.countries)} ({event.id})"
    for path, info in base.parameter_info.items():
        if isinstance(info.value, dict) and name in info.value:
            yield path, f"{info.value[name]:g} {info.unit} ({info.meaning})"


class _Noted(dict[str, np.ndarray]):
    """A world table of ones that notes which of its columns are read."""

    def __init__(self) -> None:
        super().__init__({column.name: np.ones(_MONTHS) for column in TABLES["world"].measures})
        self.read: dict[str, None] = {}

    def __getitem__(self, column: str) -> np.ndarray:
        self.read[column] = None
        return super().__getitem__(column)


def _headline(headline: Headline) -> Facts:
    yield "name", headline.name
    yield "unit", headline.unit
    yield "window", headline.window
    noted = _Noted()
    headline.read(noted, 0)
    for column in TABLES["world"].measures:
        if column.name in noted.read:
            yield f"read from world.{column.name}", f"{column.meaning} ({column.unit})"
    yield "in a result", "headlines.csv: its value in each world, the difference and its 95% interval"


def _columns(name: str) -> Iterator[Explanation]:
    for table in TABLES.values():
        for column in table.columns:
            path = f"{table.name}.{column.name}"
            if name in (column.name, path):
                facts = {"meaning": column.meaning, "unit": column.unit, "type": column.dtype}
                row = ("one row is", table.one_row_is)
                yield Explanation(f"column of the table {table.name}", path, [*facts.items(), row])


def _names(base: Base) -> list[str]:
    columns = [column.name for table in TABLES.values() for column in table.columns]
    codes = [code for part in _KINDS for code, _, _ in entries(part, base)]
    codes += [headline.code for headline in HEADLINES]
    return list(dict.fromkeys([*codes, *base.parameter_info, *vocabulary.INSTRUMENTS, *columns]))

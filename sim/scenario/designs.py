"""Designs: what an experiment varies, checked, and the points that come of it.

A point assigns a value to every factor. Uncertainties are sampled by the design's method; levers are a full
grid crossed with that sample, levers varying fastest, so that a sample that grows keeps the numbers of the
points it had. In a list, point i takes the i-th value of every factor. Two points may have equal values where
factors are integer or categorical.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from sim.scenario.base import Base, Contents, Finding, contradictions
from sim.scenario.design_points import PARTS, Points, Prepared, scenarios_with
from sim.scenario.experiments import MOST_PAIRS, switch_findings
from sim.scenario.factor_groups import is_group, members
from sim.scenario.factor_targets import FactorProblem
from sim.scenario.factor_updates import Updates, add_update, updated
from sim.scenario.factors import (
    ROLES,
    Factor,
    Role,
    multiples_out_of_range,
    prepared,
)
from sim.scenario.lever_findings import choice_findings, contradictions_of
from sim.scenario.levers import chronicle_of
from sim.scenario.overrides import find
from sim.scenario.paths import path_of
from sim.scenario.posterior import read_posterior
from sim.scenario.problems import InputError
from sim.scenario.samples import METHODS, POSTERIOR, SIZES, Sampling, sample_findings
from sim.scenario.scenario import Scenario
from sim.scenario.schema import Design, Experiment, FactorSpec
from sim.scenario.strict import Value

MOST_POINTS = 1_000_000


@dataclass(frozen=True)
class SetBefore:
    """Who set each path in the experiment's `set` (`first`), and in a world's or over it (`last`).

    No factor may vary the same, except multiples of what the experiment sets.
    """

    first: Mapping[str, str]
    last: Mapping[str, str]


# --- checking ---------------------------------------------------------------------------------------------


def prepare(
    experiment: Experiment,
    base: Base,
    scenarios: Mapping[str, Scenario],
    found: list[Finding],
    set_before: SetBefore,
) -> Prepared | None:
    """The experiment's design, checked; what is wrong goes to `found`."""
    design = experiment.design
    if design is None:
        return None
    before = len(found)
    found += sample_findings(design)
    too_many = _too_many(experiment, design)
    if too_many:
        found.append((("design",), too_many))
        return None
    tree = base.contents.model_dump(mode="json")
    made: list[Factor] = []
    if design.method == POSTERIOR and len(found) == before:
        made += _drawn(design, experiment, base, tree, found)
    for role in ROLES:
        for path, spec in getattr(design, role).items():
            try:
                if is_group(path):
                    made += _in_group(path, role, spec, experiment, base, tree, set_before)
                else:
                    made.append(prepared(path, role, spec, experiment, base, tree))
            except FactorProblem as problem:
                found.append((("design", role, path, *problem.at), problem.message))
    if design.method != POSTERIOR and not design.uncertainties and not design.levers:
        found.append((("design",), "varies nothing: name at least one factor under uncertainties or levers"))
    found += _overlaps(design, made, set_before)
    found += _levels(design, made)
    if len(found) > before:
        return None
    for factor in made:
        found += _contents_findings(factor, scenarios)
        found += _lever_findings(factor, experiment, base)
    if len(found) > before:
        return None
    made_ready = Prepared(tuple(made), _points(design, made), chronicle_of(experiment, base))
    found += _law_findings(experiment, base, scenarios, made_ready)
    return made_ready if len(found) == before else None


def _drawn(
    design: Design, experiment: Experiment, base: Base, tree: dict[str, Any], found: list[Finding]
) -> list[Factor]:
    """The factors of a posterior: every number that it sets, with its value at each of the first `points`
    draws."""
    try:
        posterior = read_posterior()
    except InputError as error:
        found += [(("design", "method"), message) for message in error.problems]
        return []
    assert design.points is not None
    have = len(posterior.draws())
    if design.points > have:
        found.append((("design", "points"), f"the posterior has {have} draws (got {design.points})"))
        return []
    columns: dict[str, list[Value]] = {}
    for draw in range(design.points):
        for path, value in posterior.at(draw).items():
            columns.setdefault(path, []).append(value)
    made: list[Factor] = []
    for path, values in columns.items():
        try:
            made.append(
                prepared(path, "uncertainties", FactorSpec(values=tuple(values)), experiment, base, tree)
            )
        except FactorProblem as problem:
            found.append((("design", "method"), f"{path} of the posterior: {problem.message}"))
    return made


def _in_group(
    path: str,
    role: Role,
    spec: FactorSpec,
    experiment: Experiment,
    base: Base,
    tree: dict[str, Any],
    set_before: SetBefore,
) -> list[Factor]:
    """The factors that a group of parameters stands for. Raises FactorProblem."""
    assert experiment.design is not None
    named = [other for each in ROLES for other in getattr(experiment.design, each)]
    places = [find(other, tree) for other in named if not is_group(other)]
    taken = {path_of(place) for place in places if not isinstance(place, str)} | set(set_before.last)
    return [
        replace(prepared(name, role, own, experiment, base, tree), group=path)
        for name, own in members(path, spec, base, taken)
    ]


def _overlaps(design: Design, made: Sequence[Factor], set_before: SetBefore) -> Iterator[Finding]:
    for i, factor in enumerate(made):
        for other in made[:i]:
            if factor.target.overlaps(other.target):
                yield factor.at, f"{other.path} (one of the {other.role}) varies the same; keep one of them"
        if factor.target.kind == "contents":
            # a multiple is of the value that the experiment sets, which a value or range replaces
            spec = getattr(design, factor.role).get(factor.group or factor.path)
            first = {} if spec is not None and spec.times is not None else set_before.first
            for path, who in {**first, **set_before.last}.items():
                own = path_of(factor.target.loc)
                if path == own or path.startswith(f"{own}.") or own.startswith(f"{path}."):
                    yield factor.at, f"is also set by {who}, and cannot have both values; remove one"


def _levels(design: Design, made: Sequence[Factor]) -> Iterator[Finding]:
    gridded = [f for f in made if f.role == "levers" or design.method in ("grid", "list")]
    for factor in made:
        if factor in gridded and not factor.values:
            words = (
                "the i-th value of each factor makes a point: list its values"
                if design.method == "list"
                else "a range in a grid needs its number of levels"
            )
            yield factor.at, words
        if factor not in gridded and factor.values and factor.distribution != "categorical":
            yield (*factor.at, "levels"), f"{design.method} samples the whole range: leave it out"
    if design.method == "list" and all(f.values for f in made):
        lengths = {f.path: len(f.values) for f in made}
        if len(set(lengths.values())) > 1:
            yield (
                ("design",),
                "every factor of a list needs as many values: "
                f"{', '.join(f'{path} has {n}' for path, n in lengths.items())}",
            )


def _contents_findings(factor: Factor, scenarios: Mapping[str, Scenario]) -> Iterator[Finding]:
    """What single values of a factor would contradict, in any world."""
    if factor.target.kind != "contents":
        return
    values: Sequence[Value] = (
        factor.values if factor.distribution == "categorical" else (factor.value(0.0), factor.value(1.0))
    )
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(numbers) == len(values):  # of numbers the ends say all that the others could
        values = (min(numbers), max(numbers))
    values = tuple(dict.fromkeys(values))
    for world, scenario in scenarios.items():
        if factor.target.world not in (None, world):
            continue
        contents = Contents.model_construct(**{part: getattr(scenario, part) for part in PARTS})
        messages = list(multiples_out_of_range(factor, contents)) if factor.times else []
        for value in values if not messages else ():
            update: Updates = {}
            add_update(update, factor, value)
            messages += [
                f"with {value}: {path_of(loc)}: {words}"
                for loc, words in contradictions(updated(contents, update), contents)
            ]
        if messages:
            yield from ((factor.at, words) for words in dict.fromkeys(messages))
            return


def _lever_findings(factor: Factor, experiment: Experiment, base: Base) -> Iterator[Finding]:
    """Values that name levers that there are not, or that make one act in vain."""
    if factor.target.kind not in ("pulled", "lever"):
        return
    if factor.target.kind == "pulled":
        for world, spec in experiment.worlds.items():
            if spec.pulled and factor.target.world in (None, world):
                words = f"worlds.{world}.pulled names {', '.join(spec.pulled)}, and cannot have both values"
                yield factor.at, f"{words}; remove one"
    at = factor.target.loc if factor.target.kind == "lever" else ()
    values = factor.values or (factor.value(0.0), factor.value(1.0))
    listed = factor.distribution == "categorical"
    for i, value in enumerate(values):
        for _, words in choice_findings(at, value, experiment, base):
            yield (*factor.at, *(("values", i) if listed else ())), words


def _law_findings(
    experiment: Experiment, base: Base, scenarios: Mapping[str, Scenario], made: Prepared
) -> Iterator[Finding]:
    """Switches out of order or too late, and names that contradict each other, in any combination that the
    design has."""
    joint = [
        (i, f)
        for i, f in enumerate(made.factors)
        if f.target.kind in ("switch", "switch_date", "pulled", "lever")
        or any(isinstance(v, str) for v in f.values)
    ]
    if not joint:
        return
    pulled = {name: world.pulled for name, world in experiment.worlds.items()}
    seen: dict[tuple[Value, ...], None] = {}
    for point in made.points:
        values = tuple(point.values.values())
        seen[tuple(values[i] for i, _ in joint)] = None
    problems: dict[tuple[Any, str], None] = {}
    for combination in seen:
        chosen = [(factor, value) for (_, factor), value in zip(joint, combination, strict=True)]
        for world, scenario in scenarios_with(scenarios, made.chronicle, pulled, chosen).items():
            words = [text for _, text in switch_findings(experiment, scenario.switches, base, ())]
            words += contradictions_of(scenario.timeline.events, base.providers)
            if any(factor.target.kind == "contents" for factor, _ in chosen):
                contents = Contents.model_construct(**{part: getattr(scenario, part) for part in PARTS})
                words += [f"{path_of(loc)}: {text}" for loc, text in contradictions(contents)]
            for text in words:
                mine = next((f for f, _ in chosen if f.target.world in (None, world)), chosen[0][0])
                value = dict(zip((f.path for f, _ in chosen), combination, strict=True))[mine.path]
                at = (
                    (*mine.at, "values", mine.values.index(value))
                    if mine.distribution == "categorical"
                    else mine.at
                )
                problems[at, text if mine.target.world is None else f"world {world}: {text}"] = None
    yield from problems


# --- the points --------------------------------------------------------------------------------------------


def count_of_points(design: Design) -> int:
    """How many points a design has, from what it says alone: nothing is made, and no value is looked at."""
    lengths = {
        role: [len(spec.values) if spec.values is not None else spec.levels or 1 for spec in factors.values()]
        for role in ROLES
        for factors in [getattr(design, role)]
    }
    if design.method == "list":
        return max([*lengths["uncertainties"], *lengths["levers"]], default=0)
    if design.method == "grid":
        rows = math.prod(lengths["uncertainties"])
    elif design.method == POSTERIOR:
        rows = design.points or 1
    else:
        rows = Sampling(design, len(lengths["uncertainties"])).rows
    return rows * math.prod(lengths["levers"])


def _too_many(experiment: Experiment, design: Design) -> str:
    """Why a design has too many points, or too many pairs of worlds; empty if it hasn't."""
    size = SIZES.get(design.method)
    if size is not None and getattr(design, size) is None:
        return ""  # which is refused elsewhere
    whole = count_of_points(design)
    if whole > MOST_POINTS:
        return (
            f"{whole:,} points; at most {MOST_POINTS:,}: fewer levels, or a sampled design "
            f"({', '.join(METHODS)})"
        )
    pairs = whole * experiment.seeds.count
    if whole > 1 and pairs > MOST_PAIRS:
        return (
            f"{whole:,} points x {experiment.seeds.count:,} seeds are {pairs:,} pairs; at most {MOST_PAIRS:,}"
        )
    return ""


def _points(design: Design, made: Sequence[Factor]) -> Points:
    """The points."""
    uncertain, levers = ([f for f in made if f.role == role] for role in ROLES)
    names = tuple(factor.path for factor in made)
    if design.method == "list":
        return Points(names, list(zip(*(factor.values for factor in made), strict=True)))
    crossed = tuple(product(*(factor.values for factor in levers)))
    if design.method == "grid":
        return Points(names, list(product(*(factor.values for factor in uncertain))), crossed)
    if design.method == POSTERIOR:
        return Points(names, list(zip(*(factor.values for factor in uncertain), strict=True)), crossed)
    shares = Sampling(design, len(uncertain)).shares()
    return Points(
        names,
        [tuple(f.value(float(s)) for f, s in zip(uncertain, row, strict=True)) for row in shares],
        crossed,
    )

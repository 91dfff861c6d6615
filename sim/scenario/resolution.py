"""An experiment, the base configuration and the command line made into one frozen Scenario a world.

Layers: base < the experiment's `set` < a world's `set` < command line; each value knows who set it.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from sim.scenario.additions import with_additions
from sim.scenario.base import Base, Contents, Finding, contradictions, load_base, nearest
from sim.scenario.canonical import canonical_scenario
from sim.scenario.design_points import Point, Prepared, scenarios_with
from sim.scenario.designs import SetBefore, prepare
from sim.scenario.digest import digest
from sim.scenario.experiments import claim_findings, findings, first_day, months, moved
from sim.scenario.factor_targets import FactorProblem
from sim.scenario.factors import Factor
from sim.scenario.lever_findings import lever_findings
from sim.scenario.levers import Chronicle, chronicle_of
from sim.scenario.locations import CONFIGS, experiment_file, root
from sim.scenario.mean_field import averaged
from sim.scenario.overrides import Setting, apply, from_command_line
from sim.scenario.paths import Loc, dotted, leaves, path_of, places
from sim.scenario.problems import InputError
from sim.scenario.scenario import Scenario
from sim.scenario.schema import Design, Experiment, FactorSpec, WorldSpec
from sim.scenario.strict import Value
from sim.scenario.yaml_files import checked, plain, read


@dataclass(frozen=True)
class Layered:
    """What a world is made of, and by whom: file and line, or a word of the command line, of every value."""

    contents: Contents
    lines: dict[Loc, str]

    def who_set(self) -> dict[str, str]:
        return {
            path_of(loc): nearest(self.lines, loc) for loc, _ in leaves(self.contents.model_dump(mode="json"))
        }


@dataclass(frozen=True)
class Resolved:
    """An experiment ready to run: what is asked, one Scenario a world, and who set each value.

    `common` is what all worlds are made of, `own` what those are that set values of their own; results that
    are read again have neither. `source` is the file that the experiment was read from.
    """

    name: str
    experiment: Experiment
    scenarios: dict[str, Scenario]
    base: Base = field(repr=False)
    common: Layered | None = field(default=None, repr=False)
    own: dict[str, Layered] = field(default_factory=dict, repr=False)
    over_base: tuple[Setting, ...] = ()
    lines: dict[Loc, str] = field(default_factory=dict, repr=False)
    design: Prepared | None = field(default=None, repr=False)
    source: Path | None = field(default=None, repr=False)

    def canonical(self) -> dict[str, Any]:
        """All that decides the results, JSON-able; the same whatever files and layers it came from."""
        return {
            "name": self.name,
            "experiment": _without_sets(self.experiment),
            "worlds": {name: canonical_scenario(scenario) for name, scenario in self.scenarios.items()},
        }

    @property
    def digest(self) -> str:
        return digest(self.canonical())

    @cached_property
    def who_set(self) -> dict[str, str]:
        """The path of each value to its file and line or to `--set`; a value that one world alone has is
        under `worlds.<world>.set.<path>`.

        Put together when somebody asks: a slider's move does not.
        """
        if self.common is None:
            return {}
        out = {dotted(loc): _who_asked(loc, self.lines) for loc, _ in leaves(_without_sets(self.experiment))}
        out.update(self.common.who_set())
        for world, layered in self.own.items():
            out.update(
                {
                    f"worlds.{world}.set.{path}": who
                    for path, who in layered.who_set().items()
                    if who != out.get(path)
                }
            )
        return out


def points(resolved: Resolved) -> Sequence[Point]:
    """The points of an experiment; one without a design has one point, number 0, without values."""
    return resolved.design.points if resolved.design is not None else (Point(0, {}),)


def factors(resolved: Resolved) -> tuple[Factor, ...]:
    """What the experiment's design varies: uncertainties, then levers."""
    return resolved.design.factors if resolved.design is not None else ()


def moves_what_has_a_date(resolved: Resolved) -> bool:
    """Whether the design varies the law, events or levers: points then differ from a month on, which is that
    point's own."""
    dated = ("switch", "switch_date", "event", "pulled", "lever")
    return any(factor.target.kind in dated for factor in factors(resolved))


def scenarios_at(resolved: Resolved, point: Point) -> dict[str, Scenario]:
    """The scenario of every world at a point; parts that no factor touches are the objects of
    `resolved.scenarios`.

    Raises InputError if the point's values are not for the design's factors, or not values that they may
    take.
    """
    known = factors(resolved)
    if set(point.values) != {factor.path for factor in known}:
        given, varied = ", ".join(point.values) or "nothing", ", ".join(factor.path for factor in known)
        raise InputError(f"point {point.index}: has values for {given}; the design varies {varied}")
    chosen: list[tuple[Factor, Value]] = []
    for factor in known:
        try:
            chosen.append((factor, factor.checked(point.values[factor.path])))
        except FactorProblem as problem:
            raise InputError(f"point {point.index}: {factor.path}: {problem.message}") from None
    design = resolved.design
    chronicle = design.chronicle if design else chronicle_of(resolved.experiment, resolved.base)
    pulled = {name: world.pulled for name, world in resolved.experiment.worlds.items()}
    return scenarios_with(resolved.scenarios, chronicle, pulled, chosen)


def resolve(
    experiment: str | Path | Experiment | Mapping[str, Any],
    sets: Iterable[str] | Mapping[str, Any] = (),
    seeds: int | None = None,
    customers: int | None = None,
    base: Base | None = None,
    name: str = "experiment",
) -> Resolved:
    """Read, check and layer an experiment: a bare name, a path, an `Experiment`, or a mapping like its YAML.

    `sets` are words `path=value`, or values by path. `name` is what an experiment without a file is called,
    in results and in messages. Raises InputError with every problem found in the configuration, the
    experiment and the settings.
    """
    problems: list[str] = []
    if isinstance(experiment, Mapping):
        experiment = _with_sizes(experiment, seeds, customers)
    source = _read(experiment, name, problems)
    try:
        base = base or load_base(root() / CONFIGS)
    except InputError as error:
        problems += error.problems
    if isinstance(sets, Mapping):
        over = [Setting(path, plain(value, (path,)), "changes") for path, value in sets.items()]
    else:
        over = from_command_line(sets, problems)
    if source is None or base is None:
        raise InputError(problems)
    asked, lines, name, file = source
    over += [
        Setting(path, plain(value), who)
        for path, value, who in (("seeds.count", seeds, "--seeds"), ("customers", customers, "--customers"))
        if value is not None
    ]
    problems += [*_twice(over), *_lost(over)]
    outlook = next((one.value for one in over if one.path == "outlook"), asked.outlook)
    base, found = with_additions(asked.model_copy(update={"outlook": outlook}), base, lines)
    if found:
        _refuse(found, base.lines | lines, problems)
    return _assemble(name, asked, lines, base, tuple(over), problems, file)


def _read(
    experiment: str | Path | Experiment | Mapping[str, Any], name: str, problems: list[str]
) -> tuple[Experiment, dict[Loc, str], str, Path | None] | None:
    """The experiment, who gave each of its values, its name, and its file; None if it cannot be read."""
    if isinstance(experiment, Experiment | Mapping):
        tree = plain(experiment)  # an Experiment too: `model_copy` checks nothing that it puts in
        asked = checked(Experiment, tree, lambda _: name, problems)
        return (asked, dict.fromkeys([(), *places(tree)], name), name, None) if asked else None
    file = experiment_file(experiment)
    try:
        document = read(file)
    except InputError as error:
        problems += error.problems
        return None
    asked = checked(Experiment, document.tree, document.where, problems)
    if asked is None:
        return None
    return asked, {loc: document.where(loc) for loc in document.lines}, file.stem, file


def _with_sizes(experiment: Mapping[str, Any], seeds: int | None, customers: int | None) -> Mapping[str, Any]:
    """The mapping with the sizes that it leaves to the call: so many seeds from 1 on, so many customers."""
    sizes: dict[str, Any] = {} if seeds is None else {"seeds": {"first": 1, "count": seeds}}
    return sizes | ({} if customers is None else {"customers": customers}) | dict(experiment)


def has_design(experiment: str | Path) -> bool:
    """Whether an experiment is a sweep; nothing else of it is checked. Raises InputError."""
    return "design" in read(experiment_file(experiment)).tree


def variant(
    resolved: Resolved,
    sets: Mapping[str, Any] | None = None,
    switch_on: dt.date | None = None,
    without_events: Iterable[str] = (),
    mean_field: bool = False,
    who: str = "variant",
) -> Resolved:
    """The same experiment with values set over all others, another switch date, fewer events, or no agents.

    The first switch of each world moves to `switch_on`, later ones by as many months. Raises InputError.
    """
    removed = tuple(without_events)
    worlds = {name: _moved(world, switch_on, removed) for name, world in resolved.experiment.worlds.items()}
    average = mean_field or resolved.experiment.mean_field
    experiment = resolved.experiment.model_copy(update={"worlds": worlds, "mean_field": average})
    changed = [
        part
        for part, is_new in (("switches", switch_on is not None), ("without_events", bool(removed)))
        if is_new
    ]
    lines = {
        loc: message
        for loc, message in resolved.lines.items()
        if not (len(loc) > 2 and loc[0] == "worlds" and loc[2] in changed)
    }
    lines.update({("worlds", name, part): who for name in worlds for part in changed})
    over = (*resolved.over_base, *(Setting(path, value, who) for path, value in (sets or {}).items()))
    return _assemble(resolved.name, experiment, lines, resolved.base, over, [])


def with_points(resolved: Resolved, values: Sequence[Mapping[str, Value]]) -> Resolved:
    """The same experiment at these points: its design becomes a list. Raises InputError."""
    specs = {path: FactorSpec(values=tuple(one[path] for one in values)) for path in values[0]}
    design = Design(method="list", uncertainties=specs)
    experiment = resolved.experiment.model_copy(update={"design": design})
    base, over = resolved.base, resolved.over_base
    return _assemble(resolved.name, experiment, resolved.lines, base, over, [], resolved.source)


def _moved(world: WorldSpec, switch_on: dt.date | None, removed: tuple[str, ...]) -> WorldSpec:
    switches = world.switches if switch_on is None else moved(world.switches, switch_on)
    return world.model_copy(
        update={
            "switches": switches,
            "without_events": tuple(dict.fromkeys((*world.without_events, *removed))),
        }
    )


def _assemble(
    name: str,
    asked: Experiment,
    lines: dict[Loc, str],
    base: Base,
    over: tuple[Setting, ...],
    problems: list[str],
    source: Path | None = None,
) -> Resolved:
    experiment, lines = _experiment(asked, lines, base, [one for one in over if one.of_experiment], problems)
    shared = [Setting(path, value, nearest(lines, ("set", path))) for path, value in asked.set.items()]
    problems += _lost(shared)
    last = [one for one in over if not one.of_experiment]
    common, own = _layered(base, [*shared, *last], problems), dict[str, Layered]()
    for world, spec in experiment.worlds.items():
        alone = [
            Setting(path, value, f"{nearest(lines, ('worlds', world, 'set', path))} (world {world})")
            for path, value in spec.set.items()
        ]
        problems += _lost(alone)
        if alone:
            own[world] = _layered(base, [*shared, *alone, *last], problems)
    horizon_is_the_files = not any(one.path.startswith("horizon") for one in over)
    found = [
        *findings(experiment, base),
        *lever_findings(experiment, base),
        *claim_findings(experiment, base, horizon_is_the_files),
    ]
    _refuse(found, lines, problems)
    chronicle = chronicle_of(experiment, base)
    scenarios = {
        world: _scenario(world, experiment, chronicle, own.get(world, common).contents)
        for world in experiment.worlds
    }
    set_last = {
        path: nearest(lines, ("worlds", world, "set", path))
        for world, spec in experiment.worlds.items()
        for path in spec.set
    }
    set_first = {one.path: one.who for one in shared}
    set_last |= {one.path: one.who for one in last}
    design = prepare(experiment, base, scenarios, found, SetBefore(set_first, set_last))
    _refuse(found, lines, problems)
    return Resolved(name, experiment, scenarios, base, common, own, over, lines, design, source)


def _lost(settings: Sequence[Setting]) -> Iterator[str]:
    """Values of one `set` that a later value for the whole table would replace."""
    for i, whole in enumerate(settings):
        for one in settings[:i]:
            if one.path.startswith(f"{whole.path}."):
                yield f"{one.who}: {one.path}: would be lost: write it after {whole.path}, the whole"


def _twice(settings: Sequence[Setting]) -> Iterator[str]:
    """Values that are given over a file a second time: which of the two is meant, nobody can tell."""
    first: dict[str, Setting] = {}
    for one in settings:
        before = first.setdefault(one.path, one)
        if before is not one:
            also = "" if before.who == one.who else f" (also by {one.who})"
            yield f"{before.who}: {one.path}: is given twice{also}: {before.value} and {one.value}; give one"


def _refuse(found: list[Finding], lines: dict[Loc, str], problems: list[str]) -> None:
    problems += [f"{nearest(lines, loc)}: {dotted(loc)}: {message}" for loc, message in found]
    if problems:
        raise InputError(list(dict.fromkeys(problems)))


def _experiment(
    asked: Experiment, lines: dict[Loc, str], base: Base, over: list[Setting], problems: list[str]
) -> tuple[Experiment, dict[Loc, str]]:
    if not over:
        return asked, lines
    tree = _without_sets(asked)
    lines = dict(lines)
    before = len(problems)
    for setting in over:
        apply(setting, tree, base, lines, problems)
    tree["set"] = asked.set
    for name, world in asked.worlds.items():
        tree["worlds"][name]["set"] = world.set
    changed = (
        checked(Experiment, tree, lambda loc: nearest(lines, loc), problems)
        if len(problems) == before
        else None
    )
    return changed or asked, lines


def _without_sets(experiment: Experiment) -> dict[str, Any]:
    """The experiment as JSON-able values; its `set` layers are in the worlds' contents."""
    return experiment.model_dump(mode="json", exclude={"set": True, "worlds": {"__all__": {"set"}}})


def _who_asked(loc: Loc, lines: dict[Loc, str]) -> str:
    """Who set a value of the experiment; a field that the file leaves out has its default."""
    field_at = loc[:3] if loc[0] == "worlds" else loc[:1]
    return nearest(lines, loc) if field_at in lines else "default"


def _layered(base: Base, settings: list[Setting], problems: list[str]) -> Layered:
    if not settings:
        return Layered(base.contents, base.lines)
    tree = base.contents.model_dump(mode="json")
    lines = dict(base.lines)
    before = len(problems)
    for setting in settings:
        apply(setting, tree, base, lines, problems)
    if len(problems) > before:
        return Layered(base.contents, lines)
    contents = checked(Contents, tree, lambda loc: nearest(lines, loc), problems)
    if contents is None:
        return Layered(base.contents, lines)
    problems += [
        f"{nearest(lines, loc)}: {path_of(loc)}: {message}" for loc, message in contradictions(contents)
    ]
    return Layered(contents, lines)


def _scenario(world: str, experiment: Experiment, chronicle: Chronicle, contents: Contents) -> Scenario:
    spec = experiment.worlds[world]
    events = chronicle.events.difference(spec.without_events)
    if experiment.mean_field:
        contents = averaged(contents)
    return Scenario(
        name=world,
        label=spec.label,
        first=first_day(experiment.horizon.first),
        months=months(experiment),
        customers=experiment.customers,
        jurisdictions=contents.jurisdictions,
        segments=contents.segments,
        providers=contents.providers,
        regimes=contents.regimes,
        law=contents.law,
        timeline=chronicle.timeline(events, spec.pulled),
        switches=spec.switches,
        parameters=contents.parameters,
        bills=experiment.bills if spec.switches else {},
    )

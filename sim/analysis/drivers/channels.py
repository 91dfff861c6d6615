"""Through which channels does a ruling act? Exact Shapley values over the channels of
`configs/channels.yaml`.

Both worlds of a pair are run with every set of channels on (2^6 = 64 for six). The value of a set is the
difference between the two worlds in a headline; a channel that is off is off in both worlds alike. Shapley
values split the whole difference, less that with all channels off (the rule itself), among the channels.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from sim.analysis.drivers.knockouts import MOST_PAIRS
from sim.analysis.drivers.shapley import split_of
from sim.analysis.headline_months import months_of_worlds
from sim.analysis.headlines import HEADLINES, Interval, interval
from sim.runs.pairs import must_be_equal_for
from sim.runs.seed_task import Task
from sim.runs.tasks import Runner
from sim.scenario.base import Base, parameter_paths
from sim.scenario.factor_updates import Updates, updated
from sim.scenario.locations import CONFIGS, root
from sim.scenario.parameter_files import out_of_range
from sim.scenario.paths import PARAMETERS, Loc, parameter_and_key, put
from sim.scenario.problems import InputError, choices
from sim.scenario.resolution import Resolved
from sim.scenario.scenario import Scenario
from sim.scenario.strict import Strict
from sim.scenario.yaml_files import Document, checked, read

FILE = Path(CONFIGS) / "channels.yaml"
WHOLE, RULE_ITSELF = "whole", "rule_itself"
MOST_CHANNELS = 8  # 256 runs a pair


class Written(Strict):
    """A channel as the file has it."""

    name: str
    meaning: str
    off: dict[str, float | dict[str, float]]
    mechanisms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Channel:
    """A channel; `off` holds the number of each parameter that switches it off, by path
    (`trust.asymmetry`).
    """

    code: str
    name: str
    meaning: str
    off: Mapping[str, float]


def channels_of(base: Base, path: Path | None = None) -> tuple[Channel, ...]:
    """The channels, checked against the configuration; raises InputError with every problem."""
    document = read(path or root() / FILE)
    problems: list[str] = []
    written = checked(dict[str, Written], document.tree, document.where, problems)
    channels = []
    for code, one in (written or {}).items():
        channels.append(Channel(code, one.name, one.meaning, dict(_off(code, one, base, document, problems))))
    owner: dict[str, str] = {}
    for channel in channels:
        at = document.where((channel.code,))
        if channel.code in (WHOLE, RULE_ITSELF):
            problems.append(f"{at}: {channel.code}: this name is taken; give the channel another")
        if not channel.off and not problems:
            problems.append(f"{at}: {channel.code}: name at least one parameter that switches it off")
        for number in channel.off:
            if number in owner:
                problems.append(f"{at}: {channel.code}: {number} already belongs to {owner[number]}")
            owner.setdefault(number, channel.code)
    if len(channels) > MOST_CHANNELS:
        problems.append(f"{document.file}: {len(channels)} channels; at most {MOST_CHANNELS}")
    if problems:
        raise InputError(problems)
    return tuple(channels)


def _off(
    code: str, one: Written, base: Base, document: Document, problems: list[str]
) -> Iterator[tuple[str, float]]:
    """Every number that switches a channel off, by path; what is wrong goes to `problems`."""
    where = document.where
    given: list[tuple[Loc, str, float]] = []
    for name in one.mechanisms:
        if name not in base.mechanisms:
            at = where((code, "mechanisms"))
            problems.append(f"{at}: {code}: unknown mechanism '{name}'; {choices(name, base.mechanisms)}")
            continue
        given += [((code, "mechanisms"), path, value) for path, value in base.mechanisms[name].off.items()]
    for path, value in one.off.items():
        entries = (
            {f"{path}.{key}": x for key, x in value.items()} if isinstance(value, dict) else {path: value}
        )
        given += [((code, "off", path), entry, x) for entry, x in entries.items()]
    known = parameter_paths(base)
    for loc, path, value in given:
        if path not in known:
            group = path if path.count(".") < 2 else path.rpartition(".")[0]
            near = [x for x in known if x.startswith(f"{group}.")] or list(base.parameter_info)
            problems.append(f"{where(loc)}: {code}: unknown parameter '{path}'; {choices(path, near)}")
            continue
        for number in _numbers(path, base):
            parameter, key = parameter_and_key(number)
            info = base.parameter_info[parameter]
            for _, words in out_of_range(info, {key: value} if key else value):
                problems.append(f"{where(loc)}: {code}: {number}: {words}")
            yield number, value


def _numbers(path: str, base: Base) -> list[str]:
    """The paths of the single numbers that a path names."""
    parameter, key = parameter_and_key(path)
    value = base.parameter_info[parameter].value
    return [f"{path}.{k}" for k in value] if isinstance(value, dict) and key is None else [path]


# --- runs ---------------------------------------------------------------------------------------------


def without(worlds: Mapping[str, Scenario], channels: Sequence[Channel]) -> dict[str, Scenario]:
    """Worlds with channels off, in all of them alike."""
    updates: Updates = {}
    for channel in channels:
        for path, value in channel.off.items():
            put(updates, (PARAMETERS, *path.split(".")), value)
    if not updates:
        return dict(worlds)
    made = {id(world.parameters): updated(world.parameters, updates[PARAMETERS]) for world in worlds.values()}
    return {name: replace(world, parameters=made[id(world.parameters)]) for name, world in worlds.items()}


@dataclass(frozen=True)
class Asked:
    """What is asked: two compared worlds, the channels, and the seeds."""

    resolved: Resolved
    channels: tuple[Channel, ...]
    seeds: tuple[int, ...]

    @property
    def coalitions(self) -> int:
        """How many sets of channels there are."""
        return 1 << len(self.channels)

    @property
    def compared(self) -> dict[str, Scenario]:
        """The two compared worlds."""
        compare = self.resolved.experiment.compare
        assert compare is not None
        return {name: self.resolved.scenarios[name] for name in compare}

    def tasks(self) -> list[Task]:
        """Every coalition with every seed, coalition by coalition."""
        out = []
        for coalition in range(self.coalitions):
            off = [c for i, c in enumerate(self.channels) if not coalition >> i & 1]
            label = f"off: {', '.join(c.code for c in off)}" if off else "every channel on"
            worlds = without(self.compared, off)
            out += [Task(worlds, seed, "world", label) for seed in self.seeds]
        return out


def asked(resolved: Resolved, seeds: int | None = None) -> Asked:
    """The channels of an experiment that compares two worlds, over its first seeds (four, if nothing is
    said).

    Raises InputError where nothing is compared, or there is a design.
    """
    experiment = resolved.experiment
    if experiment.compare is None:
        raise InputError(f"{resolved.name}: compares no two worlds, so there is no difference to split")
    if resolved.design is not None:
        raise InputError(f"{resolved.name}: has a design of its own; name an experiment without one")
    count = min(MOST_PAIRS, experiment.seeds.count) if seeds is None else seeds
    if count < 1:
        raise InputError(f"--seeds: {count}: at least 1")
    first = experiment.seeds.first
    return Asked(resolved, channels_of(resolved.base), tuple(range(first, first + count)))


def channel_table(what: Asked, runner: Runner) -> pd.DataFrame:
    """Run what the store lacks and split every headline's difference among the channels.

    A row for each headline and channel, with the whole difference first and the rule itself (all channels
    off) second: `shapley` with its 95% interval over pairs, and what the channel does `alone` and as the
    `last` to join. A seed in which a coalition failed, or has no value, does not count (`pairs`).
    """
    values = _values(what, runner)
    months, rows = months_of_worlds(*what.compared.values()), []
    for h, headline in enumerate(HEADLINES):
        games = values[:, :, h]  # coalition, seed
        games = games[:, ~np.isnan(games).any(axis=0)]
        split = split_of(games)
        of = {"headline": headline.code, "headline_name": headline.name, "unit": headline.unit}
        of |= {"window": months.of(headline)}
        rows.append({**_entry(WHOLE, "The whole difference", "All channels on."), **of, **_ends(games[-1])})
        words = "All channels off: what the law of orders and the market do."
        rows.append({**_entry(RULE_ITSELF, "The rule itself", words), **of, **_ends(games[0])})
        for i, channel in enumerate(what.channels):
            parts = _ends(split.shapley[i]) | _ends(split.alone[i], "alone") | _ends(split.last[i], "last")
            rows.append({**_entry(channel.code, channel.name, channel.meaning), **of, **parts})
    return pd.DataFrame(rows).assign(customers=what.resolved.experiment.customers)


def _values(what: Asked, runner: Runner) -> np.ndarray:
    """The difference of every headline: float64 (coalition, seed, headline), missing where a run failed."""
    a, b = what.compared
    shared = must_be_equal_for(*what.compared.values())
    first = shared if shared < what.compared[a].months else 0
    values = np.full((what.coalitions, len(what.seeds), len(HEADLINES)), np.nan)
    for position, done in runner.results(what.tasks(), ("world",)):
        tables = done.world_tables
        values[divmod(position, len(what.seeds))] = [
            h.read(tables[b], first) - h.read(tables[a], first) for h in HEADLINES
        ]
    return values


def _entry(code: str, name: str, meaning: str) -> dict[str, str]:
    return {"channel": code, "name": name, "meaning": meaning}


def _ends(differences: np.ndarray, name: str = "") -> dict[str, float]:
    """A mean over pairs with its interval, under the names of the table's columns."""
    i: Interval = interval(differences)
    if name:
        return {name: i.mean, f"{name}_low": i.low, f"{name}_high": i.high}
    return {"shapley": i.mean, "low": i.low, "high": i.high, "pairs": i.pairs}

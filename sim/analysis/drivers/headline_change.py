"""Why did a headline move? The change between two results, split into code, configuration, evidence and fit.

A and B are results folders, crates or experiments. What differs in their values is sorted into parts:

- fit: what the posterior sets (parameters that were fitted, and the curves of adoption);
- evidence: parameters and facts of countries that were measured, or computed from measurements: their stated
  source names no judgement;
- configuration: everything else (law, history, judged values, switches, customers, months);
- seeds, if they are not the same: luck.

The model of today runs every combination of the parts that differ (A's value or B's), and each part has its
Shapley value: what it adds, averaged over all orders in which the parts may change. The parts add up to the
whole. Old code is not at hand, so the code's part is what remains: how far stored results are from those of
the code here with the same values. Of results of the same code it is exactly zero.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.drivers.change_sides import Side, differences
from sim.analysis.drivers.knockouts import first_difference
from sim.analysis.drivers.shapley import split_of
from sim.analysis.headlines import HEADLINES, interval
from sim.runs.identity import model_digest
from sim.runs.seed_task import Task
from sim.runs.tasks import Runner
from sim.scenario.base import Base, load_base
from sim.scenario.locations import CONFIGS, root
from sim.scenario.paths import Loc, dotted, leaves, put, value_at
from sim.scenario.posterior import FITTED, read_posterior, there_is_one
from sim.scenario.problems import InputError
from sim.scenario.restoration import scenario_of
from sim.scenario.scenario import Scenario
from sim.scenario.value_changes import ValueChange, value_changes

CODE, CONFIGURATION, EVIDENCE, FIT, SEEDS, REST = (
    "code", "configuration", "evidence", "fit", "seeds", "not attributed",
)  # fmt: skip
_MIXED = ("parameters", "jurisdictions")  # parts of a world whose single numbers may be of evidence or fit
_NO_MEASUREMENT = ("judge", "not applicable", "the law", "common knowledge", "fitted", "form:", "model:")
_CURVES = ("adoption_2013", "adoption_pace", "adoption_ceiling")


@dataclass(frozen=True)
class HeadlineChange:
    """Why headlines moved.

    `table`: headline, name, unit, value_a, value_b, change, and a column a part. `parts`: a row a headline
    and part, with its interval over pairs where both have the same seeds. `values`: part, path, was, now.
    """

    a: str
    b: str
    table: pd.DataFrame
    parts: pd.DataFrame
    values: pd.DataFrame
    notes: tuple[str, ...]


# --- what belongs to which part ----------------------------------------------------------------------------


class Parts:
    """To which part a value of a world belongs."""

    def __init__(self, base: Base) -> None:
        self._infos = base.parameter_info
        self._places = {code: one.source for code, one in base.jurisdictions.items()}
        fitted = read_posterior().fitted if there_is_one() else ()
        self._fitted = {tuple(path.split(".")) for one in fitted if one.role == FITTED for path in one.paths}

    def of(self, loc: Loc) -> str:
        """The part of a value by its place in a world."""
        if loc[0] not in _MIXED or any(isinstance(part, int) for part in loc):
            return CONFIGURATION
        if loc[0] == "jurisdictions":
            return self._of_place(str(loc[1]), str(loc[2]))
        return self._of_parameter(tuple(str(part) for part in loc[1:]))

    def _of_place(self, code: str, field: str) -> str:
        if field in _CURVES:
            return FIT
        return EVIDENCE if _measured(self._places.get(code, {}).get(field, "judgement")) else CONFIGURATION

    def _of_parameter(self, path: tuple[str, ...]) -> str:
        if path in self._fitted or path[:2] in self._fitted:
            return FIT
        info = self._infos.get(".".join(path[:2]))
        return EVIDENCE if info is not None and _measured(info.source) else CONFIGURATION


def _measured(source: str) -> bool:
    """Whether a source is a measurement: no judgement, no definition, no text of the law."""
    words = source.lower()
    return bool(words) and not any(word in words for word in _NO_MEASUREMENT)


# --- worlds between -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Between:
    """Every combination of the parts in which A and B differ, as worlds to run."""

    a: Side
    b: Side
    parts: Parts

    @cached_property
    def changes(self) -> list[tuple[str, ValueChange]]:
        """What differs, with its part."""
        found = value_changes(self._compared(self.a), self._compared(self.b))
        return [(self._part(change), change) for change in found if change.loc[0] != "order"]

    @staticmethod
    def _compared(side: Side) -> dict[str, Any]:
        """The compared worlds alone; seeds are a part of their own."""
        x, y = side.worlds
        return {"experiment": {}, "worlds": {"first world": x, "second world": y}}

    def _part(self, change: ValueChange) -> str:
        numbers = [value for value in (change.was, change.now) if _is_number(value)]
        return self.parts.of(change.loc) if len(numbers) == 2 else CONFIGURATION

    @cached_property
    def players(self) -> tuple[str, ...]:
        """The parts that differ."""
        differ = {part for part, _ in self.changes}
        if self.a.seeds != self.b.seeds:
            differ.add(SEEDS)
        return tuple(part for part in (CONFIGURATION, EVIDENCE, FIT, SEEDS) if part in differ)

    def seeds(self, coalition: int) -> tuple[int, ...]:
        return self.b.seeds if SEEDS in self._in(coalition) else self.a.seeds

    def _in(self, coalition: int) -> set[str]:
        return {player for k, player in enumerate(self.players) if coalition >> k & 1}

    def scenarios(self, coalition: int) -> dict[str, Scenario]:
        """The compared worlds with B's values of the parts in the coalition, and A's of the others."""
        ours = self._in(coalition)
        worlds = zip(("a", "b"), self.a.worlds, self.b.worlds, strict=True)
        where = f"{self.a.name} and {self.b.name}"
        return {name: scenario_of(self._mixed(x, y, ours), where) for name, x, y in worlds}

    def _mixed(self, x: Mapping[str, Any], y: Mapping[str, Any], ours: set[str]) -> dict[str, Any]:
        """One world: B's configuration or A's, with the single numbers of evidence and fit set over it."""
        by_configuration = CONFIGURATION in ours
        mixed: dict[str, Any] = deepcopy(dict(y if by_configuration else x))
        other = x if by_configuration else y
        for part in _MIXED:
            for inner, value in leaves(other[part]):
                loc = (part, *inner)
                whose = self.parts.of(loc) if _is_number(value) else CONFIGURATION
                if whose != CONFIGURATION and (whose in ours) != by_configuration and _has(mixed, loc):
                    put(mixed, loc, value)
        return mixed


def _has(tree: Any, loc: Loc) -> bool:
    """Whether there is a number at a place."""
    try:
        return _is_number(value_at(tree, loc))
    except (KeyError, IndexError, TypeError):
        return False


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


# --- the split ----------------------------------------------------------------------------------------------


def headline_change(a: Side, b: Side, runner: Runner) -> HeadlineChange:
    """Run what the store lacks, and split the change of every headline from A to B. Raises InputError."""
    between = Between(a, b, Parts(load_base(root() / CONFIGS)))
    notes: list[str] = []
    try:
        values = _values(between, runner)
    except InputError as error:
        notes.append(
            f"the version here cannot read the values of both ({error.problems[0]}): nothing can be run "
            "between them, and all of the change is left to the code and what it reads"
        )
        values = None
    if runner.failures:
        notes += [f"failed: {failure}" for failure in runner.failures]
    return _split(between, values, notes)


def _values(between: Between, runner: Runner) -> list[np.ndarray]:
    """The differences by coalition of the parts: (seeds, headlines) each; a pair that failed has none."""
    tasks, where = list[Task](), list[tuple[int, int, int]]()
    out: list[np.ndarray] = []
    last = (1 << len(between.players)) - 1
    for coalition in range(last + 1):
        seeds = between.seeds(coalition)
        known = _known(between, coalition, last)
        out.append(np.full((len(seeds), len(HEADLINES)), np.nan) if known is None else known)
        if known is None:
            scenarios = between.scenarios(coalition)
            first = first_difference(*scenarios.values())
            tasks += [Task(scenarios, seed, "world", "between") for seed in seeds]
            where += [(coalition, k, first) for k in range(len(seeds))]
    for position, done in runner.results(tasks, ("world",)):
        coalition, row, first = where[position]
        a, b = done.world_tables.values()
        out[coalition][row] = differences(a, b, first)
    return out


def _known(between: Between, coalition: int, last: int) -> np.ndarray | None:
    """The stored numbers of either side, where the code here made them."""
    for at, side in ((0, between.a), (last, between.b)):
        if coalition == at and side.stored is not None and side.is_of_this_code:
            return side.stored
    return None


def _split(between: Between, values: list[np.ndarray] | None, notes: list[str]) -> HeadlineChange:
    a, b, players = between.a, between.b, between.players
    with np.errstate(invalid="ignore"):
        now = None if values is None else np.array([np.nanmean(v, axis=0) for v in values])
        ends = [
            side.stored.mean(axis=0) if side.stored is not None else now[at] if now is not None else None
            for side, at in ((a, 0), (b, -1))
        ]
    if ends[0] is None or ends[1] is None:
        raise InputError("nothing can be compared: " + "; ".join(notes))
    change = ends[1] - ends[0]
    shares = dict.fromkeys((CODE, CONFIGURATION, EVIDENCE, FIT), np.zeros(len(HEADLINES)))
    if now is not None and players:
        shares |= dict(zip(players, split_of(now).shapley, strict=True))
    rest = change - sum(shares.values())
    same_code = a.model == b.model
    if same_code and a.is_of_this_code:
        pass  # what is left is rounding
    elif same_code and now is not None:
        shares[REST] = rest
        notes.append(
            "both were made by the same code, which is not the one here: the parts are those of the code "
            "here, and what its total lacks is not attributed"
        )
    else:
        shares[CODE] = rest
        notes.append(_code_words(a, b))
    notes.append(_order_words(players))
    return HeadlineChange(
        a.name,
        b.name,
        _table(ends, change, shares),
        _parts(between, values, shares),
        _listed(between),
        tuple(notes),
    )


def _code_words(a: Side, b: Side) -> str:
    old = [side.name for side in (a, b) if not side.is_of_this_code]
    return (
        f"the code of {' and of '.join(old)} is not at hand: the code's part is what remains when the code "
        f"here ({model_digest()[:12]}) runs the same values"
    )


def _order_words(players: Sequence[str]) -> str:
    if not players:
        return "no value differs that decides a number"
    if len(players) == 1:
        return f"only the {players[0]} differs, so nothing hangs on an order"
    return f"Shapley values over {', '.join(players)}: every order in which they may change counts alike"


def _table(ends: Sequence[Any], change: np.ndarray, shares: Mapping[str, np.ndarray]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "headline": [h.code for h in HEADLINES],
            "name": [h.name for h in HEADLINES],
            "unit": [h.unit for h in HEADLINES],
            "value_a": ends[0],
            "value_b": ends[1],
            "change": change,
            **{part.replace(" ", "_"): share for part, share in shares.items()},
        }
    )


def _parts(
    between: Between, values: list[np.ndarray] | None, shares: Mapping[str, np.ndarray]
) -> pd.DataFrame:
    """A row a headline and part, with the interval over pairs where the pairs are the same throughout."""
    by_pair: dict[str, np.ndarray] = {}
    if values is not None and between.players and SEEDS not in between.players:
        by_pair = dict(zip(between.players, split_of(np.array(values)).shapley, strict=True))
    rows = []
    for part, share in shares.items():
        for k, headline in enumerate(HEADLINES):
            over = interval(by_pair[part][:, k]) if part in by_pair else None
            ends = {"low": over.low, "high": over.high, "pairs": over.pairs} if over else {}
            rows.append({"headline": headline.code, "part": part, "value": share[k], **ends})
    return pd.DataFrame(rows, columns=["headline", "part", "value", "low", "high", "pairs"])


def _listed(between: Between) -> pd.DataFrame:
    """The values that differ."""
    rows = list(_value_rows(between))
    return pd.DataFrame(rows, columns=["part", "path", "world", "was", "now"])


def _value_rows(between: Between) -> Iterator[dict[str, Any]]:
    for part, change in between.changes:
        worlds = ", ".join(change.worlds)
        yield {"part": part, "path": change.path, "world": worlds, "was": change.was, "now": change.now}
    if SEEDS in between.players:
        a, b = (dotted(side.seeds) for side in (between.a, between.b))
        yield {"part": SEEDS, "path": "seeds", "world": "", "was": a, "now": b}

"""Tipping and return: what of a ruling's effect stays after the rule is turned back.

Three worlds are needed: one in which the rule is turned back (two switches), one that had the final rule from
the beginning (the reference), and one in which the first rule lasts. In the same months and with the same
seeds, the *share that stays* is the effect in the first world over the effect in the last: 0 if all is as if
the ruling had never been made, 1 if turning back changed nothing. Intervals are percentiles over resampled
seeds.

A curve *tips* if a tenth of a factor's range carries more than half of the change of the share. A straight
line has a tenth of it there, a step all.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.drivers.discovery_inputs import Inputs
from sim.analysis.headlines import SERIES, Columns, interval
from sim.runs.pair_series import PairSeries, exported
from sim.scenario.scenario import Scenario

RETURNS, CURVES, REPEAL = TABLES = ("returns", "tipping", "repeal")
AFTER = 60  # months after the return at which is looked how much stays
HALF, TENTH, SURE = 0.5, 0.1, 0.95
_YEAR, _RESAMPLES, _MOST_BINS, _FEWEST_IN_BIN = 12, 1000, 6, 12
AT_AFTER, AT_END = f"{AFTER} months after the return", "at the end"
_FEWEST_LAWS = 1.0  # in a bin, for a share of them
LEVEL_OF_LAWS = "laws at the return"


@dataclass(frozen=True)
class Outcome:
    """A monthly number: code, name, unit, how it is read off the world table."""

    code: str
    name: str
    unit: str
    read: Callable[[Columns], np.ndarray]


OUTCOMES = (
    Outcome("trust", "Trust in US providers abroad", "points of 100", lambda t: 100.0 * SERIES["trust"](t)),
    Outcome(
        "revenue",
        "Revenue of US providers abroad",
        "USD bn a year",
        lambda t: 12e-9 * SERIES["revenue_us"](t),
    ),
    Outcome(
        "data_at_home",
        "Cloud data kept on home soil",
        "% of foreign customers' cloud data",
        lambda t: 100.0 * SERIES["cloud_data_at_home"](t),
    ),
    Outcome("laws", "Government instruments in force", "instruments", SERIES["laws_total"]),
)
_COLUMNS = (
    "trust", "revenue_us", "laws_total", "tb_at_home", "tb_on_premises", "tb_us_region", "tb_local_region",
    "tb_trustee", "tb_customer_keys", "tb_us_subsidiary", "tb_home_grown",
)  # fmt: skip


_CURVE = (
    "factor", "others", "outcome", "name", "at", "points", "along", "first", "last", "steepest", "tips_share",
    "half_at", "half_low", "half_high", "verdict",
)  # fmt: skip


@dataclass(frozen=True)
class Worlds:
    """The names of the three worlds."""

    reference: str
    returned: str
    lasting: str


def worlds_of(manifest: Mapping[str, Any]) -> Worlds | None:
    """The three worlds of an experiment, by their switches; None if it has none such."""
    specs = manifest["scenario"]["experiment"]["worlds"]
    rules = {name: [one["regime"] for one in spec["switches"]] for name, spec in specs.items()}
    for returned, regimes in rules.items():
        if len(regimes) != 2 or regimes[0] == regimes[1]:
            continue
        reference, lasting = (
            next((name for name, own in rules.items() if own == [regime]), None)
            for regime in reversed(regimes)
        )
        if reference is not None and lasting is not None:
            return Worlds(reference, returned, lasting)
    return None


def tables_of(
    folder: Path, manifest: Mapping[str, Any], scenarios: Callable[[int], Mapping[str, Scenario]]
) -> dict[str, pd.DataFrame]:
    """The tables of an experiment that turns a rule back, by name; none if it does not.

    `returns`: how much stays, a row a point, outcome and time. `tipping`: whether the share tips along each
    factor, and where it passes one half. `repeal`: the share of the laws that stays, by how many more there
    were at the return. `scenarios` gives the worlds at a point.
    """
    worlds = worlds_of(manifest)
    if worlds is None:
        return {}
    series = exported(folder, manifest)
    every = [_Point.of(int(number), series, worlds, scenarios) for number in np.unique(series.points)]
    points = [one for one in every if one is not None]
    if not points:
        return {}
    returns = pd.DataFrame([row for one in points for row in one.rows(series.values)])
    curves = pd.DataFrame(list(_curves(points, series.values)), columns=list(_CURVE))
    return {RETURNS: returns, CURVES: curves, REPEAL: _repeal(points)}


@dataclass(frozen=True)
class Effect:
    """An effect that is there at a time, pair by pair, and what it would be had the rule lasted: (pairs,)."""

    stays: np.ndarray
    lasting: np.ndarray

    def share(self, rows: np.ndarray | None = None) -> float:
        """The share that stays, of the means over these pairs (all, if None)."""
        stays, lasting = (
            (self.stays, self.lasting) if rows is None else (self.stays[rows], self.lasting[rows])
        )
        whole = float(lasting.mean())
        return float(stays.mean()) / whole if whole else np.nan

    @property
    def sure(self) -> bool:
        """Whether a rule that lasts has an effect that is told apart from none."""
        return bool(interval(self.lasting).verdict in ("higher", "lower"))


@dataclass(frozen=True)
class _Point:
    """A point of the design: how long the first rule held, and the effects, by outcome and time."""

    number: int
    held: int
    before: dict[str, np.ndarray]
    effects: dict[tuple[str, str], Effect]

    @classmethod
    def of(
        cls,
        number: int,
        series: PairSeries,
        worlds: Worlds,
        scenarios: Callable[[int], Mapping[str, Scenario]],
    ) -> "_Point | None":
        """None where the rule is turned back too late for any month to be under the second one."""
        scenario = scenarios(number)[worlds.returned]
        first, back = (_month(scenario, k) for k in (0, 1))
        months = len(series.months)
        if back >= months or back <= first:
            return None
        mine = np.flatnonzero(series.points == number)
        before: dict[str, np.ndarray] = {}
        effects: dict[tuple[str, str], Effect] = {}
        windows = {AT_END: slice(max(back, months - _YEAR), months)}
        if back + AFTER <= months:
            windows = {AT_AFTER: slice(back + AFTER - _YEAR, back + AFTER), **windows}
        for outcome in OUTCOMES:
            found = {
                name: _monthly(outcome, series, mine, series.position(name))
                for name in (worlds.reference, worlds.returned, worlds.lasting)
            }
            change = found[worlds.returned] - found[worlds.reference]
            lasting = found[worlds.lasting] - found[worlds.reference]
            before[outcome.code] = change[:, max(first, back - _YEAR) : back].mean(axis=1)
            for at, months_of in windows.items():
                effects[outcome.code, at] = Effect(
                    change[:, months_of].mean(axis=1), lasting[:, months_of].mean(axis=1)
                )
        return cls(number, back - first, before, effects)

    def rows(self, values: pd.DataFrame) -> Iterator[dict[str, Any]]:
        """Its rows of the table of returns."""
        by_code = {outcome.code: outcome for outcome in OUTCOMES}
        for (code, at), effect in self.effects.items():
            stays, lasting = interval(effect.stays), interval(effect.lasting)
            low, high = _percentiles(_resampled([effect])[:, 0]) if effect.sure else (np.nan, np.nan)
            yield {
                "point": self.number,
                **{str(name): value for name, value in values.loc[self.number].items()},
                "held": self.held,
                "outcome": code,
                "name": by_code[code].name,
                "unit": by_code[code].unit,
                "at": at,
                "before": float(self.before[code].mean()),
                "stays": stays.mean,
                "stays_low": stays.low,
                "stays_high": stays.high,
                "lasting": lasting.mean,
                "lasting_low": lasting.low,
                "lasting_high": lasting.high,
                "share": effect.share() if effect.sure else np.nan,
                "share_low": low,
                "share_high": high,
                "pairs": len(effect.stays),
                "note": "" if effect.sure else "a rule that lasts has no sure effect here",
            }


def _month(scenario: Scenario, switch: int) -> int:
    """The first month under a switch's rule, counted from the start: the first that begins after its day."""
    on = scenario.switches[switch].on
    return (on.year - scenario.first.year) * _YEAR + on.month - scenario.first.month + 1


def _monthly(outcome: Outcome, series: PairSeries, pairs: np.ndarray, world: int) -> np.ndarray:
    """An outcome of one world in these pairs: (pairs, months)."""
    columns = {name: series.column(name)[pairs, world].T for name in _COLUMNS}
    return np.asarray(outcome.read(columns), float).T


# --- intervals over seeds -----------------------------------------------------------------------------------


def _resampled(effects: list[Effect]) -> np.ndarray:
    """The share that stays in each effect over resampled seeds, the same in all: (resamples, effects)."""
    fewest = min(len(one.stays) for one in effects)
    rows = np.random.default_rng(0).integers(0, fewest, (_RESAMPLES, fewest))
    return np.array([[one.share(some) for one in effects] for some in rows])


def _percentiles(values: np.ndarray) -> tuple[float, float]:
    """The middle 95% of resampled numbers."""
    known = values[np.isfinite(values)]
    if not len(known):
        return np.nan, np.nan
    low, high = np.quantile(known, [0.025, 0.975])
    return float(low), float(high)


# --- along a factor -----------------------------------------------------------------------------------------


def _curves(points: list[_Point], values: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Each outcome's share along each factor, with all others as they are."""
    inputs = Inputs.of(values)
    for factor in map(str, inputs.x):
        if factor in inputs.unordered:
            continue
        others = [name for name in map(str, inputs.x) if name != factor]
        kept = [one for one in points if one.number in inputs.x.index]
        groups: dict[tuple[Any, ...], list[_Point]] = {}
        for one in kept:
            key = tuple(values.loc[one.number, name] for name in others)
            groups.setdefault(key, []).append(one)
        for key, mine in groups.items():
            with_values = dict(zip(others, key, strict=True))
            for outcome in OUTCOMES:
                for at in (AT_AFTER, AT_END):
                    yield from _curve(factor, with_values, outcome, at, mine, inputs)


def _curve(
    factor: str,
    others: dict[str, Any],
    outcome: Outcome,
    at: str,
    points: list[_Point],
    inputs: Inputs,
) -> Iterator[dict[str, Any]]:
    """The row of one curve: does the share tip, and where does it pass one half? At least four points."""
    there = [one for one in points if (outcome.code, at) in one.effects]
    sure = [one for one in there if one.effects[outcome.code, at].sure]
    if len(there) < 4:
        return
    row: dict[str, Any] = {
        "factor": factor,
        "others": ", ".join(f"{name} = {value}" for name, value in others.items()),
        "outcome": outcome.code,
        "name": outcome.name,
        "at": at,
        "points": len(sure),
    }
    if len(sure) < 4:
        yield row | {"verdict": "no effect to lose: a rule that lasts has no sure effect at most points"}
        return
    of_date = factor in inputs.dates
    x = np.array([float(one.held) if of_date else float(inputs.x.loc[one.number, factor]) for one in sure])
    order = np.argsort(x)
    effects = [sure[k].effects[outcome.code, at] for k in order]
    resampled = _resampled(effects)
    y = np.array([one.share() for one in effects])
    steep = np.array([steepest(x[order], one) for one in resampled])
    change = resampled[:, -1] - resampled[:, 0]
    half = np.array([crossing(x[order], one, HALF) for one in resampled])
    low, high = _percentiles(half) if np.isfinite(half).mean() > SURE else (np.nan, np.nan)
    yield row | {
        "along": "months that the first rule held" if of_date else factor,
        "first": float(y[0]),
        "last": float(y[-1]),
        "steepest": steepest(x[order], y),
        "tips_share": float(np.mean(steep > HALF)),
        "half_at": crossing(x[order], y, HALF),
        "half_low": low,
        "half_high": high,
        "verdict": _verdict(steep, change),
    }


def _verdict(steep: np.ndarray, change: np.ndarray) -> str:
    low, high = np.nanquantile(change, [0.025, 0.975])
    if low <= 0.0 <= high:
        return "no sure change along the range"
    share = float(np.mean(steep > HALF))
    if share >= SURE:
        return "tips"
    return "gradual: no tipping" if share <= 1.0 - SURE else "open: more seeds would tell"


def steepest(x: np.ndarray, y: np.ndarray) -> float:
    """The largest part of a curve's whole change that a tenth of its range carries.

    It is 0.1 for a line, 1 for a step between two near points, missing for a curve that does not change.
    """
    whole = float(np.nanmax(y) - np.nanmin(y)) if np.isfinite(y).any() else 0.0
    if whole == 0.0 or np.isnan(y).any():
        return np.nan
    at = np.linspace(x[0], x[-1], 401)
    line = np.interp(at, x, y)
    return float(np.abs(line[40:] - line[:-40]).max() / whole)


def crossing(x: np.ndarray, y: np.ndarray, level: float) -> float:
    """Where a curve first passes a level, by linear interpolation; missing if it never does."""
    side = y > level
    turns = np.flatnonzero(side[1:] != side[:-1])
    if not len(turns) or np.isnan(y).any():
        return np.nan
    k = int(turns[0])
    return float(x[k] + (level - y[k]) / (y[k + 1] - y[k]) * (x[k + 1] - x[k]))


# --- laws and repeal ----------------------------------------------------------------------------------------


def _repeal(points: list[_Point]) -> pd.DataFrame:
    """The share of the laws that is still there, by how many more there were at the return.

    Over all pairs, in bins of as many pairs each; a share is a ratio of sums, and a bin of less than one
    further law has none: laws that come later would make it as large as one likes. Columns: low, high (laws
    more than in the reference, at the return), pairs, before, left (means), share, share_low, share_high.
    """
    known = [one for one in points if ("laws", AT_AFTER) in one.effects]
    columns = ["low", "high", "pairs", "before", "left", "share", "share_low", "share_high"]
    if not known:
        return pd.DataFrame(columns=columns)
    before = np.concatenate([one.before["laws"] for one in known])
    left = np.concatenate([one.effects["laws", AT_AFTER].stays for one in known])
    bins = max(1, min(_MOST_BINS, len(before) // _FEWEST_IN_BIN))
    order = np.argsort(before, kind="stable")
    rows = []
    for mine in np.array_split(order, bins):
        effect = Effect(left[mine], before[mine])
        told = effect.sure and abs(float(before[mine].mean())) >= _FEWEST_LAWS
        low, high = _percentiles(_resampled([effect])[:, 0]) if told else (np.nan, np.nan)
        rows.append(
            {
                "low": float(before[mine].min()),
                "high": float(before[mine].max()),
                "pairs": len(mine),
                "before": float(before[mine].mean()),
                "left": float(left[mine].mean()),
                "share": effect.share() if told else np.nan,
                "share_low": low,
                "share_high": high,
            }
        )
    return pd.DataFrame(rows, columns=columns)


def level_past_return(repeal: pd.DataFrame) -> tuple[float | None, str]:
    """The number of laws past which repeal does not follow, and what the table says, in words.

    Past a level means: in its bin and all above, more than half is surely left after the months looked at.
    """
    known = repeal.dropna(subset=["share_low"])
    if known.empty:
        return None, "the ruling brings no sure number of further laws, so there is nothing to repeal"
    if (known["high"] <= 0).all():
        return None, "the ruling that is turned back brings fewer laws, not more: there is nothing to repeal"
    stuck = known["share_low"] > HALF
    if stuck.all():
        return None, (
            f"at every level, from {known['low'].min():.1f} further laws on, more than half are left "
            f"{AFTER} months after the return: there is no level at which that begins"
        )
    if not stuck.iloc[-1]:
        return None, (
            f"no level up to {known['high'].max():.1f} further laws is one past which more than half are "
            f"surely left {AFTER} months after the return"
        )
    begins = known.loc[~stuck, "high"].max()
    return float(begins), (
        f"past {begins:.1f} further laws at the return, more than half are left {AFTER} months later"
    )

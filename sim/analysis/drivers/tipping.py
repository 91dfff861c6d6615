"""Tipping and return: how the share of a ruling's effect that stays (`return_effects`) hangs on a factor.

A curve *tips* if a tenth of a factor's range carries more than half of the change of the share. A straight
line has a tenth of it there, a step all.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.drivers.discovery_inputs import Inputs
from sim.analysis.drivers.return_effects import (
    AFTER,
    AT_AFTER,
    AT_END,
    FEWEST_PAIRS,
    OUTCOMES,
    Effect,
    Outcome,
    Point,
    percentiles,
    resampled,
    worlds_of,
)
from sim.runs.pair_series import exported
from sim.scenario.scenario import Scenario

RETURNS, CURVES, REPEAL = TABLES = ("returns", "tipping", "repeal")
HALF, TENTH, SURE = 0.5, 0.1, 0.95
OPEN = "open: more seeds would tell"
_MOST_BINS, _FEWEST_IN_BIN = 6, 12
_FEWEST_LAWS = 1.0  # in a bin, for a share of them
LEVEL_OF_LAWS = "laws at the return"
FEWEST_SURE = 4  # points at which a rule that lasts has a sure effect: what a statement on its share needs
_CURVE = (
    "factor", "others", "outcome", "name", "at", "points", "along", "first", "last", "steepest", "tips_share",
    "half_at", "half_low", "half_high", "verdict",
)  # fmt: skip


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
    every = [Point.of(int(number), series, worlds, scenarios) for number in np.unique(series.points)]
    points = [one for one in every if one is not None]
    if not points:
        return {}
    returns = pd.DataFrame([row for one in points for row in one.rows(series.values)])
    curves = pd.DataFrame(list(_curves(points, series.values)), columns=list(_CURVE))
    return {RETURNS: returns, CURVES: curves, REPEAL: _repeal(points)}


# --- along a factor -----------------------------------------------------------------------------------------


def _curves(points: list[Point], values: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Each outcome's share along each factor, with all others as they are."""
    inputs = Inputs.of(values)
    for factor in map(str, inputs.x):
        if factor in inputs.unordered:
            continue
        others = [name for name in map(str, inputs.x) if name != factor]
        kept = [one for one in points if one.number in inputs.x.index]
        groups: dict[tuple[Any, ...], list[Point]] = {}
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
    points: list[Point],
    inputs: Inputs,
) -> Iterator[dict[str, Any]]:
    """The row of one curve: does the share tip, and where does it pass one half?"""
    there = [one for one in points if (outcome.code, at) in one.effects]
    sure = [one for one in there if one.effects[outcome.code, at].sure]
    if len(there) < FEWEST_SURE:
        return
    of_date = factor in inputs.dates
    row: dict[str, Any] = {
        "factor": factor,
        "others": ", ".join(f"{name} = {value}" for name, value in others.items()),
        "outcome": outcome.code,
        "name": outcome.name,
        "at": at,
        "points": len(sure),
        "along": "months that the first rule held" if of_date else factor,
    }
    if too_few(len(sure), len(there)):
        yield row | {"verdict": no_effect(len(sure), len(there))}
        return
    x = np.array([float(one.held) if of_date else float(inputs.x.loc[one.number, factor]) for one in sure])
    order = np.argsort(x)
    effects = [sure[k].effects[outcome.code, at] for k in order]
    y = np.array([one.share() for one in effects])
    yield row | {
        "first": float(y[0]),
        "last": float(y[-1]),
        "steepest": steepest(x[order], y),
        "half_at": crossing(x[order], y, HALF),
        **_over_seeds(x[order], effects),
    }


def _over_seeds(x: np.ndarray, effects: list[Effect]) -> dict[str, Any]:
    """What resampled seeds say of a curve; of a few seeds they say nothing."""
    if min(len(one.stays) for one in effects) < FEWEST_PAIRS:
        return {"tips_share": np.nan, "half_low": np.nan, "half_high": np.nan, "verdict": OPEN}
    of_seeds = resampled(effects)
    steep = np.array([steepest(x, one) for one in of_seeds])
    half = np.array([crossing(x, one, HALF) for one in of_seeds])
    low, high = percentiles(half) if np.isfinite(half).mean() > SURE else (np.nan, np.nan)
    return {
        "tips_share": float(np.mean(steep > HALF)),
        "half_low": low,
        "half_high": high,
        "verdict": _verdict(steep, of_seeds[:, -1] - of_seeds[:, 0]),
    }


def too_few(sure: int, points: int) -> bool:
    """Whether a rule that lasts has a sure effect at too few of the points to say what of it stays."""
    return sure < max(1, min(FEWEST_SURE, points))


def no_effect(sure: int, points: int) -> str:
    """That there is nothing that could stay, in words."""
    if points == 1:
        return "no effect to lose: a rule that lasts has no sure effect"
    where = f"at only {sure} of {points} points" if sure else f"at none of {points} points"
    return f"no effect to lose: a rule that lasts has a sure effect {where}"


def _verdict(steep: np.ndarray, change: np.ndarray) -> str:
    low, high = np.nanquantile(change, [0.025, 0.975])
    if low <= 0.0 <= high:
        return "no sure change along the range"
    share = float(np.mean(steep > HALF))
    if share >= SURE:
        return "tips"
    return "gradual: no tipping" if share <= 1.0 - SURE else OPEN


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


def _repeal(points: list[Point]) -> pd.DataFrame:
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
        low, high = effect.share_interval() if told else (np.nan, np.nan)
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
        ends = list(dict.fromkeys(f"{end:.0%}" for end in (known["share"].min(), known["share"].max())))
        grow = "; over 100%, they go on growing" if known["share"].max() > 1.0 else ""
        return None, (
            f"at every level, from {known['low'].min():.1f} further laws on, more than half are left "
            f"{AFTER} months after the return ({' to '.join(ends)}{grow}): there is no level at which that "
            "begins"
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

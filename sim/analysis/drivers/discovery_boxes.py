"""Regions of a design in which cases of interest are common: boxes by PRIM, leaves by CART.

PRIM (Friedman & Fisher 1999, doi:10.1023/A:1008894516817) peels a box from the whole space in small steps; it
is that of the EMA Workbench. Scenario discovery reads its trajectory (Bryant & Lempert 2010,
doi:10.1016/j.techfore.2009.08.002): limits that could be chance (quasi-p above 0.05) are dropped, and of the
steps whose density reaches a stated share the one with the largest harmonic mean of density and coverage is
chosen. Further passes look for a box among the points that no earlier box holds. CART (Breiman et al. 1984)
splits the whole space, so its leaves hold every region; it is scikit-learn's, pruned by cross-validation and
the rule of one standard error.
"""

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.drivers.discovery_inputs import Inputs
from sim.scenario.problems import InputError

DENSITY, MOST_PASSES, CHANCE = 0.8, 6, 0.05
_SMALLEST_SHARE, _FEWEST = 0.03, 8  # of a box: a share of all points, and a number
_FOLDS = 10
NOT_INSTALLED = (
    "scenario discovery needs the extra `discover` (EMA Workbench, scikit-learn): "
    "pip install 'warrantsim[discover]'"
)


@dataclass(frozen=True)
class Limit:
    """What a region allows of one factor: from `low` to `high` (infinite: not limited), or some `levels`.

    `p_low` and `p_high` are quasi-p values of the two sides (of levels: `p_low`): the probability of at least
    as many cases in the region if this limit told nothing, given all others.
    """

    factor: str
    low: float = -np.inf
    high: float = np.inf
    levels: tuple[str, ...] = ()
    p_low: float = np.nan
    p_high: float = np.nan

    def sides(self) -> list["Limit"]:
        """The limit as one-sided limits."""
        if self.levels:
            return [self]
        parts = [Limit(self.factor, low=self.low), Limit(self.factor, high=self.high)]
        return [one for one in parts if np.isfinite(one.low) or np.isfinite(one.high)]

    def allows(self, x: pd.DataFrame) -> np.ndarray:
        """Which rows lie within."""
        column = x[self.factor]
        if self.levels:
            return np.asarray(column.isin(self.levels), bool)
        values = column.to_numpy(float)
        return np.asarray((values >= self.low) & (values <= self.high), bool)


@dataclass(frozen=True)
class Region:
    """A box: its limits, and the points and cases in it (of a later pass: that no earlier box holds).

    `density` is the share of its points that are cases, `coverage` the share of all cases that it holds,
    `share` that of all points.
    """

    limits: tuple[Limit, ...]
    inside: np.ndarray  # bool, a row of the inputs each
    density: float
    coverage: float
    share: float


@dataclass(frozen=True)
class Step:
    """A step of PRIM's trajectory: the box with only limits that tell something; coverage of all cases."""

    pass_number: int
    step: int
    region: Region
    chosen: bool = False


def mask_of(limits: Iterable[Limit], x: pd.DataFrame) -> np.ndarray:
    """Which rows lie within all limits."""
    inside = np.ones(len(x), bool)
    for limit in limits:
        inside &= limit.allows(x)
    return inside


# --- PRIM ---------------------------------------------------------------------------------------------------


def prim(inputs: Inputs, cases: np.ndarray, density: float = DENSITY) -> tuple[list[Region], list[Step]]:
    """Boxes found pass by pass, and the trajectory of each pass. Raises InputError without the extra.

    The passes end when no box reaches `density`, when fewer than eight cases are left, or at the sixth.
    """
    boxes: list[Region] = []
    steps: list[Step] = []
    left = np.ones(len(cases), bool)
    while len(boxes) < MOST_PASSES and cases[left].sum() >= _FEWEST and not cases[left].all():
        found = _pass(inputs, cases, left, len(boxes) + 1)
        good = [k for k, step in enumerate(found) if step.region.density >= density]
        if good:
            open_cases = float(cases[left].sum() / cases.sum())
            best = max(good, key=lambda k: _worth(found[k].region, open_cases))
            found[best] = replace(found[best], chosen=True)
            boxes.append(found[best].region)
        steps += found
        if not good:
            break
        left &= ~boxes[-1].inside
    return boxes, steps


def _worth(region: Region, open_cases: float) -> tuple[float, int]:
    """The harmonic mean of density and of the share that it holds of the open cases; then fewer limits."""
    held = region.coverage / open_cases
    return round(2.0 * region.density * held / (region.density + held), 9), -len(region.limits)


def _pass(inputs: Inputs, cases: np.ndarray, left: np.ndarray, number: int) -> list[Step]:
    """One pass over the points that are left; steps that become the same box are given once."""
    x, y = inputs.x[left].reset_index(drop=True), cases[left]
    smallest = max(_SMALLEST_SHARE * len(cases), _FEWEST) / len(y)
    steps: list[Step] = []
    seen: set[tuple[Limit, ...]] = set()
    for limits in _trajectory(x, y, min(smallest, 0.5)):
        kept = telling(limits, x, y)
        if kept in seen:
            continue
        seen.add(kept)
        inside = np.zeros(len(cases), bool)
        inside[np.flatnonzero(left)[mask_of(kept, x)]] = True
        steps.append(Step(number, len(steps), region_of(kept, inside, cases)))
    return steps


def region_of(limits: Sequence[Limit], inside: np.ndarray, cases: np.ndarray) -> Region:
    """The region of these points."""
    held = cases[inside]
    density = float(held.mean()) if len(held) else np.nan
    return Region(tuple(limits), inside, density, float(held.sum() / cases.sum()), float(inside.mean()))


def _trajectory(x: pd.DataFrame, y: np.ndarray, smallest: float) -> list[list[Limit]]:
    """The limits of each box on the library's peeling and pasting trajectory."""
    prim_of = _library()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it uses what pandas will take away; the range of versions is pinned
        found = prim_of(x, y.astype(int), threshold=1e-9, mass_min=smallest).find_box()
    return [_limits(frame, x) for frame in found.box_lims]


def _library() -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from ema_workbench.analysis.prim import Prim
    except ImportError as error:
        raise InputError(f"{NOT_INSTALLED} ({error})") from None
    return Prim


def _limits(frame: pd.DataFrame, x: pd.DataFrame) -> list[Limit]:
    """Those limits of a box of the library that exclude a point."""
    out = []
    for name in [name for name in x.columns if name in frame]:  # it drops what all points have alike
        low, high = frame.loc[0, name], frame.loc[1, name]
        if isinstance(low, set):
            levels = tuple(sorted(map(str, low)))
            if len(levels) < x[name].nunique():
                out.append(Limit(name, levels=levels))
            continue
        column = x[name].to_numpy(float)
        one = Limit(
            name,
            float(low) if low > column.min() else -np.inf,
            float(high) if high < column.max() else np.inf,
        )
        if one.sides():
            out.append(one)
    return out


def telling(limits: Sequence[Limit], x: pd.DataFrame, y: np.ndarray) -> tuple[Limit, ...]:
    """The limits without those that could be chance, the weakest dropped first; with their quasi-p values."""
    sides = [side for limit in limits for side in limit.sides()]
    allowed = [side.allows(x) for side in sides]
    while sides:
        p = _quasi_p(allowed, y)
        worst = int(np.argmax(p))
        if p[worst] <= CHANCE:
            break
        del sides[worst], allowed[worst]
    else:
        return ()
    return _joined(sides, p)


def _quasi_p(allowed: Sequence[np.ndarray], y: np.ndarray) -> list[float]:
    """Of each side: the binomial probability of so many cases at the density without that side."""
    from scipy import stats

    inside = np.logical_and.reduce(allowed)
    out = []
    for k in range(len(allowed)):
        rest = [one for j, one in enumerate(allowed) if j != k]
        wider = np.logical_and.reduce(rest) if rest else np.ones(len(y), bool)
        out.append(float(stats.binom.sf(y[inside].sum() - 1, inside.sum(), y[wider].mean())))
    return out


def _joined(sides: Sequence[Limit], p: Sequence[float]) -> tuple[Limit, ...]:
    """One limit a factor, most telling factor first."""
    by_factor: dict[str, Limit] = {}
    for side, value in zip(sides, p, strict=True):
        have = by_factor.get(side.factor, Limit(side.factor))
        if side.levels:
            have = replace(have, levels=side.levels, p_low=value)
        elif np.isfinite(side.low):
            have = replace(have, low=side.low, p_low=value)
        else:
            have = replace(have, high=side.high, p_high=value)
        by_factor[side.factor] = have
    return tuple(sorted(by_factor.values(), key=lambda one: np.nanmin([one.p_low, one.p_high])))


# --- CART ---------------------------------------------------------------------------------------------------


def cart(inputs: Inputs, cases: np.ndarray) -> list[Region]:
    """The leaves of a pruned classification tree, densest first. Raises InputError without the extra."""
    columns = inputs.columns()
    tree = _pruned(columns.to_numpy(float), cases, max(_FEWEST, int(_SMALLEST_SHARE * len(cases))))
    leaf_of = tree.apply(columns.to_numpy(float))
    regions = []
    for leaf, splits in _paths(tree.tree_):
        limits = inputs.limits_of([(str(columns.columns[k]), below, at) for k, below, at in splits])
        sides = [Limit(*one) for one in limits]
        inside = leaf_of == leaf
        if sides:
            parts = [part for side in sides for part in side.sides()]
            allowed = [part.allows(inputs.x) for part in parts]
            sides = list(_joined(parts, _quasi_p(allowed, cases)))
        regions.append(region_of(sides, inside, cases))
    return sorted(regions, key=lambda region: (-region.density, -region.coverage))


def _pruned(x: np.ndarray, y: np.ndarray, smallest: int) -> Any:
    """The smallest tree whose error over folds is within one standard error of the least."""
    try:
        from sklearn.model_selection import StratifiedKFold
        from sklearn.tree import DecisionTreeClassifier
    except ImportError as error:
        raise InputError(f"{NOT_INSTALLED} ({error})") from None

    def fitted(alpha: float, rows: np.ndarray) -> Any:
        made = DecisionTreeClassifier(min_samples_leaf=smallest, random_state=0, ccp_alpha=alpha)
        return made.fit(x[rows], y[rows])

    whole = np.arange(len(y))
    path = np.unique(np.maximum(fitted(0.0, whole).cost_complexity_pruning_path(x, y).ccp_alphas, 0.0))
    alphas = np.append(np.sqrt(path[:-1] * path[1:]), path[-1])  # between two prunings
    folds = min(_FOLDS, int(min(y.sum(), (~y).sum())))
    if folds < 2:
        return fitted(0.0, whole)
    splits = list(StratifiedKFold(folds, shuffle=True, random_state=0).split(x, y))
    wrong = np.array(
        [[np.mean(fitted(a, train).predict(x[test]) != y[test]) for train, test in splits] for a in alphas]
    )
    mean = wrong.mean(axis=1)
    best = int(np.argmin(mean))
    standard_error = wrong[best].std(ddof=1) / np.sqrt(folds)
    return fitted(float(alphas[mean <= mean[best] + standard_error].max()), whole)


def _paths(tree: Any) -> Iterable[tuple[int, list[tuple[int, bool, float]]]]:
    """Each leaf with its splits: (column, whether it lies at or below, the threshold)."""
    waiting: list[tuple[int, list[tuple[int, bool, float]]]] = [(0, [])]
    while waiting:
        node, splits = waiting.pop()
        left, right = int(tree.children_left[node]), int(tree.children_right[node])
        if left < 0:
            yield node, splits
            continue
        split = (int(tree.feature[node]), float(tree.threshold[node]))
        waiting += [
            (right, [*splits, (split[0], False, split[1])]),
            (left, [*splits, (split[0], True, split[1])]),
        ]

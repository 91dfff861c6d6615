"""An outcome of a design by the states of its inputs: its swing over each, and its distribution by state.

The distribution is decomposed as SimDec does (Kozlova, Moss, Yeomans & Caers 2024, Environmental Modelling &
Software 178): each of the most influential inputs is cut into states of equally many points, and every bar
of the outcome's histogram is divided by the combination of states that its points have.
"""

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.drivers.sensitivity import Sample, replicates
from sim.analysis.drivers.sensitivity_indices import known_mean, step_ends
from sim.analysis.far_values import cut_range
from sim.analysis.range_names import range_name

STATES = (3, 2)  # of the first and the second input
_SPREAD = {"low": 0.05, "median": 0.5, "high": 0.95}
_BINS = (8, 24)  # fewest and most; about the square root of the points


def swings(sample: Sample, outputs: np.ndarray) -> pd.DataFrame:
    """Where an outcome stands at the low and at the high end of each factor.

    `outputs` (points, seeds). Columns: `factor`, `low`, `high` (the outcome there), `low_at`, `high_at`
    (which values, in words), `middle` (that of all). Of a Morris sample means at the ends of its steps; of
    others medians of the points in the lowest and highest third of the factor's values, which a few far
    points do not move.
    """
    if sample.method == "morris":
        low, high, _ = step_ends(replicates(outputs[:, :, None], sample.levers), sample.shares)
        columns = {
            "low": known_mean(low[:, :, 0], axis=0),
            "high": known_mean(high[:, :, 0], axis=0),
            "low_at": "the lower end of a step",
            "high_at": "the upper end of a step",
        }
        middle = float(known_mean(outputs.ravel(), axis=0))
        return pd.DataFrame({"factor": sample.names, **columns, "middle": middle})
    rows, values = independent_points(sample), known_mean(outputs, axis=1)
    middle, parts = _median(values), []
    for name in sample.names:
        states = states_of(sample.values[name].iloc[rows], 3)
        mine = [values[rows][states.codes == code] for code in (0, len(states.names) - 1)]
        parts.append(
            {
                "factor": name,
                "low": _median(mine[0]),
                "high": _median(mine[1]),
                "low_at": states.names[0],
                "high_at": states.names[-1],
                "middle": middle,
            }
        )
    return pd.DataFrame(parts)


def _median(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else np.nan


def independent_points(sample: Sample) -> np.ndarray:
    """The points in which factors vary independently: of a Saltelli sample its rows A and B alone."""
    points = np.arange(len(sample.values))
    if sample.method != "saltelli":
        return points
    place = (points // sample.levers) % (len(sample.names) + 2)
    return np.asarray(points[(place == 0) | (place == len(sample.names) + 1)])


@dataclass(frozen=True)
class States:
    """An input cut into states: their names in order, and the state of each point."""

    names: tuple[str, ...]
    codes: np.ndarray


def states_of(values: "pd.Series[Any]", most: int) -> States:
    """At most so many states of equally many points; an input of few values keeps those."""
    distinct = sorted(values.unique(), key=lambda value: (isinstance(value, str), value))
    if len(distinct) <= most or not pd.api.types.is_numeric_dtype(values):
        position = {value: k for k, value in enumerate(distinct)}
        return States(tuple(_said(v) for v in distinct), np.array([position[v] for v in values], int))
    numbers = values.to_numpy(float)
    edges = np.quantile(numbers, np.linspace(0.0, 1.0, most + 1)[1:-1])
    codes = np.searchsorted(edges, numbers, side="right")
    _, codes = np.unique(codes, return_inverse=True)
    names = tuple(_range(numbers[codes == code]) for code in range(int(codes.max()) + 1))
    return States(names, np.asarray(codes))


def _said(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _range(values: np.ndarray) -> str:
    return range_name(float(values.min()), float(values.max()))


@dataclass(frozen=True)
class Decomposition:
    """A histogram of an outcome by the states of its inputs.

    `edges` of the bins; `table` has a row for each combination of states: a column of states for each input,
    `points`, `median`, `low`, `high` (5 and 95 of 100); `counts` (combinations, bins). `cut`: the bins at the
    ends hold all points beyond them, which lie far from the others.
    """

    inputs: tuple[str, ...]
    edges: np.ndarray
    table: pd.DataFrame
    counts: np.ndarray
    cut: bool


def decomposition(sample: Sample, outputs: np.ndarray, influential: list[str]) -> Decomposition | None:
    """The outcome's distribution by states of the first two influential inputs.

    `outputs` (points, seeds). None where the design's points are not independent (Morris), or nothing is
    influential or varies.
    """
    chosen = influential[: len(STATES)]
    rows, values = independent_points(sample), known_mean(outputs, axis=1)
    rows = rows[~np.isnan(values[rows])]
    if sample.method == "morris" or not chosen or not len(rows) or np.ptp(values[rows]) == 0:
        return None
    cuts = [
        states_of(sample.values[name].iloc[rows], most) for name, most in zip(chosen, STATES, strict=False)
    ]
    bins = int(np.clip(np.sqrt(len(rows)), *_BINS))
    far = cut_range(values[rows])
    low, high = far or (values[rows].min(), values[rows].max())
    edges = np.linspace(low, high, bins + 1)
    table, counts = [], []
    for codes in product(*(range(len(cut.names)) for cut in cuts)):
        mine = values[rows][
            np.all([cut.codes == code for cut, code in zip(cuts, codes, strict=True)], axis=0)
        ]
        if not len(mine):
            continue
        states = {name: cut.names[code] for name, cut, code in zip(chosen, cuts, codes, strict=True)}
        spread = {name: float(np.quantile(mine, at)) for name, at in _SPREAD.items()}
        table.append({**states, "points": len(mine), **spread})
        counts.append(np.histogram(np.clip(mine, low, high), edges)[0])
    return Decomposition(tuple(chosen), edges, pd.DataFrame(table), np.array(counts), far is not None)

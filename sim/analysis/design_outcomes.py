"""The outcomes of a design's runs.

They are each headline at each point, headlines over two of the factors, and the spread of a series. Headlines
and series are those of `sim.analysis.headlines`; a difference is the second compared world minus the first,
pair by pair. A point's value is the mean over its pairs with Student's t interval; a cell of two factors is
the mean over its points, each counting once. Quantiles of a series are over all pairs: luck and whatever the
design varies.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from sim.analysis.design_months import compared
from sim.analysis.headlines import HEADLINES, SERIES, Columns, Headline
from sim.analysis.range_names import range_name
from sim.runs.intervals import half_width
from sim.runs.pair_series import PairSeries

Which = Literal["difference", "a", "b"]
QUANTILES = {"q5": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}
MOST_LEVELS = 12
_BINS = 8
_SCATTERED = 4.0  # cells for each point from which nearly all would be empty
BY_CODE: dict[str, Headline] = {headline.code: headline for headline in HEADLINES}


class _Noted(dict[str, np.ndarray]):
    """Columns of ones that notes which of them were read."""

    def __missing__(self, name: str) -> np.ndarray:
        self[name] = np.ones(24)
        return self[name]


def columns_of_headline(code: str) -> list[str]:
    """The columns of the world table that a headline is read from."""
    noted = _Noted()
    BY_CODE[code].read(noted, 0)
    return list(noted)


def columns_of_series(metric: str) -> list[str]:
    """The columns of the world table that a series is read from."""
    noted = _Noted()
    SERIES[metric](noted)
    return list(noted)


# --- a headline at every pair and point -------------------------------------------------------------------


def headline_values(series: PairSeries, code: str, begin: np.ndarray) -> np.ndarray:
    """A headline of every pair and world: (pairs, worlds); `begin` is the first month that counts in each."""
    columns = {name: series.column(name) for name in columns_of_headline(code)}
    read, out = BY_CODE[code].read, np.empty((len(series), len(series.worlds)))
    with np.errstate(invalid="ignore", divide="ignore"):
        for k, at in np.ndindex(out.shape):
            out[k, at] = read(_run(columns, k, at), int(begin[k]))
    return out


def at_pairs(series: PairSeries, code: str, manifest: Mapping[str, Any], firsts: np.ndarray) -> pd.DataFrame:
    """One row per pair: `point`, `seed`, `a`, `b` and `difference` (b minus a).

    The last two are missing where one world was run.
    """
    begin = pd.Series(firsts, index=series.values.index).reindex(series.points).to_numpy()
    values, (a, b) = headline_values(series, code, begin), compared(manifest)
    first = values[:, series.position(a)]
    second = values[:, series.position(b)] if b is not None else np.full(len(series), np.nan)
    return pd.DataFrame(
        {"point": series.points, "seed": series.seeds, "a": first, "b": second, "difference": second - first}
    )


def at_points(pairs: pd.DataFrame) -> pd.DataFrame:
    """One row per point, by its number: means of `a`, `b` and `difference`, the interval, and the `pairs`.

    The 95% interval runs from `low` to `high`. The interval is of the difference, or of `a` where only one
    world was run; it is missing where a point has one pair.
    """
    of = "difference" if pairs["difference"].notna().any() else "a"
    known = pairs.dropna(subset=[of]).groupby("point")
    means, n, sd = known[["a", "b", "difference"]].mean(), known.size(), known[of].std(ddof=1)
    half = half_width(sd, n)
    return means.assign(low=means[of] - half, high=means[of] + half, pairs=n)


# --- over two factors ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Levels:
    """A factor cut into levels.

    It holds their names in order, the level of each point, and whether a level is a range of values.
    """

    names: tuple[str, ...]
    codes: np.ndarray
    ranges: bool


def levels(values: "pd.Series[Any]", bins: int | None = None) -> Levels:
    """A factor's own values where they are few, else ranges; so many ranges if `bins` is given.

    Ranges have equal width, or equal proportions for a factor that spans orders of magnitude.
    """
    distinct = sorted(values.unique(), key=lambda value: (isinstance(value, str), value))
    if not _numeric(values) or (bins is None and len(distinct) <= MOST_LEVELS):
        position = {value: k for k, value in enumerate(distinct)}
        return Levels(
            tuple(_named(value) for value in distinct),
            np.array([position[value] for value in values], int),
            False,
        )
    count = bins or _BINS
    edges = _edges(values.to_numpy(float), count)
    codes = np.clip(np.searchsorted(edges, values.to_numpy(float), side="right") - 1, 0, count - 1)
    step = float(edges[1] - edges[0])
    even = bool(np.allclose(np.diff(edges), step))
    names = (range_name(left, right, step if even else 0.0) for left, right in itertools.pairwise(edges))
    return Levels(tuple(names), codes, True)


def _numeric(values: "pd.Series[Any]") -> bool:
    return bool(pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values))


def _bins_of_scattered(values: pd.DataFrame) -> int | None:
    """How many ranges each of two factors is cut into where points lie scattered; None where they fill cells.

    With a cell for each pair of values, nearly all would be empty.
    """
    across, up = (values.iloc[:, k].nunique() for k in (0, 1))
    scattered = all(_numeric(values.iloc[:, k]) for k in (0, 1)) and across * up > _SCATTERED * len(values)
    return int(np.clip(round(len(values) ** 0.5), 2, _BINS)) if scattered else None


def _edges(values: np.ndarray, bins: int) -> np.ndarray:
    """Edges of ranges from the least value to the largest.

    Ranges have equal width, or equal proportions where the median lies nearer to the middle of that division.
    """
    low, high, middle = float(values.min()), float(values.max()), float(np.median(values))
    if low > 0 and abs(middle - np.sqrt(low * high)) < abs(middle - 0.5 * (low + high)):
        return np.geomspace(low, high, bins + 1)
    return np.linspace(low, high, bins + 1)


def _named(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


@dataclass(frozen=True)
class Cells:
    """Means over two factors.

    `mean`, `points` (the number of points behind each mean) and `half` (half the width of its 95% interval)
    are (levels of y, levels of x); a cell without points has no mean. Intervals of differences are over the
    points of a cell; of a single point, over its pairs.
    """

    x: Levels
    y: Levels
    mean: np.ndarray
    points: np.ndarray
    half: np.ndarray

    @property
    def unsure(self) -> np.ndarray:
        """The cells whose interval holds zero, or is not known."""
        known: np.ndarray = ~np.isnan(self.mean) & ~(np.abs(self.mean) > self.half)
        return known


def over_two(at: pd.DataFrame, values: pd.DataFrame, x: str, y: str, which: Which) -> Cells:
    """The mean of an outcome (`at_points`) in each cell of two factors."""
    bins = _bins_of_scattered(values[[x, y]]) if x != y else None
    across, up = levels(values[x], bins), levels(values[y], bins)
    shape = (len(up.names), len(across.names))
    known = at[at[which].notna()]
    rows = values.index.get_indexer(known.index)
    where = (up.codes[rows], across.codes[rows])
    total, count = np.zeros(shape), np.zeros(shape, int)
    np.add.at(total, where, known[which].to_numpy())
    np.add.at(count, where, 1)
    with np.errstate(invalid="ignore"):
        mean = np.where(count > 0, total / count, np.nan)
    squares, own = np.zeros(shape), np.zeros(shape)
    np.add.at(squares, where, (known[which].to_numpy() - mean[where]) ** 2)
    np.add.at(own, where, 0.5 * (known["high"] - known["low"]).to_numpy())
    half = half_width(np.sqrt(squares / np.maximum(count - 1, 1)), count)
    return Cells(across, up, mean, count, np.where(count == 1, own, half))


def over_one(at: pd.DataFrame, values: "pd.Series[Any]", which: Which) -> pd.DataFrame:
    """How an outcome (`at_points`) spreads over the points at each level of one factor.

    Columns: `level`, q5, q25, q50, q75, q95, `points`.
    """
    known, cut = at[at[which].notna()], levels(values)
    codes = cut.codes[values.index.get_indexer(known.index)]
    rows = []
    for code in np.unique(codes):
        mine = known[which].to_numpy()[codes == code]
        rows.append(
            {
                "level": cut.names[int(code)],
                **dict(zip(QUANTILES, np.quantile(mine, list(QUANTILES.values())), strict=True)),
                "points": len(mine),
            }
        )
    return pd.DataFrame(rows, columns=["level", *QUANTILES, "points"])


# --- series ----------------------------------------------------------------------------------------------


def fans(
    series: PairSeries, metric: str, manifest: Mapping[str, Any], chosen: np.ndarray | None = None
) -> dict[str, pd.DataFrame]:
    """Quantiles over pairs of a series, month by month.

    There is one for each world by name, and `difference` where two are compared. `chosen` says which pairs
    count (all, if None). Columns: `month`, q5, q25, q50, q75, q95.
    """
    keep = np.arange(len(series)) if chosen is None else np.flatnonzero(chosen)
    if not len(keep):
        return {}
    columns = {name: series.column(name) for name in columns_of_series(metric)}
    read = SERIES[metric]

    def values_in(at: int) -> np.ndarray:
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.array([read(_run(columns, int(k), at)) for k in keep], float)

    found = {world: values_in(at) for at, world in enumerate(series.worlds)}
    out = {world: quantiles(values, series.months) for world, values in found.items()}
    a, b = compared(manifest)
    if b is not None:
        out["difference"] = quantiles(found[b] - found[a], series.months)
    return out


def _run(columns: Mapping[str, np.ndarray], pair: int, world: int) -> Columns:
    return {name: column[pair, world] for name, column in columns.items()}


def quantiles(values: np.ndarray, months: np.ndarray) -> pd.DataFrame:
    """Quantiles of (pairs, months) by month; pairs that have no number in a month are left out of it."""
    out = np.full((len(QUANTILES), values.shape[1]), np.nan)
    missing = np.isnan(values)
    whole = ~missing.any(axis=0)
    if whole.any():
        out[:, whole] = np.quantile(values[:, whole], list(QUANTILES.values()), axis=0)
    for month in np.flatnonzero(~whole & ~missing.all(axis=0)):
        out[:, month] = np.quantile(values[~missing[:, month], month], list(QUANTILES.values()))
    return pd.DataFrame(
        {"month": pd.to_datetime(months.astype("datetime64[D]")), **dict(zip(QUANTILES, out, strict=True))}
    )


def pairs_at(series: PairSeries, points: Sequence[int] | np.ndarray) -> np.ndarray:
    """Which pairs are of these points."""
    return np.isin(series.points, points)

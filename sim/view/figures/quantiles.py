"""Aggregation for drawing: quantiles over seeds, yearly sums and shares. No differences between worlds."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

BAND = (0.05, 0.25, 0.5, 0.75, 0.95)
_NAMES = ("q5", "q25", "q50", "q75", "q95")


def fan(frame: pd.DataFrame, column: str, by: Sequence[str] = ("month",)) -> pd.DataFrame:
    """Quantiles of `column` over seeds: one row for each value of `by`, columns q5 q25 q50 q75 q95.

    Missing values are left out.
    """
    even = _even_groups(frame, column, by)
    if even is not None:
        return even
    quantiles = (
        frame.groupby(list(by), observed=True)[column]
        .quantile(list(BAND))
        .unstack()
        .reindex(columns=list(BAND))
    )
    quantiles.columns = pd.Index(_NAMES)
    return quantiles.reset_index()


def _even_groups(frame: pd.DataFrame, column: str, by: Sequence[str]) -> pd.DataFrame | None:
    """The same by whole arrays, several times as fast, if all groups have equally many rows and none is
    missing; else None."""
    keys = [
        frame[name].cat.codes.to_numpy()
        if isinstance(frame[name].dtype, pd.CategoricalDtype)
        else frame[name].to_numpy()
        for name in by
    ]
    values = frame[column].to_numpy(dtype=float)
    if not len(values) or np.isnan(values).any() or any(key.dtype == object for key in keys):
        return None
    order = np.lexsort(keys[::-1])
    changes = np.zeros(len(order), bool)
    changes[0] = True
    for key in keys:
        changes[1:] |= key[order][1:] != key[order][:-1]
    groups = int(changes.sum())
    each = len(order) // groups
    if each * groups != len(order) or not changes[::each].all():
        return None
    first = order[::each]
    kept = {name: frame[name].array.take(first) for name in by}
    if each == 1:  # of one seed every quantile is its value
        return pd.DataFrame(kept | dict.fromkeys(_NAMES, values[first]), copy=False)
    quantiles = np.quantile(values[order].reshape(groups, each), BAND, axis=1)
    return pd.DataFrame(kept | dict(zip(_NAMES, quantiles, strict=True)), copy=False)


def of_world(frame: pd.DataFrame, world: str) -> pd.DataFrame:
    """The rows of one world."""
    return frame[frame["world"] == world]


def yearly_sum(
    frame: pd.DataFrame, columns: Sequence[str], by: Sequence[str] = ("seed", "world")
) -> pd.DataFrame:
    """Sums by calendar year, complete years only; `month` becomes the first of July, where a year's point is
    drawn."""
    year = frame["month"].dt.year.rename("year")
    grouped = frame.groupby([*by, year], observed=True)
    sums = grouped[list(columns)].sum(min_count=1)
    complete = grouped["month"].nunique() == 12
    return _mid_year(sums[complete].reset_index())


def yearly_mean(
    frame: pd.DataFrame, column: str, weight: str | None = None, by: Sequence[str] = ("seed", "world")
) -> pd.DataFrame:
    """Means by calendar year over the months that have a value, weighted by `weight` if one is named."""
    known = frame[frame[column].notna()]
    weights = known[weight].astype(float) if weight else pd.Series(1.0, index=known.index)
    parts = known.assign(_weighted=known[column] * weights, _weight=weights)
    year = parts["month"].dt.year.rename("year")
    sums = parts.groupby([*by, year], observed=True)[["_weighted", "_weight"]].sum()
    means = (sums["_weighted"] / sums["_weight"].where(sums["_weight"] > 0)).rename(column)
    return _mid_year(means.reset_index())


def _mid_year(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(month=pd.to_datetime(frame["year"].astype(str) + "-07-01"))


def in_points(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """The table with a column from 0 to 1 in points of 100, the unit in which readers meet it."""
    return frame.assign(**{column: 100.0 * frame[column].astype(float)})


def months(values: pd.Series) -> list[str]:
    """Months as plotly reads them."""
    days: list[str] = np.datetime_as_string(values.to_numpy(), unit="D").tolist()
    return days


def numbers(values: Any) -> list[float | None]:
    """Numbers for plotly: six significant digits are finer than any screen; a missing one stays missing."""
    given = np.asarray(values, dtype=float)
    known = np.isfinite(given)
    size = np.abs(np.where(known & (given != 0.0), given, 1.0))
    digits = np.minimum(5 - np.floor(np.log10(size)), 300.0)  # what is smaller than 1e-300 is nought
    # a whole number over or times a power of ten is the float nearest to those digits
    up, down = 10.0 ** np.maximum(digits, 0.0), 10.0 ** np.maximum(-digits, 0.0)
    rounded = np.rint(np.where(known, given, 0.0) / down * up) / up * down
    return [value if there else None for value, there in zip(rounded.tolist(), known.tolist(), strict=True)]

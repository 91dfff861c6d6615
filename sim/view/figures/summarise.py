"""Aggregation for drawing: quantiles over seeds, yearly sums and shares. No differences between worlds."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

BAND = (0.05, 0.25, 0.5, 0.75, 0.95)


def fan(frame: pd.DataFrame, column: str, by: Sequence[str] = ("month",)) -> pd.DataFrame:
    """Quantiles of `column` over seeds: one row for each value of `by`, columns q5 q25 q50 q75 q95. Missing values are left out."""
    quantiles = frame.groupby(list(by), observed=True)[column].quantile(list(BAND)).unstack().reindex(columns=list(BAND))
    quantiles.columns = pd.Index(["q5", "q25", "q50", "q75", "q95"])
    return quantiles.reset_index()


def of_world(frame: pd.DataFrame, world: str) -> pd.DataFrame:
    """The rows of one world."""
    return frame[frame["world"] == world]


def yearly_sum(frame: pd.DataFrame, columns: Sequence[str], by: Sequence[str] = ("seed", "world")) -> pd.DataFrame:
    """Sums by calendar year, complete years only; `month` becomes the first of July, where a year's point is drawn."""
    year = frame["month"].dt.year.rename("year")
    grouped = frame.groupby([*by, year], observed=True)
    sums = grouped[list(columns)].sum(min_count=1)
    complete = grouped["month"].nunique() == 12
    return _mid_year(sums[complete].reset_index())


def yearly_mean(frame: pd.DataFrame, column: str, weight: str | None = None, by: Sequence[str] = ("seed", "world")) -> pd.DataFrame:
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


def months(values: pd.Series) -> list[str]:
    """Months as plotly reads them."""
    return [stamp.strftime("%Y-%m-%d") for stamp in values]


def numbers(values: Any) -> list[float | None]:
    """Numbers for plotly: six significant digits are finer than any screen; a missing one stays missing."""
    return [float(f"{value:.6g}") if np.isfinite(value) else None for value in np.asarray(values, dtype=float)]

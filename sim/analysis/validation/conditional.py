"""Conditional predictions: given what really happened to one quantity, is another right?

The draws of a split are weighted by how likely each makes the rows that are given, and the weighted draws
forecast the rows that are asked. No new runs: both were measured on the same ones. A record that would leave
next to no draws is given with less force: the power of the likelihood is the largest that leaves an effective
sample of an eighth of the draws, and the table states both.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats
from scipy.optimize import brentq

from sim.analysis.evidence.measures.quantities import quantity
from sim.analysis.evidence.rows import Row
from sim.analysis.evidence.splits import UNTIL, is_adoption
from sim.analysis.validation.ranks import HOLDS, SHARES
from sim.analysis.validation.scoring_rules import Predictive, crps
from sim.analysis.validation.series import error_of

KEPT = 1.0 / 8.0  # of the draws that an effective sample must have
CONDITIONAL = (
    "condition",
    "question",
    "fit",
    "given_rows",
    "draws",
    "effective",
    "power",
    "row",
    "what",
    "place",
    "period",
    "unit",
    "data",
    "se",
    "before",
    "before_low",
    "before_high",
    "given",
    "given_low",
    "given_high",
    "crps_before",
    "crps_given",
    *(f"{name}_{when}" for name in HOLDS for when in ("before", "given")),
)


@dataclass(frozen=True)
class Condition:
    """What is given, and what is asked of the fit of a split that saw nothing of it."""

    name: str
    question: str
    fit: str
    given: Callable[[Row], bool]
    asked: Callable[[Row], bool]


def _early_adoption(row: Row) -> bool:
    return is_adoption(row) and row.period.last <= UNTIL


def _late_adoption(row: Row) -> bool:
    return is_adoption(row) and row.period.last > UNTIL


def _trust_lost(row: Row) -> bool:
    return row.measure.name in ("trust_lost", "months_until_faded")


def _any(row: Row) -> bool:
    return True


CONDITIONS = (
    Condition(
        "market given adoption",
        "Given how the use of cloud services grew from 2014 to 2018, are market shares and revenue right?",
        "by_kind_market_shares",
        _early_adoption,
        _any,
    ),
    Condition(
        "late market given late adoption",
        "Given how use grew after 2018, is everything else right that was measured after 2018?",
        "by_time",
        _late_adoption,
        lambda row: not is_adoption(row),
    ),
    Condition(
        "revenue given trust",
        "Given the trust that the leak cost, is the revenue right that it cost?",
        "by_kind_market_shares",
        _trust_lost,
        lambda row: row.measure.name in ("revenue_lost", "revenue_growth"),
    ),
    Condition(
        "answers given trust",
        "Given the trust that the leak cost, are the answers to surveys right?",
        "by_kind_stated",
        _trust_lost,
        _any,
    ),
    Condition(
        "requests given adoption",
        "Given how use grew from 2014 to 2018, are the requests for data right?",
        "by_kind_requests",
        _early_adoption,
        _any,
    ),
)


def given_rows(fit: str, rows: Sequence[Row]) -> list[Row]:
    """The rows that conditions on a fit are about."""
    own = [one for one in CONDITIONS if one.fit == fit]
    return [row for row in rows if any(_is_given(one, row) for one in own)]


def _is_given(condition: Condition, row: Row) -> bool:
    return row.role in ("calibration", "validation") and condition.given(row)


def conditional_predictions(
    fit: str,
    rows: Sequence[Row],
    asked: Sequence[Row],
    values: Mapping[str, np.ndarray],
    error: Callable[[Row], float] = error_of,
) -> pd.DataFrame:
    """A line for each condition on a fit and each value asked, before and given the condition.

    `values` are what rows measured on the runs, float64 (draws, seeds) by row id; `error` is how far a report
    of a row may be from what a run measured (default: the source's error).
    """
    lines = [
        line
        for one in CONDITIONS
        if one.fit == fit
        for line in _lines(
            one,
            [row for row in rows if _is_given(one, row)],
            [row for row in asked if row.bound == "eq" and one.asked(row) and not _is_given(one, row)],
            values,
            error,
        )
    ]
    return pd.DataFrame(lines, columns=list(CONDITIONAL))


def _lines(
    condition: Condition,
    given: Sequence[Row],
    asked: Sequence[Row],
    values: Mapping[str, np.ndarray],
    error: Callable[[Row], float],
) -> list[dict[str, object]]:
    if not given or not asked:
        return []
    likelihood = np.sum([log_likelihood(row, values[row.id].mean(1), error(row)) for row in given], axis=0)
    weights, power = tempered(likelihood)
    chosen = resampled(weights)
    about: dict[str, object] = {
        "condition": condition.name,
        "question": condition.question,
        "fit": condition.fit,
        "given_rows": len(given),
        "draws": len(weights),
        "effective": effective_size(weights),
        "power": power,
    }
    return [
        about | _asked(row, values[row.id], values[row.id][chosen], error(row))
        for row in asked
        if np.all(np.isfinite(values[row.id]))
    ]


def log_likelihood(row: Row, values: np.ndarray, error: float) -> np.ndarray:
    """Of each draw (n,): the log density of what was measured, or the log chance of a bound's side.

    A draw in which nothing could be measured says nothing.
    """
    z = (row.value - values) / error if error > 0.0 else np.zeros(len(values))
    out = {"eq": stats.norm.logpdf, "le": stats.norm.logcdf, "ge": stats.norm.logsf}[row.bound](z)
    return np.nan_to_num(np.asarray(out, np.float64), nan=0.0, neginf=-1e9)


def tempered(likelihood: np.ndarray, kept: float = KEPT) -> tuple[np.ndarray, float]:
    """Weights (n,) that add up to 1, and the power of the likelihood that they use: 1 if enough is left."""

    def weights(power: float) -> np.ndarray:
        w = np.exp(power * (likelihood - likelihood.max()))
        return np.asarray(w / w.sum())

    def short(power: float) -> float:
        return effective_size(weights(power)) - kept * len(likelihood)

    if short(1.0) >= 0.0:
        return weights(1.0), 1.0
    power = float(brentq(short, 0.0, 1.0))
    return weights(power), power


def effective_size(weights: np.ndarray) -> float:
    """Kish's effective sample size of weights that add up to 1."""
    return float(1.0 / np.sum(weights**2))


def resampled(weights: np.ndarray) -> np.ndarray:
    """Numbers of draws (n,), each about as often as its weight: systematic resampling, without luck."""
    n = len(weights)
    ends = np.cumsum(weights)
    return np.minimum(np.searchsorted(ends, (np.arange(n) + 0.5) / n), n - 1)


def _asked(row: Row, before: np.ndarray, given: np.ndarray, error: float) -> dict[str, object]:
    line: dict[str, object] = {
        "row": row.id,
        "what": f"{quantity(row.measure)}: {row.what}",
        "place": row.place.name,
        "period": row.period_words,
        "unit": row.measure.unit,
        "data": row.value,
        "se": error_of(row),
    }
    for when, values in (("before", before), ("given", given)):
        made = Predictive(values.ravel(), error)
        low, high = made.interval()
        line |= {when: made.mean, f"{when}_low": low, f"{when}_high": high}
        line |= {f"crps_{when}": crps(made, row.value)}
        line |= {f"{name}_{when}": made.holds(row.value, s) for name, s in zip(HOLDS, SHARES, strict=True)}
    return line

"""Validation: what each fit says of the rows that it did not see, scored beside the rivals.

Two tables. Scores: a line for each row and forecaster, with the reason where a forecaster has none. Ranks:
the model against each rival, over the rows on which both have a forecast.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.analysis.evidence.posterior_predictive import History, history_at, predict
from sim.analysis.evidence.rows import Row
from sim.analysis.headlines import interval
from sim.analysis.posterior_draws import Draw
from sim.analysis.validation.holdout import IN_THE_STARTING_VALUES, Unseen
from sim.analysis.validation.rivals import BASS, MEANING, RIVALS, TREND, Field, earlier, error_of
from sim.analysis.validation.scoring_rules import Predictive, chance_of, crps, log_score
from sim.runs.tasks import Runner
from sim.scenario.resolution import Resolved

MODEL = "model"
ALL, EARLY = "all rows", "early"
FEWEST_SERIES = 3  # that an interval is taken over
TOO_FEW = "too few to rank"
SCORES = (
    "fit",
    "row",
    "what",
    "place",
    "population",
    "period",
    "unit",
    "bound",
    "data",
    "se",
    "forecaster",
    "forecast",
    "low",
    "high",
    "crps",
    "log_score",
    "chance",
    "ranked",
    "note",
    "source",
)
RANKS = (
    "fit",
    "rival",
    "rows",
    "series",
    "ahead",
    "model",
    "rival_score",
    "difference",
    "low",
    "high",
    "log_difference",
    "verdict",
)


@dataclass(frozen=True)
class Fit:
    """One fit under test: its draws, what it did not see, and how the history of a draw is made."""

    name: str
    draws: Sequence[Draw]
    unseen: Unseen
    history: History = history_at
    not_ranked: Collection[str] = frozenset(IN_THE_STARTING_VALUES)


def validate(fits: Sequence[Fit], resolved: Resolved, runner: Runner) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Run every fit's draws on what it did not see: scores by row and forecaster, and ranks by rival."""
    ceilings = {
        name: segment.adoption_ceiling
        for name, segment in next(iter(resolved.scenarios.values())).segments.items()
    }
    scores, ranks = list[pd.DataFrame](), list[pd.DataFrame]()
    for fit in fits:
        values = predict(fit.unseen.asked, resolved, fit.draws, runner, fit.history)
        forecasts = {
            (row.id, MODEL): Predictive(known, error_of(row))
            for row in fit.unseen.asked
            if len(known := _known(values[row.id]))
        } | Field(fit.unseen.seen, fit.unseen.known, ceilings).forecasts(fit.unseen.asked)
        scores.append(score(fit, forecasts))
        ranks.append(rank(fit.name, scores[-1], fit.unseen.asked))
    return pd.concat(scores, ignore_index=True), pd.concat(ranks, ignore_index=True)


def _known(values: np.ndarray) -> np.ndarray:
    known: np.ndarray = values[~np.isnan(values)]
    return known


def score(fit: Fit, forecasts: dict[tuple[str, str], Predictive]) -> pd.DataFrame:
    """A line for each row asked and each forecaster; forecasts by (row id, forecaster).

    A bound says on which side the truth lies, and no more: for it `chance` is the probability that the
    forecast gives to that side, and there is no score.
    """
    lines = []
    for row in fit.unseen.asked:
        for forecaster in (MODEL, *RIVALS):
            made = forecasts.get((row.id, forecaster))
            line = {
                "fit": fit.name,
                "row": row.id,
                "what": row.what,
                "place": row.place.name,
                "population": row.population,
                "period": row.period_words,
                "unit": row.measure.unit,
                "bound": row.bound,
                "data": row.value,
                "se": error_of(row),
                "forecaster": forecaster,
                "source": row.source,
                "ranked": "yes"
                if made is not None and row.bound == "eq" and row.id not in fit.not_ranked
                else "no",
                "note": _why_none(row, forecaster, fit.unseen.known)
                if made is None
                else IN_THE_STARTING_VALUES.get(row.id, ""),
            }
            if made is not None:
                low, high = made.interval()
                line |= {"forecast": made.mean, "low": low, "high": high}
                line |= (
                    {"crps": crps(made, row.value), "log_score": log_score(made, row.value)}
                    if row.bound == "eq"
                    else {}
                )
                line |= {"chance": chance_of(made, row.bound, row.value)} if row.bound != "eq" else {}
            lines.append(line)
    return pd.DataFrame(lines, columns=list(SCORES))


def _why_none(row: Row, forecaster: str, known: Sequence[Row]) -> str:
    if forecaster == MODEL:
        return "the model had nothing to measure"
    if row.bound != "eq":
        return "a bound, not a value"
    if row.measure.two_dates:
        return "a difference between two dates has no value before"
    before = len(earlier(row, known))
    if not before:
        return "no earlier value of the same thing in the evidence"
    if forecaster == TREND and before < 2:
        return "one earlier value makes no line"
    if forecaster == BASS:
        return (
            "not a share of adopters"
            if row.measure.name != "adoption"
            else "too few steps were seen to fit a curve"
        )
    raise AssertionError(f"{forecaster} has earlier values of {row.id}, and no forecast")


def rank(fit: str, scores: pd.DataFrame, rows: Sequence[Row]) -> pd.DataFrame:
    """The model against each rival: CRPS in standard errors of each row.

    In these units, rows of different units can be averaged. Rows of one place and measure hang together and
    count as one series; the 95% interval is Student's t over series.
    """
    series = {row.id: f"{row.measure.name} in {row.place.name}" for row in rows}
    by = {
        name: group.set_index("row")
        for name, group in scores[scores["ranked"] == "yes"].groupby("forecaster")
    }
    lines = []
    for rival in RIVALS:
        both = by[MODEL].index.intersection(by[rival].index) if MODEL in by and rival in by else pd.Index([])
        line: dict[str, object] = {
            "fit": fit,
            "rival": rival,
            "rows": len(both),
            "series": 0,
            "ahead": 0,
            "verdict": TOO_FEW,
        }
        if len(both):
            model, other = by[MODEL].loc[both], by[rival].loc[both]
            in_se = pd.DataFrame(
                {
                    "model": model["crps"] / model["se"],
                    "rival": other["crps"] / other["se"],
                    "log": model["log_score"] - other["log_score"],
                }
            )
            of_series = in_se.groupby([series[row] for row in both]).mean()
            i = interval((of_series["model"] - of_series["rival"]).to_numpy())
            line |= {
                "series": len(of_series),
                "ahead": int((in_se["model"] < in_se["rival"]).sum()),
                "model": float(of_series["model"].mean()),
                "rival_score": float(of_series["rival"].mean()),
                "difference": i.mean,
                "low": i.low,
                "high": i.high,
                "log_difference": float(of_series["log"].mean()),
                "verdict": _verdict(i.low, i.high, len(of_series)),
            }
        lines.append(line)
    return pd.DataFrame(lines, columns=list(RANKS))


def _verdict(low: float, high: float, series: int) -> str:
    if series < FEWEST_SERIES:
        return TOO_FEW
    if high < 0.0:
        return "model better"
    return "rival better" if low > 0.0 else "not told apart"


__all__ = ["ALL", "EARLY", "MEANING", "MODEL", "Fit", "rank", "score", "validate"]

"""Validation: what each fit says of the rows that it did not see, scored beside the rivals.

Four tables. Scores: a line for each row and forecaster, with the reason where a forecaster has none. Ranks:
the model against each rival. Coverage: how often intervals held the truth. Conditional predictions: what the
model says of one quantity, given what really happened to another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.analysis.evidence.measures.quantities import quantity
from sim.analysis.evidence.posterior_predictive import Question, predict_each
from sim.analysis.evidence.rows import FLAGS, Row
from sim.analysis.evidence.splits import SEEN_IN_AGGREGATE, SEEN_WORDS, Split, is_adoption
from sim.analysis.posterior_draws import Draw
from sim.analysis.validation.conditional import conditional_predictions, given_rows
from sim.analysis.validation.hierarchical import hierarchical_bass
from sim.analysis.validation.holdout import Unseen
from sim.analysis.validation.misses import UsualMisses
from sim.analysis.validation.ranks import HOLDS, MODEL, SHARES, coverage, rank
from sim.analysis.validation.rivals import (
    BASS,
    COVARIATES,
    HIERARCHY,
    MEAN_FIELD,
    RIVALS,
    TREND,
    Field,
)
from sim.analysis.validation.scoring_rules import Predictive, chance_of, crps, log_score
from sim.analysis.validation.series import earlier, error_of
from sim.runs.tasks import Runner
from sim.scenario.resolution import Resolved, variant

SCORES = (
    "fit",
    "row",
    "what",
    "quantity",
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
    *HOLDS,
    "chance",
    "ranked",
    "note",
    "source",
)
BREAK = "break"  # a row beyond a break of its series is another quantity: scored, not ranked
Forecasts = Mapping[tuple[str, str], Predictive]  # by row id and forecaster


@dataclass(frozen=True)
class Fit:
    """One fit under test: its split, its draws, and what it did not see."""

    split: Split
    draws: Sequence[Draw]
    unseen: Unseen

    @property
    def name(self) -> str:
        return self.split.name


@dataclass(frozen=True)
class Validation:
    """The tables of a validation."""

    scores: pd.DataFrame
    ranks: pd.DataFrame
    coverage: pd.DataFrame
    conditional: pd.DataFrame


def validate(fits: Sequence[Fit], rows: Sequence[Row], resolved: Resolved, runner: Runner) -> Validation:
    """Run every fit's draws, and score its forecasts beside those of the rivals."""
    average = variant(resolved, mean_field=True)
    questions = [
        question
        for fit in fits
        for question in (
            Question(_measured(fit, given_rows(fit.name, rows)), fit.draws, resolved),
            Question(_measured(fit), fit.draws, average),
        )
    ]
    answers = predict_each(questions, runner)
    scores, conditional = list[pd.DataFrame](), list[pd.DataFrame]()
    for fit, agents, averages in zip(fits, answers[::2], answers[1::2], strict=True):
        model, mean_field = _Simulated(fit.unseen.seen, agents), _Simulated(fit.unseen.seen, averages)
        scores.append(score(fit, _forecasts(fit, {MODEL: model, MEAN_FIELD: mean_field}, resolved)))
        error = model.misses.error
        conditional.append(conditional_predictions(fit.name, rows, fit.unseen.asked, agents, error))
    every = pd.concat(scores, ignore_index=True)
    return Validation(every, rank(every), coverage(every), pd.concat(conditional, ignore_index=True))


def _measured(fit: Fit, given: Sequence[Row] = ()) -> list[Row]:
    """The rows that a fit is asked, those that it saw, and those that its conditions are about."""
    return list({row.id: row for row in (*fit.unseen.asked, *fit.unseen.seen, *given)}.values())


class _Simulated:
    """What runs over draws and seeds measured, by row id, and how far they missed the rows seen."""

    def __init__(self, seen: Sequence[Row], values: Mapping[str, np.ndarray]) -> None:
        self._values = values
        self.misses = UsualMisses(seen, lambda row: values.get(row.id))

    def forecast(self, row: Row) -> Predictive | None:
        """The runs, each with the source's error and the usual miss; None if nothing could be measured."""
        known = self._values[row.id][~np.isnan(self._values[row.id])]
        return Predictive(known, self.misses.error(row)) if len(known) else None


def _forecasts(
    fit: Fit, simulated: Mapping[str, _Simulated], resolved: Resolved
) -> dict[tuple[str, str], Predictive]:
    """Those of the model, of its version without agents, and of the other rivals."""
    scenario = next(iter(resolved.scenarios.values()))
    ceilings = {name: segment.adoption_ceiling for name, segment in scenario.segments.items()}
    unseen = fit.unseen
    about_adoption = any(is_adoption(row) for row in unseen.asked)
    ensembles = {HIERARCHY: hierarchical_bass(unseen.seen, ceilings)} if about_adoption else {}
    field = Field(unseen.seen, unseen.known, ceilings, scenario.jurisdictions, ensembles)
    made = {
        (row.id, name): forecast
        for name, runs in simulated.items()
        for row in unseen.asked
        if (forecast := runs.forecast(row)) is not None
    }
    return made | field.forecasts(unseen.asked)


def score(fit: Fit, forecasts: Forecasts) -> pd.DataFrame:
    """A line for each row asked and each forecaster.

    A bound says on which side the truth lies, and no more: for it `chance` is the probability that the
    forecast gives to that side, and there is no score.
    """
    lines = [
        _line(fit, row, forecaster, forecasts.get((row.id, forecaster)))
        for row in fit.unseen.asked
        for forecaster in (MODEL, *RIVALS)
    ]
    return pd.DataFrame(lines, columns=list(SCORES))


def _line(fit: Fit, row: Row, forecaster: str, made: Predictive | None) -> dict[str, object]:
    line: dict[str, object] = {
        "fit": fit.name,
        "row": row.id,
        "what": row.what,
        "quantity": quantity(row.measure),
        "place": row.place.name,
        "population": row.population,
        "period": row.period_words,
        "unit": row.measure.unit,
        "bound": row.bound,
        "data": row.value,
        "se": error_of(row),
        "forecaster": forecaster,
        "ranked": "yes" if made is not None and row.bound == "eq" and BREAK not in row.flags else "no",
        "note": _why_none(row, forecaster, fit.unseen) if made is None else _remark(row, forecaster),
        "source": row.source,
    }
    if made is None:
        return line
    low, high = made.interval()
    line |= {"forecast": made.mean, "low": low, "high": high}
    if row.bound != "eq":
        return line | {"chance": chance_of(made, row.bound, row.value)}
    line |= {"crps": crps(made, row.value), "log_score": log_score(made, row.value)}
    return line | {name: made.holds(row.value, share) for name, share in zip(HOLDS, SHARES, strict=True)}


def _remark(row: Row, forecaster: str) -> str:
    """What a reader of the score should know of the row; said once, with the model's."""
    if forecaster != MODEL:
        return ""
    told = is_adoption(row) and row.place.codes & SEEN_IN_AGGREGATE
    remarks = [FLAGS[flag] for flag in sorted(row.flags)] + ([SEEN_WORDS] if told else [])
    return "; ".join(remarks)


def _why_none(row: Row, forecaster: str, unseen: Unseen) -> str:
    if forecaster in (MODEL, MEAN_FIELD):
        return "the model had nothing to measure"
    if row.bound != "eq":
        return "a bound, not a value"
    if forecaster in (BASS, HIERARCHY) and row.measure.name != "adoption":
        return "not a share of adopters"
    if forecaster == HIERARCHY:
        return "no record of the place that the fit saw"
    if row.measure.two_dates:
        return "a growth or change between two dates has no value before"
    before = len(earlier(row, unseen.known))
    if not before:
        return "no earlier value of the same thing in the evidence"
    if forecaster == TREND and before < 2:
        return "one earlier value makes no line"
    if forecaster in (BASS, COVARIATES):
        return "too few steps were seen to fit it"
    raise AssertionError(f"{forecaster} has earlier values of {row.id}, and no forecast")

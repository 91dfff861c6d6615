"""Scores by row and forecaster, from made-up runs to tables."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.analysis.evidence.rows import Row
from sim.analysis.evidence.splits import split_named
from sim.analysis.posterior_draws import Draw
from sim.analysis.validation import comparison
from sim.analysis.validation.comparison import SCORES, Fit, score, validate
from sim.analysis.validation.holdout import unseen_by
from sim.analysis.validation.ranks import MODEL
from sim.analysis.validation.rivals import BASS, MEAN_FIELD, NO_CHANGE, RIVALS, TREND, Field
from sim.analysis.validation.scoring_rules import Predictive, crps, log_score
from sim.runs.store import Store
from sim.runs.tasks import Runner
from tests.analysis.validation.small_rows import asked, rows

HELD = ("IE", "DK", "AT")  # of the countries that the split by country holds back
CEILINGS = {"small_firm": 0.79, "enterprise": 0.9, "regulated": 0.85}


@pytest.fixture
def surveys(tmp_path: Path) -> tuple[Row, ...]:
    """Two surveys of six countries, of which three are held back, and a bound."""
    lines: dict[str, dict[str, object]] = {}
    for k, code in enumerate(("FR", "SE", "FI", *HELD)):
        lines[f"{code}_2014"] = {"place": code, "value": 10 + 5 * k}
        lines[f"{code}_2016"] = {"place": code, "value": 14 + 5 * k, "year": "2016-01"}
    lines["bound"] = {"value": 20, "bound": "ge", "year": "2018-01", "place": "IE"}
    lines["small"] = {"value": 9, "year": "2016-01", "place": "IE", "population": "small_firm"}
    return tuple(rows(tmp_path, **lines).values())


@pytest.fixture
def fit(surveys: tuple[Row, ...]) -> Fit:
    split = split_named("by_country")
    return Fit(split, [Draw("d", {})], unseen_by(split, surveys))


def test_every_row_has_a_line_for_every_forecaster_with_its_scores_or_the_reason_why_not(fit: Fit) -> None:
    made = Field(fit.unseen.seen, fit.unseen.known, CEILINGS).forecasts(fit.unseen.asked) | {
        ("IE_2016", MODEL): Predictive(np.array([28.0, 30.0]), 1.5),
        ("IE_2016", NO_CHANGE): Predictive(np.array([25.0]), 2.0),
        ("bound", MODEL): Predictive(np.array([20.0]), 1.5),
    }
    table = score(fit, made)
    assert list(table.columns) == list(SCORES)
    assert len(table) == (1 + len(RIVALS)) * len(fit.unseen.asked)
    at = table.set_index(["row", "forecaster"])
    value = at.loc[("IE_2016", MODEL), "data"]
    assert at.loc[("IE_2016", MODEL), "crps"] == pytest.approx(crps(made["IE_2016", MODEL], value))
    log = log_score(made["IE_2016", NO_CHANGE], value)
    assert at.loc[("IE_2016", NO_CHANGE), "log_score"] == pytest.approx(log)
    assert at.loc[("IE_2016", MODEL), ["ranked", "holds_50", "holds_90"]].tolist() == ["yes", True, True]
    assert at.loc[("IE_2016", TREND), "note"] == "one earlier value makes no line"
    # a bound has no score but a chance
    assert np.isnan(at.loc[("bound", MODEL), "crps"])
    assert at.loc[("bound", MODEL), ["chance", "ranked"]].tolist() == [pytest.approx(0.5), "no"]
    assert at.loc[("bound", BASS), "note"] == "a bound, not a value"
    assert at.loc[("small", NO_CHANGE), "note"] == "no earlier value of the same thing in the evidence"
    assert at.loc[("DK_2016", MODEL), "note"] == "the model had nothing to measure"


def test_beyond_a_break_of_its_series_a_row_is_scored_and_not_ranked_and_the_reader_is_told(
    tmp_path: Path,
) -> None:
    survey = {"place": "IE", "value": 30, "year": "2016-01"}
    r = rows(tmp_path, seen={**survey, "year": "2014-01"}, broken={**survey, "flags": "break"})
    split = split_named("by_country")
    fit = Fit(split, [Draw("d", {})], unseen_by(split, tuple(r.values())))
    rivals = Field(fit.unseen.seen, fit.unseen.known, CEILINGS).forecasts(fit.unseen.asked)
    line = score(fit, rivals | {("broken", MODEL): Predictive(np.array([30.0]), 1.5)}).iloc[0]
    assert line["crps"] > 0.0 and line["ranked"] == "no" and "series breaks" in line["note"]


def test_a_fit_that_knows_the_truth_beats_rivals_and_one_that_does_not_loses(
    surveys: tuple[Row, ...], fit: Fit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The whole of it but the runs, which are made up: right on the rows seen, and on those asked with agents
    near the truth, averages far off."""

    def made_up(off: tuple[float, float]) -> dict[str, pd.Series]:
        def answers(questions: Any, runner: Any) -> list[dict[str, np.ndarray]]:
            return [
                {
                    row.id: np.full((2, 2), row.value + off[n % 2] * (row in fit.unseen.asked))
                    for row in question.rows
                }
                for n, question in enumerate(questions)
            ]

        monkeypatch.setattr(comparison, "predict_each", answers)
        made = validate([fit], surveys, asked(), Runner(Store(tmp_path)))
        covered = made.coverage[made.coverage["forecaster"] == MODEL].iloc[0]
        return {"verdict": made.ranks.set_index("rival")["verdict"], "coverage": covered}

    good, bad = made_up((0.3, 12.0)), made_up((12.0, 0.3))
    assert good["verdict"][NO_CHANGE] == good["verdict"][MEAN_FIELD] == "model better"
    assert bad["verdict"][NO_CHANGE] == bad["verdict"][MEAN_FIELD] == "rival better"
    assert good["coverage"]["holds_50"] == 1.0 and bad["coverage"]["holds_90"] == 0.0

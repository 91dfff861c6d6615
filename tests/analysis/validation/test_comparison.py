"""Scores by row and forecaster, and ranks over series."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.analysis.posterior_draws import Draw
from sim.analysis.validation import comparison
from sim.analysis.validation.comparison import MODEL, RANKS, SCORES, TOO_FEW, Fit, rank, score, validate
from sim.analysis.validation.holdout import Unseen
from sim.analysis.validation.rivals import BASS, NO_CHANGE, TREND, Field
from sim.analysis.validation.scoring_rules import Predictive, crps, log_score
from sim.runs.store import Store
from sim.runs.tasks import Runner
from tests.analysis.validation.small_rows import asked, rows


@pytest.fixture
def countries(tmp_path: Path) -> Fit:
    """Surveys of six countries, of which three were seen; a bound and a row out of the starting values."""
    lines: dict[str, dict[str, object]] = {}
    for k, code in enumerate(("DE", "FR", "SE", "IE", "FI", "NL")):
        lines[f"{code}_2014"] = {"place": code, "value": 10 + 5 * k}
        lines[f"{code}_2016"] = {"place": code, "value": 14 + 5 * k, "year": "2016-01"}
        lines[f"{code}_2016_small"] = {
            "place": code,
            "value": 15 + 5 * k,
            "year": "2016-01",
            "population": "small_firm",
        }
    lines["bound"] = {"value": 20, "bound": "ge", "year": "2018-01", "place": "IE"}
    lines["W01"] = {"value": 20, "year": "2018-01", "place": "IE"}
    r = rows(tmp_path, **lines)
    held = ("IE", "FI", "NL")
    seen = [row for name, row in r.items() if name[:2] not in held and name[2] == "_"]
    given = [row for name, row in r.items() if name[:2] in held and name.endswith("2014")]
    others = [row for row in r.values() if row not in seen and row not in given]
    return Fit("early", [Draw("d", {})], Unseen(tuple(seen), tuple(others), (*seen, *given)))


def test_every_row_has_a_line_for_every_forecaster_with_its_scores_or_the_reason_why_not(
    countries: Fit,
) -> None:
    made = {
        ("IE_2016", MODEL): Predictive(np.array([28.0, 30.0]), 1.5),
        ("IE_2016", NO_CHANGE): Predictive(np.array([25.0]), 2.0),
    }
    made = (
        of_rivals(countries)
        | made
        | {
            ("bound", MODEL): Predictive(np.array([20.0]), 1.5),
            ("W01", MODEL): Predictive(np.array([20.0]), 1.5),
        }
    )
    table = score(countries, made)
    assert list(table.columns) == list(SCORES) and len(table) == 4 * len(countries.unseen.asked)
    at = table.set_index(["row", "forecaster"])
    assert at.loc[("IE_2016", MODEL), "crps"] == pytest.approx(crps(made["IE_2016", MODEL], 29.0))
    assert at.loc[("IE_2016", NO_CHANGE), "log_score"] == pytest.approx(
        log_score(made["IE_2016", NO_CHANGE], 29.0)
    )
    assert (
        at.loc[("IE_2016", MODEL), "ranked"] == "yes"
        and at.loc[("IE_2016", TREND), "note"] == "one earlier value makes no line"
    )
    # a bound has no score but a chance; a row that a starting value was computed from is scored and not
    # ranked
    assert np.isnan(at.loc[("bound", MODEL), "crps"]) and at.loc[("bound", MODEL), "chance"] == pytest.approx(
        0.5
    )
    assert at.loc[("bound", BASS), "note"] == "a bound, not a value"
    assert (
        at.loc[("W01", MODEL), "ranked"] == "no"
        and at.loc[("W01", MODEL), "crps"] > 0.0
        and "switching cost" in at.loc[("W01", MODEL), "note"]
    )
    assert (
        at.loc[("IE_2016_small", NO_CHANGE), "note"] == "no earlier value of the same thing in the evidence"
    )
    assert at.loc[("FI_2016", MODEL), "note"] == "the model had nothing to measure"


def of_rivals(fit: Fit) -> dict[tuple[str, str], Predictive]:
    return Field(
        fit.unseen.seen, fit.unseen.known, {"small_firm": 0.79, "enterprise": 0.9, "regulated": 0.85}
    ).forecasts(fit.unseen.asked)


def ranked(countries: Fit, better: float) -> pd.DataFrame:
    """Both forecast every survey of 2016, the model off by `better` times as much as the rival."""
    made = of_rivals(countries)
    for row in countries.unseen.asked:
        if "2016" in row.id:
            off = 2.0 + 0.1 * len(row.id)
            made[row.id, MODEL] = Predictive(np.array([row.value + better * off]), 0.5)
            made[row.id, NO_CHANGE] = Predictive(np.array([row.value - off]), 0.5)
    return rank("early", score(countries, made), countries.unseen.asked).set_index("rival")


def test_ranks_count_countries_not_rows(countries: Fit) -> None:
    good, bad = ranked(countries, 0.2), ranked(countries, 3.0)
    assert good.loc[NO_CHANGE, ["rows", "series", "ahead", "verdict"]].tolist() == [6, 3, 6, "model better"]
    assert bad.loc[NO_CHANGE, ["ahead", "verdict"]].tolist() == [0, "rival better"]
    assert good.loc[NO_CHANGE, "difference"] == pytest.approx(
        good.loc[NO_CHANGE, "model"] - good.loc[NO_CHANGE, "rival_score"]
    )
    assert (
        good.loc[NO_CHANGE, "high"] < 0 < bad.loc[NO_CHANGE, "low"]
        and good.loc[NO_CHANGE, "log_difference"] < 0
    )
    assert (
        good.loc[TREND, ["rows", "verdict"]].tolist() == [0, TOO_FEW]
        and list(good.reset_index().columns).sort() == list(RANKS).sort()
    )


def test_two_series_are_too_few_and_equal_scores_are_not_told_apart(countries: Fit) -> None:
    assert ranked(countries, 1.0).loc[NO_CHANGE, "verdict"] == "not told apart"
    few = Fit(
        "early",
        countries.draws,
        Unseen(countries.unseen.seen, countries.unseen.asked[:2], countries.unseen.known),
    )
    assert ranked(few, 0.2).loc[NO_CHANGE, "verdict"] == TOO_FEW


def test_a_fit_that_knows_the_truth_beats_rivals_and_one_that_does_not_loses(
    countries: Fit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The whole of it but the runs, which are made up."""
    off = {"good": 0.3, "bad": 12.0}
    monkeypatch.setattr(
        comparison,
        "predict",
        lambda asked_rows, resolved, draws, *more: {
            row.id: np.full((2, 2), row.value + off[draws[0].label]) for row in asked_rows
        },
    )
    fits = [Fit(name, [Draw(name, {})], countries.unseen) for name in off]
    scores, ranks = validate(fits, asked(), Runner(Store(tmp_path)))
    by = ranks.set_index(["fit", "rival"])["verdict"]
    assert (
        by["good", NO_CHANGE] == by["good", BASS] == "model better"
        and by["bad", NO_CHANGE] == by["bad", BASS] == "rival better"
    )
    assert set(scores["fit"]) == set(off)

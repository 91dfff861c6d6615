"""The tables of docs/validation.md say what validation found, in words too."""

import numpy as np
import pandas as pd

from tools.validation_tables import adoption_ranks, adoption_verdict, conditional, coverage, ranks, used


def rank_lines(*lines: tuple[str, str, str, str]) -> pd.DataFrame:
    """(fit, quantity, rival, verdict), all with the same numbers."""
    numbers = {
        "rows": 13,
        "series": 4,
        "ahead": 12,
        "model": 0.7,
        "rival_score": 2.4,
        "difference": -1.7,
        "low": -2.7,
        "high": -0.65,
        "log_difference": -1.1,
    }
    columns = ("fit", "quantity", "rival", "verdict")
    return pd.DataFrame([{**dict(zip(columns, line, strict=True)), **numbers} for line in lines])


def test_the_verdict_on_adoption_names_who_is_beaten_and_who_is_not() -> None:
    some = rank_lines(
        ("by_time", "adoption", "no change", "model better"),
        ("by_time", "adoption", "Bass curve", "not told apart"),
        ("by_time", "laws", "linear trend", "rival better"),
        ("by_country", "adoption", "no change", "model better"),
        ("by_country", "adoption", "mean field", "rival better"),
    )
    said = adoption_verdict(some)
    assert said.startswith("**The model does not beat every rival on adoption.**")
    assert "On held-back years the model beats no change (not told apart: Bass curve)." in said
    assert "On held-back countries the model beats no change (rival better: mean field)." in said
    all_beaten = rank_lines(("by_time", "adoption", "no change", "model better"))
    assert adoption_verdict(all_beaten).startswith("The model beats every rival on adoption.")
    assert "| held-back years | no change | 13 | 4 | 12 | 0.7 | 2.4 | -1.7 (-2.7 to -0.65) |" in (
        adoption_ranks(all_beaten)
    )


def test_ranks_show_both_scores_and_the_verdict_of_each_rival() -> None:
    table = rank_lines(
        ("by_time", "adoption", "no change", "model better"),
        ("by_time", "adoption", "linear trend", "rival better"),
        ("by_time", "adoption", "Bass curve", "too few to rank"),
    )
    line = ranks(table).splitlines()[2]
    assert line.startswith(
        "| by_time | adoption | 13 | 4 | 0.7 : 2.4 **better** | 0.7 : 2.4 worse | 0.7 : 2.4 few"
    )


def test_rows_that_could_not_be_scored_are_counted_by_reason() -> None:
    plain = {"fit": "all", "forecaster": "model", "bound": "eq", "ranked": "yes", "forecast": 1.0}
    lines = [plain, plain, {**plain, "bound": "ge", "ranked": "no"}, {**plain, "ranked": "no"}]
    lines += [{**plain, "forecast": np.nan, "ranked": "no"}, {**plain, "forecaster": "no change"}]
    assert used(pd.DataFrame(lines)).splitlines()[2] == "| all | 5 | 2 | 1 | 1 | 1 |"


def test_coverage_and_conditional_predictions_are_averages_over_rows() -> None:
    line = {"fit": "by_time", "quantity": "adoption", "forecaster": "model", "rows": 40, "countries": 9}
    table = pd.DataFrame([{**line, "holds_50": 0.45, "holds_90": 0.875}])
    assert "| by_time | adoption | 40 | 9 | 45% / 88% |" in coverage(table)
    one = {
        "condition": "c",
        "question": "Given X, is Y right?",
        "fit": "by_time",
        "given_rows": 7,
        "draws": 64,
        "effective": 8.2,
        "power": 0.25,
        "se": 2.0,
        "crps_before": 4.0,
        "crps_given": 2.0,
        "holds_90_before": True,
        "holds_90_given": True,
    }
    both = pd.DataFrame([one, {**one, "crps_given": 6.0, "holds_90_given": False}])
    said = "| Given X, is Y right? (`by_time`) | 7 | 8 of 64 | 0.25 | 2 | 2 | 2 | 100% | 50% |"
    assert said in conditional(both)

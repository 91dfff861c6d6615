"""Ranks over countries, coverage, and the two tests, on planted scores."""

import numpy as np
import pandas as pd
import pytest

from sim.analysis.validation.ranks import (
    FRESH,
    HOLDS,
    MODEL,
    SHARES,
    TOO_FEW,
    clustered_bootstrap,
    coverage,
    diebold_mariano,
    rank,
)
from sim.analysis.validation.rivals import NO_CHANGE
from sim.analysis.validation.scoring_rules import Predictive, crps

PLACES = ("DE", "FR", "SE", "IE", "FI", "NL")


def planted(of_model: list[float], of_rival: list[float], places: list[str], months: int = 1) -> pd.DataFrame:
    """A line a forecast: the CRPS of both, in units of a standard error of 2."""
    lines = [
        {
            "fit": "by_time",
            "row": f"r{k}",
            "what": "x",
            "quantity": "adoption",
            "place": place,
            "population": "p",
            "period": str(np.datetime64("2013-01", "M") + k * months),
            "se": 2.0,
            "forecaster": name,
            "crps": scores[k] * 2.0,
            "log_score": scores[k],
            "ranked": "yes",
            "holds_50": True,
            "holds_90": True,
        }
        for k, place in enumerate(places)
        for name, scores in ((MODEL, of_model), (NO_CHANGE, of_rival))
    ]
    return pd.DataFrame(lines)


def test_ranks_are_in_standard_errors_and_count_countries_not_rows() -> None:
    places = [place for place in PLACES for _ in range(3)]
    good = [0.2 + 0.01 * k for k in range(18)]
    line = rank(planted(good, [2 * one for one in good], places)).iloc[0]
    assert line[["rows", "series", "ahead", "verdict"]].tolist() == [18, 6, 18, "model better"]
    assert line["model"] == pytest.approx(np.mean(good)) and line["difference"] == pytest.approx(
        -np.mean(good)
    )
    worse = rank(planted([3 * one for one in good], good, places)).iloc[0]
    assert worse["verdict"] == "rival better" and worse["ahead"] == 0
    assert worse["low"] < worse["difference"] < worse["high"]


def test_two_countries_are_too_few_however_many_rows_and_equal_scores_are_not_told_apart() -> None:
    many = ["DE", "FR"] * 20
    assert rank(planted([0.1] * 40, [2.0] * 40, many)).iloc[0]["verdict"] == TOO_FEW
    mixed = [1.0, 2.0, 3.0, 1.0, 2.0, 3.0]
    assert rank(planted(mixed, mixed[::-1], list(PLACES))).iloc[0]["verdict"] == "not told apart"


def test_the_bootstrap_draws_countries_so_that_equal_rows_of_one_country_add_nothing() -> None:
    rng = np.random.default_rng(3)
    by_country = rng.normal(0.0, 1.0, 30)
    names = [f"c{k}" for k in range(30)]
    one = clustered_bootstrap(by_country, names, "key")
    ten = clustered_bootstrap(np.repeat(by_country, 10), [name for name in names for _ in range(10)], "key")
    assert one == pytest.approx(ten)
    # about the interval of a mean of thirty
    half = 1.96 * by_country.std() / np.sqrt(30)
    assert (one[1] - one[0]) / 2.0 == pytest.approx(half, rel=0.15)
    assert clustered_bootstrap(by_country, names, "key") == one != clustered_bootstrap(by_country, names, "k")


def test_diebold_and_mariano_only_with_twenty_forecasts_of_one_series() -> None:
    few = rank(planted([0.1] * 19, [0.2 + 0.01 * k for k in range(19)], ["DE"] * 19)).iloc[0]
    assert few["longest_series"] == 19 and np.isnan(few["diebold_mariano"])
    rng = np.random.default_rng(1)
    enough = rank(planted(list(rng.random(40)), list(1 + rng.random(40)), ["DE"] * 40)).iloc[0]
    assert enough["longest_series"] == 40 and enough["diebold_mariano"] < 1e-6
    # of equal forecasters it rejects about as often as it should
    p = [diebold_mariano(rng.normal(0.0, 1.0, 40)) for _ in range(400)]
    assert np.mean(np.array(p) < 0.05) == pytest.approx(0.05, abs=0.03)


@pytest.mark.parametrize(("spread", "held"), [(2.0, (0.5, 0.9)), (0.5, (0.13, 0.32)), (8.0, (0.99, 1.0))])
def test_coverage_tells_a_calibrated_forecaster_from_an_overconfident_and_a_timid_one(
    spread: float, held: tuple[float, float]
) -> None:
    values = np.random.default_rng(8).normal(10.0, 2.0, 1500)
    made = Predictive(np.array([10.0]), spread)
    lines = [
        {
            "fit": "by_time",
            "quantity": "adoption",
            "forecaster": MODEL,
            "place": "DE",
            "ranked": "yes",
            "crps": crps(made, value),
            **{name: made.holds(value, share) for name, share in zip(HOLDS, SHARES, strict=True)},
        }
        for value in values
    ]
    line = coverage(pd.DataFrame(lines)).iloc[0]
    assert line["rows"] == 1500
    assert tuple(line[list(HOLDS)]) == pytest.approx(held, abs=0.04)


def test_adoption_is_ranked_once_more_without_the_countries_that_were_seen_in_aggregate() -> None:
    scores = planted([0.1] * 6, [2.0] * 6, list(PLACES))
    lines = rank(scores).set_index("quantity")
    assert lines.loc["adoption", "rows"] == 6 and lines.loc[FRESH, "rows"] == 4
    assert set(rank(scores[~scores["place"].isin(["SE", "NL"])])["quantity"]) == {"adoption"}

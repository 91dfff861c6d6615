"""Conditional predictions: draws that fit what is given forecast what is asked."""

from pathlib import Path

import numpy as np
import pytest

from sim.analysis.validation.conditional import (
    KEPT,
    conditional_predictions,
    effective_size,
    log_likelihood,
    resampled,
    tempered,
)
from tests.analysis.validation.small_rows import rows

MARKET = {
    "measure": "market_share",
    "place": "eu",
    "population": "organisations",
    "arguments": "of=home_grown",
}


def test_given_one_quantity_the_draws_that_have_it_forecast_the_other(tmp_path: Path) -> None:
    r = rows(tmp_path, use={"value": 40, "year": "2016-01"}, share={**MARKET, "value": 20, "year": "2017"})
    use = np.linspace(20.0, 60.0, 201)
    values = {"use": use[:, None], "share": (0.5 * use)[:, None]}  # a draw with more use has a larger share
    table = conditional_predictions("by_kind_market_shares", list(r.values()), [r["share"]], values)
    line = table[table["condition"] == "market given adoption"].iloc[0]
    assert line[["given_rows", "row", "draws"]].tolist() == [1, "share", 201]
    assert line["given"] == pytest.approx(20.0, abs=0.1)
    assert line["given_high"] - line["given_low"] < 0.5 * (line["before_high"] - line["before_low"])
    assert line["crps_given"] < line["crps_before"]
    assert conditional_predictions("by_kind_laws", list(r.values()), [r["share"]], values).empty


def test_a_record_that_would_leave_no_draws_is_given_with_less_force() -> None:
    mild, harsh = np.linspace(-1.0, 0.0, 64), np.linspace(-5000.0, 0.0, 64)
    weights, power = tempered(mild)
    assert power == 1.0 and effective_size(weights) > 50
    weights, power = tempered(harsh)
    assert 0.0 < power < 0.01 and effective_size(weights) == pytest.approx(KEPT * 64, rel=1e-3)
    assert weights.sum() == pytest.approx(1.0) and np.all(np.diff(weights) >= 0.0)


def test_resampling_draws_each_as_often_as_its_weight() -> None:
    assert resampled(np.array([0.5, 0.25, 0.25, 0.0])).tolist() == [0, 0, 1, 2]
    assert resampled(np.full(5, 0.2)).tolist() == [0, 1, 2, 3, 4]


def test_a_bound_says_on_which_side_and_no_more(tmp_path: Path) -> None:
    r = rows(
        tmp_path, value={"value": 10}, least={"value": 10, "bound": "ge"}, most={"value": 10, "bound": "le"}
    )
    values = np.array([0.0, 10.0, 20.0, np.nan])
    value, least, most = (log_likelihood(r[name], values, 1.5) for name in ("value", "least", "most"))
    assert value[1] == max(value[:3]) and value[0] == pytest.approx(value[2])
    assert np.exp(least[:3]) == pytest.approx([0.0, 0.5, 1.0], abs=1e-6)
    assert np.exp(most[:3]) == pytest.approx([1.0, 0.5, 0.0], abs=1e-6)
    assert value[3] == least[3] == 0.0

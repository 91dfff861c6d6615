"""What a measurement would narrow: known answers of the normal case, noise, a dependence that is no line."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from sim.analysis.uncertainty.value_of_information import (
    CURVED,
    DISAGREE,
    NARROWS,
    NOISE,
    PARAMETER,
    ROW,
    Quantity,
    value_table,
)

DRAWS = 256


@cache
def told() -> pd.DataFrame:
    """Trust is 0.8 of a plus noise; revenue is the square of b; forty further quantities tell nothing."""
    luck = np.random.default_rng(7)
    a, b = luck.standard_normal((2, DRAWS))
    headlines = pd.DataFrame(
        {"trust": 0.8 * a + 0.6 * luck.standard_normal(DRAWS), "revenue": b**2, "laws": np.zeros(DRAWS)}
    )
    nothing = [Quantity(f"nothing {k}", ROW, "", luck.standard_normal(DRAWS), 0.1) for k in range(40)]
    measured = [
        Quantity("a", ROW, "", a, 1.0),
        Quantity("a, finely", ROW, "", a, 0.01),
        Quantity("b", PARAMETER, "", b, 0.1),
        Quantity("a, without an error", ROW, "", a, 0.0),
        Quantity("always the same", ROW, "", np.ones(DRAWS), 0.1),
    ]
    return value_table(headlines, [*measured, *nothing])


def line(headline: str, quantity: str) -> "pd.Series[float]":
    table = told()
    found: pd.Series[float] = table[(table["headline"] == headline) & (table["quantity"] == quantity)].iloc[0]
    return found


def test_a_measurement_takes_away_what_the_normal_case_says() -> None:
    """The squared correlation is 0.64; an error as wide as the spread halves what can be learnt."""
    rough, fine = line("trust", "a"), line("trust", "a, finely")
    assert fine["share"] == pytest.approx(0.64, abs=0.08)
    assert rough["share"] == pytest.approx(0.32, abs=0.06)
    assert rough["low"] < rough["share"] < rough["high"] < 0.5
    assert rough["by_weights"] == pytest.approx(rough["share"], abs=0.08)
    assert fine["perfect"] == rough["perfect"] == pytest.approx(fine["share"], abs=1e-3)
    assert {rough["verdict"], fine["verdict"]} == {NARROWS}


def test_the_interval_to_be_expected_is_that_of_the_normal_case() -> None:
    """What is left of the width is the square root of what is left of the variance."""
    rough = line("trust", "a")
    assert rough["width90_expected"] / rough["width90"] == pytest.approx(np.sqrt(1.0 - 0.32), abs=0.08)


def test_what_tells_nothing_is_not_told_from_noise() -> None:
    table = told()
    nothing = table[table["quantity"].str.startswith("nothing")]
    assert len(nothing) and (nothing["verdict"] == NOISE).mean() > 0.9


def test_a_dependence_that_is_no_line_is_seen_by_weights_alone() -> None:
    found = line("revenue", "b")
    assert found["by_weights"] > 0.5 > 0.1 > found["share"]
    assert found["verdict"] == CURVED


def test_what_cannot_be_measured_or_does_not_vary_is_left_out() -> None:
    table = told()
    assert not {"a, without an error", "always the same"} & set(table["quantity"])
    assert "laws" not in set(table["headline"])


def test_too_few_draws_say_nothing() -> None:
    few = pd.DataFrame({"trust": np.arange(10.0)})
    assert value_table(few, [Quantity("a", ROW, "", np.arange(10.0), 0.1)]).empty


def test_a_line_that_weights_do_not_confirm_is_named() -> None:
    """One outlying draw makes a correlation, which no other draw predicts."""
    luck = np.random.default_rng(3)
    y, h = luck.standard_normal((2, DRAWS))
    y[0], h[0] = 30.0, 30.0
    table = value_table(pd.DataFrame({"trust": h}), [Quantity("y", ROW, "", y, 0.1)])
    assert table.iloc[0]["verdict"] == DISAGREE


@pytest.mark.filterwarnings("error")
def test_a_quantity_that_varies_in_one_draw_alone_tells_no_more_than_everything() -> None:
    """Resamples without that draw have no variance to share: their correlation is 0, not infinite."""
    luck = np.random.default_rng(3)
    headlines = pd.DataFrame({"trust": luck.standard_normal(DRAWS)})
    rare = np.full(DRAWS, 0.1)
    rare[17] = 1.0
    table = value_table(headlines, [Quantity("rare", ROW, "", rare, 0.5)])
    assert table[["share", "low", "high"]].abs().to_numpy().max() <= 1.0

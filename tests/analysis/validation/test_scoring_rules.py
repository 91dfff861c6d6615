"""Scores against their definitions: the integral, the limits, and that the truth is the best forecast."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from sim.analysis.validation.scoring_rules import Predictive, chance_of, crps, log_score

CENTRES = st.lists(st.floats(-50, 50), min_size=1, max_size=6)


def by_integral(forecast: Predictive, value: float) -> float:
    """The definition, integrated numerically on either side of the value."""
    ends = [
        min(*forecast.centres, value) - 12 * forecast.sd,
        value,
        max(*forecast.centres, value) + 12 * forecast.sd,
    ]
    sides = (
        (ends[0], value, lambda x: forecast.below(x) ** 2),
        (value, ends[2], lambda x: (1 - forecast.below(x)) ** 2),
    )
    return sum(
        integrate.quad(f, a, b, limit=200, points=[c for c in forecast.centres if a < c < b] or None)[0]
        for a, b, f in sides
    )


@settings(max_examples=25, deadline=None)
@given(CENTRES, st.floats(0.5, 20), st.floats(-60, 60))
def test_crps_is_the_integral(centres: list[float], sd: float, value: float) -> None:
    forecast = Predictive(np.array(centres), sd)
    assert crps(forecast, value) == pytest.approx(by_integral(forecast, value), rel=1e-4, abs=1e-4)


def test_without_spread_it_is_the_score_of_an_ensemble_and_of_one_number_the_absolute_error() -> None:
    assert crps(Predictive(np.array([3.0]), 0.0), 10.0) == 7.0
    x, y = np.array([0.0, 1.0, 5.0]), 2.0
    steps = np.sort(np.append(x, y))  # between these the distribution function is flat
    whole = sum((b - a) * (np.mean(x <= a) - (a >= y)) ** 2 for a, b in itertools.pairwise(steps))
    assert crps(Predictive(x, 0.0), y) == pytest.approx(whole)
    assert log_score(Predictive(x, 0.0), y) == np.inf


def test_the_log_score_is_minus_the_log_of_the_density() -> None:
    x, sd, y = np.array([0.0, 1.0, 5.0]), 0.7, 2.0
    assert log_score(Predictive(x, sd), y) == pytest.approx(-np.log(np.mean(stats.norm.pdf(y, x, sd))))


@pytest.mark.parametrize("score", [crps, log_score])
def test_the_true_distribution_scores_best_in_the_mean(score: object) -> None:
    draws = np.random.default_rng(5).normal(10.0, 2.0, 1000)

    def mean(centre: float, sd: float) -> float:
        return float(np.mean([score(Predictive(np.array([centre]), sd), float(y)) for y in draws]))

    best = mean(10.0, 2.0)
    assert all(best < mean(*other) for other in ((8.0, 2.0), (10.0, 1.0), (10.0, 4.0)))


def test_intervals_hold_their_share_and_bounds_their_side() -> None:
    forecast = Predictive(np.array([0.0, 10.0]), 1.0)
    low, high = forecast.interval()
    assert forecast.below(high) - forecast.below(low) == pytest.approx(0.9)
    assert chance_of(forecast, "ge", 5.0) == pytest.approx(0.5) and chance_of(
        forecast, "le", 5.0
    ) == pytest.approx(0.5)
    exact = Predictive(np.array([0.0, 0.0, 1.0, -1.0]), 0.0)
    assert chance_of(exact, "ge", 0.0) == 0.75 and chance_of(exact, "le", 0.0) == 0.75
    normal = Predictive(np.array([3.0]), 2.0)
    assert normal.interval() == pytest.approx(stats.norm.interval(0.9, 3.0, 2.0))


@pytest.mark.parametrize(("centres", "sd"), [([], 1.0), ([np.nan], 1.0), ([1.0], -1.0)])
def test_nonsense_is_refused(centres: list[float], sd: float) -> None:
    with pytest.raises(ValueError, match="predictive distribution"):
        Predictive(np.array(centres), sd)

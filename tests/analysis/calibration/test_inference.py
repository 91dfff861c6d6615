"""The inference on a simulator whose posterior is known: linear, with normal errors."""

from functools import cache

import numpy as np

from sim.analysis.calibration.emulator import SIGNAL, Emulator
from sim.analysis.calibration.recovery import LOWEST, recover, recovery_table
from sim.analysis.calibration.regression_abc import RegressionABC
from sim.analysis.calibration.training_set import PRIOR_SD, Amortised, Training, noisy, scores

# Summaries in standard errors: the first tells the sum of two parameters, the second one of them, nothing
# tells the third.
SLOPE = np.array([[2.5, 2.5, 0.0], [0.0, 2.5, 0.0]])
POINTS, APART = 128, 256
OBSERVED = np.array([1.5, -2.0])


def simulated(shares: np.ndarray) -> np.ndarray:
    return scores(shares) @ SLOPE.T


@cache
def sample() -> tuple[np.ndarray, np.ndarray]:
    shares = np.random.default_rng(4).random((POINTS + APART, 3))
    return shares[:POINTS], shares[POINTS:]


def pairs(count: int) -> Training:
    rng = np.random.default_rng(5)
    shares = rng.random((count, 3))
    return Training(scores(shares), noisy(simulated(shares), rng))


@cache
def learned() -> Amortised:
    return RegressionABC(pairs(8000), 1)


def exact() -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of the scores given OBSERVED."""
    spread = np.linalg.inv(np.eye(3) + SLOPE.T @ SLOPE)
    return spread @ SLOPE.T @ OBSERVED, np.sqrt(np.diag(spread))


def must_find_the_exact_posterior(posterior: Amortised) -> None:
    draws = scores(posterior.sample(OBSERVED, 4000, 7))
    mean, sd = exact()
    np.testing.assert_allclose(draws.mean(0), mean, atol=0.2)
    np.testing.assert_allclose(draws.std(0), sd, rtol=0.35)


def must_recover(posterior: Amortised, repeats: int = APART) -> None:
    found = recover(posterior, sample()[1][:repeats], simulated(sample()[1][:repeats]), 1.0, 3)
    assert found.repeats == repeats
    assert np.all(found.coverage > 0.8) and np.all(found.coverage < 0.98), found.coverage
    assert found.narrowing[0] < 0.75 and found.narrowing[1] < 0.6, "two are identified"
    assert found.narrowing[2] > 0.85, "the third is not"
    assert np.all(found.error[:2] < 0.6)


def test_the_exact_posterior_is_found() -> None:
    must_find_the_exact_posterior(learned())


def test_intervals_cover_the_truth_and_show_which_parameters_are_identified() -> None:
    must_recover(learned())


class _Narrow:
    """Ten times as sure as it may be."""

    name = "narrow"

    def sample(self, summaries: np.ndarray, draws: int, seed: int) -> np.ndarray:
        whole = learned().sample(summaries, draws, seed)
        return np.asarray(whole.mean(0) + 0.1 * (whole - whole.mean(0)))


def test_recovery_detects_intervals_that_are_too_narrow() -> None:
    recoveries = [
        recover(one, sample()[1][:60], simulated(sample()[1])[:60], 1.0, 3) for one in (_Narrow(), learned())
    ]
    assert np.all(recoveries[0].coverage < 0.6)
    assert np.any(recoveries[0].coverage < LOWEST) and np.all(recoveries[1].coverage >= LOWEST)
    assert recoveries[0].score > recoveries[1].score, "a proper score sees it too"
    table = recovery_table(["a", "b", "c"], recoveries[1])
    assert table["method"].unique().tolist() == ["abc"]
    assert len(table) == 3


def test_the_emulator_finds_the_mean_between_points_and_what_nothing_moves() -> None:
    shares, rng = sample()[0], np.random.default_rng(6)
    # what was simulated has luck in it; the third summary is nothing else, the fourth does not even have that
    found = np.column_stack([simulated(shares) / 2.0, np.zeros(POINTS)]) + 0.3 * rng.standard_normal(
        (POINTS, 3)
    )
    emulator = Emulator(shares, np.column_stack([found, np.full(POINTS, 2.0)]), 1)
    assert (emulator.signal >= SIGNAL).tolist() == [True, True, False, False]
    mean, spread = emulator.mean(sample()[1])
    off = mean[:, :2] - simulated(sample()[1]) / 2.0
    assert np.sqrt(np.mean(off**2)) < 0.3, "nearer the mean than one simulation"
    assert 0.5 < np.sqrt(np.mean((off / spread[:, :2]) ** 2)) < 2.0, "and it knows how near"
    learned = emulator.pairs([0, 1], rng, 500)
    assert learned.scores.shape == (500, 3) and learned.summaries.shape == (500, 2)
    assert np.corrcoef(learned.scores[:, 1], learned.summaries[:, 1])[0, 1] > 0.6


def test_the_prior_comes_back_where_the_data_say_nothing() -> None:
    draws = learned().sample(OBSERVED, 4000, 1)[:, 2]
    assert abs(draws.mean() - 0.5) < 0.08
    assert abs(draws.std() / PRIOR_SD - 1.0) < 0.15

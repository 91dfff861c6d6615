"""A posterior of a model whose posterior is known, and what recovery says of it."""

import numpy as np
import pytest

from sim.analysis.calibration import recovery
from sim.analysis.calibration.emulator import Emulator, PointsApart, learn_emulator
from sim.analysis.calibration.prior_sample import scores, shares_of
from sim.analysis.calibration.recovery import LOWEST, recover, recovery_table
from sim.analysis.calibration.sampler import FREEDOM, log_likelihood, mode, sample

EFFECTS = np.array([[3.0, 0.0], [0.0, 0.0], [1.5, 1.5]])  # parameters by summaries: the second does nothing
LUCK = 0.3


def simulated(points: int, seeds: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Shares of the prior and standardised summaries (points, seeds, summaries) of a linear model."""
    rng = np.random.default_rng(seed)
    shares = rng.random((points, 3))
    mean = (2.0 * shares - 1.0) @ EFFECTS
    return shares, mean[:, None, :] + LUCK * rng.standard_normal((points, seeds, 2))


@pytest.fixture(autouse=True)
def few_chains(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enough of them for quantiles, few enough for a test."""
    monkeypatch.setattr(recovery, "CHAINS", 40)
    monkeypatch.setattr(recovery, "STEPS", 50)


@pytest.fixture(scope="module")
def apart() -> PointsApart:
    return PointsApart.of(*simulated(48, 4, 2))


@pytest.fixture(scope="module")
def emulator(apart: PointsApart) -> Emulator:
    shares, found = simulated(512, 1, 1)
    return learn_emulator(shares, found[:, 0], apart, 1)


def test_the_networks_learn_the_mean_and_their_error_is_measured_without_luck(
    emulator: Emulator, apart: PointsApart
) -> None:
    assert apart.luck == pytest.approx(LUCK / 2, rel=0.2)
    off = emulator.mean(apart.shares) - (2.0 * apart.shares - 1.0) @ EFFECTS
    assert np.sqrt((off**2).mean(0)) == pytest.approx(emulator.error, abs=0.15)
    assert np.all(emulator.explained > 0.9)


def test_chains_find_a_posterior_that_is_known() -> None:
    """A normal prior seen through one standard error: half the variance is left, about half the datum."""

    def likelihood(x: np.ndarray) -> np.ndarray:
        return np.asarray(-0.5 * (x[:, 0] - 1.0) ** 2)

    rng = np.random.default_rng(1)
    found = sample(likelihood, rng.standard_normal((400, 2)), np.ones(2, bool), rng, steps=60)
    assert found.scores[:, 0].mean() == pytest.approx(0.5, abs=0.12)
    assert found.scores[:, 0].var() == pytest.approx(0.5, abs=0.12)
    assert found.scores[:, 1].var() == pytest.approx(1.0, abs=0.2), "of the second the data say nothing"
    assert np.all(found.r_hat < 1.1) and np.all(found.effective > 400)


def test_chains_that_do_not_mix_are_seen() -> None:
    def two_islands(x: np.ndarray) -> np.ndarray:
        return np.asarray(-5000.0 * (np.abs(x[:, 0]) - 2.0) ** 2)

    rng = np.random.default_rng(1)
    start = np.where(rng.random((50, 1)) < 0.5, -2.0, 2.0) * np.ones((50, 1))
    assert sample(two_islands, start, np.ones(1, bool), rng, steps=20).r_hat[0] > 1.5


def test_what_must_stay_stays() -> None:
    rng = np.random.default_rng(1)
    start = np.tile([0.7, 0.0], (20, 1))
    found = sample(lambda x: -(x[:, 1] ** 2), start, np.array([False, True]), rng, steps=5)
    assert np.all(found.scores[:, 0] == 0.7) and found.scores[:, 1].std() > 0.1


def test_one_source_that_contradicts_the_others_does_not_decide() -> None:
    near, far = (log_likelihood(np.array([x, 0.0]), np.zeros(2)) for x in (3.0, 6.0))
    assert near - far < 0.5 * (6.0**2 - 3.0**2) / 3, "tails are heavier than a normal's"
    assert log_likelihood(np.array([6.0]), np.array([3.0])) > log_likelihood(np.array([6.0]), np.array([0.0]))


def test_intervals_hold_the_truth_as_often_as_they_say(emulator: Emulator, apart: PointsApart) -> None:
    found = recover(emulator, np.ones(2, bool), apart, 1)
    assert found.coverage.shape == (2, 3)
    assert found.coverage[1].mean() == pytest.approx(0.9, abs=0.08)
    assert found.coverage[0].mean() == pytest.approx(0.5, abs=0.12)
    assert np.all(found.coverage[1] > LOWEST - 0.05)
    assert found.narrowing[0] < 0.7 and found.narrowing[1] == pytest.approx(1.0, abs=0.1)
    blind = recover(emulator, np.array([False, True]), apart, 1)
    assert blind.narrowing[0] > found.narrowing[0], "without its summary a parameter is not found"
    table = recovery_table(["a", "b", "c"], found, np.ones(3), np.full(3, 99.0))
    assert table["coverage_90"].tolist() == pytest.approx(found.coverage[1].tolist(), abs=1e-4)


def test_an_emulator_that_hides_its_errors_is_caught(emulator: Emulator, apart: PointsApart) -> None:
    """Summaries planted three times as far from the emulated ones as it admits: intervals miss."""
    shifted = PointsApart(apart.shares, apart.mean + 4.0, apart.luck)
    assert recover(emulator, np.ones(2, bool), shifted, 1).coverage[1].min() < 0.6


def test_scores_and_shares_are_each_others_inverse() -> None:
    shares = np.linspace(0.01, 0.99, 9)
    np.testing.assert_allclose(shares_of(scores(shares)), shares)
    assert FREEDOM > 2.0, "the variance of an error exists"


def test_the_mode_lies_between_the_prior_and_the_data_and_what_does_not_move_stays() -> None:
    def likelihood(x: np.ndarray) -> np.ndarray:
        return np.asarray(-0.5 * ((x[:, :2] - [1.0, -3.0]) ** 2).sum(1) - 10.0 * (x[:, 2] - 4.0) ** 2)

    found = mode(likelihood, np.array([2.0, 2.0, 0.3]), np.array([True, True, False]))
    assert found == pytest.approx([0.5, -1.5, 0.3], abs=1e-4)

"""The governments' month on two or three countries, worked out by hand."""

import math

import numpy as np
import pytest

from sim.model.kernels import governments as kernel
from sim.model.kernels import moves
from sim.model.kernels.codes import (
    ADOPTS,
    ATTENTION,
    BAD,
    GOOD,
    INTELLIGENCE,
    LAW_ENFORCEMENT,
    REPEALS,
    RESIDUE,
)
from sim.model.kernels.philox import draw4
from sim.model.luck import purposes
from sim.model.population import UNITS


def _covariates(month: int, unmet: list[float], baseline: kernel.Baseline) -> np.ndarray:
    """Three cells in two countries; the second has no money and lost no trust."""
    memory = np.zeros((3, 2, 2, 2))
    memory[0, LAW_ENFORCEMENT, BAD, ATTENTION], memory[1, INTELLIGENCE, BAD, ATTENTION] = 1.0, 2.0
    memory[:, :, GOOD], memory[:, :, BAD, RESIDUE] = 7.0, 7.0  # neither is an incident
    citizens = kernel.Citizens(
        jurisdiction=np.array([0, 0, 1], np.int32),
        accounts=np.array([1.0, 3.0, 2.0]),
        first_trust=np.array([[0.6, 0.5], [0.6, 0.5], [0.4, 0.4]]),
        trust=np.array([[0.5, 0.5], [0.4, 0.3], [0.4, 0.4]]),
        memory=memory,
        prior_strength=10.0,
    )
    spending = kernel.Spending(np.array([[10, 30], [0, 0]]), np.array([0.5, 0.5]))
    out = np.full((2, 9), np.nan)
    kernel.covariates(month, citizens, spending, 0.7, np.array(unmet), baseline, out)
    return out


def test_what_moves_governments_is_what_it_is_by_hand() -> None:
    steady = np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]])
    baseline = kernel.Baseline(24, np.zeros(2), np.zeros(2), steady)
    at_first = _covariates(0, [0.9, 0.9], baseline)
    distrust, incidents = (0.05 + 3 * 0.2) / 4, (0.1 + 3 * 0.2) / 4
    assert at_first[0] == pytest.approx(
        [distrust, incidents, -0.3, 0.0, 0.0, 0.1, 0.2, 0.3, np.nan], nan_ok=True
    )
    assert at_first[1, :8] == pytest.approx([0.0, 0.0, -0.3, 0.0, 0.0, 0.4, 0.5, 0.6])
    assert baseline.share.tolist() == pytest.approx([30.0 / 35.0, 0.0])
    baseline.share[0] = 0.5  # as if US providers had had half
    later = _covariates(23, [0.9, 0.9], baseline)
    assert later[:, kernel.UNMET_NEED].tolist() == [0.0, 0.0]
    assert later[:, kernel.DEPENDENCE] == pytest.approx([30.0 / 35.0 - 0.5, 0.0])
    assert _covariates(24, [0.4, 0.2], baseline)[:, kernel.UNMET_NEED].tolist() == [0.0, 0.0]
    assert _covariates(30, [0.5, 0.1], baseline)[:, kernel.UNMET_NEED] == pytest.approx([0.1, -0.1])


def test_a_hazard_is_the_base_rate_times_the_exponential_of_its_reasons() -> None:
    base, may = np.array([0.1, 0.3]), np.array([[1.0, 1.0], [1.0, 0.0]])
    effect = np.array([[1.0, -0.5], [2.0, 0.0], [0.7, 1.5]])  # the last is of the neighbours
    pressure = np.array([[0.2, 0.1, 99.0], [50.0, -60.0, 99.0]])
    neighbours = np.array([[0.5, 1.0], [0.0, 0.0]])
    found = kernel.hazards(base, effect, pressure, neighbours, may)
    assert found[0] == pytest.approx(
        [0.1 * math.exp(0.2 + 0.2 + 0.35), 0.3 * math.exp(-0.1 + 1.5)], rel=1e-14
    )
    assert found[1] == pytest.approx([0.1 * math.exp(-12.0), 0.0], rel=1e-14)
    most = kernel.hazards(base, effect, np.array([[0.0, 40.0, 0.0]]), neighbours[1:], may[:1])
    assert most[0] == pytest.approx([0.1 * math.exp(6.0), 0.3], rel=1e-14)


def test_the_strongest_reason_is_the_one_that_adds_most() -> None:
    effect = np.array([1.0, 1.0, 2.0])
    assert kernel.strongest_reason(effect, np.array([0.3, 0.3, 9.0]), 0.1) == 0  # the first of equals
    assert kernel.strongest_reason(effect, np.array([0.3, 0.4, 9.0]), 0.1) == 1
    assert kernel.strongest_reason(effect, np.array([0.1, 0.1, -9.0]), 0.2) == 2
    assert kernel.strongest_reason(effect, np.array([-0.3, 0.0, 9.0]), 0.0) == -1


def _statutes(members: list[int], decided: list[list[float]]) -> kernel.Statutes:
    laws = np.array(decided)
    return kernel.Statutes(
        np.array(members),
        np.array([2, 0]),
        laws,
        laws.copy(),
        np.zeros_like(laws),
        np.zeros((5, *laws.shape)),
    )


def test_a_law_acts_after_its_delay_and_a_repeal_at_once() -> None:
    statutes = _statutes([1, 1], [[0.0, 0.0], [0.0, 1.0]])
    statutes.fixed[1, 1] = 0.4
    kernel.move(0, 0, 1.0, 0.0, 3, statutes)
    kernel.move(1, 1, 0.0, 1.0, 3, statutes)
    assert statutes.decided.tolist() == [[1.0, 0.0], [0.0, 0.0]]
    assert statutes.in_force.tolist() == [[0.0, 0.0], [0.0, 0.4]]  # what the timeline brought stays
    assert np.argwhere(statutes.coming).tolist() == [[(3 + 1 + 2) % 5, 0, 0]]
    kernel.move(1, 0, 1.0, 0.0, 12, statutes)  # the months that come are used again and again
    assert np.argwhere(statutes.coming).tolist() == [[(12 + 1 + 2) % 5, 1, 0], [(3 + 1 + 2) % 5, 0, 0]]
    kernel.move(0, 0, 0.5, 0.25, 0, statutes)
    assert statutes.decided[0, 0] == 0.75  # no more than all, less what repeals
    begun = np.zeros((4, 2), np.int64)
    assert kernel.begin_to_act(statutes.coming[1], statutes.members, statutes.in_force, begun) == 1
    assert begun[0].tolist() == [0, 0]
    assert statutes.in_force.tolist() == [[1.0, 0.0], [0.0, 0.4]]
    assert not statutes.coming[1].any()


def test_a_share_of_a_group_begins_to_act_in_silence_and_no_more_than_all_of_it() -> None:
    in_force, coming = np.array([[0.5, 0.2]]), np.array([[0.75, 0.1]])
    assert kernel.begin_to_act(coming, np.array([3]), in_force, np.zeros((2, 2), np.int64)) == 0
    assert in_force[0] == pytest.approx([1.0, 0.3])


def test_one_country_adopts_by_luck_and_a_group_by_shares() -> None:
    """Country 0 may adopt or repeal, country 1 has the first law already, 2 is a group."""
    statutes = _statutes([1, 1, 4], [[0.0, 1.0], [1.0, 0.0], [0.25, 0.5]])
    statutes.fixed[2, 1] = 0.1
    luck = np.full((2, 3, 2), 0.5)
    luck[0, 0, 0], luck[0, 1, 1], luck[1, 0, 1] = 0.19, 0.2, 0.29
    decisions = np.zeros((6, 3), np.int64)
    chance = np.full((3, 2), 0.2)
    n = kernel.decide(0, luck, chance, np.array([0.0, 0.3]), statutes, decisions)
    assert decisions[:n].tolist() == [[0, 0, ADOPTS], [0, 1, REPEALS]]
    assert statutes.decided[:2].tolist() == [[0.0, 1.0], [1.0, 0.0]]  # carried out by the governments
    assert statutes.decided[2] == pytest.approx([0.25 + 0.75 * 0.2, 0.5 + 0.5 * 0.2 - 0.4 * 0.3])
    assert statutes.coming[3, 2, 0] == pytest.approx(0.75 * 0.2)
    assert statutes.coming[1, 2, 1] == pytest.approx(0.5 * 0.2)
    assert statutes.in_force[2] == pytest.approx([0.25, 0.5 - 0.4 * 0.3])


def test_all_adoptions_of_a_month_come_before_its_repeals() -> None:
    """Three countries adopt the first law, and each repeals the second, which it has."""
    statutes = _statutes([1, 1, 1], [[0.0, 1.0]] * 3)
    decisions = np.full((6, 3), -1, np.int64)
    chances = np.full((3, 2), 0.5), np.array([0.0, 0.5])
    n = kernel.decide(0, np.full((2, 3, 2), 0.1), *chances, statutes, decisions)
    assert n == 6
    assert decisions.tolist() == [[j, 0, ADOPTS] for j in range(3)] + [[j, 1, REPEALS] for j in range(3)]


def test_a_month_of_all_governments_weighs_their_neighbours_and_months_are_twelfths_of_a_year() -> None:
    """Country 0 likes the two others by weights 1 and 3; country 2 likes nobody."""
    statutes = _statutes([1, 1, 2], [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    neighbours = kernel.Neighbours(np.array([0, 2, 3, 3]), np.array([1, 2, 0]), np.array([1.0, 3.0, 2.0]))
    effect = np.array([[0.0, 0.0], [1.0, 2.0]])
    propensity = kernel.Propensity(np.array([0.6, 0.9]), effect, np.array([0.0, 0.24]), np.ones((3, 2)))
    like, decisions = np.zeros((3, 2)), np.zeros((6, 3), np.int64)
    yearly = [0.6 * math.exp(0.25), 0.9 * math.exp(1.5)]
    luck = np.full((2, 3, 2), 0.999)
    luck[0, 0, 0] = (1.0 - math.exp(-yearly[0] / 12.0)) * (1.0 - 1e-9)  # just below the chance
    luck[0, 0, 1] = (1.0 - math.exp(-yearly[1] / 12.0)) * (1.0 + 1e-9)  # just above it
    n = kernel.deliberate(4, luck, neighbours, propensity, np.zeros((3, 2)), statutes, like, decisions)
    assert like.tolist() == [[0.25, 0.75], [0.0, 0.0], [0.0, 0.0]]
    assert decisions[:n].tolist() == [[0, 0, ADOPTS]]
    assert statutes.decided[2] == pytest.approx(
        [1.0 - math.exp(-0.6 / 12.0), 1.0 - (1.0 - math.exp(-0.24 / 12.0))]
    )


def test_the_luck_of_laws_is_drawn_by_country_month_and_name() -> None:
    luck, keys = np.zeros((2, 3, 2)), np.array([70, 7])
    kernel.draw_luck(5, 9, keys, luck)
    for j in range(3):
        for k, key in enumerate((70, 7)):
            assert luck[0, j, k] == draw4(5, j, 9, purposes.ADOPT_INSTRUMENT, key)[0]
            assert luck[1, j, k] == draw4(5, j, 9, purposes.REPEAL_INSTRUMENT, key)[0]


def test_the_hazard_of_adoption_grows_by_innovation_and_by_those_who_have_adopted() -> None:
    """A cell of 100 customers of whom 30 are in the cloud, with a ceiling of 60%; a month is a twelfth."""
    stock = np.zeros((1, 3, 4), np.int64)
    stock[0, 0, 3], stock[0, 2, 3] = 70 * UNITS, 30 * UNITS
    endowment = stock.sum(axis=1)
    hazard, plans = np.array([0.4]), np.zeros(1)
    bass = moves.Bass(np.array([2.0]), np.array([0.6]), 0.03, 0.4)
    moves.grow_hazard(stock, endowment, np.array([100.0]), bass, hazard, plans)
    year = 2.0 * (0.03 + 0.4 * 0.3 / 0.6)
    assert hazard[0] == pytest.approx(0.4 + year / 12.0)
    assert plans[0] == pytest.approx(0.4 + year / 12.0 + year)

"""The parts of one decision, worked out beside the kernels: what places weigh, who wins, who surely stays."""

import math
from typing import Any

import numpy as np
import pytest
from numba import njit

from sim.model.kernels import choice as kernel
from sim.model.kernels.codes import CUSTOMER_KEYS, FIRST_US, HOME_GROWN, OFFERS, ON_PREMISES
from sim.model.kernels.customer_arrays import Now
from sim.model.kernels.philox import draw4
from sim.model.luck import purposes
from tests.model.called import called
from tests.verify.logit import KIND, NESTS, OPEN, PLACES, PROVIDERS, closed_form, weights

SCALE = 0.5
NEST = np.array([0, 1, *(FIRST_US + p for p in range(PROVIDERS) for _ in range(OFFERS))])


@njit
def _places_of(nest: int) -> Any:
    return kernel.places_of_nest(nest)


def test_places_have_their_nests_and_kinds() -> None:
    assert [kernel.nest_of(place) for place in range(PLACES)] == NEST.tolist()
    assert [kernel.kind_of(place) for place in range(PLACES)] == KIND.tolist()
    for nest in range(NESTS):
        first, last = _places_of(nest)
        assert list(range(first, last)) == np.flatnonzero(nest == NEST).tolist()


@pytest.mark.parametrize("here", [ON_PREMISES, HOME_GROWN, FIRST_US, FIRST_US + 3, FIRST_US + 2 * OFFERS + 2])
@pytest.mark.parametrize("expelled", [False, True])
def test_what_a_place_weighs_is_its_value_less_what_it_costs_to_go_there(here: int, expelled: bool) -> None:
    """Against the closed form, from every kind of place, with peers, laws and the costs within a provider."""
    rng = np.random.default_rng(here)
    utility, risk = rng.normal(0.0, 1.0, PLACES), rng.uniform(0.0, 1.0, 7)
    banned = OPEN.copy()
    banned[[FIRST_US + 1, FIRST_US + 6, here]] = 0.5  # to the first half of the customers
    banned[ON_PREMISES] = 0.0
    leave, within, protect, order = 2.0, 0.8, 0.3, 0.25
    bonus = np.array([0.0, 0.1, 0.2, 0.0, 0.3, 0.4])
    found = weights(
        utility, risk, banned, order, -1.0, SCALE, here, expelled, leave, within, protect, bonus
    ).places
    cost = np.full(PLACES, leave if here != ON_PREMISES else 0.0)
    if here >= FIRST_US:
        first = FIRST_US + (here - FIRST_US) // OFFERS * OFFERS
        cost[first : first + OFFERS] = within
        cost[first + CUSTOMER_KEYS] = protect
    cost[here] = 0.0
    is_open = order >= banned
    is_open[here] = here in (ON_PREMISES, HOME_GROWN) or not expelled
    value = utility - risk[KIND] - cost + bonus[NEST]
    on_premises = -1.0 - risk[0] - cost[ON_PREMISES]
    assert found / found.sum() == pytest.approx(closed_form(value, on_premises, SCALE, is_open), rel=1e-12)


def test_without_anything_else_there_is_always_the_place_on_premises() -> None:
    shut = np.ones(PLACES, np.float32)
    found = weights(OPEN * 1.0, banned=shut, here=FIRST_US, expelled=True, switch_cost=1000.0)
    assert found.roots[0] == kernel.LEAST
    assert not found.roots[1:].any()
    out = np.empty(2)
    kernel.weights_of(np.array([0.0, 4.0]), SCALE, out)
    assert out == pytest.approx([0.0, 2.0])


def test_the_first_clock_wins_with_rates_by_weight() -> None:
    """The winner is the least clock over weight; what weighs nothing never wins, nobody wins among such."""
    rng = np.random.default_rng(2)
    rates, clocks = rng.exponential(size=(40, 9)), rng.exponential(size=(40, 12))
    rates[rng.uniform(size=rates.shape) < 0.3] = 0.0
    rates[7] = 0.0
    with np.errstate(divide="ignore"):
        expected = np.argmin(clocks[:, 4:10] / rates[:, 2:8], axis=1)
    for k in range(40):
        winner = called(kernel.race)(k, rates, 2, 6, k, clocks, 4)
        assert winner == (expected[k] if rates[k, 2:8].any() else -1)


def test_tastes_are_drawn_by_customer_month_and_number_and_are_exponential() -> None:
    customers = np.array([5, 3])
    counters, uniform = np.zeros((2, 6), np.uint32), np.zeros((2, 12))
    kernel.draw_luck(Now(9, 4), customers, counters, uniform)
    for row, i in enumerate(customers.tolist()):
        drawn = [u for number in range(3) for u in draw4(9, i, 4, purposes.CHOICE, number)]
        assert uniform[row].tolist() == drawn
    clocks, slowed = np.zeros(12), np.zeros(12)
    kernel.tastes(uniform[0], SCALE, clocks, slowed)
    assert clocks == pytest.approx(-np.log(uniform[0]), rel=1e-14)
    assert slowed == pytest.approx(clocks ** (1.0 / SCALE), rel=1e-12)


def test_roots_are_exponentials_over_the_scale() -> None:
    risks, utility, out = np.array([0.0, 1.0]), np.array([0.3, -2.0]), np.zeros(2)
    called(kernel.roots_of)(risks, SCALE)
    kernel.roots_of_utilities(utility, SCALE, out)
    assert risks == pytest.approx([1.0, math.exp(-2.0)])
    assert out == pytest.approx(np.exp(utility / SCALE))


def _pull(utility: np.ndarray, banned: np.ndarray, network: float = 0.0) -> np.ndarray:
    """The pull over every place where leaving costs 1, moving within 0.4 and taking one's own keys 0.2."""
    out, appeal = np.zeros((1, 1, PLACES, 3)), np.exp(utility / SCALE)[None, None]
    ties = kernel.Ties(0.4, 0.2, network, -1.0, SCALE)
    kernel.pull_of_rivals(utility[None, None], banned[None, None], np.array([1.0]), ties, appeal, out)
    return np.asarray(out[0, 0])


def test_the_pull_of_rivals_is_the_best_that_there_is_elsewhere() -> None:
    """One offer open at each provider: its value itself, to a billionth."""
    rng = np.random.default_rng(8)
    utility, banned = rng.normal(0.0, 2.0, PLACES), np.ones(PLACES, np.float32)
    offered = FIRST_US + OFFERS * np.arange(PROVIDERS) + np.array([0, 3, 2, 4])
    banned[offered], banned[HOME_GROWN] = 0.9, 0.0
    found, nothing = _pull(utility, banned, 0.25), -600.0 * SCALE
    for n, place in enumerate(offered.tolist()):
        rivals = [-1.0, *utility[np.delete(offered, n)]]
        assert found[place, 0] == pytest.approx(max(rivals) + 0.25 - 1.0 - utility[place], abs=1e-8)
        assert found[place, 1] == pytest.approx(nothing - utility[place])  # there is no other offer
        assert found[place, 2] == pytest.approx(utility[HOME_GROWN] + 0.25 - 1.0 - utility[place])
        shut = place + 1 if place + 1 < PLACES and NEST[place + 1] == NEST[place] else place - 1
        takes = 0.2 if (place - FIRST_US) % OFFERS == CUSTOMER_KEYS else 0.4
        assert found[shut, 1] == pytest.approx(utility[place] - takes - utility[shut])
    home = max(-1.0, *utility[offered]) + 0.25 - 1.0 - utility[HOME_GROWN]
    assert found[HOME_GROWN, 0] == pytest.approx(home, abs=1e-8)
    assert found[HOME_GROWN, 1:].tolist() == [nothing, nothing]
    banned[HOME_GROWN] = 1.0
    assert _pull(utility, banned)[FIRST_US, 2] == pytest.approx(nothing - 1.0 - utility[FIRST_US])


def test_a_nest_of_several_pulls_by_their_sum_and_at_most_by_the_log_of_how_many() -> None:
    """Two equal offers at one provider: log 2; five of which four weigh next to nothing: almost none."""
    utility, banned = np.full(PLACES, -50.0), np.ones(PLACES, np.float32)
    banned[[FIRST_US, FIRST_US + 1]], utility[[FIRST_US, FIRST_US + 1]] = 0.0, 3.0
    from_home = _pull(utility, banned)[HOME_GROWN, 0]
    assert from_home == pytest.approx(3.0 + SCALE * math.log(2.0) - 1.0 + 50.0, abs=1e-8)
    banned[FIRST_US : FIRST_US + OFFERS], utility[FIRST_US + 1] = 0.0, -50.0
    assert _pull(utility, banned)[HOME_GROWN, 0] == pytest.approx(3.0 - 1.0 + 50.0, abs=1e-8)
    inside = _pull(utility, banned)
    assert inside[FIRST_US, 1] == pytest.approx(-50.0 - 0.2 - 3.0)  # the best other: taking one's own keys
    assert inside[FIRST_US + 1, 1] == pytest.approx(3.0 - 0.4 + 50.0)


def _stays(row: np.ndarray, here: int, leaving: float, within: float) -> bool:
    return bool(called(kernel.surely_stays)(0, row[None], NESTS, here, leaving, within))


def test_who_surely_stays_would_win_against_the_most_that_rivals_can_be_worth() -> None:
    """Whenever it is said, the own clock wins by the bounds; and it is said of most who win by far."""
    rng, said = np.random.default_rng(3), 0
    for _ in range(300):
        here = int(rng.integers(HOME_GROWN, PLACES))
        row, leaving, within = rng.uniform(size=12), rng.exponential(0.1), rng.exponential(0.1)
        own = NEST[here]
        clocks = -np.log(row)
        rival = np.delete(clocks[:NESTS], own).min()
        wins = clocks[own] * leaving < rival
        if own >= FIRST_US:
            kind = NESTS + (here - FIRST_US) % OFFERS
            others = np.delete(clocks[NESTS : NESTS + OFFERS], kind - NESTS).min()
            wins &= clocks[kind] * within < others
        if _stays(row, here, leaving, within):
            assert wins
            said += 1
    assert said > 100


def test_the_bounds_of_the_proof_are_where_they_should_be() -> None:
    row, here = np.full(12, 0.5), FIRST_US + 1
    bound = math.sqrt(0.5) / 1.000001
    assert _stays(row, here, bound * 0.999999, bound * 0.999999)
    assert not _stays(row, here, bound * 1.000002, bound * 0.99)
    assert not _stays(row, here, bound * 0.99, bound * 1.000002)
    assert _stays(row, HOME_GROWN, bound * 0.99, 1e9)  # home-grown providers have one offer
    row[NESTS + OFFERS :] = 0.999999  # what is drawn beyond the offers plays no part
    assert _stays(row, here, bound * 0.99, bound * 0.99)

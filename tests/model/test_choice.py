"""The nested logit and the race that draws from it, against closed forms."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

from sim.model.arithmetic import exp
from sim.model.kernels.choice import (
    Ties,
    draw_luck,
    kind_of,
    kind_risks,
    nest_of,
    pull_of_rivals,
    roots_of_utilities,
    surely_stays,
)
from sim.model.kernels.customer_arrays import Now
from sim.model.kernels.trust import own_view
from sim.model.places import FIRST_US, HOME_GROWN, OFFERS, ON_PREMISES
from tests.model.called import called
from tests.verify.logit import KIND, NESTS, PLACES, PROVIDERS, chosen, closed_form, weights


def test_chosen_frequencies_are_the_probabilities_of_the_nested_logit() -> None:
    rng = np.random.default_rng(5)
    utility, risk = rng.normal(0.0, 1.0, PLACES), rng.uniform(0.0, 1.5, 7)
    banned = np.where(rng.uniform(size=PLACES) < 0.2, 1.0, 0.0).astype(np.float32)
    banned[:2] = 0.0
    decision = weights(utility, risk, banned)
    expected = closed_form(utility - risk[KIND], -1.0 - risk[0], 0.6, banned < 0.5)
    n = 400_000
    counts = np.bincount(chosen(decision, n), minlength=PLACES)
    error = np.sqrt(expected * (1.0 - expected) / n)
    assert np.all(np.abs(counts / n - expected) <= 4.5 * error + 1e-12)
    assert np.all(counts[banned > 0.5] == 0)
    chi_square = np.sum(
        (counts[expected > 0] - n * expected[expected > 0]) ** 2 / (n * expected[expected > 0])
    )
    freedom = int(np.sum(expected > 0)) - 1
    assert chi_square < freedom + 4.0 * np.sqrt(2.0 * freedom)


def test_weights_are_those_of_the_closed_form_with_costs_and_peers() -> None:
    """A customer of provider 2: leaving costs more than a change of offer; peers raise their nest."""
    rng = np.random.default_rng(6)
    utility, risk = rng.normal(0.0, 1.0, PLACES), rng.uniform(0.0, 1.0, 7)
    here, switch, within = FIRST_US + OFFERS + 1, 2.0, 0.8
    bonus = np.array([0.0, 0.1, 0.2, 0.0, 0.3, 0.0])
    model = weights(utility, risk, here=here, switch_cost=switch, within_cost=within, bonus=bonus).places
    value = utility - risk[KIND]
    cost = np.full(PLACES, switch)
    cost[FIRST_US + OFFERS : FIRST_US + 2 * OFFERS] = within
    cost[here] = 0.0
    peers = np.concatenate([bonus[:2], np.repeat(bonus[2:], OFFERS)])
    expected = closed_form(value - cost + peers, -1.0 - risk[0] - switch, 0.6, np.ones(PLACES, bool))
    assert np.allclose(model / model.sum(), expected, rtol=1e-12)


def test_with_a_nest_scale_of_one_it_is_a_plain_logit() -> None:
    """Independence of irrelevant alternatives: ratios of probabilities are ratios of exp(utility)."""
    utility = np.random.default_rng(8).normal(0.0, 1.0, PLACES)
    plain = np.exp(utility)
    plain[0] = np.exp(-1.0)
    assert np.allclose(weights(utility, nest_scale=1.0).places, plain)


def test_offers_of_one_provider_are_closer_substitutes_than_providers() -> None:
    """An offer made better takes proportionally more from its own nest than from other providers."""
    utility = np.zeros(PLACES)
    better = utility.copy()
    better[FIRST_US] = 1.0
    before, after = (closed_form(u, -1.0, 0.6, np.ones(PLACES, bool)) for u in (utility, better))
    draws = [np.bincount(chosen(weights(u)), minlength=PLACES) for u in (utility, better)]
    own, other = FIRST_US + 1, FIRST_US + OFFERS
    assert draws[1][own] / draws[0][own] < draws[1][other] / draws[0][other] < 1.0
    assert draws[1][own] / draws[0][own] == pytest.approx(after[own] / before[own], rel=0.05)


@given(
    worse=st.integers(0, PLACES - 1),
    by=st.floats(0.01, 8.0),
    where=st.integers(0, PLACES - 1),
    month=st.integers(0, 155),
)
@settings(max_examples=40)
def test_a_place_made_worse_is_only_ever_left(worse: int, by: float, where: int, month: int) -> None:
    """Coupling of worlds: with equal luck nobody goes to a place because it got worse.

    Nor do customers move between other places.
    """
    utility = np.random.default_rng(11).normal(0.0, 1.0, PLACES)
    lower = utility.copy()
    lower[worse] -= by
    no_cloud = (-1.0, -1.0 - (by if worse == ON_PREMISES else 0.0))
    a, b = (
        chosen(weights(u, on_premises=o, here=where, switch_cost=1.0, within_cost=0.4), 3000, month=month)
        for u, o in zip((utility, lower), no_cloud, strict=True)
    )
    nest = np.array([0, 1, *(FIRST_US + p for p in range(PROVIDERS) for _ in range(OFFERS))])
    changed = a != b
    # Whoever changes nest leaves that of the place that has become worse, for anywhere.
    assert np.all(nest[a[changed]] == nest[worse])
    assert np.all(b[changed] != worse)


def test_a_place_made_worse_inside_a_nest_sends_nobody_between_the_other_offers_of_it() -> None:
    utility = np.random.default_rng(11).normal(0.0, 1.0, PLACES)
    lower = utility.copy()
    lower[FIRST_US + 2] -= 2.0
    a, b = (chosen(weights(u), 50_000) for u in (utility, lower))
    first, last = FIRST_US, FIRST_US + OFFERS
    stays_in_nest = (a >= first) & (a < last) & (b >= first) & (b < last)
    moved = stays_in_nest & (a != b)
    assert moved.any()
    assert np.all(a[moved] == FIRST_US + 2)


@given(
    banned=st.lists(st.sampled_from([0.0, 0.3, 0.7, 1.0]), min_size=PLACES, max_size=PLACES),
    order=st.floats(0.0, 0.999),
    here=st.integers(0, PLACES - 1),
    expelled=st.booleans(),
)
@settings(max_examples=60)
def test_closed_places_are_never_chosen(banned: list[float], order: float, here: int, expelled: bool) -> None:
    """A place is open unless the law bars the customer; the present one until the customer is expelled."""
    shut = np.array(banned, np.float32)
    decision = weights(np.zeros(PLACES), banned=shut, order=order, here=here, expelled=expelled)
    places = set(chosen(decision, 500).tolist())
    for place in places - {ON_PREMISES}:
        if place == here:
            assert place == HOME_GROWN or not expelled
        else:
            assert order >= shut[place], place


def test_an_expelled_customer_without_any_other_place_goes_on_premises() -> None:
    decision = weights(
        np.zeros(PLACES),
        banned=np.ones(PLACES, np.float32),
        here=FIRST_US,
        expelled=True,
        switch_cost=1000.0,
        on_premises=-30.0,
    )
    assert set(chosen(decision, 100).tolist()) == {ON_PREMISES}


def test_nothing_overflows_at_the_ends_of_the_ranges() -> None:
    """A switching cost of 1000 and a nest scale of 0.1 leave weights positive and choices in place."""
    here = FIRST_US + 3
    decision = weights(
        np.zeros(PLACES), here=here, switch_cost=1000.0, within_cost=400.0, nest_scale=0.1, on_premises=-30.0
    )
    assert np.all(np.isfinite(decision.leaf))
    assert np.all(np.isfinite(decision.roots))
    assert set(chosen(decision, 20_000).tolist()) == {here}


def test_perceived_risk_counts_each_channel_once() -> None:
    """Sensitivity x sum of (1 - trust) x exposure, over both channels and the own state."""
    exposure = np.array([np.linspace(0.0, 1.0, 7), np.linspace(1.0, 0.0, 7), np.full(7, 0.1)])
    risk = np.empty(7)
    called(kind_risks)(0, 2.0, 0.25, 0.5, 0, 0, exposure[None, None], risk[None])
    assert np.allclose(risk, 2.0 * (0.75 * exposure[0] + 0.5 * exposure[1] + 0.1))
    called(kind_risks)(0, 2.0, 1.0, 1.0, 0, 0, exposure[None, None], risk[None])
    assert np.allclose(risk, 0.2)


def test_own_view_is_the_mean_of_a_beta_reputation() -> None:
    """Prior observations in the ratio of first trust, then good and bad ones: (good + 1 prior) over all."""
    assert called(own_view)(0.6, 10.0, 0.0, 0.0, 1.0) == pytest.approx(0.6)
    assert called(own_view)(0.6, 10.0, 2.0, 4.0, 1.0) == pytest.approx((6.0 + 2.0) / 16.0)
    assert called(own_view)(0.6, 10.0, 0.0, 4.0, 0.5) == pytest.approx(6.0 / 12.0)


@njit
def _sure(
    seed: int,
    customers: int,
    month: int,
    nest_scale: float,
    here: int,
    pull: Any,
    risk: float,
    utility: float,
    out: Any,
) -> None:
    counters, luck = np.empty((2, 3 * customers), np.uint32), np.empty((customers, 12))
    draw_luck(Now(seed, month), np.arange(customers), counters, luck)
    leaving = exp(max(pull[0], pull[2]) + risk)
    within = exp((pull[1] + risk) / nest_scale)
    for i in range(customers):
        out[i] = abs(utility - risk) <= 300.0 * nest_scale and surely_stays(
            i, luck, NESTS, here, leaving, within
        )


@given(
    seed=st.integers(0, 2**32),
    here=st.integers(HOME_GROWN, PLACES - 1),
    nest_scale=st.sampled_from([0.1, 0.3, 0.6, 1.0]),
    cost=st.floats(0.0, 8.0),
    within_share=st.floats(0.0, 1.0),
    protect_share=st.floats(0.0, 1.0),
    network=st.floats(0.0, 4.0),
    spread=st.floats(0.0, 6.0),
    friends=st.integers(0, NESTS - 1),
)
@settings(max_examples=150)
def test_whoever_surely_stays_stays(
    seed: int,
    here: int,
    nest_scale: float,
    cost: float,
    within_share: float,
    protect_share: float,
    network: float,
    spread: float,
    friends: int,
) -> None:
    """The bound proves what the decision would say, whatever the utilities, laws, risks and peers."""
    rng = np.random.default_rng(seed)
    utility, risk = rng.normal(0.0, spread, PLACES), rng.uniform(0.0, 2.0 * spread + 0.1, 7)
    banned = rng.choice([0.0, 0.4, 1.0], PLACES).astype(np.float32)
    banned[ON_PREMISES] = 0.0
    go_back = float(rng.normal(-2.0, spread))
    pull, appeal = np.zeros((1, 1, PLACES, 3)), np.empty((1, 1, PLACES))
    roots_of_utilities(utility, nest_scale, appeal.reshape(-1))
    pull_of_rivals(
        utility[None, None],
        banned[None, None],
        np.array([cost]),
        Ties(within_share, protect_share, network, go_back, nest_scale),
        appeal,
        pull,
    )
    bonus = np.zeros(NESTS)
    bonus[friends] = network if friends != ON_PREMISES else 0.0
    decision = weights(
        utility,
        risk,
        banned,
        on_premises=go_back,
        nest_scale=nest_scale,
        here=here,
        switch_cost=cost,
        within_cost=within_share * cost,
        protect_cost=protect_share * cost,
        bonus=bonus,
    )
    picked, sure = chosen(decision, 2000, seed=seed), np.empty(2000, np.bool_)
    _sure(seed, 2000, 40, nest_scale, here, pull[0, 0, here], risk[kind_of(here)], utility[here], sure)
    assert np.all(picked[sure] == here)


def test_most_of_those_who_stay_are_known_to_stay() -> None:
    """At the shipped switching costs the bound settles at least four decisions in five."""
    utility, here, cost = np.zeros(PLACES), FIRST_US + 1, 5.0
    pull = np.zeros((1, 1, PLACES, 3))
    banned = np.tile([0.0, 0.0, 1.0, 1.0, 1.0], PROVIDERS)
    banned = np.concatenate([[0.0, 0.0], banned]).astype(np.float32)
    appeal, costs = np.ones((1, 1, PLACES)), np.array([cost])
    pull_of_rivals(
        utility[None, None], banned[None, None], costs, Ties(0.7, 0.1, 0.5, -4.0, 0.6), appeal, pull
    )
    sure = np.empty(5000, np.bool_)
    _sure(1, 5000, 40, 0.6, here, pull[0, 0, here], 0.2, 0.0, sure)
    assert sure.mean() > 0.8
    assert nest_of(here) == FIRST_US

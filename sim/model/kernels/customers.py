"""The customers' month, compiled: trust, readiness, renewal, choice. The words are in `sim.model.agents.customers`.

Worlds stand side by side (customer-major arrays), so one pass over the population serves them all and every draw is
made once. Only customers that are due are visited for a choice: a calendar of renewals, and a comparison with the cell's
hazard for those not in the cloud. Threads take whole blocks of customers; all that leaves a block is integers, so sums
have no order.
"""

from typing import NamedTuple

import numpy as np
from numba import njit, prange

from sim.model.kernels.choice import KINDS, draw_luck, kind_of, kind_risk, kind_risks, nest_of, nest_roots, race, roots_of, surely_stays, tastes
from sim.model.kernels.memory import prefetch
from sim.model.places import FIRST_US, OFFERS, ON_PREMISES
from sim.model.population import PEERS

TRUST_UNITS = 16_777_216.0  # trust is summed in 2**-24, which a float32 in [0.5, 1) holds exactly
AHEAD = 32  # customers ahead of whom the two farthest peers' trust is sent for
LOOK = 64  # customers whose readiness is looked at together


class People(NamedTuple):
    """What never changes about N customers in B blocks; `calendar` holds each block's customers by phase of renewal."""

    blocks: np.ndarray  # int64 (B, 2) first and last-plus-one
    groups: np.ndarray  # int64 (G, 2) first and last-plus-one block of what one thread takes at a time
    cell: np.ndarray  # int32 (N,)
    initial_trust: np.ndarray  # float32 (N, 2)
    susceptibility: np.ndarray  # float32 (N,)
    sensitivity: np.ndarray  # float32 (N,)
    renewal: np.ndarray  # int16 (N,)
    term: np.ndarray  # int16 (N,)
    law_order: np.ndarray  # float32 (N,)
    peers: np.ndarray  # uint32 (N, 6): unsigned, so that no index is looked at for being negative
    calendar: np.ndarray  # int32 (N,)
    calendar_start: np.ndarray  # int64 (B, T + 1) where each phase begins in the calendar


class Costs(NamedTuple):
    """Parameters of trust and choice; those of choice as roots, exp(utility / nest_scale)."""

    strength: float
    peer_weight: float
    nest_scale: float
    postpone: float
    go_back: float
    leave: np.ndarray  # float64 (C,) what the cost of switching the provider leaves of a weight
    within: np.ndarray  # float64 (C,) what the cost of moving within one leaves
    by_peers: np.ndarray  # float64 (7,) what so many peers at a provider make of its weight


class Terms(NamedTuple):
    """What the worlds lay before their customers this month, by cell."""

    good: np.ndarray  # float32 (C, 2W) news, world by world, law enforcement then intelligence
    bad: np.ndarray  # float32 (C, 2W)
    hazard: np.ndarray  # float64 (W, C) of adoption, cumulative
    exposure: np.ndarray  # float64 (W, C, 3, 7)
    utility: np.ndarray  # float64 (W, C, O)
    appeal: np.ndarray  # float64 (W, C, O) roots of the utilities
    pull: np.ndarray  # float64 (W, C, O, 2) of all else over a place (see `pull_of_rivals`)
    banned: np.ndarray  # float32 (W, C, O) share of customers, in the order of laws, to whom a place is closed
    unlawful: np.ndarray  # float32 (W, C, O) by law
    expelled: np.ndarray  # float32 (W, C, O) by law, and the grace is over


class State(NamedTuple):
    """Where customers are, how long those outside the cloud wait, what all trust; `trust_next` is being written."""

    place: np.ndarray  # int8 (N, W)
    readiness: np.ndarray  # float32 (N, W) cumulative hazard at which one is ready; infinite in the cloud
    trust: np.ndarray  # float32 (N, 2W)
    trust_next: np.ndarray  # float32 (N, 2W)


class Outcome(NamedTuple):
    """What a month brings: sums of trust, and the moves of each block from its first row on."""

    trust_sums: np.ndarray  # int64 (B, 2W) in 1/TRUST_UNITS
    moves: np.ndarray  # int32 (N x W, 4) customer, world, to, forced
    move_count: np.ndarray  # int64 (B,)


@njit(cache=True)
def side_by_side(evidence, good, bad):  # type: ignore[no-untyped-def]
    """News of every world, `evidence` (W, C, channel, good/bad), in columns side by side: `good`, `bad` (C, 2W) float32."""
    for w in range(evidence.shape[0]):
        for c in range(evidence.shape[1]):
            for channel in range(2):
                good[c, 2 * w + channel], bad[c, 2 * w + channel] = evidence[w, c, channel, 0], evidence[w, c, channel, 1]


@njit(cache=True, error_model="numpy")  # nothing is divided by nought here, and to ask would cost more than to divide
def own_view(initial, strength, positive, negative, susceptibility):  # type: ignore[no-untyped-def]
    """Beta reputation with forgetting (Josang & Ismail 2002): prior of `strength` observations, then good and bad news."""
    return (strength * initial + positive) / ((strength + positive) + susceptibility * negative)


@njit(cache=True, error_model="numpy")
def _heard(trust, peers, i, k):  # type: ignore[no-untyped-def]
    """What six peers trusted last month, added in this order."""
    return ((trust[peers[i, 0], k] + trust[peers[i, 1], k]) + (trust[peers[i, 2], k] + trust[peers[i, 3], k])) + (trust[peers[i, 4], k] + trust[peers[i, 5], k])


@njit(cache=True, error_model="numpy")
def _trust_in_two_worlds(w, block, cell, first, last, prior, own, each, good, bad, initial, susceptibility, peers, old, new, sums):  # type: ignore[no-untyped-def]
    """The month's trust of customers in worlds w and w + 1: float32, in this order. Written out, so that the compiler takes four at once."""
    a, b, c, d = 2 * np.uint64(w), 2 * np.uint64(w) + np.uint64(1), 2 * np.uint64(w) + np.uint64(2), 2 * np.uint64(w) + np.uint64(3)
    good_a, good_b, good_c, good_d = good[cell, a], good[cell, b], good[cell, c], good[cell, d]
    bad_a, bad_b, bad_c, bad_d = bad[cell, a], bad[cell, b], bad[cell, c], bad[cell, d]
    unit, sum_a, sum_b, sum_c, sum_d = np.float32(TRUST_UNITS), 0, 0, 0, 0
    end = np.uint64(len(peers) - 1)
    for i in range(np.uint64(first), np.uint64(last)):
        soon = min(i + np.uint64(AHEAD), end)
        prefetch(old, peers[soon, 0])  # type: ignore[call-arg]
        prefetch(old, peers[soon, 1])
        s, law, intelligence = susceptibility[i], initial[i, 0], initial[i, 1]
        new_a = own * own_view(law, prior, good_a, bad_a, s) + each * _heard(old, peers, i, a)
        new_b = own * own_view(intelligence, prior, good_b, bad_b, s) + each * _heard(old, peers, i, b)
        new_c = own * own_view(law, prior, good_c, bad_c, s) + each * _heard(old, peers, i, c)
        new_d = own * own_view(intelligence, prior, good_d, bad_d, s) + each * _heard(old, peers, i, d)
        new[i, a], new[i, b], new[i, c], new[i, d] = new_a, new_b, new_c, new_d
        sum_a, sum_b = sum_a + np.int64(new_a * unit), sum_b + np.int64(new_b * unit)
        sum_c, sum_d = sum_c + np.int64(new_c * unit), sum_d + np.int64(new_d * unit)
    sums[block, a], sums[block, b], sums[block, c], sums[block, d] = sum_a, sum_b, sum_c, sum_d


@njit(cache=True, error_model="numpy")
def _trust_in_one_world(w, block, cell, first, last, prior, own, each, good, bad, initial, susceptibility, peers, old, new, sums):  # type: ignore[no-untyped-def]
    """The same for world w alone."""
    a, b = 2 * np.uint64(w), 2 * np.uint64(w) + np.uint64(1)
    good_a, good_b, bad_a, bad_b = good[cell, a], good[cell, b], bad[cell, a], bad[cell, b]
    unit, sum_a, sum_b = np.float32(TRUST_UNITS), 0, 0
    end = np.uint64(len(peers) - 1)
    for i in range(np.uint64(first), np.uint64(last)):
        soon = min(i + np.uint64(AHEAD), end)
        prefetch(old, peers[soon, 0])  # type: ignore[call-arg]
        prefetch(old, peers[soon, 1])
        s = susceptibility[i]
        new_a = own * own_view(initial[i, 0], prior, good_a, bad_a, s) + each * _heard(old, peers, i, a)
        new_b = own * own_view(initial[i, 1], prior, good_b, bad_b, s) + each * _heard(old, peers, i, b)
        new[i, a], new[i, b] = new_a, new_b
        sum_a, sum_b = sum_a + np.int64(new_a * unit), sum_b + np.int64(new_b * unit)
    sums[block, a], sums[block, b] = sum_a, sum_b


@njit(cache=True)
def _anybody(width, first, last, soon, readiness):  # type: ignore[no-untyped-def]
    """Whether anybody may be ready in as many worlds as `width` is long (all: empty); `soon` (W,) float32 is just above the hazard."""
    found = 0
    for i in range(first, last):
        for d in range(len(width) if len(width) > 0 else readiness.shape[1]):
            if readiness[i, d] <= soon[d]:
                found += 1
    return found > 0


@njit(cache=True)
def _is_due(i, c, soon, readiness, law_order, strictest, expelled, place):  # type: ignore[no-untyped-def]
    """Whether a customer whose contract runs on may have to decide all the same: ready to adopt, or its place unlawful for too long."""
    for w in range(len(soon)):  # noqa: SIM110
        if readiness[i, w] <= soon[w] or (law_order < strictest and law_order < expelled[w, c, np.int64(place[i, w])]):
            return True
    return False


@njit(cache=True, inline="always")
def _decide(i, w, c, forced, people, terms, costs, state, nests, clocks, desk):  # type: ignore[no-untyped-def]
    """The place that customer i picks in world w."""
    here = np.int64(state.place[i, w])
    left, nest, by_peers, leaf = desk[:KINDS], desk[KINDS : KINDS + nests], desk[KINDS + nests : KINDS + 2 * nests], desk[KINDS + 2 * nests :]
    for n in range(nests):
        by_peers[n] = 0.0
    for k in range(PEERS):
        by_peers[nest_of(np.int64(state.place[people.peers[i, k], w]))] += 1.0
    for n in range(nests):
        by_peers[n] = costs.by_peers[np.int64(by_peers[n])]
    trust = state.trust_next
    kind_risks(people.sensitivity[i], np.float64(trust[i, 2 * w]), np.float64(trust[i, 2 * w + 1]), terms.exposure[w, c], left)
    roots_of(left, costs.nest_scale, left)
    nest_roots(
        left, terms.appeal[w, c], costs.postpone if here == ON_PREMISES else costs.go_back, terms.banned[w, c], people.law_order[i], here, forced,
        costs.leave[c], costs.within[c], by_peers, leaf, nest,
    )  # fmt: skip
    n = race(nest, 0, nests, clocks)
    if n < FIRST_US:
        return n
    at = FIRST_US + (n - FIRST_US) * OFFERS
    return at + race(leaf, at, OFFERS, clocks[nests:])


@njit(cache=True, inline="always")
def _rests(seed, month, i, c, luck, nest_scale, place, readiness, trust, sensitivity, law_order, hazard, unlawful, exposure, pull, utility):  # type: ignore[no-untyped-def]
    """Whether a renewing customer has nothing to decide, or surely stays, in every world.

    Worlds in which it is at the same place are proved together, by the one where most speaks against staying.
    """
    nests, drawn = nest_of(utility.shape[2]), False
    leaving, within = -np.inf, -np.inf
    for w in range(place.shape[1]):
        here = np.int64(place[i, w])
        if here == ON_PREMISES:
            if hazard[w, c] >= readiness[i, w]:
                return False
            continue
        if law_order[i] < unlawful[w, c, here]:
            return False
        risk = kind_risk(kind_of(here), sensitivity[i], np.float64(trust[i, 2 * w]), np.float64(trust[i, 2 * w + 1]), exposure[w, c])
        if abs(utility[w, c, here] - risk) > 300.0 * nest_scale:  # where `exp` is cut off, nothing is proved
            return False
        leaving, within = max(leaving, pull[w, c, here, 0] + risk), max(within, pull[w, c, here, 1] + risk)
        if w + 1 < place.shape[1] and place[i, w + 1] == here:
            continue
        if not drawn:
            draw_luck(seed, i, month, luck)
            drawn = True
        if not surely_stays(luck, nests, here, leaving, within, nest_scale):
            return False
        leaving, within = -np.inf, -np.inf
    return True


@njit(cache=True)
def _reconsider(seed, month, i, c, renews, luck, clocks, paper, people, terms, costs, state, moves, count):  # type: ignore[no-untyped-def]
    """One customer's decision in every world in which it is due; `count` moves before it, returns how many after."""
    draw_luck(seed, i, month, luck)
    nests = nest_of(terms.utility.shape[2])
    tastes(luck, nests, costs.nest_scale, clocks)
    for w in range(state.place.shape[1]):
        here = np.int64(state.place[i, w])
        forced = False
        if here == ON_PREMISES:
            if terms.hazard[w, c] < state.readiness[i, w]:
                continue
        elif renews:
            forced = people.law_order[i] < terms.unlawful[w, c, here]  # nobody renews what the law forbids
        else:
            forced = people.law_order[i] < terms.expelled[w, c, here]
            if not forced:
                continue
        to = _decide(i, w, c, forced, people, terms, costs, state, nests, clocks, paper)
        if to != here or here == ON_PREMISES:
            moves[count, 0], moves[count, 1], moves[count, 2], moves[count, 3] = i, w, to, 1 if forced else 0
            count += 1
    return count


@njit(cache=True)
def _listen(blocks, people, terms, costs, state, sums):  # type: ignore[no-untyped-def]
    """The trust of some blocks' customers in all worlds."""
    bounds, cell, initial, susceptibility, peers = people.blocks, people.cell, people.initial_trust, people.susceptibility, people.peers
    good, bad, old, new = terms.good, terms.bad, state.trust, state.trust_next
    own, each, prior = np.float32(1.0 - costs.peer_weight), np.float32(costs.peer_weight / PEERS), np.float32(costs.strength)
    worlds = old.shape[1] // 2
    for b in range(blocks[0], blocks[1]):
        first, last, w = bounds[b, 0], bounds[b, 1], 0
        c = cell[first]
        # A number written out tells the compiler which columns stand side by side; a variable does not.
        if worlds >= 2:
            _trust_in_two_worlds(0, b, c, first, last, prior, own, each, good, bad, initial, susceptibility, peers, old, new, sums)
            w = 2
        if worlds >= 4:
            _trust_in_two_worlds(2, b, c, first, last, prior, own, each, good, bad, initial, susceptibility, peers, old, new, sums)
            w = 4
        while w + 2 <= worlds:
            _trust_in_two_worlds(w, b, c, first, last, prior, own, each, good, bad, initial, susceptibility, peers, old, new, sums)
            w += 2
        if worlds == 1:
            _trust_in_one_world(0, b, c, first, last, prior, own, each, good, bad, initial, susceptibility, peers, old, new, sums)
        elif w < worlds:
            _trust_in_one_world(w, b, c, first, last, prior, own, each, good, bad, initial, susceptibility, peers, old, new, sums)


@njit(cache=True)
def _choose(seed, month, blocks, people, terms, costs, state, out):  # type: ignore[no-untyped-def]
    """All decisions of some blocks in a month: renewals, then those ready to adopt and those whose grace is over."""
    # An array taken from a tuple is counted as in use; inside a loop that would cost more than the decision.
    bounds, cell, term, calendar, calendar_start, renewal = people.blocks, people.cell, people.term, people.calendar, people.calendar_start, people.renewal
    law_order, sensitivity, place, readiness, trust = people.law_order, people.sensitivity, state.place, state.readiness, state.trust_next
    hazard, unlawful, expelled, exposure, pull, utility = terms.hazard, terms.unlawful, terms.expelled, terms.exposure, terms.pull, terms.utility
    worlds, nests, nest_scale, moves, move_count = place.shape[1], nest_of(utility.shape[2]), costs.nest_scale, out.moves, out.move_count
    draws = 4 * ((nests + OFFERS + 3) // 4)
    luck, clocks, paper = np.empty(draws), np.empty(draws), np.empty(KINDS + 2 * nests + utility.shape[2])
    soon = np.empty(worlds, np.float32)
    for b in range(blocks[0], blocks[1]):
        first, last = bounds[b, 0], bounds[b, 1]
        c = cell[first]
        count = first * worlds
        phase = (term[first] - month % term[first]) % term[first]
        for at in range(calendar_start[b, phase], calendar_start[b, phase + 1]):
            i = calendar[at]
            if not _rests(seed, month, i, c, luck, nest_scale, place, readiness, trust, sensitivity, law_order, hazard, unlawful, exposure, pull, utility):
                count = _reconsider(seed, month, i, c, True, luck, clocks, paper, people, terms, costs, state, moves, count)
        strictest = np.float32(0.0)
        for w in range(worlds):
            soon[w] = np.float32(hazard[w, c] * 1.000001)
            for o in range(FIRST_US, expelled.shape[2]):
                strictest = max(strictest, expelled[w, c, o])
        for a in range(first, last, LOOK):
            z = min(a + LOOK, last)
            found = _anybody((0, 0), a, z, soon, readiness) if worlds == 2 else _anybody((), a, z, soon, readiness)
            if found or strictest > 0.0:
                for i in range(a, z):
                    if renewal[i] != phase and _is_due(i, c, soon, readiness, law_order[i], strictest, expelled, place):
                        count = _reconsider(seed, month, i, c, False, luck, clocks, paper, people, terms, costs, state, moves, count)
        move_count[b] = count - first * worlds


@njit(cache=True, parallel=True)
def customers_month(seed, month, people, terms, costs, state, out):  # type: ignore[no-untyped-def]
    """One month of all customers in all worlds: reads People, Terms, Costs and State, writes `trust_next` and the Outcome.

    A group of blocks is small enough that who listens is still at hand when it comes to choosing.
    """
    for g in prange(len(people.groups)):
        _listen(people.groups[g], people, terms, costs, state, out.trust_sums)
        _choose(seed, month, people.groups[g], people, terms, costs, state, out)

"""Customers' trust in a month, compiled: their own view of the news, mixed with what their peers trusted."""

import numpy as np

from sim.model.kernels.codes import PEERS
from sim.model.kernels.jit import entry, inner
from sim.model.kernels.memory import prefetch

TRUST_UNITS = 16_777_216.0  # trust is summed in 2**-24, which a float32 in [0.5, 1) holds exactly
AHEAD = 32  # the trust of the two farthest peers is fetched so many customers ahead


@entry(error_model="numpy")  # no divisor is zero here, and to check costs more than to divide
def own_view(initial, strength, positive, negative, susceptibility):
    """Beta reputation with forgetting (Josang & Ismail 2002).

    Prior of `strength` observations, then good and bad news.
    """
    return (strength * initial + positive) / ((strength + positive) + susceptibility * negative)


@inner(error_model="numpy")
def view_of(initial, strength, good, bad, susceptibility, heard):
    """One's own view of what one has `heard` of the cell's news, 1 for as much as its average customer."""
    return own_view(initial, strength, heard * good, heard * bad, susceptibility)


@inner(error_model="numpy")
def _of_peers(trust, peers, i, k):
    """What six peers trusted last month, added in this order."""
    return (
        (trust[peers[i, 0], k] + trust[peers[i, 1], k]) + (trust[peers[i, 2], k] + trust[peers[i, 3], k])
    ) + (trust[peers[i, 4], k] + trust[peers[i, 5], k])


@inner(error_model="numpy")
def _trust_in_two_worlds(group, people, terms, costs, state, sums):
    """The month's trust of a group's customers in the first two worlds: float32, in this order.

    Written out, with numbers for columns, so that the compiler computes four at once.
    """
    blocks, cell, initial, susceptibility, peers = (
        people.blocks,
        people.cell,
        people.initial_trust,
        people.susceptibility,
        people.peers,
    )
    good, bad, old, new = terms.good, terms.bad, state.trust, state.trust_next
    counts, more, one = terms.weight_heard, state.more, np.float32(1.0)
    own, each = np.float32(1.0 - costs.peer_weight), np.float32(costs.peer_weight / PEERS)
    prior, unit, end = np.float32(costs.strength), np.float32(TRUST_UNITS), np.uint64(len(peers) - 1)
    a, b, c, d = np.uint64(0), np.uint64(1), np.uint64(2), np.uint64(3)
    for block in range(group[0], group[1]):
        first, last = blocks[block, 0], blocks[block, 1]
        at = cell[first]
        good_a, good_b, good_c, good_d = good[at, a], good[at, b], good[at, c], good[at, d]
        bad_a, bad_b, bad_c, bad_d = bad[at, a], bad[at, b], bad[at, c], bad[at, d]
        by_a, by_b, by_c, by_d = counts[at, a], counts[at, b], counts[at, c], counts[at, d]
        sum_a, sum_b, sum_c, sum_d = 0, 0, 0, 0
        for i in range(np.uint64(first), np.uint64(last)):
            soon = min(i + np.uint64(AHEAD), end)
            prefetch(old, peers[soon, 0])
            prefetch(old, peers[soon, 1])
            s, law, intelligence = susceptibility[i], initial[i, 0], initial[i, 1]
            heard_a, heard_b = one + by_a * more[i, a], one + by_b * more[i, b]
            heard_c, heard_d = one + by_c * more[i, c], one + by_d * more[i, d]
            view_a = view_of(law, prior, good_a, bad_a, s, heard_a)
            view_b = view_of(intelligence, prior, good_b, bad_b, s, heard_b)
            view_c = view_of(law, prior, good_c, bad_c, s, heard_c)
            view_d = view_of(intelligence, prior, good_d, bad_d, s, heard_d)
            new_a = own * view_a + each * _of_peers(old, peers, i, a)
            new_b = own * view_b + each * _of_peers(old, peers, i, b)
            new_c = own * view_c + each * _of_peers(old, peers, i, c)
            new_d = own * view_d + each * _of_peers(old, peers, i, d)
            new[i, a], new[i, b], new[i, c], new[i, d] = new_a, new_b, new_c, new_d
            sum_a, sum_b = sum_a + np.int64(new_a * unit), sum_b + np.int64(new_b * unit)
            sum_c, sum_d = sum_c + np.int64(new_c * unit), sum_d + np.int64(new_d * unit)
        sums[block, a], sums[block, b], sums[block, c], sums[block, d] = sum_a, sum_b, sum_c, sum_d


@inner(error_model="numpy")
def _trust_in_one_world(w, group, people, terms, costs, state, sums):
    """The same for world w alone."""
    blocks, cell, initial, susceptibility, peers = (
        people.blocks,
        people.cell,
        people.initial_trust,
        people.susceptibility,
        people.peers,
    )
    good, bad, old, new = terms.good, terms.bad, state.trust, state.trust_next
    counts, more, one = terms.weight_heard, state.more, np.float32(1.0)
    own, each = np.float32(1.0 - costs.peer_weight), np.float32(costs.peer_weight / PEERS)
    prior, unit, end = np.float32(costs.strength), np.float32(TRUST_UNITS), np.uint64(len(peers) - 1)
    a, b = 2 * np.uint64(w), 2 * np.uint64(w) + np.uint64(1)
    for block in range(group[0], group[1]):
        first, last = blocks[block, 0], blocks[block, 1]
        at = cell[first]
        good_a, good_b, bad_a, bad_b = good[at, a], good[at, b], bad[at, a], bad[at, b]
        by_a, by_b = counts[at, a], counts[at, b]
        sum_a, sum_b = 0, 0
        for i in range(np.uint64(first), np.uint64(last)):
            soon = min(i + np.uint64(AHEAD), end)
            prefetch(old, peers[soon, 0])
            prefetch(old, peers[soon, 1])
            s = susceptibility[i]
            view_a = view_of(initial[i, 0], prior, good_a, bad_a, s, one + by_a * more[i, a])
            view_b = view_of(initial[i, 1], prior, good_b, bad_b, s, one + by_b * more[i, b])
            new_a = own * view_a + each * _of_peers(old, peers, i, a)
            new_b = own * view_b + each * _of_peers(old, peers, i, b)
            new[i, a], new[i, b] = new_a, new_b
            sum_a, sum_b = sum_a + np.int64(new_a * unit), sum_b + np.int64(new_b * unit)
        sums[block, a], sums[block, b] = sum_a, sum_b


@inner()
def listen(group, people, terms, costs, state, sums):
    """A month's trust of the customers of a group of blocks in all worlds, from `trust` to `trust_next`.

    `sums` (B, 2W) int64 receives its sums by block, in 1/TRUST_UNITS.
    """
    worlds, w = state.trust.shape[1] // 2, 0
    if worlds >= 2:
        _trust_in_two_worlds(group, people, terms, costs, state, sums)
        w = 2
    while w < worlds:
        _trust_in_one_world(w, group, people, terms, costs, state, sums)
        w += 1

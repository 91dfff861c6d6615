"""What customers come to trust in a month, compiled: their own view of the news, mixed with what their peers trusted."""

import numpy as np
from numba import njit

from sim.model.kernels.codes import PEERS
from sim.model.kernels.memory import prefetch

TRUST_UNITS = 16_777_216.0  # trust is summed in 2**-24, which a float32 in [0.5, 1) holds exactly
AHEAD = 32  # customers ahead of whom the two farthest peers' trust is sent for


@njit(
    cache=True, error_model="numpy"
)  # nothing is divided by nought here, and to ask would cost more than to divide
def own_view(initial, strength, positive, negative, susceptibility):
    """Beta reputation with forgetting (Josang & Ismail 2002): prior of `strength` observations, then good and bad news."""
    return (strength * initial + positive) / ((strength + positive) + susceptibility * negative)


@njit(cache=True, error_model="numpy")
def _heard(trust, peers, i, k):
    """What six peers trusted last month, added in this order."""
    return (
        (trust[peers[i, 0], k] + trust[peers[i, 1], k]) + (trust[peers[i, 2], k] + trust[peers[i, 3], k])
    ) + (trust[peers[i, 4], k] + trust[peers[i, 5], k])


@njit(cache=True, error_model="numpy")
def _trust_in_two_worlds(
    w, block, cell, first, last, prior, own, each, good, bad, initial, susceptibility, peers, old, new, sums
):
    """The month's trust of customers in worlds w and w + 1: float32, in this order. Written out, so that the compiler takes four at once."""
    a, b, c, d = (
        2 * np.uint64(w),
        2 * np.uint64(w) + np.uint64(1),
        2 * np.uint64(w) + np.uint64(2),
        2 * np.uint64(w) + np.uint64(3),
    )
    good_a, good_b, good_c, good_d = good[cell, a], good[cell, b], good[cell, c], good[cell, d]
    bad_a, bad_b, bad_c, bad_d = bad[cell, a], bad[cell, b], bad[cell, c], bad[cell, d]
    unit, sum_a, sum_b, sum_c, sum_d = np.float32(TRUST_UNITS), 0, 0, 0, 0
    end = np.uint64(len(peers) - 1)
    for i in range(np.uint64(first), np.uint64(last)):
        soon = min(i + np.uint64(AHEAD), end)
        prefetch(old, peers[soon, 0])
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
def _trust_in_one_world(
    w, block, cell, first, last, prior, own, each, good, bad, initial, susceptibility, peers, old, new, sums
):
    """The same for world w alone."""
    a, b = 2 * np.uint64(w), 2 * np.uint64(w) + np.uint64(1)
    good_a, good_b, bad_a, bad_b = good[cell, a], good[cell, b], bad[cell, a], bad[cell, b]
    unit, sum_a, sum_b = np.float32(TRUST_UNITS), 0, 0
    end = np.uint64(len(peers) - 1)
    for i in range(np.uint64(first), np.uint64(last)):
        soon = min(i + np.uint64(AHEAD), end)
        prefetch(old, peers[soon, 0])
        prefetch(old, peers[soon, 1])
        s = susceptibility[i]
        new_a = own * own_view(initial[i, 0], prior, good_a, bad_a, s) + each * _heard(old, peers, i, a)
        new_b = own * own_view(initial[i, 1], prior, good_b, bad_b, s) + each * _heard(old, peers, i, b)
        new[i, a], new[i, b] = new_a, new_b
        sum_a, sum_b = sum_a + np.int64(new_a * unit), sum_b + np.int64(new_b * unit)
    sums[block, a], sums[block, b] = sum_a, sum_b


@njit(cache=True)
def listen(
    group, blocks, cell, initial, susceptibility, peers, good, bad, strength, peer_weight, old, new, sums
):
    """The trust of the customers of a group of blocks in all worlds, from `old` to `new` (N, 2W), and its sums by block, (B, 2W)."""
    own, each, prior = np.float32(1.0 - peer_weight), np.float32(peer_weight / PEERS), np.float32(strength)
    worlds = old.shape[1] // 2
    for b in range(group[0], group[1]):
        first, last, w = blocks[b, 0], blocks[b, 1], 0
        c = cell[first]
        # A number written out tells the compiler which columns stand side by side; a variable does not.
        if worlds >= 2:
            _trust_in_two_worlds(
                0,
                b,
                c,
                first,
                last,
                prior,
                own,
                each,
                good,
                bad,
                initial,
                susceptibility,
                peers,
                old,
                new,
                sums,
            )
            w = 2
        if worlds >= 4:
            _trust_in_two_worlds(
                2,
                b,
                c,
                first,
                last,
                prior,
                own,
                each,
                good,
                bad,
                initial,
                susceptibility,
                peers,
                old,
                new,
                sums,
            )
            w = 4
        while w + 2 <= worlds:
            _trust_in_two_worlds(
                w,
                b,
                c,
                first,
                last,
                prior,
                own,
                each,
                good,
                bad,
                initial,
                susceptibility,
                peers,
                old,
                new,
                sums,
            )
            w += 2
        if worlds == 1:
            _trust_in_one_world(
                0,
                b,
                c,
                first,
                last,
                prior,
                own,
                each,
                good,
                bad,
                initial,
                susceptibility,
                peers,
                old,
                new,
                sums,
            )
        elif w < worlds:
            _trust_in_one_world(
                w,
                b,
                c,
                first,
                last,
                prior,
                own,
                each,
                good,
                bad,
                initial,
                susceptibility,
                peers,
                old,
                new,
                sums,
            )

"""The least work that such a model does for its customers in a month: memory traffic and draws only.

Two worlds. Loads, per customer: 6 peers' numbers (24 bytes), their trust (6 x 16), first trust (8),
susceptibility (4), readiness (8). Stores: trust (16). Draws: three Philox blocks (a uniform for each of 6
nests and 5 kinds of offer) for every customer in the cloud whose contract renews this month, whose place
(2), sensitivity (4) and order of laws (4) are loaded. It is written with the same care as the engine: both
worlds at once, far peers sent for early, the same blocks and groups, draws for a lot of customers in one
loop.
"""

from typing import Any

import numpy as np
from numba import njit

from sim.model.kernels.memory import prefetch
from sim.model.kernels.philox import draw4s
from sim.model.kernels.renewals import LOT
from sim.model.kernels.trust import AHEAD
from sim.model.luck import purposes
from sim.model.places import ON_PREMISES

FOURS = 3  # blocks of four uniforms a customer


@njit
def _traffic(
    first: int, last: int, initial: Any, susceptibility: Any, peers: Any, readiness: Any, old: Any, new: Any
) -> float:
    end, waiting = np.uint64(len(peers) - 1), np.float32(0.0)
    for i in range(np.uint64(first), np.uint64(last)):
        soon = min(i + np.uint64(AHEAD), end)
        prefetch(old, peers[soon, 0])
        prefetch(old, peers[soon, 1])
        p0, p1, p2, p3, p4, p5 = peers[i, 0], peers[i, 1], peers[i, 2], peers[i, 3], peers[i, 4], peers[i, 5]
        s, law, intelligence = susceptibility[i], initial[i, 0], initial[i, 1]
        a = law * s + (((old[p0, 0] + old[p1, 0]) + (old[p2, 0] + old[p3, 0])) + (old[p4, 0] + old[p5, 0]))
        b = intelligence * s + (
            ((old[p0, 1] + old[p1, 1]) + (old[p2, 1] + old[p3, 1])) + (old[p4, 1] + old[p5, 1])
        )
        c = law * s + (((old[p0, 2] + old[p1, 2]) + (old[p2, 2] + old[p3, 2])) + (old[p4, 2] + old[p5, 2]))
        d = intelligence * s + (
            ((old[p0, 3] + old[p1, 3]) + (old[p2, 3] + old[p3, 3])) + (old[p4, 3] + old[p5, 3])
        )
        new[i, 0], new[i, 1], new[i, 2], new[i, 3] = a, b, c, d
        waiting = max(waiting, readiness[i, 0], readiness[i, 1])
    return float(waiting)


@njit(nogil=True)
def floor_month(part: int, parts: int, now: Any, people: Any, state: Any, out: Any) -> None:
    """Touch what a month of the engine touches, and draw what it draws, in so many parts.

    `out` (G,) keeps the compiler from leaving it out.
    """
    groups = people.groups
    for g in range(part * len(groups) // parts, (part + 1) * len(groups) // parts):
        out[g] = _blocks(now.seed, now.month, groups[g], people, state)


@njit
def _blocks(seed: int, month: int, blocks: Any, people: Any, state: Any) -> float:
    bounds, term, calendar, calendar_start = (
        people.blocks,
        people.term,
        people.calendar,
        people.calendar_start,
    )
    initial, susceptibility, peers, readiness, old, new = (
        people.initial_trust,
        people.susceptibility,
        people.peers,
        state.readiness,
        state.trust,
        state.trust_next,
    )
    place, sensitivity, law_order = state.place, people.sensitivity, people.law_order
    counters, luck = np.empty((2, FOURS * LOT), np.uint32), np.empty(4 * FOURS * LOT)
    seen, n = 0.0, 0
    for b in range(blocks[0], blocks[1]):
        first = bounds[b, 0]
        seen += _traffic(first, bounds[b, 1], initial, susceptibility, peers, readiness, old, new)
        phase = (term[first] - month % term[first]) % term[first]
        for at in range(calendar_start[b, phase], calendar_start[b, phase + 1]):
            i = calendar[at]
            for k in range(FOURS):
                counters[0, n + k], counters[1, n + k] = i, k
            if place[i, 0] != ON_PREMISES or place[i, 1] != ON_PREMISES:
                seen += sensitivity[i] + law_order[i]
                n += FOURS
            if n == FOURS * LOT:
                draw4s(seed, counters[0], month, purposes.CHOICE, counters[1], luck)
                seen, n = seen + luck[0], 0
    draw4s(seed, counters[0, :n], month, purposes.CHOICE, counters[1, :n], luck)
    return seen + luck[0]

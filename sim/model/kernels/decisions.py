"""Decisions, compiled: which each customer has to make, and what it picks."""

import numpy as np
from numba import njit

from sim.model.kernels.choice import kind_risks, nest_of, nest_roots, race
from sim.model.kernels.deadlines import phase_of
from sim.model.places import FIRST_US, OFFERS, ON_PREMISES
from sim.model.population import PEERS


@njit(cache=True)
def open_decisions(  # type: ignore[no-untyped-def]
    month, who, cell, term, renewal, law_order, sensitivity, place, readiness, trust, hazard, unlawful, expelled, exposure, decider, world, forced, left,
):  # fmt: skip
    """The decisions that each of `who` has to make, world by world: how many; fills `decider` (its position in `who`), `world`, `forced`
    and `left`, the perceived risks by kind of place.
    """
    decisions = 0
    for k in range(len(who)):
        i = who[k]
        c = cell[i]
        renews = renewal[i] == phase_of(month, np.int64(term[i]))
        for w in range(place.shape[1]):
            here = np.int64(place[i, w])
            barred = False
            if here == ON_PREMISES:
                if hazard[w, c] < readiness[i, w]:
                    continue
            elif renews:
                barred = law_order[i] < unlawful[w, c, here]  # nobody renews what the law forbids
            else:
                barred = law_order[i] < expelled[w, c, here]
                if not barred:
                    continue
            decider[decisions], world[decisions], forced[decisions] = k, w, barred
            kind_risks(sensitivity[i], np.float64(trust[i, 2 * w]), np.float64(trust[i, 2 * w + 1]), exposure[w, c], left[decisions])
            decisions += 1
    return decisions


@njit(cache=True)
def pick(  # type: ignore[no-untyped-def]
    i, w, c, here, forced, left, slowed, clocks, peers, place, law_order, appeal, banned, on_premises, leave, within, by_peers, worth, leaf, nest,
):  # fmt: skip
    """The place that customer i picks in world w; `left` of the weights of kinds by risk, its clocks `slowed` for nests and `clocks` for offers.

    `worth`, `leaf`, `nest` are for notes.
    """
    nests = len(nest)
    worth[:] = 0.0
    for k in range(PEERS):
        worth[nest_of(np.int64(place[peers[i, k], w]))] += 1.0
    for n in range(nests):
        worth[n] = by_peers[np.int64(worth[n])]
    nest_roots(left, appeal[w, c], on_premises, banned[w, c], law_order[i], here, forced, leave[c], within[c], worth, leaf, nest)
    n = race(nest, 0, nests, slowed)
    if n < FIRST_US:
        return n
    at = FIRST_US + (n - FIRST_US) * OFFERS
    return at + race(leaf, at, OFFERS, clocks)

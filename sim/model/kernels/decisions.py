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
            kind_risks(sensitivity[i], np.float64(trust[i, 2 * w]), np.float64(trust[i, 2 * w + 1]), w, c, exposure, decisions, left)
            decisions += 1
    return decisions


@njit(cache=True)
def weigh(  # type: ignore[no-untyped-def]
    decisions, decider, world, forced, left, who, cell, place, peers, law_order, appeal, banned, postpone, go_back, leave, within, by_peers, leaf, nest,
):  # fmt: skip
    """What every place weighs in each of the decisions, and every provider: `leaf` (D, O), `nest` (D, 2 + P); `left` of the weights of
    kinds by risk. First all peers are looked up, then all is weighed: memory is waited for once, not at every decision.
    """
    for d in range(decisions):
        i, w = who[decider[d]], world[d]
        for n in range(nest.shape[1]):
            nest[d, n] = 0.0
        for k in range(PEERS):
            nest[d, nest_of(np.int64(place[peers[i, k], w]))] += 1.0
        for n in range(nest.shape[1]):
            nest[d, n] = by_peers[np.int64(nest[d, n])]
    for d in range(decisions):
        i, w = who[decider[d]], world[d]
        c, here = cell[i], np.int64(place[i, w])
        on_premises = postpone if here == ON_PREMISES else go_back
        nest_roots(d, left, w, c, appeal, on_premises, banned, law_order[i], here, forced[d], leave[c], within[c], leaf, nest)


@njit(cache=True)
def pick(d, k, leaf, nest, slowed, clocks):  # type: ignore[no-untyped-def]
    """The place that wins decision d by the luck of its customer, row k: clocks `slowed` for nests, `clocks` for the offers of one."""
    nests = nest.shape[1]
    n = race(d, nest, 0, nests, k, slowed, 0)
    if n < FIRST_US:
        return n
    first = FIRST_US + (n - FIRST_US) * OFFERS
    return first + race(d, leaf, first, OFFERS, k, clocks, nests)

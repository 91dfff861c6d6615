"""Decisions, compiled: which each customer has to make, and what it picks."""

import numpy as np
from numba import njit

from sim.model.kernels.choice import kind_risks, nest_of, nest_roots, race
from sim.model.kernels.codes import FIRST_US, OFFERS, ON_PREMISES, PEERS
from sim.model.kernels.deadlines import phase_of


@njit(cache=True)
def open_decisions(
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
            kind_risks(
                sensitivity[i],
                np.float64(trust[i, 2 * w]),
                np.float64(trust[i, 2 * w + 1]),
                w,
                c,
                exposure,
                decisions,
                left,
            )
            decisions += 1
    return decisions


@njit(cache=True)
def ask_peers(decisions, decider, world, who, place, peers, by_peers, nest):
    """What each decider's peers make of every provider, and of the rest: `nest` (D, 2 + P), from `by_peers` (7,).

    For all at once, and before anything is weighed: what has to come from far in memory comes together.
    """
    for d in range(decisions):
        i, w = who[decider[d]], world[d]
        for n in range(nest.shape[1]):
            nest[d, n] = 0.0
        for k in range(PEERS):
            nest[d, nest_of(np.int64(place[peers[i, k], w]))] += 1.0
        for n in range(nest.shape[1]):
            nest[d, n] = by_peers[np.int64(nest[d, n])]


@njit(cache=True)
def weigh(
    decisions,
    decider,
    world,
    forced,
    left,
    who,
    cell,
    place,
    law_order,
    appeal,
    banned,
    postpone,
    go_back,
    leave,
    within,
    leaf,
    nest,
):
    """What every place weighs in each of the decisions, `leaf` (D, O), and every provider, `nest` (D, 2 + P) from `ask_peers`; `left` of the
    weights of kinds by risk."""
    for d in range(decisions):
        i, w = who[decider[d]], world[d]
        c, here = cell[i], np.int64(place[i, w])
        on_premises = postpone if here == ON_PREMISES else go_back
        nest_roots(
            d,
            left,
            w,
            c,
            appeal,
            on_premises,
            banned,
            law_order[i],
            here,
            forced[d],
            leave[c],
            within[c],
            leaf,
            nest,
        )


@njit(cache=True)
def pick(decisions, decider, leaf, nest, slowed, clocks, to):
    """The place that wins each of the decisions by the luck of its customer: fills `to`. Clocks `slowed` for nests, `clocks` for the offers of one."""
    nests = nest.shape[1]
    for d in range(decisions):
        k = decider[d]
        n = race(d, nest, 0, nests, k, slowed, 0)
        first = FIRST_US + max(n - FIRST_US, 0) * OFFERS
        offer = race(d, leaf, first, OFFERS, k, clocks, nests)
        to[d] = n if n < FIRST_US else first + offer

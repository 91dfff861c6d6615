"""Decisions, compiled: which each customer of a lot has to make, and what it picks."""

import numpy as np

from sim.model.kernels.choice import KINDS, draw_luck, kind_risks, nest_of, nest_roots, race, roots_of, tastes
from sim.model.kernels.codes import FIRST_US, HOME_GROWN_KIND, OFFERS, ON_PREMISES, PEERS
from sim.model.kernels.customer_arrays import Cases, Weights
from sim.model.kernels.deadlines import phase_of
from sim.model.kernels.jit import inlined, inner


@inner()
def empty_cases(count):
    """Room for so many decisions."""
    return Cases(
        np.empty(count, np.int32),
        np.empty(count, np.int32),
        np.empty(count, np.int32),
        np.empty(count, np.int64),
        np.empty(count, np.bool_),
        np.empty(count, np.float32),
        np.empty(count),
        np.empty(count),
        np.empty(count),
        np.empty(count),
        np.empty(count, np.int32),
    )


@inner()
def empty_weights(count, places):
    """Room for the weights of so many decisions."""
    return Weights(np.empty((count, KINDS)), np.empty((count, places)), np.empty((count, nest_of(places))))


@inner()
def decide(now, lot, people, terms, costs, state, notes):
    """Make the decisions of a lot of customers in all worlds: how many; fills the `cases` of the `notes`."""
    cases, weights, luck = notes.cases, notes.weights, notes.luck
    count = _open_cases(now.month, lot, people, terms, costs, state, cases, weights.kind)
    draw_luck(now, lot, luck.counters, luck.uniform)
    n, scale = len(lot), costs.nest_scale
    tastes(luck.uniform[:n].reshape(-1), scale, luck.clocks[:n].reshape(-1), luck.slowed[:n].reshape(-1))
    roots_of(weights.kind[:count].reshape(-1), scale)
    _ask_peers(count, cases, lot, state.place, people.peers, costs.by_peers, weights.nest)
    nest_roots(count, cases, terms.appeal, terms.banned, weights)
    _pick(count, cases, weights, luck)
    return count


@inlined()
def _open_cases(month, lot, people, terms, costs, state, cases, risk):
    """The decisions that each of a lot has to make, world by world: how many.

    Fills `cases`, and `risk` (D, 7), less the taste for home-grown providers.
    """
    cell, term, renewal, law_order, sensitivity, home_taste = (
        people.cell,
        people.term,
        people.renewal,
        people.law_order,
        people.sensitivity,
        people.home_taste,
    )
    place, readiness, trust = state.place, state.readiness, state.trust_next
    hazard, unlawful, expelled, exposure = terms.hazard, terms.unlawful, terms.expelled, terms.exposure
    decider, world, cell_of_case, here_of_case = cases.decider, cases.world, cases.cell, cases.here
    barred_of_case, order, on_premises = cases.expelled, cases.order, cases.on_premises
    leave, within, cost_of_leaving, cost_within = cases.leave, cases.within, costs.leave, costs.within
    protect, cost_of_protecting, alert, alarmed = cases.protect, costs.protect, terms.alert, state.alarmed
    count = np.int64(0)
    for k in range(len(lot)):
        i = lot[k]
        c = np.int64(cell[i])
        renews = renewal[i] == phase_of(month, np.int64(term[i]))
        for w in range(place.shape[1]):
            here = np.int64(place[i, w])
            barred = False
            if here == ON_PREMISES:
                if hazard[w, c] < readiness[i, w] and not (alert[w, c] and alarmed[i, w]):
                    continue
            elif renews:
                barred = law_order[i] < unlawful[w, c, here]  # nobody renews what the law forbids
            else:
                barred = law_order[i] < expelled[w, c, here]
                if not barred and alert[w, c] and alarmed[i, w]:
                    barred = law_order[i] < unlawful[w, c, here]
                elif not barred:
                    continue
            decider[count], world[count], cell_of_case[count], here_of_case[count] = k, w, c, here
            barred_of_case[count], order[count] = barred, law_order[i]
            on_premises[count] = costs.postpone if here == ON_PREMISES else costs.go_back
            leave[count], within[count] = cost_of_leaving[c], cost_within[c]
            protect[count] = cost_of_protecting[c]
            trust_le, trust_in = np.float64(trust[i, 2 * w]), np.float64(trust[i, 2 * w + 1])
            kind_risks(count, sensitivity[i], trust_le, trust_in, w, c, exposure, risk)
            risk[count, HOME_GROWN_KIND] -= home_taste[i]
            count += 1
    return count


@inlined()
def _ask_peers(count, cases, lot, place, peers, by_peers, nest):
    """Each decision's factor on every provider, and on the rest, by how many peers are there.

    `nest` (D, 2 + P).

    `by_peers` (7,). For all at once, and before anything is weighed: what comes from far in memory comes
    together.
    """
    decider, world = cases.decider, cases.world
    for d in range(count):
        i, w = lot[decider[d]], world[d]
        for n in range(nest.shape[1]):
            nest[d, n] = 0.0
        for k in range(PEERS):
            nest[d, nest_of(np.int64(place[peers[i, k], w]))] += 1.0
        for n in range(nest.shape[1]):
            nest[d, n] = by_peers[np.int64(nest[d, n])]


@inlined()
def _pick(count, cases, weights, luck):
    """The place that wins each of the decisions by the luck of its customer: fills `to`."""
    decider, to = cases.decider, cases.to
    nest, leaf, slowed, clocks = weights.nest, weights.leaf, luck.slowed, luck.clocks
    # A number written out has a type of its own, for which `race` would be compiled again.
    nests, start, offers = nest.shape[1], np.int64(0), np.int64(OFFERS)
    for d in range(count):
        k = decider[d]
        n = race(d, nest, start, nests, k, slowed, start)
        first = FIRST_US + max(n - FIRST_US, 0) * OFFERS
        offer = race(d, leaf, first, offers, k, clocks, nests)
        to[d] = n if n < FIRST_US else first + offer

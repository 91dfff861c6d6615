"""Where those who adopted before the first month are, compiled.

A nested logit for each, picked evenly over sizes.
"""

import numpy as np

from sim.model.kernels.choice import kind_risks, nest_roots, places_of_nest, roots_of, weights_of
from sim.model.kernels.codes import FIRST_US, HOME_GROWN, HOME_GROWN_KIND, ON_PREMISES
from sim.model.kernels.decisions import empty_cases, empty_weights
from sim.model.kernels.jit import entry, inlined, inner
from sim.model.kernels.renewals import LOT


@entry()
def first_places(w, start, place_order, people, terms, state, nest_scale):
    """Fill world w of `place` for everybody whose `readiness` the `hazard` has reached.

    By `place_order` (N,), in [0, 1), in their nested logit. Cell c's customers are those from `start` (C +
    1,) c to c + 1.
    """
    appeal, hazard, readiness, place = terms.appeal, terms.hazard, state.readiness, state.place
    cases, weights = empty_cases(np.int64(LOT)), empty_weights(np.int64(LOT), appeal.shape[2])
    weight, who = np.empty_like(weights.nest), np.empty(LOT, np.int64)
    for c in range(len(start) - 1):
        i, last = start[c], start[c + 1]
        while i < last:
            many = 0
            while i < last and many < LOT:
                if readiness[i, w] <= hazard[w, c]:
                    who[many] = i
                    many += 1
                i += 1
            _weigh(w, c, who[:many], people, terms, nest_scale, cases, weights)
            weights_of(weights.nest[:many].reshape(-1), nest_scale, weight[:many].reshape(-1))
            for d in range(many):
                place[who[d], w] = _at(place_order[who[d]], d, weight, weights.leaf)


@inner()
def _weigh(w, c, who, people, terms, nest_scale, cases, weights):
    """What places weigh to customers of cell c in world w who come from nowhere and have no peers there."""
    sensitivity, trust, exposure = people.sensitivity, people.initial_trust, terms.exposure
    for d in range(len(who)):
        i = who[d]
        kind_risks(
            d, sensitivity[i], np.float64(trust[i, 0]), np.float64(trust[i, 1]), w, c, exposure, weights.kind
        )
        weights.kind[d, HOME_GROWN_KIND] -= people.home_taste[i]
    cases.world[:], cases.cell[:], cases.here[:], cases.expelled[:] = w, c, ON_PREMISES, False
    cases.order[:], cases.on_premises[:] = 0.5, 0.0
    cases.leave[:], cases.within[:], cases.protect[:] = 1.0, 1.0, 1.0
    weights.nest[:] = 1.0
    roots_of(weights.kind[: len(who)].reshape(-1), nest_scale)
    nest_roots(len(who), cases, terms.appeal, terms.banned, weights)


@inlined()
def _at(order, d, weight, leaf):
    """The place at `order`, in [0, 1), of the shares of places in row d.

    The nest by `weight` (D, 2 + P), the offer within it by `leaf` (D, O).
    """
    everything = 0.0
    for n in range(HOME_GROWN, weight.shape[1]):
        everything += weight[d, n]
    at = order * everything
    for n in range(HOME_GROWN, weight.shape[1]):
        if weight[d, n] > 0.0 and at < weight[d, n]:
            if n < FIRST_US:
                return n
            first, last = places_of_nest(n)
            inside, to = 0.0, ON_PREMISES
            for o in range(first, last):
                inside += leaf[d, o]
            within = at / weight[d, n] * inside
            for o in range(first, last):
                if leaf[d, o] > 0.0 and (to == ON_PREMISES or within >= 0.0):
                    to = o
                within -= leaf[d, o]
                if within < 0.0:
                    break
            return to
        if weight[d, n] > 0.0:
            at -= weight[d, n]
    return ON_PREMISES

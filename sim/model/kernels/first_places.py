"""Where those who adopted before the first month are, compiled: a nested logit for each, picked evenly over sizes."""

import numpy as np
from numba import njit, prange

from sim.model.kernels.choice import (
    KINDS,
    kind_risks,
    nest_of,
    nest_roots,
    places_of_nest,
    roots_of,
    weights_of,
)
from sim.model.kernels.codes import FIRST_US, HOME_GROWN, ON_PREMISES
from sim.model.kernels.renewals import LOT


@njit(cache=True, parallel=True)
def first_places(
    w, start, trust, sensitivity, order, readiness, hazard, appeal, exposure, banned, nest_scale, place
):
    """Fills world w of `place` (N, W) for whoever's `readiness` (N,) the `hazard` (W, C) has reached: by `order` (N,) in their nested logit.

    Cell c's customers are those from `start` (C + 1,) c to c + 1; `appeal` (W, C, O) roots of the utilities.
    """
    for c in prange(len(start) - 1):
        _first_places_of_cell(
            w,
            c,
            start[c],
            start[c + 1],
            trust,
            sensitivity,
            order,
            readiness,
            hazard,
            appeal,
            exposure,
            banned,
            nest_scale,
            place,
        )


@njit(cache=True)
def _first_places_of_cell(
    w,
    c,
    first,
    last,
    trust,
    sensitivity,
    order,
    readiness,
    hazard,
    appeal,
    exposure,
    banned,
    nest_scale,
    place,
):
    places = appeal.shape[2]
    nests = nest_of(places)
    who, left, leaf = np.empty(LOT, np.int64), np.empty((LOT, KINDS)), np.empty((LOT, places))
    nest, weight = np.empty((LOT, nests)), np.empty((LOT, nests))
    i = first
    while i < last:
        many = 0
        while i < last and many < LOT:
            if readiness[i] <= hazard[w, c]:
                who[many] = i
                many += 1
            i += 1
        for d in range(many):
            kind_risks(
                sensitivity[who[d]],
                np.float64(trust[who[d], 0]),
                np.float64(trust[who[d], 1]),
                w,
                c,
                exposure,
                d,
                left,
            )
        roots_of(left[:many].reshape(-1), nest_scale)
        nest[:] = 1.0  # nobody's peers are anywhere yet
        for d in range(many):
            nest_roots(d, left, w, c, appeal, 0.0, banned, 0.5, ON_PREMISES, False, 1.0, 1.0, leaf, nest)
        weights_of(nest[:many].reshape(-1), nest_scale, weight[:many].reshape(-1))
        for d in range(many):
            place[who[d], w] = _at(order[who[d]], d, weight, leaf)


@njit(cache=True)
def _at(order, d, weight, leaf):
    """The place at `order`, in [0, 1), of the shares of places in row d: the nest by `weight` (D, 2 + P), the offer within it by `leaf` (D, O)."""
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

"""Who of those whose contract is renewed has a decision to make, compiled: most surely stay, and are let go together."""

import numpy as np
from numba import njit

from sim.model.kernels.arithmetic import exp
from sim.model.kernels.choice import draw_luck, kind_of, kind_risk, nest_of, surely_stays
from sim.model.kernels.codes import ON_PREMISES

LOT = 128  # customers looked at together: what is drawn for them stays in the first-level cache


@njit(cache=True, error_model="numpy")
def who_may_move(
    seed, month, who, cell, place, readiness, trust, sensitivity, law_order, hazard, unlawful, exposure, pull, utility, nest_scale,
    rests, asked, at_place, leaving, within, drawn_for, ids, counters, luck,
):  # fmt: skip
    """Who of those whose contract is renewed has something to decide, and does not surely stay in every world: moves them to the front
    of `who`, returns how many.

    Worlds in which one is at the same place are proved together, by the one where most speaks against staying. What stands after
    `nest_scale` is for notes on a lot: who of it rests; of each proof whose draws it needs, where and against what; whose draws they are.
    """
    worlds, nests, kept = place.shape[1], nest_of(utility.shape[2]), 0
    for start in range(0, len(who), LOT):
        lot = who[start : start + LOT]
        bounds = drawn = 0
        for k in range(len(lot)):
            i = lot[k]
            c, before, rests[k] = cell[i], bounds, True
            most_leaving, most_within = -np.inf, -np.inf
            for w in range(worlds):
                here = np.int64(place[i, w])
                if here == ON_PREMISES:
                    if hazard[w, c] >= readiness[i, w]:
                        rests[k] = False
                        break
                    continue
                kind, trust_le, trust_in = (
                    kind_of(here),
                    np.float64(trust[i, 2 * w]),
                    np.float64(trust[i, 2 * w + 1]),
                )
                risk = kind_risk(
                    sensitivity[i],
                    trust_le,
                    trust_in,
                    exposure[w, c, 0, kind],
                    exposure[w, c, 1, kind],
                    exposure[w, c, 2, kind],
                )
                # Where `exp` is cut off, nothing is proved.
                if (
                    law_order[i] < unlawful[w, c, here]
                    or abs(utility[w, c, here] - risk) > 300.0 * nest_scale
                ):
                    rests[k] = False
                    break
                most_leaving, most_within = (
                    max(most_leaving, pull[w, c, here, 0] + risk),
                    max(most_within, pull[w, c, here, 1] + risk),
                )
                if w + 1 < worlds and place[i, w + 1] == here:
                    continue
                asked[bounds], at_place[bounds], leaving[bounds], within[bounds] = (
                    drawn,
                    here,
                    most_leaving,
                    most_within,
                )
                bounds += 1
                most_leaving, most_within = -np.inf, -np.inf
            if not rests[k]:
                bounds = before
            elif bounds > before:
                drawn_for[drawn] = k
                ids[drawn] = i
                drawn += 1
        draw_luck(seed, ids[:drawn], month, counters, luck)
        for p in range(bounds):
            leaving[p] = exp(leaving[p])
        for p in range(bounds):
            within[p] = exp(within[p] / nest_scale)
        for p in range(bounds):
            if not surely_stays(asked[p], luck, nests, at_place[p], leaving[p], within[p]):
                rests[drawn_for[asked[p]]] = False
        for k in range(len(lot)):
            if not rests[k]:
                who[kept] = lot[k]
                kept += 1
    return kept

"""Which of the customers whose contract is renewed have a decision to make, compiled.

Most stay for sure, and are dropped together.
"""

import numpy as np

from sim.model.kernels.arithmetic import exp
from sim.model.kernels.choice import draw_luck, kind_of, kind_risk, nest_of, surely_stays
from sim.model.kernels.codes import HOME_GROWN, ON_PREMISES
from sim.model.kernels.jit import inner

LOT = 128  # customers taken together: what is drawn for them stays in the first-level cache


@inner()
def who_may_move(now, who, people, terms, state, nest_scale, notes):
    """Keep those of `who` that may move in some world: moves them to the front of `who`, returns how many.

    `notes` are on LOT customers at a time.
    """
    proofs, luck = notes.proofs, notes.luck
    draws, stays, customer, counters, uniform = (
        proofs.draw,
        proofs.stays,
        proofs.customer,
        luck.counters,
        luck.uniform,
    )
    nests, kept = nest_of(terms.utility.shape[2]), 0
    for start in range(0, len(who), LOT):
        lot = who[start : start + LOT]
        count = _what_to_prove(lot, people, terms, state, nest_scale, proofs)
        drawn = draws[count - 1] + 1 if count else 0
        draw_luck(now, customer[:drawn], counters, uniform)
        _prove(count, nests, nest_scale, proofs, uniform)
        for k in range(len(lot)):
            if not stays[k]:
                who[kept] = lot[k]
                kept += 1
    return kept


@inner(error_model="numpy")
def _what_to_prove(lot, people, terms, state, nest_scale, proofs):
    """Fill `proofs` for a lot: returns how many.

    `stays` is false already of those that have to decide anyhow.

    Worlds in which a customer is at the same place are proved together, by the one where most speaks against
    staying.
    """
    cell, sensitivity, law_order = people.cell, people.sensitivity, people.law_order
    home_taste, alert, alarmed = people.home_taste, terms.alert, state.alarmed
    hazard, exposure, utility, pull = terms.hazard, terms.exposure, terms.utility, terms.pull
    unlawful, place, readiness, trust = terms.unlawful, state.place, state.readiness, state.trust_next
    stays, drawn_for, customer, draw = proofs.stays, proofs.drawn_for, proofs.customer, proofs.draw
    at_place, leaving, within = proofs.here, proofs.leaving, proofs.within
    worlds, count, drawn = place.shape[1], 0, 0
    for k in range(len(lot)):
        i = lot[k]
        c, before, stays[k] = cell[i], count, True
        most_leaving, most_within = -np.inf, -np.inf
        for w in range(worlds):
            here = np.int64(place[i, w])
            if here == ON_PREMISES:
                if hazard[w, c] >= readiness[i, w] or (alert[w, c] and alarmed[i, w]):
                    stays[k] = False
                    break
                continue
            kind = kind_of(here)
            risk = kind_risk(
                sensitivity[i],
                np.float64(trust[i, 2 * w]),
                np.float64(trust[i, 2 * w + 1]),
                exposure[w, c, 0, kind],
                exposure[w, c, 1, kind],
                exposure[w, c, 2, kind],
            )
            # Where `exp` is cut off, nothing is proved.
            if law_order[i] < unlawful[w, c, here] or abs(utility[w, c, here] - risk) > 200.0 * nest_scale:
                stays[k] = False
                break
            taste = np.float64(home_taste[i])  # it keeps the one at home and lures the other there
            if here == HOME_GROWN:
                risk -= taste
            rival = max(pull[w, c, here, 0], pull[w, c, here, 2] + taste)
            most_leaving = max(most_leaving, rival + risk)
            most_within = max(most_within, pull[w, c, here, 1] + risk)
            if w + 1 < worlds and place[i, w + 1] == here:
                continue
            draw[count], at_place[count], leaving[count], within[count] = (
                drawn,
                here,
                most_leaving,
                most_within,
            )
            count += 1
            most_leaving, most_within = -np.inf, -np.inf
        if not stays[k]:
            count = before
        elif count > before:
            drawn_for[drawn], customer[drawn] = k, i
            drawn += 1
    return count


@inner(error_model="numpy")
def _prove(count, nests, nest_scale, proofs, uniform):
    """Make `stays` false where a proof fails."""
    stays, drawn_for, draw = proofs.stays, proofs.drawn_for, proofs.draw
    at_place, leaving, within = proofs.here, proofs.leaving, proofs.within
    for p in range(count):  # in loops of their own, so that several exponentials are computed at once
        leaving[p] = exp(leaving[p])
    for p in range(count):
        within[p] = exp(within[p] / nest_scale)
    for p in range(count):
        if not surely_stays(draw[p], uniform, nests, at_place[p], leaving[p], within[p]):
            stays[drawn_for[draw[p]]] = False

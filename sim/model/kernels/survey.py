"""The monthly survey, compiled: what customers would say, which is not what they do.

The same utilities as in a decision, but talk is free: no switching cost, no contract, no postponed renewal. With the
tastes of a logit fixed over a year, the share that preferred a US provider then and does not now follows exactly from
the two probabilities.
"""

import numpy as np
from numba import njit

from sim.model.arithmetic import exps_in_place
from sim.model.kernels.choice import KINDS, kind_risk, nest_of, weights_of
from sim.model.places import FIRST_US, HOME_GROWN, OFFERS

ANSWERS = ("stated_more_negative", "stated_less_likely", "stated_would_leave", "stated_would_pay")
WOULD_LEAVE = ANSWERS.index("stated_would_leave")  # asked of users of US providers only
MEMORY = 13  # months of the panel's own past that are kept


@njit(cache=True, error_model="numpy")
def ask(  # type: ignore[no-untyped-def]
    month, panel, cell, sensitivity, law_order, trust, place, utility, appeal, exposure, banned, go_back, nest_scale, price_sensitivity,
    negative_threshold, less_likely_threshold, premium, past_trust, past_us, answers, asked,
):  # fmt: skip
    """Ask the panel in every world; adds to `answers` (W, C, 4) and `asked` (W, C, 2: all, users of a US provider).

    `utility` (W, C, O) of the places and `appeal`, its roots; `go_back` utility of having no cloud. `past_trust`, `past_us` (MEMORY, S, W) float32
    hold each member's mean trust and chance of preferring a US provider; in the first year it compares with the first month.
    """
    members, worlds, providers = len(panel), place.shape[1], nest_of(appeal.shape[2]) - FIRST_US
    risk, left = np.empty((members, worlds, KINDS)), np.empty((members, worlds, KINDS))
    roots, weight = np.empty((members, worlds, providers)), np.empty((members, worlds, providers))
    # Passes over everybody, so that many exponentials and logarithms are taken at once.
    for s in range(members):
        i = panel[s]
        c = cell[i]
        for w in range(worlds):
            for k in range(KINDS):
                risk[s, w, k] = kind_risk(k, sensitivity[i], np.float64(trust[i, 2 * w]), np.float64(trust[i, 2 * w + 1]), exposure[w, c])
                left[s, w, k] = -risk[s, w, k] / nest_scale
            # A nest of one place weighs exp(utility - risk).
            left[s, w, 0], left[s, w, KINDS - 1] = go_back - risk[s, w, 0], utility[w, c, HOME_GROWN] - risk[s, w, KINDS - 1]
    exps_in_place(left.reshape(-1))
    for s in range(members):
        i = panel[s]
        c = cell[i]
        order = law_order[i]
        for w in range(worlds):
            for p in range(providers):
                first, inside = FIRST_US + p * OFFERS, 0.0
                for k in range(OFFERS):
                    inside += appeal[w, c, first + k] * left[s, w, 1 + k] if order >= banned[w, c, first + k] else 0.0
                roots[s, w, p] = inside
    weights_of(roots.reshape(-1), nest_scale, weight.reshape(-1))
    now = month % MEMORY
    then = (month - 12) % MEMORY if month >= 12 else 0
    for s in range(members):
        i = panel[s]
        c = cell[i]
        for w in range(worlds):
            us = 0.0
            for p in range(providers):
                us += weight[s, w, p]
            chance = us / (left[s, w, 0] + (left[s, w, KINDS - 1] if law_order[i] >= banned[w, c, HOME_GROWN] else 0.0) + us)
            mean = 0.5 * (np.float64(trust[i, 2 * w]) + np.float64(trust[i, 2 * w + 1]))
            past_trust[now, s, w], past_us[now, s, w] = mean, chance
            before = np.float64(past_us[then, s, w])
            lost, user = before - chance, 1.0 if place[i, w] >= FIRST_US else 0.0
            within_reach, out_of_reach = min(risk[s, w, 1], risk[s, w, 2]), min(risk[s, w, 3], risk[s, w, 6])
            # Added whether yes or no: answers are hard to foretell, for a processor too.
            asked[w, c, 0] += 1.0
            asked[w, c, 1] += user
            answers[w, c, 0] += 1.0 if np.float64(past_trust[then, s, w]) - mean > negative_threshold else 0.0
            answers[w, c, 1] += 1.0 if lost > less_likely_threshold * before else 0.0
            answers[w, c, 2] += user * (lost / before if lost > 0.0 else 0.0)
            answers[w, c, 3] += 1.0 if within_reach - out_of_reach > price_sensitivity[c] * premium else 0.0

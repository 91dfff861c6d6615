"""The monthly survey, compiled: what customers would say, which is not what they do.

The same utilities as in a decision, but talk is free: no switching cost, no contract, no postponed renewal. With the
tastes of a logit fixed over a year, the share that preferred a US provider then and does not now follows exactly from
the two probabilities.
"""

import numpy as np
from numba import njit

from sim.model.kernels.choice import KINDS, kind_risks, nest_of, nest_roots, roots_of, weights_of
from sim.model.places import FIRST_US

ANSWERS = ("stated_more_negative", "stated_less_likely", "stated_would_leave", "stated_would_pay")
WOULD_LEAVE = ANSWERS.index("stated_would_leave")  # asked of users of US providers only
MEMORY = 13  # months of the panel's own past that are kept


@njit(cache=True)
def ask(  # type: ignore[no-untyped-def]
    month, panel, cell, sensitivity, law_order, trust, place, appeal, exposure, banned, go_back, nest_scale, price_sensitivity,
    negative_threshold, less_likely_threshold, premium, past_trust, past_us, answers, asked,
):  # fmt: skip
    """Ask the panel in every world; adds to `answers` (W, C, 4) and `asked` (W, C, 2: all, users of a US provider).

    `past_trust`, `past_us` (MEMORY, S, W) float32 hold each member's mean trust and chance of preferring a US provider;
    in the first year it compares with the first month.
    """
    worlds, places = place.shape[1], appeal.shape[2]
    nests = nest_of(places)
    risk, left, leaf, nest, weight, peers = np.empty(KINDS), np.empty(KINDS), np.empty(places), np.empty(nests), np.empty(nests), np.ones(nests)
    now = month % MEMORY
    then = (month - 12) % MEMORY if month >= 12 else 0
    for s in range(len(panel)):
        i = panel[s]
        c = cell[i]
        for w in range(worlds):
            t0, t1 = np.float64(trust[i, 2 * w]), np.float64(trust[i, 2 * w + 1])
            kind_risks(sensitivity[i], t0, t1, exposure[w, c], risk)
            roots_of(risk, nest_scale, left)
            nest_roots(left, appeal[w, c], go_back, banned[w, c], law_order[i], 0, False, 1.0, 1.0, peers, leaf, nest)
            weights_of(nest, nest_scale, weight)
            us, everything = 0.0, 0.0
            for n in range(nests):
                everything += weight[n]
                if n >= FIRST_US:
                    us += weight[n]
            chance = us / everything if everything > 0.0 else 0.0
            mean = 0.5 * (t0 + t1)
            past_trust[now, s, w] = mean
            past_us[now, s, w] = chance
            before = np.float64(past_us[then, s, w])
            asked[w, c, 0] += 1.0
            if np.float64(past_trust[then, s, w]) - mean > negative_threshold:
                answers[w, c, 0] += 1.0
            if before - chance > less_likely_threshold * before:
                answers[w, c, 1] += 1.0
            if place[i, w] >= FIRST_US:
                asked[w, c, 1] += 1.0
                if chance < before:
                    answers[w, c, 2] += (before - chance) / before
            within_reach = min(risk[1], risk[2])
            out_of_reach = min(risk[3], risk[6])
            if within_reach - out_of_reach > price_sensitivity[c] * premium:
                answers[w, c, 3] += 1.0

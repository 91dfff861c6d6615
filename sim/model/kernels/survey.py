"""The monthly survey, compiled: what customers would say, which is not what they do.

The same utilities as in a decision, but talk is free: no switching cost, no contract, no postponed renewal. With the
tastes of a logit fixed over a year, the share that preferred a US provider then and does not now follows exactly from
the two probabilities.
"""

import numpy as np
from numba import njit

from sim.model.kernels.choice import KINDS, LEAST, kind_risk, nest_of, roots_of, weights_of
from sim.model.places import FIRST_US, HOME_GROWN, OFFERS, ON_PREMISES

ANSWERS = ("stated_more_negative", "stated_less_likely", "stated_would_leave", "stated_would_pay")
WOULD_LEAVE = ANSWERS.index("stated_would_leave")  # asked of users of US providers only
MEMORY = 13  # months of the panel's own past that are kept


@njit(cache=True)
def _free_roots(s, w, c, left, appeal, on_premises, banned, order, roots):  # type: ignore[no-untyped-def]
    """The nests of somebody who is bound to nothing: `nest_roots` without a place, costs and peers, straight into `roots` (S, W, N)."""
    roots[s, w, ON_PREMISES] = max(on_premises * left[s, w, 0], LEAST)
    roots[s, w, HOME_GROWN] = appeal[w, c, HOME_GROWN] * left[s, w, KINDS - 1] if order >= banned[w, c, HOME_GROWN] else 0.0
    for n in range(FIRST_US, roots.shape[2]):
        first, inside = FIRST_US + (n - FIRST_US) * OFFERS, 0.0
        for k in range(OFFERS):
            if order >= banned[w, c, first + k]:
                inside += appeal[w, c, first + k] * left[s, w, 1 + k]
        roots[s, w, n] = inside


@njit(cache=True)
def ask(  # type: ignore[no-untyped-def]
    month, panel, cell, sensitivity, law_order, trust, place, appeal, exposure, banned, go_back, nest_scale, price_sensitivity,
    negative_threshold, less_likely_threshold, premium, past_trust, past_us, answers, asked,
):  # fmt: skip
    """Ask the panel in every world; adds to `answers` (W, C, 4) and `asked` (W, C, 2: all, users of a US provider).

    `past_trust`, `past_us` (MEMORY, S, W) float32 hold each member's mean trust and chance of preferring a US provider;
    in the first year it compares with the first month.
    """
    members, worlds, places = len(panel), place.shape[1], appeal.shape[2]
    nests = nest_of(places)
    risk, left = np.empty((members, worlds, KINDS)), np.empty((members, worlds, KINDS))
    roots, weight = np.empty((members, worlds, nests)), np.empty((members, worlds, nests))
    # Three passes over everybody, so that many exponentials and logarithms are taken at once.
    for s in range(members):
        i = panel[s]
        c = cell[i]
        for w in range(worlds):
            for k in range(KINDS):
                risk[s, w, k] = kind_risk(k, sensitivity[i], np.float64(trust[i, 2 * w]), np.float64(trust[i, 2 * w + 1]), exposure[w, c])
    roots_of(risk.reshape(-1), nest_scale, left.reshape(-1))
    for s in range(members):
        i = panel[s]
        c = cell[i]
        for w in range(worlds):
            _free_roots(s, w, c, left, appeal, go_back, banned, law_order[i], roots)
    weights_of(roots.reshape(-1), nest_scale, weight.reshape(-1))
    now = month % MEMORY
    then = (month - 12) % MEMORY if month >= 12 else 0
    for s in range(members):
        i = panel[s]
        c = cell[i]
        for w in range(worlds):
            us, everything = 0.0, 0.0
            for n in range(nests):
                everything += weight[s, w, n]
                if n >= FIRST_US:
                    us += weight[s, w, n]
            chance = us / everything if everything > 0.0 else 0.0
            mean = 0.5 * (np.float64(trust[i, 2 * w]) + np.float64(trust[i, 2 * w + 1]))
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
            within_reach = min(risk[s, w, 1], risk[s, w, 2])
            out_of_reach = min(risk[s, w, 3], risk[s, w, 6])
            if within_reach - out_of_reach > price_sensitivity[c] * premium:
                answers[w, c, 3] += 1.0

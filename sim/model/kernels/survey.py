"""The monthly survey, compiled: what customers would say, which is not what they do.

The same utilities as in a decision, but talk is free: no switching cost, no contract, no postponed renewal.
With the tastes of a logit fixed over a year, the share that preferred a US provider then and does not now
follows exactly from the two probabilities.
"""

import numpy as np

from sim.model.kernels.arithmetic import exps_in_place
from sim.model.kernels.choice import KINDS, kind_risk, nest_of, weights_of
from sim.model.kernels.codes import FIRST_US, HOME_GROWN, OFFERS
from sim.model.kernels.jit import entry, inner

ANSWERS = ("stated_more_negative", "stated_less_likely", "stated_would_leave", "stated_would_pay")
WOULD_LEAVE = ANSWERS.index("stated_would_leave")  # asked of users of US providers only
MEMORY = 13  # months of the panel's own past that are kept


@entry()
def ask(month, panel, people, terms, state, questions):
    """Ask the panel in every world: fills its `answers` and `asked`, and this month of its memory.

    In the first year it compares with the first month.
    """
    now = month % MEMORY
    then = (month - 12) % MEMORY if month >= 12 else 0
    for w in range(len(panel.answers)):
        _ask_in_one_world(w, now, then, panel, people, terms, state, questions)


@inner(error_model="numpy")
def _ask_in_one_world(w, now, then, panel, people, terms, state, questions):
    cell, sensitivity, law_order = people.cell, people.sensitivity, people.law_order
    home_taste = people.home_taste
    trust, place, who, banned = state.trust, state.place, panel.members, terms.banned[w]
    utility, appeal, exposure = terms.utility[w], terms.appeal[w], terms.exposure[w]
    go_back, nest_scale, price_sensitivity = (
        questions.go_back,
        questions.nest_scale,
        questions.price_sensitivity,
    )
    trust_then, us_then = panel.past_trust[then, w], panel.past_us[then, w]
    trust_now, us_now = panel.past_trust[now, w], panel.past_us[now, w]
    answers, asked = panel.answers[w], panel.asked[w]
    members, providers = len(who), nest_of(appeal.shape[1]) - FIRST_US
    risk, left = np.empty((members, KINDS)), np.empty((members, KINDS))
    roots, weight = np.empty((members, providers)), np.empty((members, providers))
    answers[:] = 0.0
    asked[:] = 0.0
    # Passes over everybody, so that many exponentials and logarithms are taken at once.
    for s in range(members):
        i = who[s]
        c, trust_le, trust_in = cell[i], np.float64(trust[i, 2 * w]), np.float64(trust[i, 2 * w + 1])
        for k in range(KINDS):
            risk[s, k] = kind_risk(
                sensitivity[i], trust_le, trust_in, exposure[c, 0, k], exposure[c, 1, k], exposure[c, 2, k]
            )
            left[s, k] = -risk[s, k] / nest_scale
        # A nest of one place weighs exp(utility - risk).
        left[s, 0] = go_back - risk[s, 0]
        left[s, KINDS - 1] = utility[c, HOME_GROWN] - (risk[s, KINDS - 1] - home_taste[i])
    exps_in_place(left.reshape(-1))
    for s in range(members):
        i = who[s]
        c = cell[i]
        order = law_order[i]
        for p in range(providers):
            first, inside = FIRST_US + p * OFFERS, 0.0
            for k in range(OFFERS):
                inside += appeal[c, first + k] * left[s, 1 + k] if order >= banned[c, first + k] else 0.0
            roots[s, p] = inside
    weights_of(roots.reshape(-1), nest_scale, weight.reshape(-1))
    for s in range(members):
        i = who[s]
        c = cell[i]
        us = 0.0
        for p in range(providers):
            us += weight[s, p]
        chance = us / (
            left[s, 0] + (left[s, KINDS - 1] if law_order[i] >= banned[c, HOME_GROWN] else 0.0) + us
        )
        mean = 0.5 * (np.float64(trust[i, 2 * w]) + np.float64(trust[i, 2 * w + 1]))
        trust_now[s], us_now[s] = mean, chance
        before = np.float64(us_then[s])
        lost, user = before - chance, 1.0 if place[i, w] >= FIRST_US else 0.0
        within_reach, out_of_reach = min(risk[s, 1], risk[s, 2]), min(risk[s, 3], risk[s, 6])
        # Added whether yes or no: a processor cannot predict the answers.
        asked[c, 0] += 1.0
        asked[c, 1] += user
        answers[c, 0] += 1.0 if np.float64(trust_then[s]) - mean > questions.negative_threshold else 0.0
        answers[c, 1] += 1.0 if lost > questions.less_likely_threshold * before else 0.0
        answers[c, 2] += user * (lost / before if lost > 0.0 else 0.0)
        answers[c, 3] += (
            1.0 if within_reach - out_of_reach > price_sensitivity[c] * questions.premium else 0.0
        )

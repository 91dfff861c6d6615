"""One decision, compiled.

A nested logit, the race that draws from it, and a proof that most need not be worked out.

The logit is worked with roots: with the nests' dissimilarity `nest_scale` = s, a place weighs exp((utility -
risk - costs) / s), and a nest is the sum of its places to the power s. Customers compare roots (a nest's sum
itself) with clocks raised to 1/s, which is the same comparison and needs no power in each world.
"""

from typing import NamedTuple

import numpy as np

from sim.model.kernels.arithmetic import exp, log
from sim.model.kernels.codes import CUSTOMER_KEYS, FIRST_US, HOME_GROWN, OFFERS, ON_PREMISES
from sim.model.kernels.jit import entry, inlined, inner
from sim.model.kernels.philox import draw4s
from sim.model.luck import purposes

KINDS = 7
LOG_OF_OFFERS = (0.0, 0.6931471805599454, 1.0986122886681099, 1.3862943611198907, 1.6094379124341004)
LEAST = 1e-290  # on premises is always open, however little it weighs


@entry()
def nest_of(place):
    """Nest of a place: on premises, home-grown, or its US provider's."""
    return place if place < FIRST_US else FIRST_US + (place - FIRST_US) // OFFERS


@inner()
def places_of_nest(nest):
    """First and last-plus-one place of a nest."""
    if nest < FIRST_US:
        return nest, nest + 1
    first = FIRST_US + (nest - FIRST_US) * OFFERS
    return first, first + OFFERS


@entry()
def kind_of(place):
    """Kind of a place: 0 on premises, 1 to 5 a US provider's offers, 6 home-grown."""
    offer = 1 + (place + OFFERS - FIRST_US) % OFFERS
    kind = KINDS - 1 if place == HOME_GROWN else offer
    return place if place == ON_PREMISES else kind


@inner()
def kind_risk(sensitivity, trust_le, trust_in, law, intelligence, own_state):
    """Perceived risk of one kind of place: (1 - trust) x exposure, over channels, x sensitivity.

    The last three are its exposure: to law enforcement, to intelligence, to the own state (whose distrust is
    already in it).
    """
    return sensitivity * ((1.0 - trust_le) * law + (1.0 - trust_in) * intelligence + own_state)


@inner()
def kind_risks(d, sensitivity, trust_le, trust_in, w, c, exposure, out):
    """Perceived risk of each of the 7 kinds of place to a customer of cell c in world w.

    Row d of `out` (D, 7).

    `exposure` (W, C, 3, 7).
    """
    for k in range(KINDS):
        out[d, k] = kind_risk(
            sensitivity, trust_le, trust_in, exposure[w, c, 0, k], exposure[w, c, 1, k], exposure[w, c, 2, k]
        )


@inner(error_model="numpy")
def roots_of(risks, nest_scale):
    """What risk leaves of the weight of each kind, exp(-risk / nest_scale), in its place.

    Of the kinds of any number of customers.

    In its place, because the compiler takes several at once only where it sees that reading and writing do
    not meet.
    """
    for k in range(len(risks)):
        risks[k] = exp(-risks[k] / nest_scale)


@inner()
def nest_roots(count, cases, appeal, banned, weights):
    """Weights of a nested logit (McFadden 1978), as roots.

    On premises, home-grown, and a nest for each US provider.

    Of the first `count` of the `cases`. `appeal` (W, C, O) exp(utility / nest_scale); `banned` (W, C, O) the
    share of customers, in the order of laws, to whom a place is closed. Of `weights`, `kind` comes from
    `roots_of`; `nest` comes with the factors of peers and leaves with the nests' sums; `leaf` is filled.
    """
    worlds, cells, places, orders = cases.world, cases.cell, cases.here, cases.order
    expelled, on_premises, leave, within = cases.expelled, cases.on_premises, cases.leave, cases.within
    protect = cases.protect
    left, leaf, nest = weights.kind, weights.leaf, weights.nest
    for d in range(count):
        w, c, here, order = worlds[d], cells[d], places[d], orders[d]
        present = nest_of(here)
        moving = leave[d] if here != ON_PREMISES else 1.0  # whoever has no cloud yet is bound to nobody
        nest[d, ON_PREMISES] = max(on_premises[d] * left[d, 0] * moving, LEAST)
        home_grown = (
            appeal[w, c, HOME_GROWN]
            * left[d, 6]
            * nest[d, HOME_GROWN]
            * (1.0 if here == HOME_GROWN else moving)
        )
        is_open = here == HOME_GROWN or order >= banned[w, c, HOME_GROWN]
        nest[d, HOME_GROWN] = home_grown if is_open else 0.0
        for p in range(nest.shape[1] - FIRST_US):
            s = 0.0
            inside = within[d] if present == FIRST_US + p else 1.0
            keys = protect[d] if present == FIRST_US + p else 1.0
            for k in range(OFFERS):  # closed places are weighed too: to guess what is closed would cost more
                o = FIRST_US + p * OFFERS + k
                stays = o == here
                costs = keys if k == CUSTOMER_KEYS else inside
                weight = appeal[w, c, o] * left[d, 1 + k] * (1.0 if stays else costs)
                closed = expelled[d] if stays else order < banned[w, c, o]
                weight = 0.0 if closed else weight
                leaf[d, o] = weight
                s += weight
            nest[d, FIRST_US + p] = s * nest[d, FIRST_US + p] * (1.0 if present == FIRST_US + p else moving)


@entry(error_model="numpy")
def weights_of(roots, nest_scale, out):
    """The nests' weights from their roots: root to the power nest_scale, and nought for nought."""
    for n in range(len(roots)):  # in plain loops, so that several are taken at once
        out[n] = log(max(roots[n], LEAST))
    for n in range(len(roots)):
        out[n] = exp(nest_scale * out[n])
    for n in range(len(roots)):
        if roots[n] <= 0.0:
            out[n] = 0.0


@inner()
def race(d, weights, first, count, k, clocks, first_clock):
    """The winner among `count` weights of row d from `first` on.

    The first of exponential clocks, of row k from `first_clock` on, with these rates.

    A choice with these probabilities (the exponential form of the Gumbel-max trick), and a coupling of worlds
    in which an alternative that becomes worse is only ever left, never a reason to move between two others.
    That holds between nests, and between the offers within one; a nest that shrinks may lose users of any of
    its offers.
    """
    winner, clock, weight = -1, 1.0, 0.0
    for n in range(count):
        w, t = weights[d, first + n], clocks[k, first_clock + n]
        sooner = (
            t * weight < clock * w
        )  # t / w < clock / weight, without a division, and below without a branch that nobody can guess
        winner, clock, weight = n if sooner else winner, t if sooner else clock, w if sooner else weight
    return winner


@entry()
def draw_luck(now, customers, counters, uniform):
    """The luck of n customers at their decisions: a uniform for each nest, then one for each kind of offer.

    `uniform` (n or more, D), D a multiple of four; `counters` (2, n x D / 4 or more) uint32 holds what is
    drawn for.
    """
    fours, drawn = uniform.shape[1] // 4, 0
    for i in customers:
        for number in range(fours):
            counters[0, drawn], counters[1, drawn] = i, number
            drawn += 1
    draw4s(
        now.seed, counters[0, :drawn], now.month, purposes.CHOICE, counters[1, :drawn], uniform.reshape(-1)
    )


@entry(error_model="numpy")
def tastes(luck, nest_scale, clocks, slowed):
    """Exponential clocks from any number of uniforms: `clocks` for the offers within a nest.

    `slowed` are their powers 1 / nest_scale, for nests.
    """
    for k in range(len(luck)):  # in plain loops, so that several logarithms are taken at once
        clocks[k] = -log(luck[k])
    for k in range(len(luck)):
        slowed[k] = log(clocks[k])
    for k in range(len(luck)):
        slowed[k] = exp(slowed[k] / nest_scale)


class Ties(NamedTuple):
    """What keeps customers where they are, and what draws them elsewhere."""

    within_share: float  # of the cost of switching, that moving within a provider takes
    protect_share: float  # of it, that taking one's own keys takes
    network_effect: float  # utility, if all peers are there
    go_back: float  # utility on premises
    nest_scale: float


@entry(error_model="numpy")
def pull_of_rivals(utility, banned, cost, ties, appeal, out):
    """The most that anything else can be worth over each place to whoever is there.

    `out` (W, C, O, 3), utility.

    First over leaving the provider for anything but the home-grown one, then over moving within it, then over
    going to the home-grown one; before the risk of staying, and with everybody's peers and no risk elsewhere.
    A nest is worth at most its best offer and the log of how much all its offers weigh over that, which is
    below x for 1 + x. `utility`, `banned`, `appeal` (W, C, O), `cost` (C,) of
    switching.
    """
    within_share, protect_share, network_effect, go_back, nest_scale = ties
    worlds, cells, places = utility.shape
    lowest = -600.0 * nest_scale  # what is worth less than this, `exp` does not tell apart
    nests = nest_of(places)
    best, second, best_at = np.empty(nests), np.empty(nests), np.empty(nests, np.int64)
    for w in range(worlds):
        for c in range(cells):
            leader, runner_up, leading = max(go_back, lowest), lowest, ON_PREMISES
            for n in range(FIRST_US, nests):
                first, last = places_of_nest(n)
                best[n], second[n], best_at[n], inside, most, offers = lowest, lowest, -1, 0.0, lowest, 0
                top = LEAST
                for o in range(first, last):
                    if banned[w, c, o] < 1.0:
                        offers += 1
                        inside += appeal[w, c, o]
                        top = max(top, appeal[w, c, o])
                        most = max(most, utility[w, c, o])
                        takes = protect_share if o - first == CUSTOMER_KEYS else within_share
                        value = utility[w, c, o] - takes * cost[c]
                        if value > best[n]:
                            best[n], second[n], best_at[n] = value, best[n], o
                        elif value > second[n]:
                            second[n] = value
                beside = min(inside / top - 1.0, LOG_OF_OFFERS[max(offers - 1, 0)])
                value = most + nest_scale * (max(beside, 0.0) + 1e-9)
                if value > leader:
                    leader, runner_up, leading = value, leader, n
                elif value > runner_up:
                    runner_up = value
            home = utility[w, c, HOME_GROWN] if banned[w, c, HOME_GROWN] < 1.0 else lowest
            out[w, c, HOME_GROWN, 0] = leader + network_effect - cost[c] - utility[w, c, HOME_GROWN]
            out[w, c, HOME_GROWN, 1], out[w, c, HOME_GROWN, 2] = lowest, lowest
            for n in range(FIRST_US, nests):
                first, last = places_of_nest(n)
                rival = (runner_up if n == leading else leader) + network_effect - cost[c]
                for o in range(first, last):
                    out[w, c, o, 0] = rival - utility[w, c, o]
                    out[w, c, o, 1] = (second[n] if o == best_at[n] else best[n]) - utility[w, c, o]
                    out[w, c, o, 2] = home + network_effect - cost[c] - utility[w, c, o]


@inlined(error_model="numpy")
def surely_stays(k, luck, nests, here, leaving, within):
    """Whether nothing can win against staying `here`, whatever the rest of the decision says.

    A proof that needs no logarithm.

    It sets bounds to what `race` compares, with row k of `luck`: a clock -log(u) lies between 1 - u and (1 -
    u) / sqrt(u); what can be had by leaving the provider and by moving within it is worth at most so much
    more than staying (`pull_of_rivals` + the risk of staying), of which `leaving` is the exponential, and
    `within` that over the nest scale. Nine of ten renewals end here. False proves nothing.
    """
    # Without branches: nobody can guess where the next customer is.
    own, kind = nest_of(here), nests + (here + OFFERS - FIRST_US) % OFFERS
    mine, highest = luck[k, own], 0.0
    for n in range(nests):
        u = luck[k, n]
        highest = max(highest, 0.0 if n == own else u)
    in_nest = (1.0 - mine) * leaving * 1.000001 < (1.0 - highest) * np.sqrt(mine)
    mine, highest = luck[k, kind], 0.0
    for n in range(nests, nests + OFFERS):
        u = luck[k, n]
        highest = max(highest, 0.0 if n == kind else u)
    with_offer = (1.0 - mine) * within * 1.000001 < (1.0 - highest) * np.sqrt(mine)
    return in_nest & (with_offer | (own < FIRST_US))


@entry(error_model="numpy")
def roots_of_utilities(utility, nest_scale, out):
    """exp(utility / nest_scale) of every place: `out` as long as `utility`."""
    for k in range(len(utility)):
        out[k] = exp(utility[k] / nest_scale)

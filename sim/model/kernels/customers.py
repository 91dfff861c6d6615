"""The customers' month, compiled: trust, readiness, renewal, choice. The words are in `sim.model.agents.customers`.

Worlds stand side by side (customer-major arrays), so one pass over the population serves them all and every draw is
made once. Only customers that are due are visited for a choice: a calendar of renewals, and a comparison with the cell's
hazard for those not in the cloud. Threads take whole blocks of customers; all that leaves a block is integers, so sums
have no order.

A nested logit is worked with roots: with the nests' dissimilarity `nest_scale` = s, a place weighs
exp((utility - risk - costs) / s), and a nest is the sum of its places to the power s. Customers compare roots (a nest's
sum itself) with clocks raised to 1/s, which is the same comparison and needs no power in each world.
"""

from collections.abc import Callable

import numpy as np
from numba import njit, prange

from sim.model.arithmetic import exp, log
from sim.model.luck import purposes
from sim.model.luck.philox import draw4
from sim.model.places import FIRST_US, HOME_GROWN, OFFERS, ON_PREMISES
from sim.model.population import PEERS

KINDS = 7
LEAST = 1e-290  # on premises is always open, however little it weighs
TRUST_UNITS = 16_777_216.0  # trust is summed in 2**-24, which a float32 in [0.5, 1) holds exactly


@njit(cache=True)
def nest_of(place):  # type: ignore[no-untyped-def]
    """Nest of a place: on premises, home-grown, or its US provider's."""
    return place if place < FIRST_US else FIRST_US + (place - FIRST_US) // OFFERS


@njit(cache=True)
def kind_risks(sensitivity, trust_le, trust_in, exposure, out):  # type: ignore[no-untyped-def]
    """Perceived risk of each of the 7 kinds of place: (1 - trust) x exposure, over channels, x sensitivity.

    `exposure`: (3, 7) law enforcement, intelligence, own state (whose distrust is already in it).
    """
    for k in range(KINDS):
        out[k] = sensitivity * ((1.0 - trust_le) * exposure[0, k] + (1.0 - trust_in) * exposure[1, k] + exposure[2, k])


@njit(cache=True)
def roots_of(risk, nest_scale, out):  # type: ignore[no-untyped-def]
    """What risk leaves of the weight of each kind: exp(-risk / nest_scale)."""
    for k in range(KINDS):
        out[k] = exp(-risk[k] / nest_scale)


@njit(cache=True)
def nest_roots(left, appeal, on_premises, banned, order, here, expelled, leave, within, peers, leaf, nest):  # type: ignore[no-untyped-def]
    """Weights of a nested logit (McFadden 1978), as roots: on premises, home-grown, and a nest for each US provider.

    `left` (7,) from `roots_of`; `appeal` (O,) and `on_premises` exp(utility / nest_scale); `banned` (O,) the share of
    customers, in the order of laws, to whom a place is closed; `here` the present place, open to its customer unless
    `expelled`; `leave`, `within` what is left by the cost of leaving the provider, of moving within it; `peers` (2 + P,)
    by nest. Fills `leaf` (O,) with the places' weights and `nest` (2 + P,) with their sums.
    """
    present = nest_of(here)
    moving = leave if here != ON_PREMISES else 1.0  # whoever has no cloud yet is bound to nobody
    nest[ON_PREMISES] = max(on_premises * left[0] * moving, LEAST)
    nest[HOME_GROWN] = 0.0
    if here == HOME_GROWN or order >= banned[HOME_GROWN]:
        nest[HOME_GROWN] = appeal[HOME_GROWN] * left[6] * peers[HOME_GROWN] * (1.0 if here == HOME_GROWN else moving)
    for p in range(len(nest) - FIRST_US):
        s = 0.0
        inside = within if present == FIRST_US + p else 1.0
        for k in range(OFFERS):
            o = FIRST_US + p * OFFERS + k
            w = 0.0
            if o == here:
                if not expelled:
                    w = appeal[o] * left[1 + k]
            elif order >= banned[o]:
                w = appeal[o] * left[1 + k] * inside
            leaf[o] = w
            s += w
        nest[FIRST_US + p] = s * peers[FIRST_US + p] * (1.0 if present == FIRST_US + p else moving)


@njit(cache=True)
def weight_of(root, nest_scale):  # type: ignore[no-untyped-def]
    """A nest's weight from its root: root to the power nest_scale."""
    return exp(nest_scale * log(root)) if root > 0.0 else 0.0


@njit(cache=True)
def race(weights, first, count, clocks):  # type: ignore[no-untyped-def]
    """The winner among `count` weights from `first` on: the first of exponential clocks with these rates.

    A choice with these probabilities (the exponential form of the Gumbel-max trick), and a coupling of worlds in which
    an alternative that becomes worse is only ever left, never a reason to move between two others. That holds between
    nests, and between the offers within one; a nest that shrinks may lose users of any of its offers.
    """
    winner, clock, weight = -1, 1.0, 0.0
    for k in range(count):
        w = weights[first + k]
        if clocks[k] * weight < clock * w:  # clocks[k] / w < clock / weight, without a division
            winner, clock, weight = k, clocks[k], w
    return winner


@njit(cache=True)
def tastes(seed, customer, month, nests, nest_scale, clocks):  # type: ignore[no-untyped-def]
    """The customer's luck at a decision: clocks for the nests, to the power 1 / nest_scale, then for kinds within one."""
    need = nests + OFFERS
    for b in range((need + 3) // 4):
        u = draw4(seed, customer, month, purposes.CHOICE, b)
        for k in range(4):
            at = 4 * b + k
            if at < need:
                clock = -log(u[k])
                clocks[at] = exp(log(clock) / nest_scale) if at < nests else clock


@njit(cache=True)
def own_view(initial, strength, positive, negative, susceptibility):  # type: ignore[no-untyped-def]
    """Beta reputation with forgetting (Josang & Ismail 2002): prior of `strength` observations, then good and bad news."""
    return (strength * initial + positive) / ((strength + positive) + susceptibility * negative)


def _trust_pass(columns: int) -> Callable[..., None]:
    """The month's trust for a fixed number of columns (worlds x 2 channels), so that the processor can take them at once.

    All in float32, in this order; nought columns means any number.
    """

    @njit(cache=True)
    def update(first, last, strength, own_weight, peer_weight, good, bad, initial, susceptibility, peers, old, new, sums):  # type: ignore[no-untyped-def]
        for i in range(first, last):
            p0, p1, p2, p3, p4, p5 = peers[i, 0], peers[i, 1], peers[i, 2], peers[i, 3], peers[i, 4], peers[i, 5]
            s = susceptibility[i]
            for d in range(columns if columns > 0 else old.shape[1]):
                heard = ((old[p0, d] + old[p1, d]) + (old[p2, d] + old[p3, d])) + (old[p4, d] + old[p5, d])
                view = own_view(initial[i, d & 1], strength, good[d], bad[d], s)
                new[i, d] = own_weight * view + peer_weight * heard
        for i in range(first, last):
            for d in range(columns if columns > 0 else old.shape[1]):
                sums[d] += np.int64(new[i, d] * np.float32(TRUST_UNITS))

    update_: Callable[..., None] = update
    return update_


_trust_of_one, _trust_of_two, _trust_of_four, _trust_of_any = _trust_pass(2), _trust_pass(4), _trust_pass(8), _trust_pass(0)


@njit(cache=True)
def _decide(  # type: ignore[no-untyped-def]
    i, w, c, forced, left, leaf, nest, clocks, peer_roots, sensitivity, law_order, peers, exposure, appeal, banned, postpone, go_back,
    leave, within, by_peers, nest_scale, place, trust,
):  # fmt: skip
    """The place that customer i picks in world w."""
    here = np.int64(place[i, w])
    nests = len(nest)
    for n in range(nests):
        peer_roots[n] = 0.0
    for k in range(PEERS):
        peer_roots[nest_of(np.int64(place[peers[i, k], w]))] += 1.0
    for n in range(nests):
        peer_roots[n] = by_peers[np.int64(peer_roots[n])]
    kind_risks(sensitivity[i], np.float64(trust[i, 2 * w]), np.float64(trust[i, 2 * w + 1]), exposure[w, c], left)
    roots_of(left, nest_scale, left)
    nest_roots(
        left, appeal[w, c], postpone if here == ON_PREMISES else go_back, banned[w, c], law_order[i], here, forced, leave[c], within[c],
        peer_roots, leaf, nest,
    )  # fmt: skip
    n = race(nest, 0, nests, clocks)
    if n < FIRST_US:
        return n
    at = FIRST_US + (n - FIRST_US) * OFFERS
    return at + race(leaf, at, OFFERS, clocks[nests:])


@njit(cache=True)
def _choices(  # type: ignore[no-untyped-def]
    seed, month, block, first, last, cell, sensitivity, renewal, term, law_order, peers, calendar, calendar_start, hazard, exposure, appeal,
    banned, unlawful, expelled, postpone, go_back, leave, within, by_peers, nest_scale, place, readiness, trust, moves,
):  # fmt: skip
    """All decisions of a block in a month: renewals, those ready to adopt, those whose place is unlawful. Returns how many moves."""
    c = cell[first]
    worlds, places = place.shape[1], appeal.shape[2]
    nests = nest_of(places)
    left, leaf, nest = np.empty(KINDS), np.empty(places), np.empty(nests)
    clocks, peer_roots = np.empty(nests + OFFERS), np.empty(nests)
    count = first * worlds
    phase = (term[first] - month % term[first]) % term[first]
    for at in range(calendar_start[block, phase], calendar_start[block, phase + 1]):
        i = calendar[at]
        drawn = False
        for w in range(worlds):
            here = np.int64(place[i, w])
            if here == ON_PREMISES and hazard[w, c] < readiness[i, w]:
                continue
            if not drawn:
                tastes(seed, i, month, nests, nest_scale, clocks)
                drawn = True
            forced = here != ON_PREMISES and law_order[i] < unlawful[w, c, here]  # nobody renews what the law forbids
            to = _decide(
                i, w, c, forced, left, leaf, nest, clocks, peer_roots, sensitivity, law_order, peers, exposure, appeal, banned, postpone,
                go_back, leave, within, by_peers, nest_scale, place, trust,
            )  # fmt: skip
            if to != here or here == ON_PREMISES:
                moves[count, 0], moves[count, 1], moves[count, 2], moves[count, 3] = i, w, to, 1 if forced else 0
                count += 1
    barred = False
    for w in range(worlds):
        for o in range(FIRST_US, places):
            barred |= expelled[w, c, o] > 0.0
    for i in range(first, last):
        drawn = False
        for w in range(worlds):
            ready = readiness[i, w] <= hazard[w, c]  # infinite for whoever is in the cloud
            forced = barred and not ready and law_order[i] < expelled[w, c, np.int64(place[i, w])]
            if not (ready or forced) or renewal[i] == phase:
                continue
            if not drawn:
                tastes(seed, i, month, nests, nest_scale, clocks)
                drawn = True
            to = _decide(
                i, w, c, forced, left, leaf, nest, clocks, peer_roots, sensitivity, law_order, peers, exposure, appeal, banned, postpone,
                go_back, leave, within, by_peers, nest_scale, place, trust,
            )  # fmt: skip
            moves[count, 0], moves[count, 1], moves[count, 2], moves[count, 3] = i, w, to, 1 if forced else 0
            count += 1
    return count - first * worlds


@njit(cache=True, parallel=True)
def customers_month(  # type: ignore[no-untyped-def]
    seed, month, blocks, cell, initial_trust, susceptibility, sensitivity, renewal, term, law_order, peers, calendar, calendar_start,
    good, bad, hazard, exposure, appeal, banned, unlawful, expelled, postpone, go_back, leave, within, by_peers, strength, peer_weight, nest_scale,
    place, readiness, trust, trust_next, trust_sums, moves, move_count,
):  # fmt: skip
    """One month of all customers in all worlds.

    Reads `place` (N, W) int8, `readiness` (N, W) float32 and `trust` (N, 2W) float32 of the month before (world by
    world, law enforcement then intelligence); writes `trust_next`, the blocks' sums of trust `trust_sums` (B, 2W) int64
    in 1/TRUST_UNITS, and the decisions that change something, `moves` (N x W, 4) int32 rows (customer, world, to,
    forced) from each block's first row on, `move_count` (B,) of them. `calendar` (N,) holds each block's customers by
    phase of renewal, `calendar_start` (B, T + 1) where each phase begins. By cell: `good`, `bad` (C, 2W) float32 news;
    `hazard` (W, C) cumulative, `exposure` (W, C, 3, 7), `appeal` (W, C, O) roots, `banned`, `unlawful`, `expelled` (W, C, O);
    `leave`, `within` (C,) roots of the cost of switching; `by_peers` (7,) root of the effect of so many peers at a provider.
    """
    own_weight, each_peer = np.float32(1.0 - peer_weight), np.float32(peer_weight / PEERS)
    prior = np.float32(strength)
    for b in prange(len(blocks)):
        first, last = blocks[b, 0], blocks[b, 1]
        c = cell[first]
        if trust.shape[1] == 2:
            _trust_of_one(
                first, last, prior, own_weight, each_peer, good[c], bad[c], initial_trust, susceptibility, peers, trust, trust_next, trust_sums[b]
            )  # fmt: skip
        elif trust.shape[1] == 4:
            _trust_of_two(
                first, last, prior, own_weight, each_peer, good[c], bad[c], initial_trust, susceptibility, peers, trust, trust_next, trust_sums[b]
            )  # fmt: skip
        elif trust.shape[1] == 8:
            _trust_of_four(
                first, last, prior, own_weight, each_peer, good[c], bad[c], initial_trust, susceptibility, peers, trust, trust_next, trust_sums[b]
            )  # fmt: skip
        else:
            _trust_of_any(
                first, last, prior, own_weight, each_peer, good[c], bad[c], initial_trust, susceptibility, peers, trust, trust_next, trust_sums[b]
            )  # fmt: skip
        move_count[b] = _choices(
            seed, month, b, first, last, cell, sensitivity, renewal, term, law_order, peers, calendar, calendar_start, hazard, exposure,
            appeal, banned, unlawful, expelled, postpone, go_back, leave, within, by_peers, nest_scale, place, readiness, trust_next, moves,
        )  # fmt: skip


@njit(cache=True)
def roots_of_utilities(utility, nest_scale, out):  # type: ignore[no-untyped-def]
    """exp(utility / nest_scale) of every place: `out` (C, O)."""
    for c in range(utility.shape[0]):
        for o in range(utility.shape[1]):
            out[c, o] = exp(utility[c, o] / nest_scale)

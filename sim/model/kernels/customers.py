"""The customers' month, compiled: trust, readiness, renewal, choice. The words are in `sim.model.agents.customers`.

Worlds stand side by side (customer-major arrays), so one pass over the population serves them all and every draw is
made once. Threads take whole blocks of customers; all that leaves a block is integers, so sums have no order.
"""

import numpy as np
from numba import njit, prange

from sim.model.arithmetic import exp, log
from sim.model.luck import purposes
from sim.model.luck.philox import draw4
from sim.model.population import PEERS

ON_PREMISES, HOME_GROWN, FIRST_US = 0, 1, 2
OFFERS = 5  # kinds of place at each US provider
TRUST_UNITS = 16_777_216.0  # trust is summed in 2**-24, which a float32 in [0.5, 1) holds exactly


@njit(cache=True)
def kind_risks(sensitivity, trust_le, trust_in, exposure, out):  # type: ignore[no-untyped-def]
    """Perceived risk of each of the 7 kinds of place: (1 - trust) x exposure, over channels, x sensitivity.

    `exposure`: (3, 7) law enforcement, intelligence, own state (whose distrust is already in it).
    """
    for k in range(7):
        out[k] = sensitivity * ((1.0 - trust_le) * exposure[0, k] + (1.0 - trust_in) * exposure[1, k] + exposure[2, k])


@njit(cache=True)
def nest_weights(risk, utility, banned, order, on_premises, nest_scale, here, expelled, switch_cost, within_cost, peer_bonus, leaf, nest):  # type: ignore[no-untyped-def]
    """Choice weights of a nested logit (McFadden 1978): on premises, home-grown, and a nest for each US provider.

    `utility` (O,) of the places, without risk; `on_premises` the utility of having no cloud; `banned` (O,) the share
    of customers, in the order of laws, to whom a place is unlawful or not offered; `here` the present place, open to
    its customer unless `expelled`; `peer_bonus` (2 + P,) by nest. Fills `leaf` (O,) with weights within the nest and
    `nest` (2 + P,) with the weights of the nests.
    """
    providers = len(nest) - 2
    present = here if here < FIRST_US else FIRST_US + (here - FIRST_US) // OFFERS
    moving = switch_cost if here != ON_PREMISES else 0.0  # whoever has no cloud yet is bound to nobody
    nest[ON_PREMISES] = exp(on_premises - risk[0] - moving)
    nest[HOME_GROWN] = 0.0
    if here == HOME_GROWN or order >= banned[HOME_GROWN]:
        nest[HOME_GROWN] = exp(utility[HOME_GROWN] - risk[6] - (0.0 if here == HOME_GROWN else moving) + peer_bonus[HOME_GROWN])
    for p in range(providers):
        s = 0.0
        for k in range(OFFERS):
            o = FIRST_US + p * OFFERS + k
            leaf[o] = 0.0
            if not expelled if o == here else order >= banned[o]:
                cost = within_cost if present == FIRST_US + p and here != o else 0.0
                leaf[o] = exp((utility[o] - risk[1 + k] - cost) / nest_scale)
            s += leaf[o]
        n = FIRST_US + p
        nest[n] = exp(nest_scale * log(s) - (0.0 if present == n else moving) + peer_bonus[n]) if s > 0.0 else 0.0


@njit(cache=True)
def race(weights, first, count, clocks):  # type: ignore[no-untyped-def]
    """The winner among `count` weights from `first` on: the first of exponential clocks with these rates.

    A choice with these probabilities (the exponential form of the Gumbel-max trick), and a coupling of worlds in which
    an alternative that becomes worse is only ever left, never a reason to move between two others. That holds between
    nests, and between the offers within one; a nest that shrinks may lose users of any of its offers.
    """
    best, winner = np.inf, -1
    for k in range(count):
        w = weights[first + k]
        if w > 0.0:
            t = clocks[k] / w
            if t < best:
                best, winner = t, k
    return winner


@njit(cache=True)
def tastes(seed, customer, month, nests, clocks):  # type: ignore[no-untyped-def]
    """The customer's luck at a decision: exponential clocks for the nests, then for the kinds within one."""
    need = nests + OFFERS
    for b in range((need + 3) // 4):
        u = draw4(seed, customer, month, purposes.CHOICE, b)
        for k in range(4):
            if 4 * b + k < need:
                clocks[4 * b + k] = -log(u[k])


@njit(cache=True)
def own_view(initial, strength, positive, negative, susceptibility):  # type: ignore[no-untyped-def]
    """Beta reputation with forgetting (Josang & Ismail 2002): prior of `strength` observations, then good and bad news."""
    return (strength * initial + positive) / (strength + positive + susceptibility * negative)


@njit(cache=True)
def _block(  # type: ignore[no-untyped-def]
    seed, month, first, last, cell, initial_trust, susceptibility, sensitivity, renewal, term, law_order, peers,
    evidence, hazard, utility, exposure, banned, expelled, switch_cost, within_share, strength, peer_weight, nest_scale,
    network_effect, postpone, go_back, place, readiness, trust, trust_next, trust_sums, moves, move_count,
):  # fmt: skip
    c = cell[first]
    worlds, places = place.shape[1], utility.shape[2]
    nests = FIRST_US + (places - FIRST_US) // OFFERS
    risk, leaf, nest = np.empty(7), np.empty(places), np.empty(nests)
    clocks, bonus = np.empty(nests + OFFERS), np.zeros(nests)
    count = 0
    for i in range(first, last):
        renews = (month + renewal[i]) % term[i] == 0
        drawn = False
        for w in range(worlds):
            for channel in range(2):
                heard = 0.0
                for k in range(PEERS):
                    heard += trust[peers[i, k], w, channel]
                view = own_view(initial_trust[i, channel], strength, evidence[w, c, channel, 0], evidence[w, c, channel, 1], susceptibility[i])
                t = np.float32((1.0 - peer_weight) * view + peer_weight * (heard / PEERS))
                trust_next[i, w, channel] = t
                trust_sums[w, channel] += np.int64(t * TRUST_UNITS)
            here = np.int64(place[i, w])
            if here == ON_PREMISES:
                ready, forced = hazard[w, c] >= readiness[i, w], False
            else:
                forced = law_order[i] < expelled[w, c, here]
                ready = renews or forced
            if not ready:
                continue
            if not drawn:
                tastes(seed, i, month, nests, clocks)
                drawn = True
            for n in range(nests):
                bonus[n] = 0.0
            for k in range(PEERS):
                there = np.int64(place[peers[i, k], w])
                if there != ON_PREMISES:
                    bonus[there if there < FIRST_US else FIRST_US + (there - FIRST_US) // OFFERS] += network_effect / PEERS
            kind_risks(sensitivity[i], np.float64(trust_next[i, w, 0]), np.float64(trust_next[i, w, 1]), exposure[w, c], risk)
            no_cloud = postpone if here == ON_PREMISES else go_back
            nest_weights(
                risk, utility[w, c], banned[w, c], law_order[i], no_cloud, nest_scale, here, forced, switch_cost, within_share * switch_cost,
                bonus, leaf, nest,
            )  # fmt: skip
            n = race(nest, 0, nests, clocks)
            if n < FIRST_US:
                to = n
            else:
                at = FIRST_US + (n - FIRST_US) * OFFERS
                to = at + race(leaf, at, OFFERS, clocks[nests:])
            if to != here or here == ON_PREMISES:
                moves[first * worlds + count, 0] = i
                moves[first * worlds + count, 1] = w
                moves[first * worlds + count, 2] = to
                moves[first * worlds + count, 3] = 1 if forced else 0
                count += 1
    move_count[0] = count


@njit(cache=True, parallel=True)
def customers_month(  # type: ignore[no-untyped-def]
    seed, month, blocks, cell, initial_trust, susceptibility, sensitivity, renewal, term, law_order, peers,
    evidence, hazard, utility, exposure, banned, expelled, switch_cost, within_share, strength, peer_weight, nest_scale,
    network_effect, postpone, go_back, place, readiness, trust, trust_next, trust_sums, moves, move_count,
):  # fmt: skip
    """One month of all customers in all worlds.

    Reads `place` (N, W) int8, `readiness` (N, W) float32 and `trust` (N, W, 2) float32 of the month before; writes
    `trust_next`, the blocks' sums of trust `trust_sums` (B, W, 2) int64 in 1/TRUST_UNITS, and the decisions that
    change something, `moves` (N x W, 4) int32 rows (customer, world, to, forced) from each block's first row on,
    `move_count` (B, 1) of them. By world and cell: `evidence` (W, C, 2, 2) good and bad news by channel, `hazard`
    (W, C) cumulative, `utility` (W, C, O), `exposure` (W, C, 3, 7), `banned` and `expelled` (W, C, O); `switch_cost` (C,).
    """
    for b in prange(len(blocks)):
        _block(
            seed, month, blocks[b, 0], blocks[b, 1], cell, initial_trust, susceptibility, sensitivity, renewal, term, law_order, peers,
            evidence, hazard, utility, exposure, banned, expelled, switch_cost[cell[blocks[b, 0]]], within_share, strength, peer_weight,
            nest_scale, network_effect, postpone, go_back, place, readiness, trust, trust_next, trust_sums[b], moves, move_count[b],
        )  # fmt: skip

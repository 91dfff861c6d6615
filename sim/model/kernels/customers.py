"""The customers' month, compiled: trust, readiness, renewal, choice. The words are in `sim.model.agents.customers`.

Worlds stand side by side (customer-major arrays), so one pass over the population serves them all and every draw is
made once. Only customers that are due are visited for a choice (`deadlines`), and most of them surely stay (`renewals`);
what is done for many is done in plain loops over a lot of them, which the compiler takes several at once. Threads take whole
groups of blocks of customers; all that leaves a block is integers, so sums have no order.
"""

from typing import NamedTuple

import numpy as np
from numba import get_num_threads, njit, prange

from sim.model.kernels.choice import KINDS, draw_luck, nest_of, roots_of, tastes
from sim.model.kernels.codes import OFFERS, ON_PREMISES
from sim.model.kernels.deadlines import who_is_due, who_renews
from sim.model.kernels.decisions import ask_peers, open_decisions, pick, weigh
from sim.model.kernels.renewals import LOT, who_may_move
from sim.model.kernels.trust import listen


class People(NamedTuple):
    """What never changes about N customers in B blocks; `calendar` holds each block's customers by phase of renewal."""

    blocks: np.ndarray  # int64 (B, 2) first and last-plus-one
    groups: np.ndarray  # int64 (G, 2) first and last-plus-one block of what one thread takes at a time
    cell: np.ndarray  # int32 (N,)
    initial_trust: np.ndarray  # float32 (N, 2)
    susceptibility: np.ndarray  # float32 (N,)
    sensitivity: np.ndarray  # float32 (N,)
    renewal: np.ndarray  # int16 (N,)
    term: np.ndarray  # int16 (N,)
    law_order: np.ndarray  # float32 (N,)
    peers: np.ndarray  # uint32 (N, 6): unsigned, so that no index is looked at for being negative
    calendar: np.ndarray  # int32 (N,)
    calendar_start: np.ndarray  # int64 (B, T + 1) where each phase begins in the calendar


class Costs(NamedTuple):
    """Parameters of trust and choice; those of choice as roots, exp(utility / nest_scale)."""

    strength: float
    peer_weight: float
    nest_scale: float
    postpone: float
    go_back: float
    leave: np.ndarray  # float64 (C,) what the cost of switching the provider leaves of a weight
    within: np.ndarray  # float64 (C,) what the cost of moving within one leaves
    by_peers: np.ndarray  # float64 (7,) what so many peers at a provider make of its weight


class Terms(NamedTuple):
    """What the worlds lay before their customers this month, by cell."""

    good: np.ndarray  # float32 (C, 2W) news, world by world, law enforcement then intelligence
    bad: np.ndarray  # float32 (C, 2W)
    hazard: np.ndarray  # float64 (W, C) of adoption, cumulative
    exposure: np.ndarray  # float64 (W, C, 3, 7)
    utility: np.ndarray  # float64 (W, C, O)
    appeal: np.ndarray  # float64 (W, C, O) roots of the utilities
    pull: np.ndarray  # float64 (W, C, O, 2) of all else over a place (see `pull_of_rivals`)
    banned: (
        np.ndarray
    )  # float32 (W, C, O) share of customers, in the order of laws, to whom a place is closed
    unlawful: np.ndarray  # float32 (W, C, O) by law
    expelled: np.ndarray  # float32 (W, C, O) by law, and the grace is over
    expels: np.ndarray  # bool (W, C) whether it is over for more than last month


class State(NamedTuple):
    """Where customers are, how long those outside the cloud wait, what all trust; `trust_next` is being written."""

    place: np.ndarray  # int8 (N, W)
    readiness: np.ndarray  # float32 (N, W) cumulative hazard at which one is ready; infinite in the cloud
    trust: np.ndarray  # float32 (N, 2W)
    trust_next: np.ndarray  # float32 (N, 2W)


class Outcome(NamedTuple):
    """What a month brings: sums of trust, and the moves of each block from its first row on."""

    trust_sums: np.ndarray  # int64 (B, 2W) in 1/TRUST_UNITS
    moves: np.ndarray  # int32 (N x W, 4) customer, world, to, forced
    move_count: np.ndarray  # int64 (B,)


@njit(cache=True)
def side_by_side(evidence, good, bad):
    """News of every world, `evidence` (W, C, channel, good/bad), in columns side by side: `good`, `bad` (C, 2W) float32."""
    for w in range(evidence.shape[0]):
        for c in range(evidence.shape[1]):
            for channel in range(2):
                good[c, 2 * w + channel], bad[c, 2 * w + channel] = (
                    evidence[w, c, channel, 0],
                    evidence[w, c, channel, 1],
                )


@njit(cache=True)
def _largest(groups, blocks):
    """Customers of the largest group."""
    most = 0
    for g in range(len(groups)):
        most = max(most, blocks[groups[g, 1] - 1, 1] - blocks[groups[g, 0], 0])
    return most


@njit(cache=True)
def _some_groups(seed, month, first_group, last_group, people, terms, costs, state, out):
    """The month of the customers of some groups of blocks: a group is small enough that who listens is still at hand to choose."""
    # An array taken from a tuple is counted as in use, and that costs more than a decision: so all are taken here, once.
    blocks, cell, initial, susceptibility, sensitivity = (
        people.blocks,
        people.cell,
        people.initial_trust,
        people.susceptibility,
        people.sensitivity,
    )
    renewal, term, law_order, peers = people.renewal, people.term, people.law_order, people.peers
    calendar, calendar_start, groups = (
        people.calendar,
        people.calendar_start,
        people.groups[first_group:last_group],
    )
    good, bad, hazard, exposure, utility = terms.good, terms.bad, terms.hazard, terms.exposure, terms.utility
    appeal, pull, banned, unlawful, expelled, expels = (
        terms.appeal,
        terms.pull,
        terms.banned,
        terms.unlawful,
        terms.expelled,
        terms.expels,
    )
    leave, within_share, by_peers, nest_scale = costs.leave, costs.within, costs.by_peers, costs.nest_scale
    place, readiness, trust, trust_next = state.place, state.readiness, state.trust, state.trust_next
    sums, moves, move_count = out.trust_sums, out.moves, out.move_count
    worlds, places, nests = place.shape[1], utility.shape[2], nest_of(utility.shape[2])
    most, cases, fours = _largest(groups, blocks), LOT * worlds, (nests + OFFERS + 3) // 4
    renewing, deciding, ids, drawn_for = (
        np.empty(most, np.int32),
        np.empty(most, np.int32),
        np.empty(LOT, np.int32),
        np.empty(LOT, np.int32),
    )
    counters, luck = np.empty((2, LOT * fours), np.uint32), np.empty((LOT, 4 * fours))
    clocks, slowed = np.empty((LOT, 4 * fours)), np.empty((LOT, 4 * fours))
    rests, asked, at_place, leaving, within = (
        np.empty(LOT, np.bool_),
        np.empty(cases, np.int32),
        np.empty(cases, np.int32),
        np.empty(cases),
        np.empty(cases),
    )
    decider, world, forced, left = (
        np.empty(cases, np.int32),
        np.empty(cases, np.int32),
        np.empty(cases, np.bool_),
        np.zeros((cases, KINDS)),
    )
    leaf, nest, to, soon = (
        np.empty((cases, places)),
        np.empty((cases, nests)),
        np.empty(cases, np.int32),
        np.empty(worlds, np.float32),
    )
    for g in range(len(groups)):
        group = groups[g]
        listen(
            group,
            blocks,
            cell,
            initial,
            susceptibility,
            peers,
            good,
            bad,
            costs.strength,
            costs.peer_weight,
            trust,
            trust_next,
            sums,
        )
        n = who_renews(month, group, blocks, term, calendar, calendar_start, place, renewing)
        n = who_may_move(
            seed, month, renewing[:n], cell, place, readiness, trust_next, sensitivity, law_order, hazard, unlawful, exposure, pull, utility, nest_scale,
            rests, asked, at_place, leaving, within, drawn_for, ids, counters, luck,
        )  # fmt: skip
        due = who_is_due(
            month,
            group,
            blocks,
            cell,
            term,
            renewal,
            renewing[:n],
            law_order,
            hazard,
            expelled,
            expels,
            readiness,
            place,
            soon,
            deciding,
        )
        b = group[0]
        count = first_row = blocks[b, 0] * worlds
        for start in range(0, due, LOT):
            lot = deciding[start : min(start + LOT, due)]
            decisions = open_decisions(
                month, lot, cell, term, renewal, law_order, sensitivity, place, readiness, trust_next, hazard, unlawful, expelled, exposure,
                decider, world, forced, left,
            )  # fmt: skip
            draw_luck(seed, lot, month, counters, luck)
            n = len(lot)
            tastes(luck[:n].reshape(-1), nest_scale, clocks[:n].reshape(-1), slowed[:n].reshape(-1))
            roots_of(left[:decisions].reshape(-1), nest_scale)
            ask_peers(decisions, decider, world, lot, place, peers, by_peers, nest)
            weigh(
                decisions, decider, world, forced, left, lot, cell, place, law_order, appeal, banned, costs.postpone, costs.go_back, leave,
                within_share, leaf, nest,
            )  # fmt: skip
            pick(decisions, decider, leaf, nest, slowed, clocks, to)
            for d in range(decisions):
                i, w = lot[decider[d]], world[d]
                here = place[i, w]
                if to[d] != here or here == ON_PREMISES:
                    while i >= blocks[b, 1]:
                        move_count[b] = count - first_row
                        b += 1
                        count = first_row = blocks[b, 0] * worlds
                    moves[count, 0], moves[count, 1], moves[count, 2], moves[count, 3] = (
                        i,
                        w,
                        to[d],
                        1 if forced[d] else 0,
                    )
                    count += 1
        while b < group[1]:
            move_count[b] = count - first_row
            b += 1
            count = first_row


@njit(cache=True, parallel=True)
def _customers_month(threads, seed, month, people, terms, costs, state, out):
    """`customers_month` in as many threads: each has a run of groups, so that it takes up its tuples once."""
    groups = len(people.groups)
    for t in prange(threads):
        _some_groups(
            seed, month, t * groups // threads, (t + 1) * groups // threads, people, terms, costs, state, out
        )


def customers_month(
    seed: int, month: int, people: People, terms: Terms, costs: Costs, state: State, out: Outcome
) -> None:
    """One month of all customers in all worlds: reads People, Terms, Costs and State, writes `trust_next` and the Outcome."""
    _customers_month(get_num_threads(), seed, month, people, terms, costs, state, out)

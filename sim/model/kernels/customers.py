"""The customers' month, compiled: trust, readiness, renewal, choice.

`sim.model.agents.customers` has the words.

Worlds are adjacent in memory (customer-major arrays), so one pass over the population serves them all, and
every draw is made once. Only customers that are due are visited for a choice (`deadlines`), and most of these
stay for sure (`renewals`). What is done for many is done in plain loops over a lot of them, which the
compiler vectorises. Threads take whole groups of blocks of customers; all that leaves a block is integers, so
sums have no order.
"""

import numpy as np

from sim.model.kernels.alarm import who_is_alarmed
from sim.model.kernels.choice import nest_of
from sim.model.kernels.codes import OFFERS, ON_PREMISES
from sim.model.kernels.customer_arrays import (
    Luck,
    Notes,
    Proofs,
)
from sim.model.kernels.deadlines import who_is_due, who_renews
from sim.model.kernels.decisions import decide, empty_cases, empty_weights
from sim.model.kernels.jit import entry, inner
from sim.model.kernels.renewals import LOT, who_may_move
from sim.model.kernels.trust import listen


@entry()
def side_by_side(evidence, good, bad):
    """News of every world, `evidence` (W, C, channel, good/bad), in adjacent columns.

    `good`, `bad` (C, 2W) float32.
    """
    for w in range(evidence.shape[0]):
        for c in range(evidence.shape[1]):
            for channel in range(2):
                good[c, 2 * w + channel] = evidence[w, c, channel, 0]
                bad[c, 2 * w + channel] = evidence[w, c, channel, 1]


@inner()
def _largest(groups, blocks):
    """Customers of the largest group."""
    most = 0
    for g in range(len(groups)):
        most = max(most, blocks[groups[g, 1] - 1, 1] - blocks[groups[g, 0], 0])
    return most


@inner()
def _empty_notes(worlds, places):
    """Room for notes on LOT customers."""
    count, nests = LOT * worlds, nest_of(places)
    draws = (nests + OFFERS + 3) // 4 * 4
    proofs = Proofs(
        np.empty(LOT, np.bool_),
        np.empty(LOT, np.int32),
        np.empty(LOT, np.int32),
        np.empty(count, np.int32),
        np.empty(count, np.int32),
        np.empty(count),
        np.empty(count),
    )
    luck = Luck(
        np.empty((2, LOT * draws // 4), np.uint32),
        np.empty((LOT, draws)),
        np.empty((LOT, draws)),
        np.empty((LOT, draws)),
    )
    return Notes(proofs, luck, empty_cases(count), empty_weights(count, places))


@entry(nogil=True)
def customers_month(part, parts, now, people, terms, costs, state, out):
    """A month of one of so many parts of the customers, in all worlds.

    Fills `trust_next` of the State, and the Outcome.

    Group by group of blocks: a group is so small that its customers are still cached when they choose.
    """
    groups, blocks, place = people.groups, people.blocks, state.place
    worlds, places = place.shape[1], terms.utility.shape[2]
    largest, notes = _largest(groups, blocks), _empty_notes(worlds, places)
    renewing, deciding = np.empty(largest, np.int32), np.empty(largest, np.int32)
    soon, cases = np.empty(worlds, np.float32), notes.cases
    decider, world, to, forced = cases.decider, cases.world, cases.to, cases.expelled
    moves, move_count = out.moves, out.move_count
    for g in range(part * len(groups) // parts, (part + 1) * len(groups) // parts):
        group = groups[g]
        listen(group, people, terms, costs, state, out.trust_sums)
        who_is_alarmed(group, people, terms, state)
        n = who_renews(
            now.month, group, blocks, people.term, people.calendar, people.calendar_start, place, renewing
        )
        n = who_may_move(now, renewing[:n], people, terms, state, costs.nest_scale, notes)
        due = who_is_due(now.month, group, people, terms, state, renewing[:n], soon, deciding)
        b = group[0]
        row = first_row = blocks[b, 0] * worlds
        for start in range(0, due, LOT):
            lot = deciding[start : min(start + LOT, due)]
            count = decide(now, lot, people, terms, costs, state, notes)
            for d in range(count):
                i, w = lot[decider[d]], world[d]
                here = place[i, w]
                if to[d] != here or here == ON_PREMISES:
                    while i >= blocks[b, 1]:
                        move_count[b] = row - first_row
                        b += 1
                        row = first_row = blocks[b, 0] * worlds
                    moves[row, 0], moves[row, 1], moves[row, 2] = i, w, to[d]
                    moves[row, 3] = 1 if forced[d] else 0
                    row += 1
        while b < group[1]:
            move_count[b] = row - first_row
            b += 1
            row = first_row

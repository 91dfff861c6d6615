"""Carry out the customers' decisions and keep the books of them, compiled.

Stocks, flows, counts are integers.

The order of the moves is that of the blocks, never that of threads; sums of integers have no order anyway.
"""

from typing import NamedTuple

import numpy as np

from sim.model.kernels.arithmetic import log
from sim.model.kernels.choice import nest_of
from sim.model.kernels.codes import CUSTOMER_KEYS, FIRST_US, HOME_GROWN, OFFERS, ON_PREMISES, UNITS
from sim.model.kernels.jit import entry
from sim.model.kernels.philox import draw
from sim.model.luck import purposes

COUNTS = (
    "adopted",
    "postponed",
    "gave_up",
    "left_us",
    "switched_provider",
    "moved_within",
    "added_protection",
    "forced",
)
_ADOPTED, _POSTPONED, _GAVE_UP, _LEFT_US, _SWITCHED, _WITHIN, _PROTECTED, _FORCED = range(8)


@entry()
def carry_out(now, people, hazard, state, outcome, ledger, streams):
    """Change the State and the Ledger by the moves of the Outcome.

    `hazard` (W, C). Last month's `streams`, so many, are cleared; returns how many this month has.
    """
    blocks, cell, moves, move_count = people.blocks, people.cell, outcome.moves, outcome.move_count
    place, readiness, weight, stock = state.place, state.readiness, ledger.weight, ledger.stock
    counts, flows, touched = ledger.counts, ledger.flows, ledger.touched
    worlds, segments = place.shape[1], hazard.shape[1] // flows.shape[1]
    for r in range(streams):
        flows[touched[r, 0], touched[r, 1], touched[r, 2], touched[r, 3]] = 0
    counts[:] = 0
    streams = 0
    for b in range(len(blocks)):
        first = blocks[b, 0] * worlds
        for m in range(first, first + move_count[b]):
            i, w, to, forced = moves[m, 0], moves[m, 1], moves[m, 2], moves[m, 3]
            c = cell[i]
            j = c // segments
            here = np.int64(place[i, w])
            many = weight[i, 3]
            if here == ON_PREMISES and to != ON_PREMISES and hazard[w, c] < readiness[i, w]:
                continue  # an alarmed customer keeps to its plan
            if to == ON_PREMISES:
                # Whoever puts the cloud off, or gives it up, thinks of it again after a wait of unit mean in
                # hazard.
                readiness[i, w] = np.float32(
                    hazard[w, c] - log(draw(now.seed, i, now.month, purposes.ADOPTION_AGAIN))
                )
            if to == here:
                counts[w, c, _POSTPONED] += many
                continue
            if here == ON_PREMISES:
                counts[w, c, _ADOPTED] += many
                readiness[i, w] = np.inf
            elif to == ON_PREMISES:
                counts[w, c, _GAVE_UP] += many
            elif nest_of(to) != nest_of(here):
                counts[w, c, _SWITCHED] += many
            else:
                counts[w, c, _WITHIN] += many
            if here >= FIRST_US and (to == ON_PREMISES or to == HOME_GROWN):
                counts[w, c, _LEFT_US] += many
            if (
                here >= FIRST_US
                and to >= FIRST_US
                and (to - FIRST_US) % OFFERS == CUSTOMER_KEYS
                and (here - FIRST_US) % OFFERS != CUSTOMER_KEYS
            ):
                counts[w, c, _PROTECTED] += many
            if forced:
                counts[w, c, _FORCED] += many
            if flows[w, j, here, to, 3] == 0:
                touched[streams, 0], touched[streams, 1] = w, j
                touched[streams, 2], touched[streams, 3] = here, to
                streams += 1
            for q in range(4):
                stock[w, c, here, q] -= weight[i, q]
                stock[w, c, to, q] += weight[i, q]
                flows[w, j, here, to, q] += weight[i, q]
            place[i, w] = to
    return streams


class Bass(NamedTuple):
    """How fast adoption spreads, and how far."""

    pace: np.ndarray  # float64 (C,)
    ceiling: np.ndarray  # float64 (C,) share of customers
    innovation: float  # a year
    imitation: float  # a year


@entry()
def grow_hazard(stock, endowment, customers, bass, hazard, plans):
    """A month of the Bass (1969) process: `hazard` (C,) of those who have not yet adopted.

    It grows by pace x (innovation + imitation x adopters / ceiling) a year; `plans` (C,) is where it will be
    in a year if nothing changes.
    """
    pace, ceiling, innovation, imitation = bass
    for c in range(len(hazard)):
        adopters = endowment[c, 3] - stock[c, ON_PREMISES, 3]
        year = pace[c] * (innovation + imitation * (adopters / UNITS / customers[c]) / ceiling[c])
        hazard[c] += year / 12.0
        plans[c] = hazard[c] + year


@entry()
def balances(stock, endowment):
    """Whether the places of every cell, `stock` (C, O, 4), add up to its `endowment` (C, 4)."""
    for c in range(stock.shape[0]):
        accounts, tb, usd, customers = 0, 0, 0, 0  # written out, so that the compiler takes all four at once
        for o in range(stock.shape[1]):
            accounts, tb, usd, customers = (
                accounts + stock[c, o, 0],
                tb + stock[c, o, 1],
                usd + stock[c, o, 2],
                customers + stock[c, o, 3],
            )
        if (
            accounts != endowment[c, 0]
            or tb != endowment[c, 1]
            or usd != endowment[c, 2]
            or customers != endowment[c, 3]
        ):
            return False
    return True


@entry()
def take_stock(place, cell, weight, cells, places):
    """Stocks counted afresh from where everybody is: int64 (W, C, O, 4). The books must agree with it."""
    stock = np.zeros((place.shape[1], cells, places, 4), np.int64)
    for i in range(place.shape[0]):
        for w in range(place.shape[1]):
            for q in range(4):
                stock[w, cell[i], place[i, w], q] += weight[i, q]
    return stock

"""What the customers' kernels read and write: named tuples of arrays, with shapes, types and units.

N customers in B blocks, C cells (country x segment), O places, W worlds. To take an array from a tuple costs
more than a decision (the array is counted as in use). So a function takes its arrays once, at its top, and is
called for a lot of customers, never for one.
"""

from typing import NamedTuple

import numpy as np


class Now(NamedTuple):
    """The key of the month's random draws."""

    seed: int
    month: int


class People(NamedTuple):
    """What never changes; `calendar` holds each block's customers by phase of renewal."""

    blocks: np.ndarray  # int64 (B, 2) first and last-plus-one customer, all of one cell
    groups: np.ndarray  # int64 (G, 2) first and last-plus-one block of what one thread takes at a time
    cell: np.ndarray  # int32 (N,)
    initial_trust: np.ndarray  # float32 (N, 2)
    susceptibility: np.ndarray  # float32 (N,)
    sensitivity: np.ndarray  # float32 (N,)
    threshold: np.ndarray  # float32 (N,) rise of perceived risk, in utility, at which one thinks again
    home_taste: np.ndarray  # float32 (N,) utility of home-grown providers beyond what others see in them
    renewal: np.ndarray  # int16 (N,)
    term: np.ndarray  # int16 (N,)
    law_order: np.ndarray  # float32 (N,)
    peers: np.ndarray  # uint32 (N, 6): unsigned, so that no index is checked for being negative
    calendar: np.ndarray  # int32 (N,)
    calendar_start: np.ndarray  # int64 (B, T + 1) where each phase begins in the calendar


class Costs(NamedTuple):
    """Parameters of trust and choice; those of choice as roots, exp(utility / nest_scale)."""

    strength: float
    peer_weight: float
    nest_scale: float
    postpone: float
    go_back: float
    leave: np.ndarray  # float64 (C,) factor on a weight for the cost of switching the provider
    within: np.ndarray  # float64 (C,) factor for the cost of moving within one
    protect: np.ndarray  # float64 (C,) factor for the cost of taking one's own keys there
    by_peers: np.ndarray  # float64 (7,) factor on a provider's weight for so many peers there


class Terms(NamedTuple):
    """What the worlds offer to their customers this month, by cell."""

    good: np.ndarray  # float32 (C, 2W) news, world by world, law enforcement then intelligence
    bad: np.ndarray  # float32 (C, 2W)
    weight_heard: np.ndarray  # float32 (C, 2W) of what a customer has heard more than its cell
    alert: np.ndarray  # bool (W, C) whether anybody hears anything, or is told
    hazard: np.ndarray  # float64 (W, C) of adoption, cumulative
    plans: np.ndarray  # float64 (W, C) the same a year ahead
    exposure: np.ndarray  # float64 (W, C, 3, 7)
    exposure_before: np.ndarray  # float64 (W, C, 3, 7) last month's
    utility: np.ndarray  # float64 (W, C, O)
    appeal: np.ndarray  # float64 (W, C, O) roots of the utilities
    pull: np.ndarray  # float64 (W, C, O, 3) of everything else over a place (see `pull_of_rivals`)
    banned: (
        np.ndarray
    )  # float32 (W, C, O) share of customers, in the order of laws, to whom a place is closed
    unlawful: np.ndarray  # float32 (W, C, O) by law
    expelled: np.ndarray  # float32 (W, C, O) by law, and the grace is over
    expels: np.ndarray  # bool (W, C) whether it is over for more than last month


class State(NamedTuple):
    """Where customers are, when those outside the cloud adopt, what all trust.

    `trust_next` is being written.
    """

    place: np.ndarray  # int8 (N, W)
    readiness: np.ndarray  # float32 (N, W) cumulative hazard at which one adopts; infinite in the cloud
    trust: np.ndarray  # float32 (N, 2W)
    trust_next: np.ndarray  # float32 (N, 2W)
    more: np.ndarray  # float32 (N, 2W) how much more of the news one has heard than one's cell, as a share
    heard: np.ndarray  # uint8 (N, W) how one has heard of this month's news (`kernels.hearing`)
    alarmed: np.ndarray  # bool (N, W) whether it makes one think again; valid where the cell is alert


class Outcome(NamedTuple):
    """What a month brings: sums of trust, and the moves of each block from its first row on."""

    trust_sums: np.ndarray  # int64 (B, 2W) in 1/TRUST_UNITS
    moves: np.ndarray  # int32 (N x W, 4) customer, world, to, forced
    move_count: np.ndarray  # int64 (B,)


class Ledger(NamedTuple):
    """What is counted of everybody: int64, by place and by stream of moves from one place to another."""

    weight: np.ndarray  # (N, 4) accounts, TB, USD, customers that one stands for, in 1/UNITS
    stock: np.ndarray  # (W, C, O, 4) of them at each place
    counts: np.ndarray  # (W, C, 8) customers by what they did (`kernels.moves.COUNTS`)
    flows: np.ndarray  # (W, J, O, O, 4) moved
    touched: np.ndarray  # int32 (n, 4) world, jurisdiction, from, to of each stream of the month


class Luck(NamedTuple):
    """The draws of a lot of customers: one for each nest, then one for each kind of offer.

    D is a multiple of four.
    """

    counters: np.ndarray  # uint32 (2, lot x D / 4) customer and number of each draw
    uniform: np.ndarray  # float64 (lot, D)
    clocks: np.ndarray  # float64 (lot, D) exponential, for offers within a nest
    slowed: np.ndarray  # float64 (lot, D) to the power 1 / nest_scale, for nests


class Cases(NamedTuple):
    """The decisions of a lot of customers, one a row: whose it is, and what it depends on."""

    decider: np.ndarray  # int32, position in the lot
    world: np.ndarray  # int32
    cell: np.ndarray  # int32
    here: np.ndarray  # int64, the present place
    expelled: np.ndarray  # bool, the law closes the present place to its customer
    order: np.ndarray  # float32, the customer's position in the order of laws
    on_premises: np.ndarray  # float64, root of the utility of having no cloud
    leave: np.ndarray  # float64, factor for the cost of leaving the provider
    within: np.ndarray  # float64, factor for the cost of moving within it
    protect: np.ndarray  # float64, factor for the cost of taking one's own keys there
    to: np.ndarray  # int32, the place chosen


class Weights(NamedTuple):
    """What the alternatives of each decision weigh, as roots."""

    kind: np.ndarray  # float64 (D, 7) perceived risk of each kind of place, then its factor
    leaf: np.ndarray  # float64 (D, O) places
    nest: np.ndarray  # float64 (D, 2 + P) factors for peers, then the nests


class Proofs(NamedTuple):
    """Notes on a lot of renewals: who stays for sure, and what has to be proved for that."""

    stays: np.ndarray  # bool, by position in the lot
    drawn_for: np.ndarray  # int32, position in the lot of each customer that draws
    customer: np.ndarray  # int32, its number
    draw: np.ndarray  # int32, of each proof: whose draws it needs
    here: np.ndarray  # int32, at which place
    leaving: np.ndarray  # float64, the most that leaving the provider can be worth over staying
    within: np.ndarray  # float64, the most that moving within it can


class Panel(NamedTuple):
    """The panel of the monthly survey, what it said in the months that are remembered, and the answers."""

    members: np.ndarray  # int32 (S,) customers
    past_trust: np.ndarray  # float32 (MEMORY, W, S) each member's mean trust
    past_us: np.ndarray  # float32 (MEMORY, W, S) its chance of preferring a US provider
    answers: np.ndarray  # float64 (W, C, 4) how many said so (`kernels.survey.ANSWERS`)
    asked: np.ndarray  # float64 (W, C, 2) all, users of a US provider


class Questions(NamedTuple):
    """What the survey's answers depend on besides the month's Terms."""

    go_back: float  # utility of having no cloud
    nest_scale: float
    price_sensitivity: np.ndarray  # float64 (C,)
    negative_threshold: float
    less_likely_threshold: float
    premium: float


class Notes(NamedTuple):
    """Room for what is worked out about a lot of customers."""

    proofs: Proofs
    luck: Luck
    cases: Cases
    weights: Weights

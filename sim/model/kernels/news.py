"""How news enters memory and fades, cell by cell, compiled."""

from typing import NamedTuple

import numpy as np

from sim.model.kernels.codes import ATTENTION, BAD, GOOD, INTELLIGENCE, LAW_ENFORCEMENT, RESIDUE, US
from sim.model.kernels.jit import entry, inner


class Listeners(NamedTuple):
    """Who hears, and how news becomes observations."""

    attention: np.ndarray  # float64 (C,)
    jurisdiction: np.ndarray  # int32 (C,)
    strength: float  # observations in a piece of news of weight 1
    asymmetry: float  # how many times bad news counts
    lasting: np.ndarray  # float64 (C,) share of news that is remembered for years


class Orders(NamedTuple):
    """A month's US orders that became public: int64 (J,) each, as `Results` of the investigators has them."""

    public: np.ndarray
    in_court: np.ndarray
    fought: np.ndarray


@inner()
def _observe(memory, c, attention, weight, listeners):
    """Add news of signed `weight` to the memory of cell c: (C, good/bad, attention/residue)."""
    if weight != 0.0:
        sign = BAD if weight < 0.0 else GOOD
        amount = listeners.strength * attention * abs(weight)
        if sign == BAD:
            amount = listeners.asymmetry * amount
        lasting = listeners.lasting[c]
        memory[c, sign, ATTENTION] += (1.0 - lasting) * amount
        memory[c, sign, RESIDUE] += lasting * amount


@entry()
def remember(memory, listeners, weight):
    """News of signed `weight` (C,), by cell."""
    attention = listeners.attention
    for c in range(len(weight)):
        _observe(memory, c, attention[c], weight[c], listeners)


@entry()
def remember_orders(memory, listeners, orders, most, good, half):
    """Known orders (J,) about its people, and in court about data on its soil, are bad news to a country.

    Of weight `most` at most, half of it at `half` orders. That a provider fights such orders in court is good
    news, of weight `good` at most. To Americans a US order is their own process.
    """
    attention, jurisdiction = listeners.attention, listeners.jurisdiction
    public, in_court, fought = orders.public, orders.in_court, orders.fought
    for c in range(len(jurisdiction)):
        n = np.float64(public[jurisdiction[c]] + in_court[jurisdiction[c]])
        f = np.float64(fought[jurisdiction[c]])
        if n + f > 0.0 and jurisdiction[c] != US:
            _observe(memory, c, attention[c], -(most * n / (n + half)), listeners)
            _observe(memory, c, attention[c], good * f / (f + half), listeners)


@entry()
def remember_abroad(memory, listeners, good):
    """News of one weight for everybody outside the US."""
    attention, jurisdiction = listeners.attention, listeners.jurisdiction
    for c in range(len(jurisdiction)):
        if jurisdiction[c] != US:
            _observe(memory, c, attention[c], good, listeners)


@entry()
def remember_at_home(memory, listeners, j, weight):
    """News of one weight for everybody in jurisdiction j."""
    attention, jurisdiction = listeners.attention, listeners.jurisdiction
    for c in range(len(jurisdiction)):
        if jurisdiction[c] == j:
            _observe(memory, c, attention[c], weight, listeners)


@entry()
def fade(memory, keep, intelligence_belief, base, belief_keep):
    """A month's forgetting: memory by its two lives, the belief in intelligence access towards its `base`."""
    for c in range(memory.shape[0]):
        for channel in range(2):
            for sign in range(2):
                for life in range(2):
                    memory[c, channel, sign, life] *= keep[life]
        intelligence_belief[c] = base + belief_keep * (intelligence_belief[c] - base)


@entry()
def follow(belief, rate, believed):
    """Belief moves towards what is known."""
    for c in range(len(belief)):
        belief[c] += rate[c] * (believed - belief[c])


@entry()
def weigh_evidence(memory, spillover, out):
    """Good and bad news that bear on each channel, `out` (C, channel, good/bad).

    Both memories, and what spills from intelligence into law enforcement.
    """
    for c in range(memory.shape[0]):
        for sign in range(2):
            for channel in range(2):
                out[c, channel, sign] = (
                    memory[c, channel, sign, ATTENTION] + memory[c, channel, sign, RESIDUE]
                )
            out[c, LAW_ENFORCEMENT, sign] += spillover * out[c, INTELLIGENCE, sign]

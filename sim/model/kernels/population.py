"""Who customers are, compiled: size, trust, sensitivity, readiness, renewal, peers."""

from typing import NamedTuple

import numpy as np

from sim.model.kernels.arithmetic import exp, fixed, log, power
from sim.model.kernels.codes import ACCOUNTS, CUSTOMERS, PEERS, TB, UNITS, USD
from sim.model.kernels.home_grown import taste_of
from sim.model.kernels.jit import entry
from sim.model.kernels.philox import draw, draw4
from sim.model.luck import purposes

ALIKE = 512  # customers of a cell who count as of the same size
LEAST_TRUST, MOST_TRUST = 0.02, 0.98
LAST_IN_ORDER = 0.9999999  # below 1 in float32, too: a law for all binds all
BEFORE = -1  # the month of draws made before the first
# Two coordinates of the R2 sequence (Roberts 2018): evenly spread in the square, whatever the number of
# points.
_R2 = (0.7548776662466927, 0.5698402909980532)


class Totals(NamedTuple):
    """What exists in the real world, by cell: float64 (C,)."""

    customers: np.ndarray
    accounts: np.ndarray
    tb: np.ndarray
    usd: np.ndarray  # a month


class CellOf(NamedTuple):
    """Where each customer belongs."""

    start: np.ndarray  # int64 (C + 1,) first customer of each cell
    cell: np.ndarray  # int32 (N,)
    segments: int


class Ties(NamedTuple):
    """Shares of peers of the same cell, and of another segment of the same country."""

    same_cell: float
    same_country: float


@entry()
def weights_of(start, totals, tails):
    """What each simulated customer stands for, int64 (N, 4) in 1/UNITS.

    Pareto quantiles of size, in order within the cell.
    """
    customers, accounts, tb, usd = totals.customers, totals.accounts, totals.tb, totals.usd
    out = np.empty((start[-1], 4), np.int64)
    for c in range(len(start) - 1):
        first, last = start[c], start[c + 1]
        m = last - first
        sizes = np.empty(m)
        s = 0.0
        for i in range(m):
            sizes[i] = power(1.0 - (i + 0.5) / m, -1.0 / tails[c])
            s += sizes[i]
        for i in range(m):
            share = sizes[i] / s
            out[first + i, ACCOUNTS] = fixed(accounts[c] * share, UNITS)
            out[first + i, TB] = fixed(tb[c] * share, UNITS)
            out[first + i, USD] = fixed(usd[c] * share, UNITS)
            out[first + i, CUSTOMERS] = fixed(customers[c] / m, UNITS)
    return out


class Spreads(NamedTuple):
    """How customers differ.

    Trust about offset + scale x their country's, sensitivity about their segment's.
    """

    offset: float
    scale: float
    trust: float
    sensitivity: float
    susceptibility: float  # 1: exponential, 0: all have the mean


@entry()
def keyed_spreads(seed, country_trust, segment_sensitivity, spreads):
    """Trust (N, 2), susceptibility and sensitivity (N,), all float32.

    From the trust of each customer's country and the sensitivity of its segment, both (N,).
    """
    n, spread = len(country_trust), spreads.sensitivity
    trust = np.empty((n, 2), np.float32)
    susceptibility = np.empty(n, np.float32)
    sensitivity = np.empty(n, np.float32)
    for i in range(n):
        u = draw4(seed, i, BEFORE, purposes.INITIAL_TRUST, 0)
        for channel in range(2):
            level = (
                spreads.offset
                + spreads.scale * country_trust[i]
                + spreads.trust * (u[channel] + u[channel + 2] - 1.0)
            )
            trust[i, channel] = min(max(level, LEAST_TRUST), MOST_TRUST)
        # Exponential: most shrug, a few are alarmed.
        alarm = -log(draw(seed, i, BEFORE, purposes.SUSCEPTIBILITY))
        susceptibility[i] = 1.0 + spreads.susceptibility * (alarm - 1.0)
        v = draw4(seed, i, BEFORE, purposes.SENSITIVITY, 0)
        normal = (v[0] + v[1] + v[2] + v[3] - 2.0) * 1.7320508075688772  # Irwin-Hall of four, variance 1
        sensitivity[i] = segment_sensitivity[i] * exp(spread * normal - 0.5 * spread * spread)
    return trust, susceptibility, sensitivity


@entry()
def orders(seed, start, ceilings):
    """When each customer is ready to adopt, and the uniform that picks its first place.

    Within a cell both follow a randomly shifted lattice over the customers in order of size (Cranley &
    Patterson 1976), so that adoption is neither early nor late among the big ones by mere luck.
    """
    n = start[-1]
    readiness = np.empty(n, np.float32)
    place_order = np.empty(n)
    for c in range(len(start) - 1):
        shift = draw4(seed, c, BEFORE, purposes.ADOPTION_ORDER, 0)
        other = draw4(seed, c, BEFORE, purposes.FIRST_PLACE, 0)
        for i in range(start[c], start[c + 1]):
            k = i - start[c]
            u = shift[0] + k * _R2[0]
            u -= np.floor(u)
            v = other[0] + k * _R2[1]
            place_order[i] = v - np.floor(v)
            readiness[i] = -log(1.0 - u / ceilings[c]) if u < ceilings[c] else np.inf
    return readiness, place_order


@entry()
def keyed_tastes(seed, scale, out):
    """Lasting taste of each customer for home-grown providers, in utility: `out` (N,) float32."""
    for i in range(len(out)):
        out[i] = taste_of(draw(seed, i, BEFORE, purposes.HOME_TASTE), scale)


@entry()
def keyed_thresholds(seed, least, tail, out):
    """Threshold of each customer, in utility: `out` (N,) float32, Pareto from `least` on."""
    for i in range(len(out)):
        out[i] = least * power(draw(seed, i, BEFORE, purposes.THRESHOLD), -1.0 / tail)


@entry()
def keyed_positions(seed, terms, renewal, law_order, us_business):
    """Phase of renewal, place in the order of laws, and that of the home-grown provider's US business.

    Fills the last three.
    """
    for i in range(len(terms)):
        renewal[i] = np.int16(draw(seed, i, BEFORE, purposes.RENEWAL) * terms[i])
        law_order[i] = min(draw(seed, i, BEFORE, purposes.LAW_ORDER), LAST_IN_ORDER)
        us_business[i] = draw(seed, i, BEFORE, purposes.US_BUSINESS)


@entry(nogil=True)
def network(part, parts, seed, cells, ties, peers):
    """Six peers each of one of so many parts of the customers: `peers` (N, 6) int32.

    Mostly of the same cell, some of another segment at home, few from anywhere; all of about one size. Like
    knows like (homophily by size: McPherson, Smith-Lovin & Cook 2001); how narrowly is a judgement. A peer is
    one of the ALIKE customers of its cell whose rank in size is about one's own. So peers are near in memory,
    too; those farthest off come first, so that they can be fetched early.
    """
    start, cell, segments = cells.start, cells.cell, cells.segments
    same_cell, same_country = ties.same_cell, ties.same_country
    n = len(cell)
    for i in range(part * n // parts, (part + 1) * n // parts):
        c = cell[i]
        rank = (i - start[c]) / (start[c + 1] - start[c])
        for k in range(PEERS):
            u = draw4(seed, i, BEFORE, purposes.PEERS, k)
            if u[0] < same_cell:
                other = np.int64(c)
            elif u[0] < same_cell + same_country:
                other = c - c % segments + np.int64(u[1] * segments)
            else:
                other = np.int64(cell[np.int64(u[1] * n)])
            size = start[other + 1] - start[other]
            alike = min(size, ALIKE)
            first = start[other] + min(max(np.int64(rank * size) - alike // 2, 0), size - alike)
            peer = first + np.int64(u[2] * alike)
            if peer == i:
                peer = first + (peer - first + 1) % alike
            at = k
            while at > 0 and abs(peers[i, at - 1] - i) < abs(peer - i):
                peers[i, at] = peers[i, at - 1]
                at -= 1
            peers[i, at] = peer

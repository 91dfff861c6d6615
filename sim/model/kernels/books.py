"""Sums for the books, compiled so that they are added in one order on every machine."""

from typing import NamedTuple

import numpy as np

from sim.model.kernels.codes import (
    ACCOUNTS,
    CUSTOMER_KEYS,
    CUSTOMERS,
    FIRST_US,
    FOREIGN_TO_US,
    HOME_GROWN,
    INCOMING,
    INTELLIGENCE,
    LAW_ENFORCEMENT,
    MLA,
    OFFERS,
    ON_PREMISES,
    OUTGOING,
    TB,
    TRUSTEE,
    UNITS,
    US,
    US_TO_FOREIGN,
    USD,
    WOULD_LEAVE,
)
from sim.model.kernels.jit import entry, inlined, inner

TRUST, TRUST_BY_SPEND, TRUST_INTELLIGENCE, BELIEF = range(4)  # first columns of a cell's row
FIRST_STOCK, STOCKS = 4, 15  # columns of a cell's row that `cell_stocks` fills, of which by number:
_ADOPTERS, _BY_KIND, _AT_HOME, _IN_REACH, _CONTROLLED, _US, _SOVEREIGN, _HOME_GROWN, _EXPOSED = (
    FIRST_STOCK + k for k in (0, 1, 8, 9, 10, 11, 12, 13, 14)
)
AT_HOME, ABROAD = range(2)  # the two sides: the US, and all others


class Places(NamedTuple):
    """What the places are."""

    host: np.ndarray  # int32 (J, O) on whose soil
    kind: np.ndarray  # int64 (O,)
    markup: np.ndarray  # float64 (J, O) what customers pay over list price


class Within(NamedTuple):
    """How far a US order reaches."""

    abroad: float  # share of data abroad, or without a stable location, that it reaches under the rule
    moving: np.ndarray  # float64 (C, P) share of data at each US provider without a stable location
    in_us: float  # share of this of which a copy lies in the US
    us_business: np.ndarray  # float64 (J,) share of home-grown providers that it reaches
    exposure: np.ndarray  # float64 (C, 3, 7) as customers perceive it


class Sales(NamedTuple):
    """A month's revenue and output: filled by `cell_stocks`."""

    by_place: np.ndarray  # float64 (2, O) USD from US customers and from all others
    by_provider: np.ndarray  # float64 (J, P) USD of US providers
    by_bloc: np.ndarray  # float64 (B,) output of home-grown providers, TB


@entry()
def cell_stocks(stock, level, jurisdiction, bloc, places, within, out, sales):
    """Of every cell: adopters, TB by kind, TB at home and within US reach, revenues, exposure.

    Fills their columns in the month's row `out` (C, Q), and `sales`; returns the output of all US providers,
    TB.

    `stock` (C, O, 4) int64; `level` a `kernels.market.Level`; `bloc` (J,).
    """
    growth, home_usage, price_level, data_level = level.growth, level.home_usage, level.price, level.data
    host, kind, markup = places.host, places.kind, places.markup
    reach, us_business, exposure = within.abroad, within.us_business, within.exposure
    moving, in_us = within.moving, within.in_us
    by_place, by_provider, by_bloc = sales.by_place, sales.by_provider, sales.by_bloc
    by_place[:] = 0.0
    by_provider[:] = 0.0
    by_bloc[:] = 0.0
    us, per_unit = 0.0, 1.0 / UNITS
    for c in range(stock.shape[0]):
        j = jurisdiction[c]
        price, volume = price_level * growth[j] * per_unit, data_level * growth[j] * per_unit
        for q in range(FIRST_STOCK, FIRST_STOCK + STOCKS):
            out[c, q] = 0.0
        accounts = 0.0
        for o in range(stock.shape[1]):
            if stock[c, o, CUSTOMERS] == 0:  # most places: nobody is there
                continue
            tb, k = stock[c, o, TB] * volume, kind[o]
            out[c, _BY_KIND + k] += tb
            accounts += stock[c, o, ACCOUNTS]
            out[c, _EXPOSED] += stock[c, o, ACCOUNTS] * exposure[c, LAW_ENFORCEMENT, k]
            if host[j, o] == j:
                out[c, _AT_HOME] += tb
            if o == ON_PREMISES:
                continue
            out[c, _ADOPTERS] += stock[c, o, CUSTOMERS] * per_unit
            usd = stock[c, o, USD] * price * markup[j, o]
            if o == HOME_GROWN:
                usd *= home_usage[j]
                out[c, _IN_REACH] += tb * reach * us_business[j]
                out[c, _CONTROLLED] += tb * us_business[j]
                out[c, _HOME_GROWN] += usd
                by_bloc[bloc[j]] += tb
            else:
                offer = (o - FIRST_US) % OFFERS
                us += tb
                out[c, _US] += usd
                by_provider[j, (o - FIRST_US) // OFFERS] += usd
                if offer >= TRUSTEE:
                    out[c, _SOVEREIGN] += usd
                if offer != TRUSTEE and offer != CUSTOMER_KEYS:
                    share = moving[c, (o - FIRST_US) // OFFERS]
                    stays = 1.0 if host[j, o] == US else reach
                    out[c, _IN_REACH] += tb * (
                        share * (in_us + (1.0 - in_us) * reach) + (1.0 - share) * stays
                    )
                    out[c, _CONTROLLED] += tb
            by_place[AT_HOME if j == US else ABROAD, o] += usd
        if accounts > 0.0:
            out[c, _EXPOSED] /= accounts
    return us


class Said(NamedTuple):
    """What a month says of the customers of each cell."""

    trust: np.ndarray  # float64 (C, 2)
    belief: np.ndarray  # float64 (C,)
    counts: np.ndarray  # int64 (C, 8) of what they did, in 1/UNITS
    answers: np.ndarray  # float64 (C, 4)
    asked: np.ndarray  # float64 (C, 2) all, and users of a US provider


class Averages(NamedTuple):
    """How cells are added up."""

    jurisdiction: np.ndarray  # int32 (C,)
    customers: np.ndarray  # float64 (C,)
    weights: np.ndarray  # float64 (C, Q) of means; 1 for what is summed
    is_mean: np.ndarray  # bool (Q,)


@entry()
def enter_customers(said, averages, row, cell, country, side):
    """Enter a month's customers in the book, after `cell_stocks`: `row` (C, Q), and as float32 `cell` (C, Q).

    Adds them up into `country` (J, Q) and `side` (2, Q), see `_add_up`.
    """
    trust, belief, counts, answers, asked = said.trust, said.belief, said.counts, said.answers, said.asked
    customers = averages.customers
    first_count = FIRST_STOCK + STOCKS
    first_answer = first_count + counts.shape[1]
    for c in range(row.shape[0]):
        row[c, TRUST], row[c, TRUST_BY_SPEND] = trust[c, LAW_ENFORCEMENT], trust[c, LAW_ENFORCEMENT]
        row[c, TRUST_INTELLIGENCE], row[c, BELIEF] = trust[c, INTELLIGENCE], belief[c]
        row[c, FIRST_STOCK] /= customers[c]  # adopters become adoption
        for q in range(counts.shape[1]):
            row[c, first_count + q] = counts[c, q] / UNITS
        for q in range(answers.shape[1]):
            base = asked[c, 1] if q == WOULD_LEAVE else asked[c, 0]
            row[c, first_answer + q] = answers[c, q] / base if base > 0.0 else np.nan
    _add_up(row, averages.weights, averages.is_mean, averages.jurisdiction, country, side)
    for k in range(row.shape[0]):
        for q in range(row.shape[1]):
            cell[k, q] = row[k, q]


@inlined()
def _add_up(row, weights, is_mean, jurisdiction, country, side):
    """Add up a month's cells, `row` (C, Q), into `country` (J, Q), and these into `side` (2, Q).

    Sides are the US and all others. Sums, or means by weight; a missing value (NaN) has no weight.
    """
    of_country, of_side = np.zeros(country.shape), np.zeros(side.shape)
    country[:] = 0.0
    side[:] = 0.0
    for c in range(row.shape[0]):
        j = jurisdiction[c]
        for q in range(row.shape[1]):
            missing = np.isnan(row[c, q])
            country[j, q] += 0.0 if missing else row[c, q] * weights[c, q]
            of_country[j, q] += 0.0 if missing else weights[c, q]
    for j in range(country.shape[0]):
        at = AT_HOME if j == US else ABROAD
        for q in range(country.shape[1]):
            side[at, q] += country[j, q]
            of_side[at, q] += of_country[j, q]
    _weigh(country, of_country, is_mean)
    _weigh(side, of_side, is_mean)


@inner(error_model="numpy")
def _weigh(sums, weights, is_mean):
    """Sums (n, Q) become means, in place, where they are to be; without any weight they are missing."""
    for g in range(sums.shape[0]):
        for q in range(sums.shape[1]):
            if is_mean[q]:
                sums[g, q] = sums[g, q] / weights[g, q] if weights[g, q] > 0.0 else np.nan


@inner()
def by_measure(cell):
    """The book of cells (M, C, Q) as columns of a table: float32 (Q, M x C)."""
    months, cells, measures = cell.shape
    out = np.empty((measures, months * cells), np.float32)
    for m in range(months):
        for q in range(measures):
            for c in range(cells):
                out[q, m * cells + c] = cell[m, c, q]
    return out


@entry()
def trust_of_cells(sums, blocks, cell, customers, units, out):
    """Mean trust of every cell, `out` (W, C, 2), from the blocks' integer sums `sums` (B, 2W) in 1/`units`.

    `customers` (C,) simulated.
    """
    total = np.zeros(out.shape, np.int64)
    for b in range(len(blocks)):
        c = cell[blocks[b, 0]]
        for w in range(out.shape[0]):
            for k in range(2):
                total[w, c, k] += sums[b, 2 * w + k]
    for w in range(out.shape[0]):
        for c in range(out.shape[1]):
            for k in range(2):
                out[w, c, k] = total[w, c, k] / units / customers[c]


@inner()
def _enter_flow(out, n, month, j, before, after):
    """Begin row n of the book of flows, `out` (n, 9): from (kind, host) `before` to (kind, host) `after`."""
    out[n, 0], out[n, 1] = month, j
    out[n, 2], out[n, 3], out[n, 4], out[n, 5] = before[0], before[1], after[0], after[1]


@entry()
def enter_streams(month, world, touched, flows, volume, places, out):
    """Fill the month's rows of one world's book of flows, `out` (n, 9); returns how many.

    From `touched` (n, 4) (world, country, from, to) and `flows` (W, J, O, O, 4) in 1/UNITS. `volume` (J,) is
    the TB that a unit holds by now.
    """
    kind, host, n = places.kind, places.host, 0
    for r in range(len(touched)):
        if touched[r, 0] != world:
            continue
        j, a, b = touched[r, 1], touched[r, 2], touched[r, 3]
        accounts, tb = flows[world, j, a, b, ACCOUNTS], flows[world, j, a, b, TB]
        _enter_flow(out, n, month, j, (kind[a], host[j, a]), (kind[b], host[j, b]))
        out[n, 6], out[n, 7], out[n, 8] = (
            tb / UNITS * volume[j], accounts / UNITS, flows[world, j, a, b, CUSTOMERS] / UNITS
        )  # fmt: skip
        n += 1
    return n


@entry()
def enter_relocations(month, before, stock, jurisdiction, volume, places, out):
    """Fill rows of the book of flows, `out` (n, 9), for data that providers moved; returns how many.

    No customer decided: the hosts of places were others `before` (J, O). `stock` (C, O, 4) in 1/UNITS,
    `volume` (J,).
    """
    kind, after, n = places.kind, places.host, 0
    for j in range(before.shape[0]):
        for o in range(before.shape[1]):
            if before[j, o] != after[j, o]:
                accounts, tb = 0, 0
                for c in range(len(jurisdiction)):
                    if jurisdiction[c] == j:
                        accounts += stock[c, o, ACCOUNTS]
                        tb += stock[c, o, TB]
                if tb > 0:
                    _enter_flow(out, n, month, j, (kind[o], before[j, o]), (kind[o], after[j, o]))
                    out[n, 6], out[n, 7], out[n, 8] = tb / UNITS * volume[j], accounts / UNITS, 0.0
                    n += 1
    return n


@entry()
def enter_requests(month, requests, backlog, by_route, out):
    """A month's requests (4, J, 5, 6).

    All countries together, `by_route` (4, 5, 6), and where any were made or wait, in `out` (n, 11): month,
    direction, country, route, what became of them (6), and those that wait, from `backlog` (2, J). Returns
    how many.
    """
    n = 0
    for d in range(requests.shape[0]):
        for j in range(requests.shape[1]):
            for r in range(requests.shape[2]):
                waiting = 0
                if r == MLA and (d == US_TO_FOREIGN or d == FOREIGN_TO_US):
                    waiting = backlog[INCOMING if d == FOREIGN_TO_US else OUTGOING, j]
                if requests[d, j, r, 0] == 0 and waiting == 0:
                    continue
                out[n, 0], out[n, 1], out[n, 2], out[n, 3], out[n, -1] = month, d, j, r, waiting
                for q in range(requests.shape[3]):
                    out[n, 4 + q] = requests[d, j, r, q]
                    by_route[d, r, q] += requests[d, j, r, q]
                n += 1
    return n

"""Sums for the books, compiled so that they are added in one order on every machine."""

import numpy as np
from numba import njit

from sim.model.kernels.investigations import FOREIGN_TO_US, MLA, US_TO_FOREIGN
from sim.model.kernels.survey import WOULD_LEAVE
from sim.model.places import CUSTOMER_KEYS, FIRST_US, HOME_GROWN, OFFERS, ON_PREMISES, TRUSTEE

FIRST_STOCK, STOCKS = 4, 14  # columns of a cell's row that `cell_stocks` fills, of which by number:
_ADOPTERS, _BY_KIND, _AT_HOME, _IN_REACH, _US, _SOVEREIGN, _HOME_GROWN, _EXPOSED = (
    FIRST_STOCK + k for k in (0, 1, 8, 9, 10, 11, 12, 13)
)


@njit(cache=True)
def cell_stocks(
    stock, units, price, growth, home_usage, markup, data, jurisdiction, bloc, host, kind, exposure, reach, us_business, out, by_place, by_provider, by_bloc
):  # fmt: skip
    """Of every cell: adopters, TB by kind, TB at home and within US reach, revenues, exposure. Fills their columns in the month's row `out` (C, Q), and
    `by_place` (2, O) with revenue from US customers and from all others, `by_provider` (J, P) with US providers' by country, and
    `by_bloc` with the month's output of home-grown providers in TB; returns that of all US providers.

    `stock` (C, O, 4) int64, `price`, `growth`, `home_usage` as in `kernels.market.fill_spend`, `markup` (J, O), `data` TB that a unit holds by
    now, `exposure` (C, 3, 7), `reach` share of data abroad that a US order reaches under the rule.
    """
    by_place[:] = 0.0
    by_provider[:] = 0.0
    by_bloc[:] = 0.0
    us, per_unit = 0.0, 1.0 / units
    for c in range(stock.shape[0]):
        j = jurisdiction[c]
        level, volume = price * growth[j] * per_unit, data * growth[j] * per_unit
        for q in range(FIRST_STOCK, FIRST_STOCK + STOCKS):
            out[c, q] = 0.0
        accounts = 0.0
        for o in range(stock.shape[1]):
            if stock[c, o, 3] == 0:  # most places: nobody is there
                continue
            tb, k = stock[c, o, 1] * volume, kind[o]
            out[c, _BY_KIND + k] += tb
            accounts += stock[c, o, 0]
            out[c, _EXPOSED] += stock[c, o, 0] * exposure[c, 0, k]
            if host[j, o] == j:
                out[c, _AT_HOME] += tb
            if o == ON_PREMISES:
                continue
            out[c, _ADOPTERS] += stock[c, o, 3] * per_unit
            usd = stock[c, o, 2] * level * markup[j, o]
            if o == HOME_GROWN:
                usd *= home_usage[j]
                out[c, _IN_REACH] += tb * reach * us_business[j]
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
                    out[c, _IN_REACH] += tb * (1.0 if host[j, o] == 0 else reach)
            by_place[0 if j == 0 else 1, o] += usd
        if accounts > 0.0:
            out[c, _EXPOSED] /= accounts
    return us


@njit(cache=True)
def enter_customers(
    trust,
    belief,
    customers,
    counts,
    units,
    answers,
    asked,
    weights,
    is_mean,
    jurisdiction,
    row,
    cell,
    country,
    side,
):
    """Write a month's customers into its `row` (C, Q), where `cell_stocks` has been before, add them up (see `_add_up`), and enter it in
    the book as `cell` (C, Q) float32."""
    first_count = FIRST_STOCK + STOCKS
    first_answer = first_count + counts.shape[1]
    for c in range(row.shape[0]):
        row[c, 0], row[c, 1], row[c, 2], row[c, 3] = trust[c, 0], trust[c, 0], trust[c, 1], belief[c]
        row[c, FIRST_STOCK] /= customers[c]  # adopters become adoption
        for q in range(counts.shape[1]):
            row[c, first_count + q] = counts[c, q] / units
        for q in range(answers.shape[1]):
            base = asked[c, 1] if q == WOULD_LEAVE else asked[c, 0]
            row[c, first_answer + q] = answers[c, q] / base if base > 0.0 else np.nan
    _add_up(row, weights, is_mean, jurisdiction, country, side)
    cell[:] = row


@njit(cache=True)
def _add_up(row, weights, is_mean, jurisdiction, country, side):
    """A month's cells into `country` (J, Q), and these into `side` (2, Q), the US and all others: sums, or means by weight where `is_mean` (Q,).

    `row` and `weights` (C, Q), of measures to be summed 1; a missing value (NaN) has no weight.
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
        where = 0 if j == 0 else 1
        for q in range(country.shape[1]):
            side[where, q] += country[j, q]
            of_side[where, q] += of_country[j, q]
    _weigh(country, of_country, is_mean)
    _weigh(side, of_side, is_mean)


@njit(cache=True, error_model="numpy")
def _weigh(sums, weights, is_mean):
    """Sums (n, Q) become means, in place, where they are to be; without any weight they are missing."""
    for g in range(sums.shape[0]):
        for q in range(sums.shape[1]):
            if is_mean[q]:
                sums[g, q] = sums[g, q] / weights[g, q] if weights[g, q] > 0.0 else np.nan


@njit(cache=True)
def by_measure(cell):
    """The book of cells (M, C, Q) as columns of a table: float32 (Q, M x C)."""
    months, cells, measures = cell.shape
    out = np.empty((measures, months * cells), np.float32)
    for m in range(months):
        for q in range(measures):
            for c in range(cells):
                out[q, m * cells + c] = cell[m, c, q]
    return out


@njit(cache=True)
def trust_of_cells(sums, blocks, cell, customers, units, out):
    """Mean trust of every cell, `out` (W, C, 2), from the blocks' integer sums `sums` (B, 2W); `customers` (C,) simulated."""
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


@njit(cache=True)
def enter_streams(month, world, touched, flows, units, volume, kinds, hosts, out):
    """Rows of one world's book of flows, `out` (n, 9), from `touched` (n, 4) (world, country, from, to) and `flows` (W, J, O, O, 4) in
    1/`units`; `volume` (J,) is what a unit holds by now. Returns how many."""
    n = 0
    for r in range(len(touched)):
        if touched[r, 0] != world:
            continue
        j, a, b = touched[r, 1], touched[r, 2], touched[r, 3]
        accounts, tb, customers = flows[world, j, a, b, 0], flows[world, j, a, b, 1], flows[world, j, a, b, 3]
        out[n, 0], out[n, 1], out[n, 2], out[n, 3], out[n, 4], out[n, 5] = (
            month,
            j,
            kinds[a],
            hosts[j, a],
            kinds[b],
            hosts[j, b],
        )
        out[n, 6], out[n, 7], out[n, 8] = tb / units * volume[j], accounts / units, customers / units
        n += 1
    return n


@njit(cache=True)
def enter_relocations(month, before, after, stock, jurisdiction, units, volume, kinds, out):
    """Rows of the book of flows, `out` (n, 9), for data that providers moved where the hosts of places, `before` and `after` (J, O),
    differ: no customer decided. `stock` (C, O, 4) in 1/`units`, `volume` (J,). Returns how many."""
    n = 0
    for j in range(before.shape[0]):
        for o in range(before.shape[1]):
            if before[j, o] != after[j, o]:
                accounts, tb = 0, 0
                for c in range(len(jurisdiction)):
                    if jurisdiction[c] == j:
                        accounts += stock[c, o, 0]
                        tb += stock[c, o, 1]
                if tb > 0:
                    out[n, 0], out[n, 1], out[n, 2], out[n, 3], out[n, 4], out[n, 5] = (
                        month,
                        j,
                        kinds[o],
                        before[j, o],
                        kinds[o],
                        after[j, o],
                    )
                    out[n, 6], out[n, 7], out[n, 8] = tb / units * volume[j], accounts / units, 0.0
                    n += 1
    return n


@njit(cache=True)
def enter_requests(month, requests, backlog, by_route, out):
    """A month's requests (4, J, 5, 6): all countries together, `by_route` (4, 5, 6), and where any were made or wait, in `out` (n, 11): month,
    direction, country, route, what became of them (6), and those that wait, from `backlog` (2, J) outgoing and incoming. Returns how many."""
    n = 0
    for d in range(requests.shape[0]):
        for j in range(requests.shape[1]):
            for r in range(requests.shape[2]):
                waiting = 0
                if r == MLA and (d == US_TO_FOREIGN or d == FOREIGN_TO_US):
                    waiting = backlog[1 if d == FOREIGN_TO_US else 0, j]
                if requests[d, j, r, 0] == 0 and waiting == 0:
                    continue
                out[n, 0], out[n, 1], out[n, 2], out[n, 3], out[n, -1] = month, d, j, r, waiting
                for q in range(requests.shape[3]):
                    out[n, 4 + q] = requests[d, j, r, q]
                    by_route[d, r, q] += requests[d, j, r, q]
                n += 1
    return n

"""Requests for evidence, compiled: who is aimed at (drawn once for all worlds), what the law answers, how long it takes."""

import numpy as np
from numba import njit

from sim.model.arithmetic import exp, log
from sim.model.law.routing import CONFLICT_BIT
from sim.model.luck import purposes
from sim.model.luck.philox import draw4
from sim.model.places import CUSTOMER_KEYS, FIRST_US, HOME_GROWN, OFFERS, ON_PREMISES, TRUSTEE

US_AT_HOME, US_TO_FOREIGN, FOREIGN_AT_HOME, FOREIGN_TO_US = range(4)
DIRECT, COMITY, AGREEMENT, MLA, UNREACHABLE = range(5)
MEASURES = ("requests", "succeeded", "succeeded_12m", "months", "unreadable", "conflicts")
_N, _OK, _OK12, _MONTHS, _UNREADABLE, _CONFLICT = range(6)
MONTH_UNITS = 1024.0  # months to evidence are summed in 1/1024
_US, _ABROAD, _NO_LOCATION = range(3)
_OWN_SOIL, _IN_US, _THIRD, _NOWHERE = range(4)
_PROVIDER, _FOREIGN_WITH_US, _FOREIGN, _TARGET = range(4)
_WHEN, _STABLE, _HONOURED, _KEYS, _GRANTED = range(5)
_ANSWER, _CLERK, _PAPERS = range(3)
_WORD = 4294967296.0
CONSUMER = 0


@njit(cache=True)
def poisson(seed, agent, month, mean):
    """A Poisson count by inversion, in pieces of mean at most 16 so that no probability underflows."""
    count, piece = 0, 0
    while mean > 0.0:
        part = min(mean, 16.0)
        u = draw4(seed, agent, month, purposes.REQUESTS, piece)[0]
        p = exp(-part)
        cumulative, k = p, 0
        while u > cumulative and k < 200:
            k += 1
            p *= part / k
            cumulative += p
        count += k
        mean -= part
        piece += 1
    return count


@njit(cache=True)
def running_accounts(cell_start, weight, units):
    """Running sum of accounts within each cell: float64 (N,)."""
    out = np.empty(len(weight))
    for c in range(len(cell_start) - 1):
        s = 0.0
        for i in range(cell_start[c], cell_start[c + 1]):
            s += weight[i, 0] / units
            out[i] = s
    return out


@njit(cache=True)
def draw_targets(
    seed, agent, police, evades, rate, cumulative, first_cell, cell_start, account_sums, rows, when, n
):
    """Requests of one kind of one police: month by month a Poisson count, each aimed at an account drawn at random.

    `agent` keys the luck; `rate` (M,) mean count; `cumulative` running weights of the cells from `first_cell` on;
    `account_sums` (N,) running sum of accounts within each cell. Fills `rows` from the n-th on, (customer, police, number,
    evades, agent), and `when` in months; returns how many there are. Where the target keeps its data plays no part.
    """
    for m in range(len(rate)):
        for k in range(poisson(seed, agent, m, rate[m])):
            if n == len(rows):
                return n
            u = draw4(seed, agent, m, purposes.TARGET, k)
            c = np.searchsorted(cumulative, u[0] * cumulative[-1])
            cell = first_cell + min(c, len(cumulative) - 1)
            a, b = cell_start[cell], cell_start[cell + 1]
            i = a + np.searchsorted(account_sums[a:b], u[1] * account_sums[b - 1])
            rows[n, 0], rows[n, 1], rows[n, 2], rows[n, 3], rows[n, 4] = (
                min(i, b - 1),
                police,
                k,
                evades,
                agent,
            )
            when[n] = m + draw4(seed, agent, m, purposes.CIRCUMSTANCE, k)[0]
            n += 1
    return n


@njit(cache=True)
def draw_luck(seed, start, rows, chance, waits):
    """What chance has in store for the requests of all months, the same in every world, as the generator's words of 32 bits.

    `chance` uint32 (n, 5): time of the month; whether the data has no stable location; whether a contested warrant is honoured; whether keys can be
    had; whether it is granted. `waits` uint32 (n, 3): at the authority that is asked, for the clerk, for the papers. `start` (M + 1,)
    first row of each month.
    """
    for month in range(len(start) - 1):
        for r in range(start[month], start[month + 1]):
            number, agent = rows[r, 2], rows[r, 4]
            when, stable, honoured, keys = draw4(seed, agent, month, purposes.CIRCUMSTANCE, number)
            wait, granted, clerk, papers = draw4(seed, agent, month, purposes.OUTCOME, number)
            chance[r, _WHEN], chance[r, _STABLE], chance[r, _HONOURED] = (
                np.uint32(when * _WORD),
                np.uint32(stable * _WORD),
                np.uint32(honoured * _WORD),
            )
            chance[r, _KEYS], chance[r, _GRANTED] = np.uint32(keys * _WORD), np.uint32(granted * _WORD)
            waits[r, _ANSWER], waits[r, _CLERK], waits[r, _PAPERS] = (
                np.uint32(wait * _WORD),
                np.uint32(clerk * _WORD),
                np.uint32(papers * _WORD),
            )


@njit(cache=True)
def _uniform(word):
    """The uniform in (0, 1) that `draw4` makes of a word."""
    return (word + 0.5) * (1.0 / _WORD)


@njit(cache=True, error_model="numpy")
def waits_of(words, out):
    """Waits of unit mean from the generator's `words`, both (n,): in one plain loop, so that many logarithms are taken at once."""
    for k in range(len(words)):
        out[k] = -log(_uniform(words[k]))


@njit(cache=True)
def investigate(
    month, world, rows, who, standing, chance, waits, place, host, us_business, no_location, haven,
    us_table, foreign_table, statutory, reaches, honoured, agreement, data_law, blocking, claim, treaty,
    times, chances, litigation_delay, clerks, arrived, finish, out, host_conflicts, host_disclosures, disclosures,
):  # fmt: skip
    """The month's requests in one world; of those that may queue for one clerk, in order of time.

    `rows` (n, 5) int32: customer, police jurisdiction (0: the US), number, evades (0/1), agent key of the police; of the customer `who`
    (n, 2), jurisdiction and segment, and `standing` (n, 2), its place in the order of laws and in that of its provider's US business;
    `chance` (n, 5) from `draw_luck`, `waits` (n, 3);
    `times` and `chances` are the parameters listed in `sim.model.agents.investigators`. `clerks` (2, J, 2)
    float64, outgoing and incoming: rate and the time at which the clerk is free; `arrived` (2, J) and `finish` (M, 2, J) int64 count
    arrivals so far, and completions by month.
    Adds to `out` (4, J, 5, 6) int64, `host_conflicts`, `host_disclosures` (J,) and returns `disclosures` through an int64 (1,) array.
    """
    direct_months, comity_months, agreement_months, mla_months, conflict_delay, slowdown = times
    direct_ok, comity_ok, common_ok, agreement_ok, mla_ok, rogatory_ok, unlocking, compelled_ok = chances
    for r in range(len(rows)):
        i, police, evades = rows[r, 0], rows[r, 1], rows[r, 3]
        law_order = standing[r, 0]
        home, segment = who[r, 0], who[r, 1]
        o = np.int64(place[i, world])
        kind = (o - FIRST_US) % OFFERS if o >= FIRST_US else -1
        us_held = o >= FIRST_US and kind != TRUSTEE
        lies = host[home, o]
        if o == ON_PREMISES:
            controller = _TARGET
        elif us_held:
            controller = _PROVIDER
        elif o == HOME_GROWN and standing[r, 1] < us_business[home]:
            controller = _FOREIGN_WITH_US
        else:
            controller = _FOREIGN
        nowhere = (
            us_held
            and segment == CONSUMER
            and _uniform(chance[r, _STABLE]) < no_location[(o - FIRST_US) // OFFERS]
        )
        unreadable = kind == CUSTOMER_KEYS and _uniform(chance[r, _KEYS]) >= unlocking
        control = reaches if reaches >= 0 else (1 if _uniform(chance[r, _HONOURED]) < honoured else 0)
        if police != 0 and reaches < 0:
            control = 1  # how US courts answer US warrants leaves the bar on disclosure to foreigners whole
        test = 2 if statutory and control == 1 else control
        if police == 0:
            if evades == 1 and us_held and lies == 0:
                lies = haven[(o - FIRST_US) // OFFERS]
            location = _NO_LOCATION if nowhere else (_US if lies == 0 else _ABROAD)
            code = us_table[
                test, location, controller, 1 if home == 0 else 0, 1 if agreement[lies] > law_order else 0, data_law[lies],
                1 if blocking[lies] > law_order else 0, 1 if lies == home else 0,
            ]  # fmt: skip
            other, direction = (
                (lies if lies != 0 else home),
                US_TO_FOREIGN if home != 0 or lies != 0 else US_AT_HOME,
            )
        else:
            location = (
                _NOWHERE if nowhere else (_OWN_SOIL if lies == police else (_IN_US if lies == 0 else _THIRD))
            )
            code = foreign_table[
                test, location, controller, 1 if home == 0 else 0, 1 if agreement[police] > law_order else 0, 1 if claim[police] > law_order else 0
            ]  # fmt: skip
            other, direction = police, FOREIGN_TO_US if us_held else FOREIGN_AT_HOME
        conflict = code >= CONFLICT_BIT
        route = code - CONFLICT_BIT if conflict else code
        wait, granted, papers_wait = waits[r, _ANSWER], _uniform(chance[r, _GRANTED]), waits[r, _PAPERS]
        succeeds, months = False, 0.0
        if route == DIRECT:
            success = direct_ok
            if police != 0 and us_held:
                success = compelled_ok
            elif conflict:
                success = direct_ok * (1.0 - common_ok)
            succeeds = granted < success
            months = wait * direct_months + (conflict_delay if conflict else 0.0)
            if police == 0 and lies != 0 and reaches < 0:
                months += litigation_delay
        elif route == COMITY:
            succeeds, months = granted < direct_ok * (1.0 - comity_ok), wait * comity_months
        elif route == AGREEMENT:
            succeeds, months = granted < agreement_ok, wait * agreement_months
        elif route == MLA and police != 0 and test == 0 and location == _THIRD:
            # The host is asked, not the US: papers only, as its own queue is not in the model.
            months = 0.5 * mla_months * (wait + papers_wait)
            succeeds = granted < mla_ok
        elif route == MLA:
            side = 0 if police == 0 else 1
            arrival = month + _uniform(chance[r, _WHEN])
            begins = max(arrival, clerks[side, other, 1])
            ends = begins + waits[r, _CLERK] / clerks[side, other, 0]
            clerks[side, other, 1] = ends
            arrived[side, other] += 1
            if ends < len(finish):
                finish[np.int64(ends), side, other] += 1
            treaty_here = treaty[other]
            # Papers take their time beside the queue: two steps of equal mean, sender's and receiver's.
            papers = 0.5 * mla_months * (wait + papers_wait) * (1.0 if treaty_here else slowdown)
            months = ends - arrival + papers
            succeeds = granted < (mla_ok if treaty_here else rogatory_ok)
        if route != UNREACHABLE and unreadable and succeeds:
            out[direction, other, route, _UNREADABLE] += 1
            succeeds = False
        out[direction, other, route, _N] += 1
        if conflict:
            out[direction, other, route, _CONFLICT] += 1
            if police == 0:
                host_conflicts[lies] += 1
        if succeeds:
            out[direction, other, route, _OK] += 1
            out[direction, other, route, _MONTHS] += np.int64(months * MONTH_UNITS)
            if months <= 12.0:
                out[direction, other, route, _OK12] += 1
            if police == 0 and segment != CONSUMER and us_held and lies != 0:
                disclosures[0] += 1
                if route != MLA and not conflict:
                    host_disclosures[lies] += 1


@njit(cache=True)
def open_queues(growth, response, clerks, arrived, done):
    """Capacity grows by `growth`; where the backlog is more than a year's work, the part `response` of what is missing is added."""
    for side in range(clerks.shape[0]):
        for j in range(clerks.shape[1]):
            grown = clerks[side, j, 0] * growth
            clerks[side, j, 0] = grown + response * max(
                (arrived[side, j] - done[side, j]) / 12.0 - grown, 0.0
            )


@njit(cache=True)
def close_queues(month, finish, arrived, done, backlog):
    """Count what was finished this month; `backlog` (2, J), outgoing and incoming, is what has arrived and is not."""
    for side in range(2):
        for j in range(finish.shape[2]):
            done[side, j] += finish[month, side, j]
            backlog[side, j] = arrived[side, j] - done[side, j]


@njit(cache=True)
def plain_requests(count, luck, success, months, out):
    """US requests at home, a domestic warrant for data in the US, whatever the rule: only their number matters."""
    succeeded = np.int64(count * success + luck)
    row = out[US_AT_HOME, 0, DIRECT]
    row[_N] += count
    row[_OK] += succeeded
    row[_OK12] += succeeded
    row[_MONTHS] += np.int64(succeeded * months * MONTH_UNITS)


@njit(cache=True)
def learn_what_was_met(known, out, recent, asked, met, unmet):
    """Whether a request was met within twelve months is known twelve months later, to governments as to everybody.

    `recent` (12, 2, J) asked and met by month, of which `known` is the slot; `asked`, `met` (J,) of about a year, and `unmet`
    (J,) the share of the police's requests for data at US providers that was not met.
    """
    for j in range(len(asked)):
        asked[j] = asked[j] * (11.0 / 12.0) + recent[known, 0, j]
        met[j] = met[j] * (11.0 / 12.0) + recent[known, 1, j]
        n, ok = 0, 0
        for route in range(out.shape[2]):
            n += out[FOREIGN_TO_US, j, route, _N]
            ok += out[FOREIGN_TO_US, j, route, _OK12]
        recent[known, 0, j], recent[known, 1, j] = n, ok
        unmet[j] = 1.0 - met[j] / asked[j] if asked[j] > 0.0 else 0.0


@njit(cache=True)
def month_of_requests(
    month, world, growth, response, plain, plain_luck, rows, who, standing, chance, waits, place, host, us_business, no_location, haven,
    us_table, foreign_table, statutory, reaches, honoured, agreement, data_law, blocking, claim, treaty, times, chances, litigation_delay,
    clerks, arrived, done, finish, backlog, out, host_conflicts, host_disclosures, disclosures, recent, asked, met, unmet,
):  # fmt: skip
    """All that a month brings to the investigators of one world: capacity grows, requests are answered, queues are counted, and what was
    met a year ago becomes known. `plain` requests at home with their `plain_luck`; the rest as in the functions above."""
    out[:] = 0
    host_conflicts[:] = 0
    host_disclosures[:] = 0
    disclosures[0] = 0
    open_queues(growth, response, clerks, arrived, done)
    investigate(
        month, world, rows, who, standing, chance, waits, place, host, us_business, no_location, haven, us_table, foreign_table, statutory, reaches,
        honoured, agreement, data_law, blocking, claim, treaty, times, chances, litigation_delay, clerks, arrived, finish, out,
        host_conflicts, host_disclosures, disclosures,
    )  # fmt: skip
    plain_requests(plain, plain_luck, chances[0], times[0], out)
    close_queues(month, finish, arrived, done, backlog)
    learn_what_was_met(month % len(recent), out, recent, asked, met, unmet)

"""What became of a month's requests, compiled: the counts that books, news and governments read."""

from typing import NamedTuple

import numpy as np

from sim.model.kernels.codes import (
    AGREEMENT,
    COMITY,
    CONFLICT_BIT,
    CONSUMER,
    DIRECT,
    FOREIGN_AT_HOME,
    FOREIGN_TO_US,
    UNREACHABLE,
    US,
    US_AT_HOME,
    US_TO_FOREIGN,
)
from sim.model.kernels.jit import inlined, inner
from sim.model.kernels.requests import COURT, OTHER, POLICE, PRESS, SEALED, SEGMENT, uniform
from sim.model.kernels.targets import TARGET

MEASURES = ("requests", "succeeded", "succeeded_12m", "months", "unreadable", "conflicts")
N, OK, OK12, MONTHS, UNREADABLE, CONFLICT = range(6)
MONTH_UNITS = 1024.0  # months to evidence are summed in 1/1024
# Whom US requests are about. And what foreign police's orders do to Americans and to US providers.
PEOPLE_ABROAD, PEOPLE_IN_US = range(2)
ABOUT_AMERICANS, REACHED_AMERICANS, REFUSED = range(3)


class Results(NamedTuple):
    """What became of a month's requests."""

    month: np.ndarray  # int64 (4, J, 5, 6) by direction, country and route: MEASURES
    conflicts: np.ndarray  # int64 (J,) of law, by the country whose law was broken
    disclosures: np.ndarray  # int64 (1,) of organisations' data abroad
    subject_conflicts: np.ndarray  # int64 (J,) of law, by whose data it is
    public: np.ndarray  # int64 (J,) US orders that became public, by whose data it is
    in_court: np.ndarray  # int64 (J,) of these: that came to court about data elsewhere, by where it lay
    fought: np.ndarray  # int64 (J,) of these: that came to court, by whose data it is
    about: np.ndarray  # int64 (2, 6) US requests about people abroad, about people in the US: MEASURES
    foreign_orders: np.ndarray  # int64 (J, 3) ABOUT_AMERICANS, REACHED_AMERICANS, REFUSED, by police


class Outcome(NamedTuple):
    """What requests came to, each array (n,)."""

    code: np.ndarray  # int64 of the routing tables
    route: np.ndarray  # int64 in the end
    succeeds: np.ndarray  # bool
    months: np.ndarray  # float64
    stopped: np.ndarray  # bool by a court, for comity


@inner()
def breaks_law(code, route, succeeds):
    """Whether another law was broken: what it forbids to disclose was disclosed, by order."""
    return code & CONFLICT_BIT != 0 and (route == DIRECT or route == COMITY) and succeeds


@inner()
def _tally(row, succeeds, months, unreadable, conflict):
    """Enter one request in a row of MEASURES."""
    row[N] += 1
    if conflict:
        row[CONFLICT] += 1
    if succeeds and unreadable:
        row[UNREADABLE] += 1
    elif succeeds:
        row[OK] += 1
        row[MONTHS] += np.int64(months * MONTH_UNITS)
        if months <= 12.0:
            row[OK12] += 1


@inlined()
def tally(requests, found, outcome, results):
    """Enter all requests by direction, country and route, and those of the US by whom they are about."""
    rows, homes, lie, unreadable = requests.rows, found.home, found.lies, found.unreadable
    out, about = results.month, results.about
    for r in range(len(rows)):
        police, home, lies, route = rows[r, POLICE], homes[r], lie[r], outcome.route[r]
        succeeds, months, bad = outcome.succeeds[r], outcome.months[r], unreadable[r]
        conflict = breaks_law(outcome.code[r], route, succeeds)
        if police != US:
            direction = FOREIGN_TO_US if found.us_held[r] or lies == US else FOREIGN_AT_HOME
            _tally(out[direction, police, route], succeeds, months, bad, conflict)
            continue
        direction = US_TO_FOREIGN if home != US or lies != US else US_AT_HOME
        _tally(out[direction, lies if lies != US else home, route], succeeds, months, bad, conflict)
        if home != US:
            _tally(about[PEOPLE_ABROAD], succeeds, months, bad, conflict)
        else:
            _tally(about[PEOPLE_IN_US], succeeds, months, bad, conflict)


@inlined()
def enter_us_orders(requests, found, outcome, ways, results):
    """Conflicts of law and disclosures that US orders lead to, and which orders become public.

    An order that is not sealed for good becomes public if it comes to court or into the press. Only orders
    that compel are news: assistance is the host's own act. A motion for comity is filed under seal, and few
    become known; one that stopped the order is good news only.
    """
    rows, chance, p = requests.rows, requests.chance, ways.practice
    litigated = p.challenged * ways.litigating
    for r in range(len(rows)):
        if rows[r, POLICE] != US:
            continue
        home, lies, route = found.home[r], found.lies[r], outcome.route[r]
        if breaks_law(outcome.code[r], route, outcome.succeeds[r]):
            results.conflicts[home if found.nowhere[r] else lies] += 1
            results.subject_conflicts[home] += 1
        obtained = outcome.succeeds[r] and not found.unreadable[r]
        if obtained and requests.who[r, SEGMENT] != CONSUMER and found.us_held[r] and lies != US:
            results.disclosures[0] += 1
        if found.controller[r] == TARGET or uniform(chance[r, SEALED]) < p.sealed:
            continue
        if route == COMITY:
            court = uniform(chance[r, PRESS]) < p.motions_known
        else:
            disputed = lies != US and (outcome.code[r] & CONFLICT_BIT != 0 or ways.rule.contested)
            court = disputed and uniform(chance[r, COURT]) < litigated
        results.fought[home] += np.int64(court)
        if outcome.stopped[r]:
            continue
        if court and lies != home:
            results.in_court[lies] += 1
        if court or (route == DIRECT and uniform(chance[r, PRESS]) < p.publicity):
            results.public[home] += 1


@inlined()
def enter_foreign_orders(requests, found, outcome, incidental, results):
    """What foreign orders do to Americans, and to US providers that refuse them."""
    rows, chance, orders = requests.rows, requests.chance, results.foreign_orders
    for r in range(len(rows)):
        police, route = rows[r, POLICE], outcome.route[r]
        if police == US:
            continue
        if outcome.code[r] & CONFLICT_BIT != 0 and route != DIRECT:
            orders[police, REFUSED] += 1
        obtained = outcome.succeeds[r] and not found.unreadable[r]
        if found.home[r] == US:
            orders[police, ABOUT_AMERICANS] += 1
            if obtained and route == DIRECT:
                orders[police, REACHED_AMERICANS] += 1
        elif obtained and route == AGREEMENT and uniform(chance[r, OTHER]) < incidental:
            orders[police, REACHED_AMERICANS] += 1


@inlined()
def plain_requests(plain, success, months, results):
    """Domestic warrants about people who do not evade: only their number counts.

    A share `elsewhere` meets data without a stable location that the rule puts out of reach.
    """
    lost = np.int64(plain.number * plain.elsewhere + plain.luck)
    results.month[US_AT_HOME, US, UNREACHABLE, N] += lost
    succeeded = np.int64((plain.number - lost) * success + plain.luck)
    results.about[PEOPLE_IN_US, N] += lost
    for row in (results.month[US_AT_HOME, US, DIRECT], results.about[PEOPLE_IN_US]):
        row[N] += plain.number - lost
        row[OK] += succeeded
        row[OK12] += succeeded
        row[MONTHS] += np.int64(succeeded * months * MONTH_UNITS)


@inlined()
def begin(results):
    """A new month has no results."""
    results.month[:] = 0
    results.conflicts[:] = 0
    results.disclosures[:] = 0
    results.subject_conflicts[:] = 0
    results.public[:] = 0
    results.in_court[:] = 0
    results.fought[:] = 0
    results.about[:] = 0
    results.foreign_orders[:] = 0

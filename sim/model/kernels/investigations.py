"""Requests for evidence, compiled.

Who is aimed at (drawn once for all worlds), what the law answers, how long it takes.
"""

from typing import NamedTuple

import numpy as np

from sim.model.kernels.arithmetic import exp, log
from sim.model.kernels.codes import (
    ACCOUNTS,
    AGREEMENT,
    BLOCKING_STATUTE,
    COMITY,
    CONFLICT_BIT,
    CONSUMER,
    CUSTOMER_KEYS,
    DIRECT,
    EXECUTIVE_AGREEMENT,
    EXTRATERRITORIAL_CLAIM,
    FIRST_US,
    FOREIGN_AT_HOME,
    FOREIGN_TO_US,
    HOME_GROWN,
    HOST_BIT,
    INCOMING,
    MLA,
    NOWHERE,
    OFFERS,
    ON_PREMISES,
    OUTGOING,
    TRUSTEE,
    UNITS,
    UNREACHABLE,
    US,
    US_AT_HOME,
    US_TO_FOREIGN,
)
from sim.model.kernels.jit import entry, inner
from sim.model.kernels.philox import draw4
from sim.model.luck import purposes

MEASURES = ("requests", "succeeded", "succeeded_12m", "months", "unreadable", "conflicts")
_N, _OK, _OK12, _MONTHS, _UNREADABLE, _CONFLICT = range(6)
MONTH_UNITS = 1024.0  # months to evidence are summed in 1/1024
# Columns of a request's row, of its customer, of its luck; and of a clerk.
CUSTOMER, POLICE, NUMBER, EVADES, AGENT = range(5)
HOME, SEGMENT, US_PERSON = range(3)
LAW_ORDER, US_BUSINESS = range(2)
_WHEN, _STABLE, _HONOURED, _KEYS, _GRANTED, _SEALED, _COURT, _PRESS, PERSON, _DATA_LAW = range(10)
CHANCES = 10
_ANSWER, _CLERK, _PAPERS = range(3)
RATE, FREE_AT = range(2)
# Dimensions of the routing tables (`sim.model.law.routing`): where data lies, for a US and for a foreign
# order; who controls it.
_US, _ABROAD, _NO_LOCATION = range(3)
_OWN_SOIL, _IN_US, _THIRD, _NO_FIXED_PLACE = range(4)
_PROVIDER, _FOREIGN_WITH_US, _FOREIGN, _TARGET = range(4)
_WORD = 4294967296.0
_LARGEST_PIECE, _LARGEST_COUNT = 16.0, 200  # of a Poisson draw by inversion


class Requests(NamedTuple):
    """A month's requests."""

    rows: (
        np.ndarray
    )  # int32 (n, 5) customer, police jurisdiction (0: the US), number, evades (0/1), agent key of the police
    who: np.ndarray  # int32 (n, 3) jurisdiction and segment of the customer; whether it is a US person (0/1)
    standing: (
        np.ndarray
    )  # float32 (n, 2) its place in the order of laws, and in that of its provider's US business
    chance: np.ndarray  # uint32 (n, 10) from `draw_luck`
    waits: (
        np.ndarray
    )  # float64 (n, 3) of unit mean: at the authority that is asked, for the clerk, for the papers


class Held(NamedTuple):
    """Where data is in one world, and who holds it."""

    world: int
    place: np.ndarray  # int8 (N, W)
    host: np.ndarray  # int32 (J, O)
    us_business: np.ndarray  # float64 (J,) share of home-grown providers that do business in the US
    no_location: np.ndarray  # float64 (P,) share of consumers' data without a stable location
    haven: np.ndarray  # int64 (P,) where whoever evades puts data


class Rule(NamedTuple):
    """The law of a month as investigators meet it."""

    us_table: (
        np.ndarray
    )  # int8 (2, ...) of a warrant that is refused and of one that is honoured, see `OrderRule`
    foreign_table: np.ndarray  # int8
    contested: bool  # the courts have not settled what a warrant reaches
    honoured: (
        np.ndarray
    )  # float64 (P + 1,) share of US warrants for data abroad that each US provider obeys, and all others
    agreements: bool  # whether executive agreements have effect
    laws: np.ndarray  # float64 (J, I) in force
    data_law: (
        np.ndarray
    )  # float64 (J,) chance that a disclosure to foreign authorities breaks its data-protection law
    treaty: np.ndarray  # bool (J,) on legal assistance with the US


class Practice(NamedTuple):
    """How long each way takes, in months, and how often it succeeds."""

    direct_months: float
    comity_months: float
    agreement_months: float
    mla_months: float
    conflict_delay: float
    slowdown: float  # without a treaty
    direct_ok: float
    comity_ok: float
    common_ok: float
    agreement_ok: float
    mla_ok: float
    rogatory_ok: float
    unlocking: float  # share of customers' own keys that can be had
    compelled_ok: float
    sealed: float  # share of orders that stay secret for good
    challenged: float  # share of orders for data abroad that a provider that litigates takes to court
    publicity: float  # share of the others that are not sealed that the press learns of


class Queues(NamedTuple):
    """Mutual legal assistance: outgoing and incoming requests, one clerk for each pair."""

    growth: float  # of capacity, a month
    response: float  # part of what is missing that is added in a month
    clerks: np.ndarray  # float64 (2, J, 2) capacity a month, and the time at which the clerk is free
    arrived: np.ndarray  # int64 (2, J) so far
    done: np.ndarray  # int64 (2, J) so far
    finish: np.ndarray  # int64 (M, 2, J) completions by month
    backlog: np.ndarray  # int64 (2, J)


class Results(NamedTuple):
    """What became of a month's requests."""

    month: np.ndarray  # int64 (4, J, 5, 6) by direction, country and route: MEASURES
    conflicts: np.ndarray  # int64 (J,) of law, by the country whose law was broken
    host_disclosures: (
        np.ndarray
    )  # int64 (J,) of organisations' data, by where it lay, that nobody there agreed to
    disclosures: np.ndarray  # int64 (1,) of organisations' data abroad
    subject_conflicts: np.ndarray  # int64 (J,) of law, by whose data it is
    public: np.ndarray  # int64 (J,) US orders that became public, by whose data it is
    in_court: np.ndarray  # int64 (J,) of these: that came to court about data elsewhere, by where it lay


class Police(NamedTuple):
    """What each police has had from US providers: J countries."""

    recent: np.ndarray  # float64 (12, 2, J) asked and met by month
    asked: np.ndarray  # float64 (J,) of about a year
    met: np.ndarray  # float64 (J,)
    unmet: np.ndarray  # float64 (J,) share that was not met


@entry()
def poisson(seed, agent, month, mean):
    """A Poisson count by inversion, in pieces of mean at most 16 so that no probability underflows."""
    count, piece = 0, 0
    while mean > 0.0:
        part = min(mean, _LARGEST_PIECE)
        u = draw4(seed, agent, month, purposes.REQUESTS, piece)[0]
        p = exp(-part)
        cumulative, k = p, 0
        while u > cumulative and k < _LARGEST_COUNT:
            k += 1
            p *= part / k
            cumulative += p
        count += k
        mean -= part
        piece += 1
    return count


@entry()
def running_accounts(cell_start, weight):
    """Running sum of accounts within each cell: float64 (N,)."""
    out = np.empty(len(weight))
    for c in range(len(cell_start) - 1):
        s = 0.0
        for i in range(cell_start[c], cell_start[c + 1]):
            s += weight[i, ACCOUNTS] / UNITS
            out[i] = s
    return out


class Kind(NamedTuple):
    """One kind of request of one police."""

    agent: int  # keys its luck
    police: int
    evades: int
    first_cell: int  # of the targets
    rate: np.ndarray  # float64 (M,) mean count
    cumulative: np.ndarray  # float64 running weights of the cells from `first_cell` on


@entry()
def draw_targets(seed, kind, cell_start, account_sums, rows, when, n):
    """Requests of one kind: month by month a Poisson count, each aimed at an account drawn at random.

    `account_sums` (N,) running sum of accounts within each cell. Fills `rows` from the n-th on and `when`, in
    months; returns how many there are. Where the target keeps its data plays no part.
    """
    agent, rate, cumulative = kind.agent, kind.rate, kind.cumulative
    for m in range(len(rate)):
        for k in range(poisson(seed, agent, m, rate[m])):
            if n == len(rows):
                return n
            u = draw4(seed, agent, m, purposes.TARGET, k)
            c = np.searchsorted(cumulative, u[0] * cumulative[-1])
            cell = kind.first_cell + min(c, len(cumulative) - 1)
            a, b = cell_start[cell], cell_start[cell + 1]
            i = a + np.searchsorted(account_sums[a:b], u[1] * account_sums[b - 1])
            rows[n, CUSTOMER], rows[n, POLICE], rows[n, NUMBER] = min(i, b - 1), kind.police, k
            rows[n, EVADES], rows[n, AGENT] = kind.evades, agent
            when[n] = m + draw4(seed, agent, m, purposes.CIRCUMSTANCE, k)[0]
            n += 1
    return n


@entry()
def draw_luck(seed, start, rows, chance, waits):
    """The luck of the requests of all months, the same in every world: words of 32 bits.

    `chance` uint32 (n, 10): time of the month; whether the data has no stable location; whether a contested
    warrant is honoured; whether keys can be had; whether it is granted; whether it is sealed for good, comes
    to court, gets into the press; whether the customer is a US person; whether obeying breaks a
    data-protection law. `waits` uint32 (n, 3): at the authority that is asked, for the clerk, for the papers.
    `start` (M + 1,) first row of each month.
    """
    for month in range(len(start) - 1):
        for r in range(start[month], start[month + 1]):
            number, agent = rows[r, NUMBER], rows[r, AGENT]
            when, stable, honoured, keys = draw4(seed, agent, month, purposes.CIRCUMSTANCE, number)
            wait, granted, clerk, papers = draw4(seed, agent, month, purposes.OUTCOME, number)
            person, data_law, _, _ = draw4(seed, agent, month, purposes.LEGAL_CIRCUMSTANCE, number)
            chance[r, _WHEN], chance[r, _STABLE], chance[r, _HONOURED] = (
                np.uint32(when * _WORD),
                np.uint32(stable * _WORD),
                np.uint32(honoured * _WORD),
            )
            chance[r, _KEYS], chance[r, _GRANTED] = np.uint32(keys * _WORD), np.uint32(granted * _WORD)
            chance[r, PERSON], chance[r, _DATA_LAW] = np.uint32(person * _WORD), np.uint32(data_law * _WORD)
            waits[r, _ANSWER], waits[r, _CLERK], waits[r, _PAPERS] = (
                np.uint32(wait * _WORD),
                np.uint32(clerk * _WORD),
                np.uint32(papers * _WORD),
            )
            sealed, court, press, _ = draw4(seed, agent, month, purposes.PUBLICITY, number)
            chance[r, _SEALED], chance[r, _COURT], chance[r, _PRESS] = (
                np.uint32(sealed * _WORD),
                np.uint32(court * _WORD),
                np.uint32(press * _WORD),
            )


@inner()
def _uniform(word):
    """The uniform in (0, 1) that `draw4` makes of a word."""
    return (word + 0.5) * (1.0 / _WORD)


@entry(error_model="numpy")
def waits_of(words, out):
    """Waits of unit mean from the generator's `words`, both (n,).

    In one plain loop, so that many logarithms are taken at once.
    """
    for k in range(len(words)):
        out[k] = -log(_uniform(words[k]))


@inner()
def _controller(o, us_held, us_business, share):
    """Who controls what lies at place o.

    The home-grown provider does US business if `us_business` is below the `share`.
    """
    if o == ON_PREMISES:
        return _TARGET
    if us_held:
        return _PROVIDER
    return _FOREIGN_WITH_US if o == HOME_GROWN and us_business < share else _FOREIGN


@inner()
def _direct(practice, foreign_for_us_data, conflict, granted, wait):
    """A direct order: whether it succeeds, and after how many months.

    A court may yield to a conflict of law.
    """
    success = practice.direct_ok
    if foreign_for_us_data:
        success = practice.compelled_ok
    elif conflict:
        success = practice.direct_ok * (1.0 - practice.common_ok)
    return granted < success, wait * practice.direct_months + (practice.conflict_delay if conflict else 0.0)


@inner()
def _queue(side, other, arrival, work, clerks, arrived, finish):
    """A request joins the queue of one clerk: the time at which the clerk has done it."""
    begins = max(arrival, clerks[side, other, FREE_AT])
    ends = begins + work / clerks[side, other, RATE]
    clerks[side, other, FREE_AT] = ends
    arrived[side, other] += 1
    if ends < len(finish):
        finish[np.int64(ends), side, other] += 1
    return ends


@entry()
def investigate(month, requests, held, ways, queues, results):
    """The month's requests in one world; of those that may queue for one clerk, in order of time.

    Adds to `results`, and to what the queues have taken in and finished.
    """
    rule, practice = ways.rule, ways.practice
    rows, who, standing, chance, waits = (
        requests.rows, requests.who, requests.standing, requests.chance, requests.waits
    )  # fmt: skip
    world, place, host, us_business = held.world, held.place, held.host, held.us_business
    no_location, haven = held.no_location, held.haven
    us_table, foreign_table, laws, data_law, treaty = (
        rule.us_table, rule.foreign_table, rule.laws, rule.data_law, rule.treaty
    )  # fmt: skip
    contested, agreements = rule.contested, rule.agreements
    clerks, arrived, finish = queues.clerks, queues.arrived, queues.finish
    out, conflicts, host_disclosures = results.month, results.conflicts, results.host_disclosures
    disclosures, half_papers = results.disclosures, 0.5 * practice.mla_months
    for r in range(len(rows)):
        police, law_order, home, segment = (
            rows[r, POLICE],
            standing[r, LAW_ORDER],
            who[r, HOME],
            who[r, SEGMENT],
        )
        o = np.int64(place[rows[r, CUSTOMER], world])
        kind = (o - FIRST_US) % OFFERS if o >= FIRST_US else NOWHERE
        us_held = o >= FIRST_US and kind != TRUSTEE
        lies = host[home, o]
        controller = _controller(o, us_held, standing[r, US_BUSINESS], us_business[home])
        nowhere = (
            us_held
            and segment == CONSUMER
            and _uniform(chance[r, _STABLE]) < no_location[(o - FIRST_US) // OFFERS]
        )
        unreadable = kind == CUSTOMER_KEYS and _uniform(chance[r, _KEYS]) >= practice.unlocking
        provider = (o - FIRST_US) // OFFERS if o >= FIRST_US else len(rule.honoured) - 1
        honoured = 1 if _uniform(chance[r, _HONOURED]) < rule.honoured[provider] else 0
        us_person, resides = who[r, US_PERSON], 1 if home == US else 0
        if police == US:
            if rows[r, EVADES] == 1 and us_held and lies == US:
                lies = haven[(o - FIRST_US) // OFFERS]
            location = _NO_LOCATION if nowhere else (_US if lies == US else _ABROAD)
            law_of = home if nowhere else lies  # whose law may be broken
            agreement = 1 if agreements and laws[law_of, EXECUTIVE_AGREEMENT] > law_order else 0
            bars = 1 if _uniform(chance[r, _DATA_LAW]) < data_law[law_of] else 0
            blocking = 1 if not nowhere and laws[lies, BLOCKING_STATUTE] > law_order else 0
            own_soil = 1 if lies == home else 0
            code = us_table[
                honoured, location, controller, us_person, resides, agreement, bars, blocking, own_soil
            ]
            other, direction = (
                (lies if lies != US else home),
                US_TO_FOREIGN if home != US or lies != US else US_AT_HOME,
            )
        else:
            location = (
                _NO_FIXED_PLACE
                if nowhere
                else (_OWN_SOIL if lies == police else (_IN_US if lies == US else _THIRD))
            )
            agreement = 1 if agreements and laws[police, EXECUTIVE_AGREEMENT] > law_order else 0
            claim = 1 if laws[police, EXTRATERRITORIAL_CLAIM] > law_order else 0
            law_of = lies
            code = foreign_table[location, controller, us_person, resides, agreement, claim]
            other, direction = police, FOREIGN_TO_US if us_held else FOREIGN_AT_HOME
        conflict, asks_host = code & CONFLICT_BIT != 0, code & HOST_BIT != 0
        route = code & (CONFLICT_BIT - 1)
        wait, granted, papers = waits[r, _ANSWER], _uniform(chance[r, _GRANTED]), waits[r, _PAPERS]
        succeeds, months = False, 0.0
        if route == DIRECT:
            succeeds, months = _direct(practice, police != US and us_held, conflict, granted, wait)
            if police == US and lies != US and contested:
                months += ways.litigation_delay
        elif route == COMITY:
            succeeds = granted < practice.direct_ok * (1.0 - practice.comity_ok)
            months = wait * practice.comity_months
        elif route == AGREEMENT:
            succeeds, months = granted < practice.agreement_ok, wait * practice.agreement_months
        elif route == MLA and asks_host:
            # The host is asked, not the US: papers only, as its own queue is not in the model.
            succeeds, months = granted < practice.mla_ok, half_papers * (wait + papers)
        elif route == MLA:
            arrival = month + _uniform(chance[r, _WHEN])
            side = OUTGOING if police == US else INCOMING
            ends = _queue(side, other, arrival, waits[r, _CLERK], clerks, arrived, finish)
            # Papers take their time beside the queue: two steps of equal mean, sender's and receiver's.
            on_the_way = half_papers * (wait + papers) * (1.0 if treaty[other] else practice.slowdown)
            months = ends - arrival + on_the_way
            succeeds = granted < (practice.mla_ok if treaty[other] else practice.rogatory_ok)
        if route != UNREACHABLE and unreadable and succeeds:
            out[direction, other, route, _UNREADABLE] += 1
            succeeds = False
        out[direction, other, route, _N] += 1
        if conflict:
            out[direction, other, route, _CONFLICT] += 1
            if police == US:
                conflicts[law_of] += 1
                results.subject_conflicts[home] += 1
        if police == US and controller != _TARGET and _uniform(chance[r, _SEALED]) >= practice.sealed:
            _make_public(route, (conflict or contested) and lies != US, ways, chance[r], home, lies, results)
        if succeeds:
            out[direction, other, route, _OK] += 1
            out[direction, other, route, _MONTHS] += np.int64(months * MONTH_UNITS)
            if months <= 12.0:
                out[direction, other, route, _OK12] += 1
            if police == US and segment != CONSUMER and us_held and lies != US:
                disclosures[0] += 1
                if route != MLA and not conflict:
                    host_disclosures[lies] += 1


@inner()
def _make_public(route, disputed, ways, chance, home, lies, results):
    """Enter a US order that is not sealed for good, if a court or the press makes it public.

    Only orders that compel are news: assistance is the host's own act.
    """
    court = route == COMITY or (
        disputed and _uniform(chance[_COURT]) < ways.practice.challenged * ways.litigating
    )
    if court and lies != home:
        results.in_court[lies] += 1
    compelled = route == DIRECT or route == COMITY
    if court or (compelled and _uniform(chance[_PRESS]) < ways.practice.publicity):
        results.public[home] += 1


@entry()
def open_queues(queues):
    """Capacity grows; where the backlog is more than a year's work, a part of what is missing is added."""
    clerks, arrived, done = queues.clerks, queues.arrived, queues.done
    for side in range(clerks.shape[0]):
        for j in range(clerks.shape[1]):
            grown = clerks[side, j, RATE] * queues.growth
            missing = (arrived[side, j] - done[side, j]) / 12.0 - grown
            clerks[side, j, RATE] = grown + queues.response * max(missing, 0.0)


@inner()
def close_queues(month, queues):
    """Count what was finished this month; the backlog is what has arrived and is not."""
    finish, arrived, done, backlog = queues.finish, queues.arrived, queues.done, queues.backlog
    for side in range(2):
        for j in range(finish.shape[2]):
            done[side, j] += finish[month, side, j]
            backlog[side, j] = arrived[side, j] - done[side, j]


@entry()
def plain_requests(count, luck, success, months, out):
    """US requests at home, a domestic warrant for data in the US, whatever the rule.

    Only their number matters.
    """
    succeeded = np.int64(count * success + luck)
    row = out[US_AT_HOME, US, DIRECT]
    row[_N] += count
    row[_OK] += succeeded
    row[_OK12] += succeeded
    row[_MONTHS] += np.int64(succeeded * months * MONTH_UNITS)


@entry()
def learn_what_was_met(month, out, police):
    """Whether a request was met within twelve months is known twelve months later, to governments as to
    everybody.
    """
    recent, asked, met, unmet = police.recent, police.asked, police.met, police.unmet
    known = month % len(recent)
    for j in range(len(asked)):
        asked[j] = asked[j] * (11.0 / 12.0) + recent[known, 0, j]
        met[j] = met[j] * (11.0 / 12.0) + recent[known, 1, j]
        n, ok = 0, 0
        for route in range(out.shape[2]):
            n += out[FOREIGN_TO_US, j, route, _N]
            ok += out[FOREIGN_TO_US, j, route, _OK12]
        recent[known, 0, j], recent[known, 1, j] = n, ok
        unmet[j] = 1.0 - met[j] / asked[j] if asked[j] > 0.0 else 0.0


class Plain(NamedTuple):
    """A month's US requests at home that no rule touches."""

    number: int
    luck: float


class Ways(NamedTuple):
    """How requests are answered in one world and month."""

    rule: Rule
    practice: Practice
    litigating: float  # share of US providers, by revenue abroad, that go to court
    litigation_delay: float  # months that contested warrants abroad take longer


@entry()
def month_of_requests(month, requests, plain, held, ways, queues, results, police):
    """All that a month brings to the investigators of one world.

    Capacity grows, requests are answered, queues are counted, and what was met a year ago becomes known.
    """
    results.month[:] = 0
    results.conflicts[:] = 0
    results.host_disclosures[:] = 0
    results.disclosures[:] = 0
    results.subject_conflicts[:] = 0
    results.public[:] = 0
    results.in_court[:] = 0
    open_queues(queues)
    practice = ways.practice
    investigate(month, requests, held, ways, queues, results)
    plain_requests(plain.number, plain.luck, practice.direct_ok, practice.direct_months, results.month)
    close_queues(month, queues)
    learn_what_was_met(month, results.month, police)

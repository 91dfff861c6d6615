"""A month of requests for evidence, compiled: where the data is, what the law answers, what comes of it."""

from typing import NamedTuple

import numpy as np

from sim.model.kernels import assistance
from sim.model.kernels.assistance import enter_queue
from sim.model.kernels.case_records import (
    OK12,
    N,
    Outcome,
    begin,
    enter_foreign_orders,
    enter_us_orders,
    plain_requests,
    tally,
)
from sim.model.kernels.codes import (
    AGREEMENT,
    BLOCKING_STATUTE,
    COMITY,
    CONFLICT_BIT,
    CONSUMER,
    DIRECT,
    EXECUTIVE_AGREEMENT,
    EXTRATERRITORIAL_CLAIM,
    FOREIGN_TO_US,
    HOST_BIT,
    INCOMING,
    MLA,
    NOTICE_BIT,
    OFFENCE_BIT,
    OUTGOING,
    ROUTE_BITS,
    UNREACHABLE,
    US,
)
from sim.model.kernels.jit import entry, inlined, inner
from sim.model.kernels.requests import (
    ANSWER,
    CLERK,
    COURT,
    DATA_LAW,
    GRANTED,
    HONOURED,
    LAW_ORDER,
    LETTER,
    OTHER,
    PAPERS,
    POLICE,
    SEGMENT,
    SERIOUS,
    US_PERSON,
    WHEN,
    uniform,
)
from sim.model.kernels.targets import find

# Where data lies, for a US and for a foreign order, in the routing tables (`sim.model.law.routing`).
_US, _ABROAD, _NO_LOCATION = range(3)
_OWN_SOIL, _IN_US, _THIRD, _NO_FIXED_PLACE = range(4)


class Terms(NamedTuple):
    """The terms of executive agreements, by partner."""

    eligible: float  # share of a partner's requests that its agreement covers
    quota: np.ndarray  # float64 (J,) orders a month that a partner's police may serve under its agreement
    notice: np.ndarray  # float64 (J,) share of US orders under a partner's law of which the partner is told
    lifts_bar: np.ndarray  # float64 (J,) share of them that the agreement makes lawful in the partner's law
    objection: float  # share of these to which the partner objects


class Rule(NamedTuple):
    """The law of a month as investigators meet it."""

    us_table: np.ndarray  # int8 (2, K) of a warrant refused and of one honoured, by number, see `OrderRule`
    foreign_table: np.ndarray  # int8 (K, 2) without and with a claim
    contested: bool  # the courts have not settled what a warrant reaches
    honoured: (
        np.ndarray
    )  # float64 (P + 1,) share of US warrants for data abroad that each US provider obeys, and all others
    agreements: np.ndarray  # bool (J,) whether an executive agreement with a country would have effect
    laws: np.ndarray  # float64 (J, I) in force
    data_law: (
        np.ndarray
    )  # float64 (J,) chance that a disclosure to foreign authorities breaks its data-protection law
    covers_consumers: np.ndarray  # float64 (J,) share of consumers' data that a blocking statute covers
    cooperates: (
        np.ndarray
    )  # bool (J,) whether a treaty or convention binds it to legal assistance with the US
    terms: Terms


class Practice(NamedTuple):
    """How long each way takes, in months, how often it is tried, and how often it succeeds."""

    direct_months: float
    comity_months: float
    agreement_months: float
    mla_asked: np.ndarray  # float64 (J,) share of its requests for assistance that each police makes
    mla_months: np.ndarray  # float64 (2, J) of papers: outgoing to, incoming from
    conflict_delay: float
    notice_months: float  # that an order waits of which a government is told first
    direct_ok: float
    comity_ok: float
    common_ok: float
    agreement_ok: float
    mla_ok: np.ndarray  # float64 (2, J)
    unlocking: float  # share of customers' own keys that can be had
    compelled: np.ndarray  # float64 (J,) share of orders against the US bar that US providers obey
    incidental: float  # share of orders under an agreement that meet an American's data
    sealed: float  # share of orders that stay secret for good
    challenged: float  # share of orders for data abroad that a provider that litigates takes to court
    filed: float  # share of the orders for which a motion for comity is open that meet one
    publicity: float  # share of the others that are not sealed that the press learns of
    motions_known: float  # share of the motions for comity, not sealed for good, that become public


class Ways(NamedTuple):
    """How requests are answered in one world and month."""

    rule: Rule
    practice: Practice
    litigating: float  # share of US providers, by revenue abroad, that go to court
    litigation_delay: float  # months that contested warrants abroad take longer


class Police(NamedTuple):
    """What each police has had from US providers: J countries."""

    recent: np.ndarray  # float64 (12, 2, J) asked and met by month
    asked: np.ndarray  # float64 (J,) of about a year
    met: np.ndarray  # float64 (J,)
    unmet: np.ndarray  # float64 (J,) share that was not met


class Plain(NamedTuple):
    """A month's US requests at home that no rule touches."""

    number: int
    elsewhere: float  # share of them that meet data that the rule puts out of reach
    luck: float


# --- what the law answers --------------------------------------------------------------------------


@inlined()
def numbered(location, controller, us_person, resides):
    """The number in a routing table of the circumstances that begin both tables; the others follow it."""
    return 4 * (4 * location + controller) + 2 * us_person + resides


@inlined()
def answer_us(requests, found, rule, filed, code):
    """The codes of US orders in the routing tables: fills `code` (n,).

    Where a motion for comity is open, a share `filed` of orders meet one; the others are obeyed.
    """
    rows, standing, chance, who = requests.rows, requests.standing, requests.chance, requests.who
    homes, lie, controllers, nowhere = found.home, found.lies, found.controller, found.nowhere
    us_table, laws, data_law, covers = rule.us_table, rule.laws, rule.data_law, rule.covers_consumers
    agreements, cooperates, honoured_by, providers = (
        rule.agreements, rule.cooperates, rule.honoured, found.provider
    )  # fmt: skip
    notice, lifts_bar, objection = rule.terms.notice, rule.terms.lifts_bar, rule.terms.objection
    for r in range(len(rows)):
        if rows[r, POLICE] != US:
            continue
        home, lies, order = homes[r], lie[r], standing[r, LAW_ORDER]
        law_of = home if nowhere[r] else lies  # whose law may be broken
        location = _NO_LOCATION if nowhere[r] else (_US if lies == US else _ABROAD)
        honours = 1 if uniform(chance[r, HONOURED]) < honoured_by[providers[r]] else 0
        agreement = 1 if agreements[law_of] and laws[law_of, EXECUTIVE_AGREEMENT] > order else 0
        risk, luck = uniform(chance[r, DATA_LAW]), uniform(chance[r, OTHER])
        consumer = who[r, SEGMENT] == CONSUMER
        there = laws[lies, BLOCKING_STATUTE] * (covers[lies] if consumer else 1.0)
        at_home = laws[home, BLOCKING_STATUTE] * (covers[home] if consumer else 1.0)
        bars, blocking = (1 if risk < data_law[law_of] else 0), (1 if not nowhere[r] and there > order else 0)
        if agreement == 1 and luck >= 1.0 - lifts_bar[law_of]:
            bars, blocking = 0, 0
        number = numbered(location, controllers[r], who[r, US_PERSON], home == US)
        number = 8 * number + 4 * agreement + 2 * bars + blocking
        number = (
            8 * number
            + 4 * (lies == home)
            + 2 * cooperates[home]
            + (risk < data_law[home] or at_home > order)
        )
        code[r] = us_table[honours, number]
        if blocking == 1 and code[r] & CONFLICT_BIT != 0:
            code[r] |= OFFENCE_BIT
        if code[r] & ROUTE_BITS == COMITY and uniform(chance[r, COURT]) >= filed:
            code[r] += DIRECT - COMITY
        if agreement == 1 and luck < notice[law_of] and code[r] & ROUTE_BITS == DIRECT and lies != US:
            code[r] = MLA if luck < notice[law_of] * objection else code[r] | NOTICE_BIT


@inlined()
def answer_foreign(requests, found, rule, compelled, code):
    """The codes of foreign orders in the routing tables: fills `code` (n,).

    Of those that the US bar on disclosure forbids to obey the share `compelled` (J,) is obeyed all the same;
    the others go the way of an order without a claim.
    """
    rows, standing, chance, who = requests.rows, requests.standing, requests.chance, requests.who
    homes, lie, controllers, nowhere = found.home, found.lies, found.controller, found.nowhere
    foreign_table, laws, agreements, quota = rule.foreign_table, rule.laws, rule.agreements, rule.terms.quota
    eligible, us_held, before, served = rule.terms.eligible, found.us_held, US, 0
    for r in range(len(rows)):
        police, lies, order = rows[r, POLICE], lie[r], standing[r, LAW_ORDER]
        if police == US:
            continue
        if police != before:
            before, served = police, 0  # requests stand in order of police, then of time
        location = _OWN_SOIL if lies == police else (_IN_US if lies == US else _THIRD)
        location = _NO_FIXED_PLACE if nowhere[r] else location
        agreement = 1 if agreements[police] and laws[police, EXECUTIVE_AGREEMENT] > order else 0
        if uniform(chance[r, SERIOUS]) >= eligible or served >= quota[police]:
            agreement = 0
        claim = 1 if laws[police, EXTRATERRITORIAL_CLAIM] > order else 0
        resides = 1 if homes[r] == US else 0
        ways = foreign_table[2 * numbered(location, controllers[r], who[r, US_PERSON], resides) + agreement]
        code[r] = ways[claim]
        barred = us_held[r] and code[r] & ROUTE_BITS == DIRECT and code[r] & CONFLICT_BIT != 0
        if barred and uniform(chance[r, GRANTED]) >= compelled[police]:
            code[r] = CONFLICT_BIT | (ways[0] if ways[0] & ROUTE_BITS != DIRECT else MLA)
        served += 1 if code[r] == AGREEMENT else 0


@inlined()
def drop_unwritten(requests, asked, code):
    """Police write a letter of request for a share of what assistance alone could meet, `asked` (J,).

    Of the others nothing comes: changes `code`.
    """
    rows, chance = requests.rows, requests.chance
    for r in range(len(rows)):
        if code[r] & ROUTE_BITS == MLA and uniform(chance[r, LETTER]) >= asked[rows[r, POLICE]]:
            code[r] += UNREACHABLE - MLA


@inner()
def answer(requests, held, ways):
    """The data that requests are aimed at, and the codes of the orders in the routing tables, int64 (n,)."""
    found, code = find(requests, held, ways.practice.unlocking), np.empty(len(requests.rows), np.int64)
    answer_us(requests, found, ways.rule, ways.practice.filed, code)
    answer_foreign(requests, found, ways.rule, ways.practice.compelled, code)
    drop_unwritten(requests, ways.practice.mla_asked, code)
    return found, code


@inner()
def queue_of(police, home, lies):
    """The queue that a request for legal assistance joins: its side, and the country at the other end."""
    if police != US:
        return INCOMING, police
    return OUTGOING, (lies if lies != US else home)


@entry()
def count_assistance(requests, held, ways, out):
    """Add to `out`, int64 (2, J), how many of a month's requests join each queue, outgoing and incoming."""
    rows, (found, code) = requests.rows, answer(requests, held, ways)
    for r in range(len(rows)):
        police = rows[r, POLICE]
        if code[r] & ROUTE_BITS == MLA and (police == US or code[r] & HOST_BIT == 0):
            out[queue_of(police, found.home[r], found.lies[r])] += 1


# --- what comes of it ------------------------------------------------------------------------------


@inlined()
def pursue(month, requests, found, ways, queues, outcome):
    """Whether evidence is obtained, and after how many months, by the route of each request."""
    rows, chance, waits = requests.rows, requests.chance, requests.waits
    homes, lie, code, route = found.home, found.lies, outcome.code, outcome.route
    succeeds, out_months, stopped = outcome.succeeds, outcome.months, outcome.stopped
    p, contested, delay = ways.practice, ways.rule.contested, ways.litigation_delay
    challenged = p.challenged * ways.litigating
    mla_ok, mla_months, us_held = p.mla_ok, p.mla_months, found.us_held
    clerks, arrived, new, finish = queues.clerks, queues.arrived, queues.new, queues.finish
    direct_ok, direct_months, common_ok = p.direct_ok, p.direct_months, p.common_ok
    for r in range(len(rows)):
        police, wait, granted = rows[r, POLICE], waits[r, ANSWER], uniform(chance[r, GRANTED])
        conflict, chance_of, months, spared = code[r] & CONFLICT_BIT != 0, 0.0, 0.0, 0.0
        route[r] = code[r] & ROUTE_BITS
        if route[r] == DIRECT:
            fought = conflict and police == US and uniform(chance[r, COURT]) < challenged
            if fought:
                spared = common_ok  # a court may yield to whoever asks it
            chance_of = direct_ok * (1.0 - spared)
            if conflict and police != US and us_held[r]:
                chance_of = 1.0  # all that are left obey
            # Who obeys without a word loses no time: a conflict delays where it is fought, where a statute
            # makes it an offence to obey, or where the bar on disclosure is overcome.
            delayed = fought or code[r] & OFFENCE_BIT != 0 or (conflict and police != US)
            months = wait * direct_months + (p.conflict_delay if delayed else 0.0)
            months += delay if police == US and lie[r] != US and contested else 0.0
            months += p.notice_months if code[r] & NOTICE_BIT != 0 else 0.0
        elif route[r] == COMITY:
            spared = p.comity_ok
            chance_of, months = p.direct_ok * (1.0 - spared), wait * p.comity_months
        elif route[r] == AGREEMENT:
            chance_of, months = p.agreement_ok, wait * p.agreement_months
        elif route[r] == MLA:
            # Papers take their time beside the queue: two steps of equal mean, sender's and receiver's.
            papers = 0.5 * (wait + waits[r, PAPERS])
            if code[r] & HOST_BIT != 0 and police != US:
                # The host is asked, not the US: papers only, as its own queue is not in the model.
                chance_of, months = mla_ok[OUTGOING, lie[r]], papers * mla_months[OUTGOING, lie[r]]
            else:
                side, other = queue_of(police, homes[r], lie[r])
                arrival = month + uniform(chance[r, WHEN])
                ends = enter_queue(side, other, arrival, waits[r, CLERK], clerks, arrived, new, finish)
                chance_of, months = mla_ok[side, other], ends - arrival + papers * mla_months[side, other]
        succeeds[r], out_months[r], stopped[r] = granted < chance_of, months, granted >= 1.0 - spared


@inlined()
def investigate(month, requests, held, ways, queues, results):
    """The month's requests in one world; of those that may queue for one clerk, in order of time.

    Adds to `results`, and to what the queues have taken in and finished.
    """
    n, practice = len(requests.rows), ways.practice
    found, code = answer(requests, held, ways)
    outcome = Outcome(
        code=code,
        route=np.empty(n, np.int64),
        succeeds=np.empty(n, np.bool_),
        months=np.empty(n, np.float64),
        stopped=np.empty(n, np.bool_),
    )
    pursue(month, requests, found, ways, queues, outcome)
    tally(requests, found, outcome, results)
    enter_us_orders(requests, found, outcome, ways, results)
    enter_foreign_orders(requests, found, outcome, practice.incidental, results)


@inlined()
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
            n += out[FOREIGN_TO_US, j, route, N]
            ok += out[FOREIGN_TO_US, j, route, OK12]
        recent[known, 0, j], recent[known, 1, j] = n, ok
        unmet[j] = 1.0 - met[j] / asked[j] if asked[j] > 0.0 else 0.0


@entry()
def month_of_requests(month, requests, plain, held, ways, queues, results, police):
    """All that a month brings to the investigators of one world.

    Authorities hire, requests are answered, queues are counted, and what was met a year ago becomes known.
    """
    begin(results)
    if month > 0:
        assistance.open_queues(queues)
    practice = ways.practice
    investigate(month, requests, held, ways, queues, results)
    plain_requests(plain, practice.direct_ok, practice.direct_months, results)
    assistance.close_queues(month, queues)
    learn_what_was_met(month, results.month, police)

"""Requests for evidence as they arrive, compiled: how many, aimed at whom, with what luck.

All of it is drawn once for all worlds.
"""

from typing import NamedTuple

import numpy as np

from sim.model.kernels.arithmetic import exp, first_at_least, log
from sim.model.kernels.codes import ACCOUNTS, UNITS
from sim.model.kernels.jit import entry, inner
from sim.model.kernels.philox import draw4
from sim.model.luck import purposes

# Columns of a request's row, of its customer, of its luck.
CUSTOMER, POLICE, NUMBER, EVADES, AGENT = range(5)
HOME, SEGMENT, CELL, US_PERSON = range(4)
LAW_ORDER, US_BUSINESS = range(2)
WHEN, STABLE, HONOURED, KEYS, GRANTED, SEALED, COURT, PRESS, OTHER, PERSON, DATA_LAW = range(11)
# The same words where the order that they tell of cannot be: whether a letter is written for assistance,
# which the press does not learn of, and whether a foreign police's crime is serious enough for an agreement.
LETTER, SERIOUS = PRESS, COURT
BELIEVES, STAYS_HOME, HAVEN, HAVEN_BUSINESS = range(11, 15)  # of evaders only
CHANCES = 15
ANSWER, CLERK, PAPERS = range(3)
# Whose luck a request is: of the US, of US targets that evade, of US requests that no rule touches; then, by
# country, of its police to US providers, about Americans, and about data that is not content.
US_AGENT, EVADERS_AGENT, BULK_AGENT = 1, 2, 3
POLICE_AGENT, ABOUT_AMERICANS_AGENT, NON_CONTENT_AGENT = 16, 128, 256
FIRST_TO_ANYBODY = ABOUT_AMERICANS_AGENT  # requests of a lower agent are to US providers
_WORD = 4294967296.0
_LARGEST_PIECE, _LARGEST_COUNT = 16.0, 200  # of a Poisson draw by inversion


class Requests(NamedTuple):
    """Requests, of a month or of all."""

    rows: (
        np.ndarray
    )  # int32 (n, 5) customer, police jurisdiction (0: the US), number, evades (0/1), agent key of the police
    who: (
        np.ndarray
    )  # int32 (n, 4) jurisdiction, segment, cell of the customer; whether it is a US person (0/1)
    standing: (
        np.ndarray
    )  # float32 (n, 2) its place in the order of laws, and in that of its provider's US business
    chance: np.ndarray  # uint32 (n, 15) from `draw_luck`
    waits: (
        np.ndarray
    )  # float64 (n, 3) of unit mean: at the authority that is asked, for the clerk, for the papers; none if
    # requests are only counted


class Kind(NamedTuple):
    """One kind of request of one police."""

    agent: int  # keys its luck
    police: int
    evading: float  # share of the targets that keep data out of reach on purpose
    first_cell: int  # of the targets
    rate: np.ndarray  # float64 (M,) mean count
    cumulative: np.ndarray  # float64 running weights of the cells from `first_cell` on


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
def running_accounts(cell_start, weight, asked):
    """Running sum within each cell of accounts, times how often they are `asked` for, (N,): float64 (N,)."""
    out = np.empty(len(weight))
    for c in range(len(cell_start) - 1):
        s = 0.0
        for i in range(cell_start[c], cell_start[c + 1]):
            s += weight[i, ACCOUNTS] / UNITS * asked[i]
            out[i] = s
    return out


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
            c = first_at_least(cumulative, np.int64(0), len(cumulative), u[0] * cumulative[-1])
            cell = kind.first_cell + min(c, len(cumulative) - 1)
            a, b = cell_start[cell], cell_start[cell + 1]
            i = first_at_least(account_sums, a, b, u[1] * account_sums[b - 1])
            rows[n, CUSTOMER], rows[n, POLICE], rows[n, NUMBER] = min(i, b - 1), kind.police, k
            rows[n, EVADES], rows[n, AGENT] = 1 if u[2] < kind.evading else 0, agent
            when[n] = m + draw4(seed, agent, m, purposes.CIRCUMSTANCE, k)[0]
            n += 1
    return n


@entry()
def aim(seed, start, cell, cell_start, account_sums, rows):
    """Aim the requests to US providers anew, each at an account of its cell that `account_sums` counts.

    `account_sums` (N,) running sum within each cell of the accounts that US providers are asked for; `cell`
    (n,) of each request; `start` (M + 1,) first row of each month. Changes the customers in `rows`. Where US
    providers hold nothing in a cell, its requests stay as they were drawn.
    """
    for month in range(len(start) - 1):
        for r in range(start[month], start[month + 1]):
            agent, a, b = rows[r, AGENT], cell_start[cell[r]], cell_start[cell[r] + 1]
            if agent >= FIRST_TO_ANYBODY or account_sums[b - 1] == 0.0:
                continue
            u = draw4(seed, agent, month, purposes.TARGET, rows[r, NUMBER])[1]
            i = first_at_least(account_sums, a, b, u * account_sums[b - 1])
            rows[r, CUSTOMER] = min(i, b - 1)


@inner()
def _draw_words(seed, agent, month, purpose, number, out):
    """The words behind as many of the uniforms of `draw4` as `out` has room for, uint32."""
    uniform = draw4(seed, agent, month, purpose, number)
    for k in range(len(out)):
        out[k] = np.uint32(uniform[k] * _WORD)


@entry()
def draw_luck(seed, start, rows, chance, waits):
    """The luck of the requests of all months, the same in every world: words of 32 bits.

    `chance` uint32 (n, 15): time of the month; whether the data has no stable location; whether a contested
    warrant is honoured; whether keys can be had; whether it is granted; whether it is sealed for good, comes
    to court, gets into the press; whether a foreign order meets a foreign-owned provider, or an American's
    data by the way; whether the customer is a US person; whether obeying breaks a data-protection law; and of
    evaders: what they believe, whether they keep data at home, in which haven, at a
    provider with US business. `waits` uint32 (n, 3): at the authority that is asked, for the clerk, for the
    papers. `start` (M + 1,) first row of each month.
    """
    for month in range(len(start) - 1):
        for r in range(start[month], start[month + 1]):
            number, agent = rows[r, NUMBER], rows[r, AGENT]
            _draw_words(seed, agent, month, purposes.CIRCUMSTANCE, number, chance[r, WHEN : WHEN + 4])
            _draw_words(seed, agent, month, purposes.PUBLICITY, number, chance[r, SEALED : SEALED + 4])
            of_law = chance[r, PERSON : PERSON + 2]
            _draw_words(seed, agent, month, purposes.LEGAL_CIRCUMSTANCE, number, of_law)
            if rows[r, EVADES] == 1:
                _draw_words(seed, agent, month, purposes.EVASION, number, chance[r, BELIEVES : BELIEVES + 4])
            wait, granted, clerk, papers = draw4(seed, agent, month, purposes.OUTCOME, number)
            chance[r, GRANTED], waits[r, ANSWER] = np.uint32(granted * _WORD), np.uint32(wait * _WORD)
            waits[r, CLERK], waits[r, PAPERS] = np.uint32(clerk * _WORD), np.uint32(papers * _WORD)


@inner()
def uniform(word):
    """The uniform in (0, 1) that `draw4` makes of a word."""
    return (word + 0.5) * (1.0 / _WORD)


@entry(error_model="numpy")
def waits_of(words, out):
    """Waits of unit mean from the generator's `words`, both (n,).

    In one plain loop, so that many logarithms are taken at once.
    """
    for k in range(len(words)):
        out[k] = -log(uniform(words[k]))


@entry()
def draw_non_content(seed, first_agent, mean, answered_share, requests, answered):
    """Requests for non-content data: only their numbers matter, `requests` and `answered` int64 (M, J).

    `mean` float64 (M, J) and the share answered, rounded up or down at random.
    """
    for m in range(mean.shape[0]):
        for j in range(mean.shape[1]):
            u, v, _, _ = draw4(seed, first_agent + j, m, purposes.REQUESTS, 0)
            requests[m, j] = np.int64(mean[m, j] + u)
            answered[m, j] = np.int64(requests[m, j] * answered_share + v)

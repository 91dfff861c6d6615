"""The governments' month, compiled: hazards of every instrument, and what luck makes of them."""

from typing import NamedTuple

import numpy as np

from sim.model.kernels.arithmetic import exp
from sim.model.kernels.codes import ADOPTS, ATTENTION, BAD, INTELLIGENCE, LAW_ENFORCEMENT, REPEALS
from sim.model.kernels.jit import entry, inlined, inner
from sim.model.kernels.philox import draw4
from sim.model.luck import purposes

DISTRUST, INCIDENTS, RULE, UNMET_NEED, DEPENDENCE, STEADY = range(
    6
)  # covariates; the steady three begin at STEADY


class Citizens(NamedTuple):
    """The people of each of C cells, as their governments know them."""

    jurisdiction: np.ndarray  # int32 (C,)
    accounts: np.ndarray  # float64 (C,)
    first_trust: np.ndarray  # float64 (C, 2) by channel
    trust: np.ndarray  # float64 (C, 2)
    memory: np.ndarray  # float64 (C, channel, good/bad, attention/residue)
    prior_strength: float


class Spending(NamedTuple):
    """What is spent on the cloud, by country."""

    buyers: np.ndarray  # int64 (J, 2) what customers of home-grown and of US providers could spend
    home_usage: np.ndarray  # float64 (J,) how much of that the former use


class Baseline(NamedTuple):
    """Where the covariates began; `unmet` is taken down once requests have been answered for two years."""

    settled: int  # month in which it is
    unmet: np.ndarray  # float64 (J,)
    share: np.ndarray  # float64 (J,) of US providers
    steady: np.ndarray  # float64 (J, 3) cost of hosting, privacy law, rivalry


@entry()
def covariates(month, citizens, spending, reach, unmet, baseline, out):
    """What moves the governments' hazards this month.

    `out` (J, X) but for the last column, the neighbours' laws.

    Distrust (trust lost since the start, mean of both channels) and incidents (attention to bad news), means
    by accounts; the rule's `reach`; the police's `unmet` need (J,); dependence, US providers' share of what
    is spent on the cloud; what is steady.
    """
    jurisdiction, accounts, first_trust = citizens.jurisdiction, citizens.accounts, citizens.first_trust
    trust, memory, prior_strength = citizens.trust, citizens.memory, citizens.prior_strength
    buyers, home_usage = spending.buyers, spending.home_usage
    settled, first_unmet, first_share, steady = (
        baseline.settled,
        baseline.unmet,
        baseline.share,
        baseline.steady,
    )
    jurisdictions = len(out)
    sums = np.zeros((jurisdictions, 3))
    for c in range(len(jurisdiction)):
        j = jurisdiction[c]
        lost = 0.5 * ((first_trust[c, 0] - trust[c, 0]) + (first_trust[c, 1] - trust[c, 1]))
        attention = (
            memory[c, LAW_ENFORCEMENT, BAD, ATTENTION] + memory[c, INTELLIGENCE, BAD, ATTENTION]
        ) / prior_strength
        sums[j, 0] += accounts[c] * lost
        sums[j, 1] += accounts[c] * attention
        sums[j, 2] += accounts[c]
    for j in range(jurisdictions):
        out[j, DISTRUST], out[j, INCIDENTS] = sums[j, 0] / sums[j, 2], sums[j, 1] / sums[j, 2]
        out[j, RULE] = reach - 1.0
        spent = buyers[j, 0] * home_usage[j] + buyers[j, 1]
        us = buyers[j, 1] / spent if spent > 0.0 else 0.0
        if month == 0:
            first_share[j] = us
        if month == settled:
            first_unmet[j] = unmet[j]
        out[j, UNMET_NEED] = unmet[j] - first_unmet[j] if month >= settled else 0.0
        out[j, DEPENDENCE] = us - first_share[j]
        for v in range(steady.shape[1]):
            out[j, STEADY + v] = steady[j, v]


class Neighbours(NamedTuple):
    """Like countries: country j's are `like` (n,), with `weight` (n,), from `start[j]` on."""

    start: np.ndarray  # int64 (J + 1,)
    like: np.ndarray  # int64 (n,)
    weight: np.ndarray  # float64 (n,)


class Propensity(NamedTuple):
    """How ready governments are to adopt and repeal."""

    base_rate: np.ndarray  # float64 (I,) a year
    effect: np.ndarray  # float64 (X, I) of covariates
    repeal_rate: np.ndarray  # float64 (I,) a year
    may: np.ndarray  # float64 (J, I) 0 where an instrument cannot be drawn


class Statutes(NamedTuple):
    """The laws of all jurisdictions: shares of each one's countries."""

    members: np.ndarray  # int64 (J,) countries
    delay: np.ndarray  # int64 (I,) months from decision to force
    decided: np.ndarray  # float64 (J, I)
    in_force: np.ndarray  # float64 (J, I)
    fixed: (
        np.ndarray
    )  # float64 (J, I) what the timeline or 2013 brought, which luck neither adopts nor repeals
    coming: np.ndarray  # float64 (L, J, I) what acts after the delay, by month


@inlined()
def shares_of_like(neighbours, decided, out):
    """Share of the like countries that have adopted each instrument: `out` (J, I)."""
    start, like, weight = neighbours.start, neighbours.like, neighbours.weight
    jurisdictions, instruments = decided.shape
    for j in range(jurisdictions):
        everybody = 0.0
        for k in range(instruments):
            out[j, k] = 0.0
        for at in range(start[j], start[j + 1]):
            everybody += weight[at]
            for k in range(instruments):
                out[j, k] += weight[at] * decided[like[at], k]
        for k in range(instruments):
            out[j, k] = out[j, k] / everybody if everybody > 0.0 else 0.0


@entry(error_model="numpy")
def hazards(base_rate, effect, pressure, neighbours, may):
    """Yearly hazard of adoption: base rate x exp(sum of effects x covariates).

    Event history (Berry & Berry 1990).

    `base_rate` (I,); `effect` (X, I); `pressure` (J, X) covariates that differ by jurisdiction, of which the
    last is replaced by `neighbours` (J, I), the share of like countries that have the instrument; `may` (J,
    I) is 0 where an instrument cannot be drawn. Returns (J, I).
    """
    jurisdictions, covariates = pressure.shape
    out = np.empty((jurisdictions, len(base_rate)))
    for j in range(jurisdictions):  # in plain loops over the instruments, so that several are taken at once
        for k in range(len(base_rate)):
            out[j, k] = effect[covariates - 1, k] * neighbours[j, k]
        for v in range(covariates - 1):
            for k in range(len(base_rate)):
                out[j, k] += effect[v, k] * pressure[j, v]
        for k in range(len(base_rate)):
            out[j, k] = may[j, k] * base_rate[k] * exp(min(max(out[j, k], -12.0), 6.0))
    return out


@inner(error_model="numpy")
def chances(yearly):
    """Probability that something happens within a month, 1 - exp(-hazard / 12), of many yearly hazards."""
    out = np.empty(len(yearly))
    for k in range(len(yearly)):
        out[k] = 1.0 - exp(-yearly[k] / 12.0)
    return out


@entry()
def draw_luck(seed, month, keys, luck):
    """The month's luck of laws in every world: `luck` (2, J, I) uniform, of adoption and of repeal.

    `keys` (I,) int64 stand for the names of the instruments: another instrument in the list changes no draw.
    """
    for j in range(luck.shape[1]):
        for k in range(luck.shape[2]):
            luck[0, j, k] = draw4(seed, j, month, purposes.ADOPT_INSTRUMENT, keys[k])[0]
            luck[1, j, k] = draw4(seed, j, month, purposes.REPEAL_INSTRUMENT, keys[k])[0]


@entry()
def strongest_reason(effect, pressure, neighbours):
    """The covariate that adds most to a hazard, the first of equals; -1 if none raises it.

    `effect`, `pressure` (X,); the last is `neighbours`.
    """
    strongest, most = -1, 0.0
    for v in range(len(effect)):
        term = effect[v] * (neighbours if v == len(effect) - 1 else pressure[v])
        if term > most:
            strongest, most = v, term
    return strongest


@entry()
def move(j, k, adopts, repeals, month, statutes):
    """A share of jurisdiction j's countries adopts instrument k, and a share repeals it.

    An adoption acts after the delay, a repeal at once.
    """
    decided, in_force, coming = statutes.decided, statutes.in_force, statutes.coming
    decided[j, k] = max(min(decided[j, k] + adopts, 1.0) - repeals, 0.0)
    coming[(month + 1 + statutes.delay[k]) % len(coming), j, k] += adopts
    in_force[j, k] = max(in_force[j, k] - repeals, statutes.fixed[j, k])


@entry()
def decide(month, luck, chance, repeal_chance, statutes, decisions):
    """Which instruments are adopted and repealed this month.

    One country adopts or not, by `luck` (2, J, I) from `draw_luck` against `chance` (J, I) and
    `repeal_chance` (I,): its decisions go to `decisions` (n, 3) int64 (jurisdiction, instrument, ADOPTS or
    REPEALS), first all adoptions, then all repeals; returns how many. A group of many moves by the law of
    large numbers, here: the share of its countries that has not decided yet shrinks by the chance. What is in
    force beyond what is fixed can be repealed.
    """
    members, decided, in_force, fixed = statutes.members, statutes.decided, statutes.in_force, statutes.fixed
    adoptions, repeals = 0, 0
    repealed = np.empty((decided.size, 3), np.int64)
    for j in range(len(members)):
        for k in range(chance.shape[1]):
            left, repealable = 1.0 - decided[j, k], in_force[j, k] - fixed[j, k]
            adopts, ends = 0.0, 0.0
            if chance[j, k] > 0.0 and left > 0.0:
                p = chance[j, k]
                if members[j] > 1:
                    adopts = left * p
                elif luck[0, j, k] < p:
                    decisions[adoptions, 0], decisions[adoptions, 1], decisions[adoptions, 2] = j, k, ADOPTS
                    adoptions += 1
            if repealable > 0.0 and repeal_chance[k] > 0.0:
                p = repeal_chance[k]
                if members[j] > 1:
                    ends = repealable * p
                elif luck[1, j, k] < p:
                    repealed[repeals, 0], repealed[repeals, 1], repealed[repeals, 2] = j, k, REPEALS
                    repeals += 1
            if adopts > 0.0 or ends > 0.0:
                move(j, k, adopts, ends, month, statutes)
    for n in range(repeals):
        for column in range(3):
            decisions[adoptions + n, column] = repealed[n, column]
    return adoptions + repeals


@entry()
def deliberate(month, luck, neighbours, propensity, pressure, statutes, like, decisions):
    """A month of all governments.

    What their neighbours have, `like` (J, I), the hazards that follow, and what luck makes of these (see
    `decide`).
    """
    shares_of_like(neighbours, statutes.decided, like)
    yearly = hazards(propensity.base_rate, propensity.effect, pressure, like, propensity.may)
    chance = chances(yearly.reshape(-1)).reshape(yearly.shape)
    return decide(month, luck, chance, chances(propensity.repeal_rate), statutes, decisions)


@entry()
def begin_to_act(coming, members, in_force, begun):
    """What was decided and whose delay is over acts: adds `coming` (J, I) to `in_force` and clears it.

    Fills `begun` (n, 2) int64 with the (jurisdiction, instrument) of single countries; returns how many.
    """
    n = 0
    for j in range(coming.shape[0]):
        for k in range(coming.shape[1]):
            if coming[j, k] > 0.0:
                if members[j] == 1:
                    begun[n, 0], begun[n, 1] = j, k
                    n += 1
                in_force[j, k] = min(in_force[j, k] + coming[j, k], 1.0)
                coming[j, k] = 0.0
    return n

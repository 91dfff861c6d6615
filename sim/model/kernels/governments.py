"""The governments' month, compiled: hazards of every instrument, and what luck makes of them."""

import numpy as np
from numba import njit

from sim.model.arithmetic import exp
from sim.model.luck import purposes
from sim.model.luck.philox import draw
from sim.model.news import ATTENTION, BAD, INTELLIGENCE, LAW_ENFORCEMENT


@njit(cache=True)
def covariates(
    month, settled, buyers, home_usage, jurisdiction, accounts, first_trust, trust, memory, prior_strength, reach, unmet, first_unmet,
    first_share, steady, out,
):  # fmt: skip
    """What moves the governments' hazards this month: `out` (J, X) but for the last column, the neighbours' laws.

    Distrust (trust lost since the start, mean of both channels) and incidents (attention to bad news), means by `accounts` (C,); the rule's
    reach; the police's `unmet` need (J,) since month `settled`; dependence, US providers' share of what is spent on the cloud since the first
    month, from `buyers` (J, 2) of home-grown providers, who use `home_usage` (J,), and of US providers; what is `steady` (J, 3).
    `first_unmet`, `first_share` (J,) keep where these began.
    """
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
        out[j, 0], out[j, 1] = sums[j, 0] / sums[j, 2], sums[j, 1] / sums[j, 2]
        out[j, 2] = reach - 1.0
        spent = buyers[j, 0] * home_usage[j] + buyers[j, 1]
        us = buyers[j, 1] / spent if spent > 0.0 else 0.0
        if month == 0:
            first_share[j] = us
        if month == settled:
            first_unmet[j] = unmet[j]
        out[j, 3] = unmet[j] - first_unmet[j] if month >= settled else 0.0
        out[j, 4] = us - first_share[j]
        for v in range(3):
            out[j, 5 + v] = steady[j, v]


@njit(cache=True)
def shares_of_like(start, like, weight, in_force, out):
    """Share of the like countries that have each instrument: `out` (J, I). Country j's are `like` (n,), with `weight` (n,), from `start[j]` on."""
    jurisdictions, instruments = in_force.shape
    for j in range(jurisdictions):
        everybody = 0.0
        for k in range(instruments):
            out[j, k] = 0.0
        for at in range(start[j], start[j + 1]):
            everybody += weight[at]
            for k in range(instruments):
                out[j, k] += weight[at] * in_force[like[at], k]
        for k in range(instruments):
            out[j, k] = out[j, k] / everybody if everybody > 0.0 else 0.0


@njit(cache=True, error_model="numpy")
def hazards(base_rate, effect, pressure, neighbours, dampers):
    """Yearly hazard of adoption: base rate x exp(sum of effects x covariates) (event history; Berry & Berry 1990).

    `base_rate` (I,); `effect` (X, I); `pressure` (J, X) covariates that differ by jurisdiction, of which the last is
    replaced by `neighbours` (J, I), the share of like countries that have the instrument; `dampers` (J, I) is 0 where
    an instrument cannot be drawn. Returns (J, I).
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
            out[j, k] = dampers[j, k] * base_rate[k] * exp(min(max(out[j, k], -12.0), 6.0))
    return out


@njit(cache=True, error_model="numpy")
def chances(yearly):
    """That something happens within a month, from its yearly hazard, of any number of hazards: 1 - exp(-hazard / 12)."""
    out = np.empty(len(yearly))
    for k in range(len(yearly)):
        out[k] = 1.0 - exp(-yearly[k] / 12.0)
    return out


@njit(cache=True)
def draw_luck(seed, month, luck):
    """What chance has in store for the month's laws in every world: `luck` (2, J, I) uniform, of adoption and of repeal."""
    for j in range(luck.shape[1]):
        for k in range(luck.shape[2]):
            luck[0, j, k] = draw(seed, j * 64 + k, month, purposes.ADOPT_INSTRUMENT)
            luck[1, j, k] = draw(seed, j * 64 + k, month, purposes.REPEAL_INSTRUMENT)


@njit(cache=True)
def deliberate(
    month, luck, members, start, like, weight, base_rate, effect, pressure, dampers, repeal_rate, delay, neighbours, decided, in_force, fixed, coming,
    decisions,
):  # fmt: skip
    """A month of all governments: what their neighbours have, the hazards that follow, and what luck makes of these (see `decide`)."""
    shares_of_like(start, like, weight, in_force, neighbours)
    chance = chances(hazards(base_rate, effect, pressure, neighbours, dampers).reshape(-1)).reshape(
        in_force.shape
    )
    return decide(
        month, luck, members, chance, chances(repeal_rate), delay, decided, in_force, fixed, coming, decisions
    )


@njit(cache=True)
def strongest_reason(effect, pressure, neighbours):
    """The covariate that adds most to a hazard, the first of equals; -1 if none raises it. `effect`, `pressure` (X,); the last is `neighbours`."""
    strongest, most = -1, 0.0
    for v in range(len(effect)):
        term = effect[v] * (neighbours if v == len(effect) - 1 else pressure[v])
        if term > most:
            strongest, most = v, term
    return strongest


@njit(cache=True)
def decide(month, luck, members, chance, repeal_chance, delay, decided, in_force, fixed, coming, decisions):
    """Which instruments are adopted and repealed this month.

    One country adopts or not, by `luck` (2, J, I) from `draw_luck` against `chance` (J, I) and `repeal_chance` (I,): its decisions go to
    `decisions` (n, 3) int64 (jurisdiction, instrument, 1 adopts or -1 repeals), first all adoptions, then all repeals; returns how many.
    A group of many moves by the law of large numbers, here: the share of its countries that has not decided yet shrinks by the chance.
    `decided` (J, I) is the share that has decided; what is in force beyond `fixed` (the timeline's) can be repealed; `coming` (L, J, I)
    acts after the `delay` (I,).
    """
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
                    decisions[adoptions, 0], decisions[adoptions, 1], decisions[adoptions, 2] = j, k, 1
                    adoptions += 1
            if repealable > 0.0 and repeal_chance[k] > 0.0:
                p = repeal_chance[k]
                if members[j] > 1:
                    ends = repealable * p
                elif luck[1, j, k] < p:
                    repealed[repeals, 0], repealed[repeals, 1], repealed[repeals, 2] = j, k, -1
                    repeals += 1
            if adopts > 0.0 or ends > 0.0:
                move(j, k, adopts, ends, month, delay, decided, in_force, fixed, coming)
    decisions[adoptions : adoptions + repeals] = repealed[:repeals]
    return adoptions + repeals


@njit(cache=True)
def move(j, k, adopts, repeals, month, delay, decided, in_force, fixed, coming):
    """A share of jurisdiction j's countries adopts instrument k, to act after the delay, and a share repeals it, at once."""
    decided[j, k] = max(min(decided[j, k] + adopts, 1.0) - repeals, 0.0)
    coming[(month + 1 + delay[k]) % len(coming), j, k] += adopts
    in_force[j, k] = max(in_force[j, k] - repeals, fixed[j, k])


@njit(cache=True)
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

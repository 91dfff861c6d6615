"""The governments' month, compiled: hazards of every instrument, and what luck makes of them."""

import numpy as np
from numba import njit

from sim.model.arithmetic import exp
from sim.model.luck import purposes
from sim.model.luck.philox import draw


@njit(cache=True)
def shares_of_like(likeness, in_force, out):  # type: ignore[no-untyped-def]
    """Share of the like countries that have each instrument: `out` (J, I), from weights `likeness` (J, J)."""
    jurisdictions, instruments = in_force.shape
    for j in range(jurisdictions):
        weight = 0.0
        for k in range(instruments):
            out[j, k] = 0.0
        for other in range(jurisdictions):
            weight += likeness[j, other]
            for k in range(instruments):
                out[j, k] += likeness[j, other] * in_force[other, k]
        for k in range(instruments):
            out[j, k] = out[j, k] / weight if weight > 0.0 else 0.0


@njit(cache=True)
def hazards(base_rate, effect, pressure, neighbours, dampers):  # type: ignore[no-untyped-def]
    """Yearly hazard of adoption: base rate x exp(sum of effects x covariates) (event history; Berry & Berry 1990).

    `base_rate` (I,); `effect` (I, X); `pressure` (J, X) covariates that differ by jurisdiction, of which the last is
    replaced by `neighbours` (J, I), the share of like countries that have the instrument; `dampers` (J, I) is 0 where
    an instrument cannot be drawn. Returns (J, I).
    """
    jurisdictions, covariates = pressure.shape
    out = np.zeros((jurisdictions, len(base_rate)))
    for j in range(jurisdictions):
        for k in range(len(base_rate)):
            if dampers[j, k] > 0.0:
                x = effect[k, covariates - 1] * neighbours[j, k]
                for v in range(covariates - 1):
                    x += effect[k, v] * pressure[j, v]
                out[j, k] = dampers[j, k] * base_rate[k] * exp(min(max(x, -12.0), 6.0))
    return out


@njit(cache=True)
def decide(seed, month, members, hazard, repeal_rate, decided, repealable, adopts, repeals):  # type: ignore[no-untyped-def]
    """Which instruments are adopted and repealed this month; fills `adopts` and `repeals` (J, I) with shares of countries.

    One country adopts or not, by a keyed draw. A group of many adopts by the law of large numbers: the share of its
    countries that has not decided yet shrinks by the probability. `decided` (J, I) is the share that has decided;
    `repealable` (J, I) the share in force that was drawn (not brought by the timeline).
    """
    for j in range(len(members)):
        for k in range(hazard.shape[1]):
            adopts[j, k] = 0.0
            repeals[j, k] = 0.0
            left = 1.0 - decided[j, k]
            if hazard[j, k] > 0.0 and left > 0.0:
                p = 1.0 - exp(-hazard[j, k] / 12.0)
                if members[j] > 1:
                    adopts[j, k] = left * p
                elif draw(seed, j * 64 + k, month, purposes.ADOPT_INSTRUMENT) < p:
                    adopts[j, k] = 1.0
            if repealable[j, k] > 0.0 and repeal_rate[k] > 0.0:
                p = 1.0 - exp(-repeal_rate[k] / 12.0)
                if members[j] > 1:
                    repeals[j, k] = repealable[j, k] * p
                elif draw(seed, j * 64 + k, month, purposes.REPEAL_INSTRUMENT) < p:
                    repeals[j, k] = 1.0

"""What home-grown providers lack against US ones, country by country, compiled; and tastes for them."""

from typing import NamedTuple

import numpy as np

from sim.model.kernels.arithmetic import exp, log
from sim.model.kernels.codes import FIRST_US, LOCAL_REGION, OFFERS
from sim.model.kernels.jit import entry, inlined, inner

TASTES = 32  # equally likely tastes that stand for all when shares are anchored
UNIT_SPREAD = 0.5513288954217920  # sqrt(3) / pi: a logistic variable of this scale has variance 1
HALVINGS = 32


class Pace(NamedTuple):
    """How what home-grown providers lack changes."""

    widening: np.ndarray  # float64 (J,) log of what a month adds, at most 0
    catch_up: float  # share of what is lacking that is made up in a month, with the earnings of the start
    elasticity: float  # how much more is made up with higher earnings
    protection: float  # how much of the widening the law's demand prevents, where it leaves no other choice


class Economy(NamedTuple):
    """What their gaps depend on, country by country and cell by cell."""

    jurisdiction: np.ndarray  # int32 (C,) of each cell
    spend: np.ndarray  # float64 (C,) USD a month if all were in the cloud
    bloc: np.ndarray  # int64 (J,)
    first: np.ndarray  # float64 (B,) home-grown earnings in the first month, 0 before it


@inlined()
def _fill_demanded(unlawful, jurisdiction, spend, out):
    """Share of each country's spend to which the law leaves no region of US providers: `out` (J,).

    `unlawful` (C, O); `spend` (C,) USD a month if all were in the cloud. Mean over the US providers of what
    is closed of their local regions: by a procurement rule, or by localisation where there is no region.
    """
    providers = (unlawful.shape[1] - FIRST_US) // OFFERS
    everything = np.zeros(len(out))
    out[:] = 0.0
    for c in range(len(jurisdiction)):
        closed = 0.0
        for p in range(providers):
            closed += np.float64(unlawful[c, FIRST_US + OFFERS * p + LOCAL_REGION])
        out[jurisdiction[c]] += spend[c] * (closed / providers)
        everything[jurisdiction[c]] += spend[c]
    for j in range(len(out)):
        out[j] = out[j] / everything[j] if everything[j] > 0.0 else 0.0


@inlined()
def _earnings_of_blocs(buyers, level, bloc, out):
    """Earnings of home-grown providers in each bloc, at the month's prices: `out` (B,), in units of `buyers`.

    `buyers` (J, 2) what customers of home-grown and of US providers could spend; `level` the month's volume,
    price and use.
    """
    out[:] = 0.0
    for j in range(len(bloc)):
        out[bloc[j]] += buyers[j, 0] * level.home_usage[j] * level.growth[j] * level.price


@inlined()
def _move_gaps(pace, demanded, earnings, start, bloc, gap):
    """A month of what home-grown providers lack: `gap` (J,), log of use against US providers, at most 0.

    It widens with the advance of US providers, less where the law demands the home-grown; and a share of it
    is made up (Nelson & Phelps 1966: what is behind catches up with what leads in proportion to the
    distance), the more the bloc's providers earn and can spend on it.
    """
    for j in range(len(gap)):
        first = start[bloc[j]]
        earns = earnings[bloc[j]] / first if first > 0.0 else 1.0
        helped = exp(pace.elasticity * log(earns)) if earns > 0.0 else 0.0
        made_up = min(pace.catch_up * helped, 1.0)
        gap[j] += pace.widening[j] * (1.0 - pace.protection * demanded[j]) - made_up * gap[j]


@entry()
def month_of_gaps(is_first, pace, economy, unlawful, buyers, level, gap):
    """A month of what home-grown providers lack: `gap` (J,). The first month's earnings are the measure.

    `unlawful` (C, O) what the law closes; `buyers` (J, 2) and `level` as in `_earnings_of_blocs`.
    """
    demanded, earnings = np.empty(len(gap)), np.empty(len(economy.first))
    _fill_demanded(unlawful, economy.jurisdiction, economy.spend, demanded)
    _earnings_of_blocs(buyers, level, economy.bloc, earnings)
    if is_first:
        for j in range(len(earnings)):
            economy.first[j] = earnings[j]
    _move_gaps(pace, demanded, earnings, economy.first, economy.bloc, gap)


@inner()
def taste_of(uniform, scale):
    """A customer's lasting taste, in utility: logistic with mean 0 and standard deviation `scale`."""
    return scale * (UNIT_SPREAD * log(uniform / (1.0 - uniform)))


@inlined()
def shift_for_tastes(share, scale):
    """What to add to an alternative's utility so that its share stays although tastes for it differ.

    Its share is the mean over tastes of a logit (Train 2009, ch. 6); found by halving.
    """
    if scale == 0.0 or share <= 0.0 or share >= 1.0:
        return 0.0
    low, high, taste = -10.0 * scale, 10.0 * scale, np.empty(TASTES)
    for k in range(TASTES):
        taste[k] = taste_of((k + 0.5) / TASTES, scale)
    for _ in range(HALVINGS):
        middle, mean = 0.5 * (low + high), 0.0
        for k in range(TASTES):
            weight = share * exp(middle + taste[k])
            mean += weight / (weight + (1.0 - share))
        if mean < share * TASTES:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)

"""What US providers see of their markets at the end of a quarter, and what they find worth doing, compiled."""

import numpy as np
from numba import njit

from sim.model.arithmetic import exps_in_place, log
from sim.model.kernels.market import PUBLIC, mean_risks, open_weight
from sim.model.places import FIRST_US, HOME_GROWN, LOCAL_REGION, NEVER, OFFERS, US_SUBSIDIARY

LEAST_NORMAL = 1e-300


@njit(cache=True)
def expected_gains(
    jurisdiction, segment, spend, appeal, utility, risk, banned, live, own_region, latency, procurement, nest_scale, gain
):  # fmt: skip
    """What an offer that is not there yet would earn a provider in a year: `gain` (P, J, 5) USD.

    First order in the logit: spend x s (1 - s) x the rise in the value of the provider's nest (Train 2009, ch. 3), for
    the average customer of each segment. `spend` (C,) cloud spend a year, `appeal` (C, P) the share a provider would
    have were nothing forbidden. For a local region the present one counts as it is, the new one as lawful.
    """
    cells, providers = appeal.shape
    # Exponents, then weights, of the five kinds and, last, of a region nearer by; sums over a nest as it is, and with one more kind open.
    # Worked out for all cells at once, so that many exponentials and logarithms are taken together.
    weight, inside = np.empty((cells, providers, OFFERS + 1)), np.empty((cells, providers, OFFERS))
    shares, nearer = np.empty(OFFERS), np.empty(OFFERS)
    for c in range(cells):
        for p in range(providers):
            first = FIRST_US + p * OFFERS
            for k in range(OFFERS):
                weight[c, p, k] = (utility[c, first + k] - risk[c, 1 + k]) / nest_scale
            weight[c, p, OFFERS] = (
                utility[c, first + LOCAL_REGION] + latency - risk[c, 1 + LOCAL_REGION]
            ) / nest_scale
    exps_in_place(weight.reshape(-1))
    for c in range(cells):
        j, public = jurisdiction[c], segment[c] == PUBLIC
        for p in range(providers):
            first = FIRST_US + p * OFFERS
            for k in range(OFFERS):
                shares[k], nearer[k] = 1.0 - banned[c, first + k], weight[c, p, k]
            nearer[LOCAL_REGION] = weight[c, p, OFFERS]
            inside[c, p, 0] = open_weight(weight[c, p], shares)
            for k in range(1, OFFERS):
                share = shares[k]
                shares[k] = 1.0 - (
                    procurement[j] if public and (k == LOCAL_REGION or k == US_SUBSIDIARY) else 0.0
                )
                inside[c, p, k] = open_weight(nearer if k == LOCAL_REGION else weight[c, p], shares)
                shares[k] = share
    _values_of_nests(inside.reshape(-1), nest_scale)
    gain[:] = 0.0
    for c in range(cells):
        j = jurisdiction[c]
        if j == 0 or spend[c] <= 0.0:
            continue
        for p in range(providers):
            at_stake = spend[c] * appeal[c, p] * (1.0 - appeal[c, p])
            for k in range(1, OFFERS):
                if not (own_region[p, j] if k == LOCAL_REGION else live[p, j, k]):
                    gain[p, j, k] += at_stake * min(max(inside[c, p, k] - inside[c, p, 0], 0.0), 3.0)


@njit(cache=True, error_model="numpy")
def _values_of_nests(weights, nest_scale):
    """`value_of_nest` of each, in place."""
    for k in range(len(weights)):
        value = nest_scale * log(max(weights[k], LEAST_NORMAL))
        weights[k] = value if weights[k] > 0.0 else -30.0


@njit(cache=True)
def look_ahead(
    jurisdiction, segment, spend, appeal, sensitivity, trust, exposure, first_risk, utility, banned, live, own_region, latency, procurement, nest_scale,
    revenue, provider_revenue, abroad, market, gain, distrust_cost,
):  # fmt: skip
    """What the US providers know at the end of a quarter (see Outlook): fills the last six.

    `spend` (C, O) of a month; `trust` (C, 2) and `sensitivity` (C,) of the average customer; `first_risk` (C,) the perceived risk
    at the start of the region that customers use.
    """
    cells, places = spend.shape
    revenue[:] = 0.0
    distrust_cost[:] = 0.0
    risk, yearly = np.empty((cells, 7)), np.empty(cells)
    mean_risks(sensitivity, trust, exposure, risk)
    for c in range(cells):
        j, everything = jurisdiction[c], 0.0
        for o in range(places):
            revenue[j, o] += spend[c, o] * 12.0
            everything += spend[c, o]
        yearly[c] = everything * 12.0
        # What distrust costs: spend x s (1 - s) x the rise since the start of the risk of the region customers use, at the margin.
        rise = max(min(risk[c, 1], risk[c, 2]) - first_risk[c], 0.0)
        if j != 0:
            for p in range(len(distrust_cost)):
                distrust_cost[p, j] += yearly[c] * appeal[c, p] * (1.0 - appeal[c, p]) * rise
    for j in range(len(revenue)):
        everything = revenue[j, 0] + revenue[j, HOME_GROWN]
        for p in range(provider_revenue.shape[1]):
            own = 0.0
            for o in range(FIRST_US + p * OFFERS, FIRST_US + (p + 1) * OFFERS):
                own += revenue[j, o]
                everything += revenue[j, o]
            provider_revenue[j, p] = own
        market[j] = everything
    for p in range(len(abroad)):
        abroad[p] = 0.0
        for j in range(1, len(revenue)):
            abroad[p] += provider_revenue[j, p]
    expected_gains(
        jurisdiction,
        segment,
        yearly,
        appeal,
        utility,
        risk,
        banned,
        live,
        own_region,
        latency,
        procurement,
        nest_scale,
        gain,
    )


@njit(cache=True, error_model="numpy")
def _best_offers(gain, capital, worth, under_way, best, value):
    """The region and the sovereign offer that earn most for their capital: `best` (2, 2) int64 (jurisdiction, offer), and what each earns, `value` (2,).

    `gain` (J, 5) USD a year, `capital` (5,), `worth` what a year's revenue is worth, `under_way` (J, 5) what is being built already.
    """
    value[:] = -1.0
    for j in range(len(gain)):
        for k in range(LOCAL_REGION, OFFERS):
            earns = 0.0 if under_way[j, k] else worth * gain[j, k] / capital[k]
            what = 0 if k == LOCAL_REGION else 1
            if earns > value[what]:
                value[what], best[what, 0], best[what, 1] = earns, j, k


@njit(cache=True)
def weigh(
    month, trial, close_share, capital, worth, elasticity, depth, responsiveness, live_since, under_way, discount, revenue, provider_revenue, market, gain,
    distrust_cost, best, value, lost, unwanted, cuts,
):  # fmt: skip
    """What every US provider finds worth doing this quarter; fills the last five and returns how many of the last two there are.

    `best` (P, 2, 2) and `value` (P, 2) of `_best_offers`; `lost` (P,) what distrust costs everywhere; `unwanted` (n, 3) provider,
    jurisdiction, offer: sovereign offers (`live_since`) that after their `trial` of months earn less than `close_share` of the provider's
    revenue in the country; `cuts` (n, 3) provider, jurisdiction, 1 or 0: where a cut in price by `depth` has become, or is no longer, worth
    it. It wins elasticity x (1 - share) of revenue and costs itself, so only where it wins back what distrust takes.
    """
    closing, changes = 0, 0
    for p in range(len(gain)):
        _best_offers(gain[p], capital, worth, under_way[p], best[p], value[p])
        lost[p] = 0.0
        for j in range(len(market)):
            for k in range(OFFERS):
                since = live_since[p, j, k]
                if (
                    since != NEVER
                    and month - since >= trial
                    and revenue[j, FIRST_US + OFFERS * p + k] < close_share * provider_revenue[j, p]
                ):
                    unwanted[closing, 0], unwanted[closing, 1], unwanted[closing, 2] = p, j, k
                    closing += 1
            lost[p] += distrust_cost[p, j]
            own = provider_revenue[j, p]
            wins = (
                own * (1.0 - own / (market[j] if market[j] > 0.0 else 1.0)) * elasticity * -log(1.0 - depth)
            )
            cut = (
                j > 0
                and depth > 0.0
                and wins > own * depth
                and responsiveness * distrust_cost[p, j] > own * depth
            )
            if cut != (discount[p, j] > 0.0):
                cuts[changes, 0], cuts[changes, 1], cuts[changes, 2] = p, j, 1 if cut else 0
                changes += 1
    return closing, changes

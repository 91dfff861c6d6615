"""What US providers see of their markets at the end of a quarter, and what they do about it, compiled."""

from typing import NamedTuple

import numpy as np

from sim.model.kernels.arithmetic import exps_in_place, log
from sim.model.kernels.codes import (
    CUSTOMER_KEYS,
    CUSTOMER_KEYS_KIND,
    FIRST_US,
    FIRST_US_KIND,
    HOME_GROWN,
    KINDS,
    LOCAL_REGION,
    LOCAL_REGION_KIND,
    NEVER,
    OFFERS,
    ON_PREMISES,
    PROCUREMENT_RULE,
    PUBLIC,
    US,
    US_REGION_KIND,
    US_SUBSIDIARY,
)
from sim.model.kernels.jit import entry, inlined, inner
from sim.model.kernels.market import (
    NOTHING_OPEN,
    mean_risks,
    open_weight,
)

LEAST_NORMAL = 1e-300
REGION, SOVEREIGN = range(2)  # the two sorts of offer that are weighed apart


class Clients(NamedTuple):
    """The customers of each cell as a provider knows them."""

    spend: np.ndarray  # float64 (C, O) USD a month
    shares: np.ndarray  # float64 (C, P) what a provider would have were nothing forbidden
    sensitivity: np.ndarray  # float64 (C,) of the average customer
    trust: np.ndarray  # float64 (C, 2) by channel
    first_risk: np.ndarray  # float64 (C,) perceived risk at the start of the region that customers use
    nest_scale: float
    latency: float  # what a region of one's own country is worth
    own_means: float  # what keys without the provider's help lack
    local: np.ndarray  # float64 (S,) appeal of a local region, which they lack, too, where there is none


class Markets(NamedTuple):
    """What the US providers know at the end of a quarter."""

    revenue: np.ndarray  # float64 (J, O) USD a year by country and place
    provider_revenue: np.ndarray  # float64 (J, P)
    abroad: np.ndarray  # float64 (P,) from everybody but the US
    market: np.ndarray  # float64 (J,) of all providers
    gain: np.ndarray  # float64 (P, J, 5) what a missing offer would earn in a year
    distrust_cost: (
        np.ndarray
    )  # float64 (P, J) revenue a year lost to the rise of perceived risk since the start


@inlined()
def expected_gains(where, clients, yearly, risk, meets, offered, laws, gain):
    """What an offer that is not there yet would earn a provider in a year: `gain` (P, J, 5) USD.

    First order in the logit: spend x s (1 - s) x the rise in the value of the provider's nest (Train 2009,
    ch. 3), for the average customer of each segment. `yearly` (C,) cloud spend a year, `risk` (C, 7). For a
    local region the present one counts as it is, the new one as lawful.
    """
    jurisdiction, segment, appeal = where.jurisdiction, where.segment, clients.shares
    nest_scale, latency = clients.nest_scale, clients.latency
    utility, banned, live, own_region = meets.utility, meets.banned, offered.live, offered.own_region
    cells, providers = appeal.shape
    # Exponents, then weights, of the five kinds, of a region nearer by, and of keys with the provider's help;
    # sums over a nest as it is, and with one more kind open. Worked out for all cells at once: several
    # exponentials and logarithms are taken together.
    weight, inside = np.empty((cells, providers, OFFERS + 2)), np.empty((cells, providers, OFFERS))
    shares, better = np.empty(OFFERS), np.empty(OFFERS)
    for c in range(cells):
        for p in range(providers):
            first = FIRST_US + p * OFFERS
            for k in range(OFFERS):
                weight[c, p, k] = (utility[c, first + k] - risk[c, FIRST_US_KIND + k]) / nest_scale
            weight[c, p, OFFERS] = (
                utility[c, first + LOCAL_REGION] + latency - risk[c, LOCAL_REGION_KIND]
            ) / nest_scale
            near = live[p, jurisdiction[c], LOCAL_REGION]
            lacks = clients.own_means + (0.0 if near else clients.local[segment[c]])
            weight[c, p, OFFERS + 1] = (
                utility[c, first + CUSTOMER_KEYS] + lacks - risk[c, CUSTOMER_KEYS_KIND]
            ) / nest_scale
    exps_in_place(weight.reshape(-1))
    for c in range(cells):
        j, public = jurisdiction[c], segment[c] == PUBLIC
        for p in range(providers):
            first = FIRST_US + p * OFFERS
            for k in range(OFFERS):
                shares[k], better[k] = 1.0 - banned[c, first + k], weight[c, p, k]
            inside[c, p, 0] = open_weight(weight[c, p], shares)
            for k in range(1, OFFERS):
                share = shares[k]
                reached = public and (k == LOCAL_REGION or k == US_SUBSIDIARY)
                shares[k] = 1.0 - (laws[j, PROCUREMENT_RULE] if reached else 0.0)
                if k == LOCAL_REGION:
                    better[k] = weight[c, p, OFFERS]
                elif k == CUSTOMER_KEYS:
                    better[k] = weight[c, p, OFFERS + 1]
                inside[c, p, k] = open_weight(better, shares)
                shares[k], better[k] = share, weight[c, p, k]
    _values_of_nests(inside.reshape(-1), nest_scale)
    gain[:] = 0.0
    for c in range(cells):
        j = jurisdiction[c]
        if j == US or yearly[c] <= 0.0:
            continue
        for p in range(providers):
            at_stake = yearly[c] * appeal[c, p] * (1.0 - appeal[c, p])
            for k in range(1, OFFERS):
                if not (own_region[p, j] if k == LOCAL_REGION else live[p, j, k]):
                    gain[p, j, k] += at_stake * min(max(inside[c, p, k] - inside[c, p, 0], 0.0), 3.0)


@inner(error_model="numpy")
def _values_of_nests(weights, nest_scale):
    """`value_of_nest` of each, in place."""
    for k in range(len(weights)):
        value = nest_scale * log(max(weights[k], LEAST_NORMAL))
        weights[k] = value if weights[k] > 0.0 else NOTHING_OPEN


@entry()
def look_ahead(where, clients, meets, offered, laws, markets):
    """What the US providers know at the end of a quarter: fills `markets`. `laws` (J, I) in force."""
    jurisdiction, spend, appeal, first_risk = (
        where.jurisdiction, clients.spend, clients.shares, clients.first_risk
    )  # fmt: skip
    revenue, distrust_cost = markets.revenue, markets.distrust_cost
    cells, places = spend.shape
    revenue[:] = 0.0
    distrust_cost[:] = 0.0
    risk, yearly = np.empty((cells, KINDS)), np.empty(cells)
    mean_risks(clients.sensitivity, clients.trust, meets.exposure, risk)
    for c in range(cells):
        j, everything = jurisdiction[c], 0.0
        for o in range(places):
            revenue[j, o] += spend[c, o] * 12.0
            everything += spend[c, o]
        yearly[c] = everything * 12.0
        # What distrust costs: spend x s (1 - s) x the rise since the start of the risk of the region
        # customers use, at the margin.
        rise = max(min(risk[c, US_REGION_KIND], risk[c, LOCAL_REGION_KIND]) - first_risk[c], 0.0)
        if j != US:
            for p in range(len(distrust_cost)):
                distrust_cost[p, j] += yearly[c] * appeal[c, p] * (1.0 - appeal[c, p]) * rise
    _add_up_markets(revenue, markets.provider_revenue, markets.abroad, markets.market)
    expected_gains(where, clients, yearly, risk, meets, offered, laws, markets.gain)


@inlined()
def _add_up_markets(revenue, provider_revenue, abroad, market):
    """From revenue by place (J, O) to that by provider (J, P), abroad (P,) and of everybody (J,)."""
    for j in range(len(revenue)):
        everything = revenue[j, ON_PREMISES] + revenue[j, HOME_GROWN]
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


class Calculus(NamedTuple):
    """How a provider weighs what it could do."""

    trial: float  # months that a sovereign offer is given
    close_share: float  # of the provider's revenue in a country, below which it is closed
    capital: np.ndarray  # float64 (5,) USD that an offer takes
    worth: float  # of a first year's revenue, over the planning horizon
    elasticity: float
    depth: float  # of a cut in price
    responsiveness: float


class Started(NamedTuple):
    """What the providers have begun."""

    live_since: (
        np.ndarray
    )  # int64 (P, J, 5) month since which a sovereign offer that was built is there, else NEVER
    under_way: np.ndarray  # bool (P, J, 5)
    discount: np.ndarray  # float64 (P, J)


class Advice(NamedTuple):
    """What every US provider finds worth doing."""

    best: (
        np.ndarray
    )  # int64 (P, 2, 2) jurisdiction and offer: the region and the sovereign offer that earn most
    value: np.ndarray  # float64 (P, 2) what each earns for its capital
    lost: np.ndarray  # float64 (P,) what distrust costs everywhere, USD a year
    unwanted: np.ndarray  # int64 (n, 3) provider, jurisdiction, offer: sovereign offers that earn too little
    cuts: (
        np.ndarray
    )  # int64 (n, 3) provider, jurisdiction, 1 where a cut in price now pays, 0 where no longer


@inner(error_model="numpy")
def _best_offers(gain, capital, worth, under_way, best, value):
    """The region and the sovereign offer that earn most for their capital.

    `best` (2, 2) int64 (jurisdiction, offer), and what each earns, `value` (2,). `gain` (J, 5) USD a year,
    `capital` (5,), `under_way` (J, 5).
    """
    value[:] = -1.0
    for j in range(len(gain)):
        for k in range(LOCAL_REGION, OFFERS):
            earns = 0.0 if under_way[j, k] else worth * gain[j, k] / capital[k]
            what = REGION if k == LOCAL_REGION else SOVEREIGN
            if earns > value[what]:
                value[what], best[what, 0], best[what, 1] = earns, j, k


@entry()
def weigh(month, calculus, started, markets, advice):
    """What every US provider finds worth doing this quarter: fills `advice`.

    Returns how many offers are unwanted and how many cuts change.

    A cut in price wins elasticity x (1 - share) of revenue and costs itself, so it is made only where it wins
    back what distrust takes.
    """
    live_since, under_way, discount = started.live_since, started.under_way, started.discount
    revenue, provider_revenue, market = markets.revenue, markets.provider_revenue, markets.market
    gain, distrust_cost = markets.gain, markets.distrust_cost
    best, value, lost, unwanted, cuts = advice.best, advice.value, advice.lost, advice.unwanted, advice.cuts
    depth, closing, changes = calculus.depth, 0, 0
    for p in range(len(gain)):
        _best_offers(gain[p], calculus.capital, calculus.worth, under_way[p], best[p], value[p])
        lost[p] = 0.0
        for j in range(len(market)):
            own = provider_revenue[j, p]
            for k in range(OFFERS):
                since = live_since[p, j, k]
                tried = since != NEVER and month - since >= calculus.trial
                if tried and revenue[j, FIRST_US + OFFERS * p + k] < calculus.close_share * own:
                    unwanted[closing, 0], unwanted[closing, 1], unwanted[closing, 2] = p, j, k
                    closing += 1
            lost[p] += distrust_cost[p, j]
            share = own / (market[j] if market[j] > 0.0 else 1.0)
            wins = own * (1.0 - share) * calculus.elasticity * -log(1.0 - depth)
            wins_back = calculus.responsiveness * distrust_cost[p, j] > own * depth
            cut = j != US and depth > 0.0 and wins > own * depth and wins_back
            if cut != (discount[p, j] > 0.0):
                cuts[changes, 0], cuts[changes, 1], cuts[changes, 2] = p, j, 1 if cut else 0
                changes += 1
    return closing, changes

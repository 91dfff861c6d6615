"""What every place is worth, how exposed it is and where it is forbidden, cell by cell, compiled."""

import numpy as np
from numba import njit

from sim.model.arithmetic import exp, exps_in_place, log
from sim.model.places import CUSTOMER_KEYS, FIRST_US, HOME_GROWN, LOCAL_REGION, NEVER, OFFERS, ON_PREMISES, US_REGION, US_SUBSIDIARY

CONSUMER, REGULATED, PUBLIC = 0, 3, 4  # segments
LEAST_SHARE = 1e-12
LEAST_NORMAL = 1e-300


@njit(cache=True)
def fill_utilities(jurisdiction, segment, home, us, offer, price_sensitivity, discount, own_region, latency, suspension, friction, out):  # type: ignore[no-untyped-def]
    """Utility of the places, before risk: `out` (C, O).

    `home` (C,) and `us` (C, P) appeal of the providers; `offer` (S, 5) of the kinds; `discount` (P, J);
    `suspension` (J,) share of countries whose transfers to the US are suspended: standard contractual clauses keep them
    possible, at a cost, `friction` (S,).
    """
    price = np.empty(discount.shape)
    for p in range(discount.shape[0]):
        for j in range(discount.shape[1]):
            price[p, j] = log(1.0 - discount[p, j])
    for c in range(len(jurisdiction)):
        j, s = jurisdiction[c], segment[c]
        out[c, 0] = 0.0
        out[c, HOME_GROWN] = home[c]
        for p in range(us.shape[1]):
            for k in range(OFFERS):
                u = us[c, p] + offer[s, k] - price_sensitivity[s] * price[p, j]
                if k == US_REGION:
                    u -= friction[s] * suspension[j]
                elif own_region[p, j] and (k == LOCAL_REGION or k == CUSTOMER_KEYS):
                    u += latency
                out[c, FIRST_US + p * OFFERS + k] = u


@njit(cache=True)
def gain_of_experience(learning, now, start):  # type: ignore[no-untyped-def]
    """Wright's law: unit cost falls by the learning rate with each doubling of output; as a cut in log price."""
    return learning * log(now / start) / 0.69314718055994531 if start > 0.0 and now > start else 0.0


@njit(cache=True)
def fill_appeals(  # type: ignore[no-untyped-def]
    jurisdiction, segment, home_anchor, us_anchor, trend, price_sensitivity, learning, us_now, us_start, home_now, home_start, home_lag, home, us
):  # fmt: skip
    """Appeal of the providers of a month: `home` (C,) and `us` (C, P), from the anchors, the recorded `trend` (P,) among
    businesses, and what experience `us_now`, `home_now` (J,) has done to prices since `us_start`, `home_start` (J,)."""
    us_gain = gain_of_experience(learning, us_now, us_start)
    home_gain = np.empty(len(home_now))
    for j in range(len(home_now)):
        home_gain[j] = gain_of_experience(learning, home_now[j], home_start[j])
    for c in range(len(jurisdiction)):
        j, s = jurisdiction[c], segment[c]
        for p in range(us.shape[1]):
            us[c, p] = us_anchor[c, p] + (trend[p] if s != CONSUMER else 0.0) + price_sensitivity[s] * us_gain
        # What is used less is worth less: log share, in a logit.
        home[c] = home_anchor[c] + price_sensitivity[s] * home_gain[j] + home_lag[j]


@njit(cache=True)
def add_by_bloc(by_bloc, bloc, out):  # type: ignore[no-untyped-def]
    """Give every jurisdiction, `out` (J,), what its bloc has put out."""
    for j in range(len(out)):
        out[j] += by_bloc[bloc[j]]


@njit(cache=True)
def markups(discount, premium):  # type: ignore[no-untyped-def]
    """What customers pay over list price: (J, O), the `premium` (5,) of kinds of offer less the `discount` (P, J)."""
    providers, jurisdictions = discount.shape
    out = np.ones((jurisdictions, FIRST_US + OFFERS * providers))
    for p in range(providers):
        for j in range(jurisdictions):
            for k in range(OFFERS):
                out[j, FIRST_US + OFFERS * p + k] = (1.0 + premium[k]) * (1.0 - discount[p, j])
    return out


@njit(cache=True)
def count_buyers(stock, jurisdiction, out):  # type: ignore[no-untyped-def]
    """What the customers of home-grown and of US providers could spend, by country: `out` (J, 2) int64, in the units of `stock` (C, O, 4)."""
    out[:] = 0
    for c in range(len(jurisdiction)):
        j = jurisdiction[c]
        out[j, 0] += stock[c, HOME_GROWN, 2]
        for o in range(FIRST_US, stock.shape[1]):
            out[j, 1] += stock[c, o, 2]


@njit(cache=True)
def fill_spend(stock, units, price, growth, home_usage, jurisdiction, out):  # type: ignore[no-untyped-def]
    """Spend of a month at list price, `out` (C, O) USD: `stock` (C, O, 4) in 1/`units`, `price` volume x price, `growth` (J,) of the country; what a
    home-grown provider's customer uses is `home_usage` (J,) of that. On premises earns nobody anything."""
    for c in range(len(jurisdiction)):
        j = jurisdiction[c]
        level = price * growth[j] * (1.0 / units)
        for o in range(out.shape[1]):
            out[c, o] = stock[c, o, 2] * level
        out[c, ON_PREMISES] = 0.0
        out[c, HOME_GROWN] *= home_usage[j]


@njit(cache=True)
def fill_exposures(jurisdiction, belief, intelligence_belief, us_business, own_intrusion, law, intelligence, own_abroad, claims, out):  # type: ignore[no-untyped-def]
    """Perceived exposure of the 7 kinds by channel: `out` (C, 3, 7) (MODEL, 'Where data can live, and what can reach it').

    `law` (7, 2): exposure that does not hang on the rule, and exposure per unit of belief in a reaching rule;
    `intelligence` (7,) per unit of belief. `own_intrusion` (J,) distrust of the customer's own state times its weight,
    `own_abroad` how far that state reaches data abroad. For US customers a US warrant is their own process wherever
    the data lies; what exposes them is foreign `claims`, a distrust-weighted share.
    """
    for c in range(len(jurisdiction)):
        j = jurisdiction[c]
        for k in range(7):
            abroad = k == 1
            if j == 0:
                out[c, 0, k] = 0.0
                out[c, 1, k] = 0.0
                out[c, 2, k] = own_intrusion[0] + (claims if 1 <= k <= 5 else 0.0)
            else:
                per_belief = us_business[j] * law[k, 1] if k == 6 else law[k, 1]
                out[c, 0, k] = law[k, 0] + per_belief * belief[c]
                out[c, 1, k] = intelligence[k] * intelligence_belief[c]
                out[c, 2, k] = own_intrusion[j] * (own_abroad if abroad else 1.0)


@njit(cache=True)
def fill_bans(jurisdiction, segment, host, home_grown, live, procurement, sector, general, out, unlawful):  # type: ignore[no-untyped-def]
    """Share of a cell's customers, in the order of laws, to whom a place is closed, by law or because it is not offered: `out`
    (C, O) float32; and by law alone: `unlawful` (C, O).

    `host` (J, O); `live` (P, J, 5); the laws are (J,) shares in force. A procurement rule closes what US law reaches to
    the public sector; localisation closes what lies abroad (sector: to regulated firms and the public sector).
    """
    for c in range(len(jurisdiction)):
        j, s = jurisdiction[c], segment[c]
        supervised = s == REGULATED or s == PUBLIC
        out[c, 0] = 0.0
        out[c, HOME_GROWN] = 0.0 if home_grown[j] else 1.0
        unlawful[c, 0] = 0.0
        unlawful[c, HOME_GROWN] = 0.0
        for p in range(live.shape[0]):
            for k in range(OFFERS):
                o = FIRST_US + p * OFFERS + k
                share = 0.0
                if s == PUBLIC and (k == US_REGION or k == LOCAL_REGION or k == US_SUBSIDIARY):
                    share = max(share, procurement[j])
                if host[j, o] != j:
                    share = max(share, general[j])
                    if supervised:
                        share = max(share, sector[j])
                unlawful[c, o] = share
                out[c, o] = share if live[p, j, k] else 1.0


@njit(cache=True)
def lay_out(  # type: ignore[no-untyped-def]
    jurisdiction, segment, home, us, offer, price_sensitivity, discount, own_region, latency, suspension, friction, belief, intelligence_belief,
    us_business, own_intrusion, law, intelligence, own_abroad, distrust_of_claims, claim_weight, claim, host, home_grown, live, procurement, sector,
    general, utility, exposure, banned, unlawful,
):  # fmt: skip
    """What customers meet, see `fill_utilities`, `fill_exposures` and `fill_bans`: fills the last four. `claim` (J,) the countries' own claims to
    data abroad, of `claim_weight`, and how far US customers distrust them."""
    fill_utilities(jurisdiction, segment, home, us, offer, price_sensitivity, discount, own_region, latency, suspension, friction, utility)
    claims = distrust_of_claims * weighed(claim_weight, claim)
    fill_exposures(jurisdiction, belief, intelligence_belief, us_business, own_intrusion, law, intelligence, own_abroad, claims, exposure)
    fill_bans(jurisdiction, segment, host, home_grown, live, procurement, sector, general, banned, unlawful)


@njit(cache=True)
def weighed(weight, share):  # type: ignore[no-untyped-def]
    """Sum of weight x share, from first to last."""
    s = 0.0
    for k in range(len(weight)):
        s += weight[k] * share[k]
    return s


@njit(cache=True)
def open_weight(weights, open_share):  # type: ignore[no-untyped-def]
    """Sum of the weights of a nest's offers (5,), as far as they are open."""
    s = 0.0
    for k in range(OFFERS):
        if open_share[k] > 0.0:  # most are closed
            s += open_share[k] * weights[k]
    return s


@njit(cache=True)
def value_of_nest(weight, nest_scale):  # type: ignore[no-untyped-def]
    """Value of a provider's nest of so much `open_weight`; -30 if nothing is open."""
    return nest_scale * log(weight) if weight > 0.0 else -30.0


@njit(cache=True)
def fill_anchors(segment, home_share, business, consumer, risk, offer, banned, nest_scale, home, us, shares):  # type: ignore[no-untyped-def]
    """Appeal at which the average customer's shares are the record's: fills `home` (C,), `us` and `shares` (C, P).

    `home_share` (C,); `business`, `consumer` (P,) the US providers' shares among themselves; `risk` (C, 7); `offer` (S, 5);
    `banned` (C, O).
    """
    weights, open_share = np.empty(OFFERS), np.empty(OFFERS)
    for c in range(len(segment)):
        s = segment[c]
        home[c] = log(max(home_share[c], LEAST_SHARE)) + risk[c, 6]
        for p in range(us.shape[1]):
            first = FIRST_US + p * OFFERS
            for k in range(OFFERS):
                open_share[k] = 1.0 - np.float64(banned[c, first + k])
                weights[k] = exp((offer[s, k] - risk[c, 1 + k]) / nest_scale)
            share = (1.0 - home_share[c]) * (consumer[p] if s == CONSUMER else business[p])
            us[c, p] = log(max(share, LEAST_SHARE)) - value_of_nest(open_weight(weights, open_share), nest_scale)
            shares[c, p] = share


@njit(cache=True)
def mean_risks(sensitivity, trust, exposure, out):  # type: ignore[no-untyped-def]
    """Perceived risk of the 7 kinds for a cell's average customer: `out` (C, 7)."""
    for c in range(len(sensitivity)):
        for k in range(7):
            out[c, k] = sensitivity[c] * ((1.0 - trust[c, 0]) * exposure[c, 0, k] + (1.0 - trust[c, 1]) * exposure[c, 1, k] + exposure[c, 2, k])


@njit(cache=True)
def expected_gains(  # type: ignore[no-untyped-def]
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
            weight[c, p, OFFERS] = (utility[c, first + LOCAL_REGION] + latency - risk[c, 1 + LOCAL_REGION]) / nest_scale
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
                shares[k] = 1.0 - (procurement[j] if public and (k == LOCAL_REGION or k == US_SUBSIDIARY) else 0.0)
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
def _values_of_nests(weights, nest_scale):  # type: ignore[no-untyped-def]
    """`value_of_nest` of each, in place."""
    for k in range(len(weights)):
        value = nest_scale * log(max(weights[k], LEAST_NORMAL))
        weights[k] = value if weights[k] > 0.0 else -30.0


@njit(cache=True)
def look_ahead(  # type: ignore[no-untyped-def]
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
    expected_gains(jurisdiction, segment, yearly, appeal, utility, risk, banned, live, own_region, latency, procurement, nest_scale, gain)


@njit(cache=True, error_model="numpy")
def _best_offers(gain, capital, worth, under_way, best, value):  # type: ignore[no-untyped-def]
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
def weigh(  # type: ignore[no-untyped-def]
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
                if since != NEVER and month - since >= trial and revenue[j, FIRST_US + OFFERS * p + k] < close_share * provider_revenue[j, p]:
                    unwanted[closing, 0], unwanted[closing, 1], unwanted[closing, 2] = p, j, k
                    closing += 1
            lost[p] += distrust_cost[p, j]
            own = provider_revenue[j, p]
            wins = own * (1.0 - own / (market[j] if market[j] > 0.0 else 1.0)) * elasticity * -log(1.0 - depth)
            cut = j > 0 and depth > 0.0 and wins > own * depth and responsiveness * distrust_cost[p, j] > own * depth
            if cut != (discount[p, j] > 0.0):
                cuts[changes, 0], cuts[changes, 1], cuts[changes, 2] = p, j, 1 if cut else 0
                changes += 1
    return closing, changes

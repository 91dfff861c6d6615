"""What every place is worth, how exposed it is and where it is forbidden, cell by cell, compiled."""

import numpy as np
from numba import njit

from sim.model.arithmetic import exp, log
from sim.model.places import (
    CUSTOMER_KEYS,
    FIRST_US,
    HOME_GROWN,
    LOCAL_REGION,
    OFFERS,
    ON_PREMISES,
    US_REGION,
    US_SUBSIDIARY,
)

CONSUMER, REGULATED, PUBLIC = 0, 3, 4  # segments
LEAST_SHARE = 1e-12


@njit(cache=True)
def fill_utilities(
    jurisdiction,
    segment,
    home,
    us,
    offer,
    price_sensitivity,
    discount,
    own_region,
    latency,
    suspension,
    friction,
    out,
):
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
def gain_of_experience(learning, now, start):
    """Wright's law: unit cost falls by the learning rate with each doubling of output; as a cut in log price."""
    return learning * log(now / start) / 0.69314718055994531 if start > 0.0 and now > start else 0.0


@njit(cache=True)
def fill_appeals(
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
def add_by_bloc(by_bloc, bloc, out):
    """Give every jurisdiction, `out` (J,), what its bloc has put out."""
    for j in range(len(out)):
        out[j] += by_bloc[bloc[j]]


@njit(cache=True)
def markups(discount, premium):
    """What customers pay over list price: (J, O), the `premium` (5,) of kinds of offer less the `discount` (P, J)."""
    providers, jurisdictions = discount.shape
    out = np.ones((jurisdictions, FIRST_US + OFFERS * providers))
    for p in range(providers):
        for j in range(jurisdictions):
            for k in range(OFFERS):
                out[j, FIRST_US + OFFERS * p + k] = (1.0 + premium[k]) * (1.0 - discount[p, j])
    return out


@njit(cache=True)
def count_buyers(stock, jurisdiction, out):
    """What the customers of home-grown and of US providers could spend, by country: `out` (J, 2) int64, in the units of `stock` (C, O, 4)."""
    out[:] = 0
    for c in range(len(jurisdiction)):
        j = jurisdiction[c]
        out[j, 0] += stock[c, HOME_GROWN, 2]
        for o in range(FIRST_US, stock.shape[1]):
            out[j, 1] += stock[c, o, 2]


@njit(cache=True)
def fill_spend(stock, units, price, growth, home_usage, jurisdiction, out):
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
def fill_exposures(
    jurisdiction,
    belief,
    intelligence_belief,
    us_business,
    own_intrusion,
    law,
    intelligence,
    own_abroad,
    claims,
    out,
):
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
def fill_bans(jurisdiction, segment, host, home_grown, live, procurement, sector, general, out, unlawful):
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
def lay_out(
    jurisdiction, segment, home, us, offer, price_sensitivity, discount, own_region, latency, suspension, friction, belief, intelligence_belief,
    us_business, own_intrusion, law, intelligence, own_abroad, distrust_of_claims, claim_weight, claim, host, home_grown, live, procurement, sector,
    general, utility, exposure, banned, unlawful,
):  # fmt: skip
    """What customers meet, see `fill_utilities`, `fill_exposures` and `fill_bans`: fills the last four. `claim` (J,) the countries' own claims to
    data abroad, of `claim_weight`, and how far US customers distrust them."""
    fill_utilities(
        jurisdiction,
        segment,
        home,
        us,
        offer,
        price_sensitivity,
        discount,
        own_region,
        latency,
        suspension,
        friction,
        utility,
    )
    claims = distrust_of_claims * weighed(claim_weight, claim)
    fill_exposures(
        jurisdiction,
        belief,
        intelligence_belief,
        us_business,
        own_intrusion,
        law,
        intelligence,
        own_abroad,
        claims,
        exposure,
    )
    fill_bans(jurisdiction, segment, host, home_grown, live, procurement, sector, general, banned, unlawful)


@njit(cache=True)
def weighed(weight, share):
    """Sum of weight x share, from first to last."""
    s = 0.0
    for k in range(len(weight)):
        s += weight[k] * share[k]
    return s


@njit(cache=True)
def open_weight(weights, open_share):
    """Sum of the weights of a nest's offers (5,), as far as they are open."""
    s = 0.0
    for k in range(OFFERS):
        if open_share[k] > 0.0:  # most are closed
            s += open_share[k] * weights[k]
    return s


@njit(cache=True)
def value_of_nest(weight, nest_scale):
    """Value of a provider's nest of so much `open_weight`; -30 if nothing is open."""
    return nest_scale * log(weight) if weight > 0.0 else -30.0


@njit(cache=True)
def fill_anchors(segment, home_share, business, consumer, risk, offer, banned, nest_scale, home, us, shares):
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
            us[c, p] = log(max(share, LEAST_SHARE)) - value_of_nest(
                open_weight(weights, open_share), nest_scale
            )
            shares[c, p] = share


@njit(cache=True)
def mean_risks(sensitivity, trust, exposure, out):
    """Perceived risk of the 7 kinds for a cell's average customer: `out` (C, 7)."""
    for c in range(len(sensitivity)):
        for k in range(7):
            out[c, k] = sensitivity[c] * (
                (1.0 - trust[c, 0]) * exposure[c, 0, k]
                + (1.0 - trust[c, 1]) * exposure[c, 1, k]
                + exposure[c, 2, k]
            )

"""What every place is worth, how exposed it is and where it is forbidden, cell by cell, compiled."""

from typing import NamedTuple

import numpy as np

from sim.model.kernels.arithmetic import exp, log
from sim.model.kernels.codes import (
    CONSUMER,
    CUSTOMER_KEYS,
    EXTRATERRITORIAL_CLAIM,
    FIRST_US,
    FIRST_US_KIND,
    GENERAL_LOCALISATION,
    HOME_GROWN,
    HOME_GROWN_KIND,
    INTELLIGENCE,
    KINDS,
    LAW_ENFORCEMENT,
    LOCAL_REGION,
    OFFERS,
    ON_PREMISES,
    OWN_STATE,
    PROCUREMENT_RULE,
    PUBLIC,
    REGULATED,
    SECTOR_LOCALISATION,
    TRANSFER_SUSPENSION,
    UNITS,
    US,
    US_REGION,
    US_REGION_KIND,
    US_SUBSIDIARY,
    US_SUBSIDIARY_KIND,
    USD,
)
from sim.model.kernels.home_grown import shift_for_tastes
from sim.model.kernels.jit import entry, inlined, inner

LEAST_SHARE = 1e-12
NOTHING_OPEN = -30.0  # value of a provider none of whose offers is open
LOG_2 = 0.69314718055994531


class Where(NamedTuple):
    """What each of C cells is."""

    jurisdiction: np.ndarray  # int32 (C,)
    segment: np.ndarray  # int32 (C,)


class Appeal(NamedTuple):
    """What places are worth before risk, laws and discounts."""

    home: np.ndarray  # float64 (C,) of the home-grown provider
    us: np.ndarray  # float64 (C, P) of the US providers
    offer: np.ndarray  # float64 (S, 5) of the kinds of offer
    price_sensitivity: np.ndarray  # float64 (S,)
    friction: np.ndarray  # float64 (S,) what a transfer without a general permission costs
    latency: float  # what a region of one's own country is worth
    own_means: float  # what customers' own keys lack more where the provider does not help with them


class Offered(NamedTuple):
    """What the providers offer in J countries."""

    live: np.ndarray  # bool (P, J, 5)
    own_region: np.ndarray  # bool (P, J)
    discount: np.ndarray  # float64 (P, J)
    host: np.ndarray  # int32 (J, O) on whose soil a place lies
    home_grown: np.ndarray  # bool (J,) whether there is a home-grown provider
    consumers_bound: np.ndarray  # float64 (J,) share of consumers whom general localisation binds


class Reach(NamedTuple):
    """Who reaches what data: what does not change over a run."""

    law: (
        np.ndarray
    )  # float64 (7, 2) exposure whatever the rule, and exposure per unit of belief that it reaches abroad
    intelligence: np.ndarray  # float64 (7,) per unit of belief
    us_business: np.ndarray  # float64 (J,) share of home-grown providers that do business in the US
    own_intrusion: np.ndarray  # float64 (J,) distrust of the customer's own state, times its weight
    own_abroad: float  # how far that state reaches data abroad
    distrust_of_claims: float  # of US customers in foreign claims to their data
    claim_weight: np.ndarray  # float64 (J,)


class Beliefs(NamedTuple):
    """What customers believe: float64 (C,)."""

    law: np.ndarray  # that a US warrant reaches data abroad
    intelligence: np.ndarray  # that US intelligence reaches what a US provider holds


class Meets(NamedTuple):
    """What the customers of each cell meet: filled by `lay_out`."""

    utility: np.ndarray  # float64 (C, O) before risk
    exposure: np.ndarray  # float64 (C, 3, 7) by channel and kind of place
    banned: np.ndarray  # float32 (C, O) share of customers, in the order of laws, to whom a place is closed
    unlawful: np.ndarray  # float32 (C, O) the same by law alone


@inlined()
def fill_utilities(where, appeal, offered, laws, out):
    """Utility of the places, before risk: `out` (C, O).

    A suspension of transfers to the US leaves standard contractual clauses, at a cost. `laws` (J, I) shares
    in force.
    """
    jurisdiction, segment = where.jurisdiction, where.segment
    home, us, offer, price_sensitivity = appeal.home, appeal.us, appeal.offer, appeal.price_sensitivity
    friction, latency, discount, own_region = (
        appeal.friction, appeal.latency, offered.discount, offered.own_region
    )  # fmt: skip
    own_means, live = appeal.own_means, offered.live
    price = np.empty(discount.shape)
    for p in range(discount.shape[0]):
        for j in range(discount.shape[1]):
            price[p, j] = log(1.0 - discount[p, j])
    for c in range(len(jurisdiction)):
        j, s = jurisdiction[c], segment[c]
        out[c, ON_PREMISES] = 0.0
        out[c, HOME_GROWN] = home[c]
        for p in range(us.shape[1]):
            for k in range(OFFERS):
                u = us[c, p] + offer[s, k] - price_sensitivity[s] * price[p, j]
                if k == US_REGION:
                    u -= friction[s] * laws[j, TRANSFER_SUSPENSION]
                elif own_region[p, j] and (k == LOCAL_REGION or k == CUSTOMER_KEYS):
                    u += latency
                if k == CUSTOMER_KEYS and not live[p, j, k]:
                    u -= own_means + (0.0 if live[p, j, LOCAL_REGION] else offer[s, LOCAL_REGION])
                out[c, FIRST_US + p * OFFERS + k] = u


@inlined()
def fill_exposures(where, beliefs, reach, claims, out):
    """Perceived exposure of the 7 kinds by channel.

    `out` (C, 3, 7) (MODEL, 'Where data can live, and what can reach it').

    For US customers a US warrant is their own process wherever the data lies; what exposes them is foreign
    `claims`, a distrust-weighted share.
    """
    jurisdiction, belief, intelligence_belief = where.jurisdiction, beliefs.law, beliefs.intelligence
    law, intelligence, us_business = reach.law, reach.intelligence, reach.us_business
    own_intrusion, own_abroad = reach.own_intrusion, reach.own_abroad
    for c in range(len(jurisdiction)):
        j = jurisdiction[c]
        for k in range(KINDS):
            if j == US:
                out[c, LAW_ENFORCEMENT, k] = 0.0
                out[c, INTELLIGENCE, k] = 0.0
                at_us_provider = US_REGION_KIND <= k <= US_SUBSIDIARY_KIND
                out[c, OWN_STATE, k] = own_intrusion[US] + (claims if at_us_provider else 0.0)
            else:
                per_belief = us_business[j] * law[k, 1] if k == HOME_GROWN_KIND else law[k, 1]
                out[c, LAW_ENFORCEMENT, k] = min(law[k, 0] + per_belief * belief[c], 1.0)
                out[c, INTELLIGENCE, k] = intelligence[k] * intelligence_belief[c]
                out[c, OWN_STATE, k] = own_intrusion[j] * (own_abroad if k == US_REGION_KIND else 1.0)


@inlined()
def fill_bans(where, offered, laws, banned, unlawful):
    """To what share of a cell's customers, in the order of laws, a place is closed.

    `banned` (C, O) by law or because it is not offered, `unlawful` (C, O) by law alone. Customers can hold
    keys of their own anywhere.

    A procurement rule closes what US law reaches to the public sector; localisation closes what lies abroad
    (sector: to regulated firms and the public sector; general: to all organisations, and some consumers).
    """
    jurisdiction, segment = where.jurisdiction, where.segment
    live, host, home_grown = offered.live, offered.host, offered.home_grown
    for c in range(len(jurisdiction)):
        j, s = jurisdiction[c], segment[c]
        supervised = s == REGULATED or s == PUBLIC
        banned[c, ON_PREMISES] = 0.0
        banned[c, HOME_GROWN] = 0.0 if home_grown[j] else 1.0
        unlawful[c, ON_PREMISES] = 0.0
        unlawful[c, HOME_GROWN] = 0.0
        for p in range(live.shape[0]):
            for k in range(OFFERS):
                o = FIRST_US + p * OFFERS + k
                share = 0.0
                if s == PUBLIC and (k == US_REGION or k == LOCAL_REGION or k == US_SUBSIDIARY):
                    share = max(share, laws[j, PROCUREMENT_RULE])
                if host[j, o] != j:
                    bound = offered.consumers_bound[j] if s == CONSUMER else 1.0
                    share = max(share, laws[j, GENERAL_LOCALISATION] * bound)
                    if supervised:
                        share = max(share, laws[j, SECTOR_LOCALISATION])
                unlawful[c, o] = share
                banned[c, o] = share if live[p, j, k] or k == CUSTOMER_KEYS else 1.0


@entry()
def lay_out(where, appeal, offered, laws, beliefs, reach, meets):
    """What customers meet under the `laws` (J, I) in force: fills `meets`."""
    fill_utilities(where, appeal, offered, laws, meets.utility)
    claims, claim_weight = 0.0, reach.claim_weight
    for j in range(len(claim_weight)):
        claims += claim_weight[j] * laws[j, EXTRATERRITORIAL_CLAIM]
    fill_exposures(where, beliefs, reach, reach.distrust_of_claims * claims, meets.exposure)
    fill_bans(where, offered, laws, meets.banned, meets.unlawful)


@inner()
def gain_of_experience(learning, now, start):
    """Wright's law: unit cost falls by the learning rate with each doubling of output.

    As a cut in log price.
    """
    return learning * log(now / start) / LOG_2 if start > 0.0 and now > start else 0.0


class Experience(NamedTuple):
    """Output so far, in TB-months, and when the model begins.

    What a doubling takes off the log of the price.
    """

    learning: float
    us: float
    us_start: float
    home: np.ndarray  # float64 (J,)
    home_start: np.ndarray  # float64 (J,)


class Trend(NamedTuple):
    """What the record adds to appeals.

    Anchors of 2013, how US providers have moved since, and what home-grown providers lack.
    """

    home_anchor: np.ndarray  # float64 (C,)
    us_anchor: np.ndarray  # float64 (C, P)
    us: np.ndarray  # float64 (P,) among businesses
    home_gap: np.ndarray  # float64 (J,)


@entry()
def fill_appeals(where, trend, experience, price_sensitivity, home, us):
    """Appeal of the providers of a month: `home` (C,) and `us` (C, P)."""
    jurisdiction, segment = where.jurisdiction, where.segment
    home_anchor, us_anchor, moved, home_gap = trend.home_anchor, trend.us_anchor, trend.us, trend.home_gap
    home_now, home_start = experience.home, experience.home_start
    us_gain = gain_of_experience(experience.learning, experience.us, experience.us_start)
    home_gain = np.empty(len(home_now))
    for j in range(len(home_now)):
        home_gain[j] = gain_of_experience(experience.learning, home_now[j], home_start[j])
    for c in range(len(jurisdiction)):
        j, s = jurisdiction[c], segment[c]
        for p in range(us.shape[1]):
            us[c, p] = us_anchor[c, p] + (moved[p] if s != CONSUMER else 0.0) + price_sensitivity[s] * us_gain
        # What is used less is worth less: log share, in a logit.
        home[c] = home_anchor[c] + price_sensitivity[s] * home_gain[j] + home_gap[j]


@entry()
def add_by_bloc(by_bloc, bloc, out):
    """Give every jurisdiction, `out` (J,), what its bloc has put out."""
    for j in range(len(out)):
        out[j] += by_bloc[bloc[j]]


@entry()
def fill_markups(discount, premium, out):
    """What customers pay over list price.

    `out` (J, O), the `premium` (5,) of kinds of offer less the `discount` (P, J).
    """
    providers, jurisdictions = discount.shape
    out[:] = 1.0
    for p in range(providers):
        for j in range(jurisdictions):
            for k in range(OFFERS):
                out[j, FIRST_US + OFFERS * p + k] = (1.0 + premium[k]) * (1.0 - discount[p, j])


@entry()
def count_buyers(stock, jurisdiction, out):
    """What the customers of home-grown and of US providers could spend, by country.

    `out` (J, 2) int64, in the units of `stock` (C, O, 4).
    """
    out[:] = 0
    for c in range(len(jurisdiction)):
        j = jurisdiction[c]
        out[j, 0] += stock[c, HOME_GROWN, USD]
        for o in range(FIRST_US, stock.shape[1]):
            out[j, 1] += stock[c, o, USD]


class Level(NamedTuple):
    """How a month's volume and price compare with January 2013."""

    price: float  # volume x price
    data: float  # what anybody stores
    growth: np.ndarray  # float64 (J,) of the country against the world
    home_usage: np.ndarray  # float64 (J,) what a home-grown provider's customer uses, against a US provider's


@entry()
def fill_spend(stock, level, jurisdiction, out):
    """Spend of a month at list price, `out` (C, O) USD, from `stock` (C, O, 4).

    On premises earns nobody anything.
    """
    growth, home_usage = level.growth, level.home_usage
    for c in range(len(jurisdiction)):
        j = jurisdiction[c]
        unit = level.price * growth[j] * (1.0 / UNITS)
        for o in range(out.shape[1]):
            out[c, o] = stock[c, o, USD] * unit
        out[c, ON_PREMISES] = 0.0
        out[c, HOME_GROWN] *= home_usage[j]


@inner()
def open_weight(weights, open_share):
    """Sum of the weights of a nest's offers (5,), as far as they are open."""
    s = 0.0
    for k in range(OFFERS):
        if open_share[k] > 0.0:  # most are closed
            s += open_share[k] * weights[k]
    return s


@inlined()
def value_of_nest(weight, nest_scale):
    """Value of a provider's nest of so much `open_weight`."""
    return nest_scale * log(weight) if weight > 0.0 else NOTHING_OPEN


class Shares(NamedTuple):
    """The record of 2013."""

    home: np.ndarray  # float64 (C,) of home-grown providers
    tastes: float  # standard deviation of lasting tastes for them
    business: np.ndarray  # float64 (P,) of the US providers among themselves, with organisations
    consumer: np.ndarray  # float64 (P,) and with consumers


@entry()
def fill_anchors(segment, record, risk, offering, banned, nest_scale, trend, shares):
    """Appeal at which the average customer's shares are the record's.

    Fills the anchors of `trend`, and `shares` (C, P).

    `risk` (C, 7); `offering`: utility of the offers (S, 5), and what keys lack that no provider offers yet;
    `banned` (C, O).
    """
    offer, own_means = offering
    home_share, business, consumer, shift = record.home, record.business, record.consumer, 0.0
    home, us = trend.home_anchor, trend.us_anchor
    weights, open_share = np.empty(OFFERS), np.empty(OFFERS)
    for c in range(len(segment)):
        s = segment[c]
        if c == 0 or home_share[c] != home_share[c - 1]:  # cells of one country stand together
            shift = shift_for_tastes(home_share[c], record.tastes)
        home[c] = log(max(home_share[c], LEAST_SHARE)) + risk[c, HOME_GROWN_KIND] + shift
        for p in range(us.shape[1]):
            first = FIRST_US + p * OFFERS
            for k in range(OFFERS):
                open_share[k] = 1.0 - np.float64(banned[c, first + k])
                lacks = own_means if k == CUSTOMER_KEYS else 0.0
                if k == CUSTOMER_KEYS and open_share[LOCAL_REGION] == 0.0:
                    lacks = own_means + offer[s, LOCAL_REGION]  # the data is in the US
                weights[k] = exp((offer[s, k] - lacks - risk[c, FIRST_US_KIND + k]) / nest_scale)
            share = (1.0 - home_share[c]) * (consumer[p] if s == CONSUMER else business[p])
            us[c, p] = log(max(share, LEAST_SHARE)) - value_of_nest(
                open_weight(weights, open_share), nest_scale
            )
            shares[c, p] = share


@entry()
def mean_risks(sensitivity, trust, exposure, out):
    """Perceived risk of the 7 kinds for a cell's average customer: `out` (C, 7)."""
    for c in range(len(sensitivity)):
        for k in range(KINDS):
            out[c, k] = sensitivity[c] * (
                (1.0 - trust[c, LAW_ENFORCEMENT]) * exposure[c, LAW_ENFORCEMENT, k]
                + (1.0 - trust[c, INTELLIGENCE]) * exposure[c, INTELLIGENCE, k]
                + exposure[c, OWN_STATE, k]
            )

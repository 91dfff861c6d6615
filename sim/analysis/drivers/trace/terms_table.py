"""The terms of one decision, place by place: what each adds to the utility, the chance that follows, and the
luck.

A nested logit: a place's terms add up to its `utility`. With the nests' dissimilarity s, a place weighs
exp(utility / s), a nest the s-th power of the sum of its places. The luck of a nest, and of a kind of offer,
is a uniform draw keyed by (seed, customer, month), the same in both worlds; the alternative whose clock,
-log(draw) / weight, rings first wins.
"""

from dataclasses import asdict

import pandas as pd

from sim.analysis.drivers.trace.decision import Met
from sim.model.reference.arithmetic import exp, log
from sim.model.reference.customers import PEERS
from sim.model.reference.places import (
    CUSTOMER_KEYS,
    FIRST_US,
    HOME_GROWN,
    OFFERS,
    ON_PREMISES,
    kind_of,
    nest_of,
    offer_of,
    provider_of,
)
from sim.scenario.scenario import Scenario
from sim.vocabulary import HOME_GROWN as HOME_GROWN_NAME
from sim.vocabulary import KINDS
from sim.vocabulary import ON_PREMISES as ON_PREMISES_NAME

TERMS = {
    "appeal": "Appeal of the provider (record, trend, experience)",
    "catch_up": "What home-grown providers lack",
    "offer": "Kind of offer (local hosting, less what it lacks and costs more)",
    "price_cut": "Price cut",
    "transfer": "Transfers to the US are suspended",
    "latency": "A region of the country's own",
    "own_means": "Keys by its own means",
    "risk_law_enforcement": "Risk: US law enforcement",
    "risk_intelligence": "Risk: US intelligence",
    "risk_own_state": "Risk: own state and foreign claims",
    "taste": "Its taste for home-grown providers",
    "outside": "Worth of being without the cloud",
    "moving": "Cost of moving",
    "peers": "Peers who use the provider",
}


def place_name(place: int, scenario: Scenario) -> tuple[str, str]:
    """Kind and provider of a place, in the codes of tables (no provider on premises)."""
    if place < FIRST_US:
        return ((ON_PREMISES_NAME, ""), (HOME_GROWN_NAME, HOME_GROWN_NAME))[place]
    return KINDS[kind_of(place)], list(scenario.providers)[provider_of(place)]


def terms_table(met: Met) -> pd.DataFrame:
    """One row a place: its terms, `utility` (their sum), whether it is open, its chance, and the luck it met.

    `chance` is that of the place among all; `nest_draw` and `offer_draw` are the uniforms of its nest and of
    its kind of offer, and `nest_rings` and `offer_rings` say when these clocks ring: the nest that rings
    first wins, then the first offer within it. Of a month in which nothing is due these are what a decision
    would have been made of.
    """
    twin, month = met.twin, met.month
    now, twin.world.month = twin.world.month, month
    twin.listen()  # this month's trust
    rows = [_row(met, place, terms) for place, terms in enumerate(_terms(met))]
    clocks = twin.clocks(nest_of(len(rows)))
    twin.world.month = now
    table = pd.DataFrame(rows)
    return table.assign(**_chances(table, met, clocks))


def _terms(met: Met) -> list[dict[str, float]]:
    """Every term of every place."""
    twin, cell, here = met.twin, met.twin.cell, met.twin.place
    p = twin.world.scenario.parameters
    leaving = p.switching.between_providers.values[cell.segment]
    out = []
    for place, before_risk in enumerate(met.places.terms(met.market, met.providers, met.law)):
        law, intelligence, own = (channel[kind_of(place)] for channel in cell.terms.exposure)
        trust, weight = twin.next_trust, twin.sensitivity
        terms = asdict(before_risk) | {
            "risk_law_enforcement": -weight * (1.0 - float(trust[0])) * law,
            "risk_intelligence": -weight * (1.0 - float(trust[1])) * intelligence,
            "risk_own_state": -weight * own,
            "taste": twin.home_taste if place == HOME_GROWN else 0.0,
            "outside": 0.0,
            "moving": 0.0,
            "peers": 0.0,
        }
        if place == ON_PREMISES:
            terms["outside"] = (
                p.adoption.postpone_utility if here == ON_PREMISES else p.adoption.return_utility
            )
        else:
            friends = sum(nest_of(peer.place) == nest_of(place) for peer in twin.peers)
            terms["peers"] = p.choice.network_effect * friends / PEERS
        if here != ON_PREMISES and nest_of(place) != nest_of(here):
            terms["moving"] = -leaving
        elif place >= FIRST_US and place != here and nest_of(place) == nest_of(here):
            keys = offer_of(place) == CUSTOMER_KEYS
            terms["moving"] = -leaving * (p.switching.protect_share if keys else p.switching.within_share)
        out.append(terms)
    return out


def _row(met: Met, place: int, terms: dict[str, float]) -> dict[str, object]:
    twin = met.twin
    kind, provider = place_name(place, twin.world.scenario)
    position, closed = twin.position_in_order_of_laws, twin.cell.terms.closed[place]
    expelled = position < twin.cell.expelled[place] or position < twin.cell.terms.unlawful[place]
    is_open = (not expelled or place <= HOME_GROWN) if place == twin.place else position >= closed
    utility = 0.0
    for value in terms.values():
        utility += value
    return {
        "place": place,
        "kind": kind,
        "provider": provider,
        "here": place == twin.place,
        "open": is_open or place == ON_PREMISES,
        **terms,
        "utility": utility,
    }


def _chances(table: pd.DataFrame, met: Met, clocks: list[float]) -> dict[str, list[float]]:
    """Chance of every place, and of its nest and its kind of offer the draw and when the clock rings."""
    scale = met.twin.world.scenario.parameters.choice.nest_scale
    roots = [
        exp(utility / scale) if is_open else 0.0
        for utility, is_open in zip(table["utility"], table["open"], strict=True)
    ]
    nests = nest_of(len(roots))
    sums = [0.0] * nests
    for place, root in enumerate(roots):
        sums[nest_of(place)] += root
    weights = [exp(scale * log(x)) if x > 0.0 else 0.0 for x in sums]
    everything = sum(weights)
    chance, nest_draw, offer_draw, nest_rings, offer_rings = [], [], [], [], []
    for place, root in enumerate(roots):
        nest = nest_of(place)
        chance.append(weights[nest] / everything * (root / sums[nest]) if root > 0.0 else 0.0)
        nest_draw.append(exp(-clocks[nest]))
        nest_rings.append(clocks[nest] / weights[nest] if weights[nest] > 0.0 else float("inf"))
        offer_draw.append(
            exp(-clocks[nests + (place - FIRST_US) % OFFERS]) if place >= FIRST_US else float("nan")
        )
        ticks = clocks[nests + (place - FIRST_US) % OFFERS] if place >= FIRST_US else float("nan")
        offer_rings.append(ticks / root if root > 0.0 else float("inf"))
    draws = {"nest_draw": nest_draw, "offer_draw": offer_draw}
    return {"chance": chance, **draws, "nest_rings": nest_rings, "offer_rings": offer_rings}

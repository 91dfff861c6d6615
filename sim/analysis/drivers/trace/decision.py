"""A customer's decision: why it was due, its terms place by place, the luck it met, and what made it differ.

In one month a customer decides in both worlds, with the same luck. Everything else that enters is one of the
GROUPS: what it heard, what its peers think and use, what it believes of the rule, what the law closes, what
providers offer, and so on. The decision is made again with every mix of the two worlds' groups; exact Shapley
values say how much each group has of the step from what it did in the first world to what it did in the
second.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from sim.analysis.drivers.shapley import split_of
from sim.analysis.drivers.trace.company import Company, twin_like
from sim.analysis.drivers.trace.pair import TwinDiffers
from sim.analysis.drivers.trace.place_terms import (
    FromLaw,
    FromMarket,
    FromProviders,
    PlacesOfCell,
    from_providers,
)
from sim.model.reference.customers import Customer
from sim.model.reference.places import ON_PREMISES

GROUPS = {
    "news": "News",
    "peers": "Peers",
    "belief": "Belief",
    "governments": "Governments' reaction",
    "providers": "Providers' response",
    "reciprocity": "Reciprocity",
    "market": "Market",
    "adoption": "Pace of adoption",
    "settings": "Settings of one world alone",
}
MEANINGS = {
    "news": "What it heard, as far as it moves its own trust, and what it trusted the month before.",
    "peers": "What its six peers trusted and which providers they used the month before.",
    "belief": "How exposed it thinks data is to US law enforcement and intelligence.",
    "governments": "What the law of its country closes, forbids and makes costly.",
    "providers": "Which offers and regions of US providers there are, and their discounts.",
    "reciprocity": "How exposed data is to its own state and to foreign claims.",
    "market": "Prices, experience, and what home-grown providers lack.",
    "adoption": "How many of its kind have adopted before it, and so when it is ready (imitation).",
    "settings": "Parameters and attributes that only one of the worlds sets.",
}
ADOPTS, RENEWS, LAW, ALARMED = "ready to adopt", "contract renewed", "the law expels it", "alarmed by news"
NOT_DUE = "nothing due"


@dataclass(frozen=True)
class Met:
    """What a customer meets in one world in a month, between hearing the news and deciding; and why it
    decides.
    """

    month: int
    due: str
    twin: Customer
    places: PlacesOfCell
    market: FromMarket
    providers: FromProviders
    law: FromLaw

    @cached_property
    def groups(self) -> dict[str, Any]:
        """What there is of each group, to be compared with the other world's."""
        twin, cell = self.twin, self.twin.cell
        now, before = cell.terms.exposure, cell.exposure_before
        scenario = twin.world.scenario
        return {
            "news": (
                cell.terms.good,
                cell.terms.bad,
                cell.weight_heard,
                twin.more,
                twin.heard_now,
                twin.trust,
            ),
            "peers": [(peer.trust, peer.place) for peer in twin.peers],
            "belief": (now[:2], before[:2]),
            "governments": self.law,
            "providers": self.providers,
            "reciprocity": (now[2], before[2]),
            "market": self.market,
            "adoption": (cell.hazard, cell.hazard_in_a_year, twin.ready_at),
            "settings": (scenario.parameters, scenario.jurisdictions, scenario.segments, scenario.providers),
        }


def met_by(company: Company, number: int) -> Met:
    """What a followed customer meets this month, to be called between `hear` and `act`.

    Raises TwinDiffers where its terms do not add up to the engine's utilities to the bit.
    """
    twin, view = company.twins[number], company.view
    cell = twin.cell
    places, appeal = PlacesOfCell(view, cell.number), view.model.market.appeal
    market = FromMarket(
        home=float(appeal.home[cell.number]),
        gap=company.gap[places.country],
        us=tuple(appeal.us[cell.number].tolist()),
    )
    in_force = tuple(view.model.legislation.in_force[places.country].tolist())
    law, providers = FromLaw(in_force, tuple(cell.expelled)), from_providers(view, places.country)
    here = twin_like(twin)
    here.peers = [twin_like(peer) for peer in twin.peers]  # which move on
    met = Met(twin.world.month, why_due(twin), here, places, market, providers, law)
    if places.utility(market, providers, law) != cell.terms.utility:
        raise TwinDiffers(f"month {twin.world.month}: utility of the places of cell {cell.number}")
    if places.closed(providers, law) != (cell.terms.closed, cell.terms.unlawful):
        raise TwinDiffers(f"month {twin.world.month}: what is closed to cell {cell.number}")
    return met


def decided(a: Met, b: Met, from_b: frozenset[str]) -> int:
    """The place chosen with some groups from world b and all others from world a."""

    def of(group: str) -> Met:
        return b if group in from_b else a

    news, law, pace = of("news").twin, of("governments").law, of("adoption").twin
    base, providers = of("settings"), of("providers").providers
    twin = twin_like(base.twin)
    cell = twin.cell
    closed, unlawful = base.places.closed(providers, law)
    exposure = [*of("belief").twin.cell.terms.exposure[:2], of("reciprocity").twin.cell.terms.exposure[2]]
    before = [*of("belief").twin.cell.exposure_before[:2], of("reciprocity").twin.cell.exposure_before[2]]
    cell.terms = replace(
        news.cell.terms,
        utility=base.places.utility(of("market").market, providers, law),
        exposure=exposure,
        closed=closed,
        unlawful=unlawful,
    )
    cell.exposure_before, cell.expelled = before, list(law.expelled)
    cell.weight_heard, cell.tells = news.cell.weight_heard, news.cell.tells
    cell.hazard, cell.hazard_in_a_year = pace.cell.hazard, pace.cell.hazard_in_a_year
    twin.more, twin.heard_now, twin.trust = news.more, news.heard_now, news.trust
    twin.peers, twin.ready_at = of("peers").twin.peers, pace.ready_at
    now, twin.world.month = twin.world.month, a.month
    twin.listen()
    twin.decide()
    twin.world.month = now
    return twin.next_place


def split_decision(a: Met, b: Met) -> dict[str, float]:
    """How much each group has of the step from what was done in world a to what was done in world b: adds up
    to 1.

    A group that is the same in both worlds has nothing. 0 everywhere where both did the same.
    """
    out = dict.fromkeys(GROUPS, 0.0)
    differing = [group for group in GROUPS if a.groups[group] != b.groups[group]]
    sets = [
        frozenset(group for i, group in enumerate(differing) if number >> i & 1)
        for number in range(1 << len(differing))
    ]
    places = [decided(a, b, one) for one in sets]
    if places[0] == places[-1]:
        return out
    values = np.array([float(place == places[-1]) for place in places])
    return out | dict(zip(differing, split_of(values).shapley.tolist(), strict=True))


def why_due(twin: Customer) -> str:
    """Why a customer decides this month, after it has heard and listened; NOT_DUE if it does not."""
    cell, reasons = twin.cell, []
    if twin.place == ON_PREMISES:
        reasons += [ADOPTS] if cell.hazard >= twin.ready_at else []
    else:
        if (twin.world.month + twin.renewal_phase) % twin.contract_months == 0:
            reasons.append(RENEWS)
        if twin.position_in_order_of_laws < cell.expelled[twin.place]:
            reasons.append(LAW)
    if twin.is_alarmed():
        reasons.append(ALARMED)
    return " and ".join(reasons) or NOT_DUE

"""To whom a place is closed: because the law forbids it, or because nobody offers it.

Shares are of the customers of a cell, who are put in the order in which laws reach them. See docs/odd.md,
section 7 (Choice).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.model.reference.places import (
    CUSTOMER_KEYS,
    LOCAL_REGION,
    OFFERS,
    US_REGION,
    US_SUBSIDIARY,
    entry_of,
    us_place,
)
from sim.scenario.scenario import Scenario

CONSUMER, REGULATED, PUBLIC = 0, 3, 4  # segments
UNDER_US_LAW = (US_REGION, LOCAL_REGION, US_SUBSIDIARY)  # offers without a trustee's or own keys


@dataclass(frozen=True)
class LawOnPlaces:
    """The law of a country: the share of its members in which each instrument is in force."""

    procurement: float
    sector_localisation: float
    general_localisation: float


def closed_places(
    scenario: Scenario,
    country: int,
    segment: int,
    law: LawOnPlaces,
    live: Sequence[Sequence[bool]],
    hosts: Sequence[int],
) -> tuple[list[float], list[float]]:
    """Share of a cell's customers, by place, to whom it is closed at all, and to whom the law forbids it.

    `live`: what each US provider offers in the country; `hosts`: the country in which each place lies.
    """
    code, own = list(scenario.jurisdictions.items())[country]
    bound = 1.0
    if segment == CONSUMER:  # few of them are whom a localisation law is about
        bound = entry_of(scenario.parameters.governments.localisation_covers_consumers, code, own)
    closed, unlawful = [0.0, 0.0 if own.home_grown_share_2013 > 0.0 else 1.0], [0.0, 0.0]
    for provider, offers in enumerate(live):
        for offer in range(OFFERS):
            share = 0.0
            if segment == PUBLIC and offer in UNDER_US_LAW:
                share = law.procurement
            if hosts[us_place(provider, offer)] != country:
                share = max(share, law.general_localisation * bound)
                if segment in (REGULATED, PUBLIC):
                    share = max(share, law.sector_localisation)
            share = float(np.float32(share))
            unlawful.append(share)
            closed.append(share if offers[offer] or offer == CUSTOMER_KEYS else 1.0)  # keys are one's own
    return closed, unlawful

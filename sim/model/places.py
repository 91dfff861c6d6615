"""Places: where data can live, as numbers, and on whose soil each place lies.

Place 0 is on premises, 1 the home-grown provider, then five kinds for each US provider in turn.
"""

import numpy as np

from sim.model.kernels import places as kernel
from sim.model.kernels.codes import (
    CUSTOMER_KEYS,
    FIRST_US,
    HOME_GROWN,
    LOCAL_REGION,
    NEVER,
    NOWHERE,
    OFFERS,
    ON_PREMISES,
    TRUSTEE,
    US_REGION,
    US_SUBSIDIARY,
)
from sim.scenario.scenario import Scenario
from sim.vocabulary import KINDS

__all__ = [
    "CUSTOMER_KEYS",
    "FIRST_US",
    "HOME_GROWN",
    "LOCAL_REGION",
    "NEVER",
    "NOWHERE",
    "OFFERS",
    "ON_PREMISES",
    "TRUSTEE",
    "US_REGION",
    "US_SUBSIDIARY",
    "Offers",
    "held_by_us",
    "kinds_of_places",
    "place_count",
    "us_place",
]


def place_count(providers: int) -> int:
    return FIRST_US + OFFERS * providers


def us_place(provider: int, offer: int) -> int:
    return FIRST_US + OFFERS * provider + offer


def kinds_of_places(providers: int) -> np.ndarray:
    """Kind (position in `KINDS`) of every place: int64 (O,)."""
    return np.array([0, len(KINDS) - 1, *(1 + k for _ in range(providers) for k in range(OFFERS))], np.int64)


def held_by_us(place: np.ndarray) -> np.ndarray:
    """Whether a US provider controls what is kept at each place: bool, of the shape of `place`."""
    held: np.ndarray = (place >= FIRST_US) & ((place - FIRST_US) % OFFERS != TRUSTEE)
    return held


class Offers:
    """What each US provider offers where, in one world: state that providers change.

    live: bool (P, J, 5).
    host: int32 (P, J), the jurisdiction of a provider's local region for customers of J, or NOWHERE.
    own_region: bool (P, J).
    discount: float64 (P, J).
    live_since: int64 (P, J, 5), month in which a sovereign offer that was built went live, else NEVER.
    under_way: bool (P, J, 5), offers that are being built.
    hosts: int32 (J, O), the jurisdiction of each place for customers of J; `move` updates it from `host`.
    """

    def __init__(self, scenario: Scenario) -> None:
        codes = list(scenario.jurisdictions)
        bloc = np.unique([j.bloc for j in scenario.jurisdictions.values()], return_inverse=True)[1]
        shape = (len(scenario.providers), len(codes))
        self._same_bloc = bloc[:, None] == bloc[None, :]
        self.own_region = np.zeros(shape, np.bool_)
        for p, provider in enumerate(scenario.providers.values()):
            for code in provider.regions_2013:
                self.own_region[p, codes.index(code)] = True
        self.live = np.zeros((*shape, OFFERS), np.bool_)
        self.live[:, :, US_REGION] = True
        self.discount = np.zeros(shape)
        self.live_since = np.full((*shape, OFFERS), NEVER, np.int64)
        self.under_way = np.zeros((*shape, OFFERS), np.bool_)
        self.host = np.full(shape, NOWHERE, np.int32)
        for p in range(shape[0]):
            self.settle(p)
        self.hosts = self.hosts_of_places()
        self._settled = False

    def settle(self, provider: int) -> None:
        """Set every jurisdiction's host: a region at home, else the first in its bloc; for the US, the US."""
        kernel.settle(self.own_region[provider], self._same_bloc, self.host[provider], self.live[provider])
        self._settled = True

    def move(self) -> np.ndarray | None:
        """Update `hosts` where regions have opened; returns the former hosts, or None if none has opened."""
        if not self._settled:
            return None
        before, self.hosts, self._settled = self.hosts, self.hosts_of_places(), False
        return before

    def hosts_of_places(self) -> np.ndarray:
        """Jurisdiction on whose soil each place lies, for customers of each jurisdiction: int32 (J, O)."""
        providers, jurisdictions = self.host.shape
        hosts = np.empty((jurisdictions, place_count(providers)), np.int32)
        kernel.fill_hosts(self.host, hosts)
        return hosts

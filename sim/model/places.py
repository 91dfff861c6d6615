"""Places: where data can live, as numbers, and on whose soil each place lies.

Place 0 is on premises, 1 the home-grown provider, then five kinds for each US provider in turn.
"""

import numpy as np

from sim.scenario.scenario import Scenario
from sim.words import KINDS, US_KINDS

ON_PREMISES, HOME_GROWN, FIRST_US = 0, 1, 2
OFFERS = len(US_KINDS)
US_REGION, LOCAL_REGION, TRUSTEE, CUSTOMER_KEYS, US_SUBSIDIARY = range(OFFERS)
NOWHERE = -1


def place_count(providers: int) -> int:
    return FIRST_US + OFFERS * providers


def us_place(provider: int, offer: int) -> int:
    return FIRST_US + OFFERS * provider + offer


def kinds_of_places(providers: int) -> np.ndarray:
    """Kind (position in `KINDS`) of every place: int64 (O,)."""
    return np.array([0, len(KINDS) - 1, *(1 + k for _ in range(providers) for k in range(OFFERS))], np.int64)


class Offers:
    """What each US provider offers where, in one world: state that providers change.

    live: bool (P, J, 5); host: int32 (P, J), the jurisdiction whose soil holds a provider's local region for customers
    of J, NOWHERE if there is none; own_region: bool (P, J); discount: float64 (P, J). `settled` counts the changes of hosts.
    """

    def __init__(self, scenario: Scenario) -> None:
        codes = list(scenario.jurisdictions)
        blocs = [j.bloc for j in scenario.jurisdictions.values()]
        shape = (len(scenario.providers), len(codes))
        self._same_bloc = np.array([[a == b for b in blocs] for a in blocs])
        self.own_region = np.zeros(shape, np.bool_)
        for p, provider in enumerate(scenario.providers.values()):
            for code in provider.regions_2013:
                self.own_region[p, codes.index(code)] = True
        self.live = np.zeros((*shape, OFFERS), np.bool_)
        self.live[:, :, US_REGION] = True
        self.discount = np.zeros(shape)
        self.host = np.full(shape, NOWHERE, np.int32)
        self.settled = 0
        for p in range(shape[0]):
            self.settle(p)

    def settle(self, provider: int) -> None:
        """Give every jurisdiction its host: a region at home, else the first within its bloc; the US has the US."""
        self.settled += 1
        own = self.own_region[provider]
        near = own[None, :] & self._same_bloc
        near[:, 0] = False  # a region in the US is nobody's local one
        in_bloc = np.where(near.any(axis=1), near.argmax(axis=1), NOWHERE)
        in_bloc = np.where(self.host[provider] != NOWHERE, self.host[provider], in_bloc)  # a region elsewhere in the bloc moves nobody
        self.host[provider] = np.where(own, np.arange(own.size), in_bloc)
        self.host[provider, 0] = NOWHERE
        self.live[provider, :, LOCAL_REGION] = self.host[provider] != NOWHERE

    def hosts_of_places(self) -> np.ndarray:
        """Jurisdiction on whose soil each place lies, for customers of each jurisdiction: int32 (J, O)."""
        providers, jurisdictions = self.host.shape
        hosts = np.zeros((jurisdictions, place_count(providers)), np.int32)
        hosts[:, ON_PREMISES] = hosts[:, HOME_GROWN] = np.arange(jurisdictions)
        for p in range(providers):
            hosts[:, us_place(p, LOCAL_REGION)] = np.maximum(self.host[p], 0)
            for offer in (TRUSTEE, US_SUBSIDIARY):
                hosts[:, us_place(p, offer)] = np.arange(jurisdictions)
            # Keys go with data in the local region where there is one, else with data in the US.
            hosts[:, us_place(p, CUSTOMER_KEYS)] = np.maximum(self.host[p], 0)
        return hosts

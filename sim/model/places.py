"""Places: where data can live, as numbers, and on whose soil each place lies.

Place 0 is on premises, 1 the home-grown provider, then five kinds for each US provider in turn.
"""

import numpy as np
from numba import njit

from sim.scenario.scenario import Scenario
from sim.vocabulary import KINDS, US_KINDS

ON_PREMISES, HOME_GROWN, FIRST_US = 0, 1, 2
OFFERS = len(US_KINDS)
US_REGION, LOCAL_REGION, TRUSTEE, CUSTOMER_KEYS, US_SUBSIDIARY = range(OFFERS)
NOWHERE = NEVER = -1


def place_count(providers: int) -> int:
    return FIRST_US + OFFERS * providers


def us_place(provider: int, offer: int) -> int:
    return FIRST_US + OFFERS * provider + offer


def kinds_of_places(providers: int) -> np.ndarray:
    """Kind (position in `KINDS`) of every place: int64 (O,)."""
    return np.array([0, len(KINDS) - 1, *(1 + k for _ in range(providers) for k in range(OFFERS))], np.int64)


@njit(cache=True)
def _settle(own, same_bloc, host, live):
    """Hosts of one provider's local regions, `host` (J,), and where there is one, `live` (J, 5), from the regions of its `own` (J,)."""
    for j in range(len(own)):
        if own[j]:
            host[j] = j
        elif host[j] == NOWHERE:  # a region elsewhere in the bloc moves nobody
            for k in range(1, len(own)):  # a region in the US is nobody's local one
                if own[k] and same_bloc[j, k]:
                    host[j] = k
                    break
    host[0] = NOWHERE
    for j in range(len(own)):
        live[j, LOCAL_REGION] = host[j] != NOWHERE


@njit(cache=True)
def _hosts_of_places(host, out):
    """See `Offers.hosts_of_places`: `host` (P, J), `out` (J, O)."""
    providers, jurisdictions = host.shape
    for j in range(jurisdictions):
        out[j, ON_PREMISES], out[j, HOME_GROWN] = j, j
        for p in range(providers):
            first, region = FIRST_US + OFFERS * p, max(host[p, j], 0)
            out[j, first + US_REGION] = 0
            out[j, first + LOCAL_REGION] = region
            out[j, first + TRUSTEE], out[j, first + US_SUBSIDIARY] = j, j
            # Keys go with data in the local region where there is one, else with data in the US.
            out[j, first + CUSTOMER_KEYS] = region


class Offers:
    """What each US provider offers where, in one world: state that providers change.

    live: bool (P, J, 5); host: int32 (P, J), the jurisdiction whose soil holds a provider's local region for customers
    of J, NOWHERE if there is none; own_region: bool (P, J); discount: float64 (P, J). `settled` counts the changes of hosts.
    live_since: int64 (P, J, 5), month since which a sovereign offer that was built is there, else NEVER; under_way: bool (P, J, 5), what is being built.
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
        self.settled = 0
        for p in range(shape[0]):
            self.settle(p)

    def settle(self, provider: int) -> None:
        """Give every jurisdiction its host: a region at home, else the first within its bloc; the US has the US."""
        self.settled += 1
        _settle(self.own_region[provider], self._same_bloc, self.host[provider], self.live[provider])

    def hosts_of_places(self) -> np.ndarray:
        """Jurisdiction on whose soil each place lies, for customers of each jurisdiction: int32 (J, O)."""
        providers, jurisdictions = self.host.shape
        hosts = np.empty((jurisdictions, place_count(providers)), np.int32)
        _hosts_of_places(self.host, hosts)
        return hosts

"""On whose soil places lie, compiled."""

from sim.model.kernels.codes import (
    CUSTOMER_KEYS,
    FIRST_US,
    HOME_GROWN,
    LOCAL_REGION,
    NOWHERE,
    OFFERS,
    ON_PREMISES,
    TRUSTEE,
    US,
    US_REGION,
    US_SUBSIDIARY,
)
from sim.model.kernels.jit import entry


@entry()
def settle(own, same_bloc, host, live):
    """Fill the hosts of one provider's local regions, `host` (J,), from its `own` regions (J,).

    `live` (J, 5) tells where there is one.
    """
    for j in range(len(own)):
        if own[j]:
            host[j] = j
        elif host[j] == NOWHERE:  # a region elsewhere in the bloc moves nobody
            for k in range(1, len(own)):  # a region in the US is nobody's local one
                if own[k] and same_bloc[j, k]:
                    host[j] = k
                    break
    host[US] = NOWHERE
    for j in range(len(own)):
        live[j, LOCAL_REGION] = host[j] != NOWHERE


@entry()
def fill_hosts(host, out):
    """Jurisdiction on whose soil each place lies.

    `out` (J, O), from the hosts of local regions, `host` (P, J).
    """
    providers, jurisdictions = host.shape
    for j in range(jurisdictions):
        out[j, ON_PREMISES], out[j, HOME_GROWN] = j, j
        for p in range(providers):
            first, region = FIRST_US + OFFERS * p, max(host[p, j], 0)
            out[j, first + US_REGION] = US
            out[j, first + LOCAL_REGION] = region
            out[j, first + TRUSTEE], out[j, first + US_SUBSIDIARY] = j, j
            # Keys go with data in the local region where there is one, else with data in the US.
            out[j, first + CUSTOMER_KEYS] = region

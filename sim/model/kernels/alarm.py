"""Who thinks again outside renewal, compiled: its own perceived risk has risen by more than its threshold."""

import numpy as np

from sim.model.kernels.choice import kind_of, kind_risk
from sim.model.kernels.codes import ON_PREMISES, US_REGION_KIND
from sim.model.kernels.jit import inner


@inner()
def who_is_alarmed(group, people, terms, state):
    """Fill `alarmed` of the customers of a group of blocks, in the cells where anybody hears anything.

    Only whoever hears is alarmed (Granovetter 1978: everybody has a threshold of its own). The risk is that
    of the present place, against last month; on premises that of a US region, for those who plan to adopt
    within the year.
    """
    blocks, cell, sensitivity, threshold = people.blocks, people.cell, people.sensitivity, people.threshold
    exposure, exposure_before, alert, plans = terms.exposure, terms.exposure_before, terms.alert, terms.plans
    place, readiness, trust, trust_next = state.place, state.readiness, state.trust, state.trust_next
    heard, alarmed = state.heard, state.alarmed
    for b in range(group[0], group[1]):
        c = cell[blocks[b, 0]]
        for w in range(place.shape[1]):
            if not alert[w, c]:
                continue
            now, before = exposure[w, c], exposure_before[w, c]
            for i in range(blocks[b, 0], blocks[b, 1]):
                here = np.int64(place[i, w])
                waits = here == ON_PREMISES
                if heard[i, w] == 0 or (waits and readiness[i, w] > plans[w, c]):
                    alarmed[i, w] = False
                    continue
                kind = US_REGION_KIND if waits else kind_of(here)
                law, intelligence = np.float64(trust_next[i, 2 * w]), np.float64(trust_next[i, 2 * w + 1])
                risk = kind_risk(sensitivity[i], law, intelligence, now[0, kind], now[1, kind], now[2, kind])
                law, intelligence = np.float64(trust[i, 2 * w]), np.float64(trust[i, 2 * w + 1])
                was = kind_risk(
                    sensitivity[i], law, intelligence, before[0, kind], before[1, kind], before[2, kind]
                )
                alarmed[i, w] = risk - was > threshold[i]

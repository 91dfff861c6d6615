"""The least that any such model must do for its customers in a month: the memory traffic and the draws, no decisions.

Loads, per customer: 6 peer numbers (24 bytes), their trust (6 x 2W float32), first trust (8), susceptibility (4), readiness
(4 W). Stores: trust (2W float32). Draws: three Philox blocks for every customer whose contract renews this month.
"""

import numpy as np
from numba import njit, prange

from sim.model.luck import purposes
from sim.model.luck.philox import draw4


@njit(parallel=True)
def floor_month(seed, month, blocks, term, calendar, calendar_start, peers, first_trust, susceptibility, readiness, hazard, trust, trust_next, out):  # type: ignore[no-untyped-def]
    """Touch what a month of the engine touches, and draw what it draws; `out` (B,) keeps the compiler from leaving it out."""
    for b in prange(len(blocks)):
        seen = 0.0
        for i in range(blocks[b, 0], blocks[b, 1]):
            s = susceptibility[i]
            for d in range(trust.shape[1]):
                heard = np.float32(0.0)
                for k in range(6):
                    heard += trust[peers[i, k], d]
                trust_next[i, d] = heard * s + first_trust[i, d & 1]
            for w in range(readiness.shape[1]):
                if readiness[i, w] <= hazard:
                    seen += 1.0
        first = blocks[b, 0]
        phase = (term[first] - month % term[first]) % term[first]
        for at in range(calendar_start[b, phase], calendar_start[b, phase + 1]):
            for k in range(3):
                seen += draw4(seed, calendar[at], month, purposes.CHOICE, k)[0]
        out[b] = seen

"""The model: law, agents, clock, luck. Knows nothing of files, processes or pictures."""

from sim.model.compiled import use_own_cache, use_wide_vectors

use_own_cache()
use_wide_vectors()

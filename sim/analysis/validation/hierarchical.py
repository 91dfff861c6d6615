"""The rival that is nearest to the model's adoption: hierarchical Bass curves, without agents."""

from collections.abc import Mapping, Sequence

import numpy as np

from sim.analysis.evidence.rows import Row
from sim.analysis.starting_levels.hierarchy import Hierarchy, fit_hierarchy
from sim.analysis.validation.rivals import Ensemble, ceiling_of, pooled_bass_of
from sim.analysis.validation.series import year_of

PARTICLES = 1024  # for each place
FEWEST_PLACES = 3  # that a common distribution is estimated from


def hierarchical_bass(seen: Sequence[Row], ceilings: Mapping[str, float]) -> Ensemble:
    """Curves of the rows seen: draws of the share of adopters, in %, or None where no record leads there.

    A population has a hierarchy of its own; its pace and ceiling vary about those of the pooled curve.
    """
    bass, hierarchies = pooled_bass_of(seen, ceilings), dict[str, Hierarchy]()
    surveys = [row for row in seen if row.measure.name == "adoption" and row.bound == "eq"]
    for population in sorted({row.population for row in surveys}):
        own = [row for row in surveys if row.population == population]
        records: dict[str, dict[int, float]] = {}
        for row in own:
            records.setdefault(row.place.name, {})[round(year_of(row) + 1970)] = row.value / 100.0
        if bass is not None and len(records) >= FEWEST_PLACES:
            hierarchies[population] = fit_hierarchy(
                records, bass, ceiling_of(own[0], ceilings), particles=PARTICLES
            )

    def ensemble(row: Row) -> np.ndarray | None:
        hierarchy = hierarchies.get(row.population) if row.measure.name == "adoption" else None
        curves = hierarchy.places.get(row.place.name) if hierarchy is not None else None
        if hierarchy is None or curves is None:
            return None
        return 100.0 * curves.share(round(year_of(row) + 1970), hierarchy.bass)

    return ensemble

"""The country level of a fit: curves of adoption of every jurisdiction, as tables of the posterior."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from sim.analysis.evidence.splits import countries_held_back
from sim.analysis.starting_levels.national import (
    FIRMS,
    National,
    members_of,
    national_curves,
    without_later_surveys,
)
from sim.analysis.starting_levels.sources import Sources
from sim.scenario.posterior import CURVE_COLUMNS

DRAWS = 128
_DIGITS = 4


def curves_table(national: National, codes: Sequence[str] | None = None) -> pd.DataFrame:
    """A line for each draw and jurisdiction (default: all)."""
    lines = []
    for code in codes or list(national.jurisdictions):
        columns = {}
        for segment in FIRMS:
            curves = national.jurisdictions[code][segment]
            parts = (curves.level, curves.pace, curves.ceiling)
            for name, values in zip(
                ("adoption_2013", "adoption_pace", "adoption_ceiling"), parts, strict=True
            ):
                columns[f"{name}.{segment}"] = [float(f"{value:.{_DIGITS}g}") for value in values]
        lines.append(pd.DataFrame({"draw": range(len(curves.level)), "place": code, **columns}))
    whole = pd.concat(lines, ignore_index=True)
    return whole.sort_values("draw", kind="stable")[["draw", "place", *CURVE_COLUMNS]].reset_index(drop=True)


def curves_by_country_held_back(sources: Sources, whole: National) -> tuple[National, list[str]]:
    """The curves without what the countries held back answered later, and the jurisdictions that differ."""
    held = members_of(sources, countries_held_back())
    apart = national_curves(without_later_surveys(sources, held), DRAWS, whole.bass)
    groups = sources.general["survey"]["groups"]
    touched = [
        code
        for code, judged in sources.judged.items()
        if held & (set(groups.get(judged.adoption_like, ())) | members_of(sources, [code]))
    ]
    return apart, touched


def ess_words(national: National) -> Mapping[str, Mapping[str, float]]:
    """Effective sample sizes by size of firm: of the common distribution, and the least of a country."""
    return {
        segment: {
            "common": round(found.effective[""]),
            "least_country": round(min(v for place, v in found.effective.items() if place), 1),
            "median_country": round(float(np.median([v for p, v in found.effective.items() if p])), 1),
        }
        for segment, found in national.hierarchies.items()
    }

"""Level, pace and ceiling of adoption of every jurisdiction and segment, from the surveys of 2014 to 2018.

Surveyed countries have the curves of the hierarchy (`hierarchy.py`). A jurisdiction of several countries has
their mean by GDP; one that Eurostat does not survey has the mean of a judged group of countries times a
judged factor, with the whole spread between countries about it. Regulated firms and the public sector follow
enterprises by judged factors, consumers are judged.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from sim.analysis.starting_levels.adoption import Bass, Curve, ceiling_of, common_bass
from sim.analysis.starting_levels.hierarchy import (
    DRAWS,
    SEED,
    Curves,
    Hierarchy,
    fit_hierarchy,
)
from sim.analysis.starting_levels.sources import Sources, Uptake

SURVEYED = ("small_firm", "enterprise")
BY_ENTERPRISES = ("regulated", "public_sector")
FIRMS = (*SURVEYED, *BY_ENTERPRISES)


@dataclass(frozen=True)
class National:
    """The fit: draws of the curves of every jurisdiction by segment, and the hierarchy of surveyed places."""

    bass: Bass
    hierarchies: Mapping[str, Hierarchy]
    jurisdictions: Mapping[str, Mapping[str, Curves]]

    def middle(self, sources: Sources, code: str) -> dict[str, Curve]:
        """What is shipped for a jurisdiction: means over the draws, of the pace by its logarithm."""
        drawn = {
            segment: Curve(
                float(curves.level.mean()),
                float(np.exp(np.log(curves.pace).mean())),
                float(curves.ceiling.mean()),
            )
            for segment, curves in self.jurisdictions[code].items()
        }
        level = sources.judged[code].numbers["consumer_adoption_2013"]
        pace = float(sources.general["survey"]["consumer_pace"])
        return {"consumer": Curve(level, pace, ceiling_of(sources, "consumer")), **drawn}


def national_curves(sources: Sources, draws: int = DRAWS, bass: Bass | None = None) -> National:
    """Fit the surveyed countries and work out every jurisdiction. Deterministic."""
    bass = bass or common_bass(sources)
    hierarchies = {
        segment: fit_hierarchy(
            records_of(sources, sources.uptake, segment), bass, ceiling_of(sources, segment), draws
        )
        for segment in SURVEYED
    }
    jurisdictions = {}
    for code in sources.judged:
        small, enterprise = (_of_jurisdiction(sources, code, s, hierarchies[s]) for s in SURVEYED)
        like_enterprise = {s: _like_enterprise(sources, s, enterprise) for s in BY_ENTERPRISES}
        jurisdictions[code] = {"small_firm": small, "enterprise": enterprise, **like_enterprise}
    return National(bass, hierarchies, jurisdictions)


def records_of(sources: Sources, uptake: Uptake, segment: str) -> dict[str, dict[int, float]]:
    """Survey results of every country by year; enterprises are medium and large firms, by their number."""
    return {geo: results(sources, uptake, geo, segment) for geo in sorted({geo for geo, _, _ in uptake})}


def results(sources: Sources, uptake: Uptake, geo: str, segment: str) -> dict[int, float]:
    """Survey results of a country by year."""
    shares = {
        size: {year: v for (g, s, year), v in uptake.items() if g == geo and s == size}
        for size in ("S", "M", "L")
    }
    if segment == "small_firm":
        return shares["S"]
    firms = sources.general["survey"]["enterprises_thousand"]
    medium = firms["M"] / (firms["M"] + firms["L"])
    return {y: medium * v + (1 - medium) * shares["L"][y] for y, v in shares["M"].items() if y in shares["L"]}


def without_later_surveys(sources: Sources, held: Collection[str]) -> Sources:
    """The sources without what the countries (alpha-2) held back answered after their first survey."""
    return sources.with_uptake(
        {
            key: share
            for key, share in sources.uptake.items()
            if key[0] not in held or key[2] == min(year for geo, _, year in sources.uptake if geo == key[0])
        }
    )


def members_of(sources: Sources, codes: Collection[str]) -> frozenset[str]:
    """The countries (alpha-2) that jurisdictions stand for."""
    return frozenset(
        sources.economies[member].iso2 for code in codes for member in sources.judged[code].members
    )


def where_from(sources: Sources, code: str) -> str:
    """The source of a jurisdiction's curves, in words."""
    judged = sources.judged[code]
    if judged.adoption_like:
        group = ", ".join(sources.general["survey"]["groups"][judged.adoption_like])
        factor = judged.numbers["adoption_factor"]
        return f"judgement: {factor:g} x the {judged.adoption_like} group of Eurostat countries ({group})"
    surveyed = {geo for geo, _, _ in sources.uptake}
    places = ", ".join(sorted(surveyed & members_of(sources, [code])))
    return f"Eurostat isoc_cicce_use 2014 to 2018 ({places}), hierarchical Bass curves"


def _of_jurisdiction(sources: Sources, code: str, segment: str, found: Hierarchy) -> Curves:
    judged = sources.judged[code]
    own = [geo for geo in sorted(members_of(sources, [code])) if geo in found.places]
    if own and not judged.adoption_like:
        return _mean(sources, {geo: found.places[geo] for geo in own})
    group = sources.general["survey"]["groups"][judged.adoption_like]
    like = _mean(sources, {geo: found.places[geo] for geo in group if geo in found.places})
    # Which way a country that nobody surveyed differs from its group is unknown: it differs as countries do.
    rng = np.random.default_rng([SEED, 4, *code.encode(), *segment.encode()])
    pace = np.log(like.pace) + found.common.pace_spread * rng.standard_normal(len(like.pace))
    ceiling = logit(like.ceiling) + found.common.ceiling_spread * rng.standard_normal(len(like.pace))
    level = np.minimum(judged.numbers["adoption_factor"] * like.level, 0.95 * expit(ceiling))
    return Curves(level, np.exp(pace), expit(ceiling))


def _mean(sources: Sources, places: Mapping[str, Curves]) -> Curves:
    """The mean of countries by GDP of 2013, draw by draw; of paces by logarithms, of ceilings by log-odds."""
    gdp = {economy.iso2: economy.gdp_2013 or 0.0 for economy in sources.economies.values()}
    weights = np.array([gdp[geo] for geo in places]) / sum(gdp[geo] for geo in places)
    curves = list(places.values())
    return Curves(
        weights @ np.array([c.level for c in curves]),
        np.exp(weights @ np.log([c.pace for c in curves])),
        expit(weights @ logit([c.ceiling for c in curves])),
    )


def _like_enterprise(sources: Sources, segment: str, enterprise: Curves) -> Curves:
    """Regulated firms and the public sector: the pace of enterprises, their own ceiling moved as theirs."""
    moved = logit(enterprise.ceiling) - logit(ceiling_of(sources, "enterprise"))
    ceiling = expit(logit(ceiling_of(sources, segment)) + moved)
    relative = float(sources.general["segments"][segment]["adoption_relative_to_enterprise"])
    return Curves(np.minimum(relative * enterprise.level, 0.98 * ceiling), enterprise.pace, ceiling)

"""Use of cloud services by firms.

The module fits the pooled Bass curve of Eurostat's countries, and each country's level in January 2013. Bass
(1969): with x = F / m, the adopters' part of those who will ever adopt, dx/dt = (p + q x)(1 - x), t in years.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, floor, log10, sqrt

from scipy.optimize import brentq, minimize, minimize_scalar

from sim.analysis.starting_levels.sources import Sources

FIRST = 2013.0  # the model begins in January 2013


@dataclass(frozen=True)
class Bass:
    """Innovation p and imitation q, both a year."""

    innovation: float
    imitation: float


@dataclass(frozen=True)
class Curve:
    """How fast use grows in a country, relative to the pooled curve, and where it ends."""

    pace: float
    ceiling: float


Curves = Mapping[tuple[str, str], Curve]  # by country (alpha-2) and size of firm


def bass_step(start: float, years: float, ceiling: float, bass: Bass) -> float:
    """Share of adopters `years` after it was `start` (closed form; `years` may be negative)."""
    p, q = bass.innovation, bass.imitation
    x = start / ceiling
    left = (1 - x) / (p + q * x) * exp(-(p + q) * years)
    return ceiling * (1 - p * left) / (1 + q * left)


@dataclass(frozen=True)
class Pooled:
    """One Bass curve for all surveyed countries; `error` is the root mean square error of the 2016 share."""

    bass: Bass
    error: float
    countries: int


def pooled_bass(sources: Sources) -> Pooled:
    """p and q by least squares on the step from 2014 to 2016, from zero adopters in the launch year.

    Two years of data alone put p at zero: they say how much faster growth was where many had adopted, not how
    it ever began. So p is tied to q: from zero at launch the curve must reach the countries' mean share of
    2014. Ceiling K24.
    """
    ceiling = ceiling_of(sources, "small_firm")
    pairs = surveyed_pairs(sources)
    mean = sum(before for before, _ in pairs) / len(pairs)
    years = 2014 - float(sources.general["survey"]["launch_year"])

    def starting_at_launch(q: float) -> Bass:
        p = brentq(lambda p: bass_step(0.0, years, ceiling, Bass(p, q)) - mean, 1e-9, 1.0)
        return Bass(float(p), q)

    def error(q: float) -> float:
        return step_error(pairs, ceiling, starting_at_launch(q))

    found = minimize_scalar(error, bounds=(1e-6, 1.0), method="bounded", options={"xatol": 1e-7})
    return Pooled(starting_at_launch(float(found.x)), float(found.fun), len(pairs))


def unanchored_bass(sources: Sources) -> Pooled:
    """The same fit without a launch year, p and q free.

    It is printed beside the other to show what the survey alone says.
    """
    ceiling, pairs = ceiling_of(sources, "small_firm"), surveyed_pairs(sources)
    found = minimize(
        lambda pq: step_error(pairs, ceiling, Bass(pq[0], pq[1])),
        x0=(0.02, 0.1),
        bounds=((1e-6, 1.0), (1e-6, 1.0)),
        method="L-BFGS-B",
    )
    return Pooled(Bass(float(found.x[0]), float(found.x[1])), float(found.fun), len(pairs))


def surveyed_pairs(sources: Sources) -> list[tuple[float, float]]:
    """Shares of firms with 10 people or more in 2014 and 2016, of each country that has both."""
    return [
        (v, sources.uptake[geo, "10+", 2016])
        for (geo, size, year), v in sources.uptake.items()
        if (size, year) == ("10+", 2014) and (geo, "10+", 2016) in sources.uptake
    ]


def step_error(pairs: list[tuple[float, float]], ceiling: float, bass: Bass) -> float:
    """Root mean square error of the share two years on."""
    return sqrt(
        sum((bass_step(before, 2.0, ceiling, bass) - after) ** 2 for before, after in pairs) / len(pairs)
    )


def ceiling_of(sources: Sources, segment: str) -> float:
    """Highest share of a segment that will ever adopt."""
    return float(sources.general["segments"][segment]["adoption_ceiling"])


def level_in_2013(observed: dict[int, float], ceiling: float, bass: Bass, asked: float) -> float:
    """The share in January 2013 whose Bass path comes nearest (least squares) to what was observed later.

    `observed` maps survey years to shares; `asked` is the part of the survey year that had passed when firms
    were asked.
    """

    def misfit(start: float) -> float:
        return sum(
            (bass_step(start, year + asked - FIRST, ceiling, bass) - share) ** 2
            for year, share in observed.items()
        )

    found = minimize_scalar(misfit, bounds=(0.002, 0.98 * ceiling), method="bounded", options={"xatol": 1e-7})
    return float(found.x)


def _observed(sources: Sources, geo: str, segment: str) -> dict[int, float]:
    """A country's survey results for a segment.

    Small firms are as published; enterprises are medium and large firms, weighted by their number.
    """
    shares = {
        size: {
            year: v for (g, s, year), v in sources.uptake.items() if g == geo and s == size and year != 2015
        }
        for size in ("S", "M", "L")
    }
    if segment == "small_firm":
        return shares["S"]
    firms = sources.general["survey"]["enterprises_thousand"]
    medium = firms["M"] / (firms["M"] + firms["L"])
    return {
        year: medium * shares["M"][year] + (1 - medium) * shares["L"][year]
        for year in shares["M"]
        if year in shares["L"]
    }


def _of_country(sources: Sources, geo: str, segment: str, bass: Bass, curves: Curves) -> float | None:
    observed = _observed(sources, geo, segment)
    asked = (sources.general["survey"]["asked_in_month"] - 1) / 12
    curve = curves.get((geo, segment), Curve(1.0, ceiling_of(sources, segment)))
    own = Bass(bass.innovation * curve.pace, bass.imitation * curve.pace)
    return level_in_2013(observed, curve.ceiling, own, asked) if observed else None


def _by_gdp(sources: Sources, levels: dict[str, float]) -> float:
    """Mean over countries (alpha-2), weighted by GDP of 2013."""
    gdp = {economy.iso2: economy.gdp_2013 or 0.0 for economy in sources.economies.values()}
    return sum(gdp[geo] * level for geo, level in levels.items()) / sum(gdp[geo] for geo in levels)


def business_adoption(
    sources: Sources, code: str, segment: str, bass: Bass, curves: Curves
) -> tuple[float, str]:
    """Adoption of small firms or enterprises of a jurisdiction in January 2013, and where it comes from.

    Members with survey results count by GDP; where no member has any, the mean of a judged group of surveyed
    countries times a judged factor stands in.
    """
    judged = sources.judged[code]
    iso2 = [sources.economies[member].iso2 for member in judged.members]
    own = {
        geo: level for geo in iso2 if (level := _of_country(sources, geo, segment, bass, curves)) is not None
    }
    if own and not judged.adoption_like:
        return _by_gdp(
            sources, own
        ), f"Eurostat isoc_cicce_use ({', '.join(sorted(own))}), path of its own curve back to January 2013"
    group = sources.general["survey"]["groups"][judged.adoption_like]
    levels = {
        geo: level for geo in group if (level := _of_country(sources, geo, segment, bass, curves)) is not None
    }
    factor = judged.numbers["adoption_factor"]
    cap = 0.95 * ceiling_of(sources, segment)
    return min(
        cap, factor * _by_gdp(sources, levels)
    ), f"judgement: {factor:g} x the {judged.adoption_like} group of Eurostat countries ({', '.join(group)})"


def adoption_2013(sources: Sources, code: str, bass: Bass, curves: Curves) -> tuple[dict[str, float], str]:
    """Share of customers of each segment that use cloud services in January 2013, and the source.

    `curves` are those of surveyed countries; one without has the pooled curve.
    """
    segments = sources.general["segments"]
    small, source = business_adoption(sources, code, "small_firm", bass, curves)
    enterprise, _ = business_adoption(sources, code, "enterprise", bass, curves)
    shares = {
        "consumer": sources.judged[code].numbers["consumer_adoption_2013"],
        "small_firm": small,
        "enterprise": enterprise,
        "regulated": segments["regulated"]["adoption_relative_to_enterprise"] * enterprise,
        "public_sector": segments["public_sector"]["adoption_relative_to_enterprise"] * enterprise,
    }
    return (
        shares,
        f"firms: {source}; consumer: judgement; regulated, public_sector: judged part of enterprise",
    )


def rounded(value: float, digits: int = 4) -> float:
    """A number to so many significant digits: enough to add up, not so many as to pretend."""
    return round(value, digits - 1 - floor(log10(abs(value)))) if value else 0.0

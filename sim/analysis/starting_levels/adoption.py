"""Use of cloud services by firms: the curve of Bass, and the pace that all countries have in common.

Bass (1969): with x = F / m, the adopters' part of those who will ever adopt, dx/dt = (p + q x)(1 - x), t in
years.
"""

from dataclasses import dataclass
from math import exp, floor, log10

from scipy.optimize import brentq

from sim.analysis.starting_levels.sources import Sources

FIRST = 2013.0  # the model begins in January 2013


@dataclass(frozen=True)
class Bass:
    """Innovation p and imitation q, both a year; `acceleration` is how much both rise a year from 2013 on."""

    innovation: float
    imitation: float
    acceleration: float = 0.0

    def years(self, first: float, last: float) -> float:
        """Years from one date to another, counted as faster years count."""
        begin, end = first - FIRST, last - FIRST
        return end - begin + 0.5 * self.acceleration * (end**2 - begin**2)


@dataclass(frozen=True)
class Curve:
    """Adopters in January 2013, how fast use grows relative to the common curve, and where it ends."""

    level: float
    pace: float
    ceiling: float


def bass_step(start: float, years: float, ceiling: float, bass: Bass) -> float:
    """Share of adopters `years` after it was `start` (closed form; `years` may be negative)."""
    p, q = bass.innovation, bass.imitation
    x = start / ceiling
    left = (1 - x) / (p + q * x) * exp(-(p + q) * years)
    return ceiling * (1 - p * left) / (1 + q * left)


def common_bass(sources: Sources, imitation: float | None = None) -> Bass:
    """Innovation and imitation of the common curve; a country's own pace multiplies both.

    Imitation (None: the one in judgements.yaml) is chosen by how well curves predict surveys that they did
    not see (`python -m tools.adoption_structures`). Surveys alone put innovation near zero: they say how much
    faster growth was where many had adopted, not how it ever began. So innovation is tied to imitation: from
    zero in the year of the first public service the curve must reach the countries' mean share of 2014.
    """
    survey = sources.general["survey"]
    q = float(survey["imitation"]) if imitation is None else imitation
    first = [share for (_, size, year), share in sources.uptake.items() if (size, year) == ("10+", 2014)]
    mean, years = sum(first) / len(first), 2014 - float(survey["launch_year"])
    ceiling = ceiling_of(sources, "small_firm")
    p = brentq(lambda p: bass_step(0.0, years, ceiling, Bass(p, q)) - mean, 1e-9, 1.0)
    return Bass(float(p), q)


def ceiling_of(sources: Sources, segment: str) -> float:
    """Highest share of a segment that will ever adopt, as judged."""
    return float(sources.general["segments"][segment]["adoption_ceiling"])


def rounded(value: float, digits: int = 4) -> float:
    """A number to so many significant digits: enough to add up, not so many as to pretend."""
    return round(value, digits - 1 - floor(log10(abs(value)))) if value else 0.0

"""Initial trust by country.

It is Pew's 'the US respects the personal freedoms of its people', spring 2013, before the first leak.
"""

from dataclasses import dataclass

import numpy as np

from sim.analysis.starting_levels.sources import Sources

FREEDOMS, FAVOURABLE = "us_respects_freedoms", "us_favorable"


@dataclass(frozen=True)
class Line:
    """Freedoms as a straight line in favourability, over countries asked both."""

    intercept: float
    slope: float
    correlation: float
    countries: int

    def at(self, favourable: float) -> float:
        return self.intercept + self.slope * favourable


def freedoms_from_favourable(sources: Sources) -> Line:
    """Ordinary least squares over the countries that were asked both questions in 2013."""
    freedoms, favourable = sources.pew[FREEDOMS, 2013], sources.pew[FAVOURABLE, 2013]
    both = sorted(set(freedoms) & set(favourable))
    x, y = np.array([favourable[c] for c in both]), np.array([freedoms[c] for c in both])
    slope, intercept = np.polyfit(x, y, 1)
    return Line(float(intercept), float(slope), float(np.corrcoef(x, y)[0, 1]), len(both))


def initial_trust(sources: Sources) -> dict[str, tuple[float, str]]:
    """Each jurisdiction's share that trusts, and how it was found.

    In order: Pew's freedoms 2013; the line through favourability 2013, or 2014 (it hardly moved in that
    year); for a country of S30 the mean of those Pew countries whose reservations about US firms come
    nearest; the mean of its region, or of the countries judged nearer to it. The US itself takes the mean of
    the other Five Eyes, which were asked.
    """
    line = freedoms_from_favourable(sources)
    found: dict[str, tuple[float, str]] = {}
    for code in sources.judged:
        asked = _asked(sources, code, line)
        if asked is not None:
            found[code] = asked
    regional = dict(found)
    for code, judged in sources.judged.items():
        if code in found:
            continue
        alike = list(judged.trust_like) or sorted(
            c for c in regional if sources.judged[c].region == judged.region
        )
        if code == "US":
            alike = sorted(c for c in regional if sources.judged[c].ties == "five_eyes")
        found[code] = _by_reservations(sources, code, regional) or (
            _mean(regional, alike),
            f"no survey: mean of {', '.join(alike)}",
        )
    return found


def _asked(sources: Sources, code: str, line: Line) -> tuple[float, str] | None:
    freedoms = sources.pew[FREEDOMS, 2013]
    if code in freedoms:
        return freedoms[code], "Pew spring 2013, US respects personal freedoms"
    for year in (2013, 2014):
        favourable = sources.pew[FAVOURABLE, year]
        if code in favourable:
            return (
                line.at(favourable[code]),
                (
                    f"Pew {year} favourability {favourable[code]:.3g}, by the line through the countries "
                    "asked both in 2013"
                ),
            )
    return None


def _by_reservations(
    sources: Sources, code: str, known: dict[str, tuple[float, str]]
) -> tuple[float, str] | None:
    """S30 orders a few countries by reservations about US firms; only the order is used, never the level."""
    places = sources.evidence["S30"]["geo"].replace("UK", "GB").split()
    reservations = dict(zip(places, sources.numbers("S30"), strict=True))
    if code not in reservations:
        return None
    others = {c: abs(reservations[c] - reservations[code]) for c in reservations if c in known}
    nearest = sorted(c for c in others if others[c] == min(others.values()))
    return _mean(known, nearest), f"no Pew survey: S30 puts it level with {', '.join(nearest)}"


def _mean(known: dict[str, tuple[float, str]], codes: list[str]) -> float:
    return sum(known[code][0] for code in codes) / len(codes)

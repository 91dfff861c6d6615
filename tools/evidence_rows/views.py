"""Rows of views of the United States, by country and wave (Pew), and the scale of each survey.

Favourability is compared as a change since a country's first wave of 2013 to 2016, which leaves out how far
the country lies off the scale's line. Liking and trust go together across countries, but the leak took far
more trust than liking within a country; so levels and changes have a scale each. The waves from which a scale
was computed are no test.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from tools.evidence_rows.line import Line, Named, combined, line

SOURCE = "Pew Research Center Global Attitudes, computed from weighted microdata"
# The middle of the field work, from memory to within a month or two: before the leak in 2013.
MONTHS = {
    2013: "2013-04", 2014: "2014-04", 2015: "2015-04", 2016: "2016-04", 2017: "2017-04", 2018: "2018-06",
    2019: "2019-06", 2020: "2020-07", 2021: "2021-04",
}  # fmt: skip
DESIGN = 1.5  # judged: the published errors leave out that people were asked in clusters
LAST_OF_THE_FIT, NEW_PRESIDENT = 2016, 2017
ANOTHER_PRESIDENT = (
    "since January 2017 the United States had another president than at the first wave, who moved this "
    "survey in most countries at once; the model knows none"
)
WAR = (
    "the annexation of Crimea and the sanctions that followed moved views here; the model knows neither, so "
    "the wave is no target"
)
AT_WAR = {("RU", year) for year in range(2014, 2022)} | {("UA", year) for year in range(2014, 2022)}
# Pew's answer on freedoms after the leak, by country and year: the only ones that were published.
ASKED_AGAIN = {("BR", 2014): 51.0, ("BR", 2015): 58.0, ("DE", 2015): 43.0}
CHANGE_SCALE = "survey_scales.favourability_change"
Waves = Mapping[str, Mapping[int, tuple[float, float]]]  # place -> year -> (%, error)


def waves_of(copy: Iterable[Mapping[str, str]], named: Named) -> Waves:
    """Every country that the model names, without waves that more than a quarter refused to answer."""
    out: dict[str, dict[int, tuple[float, float]]] = defaultdict(dict)
    for record in copy:
        if record["place"] in named.countries and not record["flags"]:
            out[record["place"]][int(record["year"])] = float(record["value"]), DESIGN * float(record["se"])
    return out


def favourability(waves: Waves, freedoms: Mapping[str, float]) -> Iterator[Line]:
    """The level of 2013 where it led to the scale, and the change since the first wave."""
    for place, by_year in sorted(waves.items()):
        first = min(by_year)
        base, base_error = by_year[first]
        if first == 2013 and place in freedoms:
            yield _line(f"liking_{place}_2013", "input", "survey_level", place, (2013, 2013), base,
                        base_error, unit="%", helped="survey_scales.favourability")  # fmt: skip
        for year in sorted(set(by_year) - {first}) if first <= LAST_OF_THE_FIT else ():
            value, error = by_year[year]
            late, war = year >= NEW_PRESIDENT, (place, year) in AT_WAR
            role = "validation" if year > LAST_OF_THE_FIT else "calibration"
            yield _line(
                f"liking_{place}_{year}",
                "context" if war else role,
                "survey_change",
                place,
                (first, year),
                value - base,
                combined(error, base_error),
                unit="points",
                helped=CHANGE_SCALE if (place, year) in ASKED_AGAIN else "",
                note="; ".join([WAR] * war + [ANOTHER_PRESIDENT] * late),
                flags="+".join(["war"] * war + ["president"] * late),
            )


def _line(id_: str, role: str, measure: str, place: str, years: tuple[int, int], value: float, se: float,
          **more: str) -> Line:  # fmt: skip
    return line(
        id_,
        role,
        measure,
        place,
        (MONTHS[years[0]], MONTHS[years[1]]),
        value,
        se,
        population="consumer",
        source=SOURCE,
        arguments="scale=favourability" + ("_change" if measure == "survey_change" else ""),
        **more,
    )


def scales(waves: Waves, freedoms: Mapping[str, float]) -> list[list[object]]:
    """The scales: name, channel, offset, slope, its error, what the line leaves, and where it comes from."""
    places = sorted(place for place in freedoms if 2013 in waves.get(place, {}))
    asked = np.array([freedoms[place] for place in places])
    liked = np.array([waves[place][2013][0] for place in places])
    (offset, slope), (rest, *_), *_ = np.linalg.lstsq(np.column_stack([np.ones_like(asked), asked]), liked)
    residual = float(np.sqrt(rest / (len(places) - 2)))
    error = residual / float(np.sqrt(np.sum((asked - asked.mean()) ** 2)))
    fitted = [round(float(number), 3) for number in (offset, slope, error, residual)]
    within = _within(waves, freedoms)
    return [
        [
            "favourability_change",
            "intelligence",
            *within,
            "least squares through nought of changes since 2013 of favourable views on changes of Pew's "
            "answer on freedoms: Brazil 2014 and 2015, Germany 2015, the only ones published",
        ],
        [
            "favourability",
            "intelligence",
            *fitted,
            f"least squares of Pew's favourable views of 2013 on the model's trust of that spring, which is "
            f"Pew's answer on freedoms: {len(places)} countries asked both, {' '.join(places)}",
        ],
        [
            "freedoms",
            "intelligence",
            0,
            1,
            0,
            0,
            "by definition: the trust of January 2013 is set to the answer of 2013",
        ],
        [
            "partner",
            "intelligence",
            0,
            1,
            0,
            0,
            "judgement: one country asked, so that no cross-section gives the slope; a point of trust counts "
            "as a point of the survey, and only changes are compared",
        ],
    ]


def _within(waves: Waves, freedoms: Mapping[str, float]) -> list[float]:
    """Offset, slope, its error and the residual of changes of liking on changes of trust."""
    trust = np.array([asked - freedoms[place] for (place, _), asked in ASKED_AGAIN.items()])
    liked = np.array([waves[place][year][0] - waves[place][2013][0] for place, year in ASKED_AGAIN])
    slope = float(trust @ liked / (trust @ trust))
    residual = float(np.sqrt(np.sum((liked - slope * trust) ** 2) / (len(trust) - 1)))
    return [0.0, round(slope, 3), round(residual / float(np.sqrt(trust @ trust)), 3), round(residual, 3)]

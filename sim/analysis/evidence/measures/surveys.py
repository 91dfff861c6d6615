"""What surveys of the public ask about the United States, on the scale of each survey.

The model has no views of a country, only trust of its consumers; a scale turns that into a survey's points
(`survey_scales`). Changes do not depend on a scale's offset, nor on how far a country lies off the line.
"""

import numpy as np

from sim.analysis.evidence.measures.measure import Argument, Measure
from sim.analysis.evidence.measures.place import Place
from sim.analysis.evidence.measures.selection import MISSING, View
from sim.analysis.evidence.measures.survey_scales import Scale, survey_scales
from sim.analysis.evidence.measures.window import Window

_COLUMN = {"law_enforcement": "trust", "intelligence": "trust_intelligence"}
_SCALE = Argument("scale", "which survey, of survey_scales.csv", "scales")
_POINTS = Argument("points", "points by which a country must have fallen", default="4")
_CAUSE = (
    "the weights of news are judgements, and a survey moves with much that the model does not know: "
    "presidents, wars, trade"
)
_ADULTS = {"place": "DE", "population": "consumer"}


def _scale(view: View) -> Scale:
    return survey_scales()[view.arguments["scale"]]


def _points(view: View, window: Window) -> float:
    scale = _scale(view)
    return scale.points(100.0 * view.mean(_COLUMN[scale.channel], window))


def _by_country(view: View) -> list[View]:
    return [
        View(
            view.run,
            Place(code, {code: view.place.members[code]}),
            view.segments,
            view.first,
            view.last,
            view.arguments,
        )
        for code in sorted(view.place.codes)
    ]


def survey_level(view: View) -> float:
    """What the survey would find, %."""
    return _points(view, view.period)


def survey_median(view: View) -> float:
    """The median of what it would find in the countries of the place, %."""
    return float(np.median([_points(one, one.period) for one in _by_country(view)]))


def survey_change(view: View) -> float:
    """Points by which its answer would change from the first date to the second."""
    return _points(view, view.last) - _points(view, view.first)


def survey_falls(view: View) -> float:
    """Part of the countries in which its answer would fall by so many points or more, %."""
    changes = np.array([survey_change(one) for one in _by_country(view)])
    if np.isnan(changes).any():
        return MISSING
    return 100.0 * float(np.mean(changes <= -float(view.arguments["points"])))


SURVEYS = (
    Measure(
        "survey_level",
        "Answer to a survey about the United States",
        "%",
        _CAUSE,
        ("cell",),
        {
            **_ADULTS,
            "from": "2013-04",
            "to": "2013-04",
            "value": "81",
            "se": "2",
            "arguments": "scale=freedoms",
        },
        survey_level,
        arguments=(_SCALE,),
        by_population=True,
    ),
    Measure(
        "survey_median",
        "Median over countries of the answer to a survey about the United States",
        "%",
        _CAUSE,
        ("cell",),
        {
            "place": "DE+FR+GB",
            "population": "consumer",
            "from": "2014-04",
            "to": "2014-04",
            "value": "58",
            "se": "3",
            "arguments": "scale=freedoms",
        },
        survey_median,
        arguments=(_SCALE,),
        by_population=True,
    ),
    Measure(
        "survey_change",
        "Change of the answer to a survey about the United States, from one date to another",
        "points",
        _CAUSE,
        ("cell",),
        {
            **_ADULTS,
            "from": "2013-04",
            "to": "2014-04",
            "value": "-2",
            "se": "3",
            "arguments": "scale=favourability",
        },
        survey_change,
        arguments=(_SCALE,),
        by_population=True,
        two_dates=True,
    ),
    Measure(
        "survey_falls",
        "Part of the countries in which the answer to a survey about the United States fell",
        "%",
        _CAUSE,
        ("cell",),
        {
            "place": "abroad",
            "population": "consumer",
            "from": "2013-04",
            "to": "2014-04",
            "value": "60",
            "se": "8",
            "arguments": "scale=freedoms;points=4",
        },
        survey_falls,
        arguments=(_SCALE, _POINTS),
        by_population=True,
        two_dates=True,
    ),
)

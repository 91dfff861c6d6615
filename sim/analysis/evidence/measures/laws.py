"""Governments: how many countries have a law in force, and when the first one came."""

import numpy as np

from sim.analysis.evidence.measures.measure import Argument, Measure
from sim.analysis.evidence.measures.selection import MISSING, View
from sim.vocabulary import INSTRUMENTS

_LAW = Argument("law", "which instruments of law", INSTRUMENTS, several=True)
_CAUSE = "the base rate is that of constant hazard; incidents, distrust and neighbours add to it"
_LOCALISING = "law=sector_localisation+general_localisation"


def _in_force(view: View) -> tuple[np.ndarray, np.ndarray]:
    """For each month and country of the period: the countries that it stands for, and their laws.

    The second array is the share of them with each law (rows, laws).
    """
    at = view.run.at("country", view.period, country=view.place.codes)
    members = np.array(
        [view.place.members[str(code)] for code in view.run.column("country", "country")[at]], float
    )
    return members, np.stack(
        [view.run.column("country", f"law_{law}")[at] for law in view.words("law")], axis=1
    )


def countries_with_law(view: View) -> float:
    """Countries with at least one of the laws in force, mean over the period.

    Groups of countries adopt each law independently.
    """
    members, share = _in_force(view)
    return (
        float(np.sum(members * (1.0 - np.prod(1.0 - share, axis=1)))) / view.period.months
        if len(members)
        else MISSING
    )


def laws_in_force(view: View) -> float:
    """Laws in force, one a country and kind, mean over the period."""
    members, share = _in_force(view)
    return float(np.sum(members[:, None] * share)) / view.period.months if len(members) else MISSING


def months_until_law(view: View) -> float:
    """Months from the beginning of the period until one of the laws first changes status.

    The change is adopted, in force or repealed; it is the whole period if it never happens.
    """
    keys = {
        "country": view.place.codes,
        "instrument": view.words("law"),
        "change": (view.arguments["change"],),
    }
    found = view.run.months("laws")[view.run.at("laws", view.period, **keys)]
    return float(np.min(found) - view.period.first) if len(found) else float(view.period.months)


LAWS = (
    Measure(
        "countries_with_law",
        "Countries with at least one of some laws in force",
        "count",
        _CAUSE,
        ("country",),
        {
            "place": "world",
            "from": "2017-07",
            "to": "2017-07",
            "value": "35",
            "se": "3",
            "arguments": _LOCALISING,
        },
        countries_with_law,
        arguments=(_LAW,),
    ),
    Measure(
        "laws_in_force",
        "Measures in force: laws, one a country and kind",
        "count",
        _CAUSE,
        ("country",),
        {
            "place": "world",
            "from": "2023",
            "to": "2023",
            "value": "100",
            "se": "10",
            "arguments": _LOCALISING,
        },
        laws_in_force,
        arguments=(_LAW,),
    ),
    Measure(
        "months_until_law",
        "Months until a law of some kind comes (the whole period if it never does)",
        "months",
        _CAUSE,
        ("laws",),
        {
            "place": "BR+IN",
            "from": "2013-01",
            "to": "2020-12",
            "value": "60",
            "se": "12",
            "arguments": "law=sector_localisation;change=in_force",
        },
        months_until_law,
        arguments=(
            _LAW,
            Argument("change", "what happened to it", ("adopted", "in_force", "repealed"), "in_force"),
        ),
    ),
)

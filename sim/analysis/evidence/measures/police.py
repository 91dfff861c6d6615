"""What foreign police ask US providers for, and what they get of it without legal assistance."""

from collections.abc import Callable

import numpy as np

from sim.analysis.evidence.measures.measure import Argument, Measure
from sim.analysis.evidence.measures.requests import a_year
from sim.analysis.evidence.measures.selection import MISSING, View, quotient
from sim.analysis.evidence.measures.window import Window

_OF = Argument("of", "of all requests, or of those for content", ("all", "content"), "content")
_ONE_FOR_ALL = (
    "one growth of requests, one share answered and no content without legal assistance for all countries; a "
    "provider's own growth is not its country's"
)
_ON_ITS_OWN = ("direct", "comity_review", "agreement")  # routes without legal assistance


def _police(view: View, column: str, window: Window) -> float:
    at = view.run.at("country", window, country=view.place.codes)
    return float(np.sum(view.run.column("country", column)[at])) if len(at) else MISSING


def _asked_for_content(view: View, window: Window) -> float:
    at = view.run.at("requests", window, country=view.place.codes, direction=("foreign_to_us",))
    return float(np.sum(view.run.column("requests", "requests")[at]))


def _asked(view: View, window: Window) -> float:
    return _asked_for_content(view, window) + _police(view, "non_content_requests", window)


def police_requests_growth(view: View) -> float:
    """Growth of all that the police of the place ask US providers for, % a year."""
    return a_year(_asked(view, view.first), _asked(view, view.last), view)


def police_answered(view: View) -> float:
    """Part of the police's requests for other data than content that US providers answer, %."""
    return 100.0 * quotient(
        _police(view, "non_content_answered", view.period), _police(view, "non_content_requests", view.period)
    )


def police_content(view: View) -> float:
    """Part of what the police ask US providers for that yields content without legal assistance, %."""
    keys = {"country": view.place.codes, "direction": ("foreign_to_us",), "route": _ON_ITS_OWN}
    at = view.run.at("requests", view.period, **keys)
    asked = _asked if view.arguments["of"] == "all" else _asked_for_content
    return 100.0 * quotient(
        float(np.sum(view.run.column("requests", "succeeded")[at])), asked(view, view.period)
    )


def _of_police(
    name: str,
    what: str,
    measure: Callable[[View], float],
    *,
    unit: str = "%",
    two_dates: bool = False,
    arguments: tuple[Argument, ...] = (),
    since: str = "2016",
    **example: str,
) -> Measure:
    return Measure(
        name,
        what,
        unit,
        _ONE_FOR_ALL,
        ("country", "requests"),
        {"place": "DE", "from": since, "to": "2016", **example},
        measure,
        arguments=arguments,
        two_dates=two_dates,
    )


POLICE = (
    _of_police(
        "police_requests_growth",
        "Growth of what a place's police ask US providers for, from one date to another",
        police_requests_growth,
        unit="% a year",
        two_dates=True,
        value="13",
        se="5",
        since="2013",
    ),
    _of_police(
        "police_answered",
        "Part of a place's police requests to US providers that they answer",
        police_answered,
        value="55",
        se="5",
    ),
    _of_police(
        "police_content",
        "Part of a place's police requests to US providers that yields content without legal assistance",
        police_content,
        arguments=(_OF,),
        value="0.5",
        se="0.5",
    ),
)

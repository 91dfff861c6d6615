"""Requests for evidence between two countries: how many, by which route, with what success."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from sim.analysis.evidence.measures.measure import Argument, Measure
from sim.analysis.evidence.measures.place import WORLD, Place
from sim.analysis.evidence.measures.selection import MISSING, View, quotient
from sim.analysis.evidence.measures.window import Window
from sim.vocabulary import DIRECTIONS, ROUTES

_ARGUMENTS = (
    Argument("direction", "who asks whom: between the US and the place, or at home", DIRECTIONS),
    Argument("route", "how the law answers (left out: any way)", ROUTES, "+".join(ROUTES), True),
)
_OF = Argument("of", "of all requests, or of those for content", ("all", "content"), "content")
_ONE_FOR_ALL = (
    "one growth of requests, one share answered and no content without legal assistance for all countries; a "
    "provider's own growth is not its country's"
)
_CAUSE = "counts start from one provider's reports; how busy the queues of legal assistance are is not known"


def _sum(view: View, column: str, window: Window | None = None) -> float:
    """Sum over the requests made in the period (or another window); none made is nought."""
    at = view.run.at(
        "requests",
        window or view.period,
        country=view.place.codes,
        direction=(view.arguments["direction"],),
        route=view.words("route"),
    )
    return float(np.sum(view.run.column("requests", column)[at]))


def requests(view: View) -> float:
    """Requests made in the period."""
    return _sum(view, "requests")


def disclosures(view: View) -> float:
    """Of the requests made in the period, those that yield readable content in the end."""
    return _sum(view, "succeeded")


def disclosed_in_a_year(view: View) -> float:
    """Part of the requests made in the period that yield readable content within twelve months, %."""
    return 100.0 * quotient(_sum(view, "succeeded_12m"), _sum(view, "requests"))


def months_to_evidence(view: View) -> float:
    """Mean months to evidence of the requests made in the period that succeed."""
    return quotient(_sum(view, "months"), _sum(view, "succeeded"))


def _between(view: View, window: Window) -> float:
    return _sum(view, "requests", window)


def requests_growth(view: View) -> float:
    """Growth of requests from the first date to the second, % a year."""
    return _a_year(_between(view, view.first), _between(view, view.last), view)


def requests_share(view: View) -> float:
    """Part of the requests of these places among all that the period saw in this direction, %."""
    everywhere = replace(view, place=Place(WORLD, dict.fromkeys(view.run.names("requests", "country"), 1)))
    return 100.0 * quotient(_sum(view, "requests"), _sum(everywhere, "requests"))


def _a_year(before: float, after: float, view: View) -> float:
    years = (view.last.first - view.first.first) / 12.0
    ratio = quotient(after, before)
    return 100.0 * (ratio ** (1.0 / years) - 1.0) if ratio > 0.0 else MISSING


def _police(view: View, column: str, window: Window) -> float:
    at = view.run.at("country", window, country=view.place.codes)
    return float(np.sum(view.run.column("country", column)[at])) if len(at) else MISSING


def _asked(view: View, window: Window) -> float:
    """What the police of the place asked US providers for: content and other data."""
    at = view.run.at("requests", window, country=view.place.codes, direction=("foreign_to_us",))
    content = float(np.sum(view.run.column("requests", "requests")[at]))
    return content + _police(view, "non_content_requests", window)


def police_requests_growth(view: View) -> float:
    """Growth of all that the police of the place ask US providers for, % a year."""
    return _a_year(_asked(view, view.first), _asked(view, view.last), view)


def police_answered(view: View) -> float:
    """Part of the police's requests for other data than content that US providers answer, %."""
    return 100.0 * quotient(
        _police(view, "non_content_answered", view.period), _police(view, "non_content_requests", view.period)
    )


def police_content(view: View) -> float:
    """Part of what the police ask US providers for that yields content without legal assistance, %."""
    routes = ("direct", "comity_review", "agreement")
    at = view.run.at(
        "requests", view.period, country=view.place.codes, direction=("foreign_to_us",), route=routes
    )
    content = view.run.at("requests", view.period, country=view.place.codes, direction=("foreign_to_us",))
    asked = (
        _asked(view, view.period)
        if view.arguments["of"] == "all"
        else float(np.sum(view.run.column("requests", "requests")[content]))
    )
    return 100.0 * quotient(float(np.sum(view.run.column("requests", "succeeded")[at])), asked)


def _one(
    name: str,
    what: str,
    unit: str,
    measure: Callable[[View], float],
    two_dates: bool = False,
    **example: str,
) -> Measure:
    example = {"place": "DE", "from": "2019", "to": "2019", "arguments": "direction=us_to_foreign", **example}
    return Measure(
        name, what, unit, _CAUSE, ("requests",), example, measure, arguments=_ARGUMENTS, two_dates=two_dates
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


REQUESTS = (
    _one(
        "requests",
        "Requests made in the period",
        "count",
        requests,
        value="200",
        se="20",
        arguments="direction=us_to_foreign;route=direct+mla",
    ),
    _one(
        "disclosures",
        "Requests made in the period that yield readable content in the end",
        "count",
        disclosures,
        value="150",
        se="20",
    ),
    _one(
        "disclosed_in_a_year",
        "Part of the requests that yields readable content within twelve months",
        "%",
        disclosed_in_a_year,
        value="80",
        se="5",
    ),
    _one(
        "months_to_evidence",
        "Mean months to evidence, of the requests that succeed",
        "months",
        months_to_evidence,
        value="10",
        se="2",
        arguments="direction=foreign_to_us;route=mla",
    ),
    _one(
        "requests_growth",
        "Growth of requests, from one date to another",
        "% a year",
        requests_growth,
        True,
        value="5",
        se="3",
        **{"from": "2014", "to": "2016"},
    ),
    _one(
        "requests_share",
        "Part of the requests in a direction that are of these places",
        "%",
        requests_share,
        value="10",
        se="2",
        arguments="direction=foreign_to_us;route=mla",
    ),
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

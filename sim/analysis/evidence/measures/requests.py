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


def requests_growth(view: View) -> float:
    """Growth of requests from the first date to the second, % a year."""
    return a_year(_sum(view, "requests", view.first), _sum(view, "requests", view.last), view)


def requests_share(view: View) -> float:
    """Part of the requests of these places among all that the period saw in this direction, %."""
    everywhere = replace(view, place=Place(WORLD, dict.fromkeys(view.run.names("requests", "country"), 1)))
    return 100.0 * quotient(_sum(view, "requests"), _sum(everywhere, "requests"))


def a_year(before: float, after: float, view: View) -> float:
    """Growth from the row's first date to its second, % a year; missing where either is nought."""
    years = (view.last.first - view.first.first) / 12.0
    ratio = quotient(after, before)
    return 100.0 * (ratio ** (1.0 / years) - 1.0) if ratio > 0.0 else MISSING


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
)

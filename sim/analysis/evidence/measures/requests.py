"""Requests for evidence between two countries: how many, by which route, with what success."""

from collections.abc import Callable

import numpy as np

from sim.analysis.evidence.measures.measure import Argument, Measure
from sim.analysis.evidence.measures.selection import View, quotient
from sim.vocabulary import DIRECTIONS, ROUTES

_ARGUMENTS = (
    Argument("direction", "who asks whom: between the US and the place, or at home", DIRECTIONS),
    Argument("route", "how the law answers (left out: any way)", ROUTES, "+".join(ROUTES), True),
)
_CAUSE = "counts start from one provider's reports; how busy the queues of legal assistance are is not known"


def _sum(view: View, column: str) -> float:
    """Sum over the requests made in the period; none made is nought."""
    at = view.run.at(
        "requests",
        view.period,
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


def _one(name: str, what: str, unit: str, measure: Callable[[View], float], **example: str) -> Measure:
    example = {"place": "DE", "from": "2019", "to": "2019", "arguments": "direction=us_to_foreign", **example}
    return Measure(name, what, unit, _CAUSE, ("requests",), example, measure, arguments=_ARGUMENTS)


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
)

"""Trust: its level, what an event took from it, and how long the sharp part of that lasted."""

import numpy as np

from sim.analysis.evidence.measures.measure import Argument, Measure
from sim.analysis.evidence.measures.selection import MISSING, View, quotient

_COLUMN = {"law_enforcement": "trust", "intelligence": "trust_intelligence"}
_CHANNEL = Argument("channel", "trust towards which power", tuple(_COLUMN), "law_enforcement")
_LEFT = Argument("left", "percent of the passing part that may be left", default="10")
_CAUSE = "the weights of news are judgements"
_AFTER = {
    "place": "world",
    "population": "consumer",
    "without_event": "T01",
    "arguments": "channel=intelligence",
}


def _column(view: View) -> str:
    return _COLUMN[view.arguments["channel"]]


def trust(view: View) -> float:
    """Mean trust of customers in US providers, points of 100."""
    return 100.0 * view.mean(_column(view), view.period)


def trust_lost(view: View, without: View) -> float:
    """What the event took, as part of the trust that there would have been, %."""
    return 100.0 * (
        1.0 - quotient(view.mean(_column(view), view.period), without.mean(_column(without), view.period))
    )


def months_until_faded(view: View, without: View) -> float:
    """Months from the beginning of the period until the passing part of what the event took has passed.

    The passing part is what goes away within the period: the gap between the worlds less the gap that is left
    at its end. Missing where the event leaves no gap that closes.
    """
    gap = without.by_month(_column(view), view.period) - view.by_month(_column(view), view.period)
    if np.isnan(gap).any():
        return MISSING
    passing = gap - gap[-1]
    peak = int(np.argmax(passing))
    if passing[peak] <= 0.0:
        return MISSING
    return float(peak + np.argmax(passing[peak:] <= float(view.arguments["left"]) / 100.0 * passing[peak]))


TRUST = (
    Measure(
        "trust",
        "Mean trust of customers in US providers",
        "points of 100",
        _CAUSE,
        ("cell",),
        {
            "place": "DE",
            "population": "firms_10plus",
            "from": "2014-06",
            "to": "2014-06",
            "value": "60",
            "se": "5",
        },
        trust,
        arguments=(_CHANNEL,),
        by_population=True,
    ),
    Measure(
        "trust_lost",
        "Trust lost to an event, as part of what there would have been",
        "%",
        _CAUSE,
        ("cell",),
        {**_AFTER, "from": "2014-08", "to": "2014-08", "value": "20", "se": "3", "bound": "ge"},
        None,
        trust_lost,
        (_CHANNEL,),
        by_population=True,
    ),
    Measure(
        "months_until_faded",
        "Months until the passing part of the trust lost to an event has come back",
        "months",
        _CAUSE,
        ("cell",),
        {**_AFTER, "from": "2013-06", "to": "2014-12", "value": "7", "se": "1"},
        None,
        months_until_faded,
        (_CHANNEL, _LEFT),
        by_population=True,
    ),
)

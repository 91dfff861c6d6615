"""How many use cloud services, and how fast that grew."""

from sim.analysis.evidence.measures.measure import Measure
from sim.analysis.evidence.measures.selection import View

_CAUSE = (
    "one shape of curve for all; each country's level, pace and ceiling come from its surveys of 2014 to "
    "2018, which are few, and a curve knows no jump"
)


def adoption(view: View) -> float:
    """Share of customers that use cloud services, mean over the period, %."""
    return 100.0 * view.mean("adoption", view.period)


def adoption_change(view: View) -> float:
    """Points by which that share changed from the first date to the second."""
    return 100.0 * (view.mean("adoption", view.last) - view.mean("adoption", view.first))


ADOPTION = (
    Measure(
        "adoption",
        "Customers that use cloud services",
        "%",
        _CAUSE,
        ("cell",),
        {
            "place": "DE",
            "population": "firms_10plus",
            "from": "2016-01",
            "to": "2016-01",
            "value": "17",
            "se": "1.5",
        },
        adoption,
        by_population=True,
    ),
    Measure(
        "adoption_change",
        "Change of the share of customers that use cloud services, from one date to another",
        "points",
        _CAUSE,
        ("cell",),
        {
            "place": "DE",
            "population": "firms_10plus",
            "from": "2014-01",
            "to": "2016-01",
            "value": "5",
            "se": "2",
        },
        adoption_change,
        by_population=True,
        two_dates=True,
    ),
)

"""When a US provider announced, opened or closed an offer."""

import numpy as np

from sim.analysis.evidence.measures.measure import Argument, Measure
from sim.analysis.evidence.measures.selection import View

_OFFERS = (
    "local_region",
    "trustee",
    "customer_keys",
    "us_subsidiary",
    "litigation",
    "transparency",
    "discount",
)


def months_until_offer(view: View) -> float:
    """Months from the beginning of the period until the first such change in any country of the place.

    It is the whole period if the change never comes.
    """
    keys = {
        "country": view.place.codes,
        "provider": view.words("provider"),
        "offer": view.words("offer"),
        "change": (view.arguments["change"],),
    }
    found = view.run.months("offers")[view.run.at("offers", view.period, **keys)]
    return float(np.min(found) - view.period.first) if len(found) else float(view.period.months)


OFFERS = (
    Measure(
        "months_until_offer",
        "Months until a US provider announces, opens or closes an offer (the whole period if it never does)",
        "months",
        (
            "what sovereign offers cost and earn is judged, and providers weigh it each quarter for each "
            "country on its own"
        ),
        ("offers",),
        {
            "place": "DE",
            "from": "2013-01",
            "to": "2025-12",
            "value": "34",
            "arguments": "provider=microsoft;offer=trustee;change=announced",
        },
        months_until_offer,
        arguments=(
            Argument("provider", "which US providers", "providers", several=True),
            Argument("offer", "which offers", _OFFERS, several=True),
            Argument("change", "what happened to it", ("announced", "live", "closed", "recorded"), "live"),
        ),
    ),
)

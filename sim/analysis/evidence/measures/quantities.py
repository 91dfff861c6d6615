"""The kind of quantity that a measure is about: scores are averaged within a kind."""

from sim.analysis.evidence.measures.adoption import ADOPTION
from sim.analysis.evidence.measures.laws import LAWS
from sim.analysis.evidence.measures.market import MARKET
from sim.analysis.evidence.measures.measure import Measure
from sim.analysis.evidence.measures.offers import OFFERS
from sim.analysis.evidence.measures.police import POLICE
from sim.analysis.evidence.measures.reaction import REACTION
from sim.analysis.evidence.measures.requests import REQUESTS
from sim.analysis.evidence.measures.storage import STORAGE
from sim.analysis.evidence.measures.surveys import SURVEYS
from sim.analysis.evidence.measures.trust import TRUST

QUANTITIES = {
    "adoption": ADOPTION,
    "market shares and revenue": MARKET,
    "laws": LAWS,
    "trust": (*TRUST, *SURVEYS),
    "requests": (*REQUESTS, *POLICE),
    "answers and moves": REACTION,
    "offers": OFFERS,
    "where data is": STORAGE,
}
_OF = {one.name: name for name, measures in QUANTITIES.items() for one in measures}


def quantity(measure: Measure) -> str:
    """The kind of quantity that a measure is about."""
    return _OF[measure.name]

"""Every measure, by name and by kind.

Write a new measure in the module of its subject, and add it to that module's tuple.
"""

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

KINDS: dict[str, tuple[Measure, ...]] = {
    "adoption": ADOPTION,
    "market": MARKET,
    "reaction": REACTION,
    "storage": STORAGE,
    "trust": TRUST,
    "views of the US": SURVEYS,
    "laws": LAWS,
    "offers": OFFERS,
    "requests": (*REQUESTS, *POLICE),
}
MEASURES: dict[str, Measure] = {one.name: one for kind in KINDS.values() for one in kind}
KIND_OF: dict[str, str] = {one.name: name for name, kind in KINDS.items() for one in kind}

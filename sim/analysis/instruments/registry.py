"""Every instrument, by name. A new one is written in the module of its subject and added to that module's tuple."""

from sim.analysis.instruments.adoption import ADOPTION
from sim.analysis.instruments.instrument import Instrument
from sim.analysis.instruments.laws import LAWS
from sim.analysis.instruments.market import MARKET
from sim.analysis.instruments.offers import OFFERS
from sim.analysis.instruments.reaction import REACTION
from sim.analysis.instruments.requests import REQUESTS
from sim.analysis.instruments.storage import STORAGE
from sim.analysis.instruments.trust import TRUST

INSTRUMENTS: dict[str, Instrument] = {
    one.name: one for one in (*ADOPTION, *MARKET, *REACTION, *STORAGE, *LAWS, *OFFERS, *REQUESTS, *TRUST)
}

"""What makes a place worth what it is to a cell, term by term, and to whom it is closed.

The same sums as in `sim.model.kernels.market`, in the same order, from what the market, the providers and the
law of the month were: so that a term of one world can be put in the place of the other's.
"""

from dataclasses import dataclass

from sim.analysis.drivers.trace.pair import View
from sim.model.reference.arithmetic import log
from sim.model.reference.closed_places import LawOnPlaces, closed_places
from sim.model.reference.places import CUSTOMER_KEYS, LOCAL_REGION, OFFERS, US_REGION
from sim.vocabulary import INSTRUMENTS

_ON_PLACES = tuple(
    INSTRUMENTS.index(name) for name in ("procurement_rule", "sector_localisation", "general_localisation")
)
_SUSPENSION = INSTRUMENTS.index("transfer_suspension")


@dataclass(frozen=True)
class FromMarket:
    """What the record, prices and experience give a cell: the appeal of its providers.

    home: of the home-grown one; gap: what of it home-grown providers lack; us: by US provider.
    """

    home: float
    gap: float
    us: tuple[float, ...]


@dataclass(frozen=True)
class FromProviders:
    """What US providers offer in a country, by provider: offers, own regions, discounts, and hosts by
    place.
    """

    live: tuple[tuple[bool, ...], ...]
    own_region: tuple[bool, ...]
    discount: tuple[float, ...]
    hosts: tuple[int, ...]


@dataclass(frozen=True)
class FromLaw:
    """The law of a country: shares of its members with each instrument in force; who is expelled, by
    place.
    """

    in_force: tuple[float, ...]
    expelled: tuple[float, ...]


def from_providers(view: View, country: int) -> FromProviders:
    """The offers of the month in a country."""
    offers = view.model.offers
    return FromProviders(
        live=tuple(tuple(row) for row in offers.live[:, country].tolist()),
        own_region=tuple(offers.own_region[:, country].tolist()),
        discount=tuple(offers.discount[:, country].tolist()),
        hosts=tuple(offers.hosts[country].tolist()),
    )


@dataclass(frozen=True)
class PlaceTerms:
    """The utility of a place before risk, term by term; they add up to it in this order."""

    appeal: float = 0.0  # of the provider: the record, its trend, experience
    catch_up: float = 0.0  # of home-grown providers: what they lack
    offer: float = 0.0  # of the kind of offer: local hosting, less what it lacks and costs more
    price_cut: float = 0.0
    transfer: float = 0.0  # while transfers to the US are suspended
    latency: float = 0.0  # of a region of the country's own
    own_means: float = 0.0  # keys that the provider does not help with

    @property
    def utility(self) -> float:
        """All terms together."""
        return (
            self.appeal
            + self.catch_up
            + self.offer
            + self.price_cut
            + self.transfer
            + self.latency
            + self.own_means
        )


class PlacesOfCell:
    """The places of one cell, from what the market, the providers and the law give it.

    What does not change over a run is read once from the world's `view`.
    """

    def __init__(self, view: View, cell: int) -> None:
        cells, appeal = view.model.population.cells, view.model.market.appeal
        self.country, self.segment = int(cells.jurisdiction[cell]), int(cells.segment[cell])
        self.offer: list[float] = appeal.offer[self.segment].tolist()
        self.price_sensitivity = float(appeal.price_sensitivity[self.segment])
        self.friction = float(appeal.friction[self.segment])
        self.latency, self.own_means = float(appeal.latency), float(appeal.own_means)
        self.scenario = view.scenario

    def terms(self, market: FromMarket, providers: FromProviders, law: FromLaw) -> list[PlaceTerms]:
        """The terms of every place."""
        out = [PlaceTerms(), PlaceTerms(appeal=market.home - market.gap, catch_up=market.gap)]
        for p, appeal in enumerate(market.us):
            cut = -self.price_sensitivity * log(1.0 - providers.discount[p])
            for k in range(OFFERS):
                lacks = 0.0
                if k == CUSTOMER_KEYS and not providers.live[p][k]:
                    lacks = self.own_means + (
                        0.0 if providers.live[p][LOCAL_REGION] else self.offer[LOCAL_REGION]
                    )
                near = providers.own_region[p] and k in (LOCAL_REGION, CUSTOMER_KEYS)
                suspended = self.friction * law.in_force[_SUSPENSION] if k == US_REGION else 0.0
                out.append(
                    PlaceTerms(
                        appeal=appeal,
                        offer=self.offer[k],
                        price_cut=cut,
                        transfer=-suspended,
                        latency=self.latency if near else 0.0,
                        own_means=-lacks,
                    )
                )
        return out

    def utility(self, market: FromMarket, providers: FromProviders, law: FromLaw) -> list[float]:
        """The utility of every place before risk, to the bit as the engine adds it up."""
        out = [one.utility for one in self.terms(market, providers, law)]
        out[1] = market.home
        return out

    def closed(self, providers: FromProviders, law: FromLaw) -> tuple[list[float], list[float]]:
        """Share of the cell's customers, by place, to whom it is closed at all, and to whom by law."""
        laws = LawOnPlaces(*(law.in_force[number] for number in _ON_PLACES))
        return closed_places(self.scenario, self.country, self.segment, laws, providers.live, providers.hosts)

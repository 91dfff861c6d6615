"""Places where data can live, as numbers.

Place 0 is on premises, place 1 the home-grown provider; then five kinds of offer for each US provider in
turn: US region, local region, trustee, customer-held keys, US subsidiary. A nest is what a customer compares
first: on premises, home-grown, or one US provider with all its offers.
"""

from sim.scenario.schema import Jurisdiction

ON_PREMISES, HOME_GROWN, FIRST_US = 0, 1, 2
OFFERS = 5
US_REGION, LOCAL_REGION, TRUSTEE, CUSTOMER_KEYS, US_SUBSIDIARY = range(OFFERS)
KINDS = 7  # on premises, the five offers, home-grown
HOME_GROWN_KIND = KINDS - 1


def us_place(provider: int, offer: int) -> int:
    """Place of an offer of a US provider."""
    return FIRST_US + OFFERS * provider + offer


def provider_of(place: int) -> int:
    """US provider of a place, which must be one of theirs."""
    return (place - FIRST_US) // OFFERS


def offer_of(place: int) -> int:
    """Which of the five offers a place at a US provider is."""
    return (place - FIRST_US) % OFFERS


def held_by_us(place: int) -> bool:
    """Whether a US provider controls what is kept at a place."""
    return place >= FIRST_US and offer_of(place) != TRUSTEE


def nest_of(place: int) -> int:
    """On premises (0), home-grown (1), or 2 + the number of the US provider."""
    return place if place < FIRST_US else FIRST_US + provider_of(place)


def kind_of(place: int) -> int:
    """Kind of a place: 0 on premises, 1 to 5 the offers of a US provider, 6 home-grown."""
    if place == ON_PREMISES:
        return 0
    return HOME_GROWN_KIND if place == HOME_GROWN else 1 + offer_of(place)


def entry_of(table: dict[str, float], code: str, country: Jurisdiction) -> float:
    """What a table says of a country: its own entry comes first, then that of its ties, then `all`."""
    return table.get(code, table.get(country.ties, table.get("all", 0.0)))

"""Places of the evidence: countries, regions, blocs, everybody, everybody abroad, and lists of these."""

from collections.abc import Mapping
from dataclasses import dataclass

from sim.scenario.schema import Jurisdiction

WORLD, ABROAD, US = "world", "abroad", "US"
JOINED_BY = "+"


@dataclass(frozen=True)
class Place:
    """Jurisdictions by code, with the number of countries that each stands for."""

    name: str
    members: Mapping[str, int]

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(self.members)


def places(jurisdictions: Mapping[str, Jurisdiction]) -> dict[str, frozenset[str]]:
    """Every name that a place can have, with its jurisdictions.

    Groups come first, then regions and blocs, then single codes.
    """
    out = {WORLD: frozenset(jurisdictions), ABROAD: frozenset(jurisdictions) - {US}}
    for field in ("region", "bloc"):
        for name in dict.fromkeys(str(getattr(one, field)) for one in jurisdictions.values()):
            out[name] = frozenset(code for code, one in jurisdictions.items() if getattr(one, field) == name)
    return out | {code: frozenset([code]) for code in jurisdictions}


def place(text: str, jurisdictions: Mapping[str, Jurisdiction]) -> Place | str:
    """The place that a text names (`DE`, `eu`, `DE+FR`), or the part of it that names none."""
    known = places(jurisdictions)
    codes: set[str] = set()
    for part in (piece.strip() for piece in text.split(JOINED_BY)):
        if part not in known:
            return part
        codes |= known[part]
    return Place(text, {code: one.members for code, one in jurisdictions.items() if code in codes})

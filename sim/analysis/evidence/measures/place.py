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
    out = {WORLD: set(jurisdictions), ABROAD: set(jurisdictions) - {US}}
    regions, blocs = dict[str, set[str]](), dict[str, set[str]]()
    for code, one in jurisdictions.items():
        regions.setdefault(str(one.region), set()).add(code)
        blocs.setdefault(str(one.bloc), set()).add(code)
    out |= regions | blocs | {code: {code} for code in jurisdictions}
    return {name: frozenset(codes) for name, codes in out.items()}


def place(text: str, jurisdictions: Mapping[str, Jurisdiction]) -> Place | str:
    """The place that a text names (`DE`, `eu`, `DE+FR`), or the part of it that names none."""
    known = places(jurisdictions)
    codes: set[str] = set()
    for part in (piece.strip() for piece in text.split(JOINED_BY)):
        if part not in known:
            return part
        codes |= known[part]
    return Place(text, {code: one.members for code, one in jurisdictions.items() if code in codes})

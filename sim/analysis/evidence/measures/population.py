"""Populations of the evidence: which segments of customers a source asked or counted."""

from sim.vocabulary import SEGMENTS

EVERYBODY = "everybody"
JOINED_BY = "+"

# Segments are firms by size: small firms have 10 to 49 people, enterprises and regulated bodies 50 or more.
POPULATIONS: dict[str, tuple[str, ...]] = {
    EVERYBODY: SEGMENTS,
    "organisations": ("small_firm", "enterprise", "regulated", "public_sector"),
    "firms_10plus": ("small_firm", "enterprise", "regulated"),
    "firms_50plus": ("enterprise", "regulated"),
    **{segment: (segment,) for segment in SEGMENTS},
}


def segments(text: str) -> frozenset[str] | str:
    """The segments that a text names, or the part of it that names none.

    Examples: `firms_10plus`, `enterprise+public_sector`; an empty text means everybody.
    """
    named: set[str] = set()
    for part in (piece.strip() for piece in (text or EVERYBODY).split(JOINED_BY)):
        if part not in POPULATIONS:
            return part
        named.update(POPULATIONS[part])
    return frozenset(named)

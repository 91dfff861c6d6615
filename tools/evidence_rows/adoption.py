"""Rows of adoption: enterprises that buy cloud services, by country, size and year (Eurostat).

The waves of 2014 to 2018 are for the fit, those of 2020 to 2023 for validation. One release for all years. A
series that the source itself breaks is never continued: the part with most waves up to 2018 keeps its role,
the rest is context.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from tools.evidence_rows.line import Line, Named, line

SOURCE = "Eurostat isoc_cicce_use, bulk file of March 2026"
LAST_OF_THE_FIT = 2018
NEW_QUESTION = 2021  # the list of services asked about changed
MEDIUM, LARGE = 230.0, 44.0  # thousands of enterprises in the EU: weights of the two sizes above 50 people
# Members of the group that were asked in every wave in which it has a row; of other groups too few were.
SURVEYED = {"rest_of_eu": ("BG", "CY", "EE", "HR", "LT", "LU", "LV", "MT", "SI", "SK")}
POPULATIONS = {"": "firms_10plus", "_small": "small_firm", "_50plus": "enterprise"}
NOTES = {
    "": "the survey leaves finance out; here finance and health are in it",
    "_small": "10 to 49 people",
    "_50plus": (
        "50 to 249 and 250 or more people, by their number in the EU (230 and 44 thousand); the survey "
        "leaves finance out"
    ),
}
ERRORS = {"": 1.5, "_small": 1.5, "_50plus": 2.5}  # judged: the source publishes none
Shares = Mapping[tuple[str, str, int], float]  # (place, size, year) -> %
Flags = Mapping[tuple[str, int], frozenset[str]]  # (place, year) -> flags


def rows(copy: Iterable[Mapping[str, str]], named: Named) -> Iterator[Line]:
    """Every row of adoption, by country, then year, then size."""
    shares, flags = _read(copy)
    of_countries = sorted({place for place, _, _ in shares} & named.countries)
    for place in of_countries:
        kept = _kept({year for at, _, year in shares if at == place}, place, flags)
        for year, size, value in _of(place, shares):
            yield _row(place, year, size, value, flags.get((place, year), frozenset()), year in kept)
    for place, members in SURVEYED.items():
        yield from _of_group(place, members, shares, named)


def _read(copy: Iterable[Mapping[str, str]]) -> tuple[Shares, Flags]:
    read: dict[str, dict[tuple[str, int], float]] = defaultdict(dict)
    flags: dict[tuple[str, int], frozenset[str]] = {}
    for record in copy:
        key = record["place"], int(record["year"])
        read[record["size"]][key] = float(record["value"])
        flags[key] = flags.get(key, frozenset()) | set(filter(None, record["flags"].split("+")))
    shares = {
        (place, name, year): value
        for name, size in (("", "10+"), ("_small", "10-49"))
        for (place, year), value in read[size].items()
    } | {
        (place, "_50plus", year): (MEDIUM * medium + LARGE * read["250+"][place, year]) / (MEDIUM + LARGE)
        for (place, year), medium in read["50-249"].items()
        if (place, year) in read["250+"]
    }
    return shares, flags


def _of(place: str, shares: Shares) -> list[tuple[int, str, float]]:
    order = list(POPULATIONS)
    found = [(year, size, value) for (at, size, year), value in shares.items() if at == place]
    return sorted(found, key=lambda one: (one[0], order.index(one[1])))


def _kept(years: set[int], place: str, flags: Flags) -> set[int]:
    """The years of the part of a broken series that keeps its role: the whole, where nothing breaks."""
    parts: list[list[int]] = [[]]
    for year in sorted(years):
        if "break" in flags.get((place, year), ()):
            parts.append([])
        parts[-1].append(year)
    return set(max(reversed(parts), key=lambda part: sum(year <= LAST_OF_THE_FIT for year in part)))


def _row(place: str, year: int, size: str, value: float, flags: frozenset[str], kept: bool,
         note: str = "") -> Line:  # fmt: skip
    marks = (flags - {"break"}) | ({"new_question"} if year >= NEW_QUESTION else set())
    role = "calibration" if year <= LAST_OF_THE_FIT else "validation"
    return line(
        f"use_{place}_{year}{size}",
        role if kept else "context",
        "adoption",
        place,
        (f"{year}-01", f"{year}-01"),
        value,
        ERRORS[size],
        population=POPULATIONS[size],
        unit="%",
        source=SOURCE + (", computed" if note or size == "_50plus" else ""),
        note="; ".join(filter(None, (NOTES[size], note))),
        helped="adoption_2013" if year == 2014 and kept else "",
        flags="+".join(sorted(marks if kept else marks | {"break"})),
    )


def _of_group(place: str, members: tuple[str, ...], shares: Shares, named: Named) -> Iterator[Line]:
    note = f"mean of {' '.join(members)} by GDP of 2013; the group holds other small countries too"
    for year in sorted({year for _, _, year in shares}):
        for size in POPULATIONS:
            values = {one: shares[one, size, year] for one in members if (one, size, year) in shares}
            if len(values) == len(members):
                yield _row(place, year, size, named.mean(members, values), frozenset(), True, note)

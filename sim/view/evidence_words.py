"""Rows of evidence in words: what was measured, and of whom, where and when.

Tables name a row as files do (`answer would_pay`, `firms_10plus`), so that a reader can write a row of the
same kind. Pages and terminals say it in words.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from sim.view.figures.style import KIND_LABELS, ROUTE_LABELS
from sim.view.labels import INSTRUMENTS, OFFERS, PROVIDERS

Name = Callable[[str], str]  # a jurisdiction's name by its code


def _inside(label: str) -> str:
    """A label within a sentence: 'US region' keeps its capitals."""
    return label if label[:2].isupper() else label[0].lower() + label[1:]


_KINDS = {code: _inside(label) for code, label in KIND_LABELS.items()}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "answer": {
        "more_negative": "more negative than a year ago",
        "less_likely": "less likely to buy",
        "would_leave": "would leave",
        "would_pay": "would pay 15% more to avoid US reach",
    },
    "move": {
        "adopted": "began to use the cloud",
        "postponed": "postponed adoption",
        "gave_up": "returned on premises",
        "left_us": "left a US provider",
        "switched_provider": "switched to another provider",
        "moved_within": "moved within a provider",
        "added_protection": "added protection",
        "forced": "had to move",
    },
    "base": {"users": "of those that use cloud services"},
    "direction": {
        "us_at_home": "US requests at home",
        "us_to_foreign": "US requests abroad",
        "foreign_at_home": "requests of foreign police at home",
        "foreign_to_us": "foreign requests to the US",
    },
    "route": {code: f"by {_inside(label)}" for code, label in ROUTE_LABELS.items()},
    "law": {code: _inside(label) for code, label in INSTRUMENTS.items()},
    "provider": PROVIDERS,
    "offer": {code: _inside(label.removeprefix("Sovereign: ")) for code, label in OFFERS.items()},
    "change": {"live": "opened", "recorded": "opened, as recorded", "in_force": "in force"},
    "of": {
        "us": "of US providers",
        "us_sovereign": "of US providers' sovereign offers",
        "home_grown": "of home-grown providers",
        "us_providers": "of data at US providers",
        "cloud": "of data in the cloud",
        "content": "of requests for content",
    },
    "scale": {
        "freedoms": "whether it respects personal freedoms",
        "favourability": "favourable view",
        "favourability_change": "favourable view",
        "partner": "whether it is a reliable partner",
    },
    "channel": {"intelligence": "towards US intelligence", "law_enforcement": "towards US law enforcement"},
    **dict.fromkeys(("kind", "from_kind", "to_kind"), _KINDS),
}
_BEFORE = {"from_kind": "from ", "to_kind": "to ", "to": "to "}
_NUMBERS = {
    "points": "by at least {} points",
    "besides": "{} points added for a provider that the model does not know",
    "left": "until {}% are left",
}
_TOLD = (*_WORDS, *_NUMBERS, "to")
_GIVEN = re.compile(
    rf": (?P<given>(?:{'|'.join(_TOLD)}) [^\s,]+(?:, (?:{'|'.join(_TOLD)}) [^\s,]+)*)(?=, |$)"
)
_PEOPLE = {
    "everybody": "everybody",
    "consumer": "consumers",
    "organisations": "organisations",
    "small_firm": "firms with 10 to 49 people",
    "firms_10plus": "firms with 10 or more people",
    "firms_50plus": "firms with 50 or more people",
    "enterprise": "enterprises",
    "regulated": "regulated bodies",
    "public_sector": "public sector",
}
_PLACES = {"world": "world", "abroad": "outside the US", "eu": "EU", "five_eyes": "Five Eyes"}
_MOST_PLACES = 4  # that are named one by one
_YEARS = re.compile(r"(\d{4})-01 to (\d{4})-12")
_ONE_OF_PEOPLE = f"(?:{'|'.join(_PEOPLE)})"
_WHERE_AND_WHEN = re.compile(
    rf"(?P<what>.*?), (?P<place>[A-Za-z_+]+)(?:, (?P<people>{_ONE_OF_PEOPLE}(?:\+{_ONE_OF_PEOPLE})*))?"
    r", (?P<period>\d{4}-\d{2}.*)"
)


def measured(what: str) -> str:
    """What a row measures, with the arguments of its measure in words."""

    def told(found: re.Match[str]) -> str:
        pairs = (one.partition(" ") for one in found["given"].split(", "))
        return ": " + ", ".join(_argument(name, value) for name, _, value in pairs)

    return _GIVEN.sub(told, what)


def _argument(name: str, value: str) -> str:
    if name in _NUMBERS:
        return _NUMBERS[name].format(value)
    if (name, value) == ("of", "all"):
        return "of all"
    known = _WORDS.get(name, {})
    return _BEFORE.get(name, "") + _joined(
        [known.get(one, one.replace("_", " ")) for one in value.split("+")]
    )


def _joined(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def place_words(place: str, name: Name = str) -> str:
    """A place of the evidence by name; of a long list how many countries it has."""
    parts = place.split("+")
    if len(parts) > _MOST_PLACES:
        return f"{len(parts)} countries"
    return _joined([_PLACES.get(one) or name(one).replace("_", " ") for one in parts])


def people_words(population: Any) -> str:
    """The customers that were asked or counted; nothing where a measure does not tell them apart."""
    if not isinstance(population, str) or not population:
        return ""
    return _joined([_PEOPLE.get(one, one.replace("_", " ")) for one in population.split("+")])


def period_words(period: str) -> str:
    """The dates of a row, whole years as such: '2014', '2017 to 2019'."""
    return _YEARS.sub(lambda at: at[1] if at[1] == at[2] else f"{at[1]} to {at[2]}", period)


def who_where_when(row: Mapping[str, Any], name: Name = str) -> str:
    """Place, population and dates of a row of a table."""
    parts = (
        place_words(str(row["place"]), name) if isinstance(row["place"], str) else "",
        people_words(row["population"]),
        period_words(str(row["period"])),
    )
    return ", ".join(filter(None, parts))


def in_one_line(line: str, name: Name = str) -> str:
    """A row whose measure, place, population (if any) and dates stand in one text, in words."""
    found = _WHERE_AND_WHEN.fullmatch(line)
    if found is None:
        return measured(line)
    who = (place_words(found["place"], name), people_words(found["people"]), period_words(found["period"]))
    return ", ".join(filter(None, (measured(found["what"]), *who)))

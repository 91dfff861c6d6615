"""Dates of the evidence: a year, a quarter or a month, as the months that it spans."""

import re
from dataclasses import dataclass

import numpy as np

FORMS = "write it as 2014, 2014-Q2 or 2014-07"
_DATE = re.compile(r"(\d{4})(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?")


@dataclass(frozen=True)
class Window:
    """Months `first` to `last`, both included, counted from January 1970 (as numpy counts them)."""

    first: int
    last: int

    @property
    def months(self) -> int:
        return self.last - self.first + 1

    @property
    def years(self) -> float:
        return self.months / 12.0

    def to(self, other: "Window") -> "Window":
        """From the beginning of this one to the end of the other."""
        return Window(self.first, other.last)

    def within(self, other: "Window") -> bool:
        return other.first <= self.first and self.last <= other.last

    def __str__(self) -> str:
        first, last = (str(np.datetime64(month, "M")) for month in (self.first, self.last))
        return first if first == last else f"{first} to {last}"


def window(text: str) -> Window | None:
    """The months of a year, quarter or month; None where the text is none of them."""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, quarter, month = found.groups()
    january = (int(year) - 1970) * 12
    if quarter:
        first = january + 3 * (int(quarter) - 1)
        return Window(first, first + 2)
    if month:
        return Window(january + int(month) - 1, january + int(month) - 1)
    return Window(january, january + 11)

"""Numbers as a reader wants them: scaled, with their unit, to the digits that mean something."""

import math
from dataclasses import dataclass
from numbers import Real
from typing import Any

MINUS = "\N{MINUS SIGN}"
POINTS = "percentage points"  # the unit of a difference between percentages
POINTS_OF_100 = "points of 100"  # the unit of trust, belief and exposure, and of their differences
MOST_DIGITS = 4  # significant ones of any number in a table or a sentence
FINEST, FINEST_END = 2, 4  # most decimals of an interval, and of an end that would be shown as 0
DASH = "\N{EM DASH}"  # a missing number or text; never 0


@dataclass(frozen=True)
class Scale:
    """How numbers in a unit are shown: multiplied by `factor`, called `title` (`change` where it is a
    difference)."""

    factor: float
    title: str
    change: str


def scale_for(unit: str, largest: float) -> Scale:
    """The scale for numbers of this unit whose largest size is `largest`."""
    word = unit.strip()
    plain = word.lower()
    if plain.startswith("usd"):
        if plain != "usd":
            return Scale(1.0, word, word)
        for factor, title in ((1e-9, "USD bn"), (1e-6, "USD m"), (1e-3, "USD thousand")):
            if largest * factor >= 1:
                return Scale(factor, title, title)
        return Scale(1.0, "USD", "USD")
    if plain == "share":
        return Scale(100.0, "%", POINTS)
    if plain.startswith("%"):
        return Scale(1.0, word, POINTS)
    if plain == "0-1":
        return Scale(100.0, POINTS_OF_100, POINTS_OF_100)
    if plain == "tb" and largest >= 1e6:
        return Scale(1e-6, "EB", "EB")
    if plain == "tb" and largest >= 1e3:
        return Scale(1e-3, "PB", "PB")
    return Scale(1.0, word, word)


def largest_of(*values: float) -> float:
    """The largest size among the values that are not missing."""
    return max((abs(value) for value in values if not math.isnan(value)), default=0.0)


def decimals_for(size: float, digits: int = MOST_DIGITS) -> int:
    """Decimals that show `digits` significant digits of a number of this size."""
    if not math.isfinite(size) or size == 0:
        return 0
    return min(8, max(0, digits - 1 - math.floor(math.log10(abs(size)))))


def missing(value: Any) -> bool:
    """Whether a value is no number."""
    return value is None or not isinstance(value, Real) or math.isnan(value)


def number(value: Any, signed: bool = False, decimals: int | None = None, digits: int = MOST_DIGITS) -> str:
    """A number to `digits` significant digits, with a true minus sign and thousands separated.

    `decimals` may ask for fewer digits, never for more, however narrow an interval is. Digits before the
    point stay below a million. A missing number is an em dash.
    """
    if missing(value):
        return DASH
    if math.isinf(value):
        return f"{MINUS if value < 0 else '+' if signed else ''}∞"
    most = decimals_for(value, digits)
    size = abs(value) if abs(value) < 1e6 else float(f"{abs(value):.{digits - 1}e}")
    text = f"{size:,.{most if decimals is None else min(decimals, most)}f}"
    if not text.strip("0.,"):
        return "0"
    sign = MINUS if value < 0 else "+" if signed else ""
    return sign + text


def setting(value: Any) -> str:
    """A value that somebody set, as a reader would write it: a number without trailing zeros."""
    if not isinstance(value, float) or math.isnan(value):
        return DASH if missing(value) and isinstance(value, float) else str(value)
    text = number(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(value: Any) -> str:
    """A share as a whole percentage."""
    return DASH if missing(value) else f"{round(100 * value) + 0}%".replace("-", "\u2212")


def span(low: Any, high: Any, signed: bool = False, decimals: int | None = None) -> str:
    """An interval, or an em dash where an end is missing."""
    if missing(low) or missing(high):
        return DASH
    return f"{number(low, signed, decimals)} to {number(high, signed, decimals)}"


def decimals_of(low: float, high: float) -> int:
    """Decimals for an interval and the numbers beside it: two significant digits of its width.

    They are at most two, so that numbers of a unit can be read together. They are more, up to four, where
    the interval excludes zero and its nearer end would be shown as 0.
    """
    width, nearer = high - low, min(abs(low), abs(high))
    decimals = min(FINEST, decimals_for(width, 2) if width > 0 else decimals_for(largest_of(low, high)))
    excludes_zero = low > 0 or high < 0
    if excludes_zero and round(nearer, decimals) == 0:
        return min(FINEST_END, decimals_for(nearer, 1))
    return decimals


def estimate(value: float, low: float, high: float, *, most: int | None = None) -> tuple[str, str]:
    """A difference and its interval, to the same decimals (at most `most`); of one pair, without interval, to
    two digits."""
    if missing(low) or missing(high):
        return number(value, signed=True, digits=2), DASH
    decimals = decimals_of(low, high)
    decimals = decimals if most is None else min(decimals, most)
    return number(value, True, decimals), span(low, high, True, decimals)


def levels(value: float, low: float, high: float) -> tuple[str, str]:
    """A number and its interval, to the same decimals; a number without an interval to three digits."""
    if missing(low) or missing(high):
        return number(value, digits=3), DASH
    decimals = decimals_of(low, high)
    return number(value, decimals=decimals), span(low, high, decimals=decimals)


def difference_in(unit: str) -> str:
    """The title of an axis of differences in this unit: 'difference, USD bn', 'difference, number a year'."""
    if not unit:
        return "difference"
    return f"difference, number {unit}" if unit.startswith("a ") else f"difference, {unit}"


def with_unit(text: str, title: str) -> str:
    """A formatted number with its unit, as it is spoken: 'USD 3 bn', '3%', '3 countries'."""
    if text == DASH or not title or title == "-":
        return text
    if title.startswith("USD "):
        return f"USD {text} {title[4:]}"
    if title == "USD":
        return f"USD {text}"
    return f"{text}{title}" if title.startswith("%") else f"{text} {title}"

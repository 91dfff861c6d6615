"""Numbers as a reader wants them: scaled, with their unit, to the digits that mean something."""

import math
from dataclasses import dataclass

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"
MISSING = "not recorded"


@dataclass(frozen=True)
class Scale:
    """How numbers in `unit` are shown: multiplied by `factor`, called `title` (`change` where it is a difference)."""

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
        return Scale(100.0, "%", "percentage points")
    if plain == "0-1":
        return Scale(1.0, "0 to 1", "on a scale of 0 to 1")
    if plain == "tb" and largest >= 1e6:
        return Scale(1e-6, "EB", "EB")
    if plain == "tb" and largest >= 1e3:
        return Scale(1e-3, "PB", "PB")
    return Scale(1.0, word, word)


def largest_of(*values: float) -> float:
    """The largest size among the values that are there."""
    return max((abs(value) for value in values if not math.isnan(value)), default=0.0)


def number(value: float, signed: bool = False, digits: int = 3) -> str:
    """A number to `digits` significant digits, with a true minus sign and thousands set apart."""
    if value is None or math.isnan(value):
        return MISSING
    if value == 0:
        return "0"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    text = f"{abs(value):,.{min(decimals, 8)}f}"
    sign = MINUS if value < 0 else "+" if signed else ""
    return sign + text


def interval(low: float, high: float) -> str:
    """The two ends of an interval, to the digits that tell them apart."""
    if math.isnan(low) or math.isnan(high):
        return MISSING
    width = high - low or largest_of(low, high) or 1.0
    decimals = min(8, max(0, 1 - math.floor(math.log10(width))))

    def end(value: float) -> str:
        text = f"{abs(value):,.{decimals}f}"
        return (MINUS if value < 0 and float(text.replace(",", "")) != 0 else "+" if float(text.replace(",", "")) != 0 else "") + text

    return f"{end(low)} to {end(high)}"


def with_unit(text: str, title: str) -> str:
    """A formatted number beside its unit, as it is spoken: 'USD 3 bn', '3%', '3 countries'."""
    if text == MISSING or not title or title == "-":
        return text
    if title.startswith("USD "):
        return f"USD {text} {title[4:]}"
    if title == "USD":
        return f"USD {text}"
    return f"{text}%" if title == "%" else f"{text} {title}"

"""A range of a factor's values in words."""

import math

MINUS = "\N{MINUS SIGN}"


def range_name(low: float, high: float, step: float = 0.0) -> str:
    """Both ends to three significant digits, those of `step` if that is given: of 0.0002 to 0.125, '0–0.125'.

    An end below zero would make the dash between them a second minus sign: such a range has a 'to'.
    """
    decimals = 2 - math.floor(math.log10(step)) if step > 0 else None
    first, last = (_end(value if decimals is None else round(value, decimals)) for value in (low, high))
    if low == high:
        return first
    return f"{first} to {last}" if MINUS in first + last else f"{first}\N{EN DASH}{last}"


def _end(value: float) -> str:
    return f"{value + 0.0:.3g}".replace("-", MINUS)

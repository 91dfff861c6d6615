"""Exponential and logarithm in plain Python, equal to the engine's to the last bit.

The model does not use the exponential of the C library, because its last bit differs between processors.
These two use only + - x / and exact powers of two. The equations are those of `sim.model.arithmetic`: Taylor
series of exp and of artanh after the textbook's reduction of the argument (Muller, Elementary Functions,
2016, ch. 11).
"""

import math
from collections.abc import Iterable

LN2_HIGH = 6.93147180369123816490e-01  # the first bits of ln 2, few enough that k x LN2_HIGH is exact
LN2_LOW = 1.90821492927058770002e-10  # the rest of ln 2
INVERSE_LN2 = 1.44269504088896338700e00
LN2 = 0.69314718055994531
SQRT_HALF = 0.70710678118654752440
LOWEST, HIGHEST = -700.0, 700.0

# exp(r) = 1 + r + r**2 / 2! + ... + r**12 / 12!, the highest power first
EXP_SERIES = tuple(1.0 / math.factorial(n) for n in range(12, -1, -1))
# log((1 + s) / (1 - s)) = 2 s (1 + s**2 / 3 + s**4 / 5 + ...), without the first term, the highest power
# first
LOG_SERIES = tuple(2.0 / n for n in range(23, 1, -2))


def exp(x: float) -> float:
    """e to the x; arguments outside [-700, 700] are taken as the nearer bound."""
    x = min(max(x, LOWEST), HIGHEST)
    shifted = x * INVERSE_LN2
    k = int(shifted + 0.5) if shifted >= 0.0 else int(shifted - 0.5)  # the nearest whole power of two
    r = (x - k * LN2_HIGH) - k * LN2_LOW
    p = EXP_SERIES[0]
    for coefficient in EXP_SERIES[1:]:
        p = p * r + coefficient
    return math.ldexp(p, k)


def log(x: float) -> float:
    """Natural logarithm of a positive, normal number."""
    half, exponent = math.frexp(x)  # x = half x 2**exponent, with half in [0.5, 1)
    m, exponent = 2.0 * half, exponent - 1
    if m > 2.0 * SQRT_HALF:
        m, exponent = 0.5 * m, exponent + 1
    # log(1 + f) = f - f**2 / 2 + s (f**2 / 2 + r), where s = f / (2 + f) and r is the rest of the series in
    # s**2
    f = m - 1.0
    s = f / (2.0 + f)
    z = s * s
    r = LOG_SERIES[0]
    for coefficient in LOG_SERIES[1:]:
        r = r * z + coefficient
    r = r * z
    half_square = 0.5 * f * f
    return exponent * LN2_HIGH - ((half_square - (s * (half_square + r) + exponent * LN2_LOW)) - f)


def kept_in_a_month(half_life: float) -> float:
    """Share of itself that a memory keeps over one month, from its half-life in months."""
    return exp(-LN2 / half_life)


def add_up(values: Iterable[float]) -> float:
    """Sum from the first to the last, rounded at each step (Python's own `sum` corrects rounding errors)."""
    total = 0.0
    for value in values:
        total += value
    return total

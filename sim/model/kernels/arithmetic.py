"""Exponential and logarithm whose last bit is the same on every processor.

The C library's `exp` and NumPy's vectorised one choose their code path by processor, and paths differ in the
last bit; that is enough to send a customer elsewhere. These two use only + - x / and bit patterns, which IEEE
754 pins down. Numba does not fuse multiply and add unless asked to, and it is not asked to.

Coefficients are those of the Taylor series of exp and of artanh; argument reduction is the textbook one
(Muller, Elementary Functions, 2016, ch. 11), and log's terms are arranged as in Sun's fdlibm (1993). Both are
within 2 units in the last place of the true value.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from sim.model.kernels.jit import entry, inner

_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_INVERSE_LN2 = 1.44269504088896338700e00
_SQRT_HALF = 0.70710678118654752440
_LOWEST, _HIGHEST = -700.0, 700.0
_MANTISSA = np.int64((1 << 52) - 1)
_ONE_BITS = np.int64(1023 << 52)


@intrinsic
def _bits(typing_context, x):
    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.IntType(64))

    return types.int64(types.float64), build


@intrinsic
def _from_bits(typing_context, x):
    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.DoubleType())

    return types.float64(types.int64), build


@entry(inline="never")
def exp(x):
    """e to the x; arguments outside [-700, 700] are taken as the nearer bound."""
    x = min(max(x, _LOWEST), _HIGHEST)
    shifted = x * _INVERSE_LN2
    k = np.int64(shifted + 0.5) if shifted >= 0.0 else np.int64(shifted - 0.5)
    r = (x - k * _LN2_HIGH) - k * _LN2_LOW
    p = 1.0 / 479001600.0
    p = p * r + 1.0 / 39916800.0
    p = p * r + 1.0 / 3628800.0
    p = p * r + 1.0 / 362880.0
    p = p * r + 1.0 / 40320.0
    p = p * r + 1.0 / 5040.0
    p = p * r + 1.0 / 720.0
    p = p * r + 1.0 / 120.0
    p = p * r + 1.0 / 24.0
    p = p * r + 1.0 / 6.0
    p = p * r + 0.5
    p = p * r + 1.0
    p = p * r + 1.0
    return p * _from_bits((k + np.int64(1023)) << np.int64(52))


@entry(inline="never", error_model="numpy")
def log(x):
    """Natural logarithm of a positive, normal x."""
    bits = _bits(x)
    exponent = (bits >> np.int64(52)) - np.int64(1023)
    m = _from_bits((bits & _MANTISSA) | _ONE_BITS)
    if m > 2.0 * _SQRT_HALF:
        m = m * 0.5
        exponent = exponent + 1
    # log(1 + f) = f - f**2 / 2 + s (f**2 / 2 + r) with s = f / (2 + f), where r is the rest of the series in
    # s**2: the large terms are exact or small, so that no more than the last bit is lost.
    f = m - 1.0
    s = f / (2.0 + f)
    z = s * s
    r = 2.0 / 23.0
    r = r * z + 2.0 / 21.0
    r = r * z + 2.0 / 19.0
    r = r * z + 2.0 / 17.0
    r = r * z + 2.0 / 15.0
    r = r * z + 2.0 / 13.0
    r = r * z + 2.0 / 11.0
    r = r * z + 2.0 / 9.0
    r = r * z + 2.0 / 7.0
    r = r * z + 2.0 / 5.0
    r = r * z + 2.0 / 3.0
    r = r * z
    half_square = 0.5 * f * f
    return exponent * _LN2_HIGH - ((half_square - (s * (half_square + r) + exponent * _LN2_LOW)) - f)


@entry()
def exps(values: np.ndarray) -> np.ndarray:
    """`exp` of every element of a 1-D array."""
    out = np.empty(len(values))
    for k in range(len(values)):
        out[k] = exp(values[k])
    return out


@inner(error_model="numpy")
def exps_in_place(values):
    """`exp` of every element of a 1-D array, in place: a plain loop, so that several are taken at once."""
    for k in range(len(values)):
        values[k] = exp(values[k])


@entry()
def logs(values: np.ndarray) -> np.ndarray:
    """`log` of every element of a 1-D array."""
    out = np.empty(len(values))
    for k in range(len(values)):
        out[k] = log(values[k])
    return out


@entry()
def power(base, exponent):
    """Positive base to a power, from the two functions above."""
    return exp(exponent * log(base))


def half_life_factor(half_life: float) -> float:
    """What a memory keeps of itself over one month, given its half-life in months."""
    return float(exp(-0.69314718055994531 / half_life))


@inner()
def first_at_least(values, low, high, x):
    """The first of the ascending `values` low to high that is at least x; `high` if none is."""
    while low < high:
        middle = (low + high) // 2
        if values[middle] < x:
            low = middle + 1
        else:
            high = middle
    return low


@entry()
def fixed(x, scale):
    """x as an integer of units of 1/scale, rounded half away from zero; integer sums have no order."""
    scaled = x * scale
    return np.int64(scaled + 0.5) if scaled >= 0.0 else np.int64(scaled - 0.5)


@entry()
def total(values: np.ndarray) -> float:
    """Sum of a 1-D array from first to last (NumPy's own sum depends on the processor's vector width)."""
    s = 0.0
    for v in values:
        s += v
    return s

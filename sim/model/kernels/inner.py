"""Compiled functions that only other compiled functions call."""

from typing import Any

from numba import njit


def inner(**options: Any) -> Any:
    """As `njit`, but without the code by which Python could call it.

    Much of the time to compile goes into that.
    """
    compiled: Any = njit  # whose types leave these two options out
    return compiled(cache=True, no_cpython_wrapper=True, no_cfunc_wrapper=True, **options)

"""The decorators of compiled functions: much of the time to compile goes into ways of calling a function."""

from collections.abc import Callable
from typing import Any

from numba import njit

Function = Callable[..., Any]
_compile: Any = njit  # whose types leave these options out


def entry(**options: Any) -> Callable[[Function], Function]:
    """A compiled function that Python calls."""
    decorator: Callable[[Function], Function] = _compile(cache=True, no_cfunc_wrapper=True, **options)
    return decorator


def inner(**options: Any) -> Callable[[Function], Function]:
    """A compiled function that only other compiled functions call."""
    return entry(no_cpython_wrapper=True, **options)


def inlined(**options: Any) -> Callable[[Function], Function]:
    """A compiled function that one other calls, from one place: a part of it, never compiled by itself."""
    return inner(inline="always", **options)

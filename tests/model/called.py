"""Functions that only compiled code calls, made callable from Python."""

from functools import cache
from inspect import signature
from typing import Any

from numba import njit


@cache
def called(function: Any) -> Any:
    """The same function, for a test to call: compiled within one that takes the same arguments."""
    names = ", ".join(signature(getattr(function, "py_func", function)).parameters)
    return njit(eval(f"lambda {names}: function({names})", {"function": function}))

"""Functions that only compiled code calls, made callable from Python."""

from typing import Any

from numba import njit


def called(function: Any) -> Any:
    """The same function, for a test to call."""

    @njit
    def call(*arguments: Any) -> Any:
        return function(*arguments)

    return call

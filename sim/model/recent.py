"""What a process has made of late: another set of worlds that asks for the same is given the same, and nobody makes it twice."""

from collections.abc import Callable
from typing import Generic, TypeVar

Made = TypeVar("Made")


class Recent(Generic[Made]):
    """The last few things that were made, each with all that it was made from."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._made: list[tuple[tuple[object, ...], Made]] = []

    def of(self, made_from: tuple[object, ...], make: Callable[[], Made], keep: bool = True) -> Made:
        """What was made from this before, else made now; `keep` whether it is remembered."""
        for known, made in self._made:
            if known == made_from:
                return made
        made = make()
        if keep:
            self._made.insert(0, (made_from, made))
            del self._made[self._most :]
        return made

    def clear(self) -> None:
        """Forget everything."""
        self._made.clear()

"""A small cache by equality: sets of worlds of one process share what is made from equal inputs."""

from collections.abc import Callable
from typing import Generic, TypeVar

Made = TypeVar("Made")


class Recent(Generic[Made]):
    """The last few results, each with the inputs that it was made from."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._made: list[tuple[tuple[object, ...], Made]] = []

    def of(self, made_from: tuple[object, ...], make: Callable[[], Made], keep: bool = True) -> Made:
        """The result for these inputs, made now if it is not here; `keep`: whether to keep a new one."""
        for known, made in self._made:
            if known == made_from:
                return made
        made = make()
        if keep:
            self._made.insert(0, (made_from, made))
            del self._made[self._most :]
        return made

    def clear(self) -> None:
        """Delete all results."""
        self._made.clear()

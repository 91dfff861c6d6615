"""What is wrong with the user's input, in the user's words: all of it at once, each with its place."""

import difflib
from collections.abc import Iterable, Iterator, Sequence

from sim.scenario.paths import Loc

TRACE = "WARRANTSIM_TRACE"
"""Set in the environment: a fault of the program shows its trace."""
_SHOWN = 40


class InputError(Exception):
    """Input that cannot be run; `problems` holds one line for each thing to mend."""

    def __init__(self, problems: str | Sequence[str]) -> None:
        self.problems: list[str] = [problems] if isinstance(problems, str) else list(problems)
        super().__init__("\n".join(self.problems))


def unknown(what: str, name: object, known: Iterable[object], at: Loc) -> Iterator[tuple[Loc, str]]:
    """A finding at a place if a name is not among those known; None names nothing."""
    names = list(known)
    if name is not None and name not in names:
        yield at, f"unknown {what} '{name}'; {choices(name, names)}"


def choices(wrong: object, valid: Iterable[object]) -> str:
    """`did you mean 'x'? valid: x, y`: what could have been meant, and what is allowed."""
    names = [str(name) for name in valid]
    near = difflib.get_close_matches(str(wrong), names, n=1, cutoff=0.6)
    meant = f"did you mean '{near[0]}'? " if near else ""
    rest = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{meant}valid: {', '.join(names[:_SHOWN]) or 'none'}{rest}"

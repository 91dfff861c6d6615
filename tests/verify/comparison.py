"""A part of the model beside the theory of it: what is drawn, how far they are apart, how far they may be."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Check:
    """One figure of a comparison: the largest deviation that was found, and the largest that is allowed."""

    what: str
    deviation: float
    allowed: float
    unit: str
    reason: str  # why so much is allowed

    @property
    def holds(self) -> bool:
        return bool(self.deviation <= self.allowed)  # never true of a number that is missing

    @property
    def words(self) -> str:
        verdict = "Holds" if self.holds else "FAILS"
        return (
            f"{self.what[:1].upper()}{self.what[1:]}: largest deviation {self.deviation:.2g} {self.unit}, "
            f"allowed {self.allowed:.2g} ({self.reason}). {verdict}."
        )


@dataclass(frozen=True)
class Curve:
    """The theory as a line, the model as points; each point with an interval where luck plays a part."""

    name: str
    line: tuple[np.ndarray, np.ndarray]
    points: tuple[np.ndarray, np.ndarray]
    error: np.ndarray | None = None  # half of the interval of each point


@dataclass(frozen=True)
class Panel:
    """One diagram."""

    title: str
    x: str
    y: str
    curves: Sequence[Curve]
    logarithmic: bool = False


@dataclass(frozen=True)
class Comparison:
    """One part of the model against its theory."""

    id: str
    title: str
    theory: str  # what theory says, and whose it is
    model: str  # what of the model was run, and how
    panels: Sequence[Panel]
    checks: Sequence[Check]

    @property
    def holds(self) -> bool:
        return all(check.holds for check in self.checks)


INTERVAL = 1.96  # standard errors of half a 95% interval
STANDARD_ERRORS = 4.5  # of the worst of up to some hundred points; luck alone exceeds it once in a thousand


def worst_standard_error(what: str, model: np.ndarray, theory: np.ndarray, error: np.ndarray) -> Check:
    """A check of points that luck moves: the largest distance from the theory in standard errors."""
    return Check(
        what,
        float(np.max(np.abs(model - theory) / error)),
        STANDARD_ERRORS,
        "standard errors",
        f"the worst of {np.size(model)} points; luck alone exceeds it less than once in a thousand times",
    )

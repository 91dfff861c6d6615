"""What each forecaster may know of a split: the rows seen, the rows asked, and the values to go on from."""

from collections.abc import Sequence
from dataclasses import dataclass

from sim.analysis.evidence.rows import Row
from sim.analysis.evidence.splits import Split
from sim.analysis.validation.series import earlier


@dataclass(frozen=True)
class Unseen:
    """Rows on which a fit is scored.

    They are the rows it saw, the rows it is asked, and the rows whose values rivals may go on from.
    """

    seen: tuple[Row, ...]
    asked: tuple[Row, ...]
    known: tuple[Row, ...]


def unseen_by(split: Split, rows: Sequence[Row]) -> Unseen:
    """The task of a split.

    Rivals know what the fit saw. Of a series of which it saw nothing they are given the first value, the
    model is not: without a value to go on from there would be no rival.
    """
    seen = tuple(row for row in rows if split.may_see(row))
    asked = tuple(row for row in rows if split.asks(row))
    values = [row for row in asked if row.bound == "eq" and not row.measure.two_dates]
    return Unseen(seen, asked, (*seen, *(row for row in values if not earlier(row, (*seen, *asked)))))

"""Over which months the headlines of compared worlds are taken, in words that hold at every point.

A window begins with the first month in which the worlds may differ. That is the month of the switch only
where a switch parts them; a lever, an event or another parameter may part them earlier, or no switch at all.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from sim.analysis.headlines import LAST_YEAR, SINCE_THE_SWITCH, SINCE_THEY_DIFFER, YEAR, Headline, last_months
from sim.runs.pairs import must_be_equal_for
from sim.runs.silence import switch_month
from sim.scenario.scenario import Scenario

ALL_MONTHS = "over all months"  # of worlds that cannot differ, and of a single world


@dataclass(frozen=True)
class HeadlineMonths:
    """How many months the horizon has, the first that count (one or more, by point), and what begins then."""

    horizon: int
    firsts: frozenset[int]
    begins: str

    def said(self, window: str) -> str:
        """A window as headlines define it, in the words that are true of these worlds."""
        return window.replace(LAST_YEAR, self._last_year).replace(SINCE_THE_SWITCH, self.begins)

    def named(self, table: pd.DataFrame) -> pd.DataFrame:
        """A table with a column `window`, in these words."""
        return table.assign(window=table["window"].map(self.said))

    def of(self, headline: Headline) -> str:
        return self.said(headline.window)

    @property
    def _last_year(self) -> str:
        fewest, most = (last_months(self.horizon, first) for first in (max(self.firsts), min(self.firsts)))
        if fewest == most or self.horizon - max(self.firsts) >= YEAR:
            return most
        return f"{most}, or fewer {self.begins}"


def months_of(horizon: int, parted: Iterable[tuple[int, int | None]]) -> HeadlineMonths:
    """From how many months the worlds share at each point, and the month in which a switch parts them.

    That month is None where no switch does.
    """
    known = list(parted)
    firsts = frozenset(shared if shared < horizon else 0 for shared, _ in known) or frozenset({0})
    if all(shared >= horizon for shared, _ in known):
        return HeadlineMonths(horizon, firsts, ALL_MONTHS)
    by_switch = all(shared == switch and shared < horizon for shared, switch in known)
    return HeadlineMonths(horizon, firsts, SINCE_THE_SWITCH if by_switch else SINCE_THEY_DIFFER)


def months_of_worlds(a: Scenario, b: Scenario) -> HeadlineMonths:
    """Of two worlds."""
    return months_of(a.months, [(must_be_equal_for(a, b), switch_month(a, b))])

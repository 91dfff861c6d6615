"""The table `headlines.csv`: every headline of the compared worlds, with its window and reason, or of one."""

from collections.abc import Sequence

import pandas as pd

from sim.analysis.drivers.explanations import leak_month, reasons
from sim.analysis.drivers.knockouts import first_month
from sim.analysis.headline_months import HeadlineMonths, months_of, months_of_worlds
from sim.analysis.headlines import Columns, compared_headlines
from sim.runs.silence import begins_with_the_switch
from sim.scenario.resolution import Resolved


def headline_table(
    resolved: Resolved, pairs: Sequence[tuple[Columns, Columns]], why: bool = True
) -> pd.DataFrame:
    """The headlines of the compared worlds; on request with the reasons for their signs."""
    compare = resolved.experiment.compare
    assert compare is not None
    first = first_month(resolved, compare)
    table = with_windows(compared_headlines(pairs, first).assign(why=""), resolved)
    if why:
        a, b = (resolved.experiment.worlds[name].label for name in compare)
        leak = leak_month(resolved.scenarios[compare[0]])
        found = reasons(pairs, first, (a, b), _switched(resolved, compare), leak)
        table["why"] = table["headline"].map(found).fillna("")
    return table


def with_windows(table: pd.DataFrame, resolved: Resolved) -> pd.DataFrame:
    """The table with windows that say over which months this experiment's headlines are taken."""
    return headline_months(resolved).named(table)


def headline_months(resolved: Resolved) -> HeadlineMonths:
    """The months of the headlines of an experiment without a design."""
    if resolved.experiment.compare is None:
        return months_of(next(iter(resolved.scenarios.values())).months, ())
    a, b = (resolved.scenarios[name] for name in resolved.experiment.compare)
    return months_of_worlds(a, b)


def _switched(resolved: Resolved, compare: tuple[str, str]) -> bool:
    return begins_with_the_switch(*(resolved.scenarios[name] for name in compare))

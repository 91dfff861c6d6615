"""The table `headlines.csv`: every headline of the compared worlds, with its window and reason, or of one."""

from collections.abc import Sequence

import pandas as pd

from sim.analysis.drivers.explanations import reasons
from sim.analysis.drivers.knockouts import first_month
from sim.analysis.headlines import SINCE_THE_SWITCH, SINCE_THEY_DIFFER, Columns, compared_headlines
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
        found = reasons(pairs, first, (a, b), _switched(resolved, compare))
        table["why"] = table["headline"].map(found).fillna("")
    return table


def with_windows(table: pd.DataFrame, resolved: Resolved) -> pd.DataFrame:
    """The table with windows that say what they are: from the switch on, or from the first difference on."""
    compare = resolved.experiment.compare
    if compare is None or _switched(resolved, compare):
        return table
    return table.assign(window=table["window"].str.replace(SINCE_THE_SWITCH, SINCE_THEY_DIFFER))


def _switched(resolved: Resolved, compare: tuple[str, str]) -> bool:
    return begins_with_the_switch(*(resolved.scenarios[name] for name in compare))

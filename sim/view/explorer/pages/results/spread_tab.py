"""The tab with fans of a series by month, over all pairs or over those of one level."""

import numpy as np
import pandas as pd

from sim.analysis.design_outcomes import pairs_at
from sim.view.explorer.components import charts
from sim.view.explorer.page import Component
from sim.view.explorer.pages.results.query import Query
from sim.view.explorer.pages.results.tab import ALL, Tab, has_runs, level_choices, points_at
from sim.view.folder_view import FolderView
from sim.view.labels import SERIES_NAMES
from sim.view.sections import design_fans

SERIES = {code: name for code, (name, _) in SERIES_NAMES.items()}


def _fan_choices(folder_view: FolderView, query: Query) -> tuple[str, str, str]:
    """A series, and the choice of points with its words."""
    series, where = query.select("series", "What", SERIES, width=420), {ALL: "all points"}
    if not folder_view.folder.has_design:
        return series, ALL, ""
    where |= level_choices(folder_view)
    chosen = query.select("where", "Points where", where, width=380)
    return series, chosen, where[chosen]


def _fans(folder_view: FolderView, series: str, where: str) -> tuple[dict[str, pd.DataFrame], int]:
    """The fans of the chosen pairs, and the number of these."""
    runs = folder_view.series()
    chosen = None if where == ALL else pairs_at(runs, points_at(folder_view, where))
    pairs = len(runs) if chosen is None else int(np.count_nonzero(chosen))
    return folder_view.fans(series, chosen, where), pairs


def _spread(folder_view: FolderView, series: str, where: str, words: str) -> Component:
    fans, pairs = _fans(folder_view, series, where)
    what = f"the {folder_view.seeds}: chance only"
    if folder_view.folder.has_design:
        what = f"the factors of the design and the {folder_view.seeds} at each point"
    if where != ALL:
        what += f", of points where {words}"
    return charts(
        [design_fans.fans_by_month(folder_view.view, series, fans, pairs, what, folder_view.one_switch)]
    )


def _spread_table(folder_view: FolderView, series: str, where: str, words: str) -> pd.DataFrame:
    del words
    fans, pairs = _fans(folder_view, series, where)
    parts = [frame.assign(series=series, of=name, pairs=pairs) for name, frame in fans.items()]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


FANS = Tab("fans", "Fans", has_runs, _spread, _fan_choices, _spread_table)

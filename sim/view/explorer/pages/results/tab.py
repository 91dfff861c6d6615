"""What a tab of a results folder is, when it has something to show, and the choices that tabs share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.design_outcomes import levels
from sim.analysis.factor_names import factor_name
from sim.analysis.headlines import HEADLINES
from sim.runs.points import POINTS
from sim.view.explorer.page import Component
from sim.view.explorer.pages.results.query import Query
from sim.view.folder_view import FolderView

METRICS = {headline.code: headline.name for headline in HEADLINES}
ALL = "all"  # points, in a choice of them
_WORLD = "tables/world.parquet"


@dataclass(frozen=True)
class Tab:
    """One tab. Its choices, made in its controls, are the further arguments of `body` and `table`.

    `table` gives the tab's numbers as a table to download, if it has one.
    """

    key: str
    label: str
    there: Callable[[FolderView], bool]
    body: Callable[..., Component]
    choices: Callable[[FolderView, Query], tuple[Any, ...]] = lambda folder_view, query: ()
    table: Callable[..., pd.DataFrame] | None = None

    def controls(self, folder_view: FolderView, query: Query) -> list[Component]:
        """The controls with their values; complaints about invalid ones go to the query."""
        self.choices(folder_view, query)
        return query.controls

    def content(self, folder_view: FolderView, query: Query) -> Component:
        return self.body(folder_view, *self.choices(folder_view, query))

    def numbers(self, folder_view: FolderView, query: Query) -> pd.DataFrame:
        """What `table` gives, for a tab that has one."""
        assert self.table is not None
        return self.table(folder_view, *self.choices(folder_view, query))


def has_runs(folder_view: FolderView) -> bool:
    return folder_view.folder.has(_WORLD, POINTS) or not folder_view.folder.finished


def has_points(folder_view: FolderView) -> bool:
    return folder_view.folder.has_design and has_runs(folder_view)


def has_two_factors(folder_view: FolderView) -> bool:
    """Whether there are two factors to set a headline against; draws of a fit are none."""
    return has_points(folder_view) and len(folder_view.choices) > 1


def of_design(folder_view: FolderView, *files: str) -> bool:
    """Whether the folder of a design has these files."""
    return folder_view.folder.has_design and folder_view.folder.has(*files)


def headline_choice(folder_view: FolderView, query: Query) -> tuple[str]:
    """The headline to show."""
    del folder_view
    return (query.select("metric", "Headline", METRICS, width=420),)


def two_factors(folder_view: FolderView, query: Query, first: Sequence[str] = ()) -> tuple[str, str]:
    """Two factors, if there are two, those of `first` unless others are asked for; empty where the design
    sets none."""
    names = {name: factor_name(name) for name in folder_view.choices}
    if not names:
        return "", ""
    order = [*(name for name in first if name in names), *(name for name in names if name not in first)]
    x = query.select("x", "Across", names, order[0])
    return x, query.select("y", "Upwards", names, next((name for name in order if name != x), x))


def level_choices(folder_view: FolderView) -> dict[str, str]:
    """The choices of points at one level of a factor, `<factor>=<number of the level>`."""
    if not folder_view.folder.has_design:
        return {}
    values = folder_view.series().values
    return {
        f"{name}={k}": f"{factor_name(name)} is {level}"
        for name in folder_view.choices
        for k, level in enumerate(levels(values[name]).names)
    }


def points_at(folder_view: FolderView, choice: str) -> np.ndarray:
    """The numbers of the points of such a choice."""
    factor, _, level = choice.rpartition("=")
    values = folder_view.series().values
    picked: np.ndarray = values.index[levels(values[factor]).codes == int(level)].to_numpy()
    return picked

"""A boundary search: where a headline crosses a level, how sure that is, and what a grid would have cost."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from sim.analysis.drivers.boundary import TOLERANCE
from sim.analysis.drivers.boundary_tables import COSTS, RUNS, SUMMARY, SURFACE, words_of
from sim.analysis.factor_names import factor_name
from sim.view.blocks import Block, Chart, Choice, Section, Text, listed
from sim.view.figures.boundary_chart import boundary_map
from sim.view.figures.style import diverging
from sim.view.number_format import number, scale_for, setting
from sim.view.results_view import ResultsView
from sim.view.tables import Table, columns, records_of, text


def boundary(view: ResultsView) -> Section:
    """The section; the folder must have the tables of a search."""
    return Section("boundary", "The boundary", _blocks(view))


@listed
def _blocks(view: ResultsView) -> Iterable[Block]:
    summary = view.needed_summary("the boundary", SUMMARY).iloc[0].to_dict()
    yield Text(f"<strong>{text(answer(view))}</strong>")
    yield _chart(view, {str(k): v for k, v in summary.items()})
    costs = view.summary(COSTS)
    if costs is not None:
        yield costs_table(costs)


def answer(view: ResultsView) -> str:
    """What the search found, in words."""
    summary = records_of(view.needed_summary("the boundary", SUMMARY))[0]
    return words_of(summary, view.needed_summary("the boundary", SURFACE))


def _chart(view: ResultsView, summary: dict[str, object]) -> Chart:
    surface = view.needed_summary("the boundary", SURFACE)
    runs = view.needed_summary("the points of the search", RUNS)
    factors = str(summary["factors"]).split("|")
    two, others = (factors[0], factors[1]), factors[2:]
    slices, near = _slices(surface, runs, others)
    ends = [view.compare[0].colour, view.compare[1].colour] if view.compare else ["#0072B2", "#C44E00"]
    unit = str(summary["unit"])
    unit = scale_for(unit, 0.0).change if view.compare else unit
    figure = boundary_map(slices, near, two, float(str(summary["level"])), unit, diverging(*ends))
    read = (
        f"Colour: {text(str(summary['name']))} ({text(str(summary['of']))}), as a Gaussian process through "
        "the points says. Solid line: where it crosses the level. Dashed lines: between them the side is "
        "open (probability between 2.5 and 97.5%). Black circles are points that were run and lie above "
        "the level, grey squares those at or below it: most lie where the answer was open. All points have "
        "the same seeds, so this is the boundary of the mean over them."
    )
    if others:
        read += " Marks of other slices are left out."
    choice = None
    if len(slices) > 1:
        names = ", ".join(factor_name(one) for one in others)
        middle = list(slices)[len(slices) // 2]
        choice = Choice(names, {name: name for name in slices}, slider=True, start=middle)
        figure["data"] = next(one["data"] for one in figure["frames"] if one["name"] == middle)
    title = f"Where does it cross {number(float(str(summary['level'])))}?"
    return Chart("boundary-map", title, read, [figure], choice, width=620)


def _slices(
    surface: pd.DataFrame, runs: pd.DataFrame, others: list[str]
) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
    """The surface and the points by the values of the further factors; a point goes to the nearest slice."""
    if not others:
        return {"": surface}, {"": runs}
    slices, near = {}, {}
    levels = {one: np.sort(surface[one].unique()) for one in others}
    place = {
        one: levels[one][np.abs(runs[one].to_numpy(float)[:, None] - levels[one][None, :]).argmin(axis=1)]
        for one in others
    }
    for key, rows in surface.groupby(others):
        at = key if isinstance(key, tuple) else (key,)
        name = ", ".join(setting(value) for value in at)
        slices[name] = rows
        mine = np.logical_and.reduce([place[one] == value for one, value in zip(others, at, strict=True)])
        near[name] = runs[mine]
    return slices, near


def costs_table(costs: pd.DataFrame) -> Table:
    """What grids would have cost for the same answer."""
    rows = [
        [row["method"], int(row["points"]), f"{row['wrong']:.2%}", number(row["times"], digits=2)]
        for row in records_of(costs)
    ]
    note = (
        "On the wrong side: share of the space, where the finest grid, interpolated linearly, is taken for "
        f"the truth. {gain(costs)}"
    )
    heads = columns("Method", ">Points", ">On the wrong side", ">Points, as a multiple of the search's")
    return Table("What would a grid have cost?", heads, rows, note)


def gain(costs: pd.DataFrame) -> str:
    """Whether the search has saved points, in words: against the first grid that is as right."""
    search, *grids = records_of(costs)
    as_good = [grid for grid in grids if grid["wrong"] <= max(search["wrong"], TOLERANCE)]
    if not as_good:
        return "No coarser grid is as right."
    points = int(as_good[0]["points"])
    if points > search["points"]:
        return f"The first grid that is right enough has {points:,} points: {as_good[0]['method']}."
    return (
        f"Here the search is no gain: {points:,} points of a grid put no more than {TOLERANCE:.0%} on the "
        "wrong side, too, because the boundary is almost a straight line."
    )

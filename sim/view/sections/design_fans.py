"""How far the runs of an experiment lie apart, month by month."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from sim.view.blocks import Block, Chart, NotThere, Section, listed
from sim.view.figures.events import mark
from sim.view.figures.style import Figure, WorldStyle, level_line
from sim.view.figures.time_series import together
from sim.view.labels import SERIES_NAMES
from sim.view.number_format import largest_of, scale_for
from sim.view.results_view import ResultsView
from sim.view.sections.design_heat_map import DIFFERENCE, difference_in_words
from sim.view.tables import text

MOST_BANDS = 3  # worlds in one panel whose bands can be told apart
_HEIGHT = 320

_DAYS_DIFFER = " The law changes on other days at other points, so no day is marked."


def fans_by_month(
    view: ResultsView,
    metric: str,
    fans: Mapping[str, pd.DataFrame],
    pairs: int,
    what: str,
    one_switch: bool = True,
) -> Section:
    """Quantile fans of a series: worlds together, and the difference within pairs.

    `what` causes the spread, in words.

    `one_switch`: the rule changes on the same days at every point, so that they can be marked.
    """
    name, unit = SERIES_NAMES[metric]
    return Section(
        "fans", f"{name}, month by month", list(_blocks(view, name, unit, fans, pairs, what, one_switch))
    )


@listed
def _blocks(
    view: ResultsView,
    name: str,
    unit: str,
    fans: Mapping[str, pd.DataFrame],
    pairs: int,
    what: str,
    one_switch: bool,
) -> Iterable[Block]:
    if not fans:
        raise NotThere("the fans", "None of the chosen points has a finished pair. Choose other points.")
    figures = [_levels(view, unit, fans), *_difference(view, unit, fans)]
    if one_switch:
        figures = [
            mark(figure, [], *view.span, view.switches(*view.styles), returns=view.returns)
            for figure in figures
        ]
    worlds = len([world for world in fans if world != DIFFERENCE])
    shared = (
        f"no bands where {worlds} worlds share a panel, which would hide one another"
        if worlds > MOST_BANDS
        else "only 90% where worlds share a panel"
    )
    read = (
        f"The line is the median of {pairs:,} pairs. The bands hold the middle 50% and 90% of them "
        f"({shared}). The spread is over {what}. The difference is taken within "
        "pairs, whose worlds share their random draws, so its band is not the gap between the two bands "
        f"beside it. Vertical axes need not start at zero.{'' if one_switch else _DAYS_DIFFER}"
    )
    yield Chart("fan", f"How far apart are the runs: {text(name)}?", read, figures, width=460)


def _levels(view: ResultsView, unit: str, fans: Mapping[str, pd.DataFrame]) -> Figure:
    levels = {world: quantiles for world, quantiles in fans.items() if world != DIFFERENCE}
    known = [q for q in levels.values() if q["q50"].notna().any()]
    scale = scale_for(
        unit, largest_of(*(float(np.nanmax(np.abs(q[["q5", "q95"]].to_numpy()))) for q in known))
    )
    title = {1: None, 2: "Both worlds"}.get(len(levels), f"The {len(levels)} worlds")
    if len(levels) > MOST_BANDS:
        bands = ["q5", "q25", "q75", "q95"]
        levels = {world: q.assign(**dict.fromkeys(bands, q["q50"])) for world, q in levels.items()}
    return together(levels, view.styles, view.span, title, scale.title, scale.factor, height=_HEIGHT)


def _difference(view: ResultsView, unit: str, fans: Mapping[str, pd.DataFrame]) -> Iterable[Figure]:
    if DIFFERENCE not in fans or view.compare is None:
        return
    gap = fans[DIFFERENCE]
    scale = scale_for(unit, largest_of(*(float(value) for value in gap[["q5", "q95"]].abs().max())))
    style = {DIFFERENCE: WorldStyle(DIFFERENCE, DIFFERENCE, view.compare[1].colour, "solid")}
    title = f"Difference: {difference_in_words(view)}"
    figure = together({DIFFERENCE: gap}, style, view.span, title, scale.change, scale.factor, height=_HEIGHT)
    figure["layout"]["shapes"] = [level_line()]
    figure["data"][-1]["showlegend"] = False
    yield figure

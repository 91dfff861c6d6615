"""Every point of a design: its values, and how a headline depends on each factor."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.analysis.far_values import cut_of_bars, cut_range
from sim.analysis.headlines import Headline
from sim.view.blocks import Block, Chart, Missing, Section
from sim.view.design_axes import axis_name, is_ordered
from sim.view.figures.design_charts import FEW, against, by_level, by_name, in_order, limits_of
from sim.view.figures.maps import CIVIDIS
from sim.view.figures.parallel_coordinates import parallel
from sim.view.figures.style import INK, diverging
from sim.view.number_format import scale_for
from sim.view.results_view import ResultsView
from sim.view.sections.design_heat_map import DIFFERENCE, HEADLINE, difference_in_words
from sim.view.tables import text

COMBINATIONS = "parallel"  # the chart of all factors at once
_MOST_LINES = 1_000
_ACROSS, _COLOUR_BAR = 88, 170  # pixels between two axes whose labels are readable, and beside the last one
CUT = " The axis is cut: bars go on beyond it, and a mark that lies beyond it is a triangle at its end."
_FAR = " A few points lie far from the others: the last axis is cut, and they are drawn at its end."


@dataclass(frozen=True)
class Selection:
    """Points that are drawn in colour: their numbers, and what they have in common in words."""

    points: np.ndarray
    words: str


class _Look(NamedTuple):
    """How outcomes are drawn: unit, colour scale and its limits, what the last axis is called, colour of
    marks."""

    unit: str
    scale: Any
    limits: tuple[float, float]
    title: str
    colour: str


def all_factors(
    view: ResultsView,
    code: str,
    values: pd.DataFrame,
    at: pd.DataFrame,
    spreads: Mapping[str, pd.DataFrame],
    selection: Selection | None = None,
    hint: str = "",
) -> Section:
    """Every point as a line through all factors, coloured by its outcome; then the outcome against each
    factor.

    `values`: the factors' values, `at`: `outcomes.at_points`, both by point; `spreads`: `outcomes.over_one`
    of each factor, drawn where there are too many points. `hint` says, as HTML, how to use the first chart.
    """
    headline, of = HEADLINE[code], DIFFERENCE if view.compare is not None else "a"
    known = at[at[of].notna()]
    blocks: list[Block] = [
        Missing("the points", "No finished pair has a value of this headline. Choose another one.")
    ]
    if not known.empty:
        look = _look(view, headline, known[of].to_numpy())
        blocks = [
            _combinations(view, headline, values, known[of], look, selection, hint),
            *_by_factor(view, values, known, of, spreads, look),
        ]
    return Section("factors", f"{headline.name} at every point", blocks)


def _look(view: ResultsView, headline: Headline, outcomes: np.ndarray) -> _Look:
    outcomes = outcomes if (cut := cut_range(outcomes)) is None else np.clip(outcomes, *cut)
    if view.compare is None:
        limits = limits_of(outcomes, symmetric=False)
        return _Look(headline.unit, CIVIDIS, limits, "headline", INK)
    a, b = view.compare
    scale = diverging(a.colour, b.colour)
    scale[2][1] = "#bbbbbb"  # a line in near-white could not be seen
    unit = scale_for(headline.unit, 0.0).change
    return _Look(unit, scale, limits_of(outcomes, symmetric=True), DIFFERENCE, b.colour)


def _combinations(
    view: ResultsView,
    headline: Headline,
    values: pd.DataFrame,
    outcomes: "pd.Series[float]",
    look: _Look,
    selection: Selection | None,
    hint: str,
) -> Chart:
    shown = outcomes.iloc[:: -(-len(outcomes) // _MOST_LINES)]
    selected = None if selection is None else np.isin(shown.index, selection.points)
    what = f"{headline.name} ({view.window_of(headline)}), {look.unit}"
    if view.compare is not None:
        what += f", {difference_in_words(view)}"
    in_colour = (
        f"In colour: {text(selection.words)} ({int(selected.sum()):,} of the lines). "
        if selection is not None and selected is not None
        else ""
    )
    read = (
        f"Each line is a point of the design ({_counted(len(shown), len(outcomes))}). It crosses each axis "
        f"at the point's value. The last axis and the colour show {text(what)}. {in_colour}{hint}"
        f"{_FAR if cut_range(outcomes) else ''}"
    )
    own = values.reindex(shown.index)
    figure = parallel(own, shown, look.title, look.unit, look.scale, look.limits, selected)
    least = _ACROSS * (len(own.columns) + 1) + _COLOUR_BAR
    question = "Which combinations of values lead to which outcome?"
    return Chart(COMBINATIONS, question, read, [figure], width=700, least=least)


def _by_factor(
    view: ResultsView,
    values: pd.DataFrame,
    known: pd.DataFrame,
    of: str,
    spreads: Mapping[str, pd.DataFrame],
    look: _Look,
) -> Iterable[Block]:
    varied = [str(name) for name in values.columns if values[name].nunique() > 1]
    if not varied:
        return
    own = values.loc[known.index]
    each = [name for name in varied if len(known) <= FEW and is_ordered(own[name])]
    cuts = {name: cut_of_points(known[of], known) if name in each else _cut(spreads[name]) for name in varied}
    figures = []
    for name in varied:
        titles = (axis_name(view.manifest, name), look.unit)
        if name in each:
            ends = (known["low"], known["high"])
            figures.append(against(own[name], known[of], *ends, titles, look.colour, cuts[name]))
        else:
            draw = by_level if is_ordered(own[name]) else by_name
            figures.append(draw(spreads[name], titles, look.colour, cuts[name]))
    bars = ", with the 95% interval over its pairs" if known["low"].notna().any() else ""
    marks = f"Each mark is a point{bars}. " if each else ""
    if len(each) < len(varied):
        marks += (
            "A diamond is the median of the points at that level of the factor. The thick bar holds the "
            "middle 50% of them, the thin bar the middle 90%. "
        )
    others = " Marks of one value differ by the other factors and by chance." if len(varied) > 1 else ""
    read = (
        f"{marks}Where the marks shift along a factor, the headline changes with it.{others}"
        f"{CUT if any(cuts.values()) else ''}"
    )
    yield Chart("against", "How does it change with each factor?", read, figures, width=380, legend=False)


def cut_of_points(outcomes: "pd.Series[float]", known: pd.DataFrame) -> tuple[float, float] | None:
    """Where the axis of a chart of points with their intervals is cut.

    Intervals of the usual length fit: an axis for the marks alone could magnify noise into a pattern.
    """
    usual = float(np.nanmedian(known["high"] - known["low"])) / 2 if known["low"].notna().any() else 0.0
    inner = [*outcomes, *(outcomes - usual), *(outcomes + usual)]
    return cut_range(outcomes) or cut_of_bars(inner, [*known["low"], *known["high"]])


def _cut(spread: pd.DataFrame) -> tuple[float, float] | None:
    """Where the axis of a chart of the spread at each level is cut."""
    marks, ends = (spread[names].to_numpy().ravel() for names in (["q25", "q50", "q75"], ["q5", "q95"]))
    return cut_of_bars(marks, ends)


def draws(view: ResultsView, code: str, at: pd.DataFrame) -> Chart:
    """The headline at every draw of a fit, in order: such a design has no factor to set it against."""
    headline, of = HEADLINE[code], DIFFERENCE if view.compare is not None else "a"
    known = at[at[of].notna()]
    look, cut = _look(view, headline, known[of].to_numpy()), cut_of_points(known[of], known)
    titles = ("draws, from the lowest to the highest outcome", look.unit)
    figure = in_order(known[of], known["low"], known["high"], titles, look.colour, cut)
    below, above = int((known[of] < 0).sum()), int((known[of] > 0).sum())
    sides = f" {below:,} of {len(known):,} lie below zero, {above:,} above." if view.compare else ""
    what = f"{text(headline.name)}, {text(view.window_of(headline))}"
    what += f": {text(difference_in_words(view))}" if view.compare else ""
    read = (
        f"{what}. Each mark is a draw of the fit; its 95% interval over its pairs holds luck alone.{sides} "
        "The parameters of a draw were drawn together, so that no chart can vary one of them alone."
        f"{CUT if cut else ''}"
    )
    return Chart("draws", "How far apart are the draws?", read, [figure], width=700)


def _counted(shown: int, known: int) -> str:
    if shown == known:
        return f"all {known:,} are shown"
    return f"{shown:,} of {known:,} are shown, evenly chosen"

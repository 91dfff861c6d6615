"""Every point of a design: its values, and how a headline depends on each factor."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.analysis.headlines import Headline
from sim.view.blocks import Block, Chart, Missing, Section
from sim.view.figures.design_charts import FEW, against, by_level, limits_of
from sim.view.figures.maps import CIVIDIS
from sim.view.figures.parallel_coordinates import parallel
from sim.view.figures.style import INK, diverging
from sim.view.labels import factor_name
from sim.view.number_format import scale_for
from sim.view.results_view import ResultsView
from sim.view.sections.design_heat_map import DIFFERENCE, HEADLINE, difference_in_words
from sim.view.tables import text

COMBINATIONS = "parallel"  # the chart of all factors at once
_MOST_LINES = 1_000


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
            *_by_factor(values, known, of, spreads, look),
        ]
    return Section("factors", f"{headline.name} at every point", blocks)


def _look(view: ResultsView, headline: Headline, outcomes: np.ndarray) -> _Look:
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
    what = f"{headline.name} ({headline.window}), {look.unit}"
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
    )
    own = values.reindex(shown.index)
    figure = parallel(own, shown, look.title, look.unit, look.scale, look.limits, selected)
    return Chart(
        COMBINATIONS, "Which combinations of values lead to which outcome?", read, [figure], width=700
    )


def _by_factor(
    values: pd.DataFrame, known: pd.DataFrame, of: str, spreads: Mapping[str, pd.DataFrame], look: _Look
) -> Iterable[Block]:
    varied = [str(name) for name in values.columns if values[name].nunique() > 1]
    if not varied:
        return
    few = len(known) <= FEW
    figures = []
    for name in varied:
        titles = (factor_name(name), look.unit)
        if few:
            own = values.loc[known.index, name]
            figures.append(against(own, known[of], known["low"], known["high"], titles, look.colour))
        else:
            figures.append(by_level(spreads[name], titles, look.colour))
    marks = (
        "Each mark is a point, with the 95% interval over its pairs."
        if few
        else "A mark is the median of the points at that level of the factor. The thick bar holds the "
        "middle 50% of them, the thin bar the middle 90%."
    )
    read = (
        f"{marks} Where the marks rise or fall, the headline depends on that factor alone; where they do "
        "not, it depends on other factors or on chance."
    )
    yield Chart("against", "How does it change with each factor?", read, figures, width=380, legend=False)


def _counted(shown: int, known: int) -> str:
    if shown == known:
        return f"all {known:,} are shown"
    return f"{shown:,} of {known:,} are shown, evenly chosen"

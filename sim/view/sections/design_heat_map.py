"""A headline over two factors of a design, as a heat map and in numbers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from sim.analysis.design_outcomes import Cells, Levels
from sim.analysis.factor_names import factor_name
from sim.analysis.far_values import cut_range
from sim.analysis.headlines import HEADLINES, Headline
from sim.view.blocks import Block, Chart, NotThere, Section, listed
from sim.view.design_axes import axis_name
from sim.view.figures.design_charts import heat_map, limits_of, plain_words
from sim.view.figures.hatching import hatched
from sim.view.figures.maps import CIVIDIS
from sim.view.figures.style import Figure, diverging
from sim.view.number_format import decimals_of, number, scale_for
from sim.view.results_view import ResultsView
from sim.view.tables import Table, columns, text

HEADLINE = {headline.code: headline for headline in HEADLINES}
DIFFERENCE = "difference"
_DIGITS_OF_THIRDS = 16  # side by side in a panel of a third of the page


def over_two_factors(
    view: ResultsView, code: str, cells: Mapping[str, Cells], titles: tuple[str, str], points: int, seeds: str
) -> Section:
    """A headline over two factors: the difference, then each world.

    `cells` by `difference`, `a`, `b`, or only `a`; `points` is their number, `seeds` how many each has, in
    words.
    """
    worded = {name: replace(one, x=_in_words(one.x), y=_in_words(one.y)) for name, one in cells.items()}
    blocks = _blocks(view, HEADLINE[code], worded, titles, points, seeds)
    return Section("heat", f"{HEADLINE[code].name} over two factors", blocks)


def _in_words(levels: Levels) -> Levels:
    return replace(levels, names=tuple(plain_words(name) for name in levels.names))


@listed
def _blocks(
    view: ResultsView,
    headline: Headline,
    cells: Mapping[str, Cells],
    titles: tuple[str, str],
    points: int,
    seeds: str,
) -> Iterable[Block]:
    if not any(one.points.any() for one in cells.values()):
        raise NotThere(
            "the heat map",
            "No finished pair has a value of this headline. Choose another one, or see under Overview why "
            "pairs failed.",
        )
    named = (axis_name(view.manifest, titles[0]), axis_name(view.manifest, titles[1]))
    figures = [*_difference_map(view, headline, cells, named), *_world_maps(view, headline, cells, named)]
    first = next(iter(cells.values()))
    cut = " A factor with many values is divided into ranges." if first.x.ranges or first.y.ranges else ""
    colours = ""
    if any(cut_range(one.mean.ravel()) for one in cells.values()):
        colours = " A few cells lie far from the others: their colour is that at the end of the scale."
    if view.compare is not None:
        a, b = (text(style.label) for style in view.compare)
        colours += (
            f" In the first panel, colours at the upper end of the scale mean a higher value in {b}, at "
            f"the lower end a higher value in {a}; near white means no difference."
        )
        if cells[DIFFERENCE].unsure.any():
            colours += (
                " Hatched: the sign of the difference is not known, because its 95% interval (over the "
                "points of a cell, or over the pairs of a single point) includes zero."
            )
    read = (
        f"Each cell is the mean of {text(headline.name)} ({text(headline.unit)}; "
        f"{text(view.window_of(headline))}) "
        f"over the points of the design in it. The value of a point is a mean over {seeds}. There are "
        f"{points:,} points.{_others(first)}{cut} Hover over a cell for its numbers.{colours}"
    )
    question = f"How does the headline depend on {factor_name(titles[0])} and {factor_name(titles[1])}?"
    yield Chart("heat-map", question, read, figures, width=_panel_width(figures))
    yield _in_numbers(view, headline, cells.get(DIFFERENCE, cells["a"]), named)


def _panel_width(figures: Sequence[Figure]) -> int:
    """Pixels of a panel at least: more where the numbers of a row would not fit into three panels abreast."""
    rows = [row for figure in figures for row in figure["data"][0].get("text", ())]
    digits = max((len(row) * max(map(len, row)) for row in rows), default=0)
    return 430 if digits > _DIGITS_OF_THIRDS else 340


def _others(cells: Cells) -> str:
    """What a cell may hold beside a single point."""
    said = " All other factors vary within a cell." if cells.points.max() > 1 else ""
    return said + ("" if cells.points.all() else " An empty cell has no point.")


def _difference_map(
    view: ResultsView, headline: Headline, cells: Mapping[str, Cells], named: tuple[str, str]
) -> Iterable[Figure]:
    if view.compare is None:
        return
    a, b = view.compare
    gap = cells[DIFFERENCE]
    drawn = heat_map(
        gap.mean,
        gap.points,
        gap.x.names,
        gap.y.names,
        named,
        scale_for(headline.unit, 0.0).change,
        diverging(a.colour, b.colour),
        limits_of(_within(gap.mean), symmetric=True),
        title=f"Difference: {difference_in_words(view)}",
        signed=True,
    )
    yield hatched(drawn, gap.unsure)


def _world_maps(
    view: ResultsView, headline: Headline, cells: Mapping[str, Cells], named: tuple[str, str]
) -> Iterable[Figure]:
    levels = [name for name in ("a", "b") if name in cells]
    every = np.concatenate([cells[name].mean.ravel() for name in levels])
    common = limits_of(_within(every), symmetric=False)
    worlds = view.compare or (next(iter(view.styles.values())),)
    for name, style in zip(levels, worlds, strict=False):
        one = cells[name]
        yield heat_map(
            one.mean,
            one.points,
            one.x.names,
            one.y.names,
            named,
            headline.unit,
            CIVIDIS,
            common,
            title=style.label,
        )


def _within(means: np.ndarray) -> np.ndarray:
    """The means that a colour scale has room for, where a few lie far from the others."""
    cut = cut_range(means.ravel())
    return means if cut is None else np.clip(means, *cut)


def difference_in_words(view: ResultsView) -> str:
    """Which world minus which; quoted where a comma could be taken for the end of a name."""
    assert view.compare is not None
    a, b = (
        f"\N{LEFT DOUBLE QUOTATION MARK}{style.label}\N{RIGHT DOUBLE QUOTATION MARK}"
        if any("," in one.label for one in view.compare)
        else style.label
        for style in view.compare
    )
    return f"{b} minus {a}"


def _in_numbers(view: ResultsView, headline: Headline, cells: Cells, titles: tuple[str, str]) -> Table:
    known = cells.mean[np.isfinite(cells.mean)]
    decimals = decimals_of(float(known.min()), float(known.max())) if known.size else 0
    signed = view.compare is not None
    rows = [
        [
            name,
            *(
                number(float(value), signed, decimals) if n else None
                for value, n in zip(row, counts, strict=True)
            ),
        ]
        for name, row, counts in zip(
            reversed(cells.y.names), cells.mean[::-1], cells.points[::-1], strict=True
        )
    ]
    unit = scale_for(headline.unit, 0.0).change if signed else headline.unit
    what = f"{'difference in ' if signed else ''}{headline.name}, {unit}"
    corner = f"{titles[1]} \N{DOWNWARDS ARROW} / {titles[0]} \N{RIGHTWARDS ARROW}"
    heads = columns(corner, *(f">{name}" for name in cells.x.names))
    return Table(f"The same in numbers: {what}", heads, rows, folded=True)

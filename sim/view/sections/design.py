"""What a design's runs come to: headlines over its factors, the spread of series over all pairs, claims over the points."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.design_outcomes import Cells
from sim.analysis.headlines import HEADLINES, Headline
from sim.view.blocks import Block, Chart, Missing, Section, Table, Text, text
from sim.view.figures.design_charts import (
    FEW,
    against,
    by_level,
    heat_map,
    limits_of,
    verdicts,
    verdicts_over,
)
from sim.view.figures.events import mark
from sim.view.figures.maps import CIVIDIS
from sim.view.figures.parallel_coordinates import parallel
from sim.view.figures.style import INK, WorldStyle, diverging
from sim.view.figures.time_series import together
from sim.view.labels import SERIES_NAMES, factor_name
from sim.view.number_format import decimals_of, estimate, largest_of, number, scale_for
from sim.view.results_view import ResultsView

HEADLINE = {headline.code: headline for headline in HEADLINES}
_GAP = "difference"
_MOST_LINES = 1_000
COMBINATIONS = "parallel"  # the chart of all factors at once


def _said(headline: Headline) -> str:
    return f"{headline.name} ({headline.window})"


def _gap(view: ResultsView) -> str:
    """What the difference is, in words."""
    assert view.compare is not None
    a, b = view.compare
    return f"{b.label} minus {a.label}"


# --- two factors --------------------------------------------------------------------------------------


def over_two(
    view: ResultsView, code: str, cells: Mapping[str, Cells], titles: tuple[str, str], points: int, seeds: str
) -> Section:
    """A headline over two factors: the difference, then either world. `cells` by `difference`, `a`, `b`, or only `a`."""
    return Section(
        "heat",
        f"{HEADLINE[code].name} over two factors",
        list(_over_two(view, code, cells, titles, points, seeds)),
    )


def _over_two(
    view: ResultsView, code: str, cells: Mapping[str, Cells], titles: tuple[str, str], points: int, seeds: str
) -> Iterable[Block]:
    headline = HEADLINE[code]
    named = (factor_name(titles[0]), factor_name(titles[1]))
    if not any(one.points.any() for one in cells.values()):
        yield Missing(
            "the heat map",
            "No finished pair has this number. Choose another headline, or look under Overview why pairs failed.",
        )
        return
    levels = [name for name in ("a", "b") if name in cells]
    common = limits_of(np.concatenate([cells[name].mean.ravel() for name in levels]), symmetric=False)
    worlds = view.compare or (next(iter(view.styles.values())),)
    figures = []
    if view.compare is not None:
        a, b = view.compare
        gap = cells[_GAP]
        unit = scale_for(headline.unit, 0.0).change
        ends = limits_of(gap.mean, symmetric=True)
        figures.append(
            heat_map(
                gap.mean,
                gap.points,
                gap.x.names,
                gap.y.names,
                named,
                unit,
                diverging(a.colour, b.colour),
                ends,
                f"Difference: {_gap(view)}",
                signed=True,
            )
        )
    for name, style in zip(levels, worlds, strict=False):
        one = cells[name]
        figures.append(
            heat_map(
                one.mean,
                one.points,
                one.x.names,
                one.y.names,
                named,
                headline.unit,
                CIVIDIS,
                common,
                style.label,
            )
        )
    first = next(iter(cells.values()))
    cut = " A factor with many values is cut into ranges." if first.x.ranges or first.y.ranges else ""
    colours = ""
    if view.compare is not None:
        a, b = view.compare
        colours = (
            f" In the first panel the upper end of the scale is a higher headline with {text(b.label)}, the lower end a higher one with "
            f"{text(a.label)}, near-white the same in both."
        )
    read = (
        f"Each cell is the mean of {text(headline.name)} ({text(headline.unit)}; {text(headline.window)}) over the design's points in it, each point "
        f"being a mean over {seeds}; {points:,} points in all. What is not on an axis varies within the cells.{cut} An empty cell has no point. Point at a "
        "cell for its numbers."
        f"{colours}"
    )
    yield Chart(
        "heat-map", f"How does the headline hang on {named[0]} and {named[1]}?", read, figures, width=340
    )
    yield _cells_in_numbers(view, headline, cells[_GAP] if _GAP in cells else cells["a"], named)


def _cells_in_numbers(view: ResultsView, headline: Headline, cells: Cells, titles: tuple[str, str]) -> Table:
    known = cells.mean[np.isfinite(cells.mean)]
    decimals = decimals_of(float(known.min()), float(known.max())) if known.size else 0
    signed = view.compare is not None
    rows = [
        [
            text(name),
            *(
                "\N{EN DASH}" if not n else number(float(value), signed, decimals)
                for value, n in zip(row, counts, strict=True)
            ),
        ]
        for name, row, counts in zip(
            reversed(cells.y.names), cells.mean[::-1], cells.points[::-1], strict=True
        )
    ]
    what = (
        f"difference in {headline.name}, {headline.unit}" if signed else f"{headline.name}, {headline.unit}"
    )
    corner = f"{titles[1]} \N{DOWNWARDS ARROW} / {titles[0]} \N{RIGHTWARDS ARROW}"
    return Table(
        f"The same in numbers: {what}",
        [corner, *cells.x.names],
        rows,
        numeric=tuple(range(1, 1 + len(cells.x.names))),
        folded=True,
    )


# --- all factors --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Picked:
    """Points that stand out among the others: their numbers, and what they have in common."""

    points: np.ndarray
    words: str


def all_factors(
    view: ResultsView,
    code: str,
    values: pd.DataFrame,
    at: pd.DataFrame,
    spreads: Mapping[str, pd.DataFrame],
    picked: Picked | None = None,
    how: str = "",
) -> Section:
    """Every point as a line through all factors, coloured by its outcome; then the outcome against each factor.

    `values`: the factors' values, `at`: `outcomes.at_points`, both by point; `spreads`: `outcomes.over_one` of each factor, drawn where points
    are too many to be told apart. `how` says, as HTML, what can be done with the first chart where it stands.
    """
    return Section(
        "factors",
        f"{HEADLINE[code].name} at every point",
        list(_all_factors(view, code, values, at, spreads, picked, how)),
    )


def _all_factors(
    view: ResultsView,
    code: str,
    values: pd.DataFrame,
    at: pd.DataFrame,
    spreads: Mapping[str, pd.DataFrame],
    picked: Picked | None,
    how: str,
) -> Iterable[Block]:
    headline, of = HEADLINE[code], _GAP if view.compare is not None else "a"
    known = at[at[of].notna()]
    if known.empty:
        yield Missing("the points", "No finished pair has this number. Choose another headline.")
        return
    shown = known.iloc[:: -(-len(known) // _MOST_LINES)]
    own, stands_out = (
        values.reindex(shown.index),
        None if picked is None else np.isin(shown.index, picked.points),
    )
    unit = scale_for(headline.unit, 0.0).change if of == _GAP else headline.unit
    if view.compare is not None:
        a, b = view.compare
        scale: Any = diverging(a.colour, b.colour)
        scale[2][1] = "#bbbbbb"  # a line in near-white would not be seen
        limits, title = limits_of(known[of].to_numpy(), symmetric=True), "difference"
        colour = b.colour
    else:
        scale, limits, title, colour = (
            CIVIDIS,
            limits_of(known[of].to_numpy(), symmetric=False),
            "headline",
            INK,
        )
    read = (
        f"A line is a point of the design ({_counted(len(shown), len(known))}): where it crosses an axis is the value there. The last axis and the colour are "
        f"{text(_said(headline))}, {text(unit)}{f', {text(_gap(view))}' if of == _GAP else ''}. "
        + (
            f"In colour: {text(picked.words)} ({int(stands_out.sum()):,} of the lines). "
            if picked is not None and stands_out is not None
            else ""
        )
        + how
    )
    yield Chart(
        COMBINATIONS,
        "Which combinations of values lead where?",
        read,
        [parallel(own, shown[of], title, unit, scale, limits, stands_out)],
        width=700,
    )
    varied = [str(name) for name in values.columns if values[name].nunique() > 1]
    few = len(known) <= FEW
    figures = [
        against(
            values.loc[known.index, name],
            known[of],
            known["low"],
            known["high"],
            (factor_name(name), unit),
            colour,
        )
        if few
        else by_level(spreads[name], (factor_name(name), unit), colour)
        for name in varied
    ]
    if figures:
        marks = (
            "One mark a point, with the 95% interval over its pairs."
            if few
            else "A mark is the median of the points at that level of the factor, the thick bar holds the middle 50% of them, the thin one the middle 90%."
        )
        read = f"{marks} Where marks rise or fall, the headline hangs on that factor by itself; where they don't, it hangs on others, or on luck."
        yield Chart("against", "How does it move with each factor?", read, figures, width=380, legend=False)


def _counted(shown: int, known: int) -> str:
    return (
        f"{known:,} of them"
        if shown == known
        else f"{shown:,} of {known:,}, evenly picked, so that they can be told apart"
    )


# --- spread of series --------------------------------------------------------------------------------------


def spread(
    view: ResultsView,
    metric: str,
    fans: Mapping[str, pd.DataFrame],
    pairs: int,
    what: str,
    one_switch: bool = True,
) -> Section:
    """Quantile fans of a series: worlds together, and the difference within pairs. `what` says what the spread is over.

    `one_switch`: the rule changes on the same days at every point, so that they can be marked.
    """
    name, unit = SERIES_NAMES[metric]
    return Section(
        "fans", f"{name}, month by month", list(_spread(view, name, unit, fans, pairs, what, one_switch))
    )


def _spread(
    view: ResultsView,
    name: str,
    unit: str,
    fans: Mapping[str, pd.DataFrame],
    pairs: int,
    what: str,
    one_switch: bool,
) -> Iterable[Block]:
    if not fans:
        yield Missing("the fans", "No finished pair is among those chosen. Choose other points.")
        return
    levels = {world: quantiles for world, quantiles in fans.items() if world != _GAP}
    largest = largest_of(
        *(
            float(np.nanmax(np.abs(q[["q5", "q95"]].to_numpy()))) if q["q50"].notna().any() else 0.0
            for q in levels.values()
        )
    )
    scale = scale_for(unit, largest)
    figures = [
        together(
            dict(levels),
            view.styles,
            view.span,
            "Both worlds" if len(levels) > 1 else None,
            scale.title,
            scale.factor,
            height=320,
        )
    ]
    if _GAP in fans and view.compare is not None:
        b = view.compare[1]
        gap = fans[_GAP]
        own = scale_for(unit, largest_of(*(float(v) for v in gap[["q5", "q95"]].abs().max())))
        style = {_GAP: WorldStyle(_GAP, _GAP, b.colour, "solid")}
        figure = together(
            {_GAP: gap}, style, view.span, f"Difference: {_gap(view)}", own.change, own.factor, height=320
        )
        zero = {
            "type": "line",
            "x0": 0,
            "x1": 1,
            "xref": "paper",
            "y0": 0,
            "y1": 0,
            "line": {"color": INK, "width": 1},
            "layer": "between",
        }
        figure["layout"]["shapes"] = [zero]
        figure["data"][-1]["showlegend"] = False
        figures.append(figure)
    if one_switch:
        figures = [mark(figure, [], *view.span, view.switches(*view.styles)) for figure in figures]
    read = (
        f"The line is the median of {pairs:,} pairs, the bands hold the middle 50% and 90% of them (only 90% where worlds share a panel). The spread is "
        f"over {what}. The difference is taken within pairs, which share their luck, so its band is not the gap between the two bands beside it. Vertical "
        "axes need not start at zero."
    )
    yield Chart("fan", f"How far apart do runs lie: {text(name)}?", read, figures, width=460)


# --- claims --------------------------------------------------------------------------------------------------


def claims(view: ResultsView, by_point: pd.DataFrame | None, x: str, y: str, chosen: int = 0) -> Section:
    """The verdicts over the points of a design, and where one claim (`chosen`) holds over two factors."""
    return Section("claims", "What was claimed", list(_claims(view, by_point, x, y, chosen)))


def verdict_bars(frame: pd.DataFrame) -> Iterable[Block]:
    """At how many points each claim of a design holds. `frame`: its claims.csv."""
    counts = frame.assign(**{"not judged": frame["points"] - frame["judged"]})
    read = (
        "Each claim was written down in the experiment's file before it was run. At every point of the design it is judged over the point's own pairs: it "
        "holds if the whole 95% interval agrees with it, fails if the whole interval contradicts it, and is inconclusive otherwise."
    )
    yield Chart("verdicts", "At how many points does each claim hold?", read, [verdicts(counts)], width=700)


def _claims(view: ResultsView, by_point: pd.DataFrame | None, x: str, y: str, chosen: int) -> Iterable[Block]:
    frame = view.summary("claims")
    if frame is None:
        yield Text(
            "This experiment states no claims. <code>docs/experiments.md</code> says how to state one."
        )
        return
    yield from verdict_bars(frame)
    rows = []
    for row in frame.to_dict("records"):
        label = {name: view.styles[str(row[name])].label for name in ("world", "against")}
        expected = f"{label['world']} {row['expect']} {label['against']}"
        where = f"{row['measure']} ({row['over']}), {view.place(str(row['country']))}, {row['window']}"
        share = (
            "\N{EN DASH}"
            if pd.isna(row["share_mean_agrees"])
            else f"{100 * float(row['share_mean_agrees']):.0f}%"
        )
        numbers = [f"{int(row[name]):,}" for name in ("holds", "inconclusive", "fails")]
        note = "" if pd.isna(row["note"]) else f"<br>{text(row['note'])}"
        said = [
            text(row["claim"]),
            f'{text(expected)}<br><span class="quiet">{text(where)}</span>',
            *numbers,
            share,
        ]
        rows.append([*said, f"<strong>{text(row['verdict'])}</strong>{note}", f"{int(row['failed']):,}"])
    columns = [
        "Claim",
        "Expected",
        "Holds",
        "Inconclusive",
        "Fails",
        "Mean agrees",
        "Verdict",
        "Failed pairs",
    ]
    yield Table(
        "Claim by claim",
        columns,
        rows,
        "Mean agrees: the share of points where the mean lies where the claim says, whatever its interval.",
        (2, 3, 4, 5, 7),
    )
    if by_point is None:
        yield Missing(
            "where each claim holds",
            "The folder has no claims_by_point.csv. Run the experiment again with the same command; nothing in the store is run twice.",
        )
        return
    yield from where_it_holds(frame, by_point, x, y, chosen)


def where_it_holds(
    frame: pd.DataFrame, by_point: pd.DataFrame, x: str, y: str, chosen: int
) -> Iterable[Block]:
    """The verdicts on one claim over two factors. `frame`: claims.csv, `by_point`: claims_by_point.csv."""
    mine = by_point[by_point["number"] == chosen]
    if mine.empty or x not in mine or y not in mine:
        return
    words = str(frame.loc[frame["number"] == chosen, "claim"].iloc[0])
    figure = verdicts_over(mine, x, y, words)
    for axis, name in (("xaxis", x), ("yaxis", y)):
        figure["layout"][axis]["title"]["text"] = factor_name(name)
    read = "One mark a point of the design. Verdicts differ in colour and in shape; point at a mark for its difference."
    yield Chart("verdicts-over", "Where does it hold?", read, [figure], width=700, legend=False)


# --- the design itself ---------------------------------------------------------------------------------------


def how_many(view: ResultsView) -> str:
    """How large the design is, in words."""
    points, worlds = int(view.manifest["points"]), len(view.styles)
    with_ = f"{view.seeds:,} {'seed' if view.seeds == 1 else 'seeds'} and {worlds} {'world' if worlds == 1 else 'worlds'}"
    return f"A design of {points:,} points with {with_}: {points * view.seeds * worlds:,} runs."


def varied(view: ResultsView, values: pd.DataFrame) -> Table:
    """What the design varies, and over which values; `values` by point."""
    rows = []
    for name in values.columns:
        column = values[name]
        distinct = column.nunique()
        few = distinct <= 8
        shown = (
            ", ".join(_value(value) for value in sorted(column.unique(), key=str))
            if few and not _numeric(column)
            else ""
        )
        if _numeric(column):
            shown = (
                ", ".join(_value(value) for value in sorted(column.unique()))
                if few
                else f"{_value(column.min())} to {_value(column.max())}"
            )
        role, spec = _asked_of(view.manifest, str(name))
        shown = shown or f"{distinct:,} values"
        of = " (multiples of the value that it has)" if "times" in spec else ""
        rows.append([text(factor_name(str(name))), text(role), text(shown + of), f"{distinct:,}"])
    read = "Uncertainties are what nobody decides, levers what somebody does."
    return Table(
        "Factors of the design", ["Factor", "Kind", "Values", "Number of values"], rows, read, numeric=(3,)
    )


def _asked_of(said: Mapping[str, Any], path: str) -> tuple[str, dict[str, Any]]:
    """The kind of a factor, and how the experiment asks for its values."""
    design = said.get("scenario", {}).get("experiment", {}).get("design") or {}
    for role, word in (("uncertainties", "uncertainty"), ("levers", "lever")):
        spec = (design.get(role) or {}).get(path)
        if isinstance(spec, dict):
            return word, {key: value for key, value in spec.items() if value is not None}
    return "", {}


def _numeric(column: "pd.Series[Any]") -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _value(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


# --- one table of everything -----------------------------------------------------------------------------------


def headline_rows(view: ResultsView, at: Mapping[str, pd.DataFrame]) -> Table:
    """Headlines over the points, each as `outcomes.at_points` has it: the middle point, the middle 90%, and where the interval leaves out zero."""
    rows = []
    of = _GAP if view.compare is not None else "a"
    for code, table in at.items():
        headline, known = HEADLINE[code], table[table[of].notna()]
        if known.empty:
            continue
        scale = scale_for(headline.unit, 0.0)
        middle, ends = estimate(*(float(known[of].quantile(q)) for q in (0.5, 0.05, 0.95)))
        clear = int(((known["low"] > 0) | (known["high"] < 0)).sum())
        judged = int(known["low"].notna().sum())
        said = f"{clear:,} of {judged:,}" if judged else "one pair a point: no interval"
        rows.append(
            [
                text(headline.name),
                text(scale.change),
                text(headline.window),
                middle,
                ends,
                *([said] if view.compare else []),
            ]
        )
    columns = [
        "Headline",
        "Unit",
        "Window",
        "Middle point",
        "Middle 90% of points",
        *(["Points told from zero"] if view.compare else []),
    ]
    read = (
        f"{text(_gap(view))}, within pairs; a point is a mean over its pairs. Told from zero: its 95% interval leaves out zero. What lies between points is "
        "what the design varies, and luck."
        if view.compare
        else "A point is a mean over its runs."
    )
    return Table("Over the points of the design", columns, rows, read, (3, 4, 5) if view.compare else (3, 4))

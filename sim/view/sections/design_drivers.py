"""What drives a headline over a design: which factors, how far, when, and how sure that is."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from sim.analysis.drivers.decomposition import Decomposition
from sim.analysis.factor_names import factor_name
from sim.analysis.far_values import cut_of_bars
from sim.analysis.headlines import Headline
from sim.scenario.samples import POSTERIOR
from sim.view.blocks import Block, Chart, Missing, Section, Text
from sim.view.design_axes import axis_name, is_ordered
from sim.view.figures.design_charts import plain_words
from sim.view.figures.sensitivity_charts import (
    MOST_LINES,
    index_dots,
    index_lines,
    stacked_histogram,
    tornado,
)
from sim.view.labels import SERIES_NAMES
from sim.view.number_format import decimals_of, estimate, number, scale_for, span
from sim.view.results_view import ResultsView
from sim.view.sections.design_heat_map import HEADLINE, difference_in_words
from sim.view.tables import Table, Value, columns, text

MOST = 12  # factors in a chart
NO_EFFECT = "a factor without effect"
_DRAWN = (
    " The parameters of a fit are drawn together: one that seems to move the headline may stand for another."
)
_NEXT_TO_NOTHING = 0.02  # of the headline itself: a shift that is not worth a ranking
_FEW = " A factor that is not named may still move the headline: this index needs many points to tell."
_BLIND = (
    " This index needs many points: a factor that it cannot tell apart from one without effect may still "
    "move the headline. Look at the charts by factor."
)
_OF_THE_FIRST = 0.1  # of the largest index: what a factor needs to be named beside it
INDEX_NAMES = {"mu_star": "effect of its whole range (mu*)", "total": "total index", "pawn": "PAWN index"}
_MEANINGS = {
    "mu_star": "mu* is the mean size of the effect of a factor's whole range, in the headline's unit, "
    "with the other factors anywhere in theirs.",
    "total": "The total index is the share of the headline's variance that would stay if every factor but "
    "this one were known; its interactions with others are in it, so the indices may add up to more than 1.",
    "pawn": "PAWN is the distance between the headline's distribution at given values of the factor and its "
    "distribution over all points: 0 is none, 1 is the largest there can be. The dashed line is what a "
    "factor without any effect stays below in 95 of 100 samples of this size.",
}
# The series of a headline, for its index over time.
SERIES_OF = {
    "trust": "trust",
    "trust_by_spend": "trust_by_spend",
    "trust_intelligence": "trust_intelligence",
    "revenue": "revenue_us",
    "market_share": "market_share_us",
    "data_at_home": "cloud_data_at_home",
    "us_reach": "us_reach",
    "us_reach_by_behaviour": "us_reach_by_behaviour",
    "laws": "laws_total",
    "us_success_abroad": "people_abroad_success_12m",
    "us_success_at_home": "people_in_us_success_12m",
    "foreign_success": "foreign_us_success_12m",
    "conflicts": "conflicts_of_law",
    "americans_reached": "americans_reached_cumulative",
    "americans_exposure": "americans_exposure",
}


@dataclass(frozen=True)
class Drivers:
    """What is known of what drives one headline: its ranking and its swings, and more where it was computed.

    `ranking`: `sensitivity.ranked`; `swings`: `decomposition.swings`; `by_year` and `steps`: the rows of this
    outcome of `sensitivity_by_year` and `sensitivity_convergence`; `values`: the design's, by point.
    """

    index: str
    method: str
    ranking: pd.DataFrame
    swings: pd.DataFrame
    by_year: pd.DataFrame
    steps: pd.DataFrame
    by_state: Decomposition | None
    values: pd.DataFrame


def drivers(view: ResultsView, code: str, found: Drivers | None, why_not: str = "") -> Section:
    """All that is known of what drives a headline. Without `found`, why there is nothing."""
    title = f"What drives it: {HEADLINE[code].name}"
    if found is None:
        return Section("drivers", title, [Missing("what drives this headline", why_not)])
    return Section("drivers", title, list(_all(view, HEADLINE[code], found)))


def _all(view: ResultsView, headline: Headline, found: Drivers) -> Iterable[Block]:
    drawn = found.method == POSTERIOR
    yield Text(said(view, headline, found) + (_DRAWN if drawn else ""))
    if found.ranking["value"].notna().any() and (found.ranking["clear"].any() or not drawn):
        yield ranking_chart(view, headline, found)
        yield from _over_time(view, headline, found)
        yield from _by_state(view, headline, found)
        yield from _convergence(found)


def said(view: ResultsView, headline: Headline, found: Drivers) -> str:
    """The ranking in a sentence, no further than its intervals carry it."""
    rows = found.ranking
    of = f"{text(headline.name)} ({_which(view)})"
    if (rows["state"] == "constant").all():
        return f"{of} is <strong>constant</strong>: it is the same at every point, so nothing drives it."
    clear = rows[rows["clear"]]
    lost = _lost(rows)
    blind = _BLIND if found.index == "pawn" and len(clear) < len(rows) else ""
    if clear.empty:
        return f"No factor stands out from one without any effect on {of}.{blind}{lost}"
    are = "has" if len(clear) == 1 else "have"
    count = f" {len(clear):,} of {len(rows):,} factors {are} an effect that is clearly not zero.{blind}"
    first = clear.iloc[0]
    perhaps = _perhaps_larger(rows)
    if perhaps:
        either = " or ".join(_strong(name) for name in perhaps[:2])
        return (
            f"What moves {of} most is open: {either} may, but the interval of that index reaches no effect. "
            f"Of the factors that are clear of it, {_strong(first['factor'])} has the largest index "
            f"({number(first['value'], digits=2)}).{count}{lost}"
        )
    strong = clear[clear["value"] >= _OF_THE_FIRST * first["value"]]
    level = strong[(strong["high"] >= first["low"]) & (strong.index != first.name)]
    names = [_strong(first["factor"])] + [_strong(name) for name in level["factor"].head(3)]
    more = f" and {len(level) - 3} more" if len(level) > 3 else ""
    lead = (
        f"{of} is moved most by {names[0]}."
        if level.empty
        else f"{of} is moved most by {', '.join(names)}{more}; as their intervals overlap, their order is "
        "open."
    )
    hardly = _hardly(found, [str(first["factor"]), *map(str, level["factor"])], _unit(view, headline))
    return lead + hardly + count + lost


def _hardly(found: Drivers, names: list[str], unit: str) -> str:
    """That factors move a headline by next to nothing, although their indices are clearly not zero.

    All points have the same seeds, so the least shift can be told from none.
    """
    ends = found.swings[found.swings["factor"].isin(names)].dropna(subset=["low", "high"])
    shifts = (ends["high"] - ends["low"]).abs()
    middle = abs(float(found.swings["middle"].iloc[0])) if len(found.swings) else 0.0
    if len(ends) < len(names) or not 0.0 <= shifts.max() < _NEXT_TO_NOTHING * middle:
        return ""
    return (
        f" But that is next to nothing: from its low to its high end it shifts the headline by no more than "
        f"{number(shifts.max(), digits=1)} {text(unit)}."
    )


def _perhaps_larger(rows: pd.DataFrame) -> list[str]:
    """Factors whose effect may be none, and whose index is above that of all with a clear one."""
    largest = rows.loc[rows["clear"], "value"].max()
    return [str(name) for name in rows.loc[~rows["clear"] & (rows["value"] > largest), "factor"]]


def _lost(rows: pd.DataFrame) -> str:
    used, asked = int(rows["used"].min()), int(rows["asked"].iloc[0])
    if used == asked:
        return ""
    return (
        f" Runs failed: an index rests on at least {used:,} of {asked:,} comparisons, those whose runs are "
        "all there."
    )


def _strong(name: object) -> str:
    return f"<strong>{text(factor_name(str(name)))}</strong>"


def _which(view: ResultsView) -> str:
    return text(difference_in_words(view)) if view.compare is not None else "its level"


def _unit(view: ResultsView, headline: Headline) -> str:
    return scale_for(headline.unit, 0.0).change if view.compare is not None else headline.unit


def _index_unit(view: ResultsView, headline: Headline, index: str) -> str:
    return f"mu*, {_unit(view, headline)}" if index == "mu_star" else INDEX_NAMES[index]


def ranking_chart(view: ResultsView, headline: Headline, found: Drivers) -> Chart:
    """The factors with the largest index, those with a clear effect first, and the outcome at both
    ends of each that has ends."""
    known = found.ranking.dropna(subset="value")
    top = known.sort_values("clear", ascending=False, kind="stable").head(MOST)
    names = [factor_name(name) for name in top["factor"]]
    dummy = float(top["threshold"].max()) if found.index == "pawn" else None
    unit = _index_unit(view, headline, found.index)
    clear = top[top["clear"]]
    marks = [0.0, *top["value"], *clear["low"], *clear["high"]]
    cut = cut_of_bars(marks, [*top["low"], *top["high"]])
    figures = [index_dots(top.assign(name=names), unit, dummy, "How much each matters", cut)]
    hollow = " A hollow dot: the effect may be none." if not top["clear"].all() else ""
    beyond = " The axis is cut: intervals of hollow dots go on beyond it." if cut else ""
    rest = len(found.ranking) - len(top)
    others = f" {rest:,} factors with smaller indices are not drawn." if rest else ""
    read = (
        f"{text(headline.name)}, {text(view.window_of(headline))}: {_which(view)}. {_MEANINGS[found.index]} "
        f"Bars are 95% intervals.{hollow}{beyond}"
    )
    title = "Which factors move it most?"
    ordered = [name for name in top["factor"] if is_ordered(found.values[name])]
    if ordered:
        swing = found.swings.set_index("factor").loc[ordered].reset_index()
        swing["name"] = [factor_name(name) for name in ordered]
        figures.append(tornado(swing, f"{headline.name}, {_unit(view, headline)}", "Which way it moves"))
        title, read = "Which factors move it most, and which way?", f"{read} {_ends(found.method)}"
    if len(ordered) < len(top) and ordered:
        read += " A factor whose values have no order has no low and no high end, and no bar there."
    return Chart("ranking", title, read + others, figures, width=430)


def _ends(method: str) -> str:
    if method == "morris":
        return "Right: the means at the lower and the upper end of its steps; the line is the mean of all."
    return (
        "Right: the medians of the points in the lowest and in the highest third of its values; the line is "
        "the median of all points."
    )


def _over_time(view: ResultsView, headline: Headline, found: Drivers) -> Iterable[Block]:
    known = found.by_year.dropna(subset="value")
    if known.empty or known["date"].nunique() < 2:
        return
    top = known.groupby("factor")["value"].max().sort_values(ascending=False).index[:MOST_LINES]
    dates = sorted(found.by_year["date"].astype(str).unique())
    series, unit = SERIES_NAMES[SERIES_OF[headline.code]]
    scale, title = _scale_of_index(view, unit, found.index, float(known["value"].abs().max()))
    lines = {}
    for name in top:
        mine = known[known["factor"] == name].assign(at=lambda rows: rows["date"].astype(str))
        mine = mine.set_index("at").reindex(dates).reset_index()[["at", "value"]]
        lines[factor_name(str(name))] = mine.assign(value=mine["value"] * scale)
    read = (
        f"The index of each factor, year by year, for: {text(series)} ({_which(view)}). Drawn are the "
        f"{len(top)} factors with the highest index in any year, whether clearly above no effect or not. "
        "Years in which the series is the same at all points have no value."
    )
    figure = index_lines(lines, "", title, "")
    yield Chart("index-by-year", "When does each factor matter?", read, [figure], width=700)


def _scale_of_index(view: ResultsView, unit: str, index: str, largest: float) -> tuple[float, str]:
    """What the index of a series is multiplied by on its axis, and the axis's title."""
    if index != "mu_star":
        return 1.0, INDEX_NAMES[index]
    scale = scale_for(unit, largest)
    return scale.factor, f"mu*, {scale.change if view.compare is not None else scale.title}"


def _by_state(view: ResultsView, headline: Headline, found: Drivers) -> Iterable[Block]:
    if found.by_state is None:
        return
    part = found.by_state
    states = part.table[list(part.inputs)].map(plain_words)
    states = states.rename(columns=lambda name: axis_name(view.manifest, str(name)))
    figure = stacked_histogram(part.edges, part.counts, states, f"{headline.name}, {_unit(view, headline)}")
    read = (
        f"Each bar is a range of {text(headline.name)} ({_which(view)}). Its colours show the values of "
        f"{' and '.join(text(factor_name(name)) for name in part.inputs)} at the points in that range. Where "
        "each bar has one colour, these inputs decide the outcome; where all bars are mixed, other inputs or "
        "chance do."
    )
    if part.cut:
        read += " A few points lie far from the others: the first or the last bar holds all beyond it."
    yield Chart("by-state", "Which values of the inputs lead to which outcome?", read, [figure], width=700)
    yield _states_table(part, _unit(view, headline))


def _states_table(part: Decomposition, unit: str) -> Table:
    rows: list[list[Value]] = []
    for row in part.table.to_dict("records"):
        median, middle = estimate(float(row["median"]), float(row["low"]), float(row["high"]))
        rows.append([*(plain_words(row[name]) for name in part.inputs), int(row["points"]), median, middle])
    heads = [*(factor_name(name) for name in part.inputs), ">Points", f">Median, {unit}", ">Middle 90%"]
    return Table("The same in numbers", columns(*heads), rows, folded=True)


def _convergence(found: Drivers) -> Iterable[Block]:
    steps = found.steps
    if steps.empty or steps["share"].nunique() < 2:
        return
    top = found.ranking.dropna(subset="value")["factor"].head(MOST_LINES)
    lines = {}
    for name in top:
        mine = steps[steps["factor"] == name].sort_values("share")
        lines[factor_name(str(name))] = mine.assign(at=[f"{n:,}" for n in mine["asked"]])
    what = {"mu_star": "trajectories", "total": "blocks of the sample"}.get(found.index, "points")
    sizes = [f"{n:,}" for n in sorted(steps["asked"].unique())]
    read = (
        f"The index from the first {' and '.join(filter(None, [', '.join(sizes[:-2]), *sizes[-2:-1]]))} "
        f"{what}, and from all {sizes[-1]}. Where the lines have become level and the bars (95% intervals) "
        "short, more runs would change little."
    )
    levels = steps.groupby("share")["threshold"].max() if found.index == "pawn" else None
    if levels is not None and levels.notna().any():
        shares = steps.drop_duplicates("share").sort_values("share")
        counts = [f"{n:,}" for n in shares["asked"]]
        lines[NO_EFFECT] = pd.DataFrame({"at": counts, "value": levels.reindex(shares["share"]).to_numpy()})
        read += (
            " The grey line is what a factor without any effect stays below in 95 of 100 samples of that "
            "size: it falls with the sample, and so does every index."
        )
    marks = [value for line in lines.values() for value in line["value"]]
    bars = [end for line in lines.values() if "low" in line for end in (*line["low"], *line["high"])]
    cut = cut_of_bars([0.0, *marks], bars)
    read += " The axis is cut: intervals go on beyond it." if cut else ""
    figure = index_lines(lines, what, INDEX_NAMES[found.index], "", cut=cut)
    yield Chart("convergence", "Would more runs change the ranking?", read, [figure], width=700)


def leaders(view: ResultsView, rankings: Mapping[str, pd.DataFrame], index: str) -> Table:
    """The first three factors of each headline by an index, with intervals."""
    rows: list[list[Value]] = []
    for code, ranking in rankings.items():
        if (ranking["state"] == "constant").all():
            rows.append([HEADLINE[code].name, "constant", None, None, None])
            continue
        clear = ranking[ranking["clear"]]
        strong = clear[clear["value"] >= _OF_THE_FIRST * clear["value"].max()]
        told = [_leader(row) for row in strong.head(3).to_dict("records")]
        count = f"{len(clear):,} of {len(ranking):,}"
        if told and (larger := _perhaps_larger(ranking)):
            told = [f"open: perhaps {factor_name(larger[0])}", *told][:3]
        rows.append([HEADLINE[code].name, count, *told, *[None] * (3 - len(told))])
    unit = ", in the unit of the first table" if index == "mu_star" else ""
    note = (
        f"Each factor with its {INDEX_NAMES[index]}{unit} and 95% interval ({_which(view)}). A factor is "
        "named if its effect is clearly not zero and its index is at least a tenth of the largest. 'open': a "
        "factor whose effect may be none has a larger index. 'constant': the headline is the same at "
        f"every point.{_FEW if index == 'pawn' else ''}"
    )
    heads = columns("Headline", ">Factors with a clear effect", "First", "Second", "Third")
    return Table("What drives each headline", heads, rows, note)


def _leader(row: Mapping[str, object]) -> str:
    value, low, high = (float(str(row[name])) for name in ("value", "low", "high"))
    if math.isnan(low) or high - low <= 1e-6 * abs(value):
        return f"{factor_name(str(row['factor']))}: {number(value)}"
    decimals = decimals_of(low, high)
    said_ = f"{number(value, decimals=decimals)} ({span(low, high, decimals=decimals)})"
    return f"{factor_name(str(row['factor']))}: {said_}"

"""Tipping and return: what of a ruling's effect stays after it is turned back, and whether anything tips."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from sim.analysis.drivers.return_effects import AFTER, AT_AFTER, AT_END, OUTCOMES
from sim.analysis.drivers.tipping import (
    CURVES,
    REPEAL,
    RETURNS,
    level_past_return,
    no_effect,
    too_few,
)
from sim.analysis.factor_names import factor_name
from sim.view.blocks import Block, Chart, Section, Text, listed
from sim.view.design_axes import axis_name
from sim.view.figures.tipping_charts import phase_diagram, repeal_by_level, share_along
from sim.view.number_format import decimals_of, estimate, number, percent, setting, span
from sim.view.results_view import ResultsView
from sim.view.tables import Cell, Table, Value, columns, records_of, text

_OWN = (
    "point", "held", "outcome", "name", "unit", "at", "before", "stays", "stays_low", "stays_high", "lasting",
    "lasting_low", "lasting_high", "share", "share_low", "share_high", "pairs", "note",
)  # fmt: skip
_EFFECTS = ("stays", "lasting")
NAMES = {outcome.code: outcome.name for outcome in OUTCOMES}


def tipping(view: ResultsView) -> Section:
    """The section; the folder must have the tables of an experiment that turns a rule back."""
    return Section("tipping", "Tipping and return", _blocks(view))


@listed
def _blocks(view: ResultsView) -> Iterable[Block]:
    returns = view.needed_summary("what stays after the return", RETURNS)
    curves, repeal = view.summary(CURVES), view.summary(REPEAL)
    yield Text(f"<strong>{text(answer_of(view))}</strong>")
    factors = [str(name) for name in returns.columns if name not in _OWN]
    varied = [name for name in factors if returns[name].nunique() > 1]
    if len(varied) == 1:
        yield _along(returns, varied[0], axis_name(view.manifest, varied[0]))
    elif len(varied) == 2:
        yield from _over_two(returns, (varied[0], varied[1]), view)
    if curves is not None:
        yield _curves_table(curves)
    if repeal is not None and (repeal.dropna(subset="share")["high"] > 0).any():
        yield _repeal_chart(repeal)
    yield _returns_table(returns, varied)


def _repeal_chart(repeal: pd.DataFrame) -> Chart:
    _, words = level_past_return(repeal)
    most = repeal["share"].max()
    grow = (
        " Over 100%: after the return more further laws come into force than are repealed; at "
        f"{percent(most)}, ten further laws have become {10 * most:.0f}."
        if most > 1.0
        else ""
    )
    read = (
        f"{text(words[0].upper() + words[1:])}. Each mark is a group of pairs with about as many further "
        "laws (more than in the reference world, in the year before the return). Bars are 95% intervals "
        "over resampled pairs; a group of less than one further law has no mark. A line that rises past "
        f"one half would be a level past which repeal does not follow.{grow} Other figures here compare "
        "with a rule that lasted, this one with the return."
    )
    figure = repeal_by_level(repeal, AFTER)
    return Chart("repeal", "Is there a level past which repeal does not follow?", read, [figure], width=620)


def answer_of(view: ResultsView) -> str:
    """What the tables of a folder say, in words."""
    returns = view.needed_summary("what stays after the return", RETURNS)
    return answer(returns, view.summary(CURVES), view.summary(REPEAL))


def answer(returns: pd.DataFrame, curves: pd.DataFrame | None, repeal: pd.DataFrame | None) -> str:
    """What the tables say, in words."""
    at = returns[returns["at"] == (AT_AFTER if (returns["at"] == AT_AFTER).any() else AT_END)]
    parts = []
    for code, name in NAMES.items():
        mine = at[at["outcome"] == code]
        shares = mine["share"].dropna()
        if len(mine) and (mine["pairs"] < 2).all():
            parts.append(f"{name}: one pair gives no interval, so nothing can be said of what stays.")
            continue
        if too_few(len(shares), len(mine)):
            parts.append(f"{name}: {no_effect(len(shares), len(mine))}.")
            continue
        ends = " to ".join(dict.fromkeys([percent(shares.min()), percent(shares.max())]))
        parts.append(f"{name}: {ends} of the effect stays{_unsure(mine)}.")
    if curves is not None and "verdict" in curves:
        tips = curves[curves["verdict"] == "tips"]
        judged = curves[~curves["verdict"].str.startswith("no effect")]
        if len(judged):
            names = ", ".join(dict.fromkeys(NAMES[code] for code in tips["outcome"]))
            none = "Nothing tips along the range that was tried."
            if judged["verdict"].str.startswith("open").any():
                none = "Nothing surely tips along the range tried; of some curves, more seeds would tell."
            parts.append(f"Tips: {names}." if len(tips) else none)
    if repeal is not None:
        parts.append(f"Laws: {level_past_return(repeal)[1]}.")
    return f"{at['at'].iloc[0][0].upper()}{at['at'].iloc[0][1:]}. " + " ".join(parts)


def _unsure(rows: pd.DataFrame) -> str:
    """At how many points there is no share, and at how many it is not sure that anything stays, in words."""
    known = rows[rows["share"].notna()]
    unsure = ~((known["stays_low"] > 0.0) | (known["stays_high"] < 0.0))
    said = []
    if len(known) < len(rows):
        said.append(f"at {len(known)} of {len(rows)} points: elsewhere a rule that lasts has no sure effect")
    if len(known) > 1 and unsure.any():
        said.append(f"at {unsure.sum()} of {len(known)} points it is not sure that any does")
    return f" ({'; '.join(said)})" if said else ""


_READ = (
    "The share that stays: the effect that is still there, over the effect had the first rule lasted, in the "
    "same months and with the same seeds. 0%: as if the ruling had never been made; 100%: turning back "
    "changed nothing. Below 0% the return overshot, above 100% it added to the effect. "
)


def _question(returns: pd.DataFrame) -> str:
    """What the charts ask: nobody has looked further than to the last month."""
    at = AT_AFTER if (returns["at"] == AT_AFTER).any() else AT_END
    return f"How much of the effect is still there {at}?"


def _along(returns: pd.DataFrame, factor: str, title: str) -> Chart:
    dated = not pd.api.types.is_numeric_dtype(returns[factor])
    x, x_title = ("held", "months that the first rule held") if dated else (factor, title)
    figures = [
        share_along(returns[returns["outcome"] == code], x, name, x_title)
        for code, name in NAMES.items()
        if returns.loc[returns["outcome"] == code, "share"].notna().any()
    ]
    read = _READ + (
        "The dotted line is one half. Bars are 95% intervals over resampled seeds. Points without a sure "
        "effect are left out."
    )
    return Chart("stays", _question(returns), read, figures, width=430)


def _over_two(returns: pd.DataFrame, factors: tuple[str, str], view: ResultsView) -> Iterable[Block]:
    at = AT_AFTER if (returns["at"] == AT_AFTER).any() else AT_END
    mine = {code: returns[(returns["at"] == at) & (returns["outcome"] == code)] for code in NAMES}
    x, y = (axis_name(view.manifest, name) for name in factors)
    figures = [
        phase_diagram(rows, *factors, NAMES[code], (x, y))
        for code, rows in mine.items()
        if not too_few(rows["share"].notna().sum(), len(rows))
    ]
    if not figures:
        return
    read = _READ + (
        f"The number is that of {at}. Across: {text(x)}; upwards: {text(y)}. The "
        "solid line is one half; it is drawn only between cells in which it is sure that something stays. "
        "Hatched: the 95% interval of what stays, over resampled seeds, holds zero, so that it is not sure "
        "that anything stays. Cells in which a rule that lasts has no sure effect are empty; where they are "
        "almost all, there is no figure."
    )
    yield Chart("phase", _question(returns), read, figures, width=430)


def _curves_table(curves: pd.DataFrame) -> Table:
    rows: list[list[Value]] = []
    for row in records_of(curves):
        along = row.get("along")
        dated = isinstance(along, str) and along != row["factor"]  # of a date, the months that a rule held
        where = Cell(str(along) if dated else factor_name(str(row["factor"])), detail=_others(row["others"]))
        rows.append(
            [
                where,
                f"{NAMES[str(row['outcome'])]}, {row['at']}",
                percent(row.get("first")),
                percent(row.get("last")),
                percent(row.get("steepest")),
                _half(row),
                str(row["verdict"]),
            ]
        )
    heads = columns(
        "Along", "Share of", ">At the low end", ">At the high end", ">Steepest tenth", ">Half at", "Verdict"
    )
    note = (
        "Steepest tenth: the part of the whole change that a tenth of the range carries (10% for a line, "
        "100% for a step); above one half in 95% of resamples, the curve tips. Half at: where the share "
        "first passes one half; along a date, the months that the first rule held."
    )
    return Table("Does it tip?", heads, rows, note, folded=len(rows) > 12)


def _others(held: object) -> str:
    """The values of the other factors along a curve, `path = value, ...`, with their names."""
    if not isinstance(held, str) or not held:
        return ""
    parts = (part.partition(" = ") for part in held.split(", "))
    return ", ".join(f"{factor_name(path)}: {value.removesuffix('.0')}" for path, _, value in parts)


def _half(row: dict[str, Any]) -> str:
    """Where a share passes one half, with its interval."""
    if pd.isna(row.get("half_low")):
        return number(row.get("half_at"), digits=2)
    decimals = decimals_of(row["half_low"], row["half_high"])
    ends = span(row["half_low"], row["half_high"], decimals=decimals)
    return f"{number(row['half_at'], decimals=decimals)} ({ends})"


def _returns_table(returns: pd.DataFrame, varied: list[str]) -> Table:
    rows: list[list[Value]] = []
    for row in records_of(returns):
        where = ", ".join(f"{factor_name(name)}: {setting(row[name])}" for name in varied)
        share = percent(row["share"])
        if not pd.isna(row["share_low"]):
            share += f" ({percent(row['share_low'])} to {percent(row['share_high'])})"
        rows.append(
            [
                where or "as configured",
                int(row["held"]),
                f"{row['name']}, {row['unit']}, {row['at']}",
                number(row["before"], signed=True, digits=2),
                *(estimate(row[one], row[f"{one}_low"], row[f"{one}_high"])[0] for one in _EFFECTS),
                share,
            ]
        )
    heads = columns(
        "Point", ">Months held", "Outcome", ">Before the return", ">Stays", ">Had it lasted", ">Share (95%)"
    )
    note = "All effects are against the world that had the final rule from the beginning; means over seeds."
    return Table("What stays, in numbers", heads, rows, note, folded=True)

"""The headlines with each mechanism switched off: those that move a headline are drawn, all are listed."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from sim.view.blocks import Block, Chart, Text, section
from sim.view.figures.forest_plot import forest
from sim.view.number_format import Scale, decimals_of, difference_in, estimate, largest_of, number, scale_for
from sim.view.result_tables import NEGLIGIBLE
from sim.view.results_view import ResultsView
from sim.view.sections.plain_answer import in_order
from sim.view.tables import Table, Value, columns, records_of, text

EVERYTHING = "none"  # the row of the full model
SHARE = 0.1  # of a headline: what moves it by less is not drawn
MOST = 6  # mechanisms drawn for a headline


@section("knockouts", "What each mechanism contributes")
def knockouts(view: ResultsView) -> Iterable[Block]:
    """What moves each headline, the strongest first; the rest is folded."""
    frame = view.needed_summary("the knock-out table", "knockouts")
    headlines = view.summary("headlines")
    known = {} if headlines is None else {str(row["headline"]): row for row in records_of(headlines)}
    colour = view.compare[1].colour if view.compare else "#333333"
    figures, unmoved, rows = [], list[str](), list[list[Value]]()
    for code, group in _groups(frame):
        fact = known.get(code, {})
        unit, title = str(fact.get("unit", "")), str(fact.get("name", code))
        scale = scale_for(unit, largest_of(*group["difference"], *group["low"], *group["high"]))
        full = (float(fact["difference"]), float(fact["low"]), float(fact["high"])) if fact else None
        drawn = group[[_moves(row, full, scale) for row in records_of(group)]].head(MOST)
        if len(drawn):
            figures.append(forest(drawn, full, title, difference_in(scale.change), scale.factor, colour))
        else:
            unmoved.append(title)
        rows += [_cells(row, title, scale) for row in records_of(group)]
    mechanisms = frame.loc[frame["mechanism"] != EVERYTHING, "mechanism"].nunique()
    fewer = fewer_pairs(frame, view.seeds)
    if figures:
        read = (
            "A dot is the headline's difference between the worlds with one mechanism switched off, with its "
            "95% interval over pairs: luck alone. The dark line and grey band are the full model; the dotted "
            "line is zero. The farther a dot is from the dark line, the more the headline depends on that "
            f"mechanism. Shown are the mechanisms, at most {MOST}, without which a headline changes by a "
            f"tenth or more, and by more than luck: the interval leaves out the dark line.{fewer}"
        )
        title = "Which mechanisms does each headline depend on?"
        yield Chart("knockout", title, read, figures, legend=False)
    if unmoved:
        names = "; ".join(text(name) for name in unmoved)
        yield Text(f"None of the {mechanisms} mechanisms alone visibly moves: {names}.")
    note = (
        "The largest contribution to each headline first. Contribution: the headline in the full model minus "
        f"this difference. Contributions need not add up, because mechanisms interact.{fewer}"
    )
    numbers = (">Difference", ">95% interval", ">Contribution")
    heads = columns("Mechanism off", "Headline", *numbers, "Unit", "Meaning of off")
    yield Table(f"All {mechanisms} mechanisms in numbers", heads, rows, note, folded=True, tall=True)


def _groups(frame: pd.DataFrame) -> Iterable[tuple[str, pd.DataFrame]]:
    """The rows of each headline in the order in which headlines are told: the full model, then the mechanisms
    by the size of what they contribute."""
    groups = {str(code): rows for code, rows in frame.groupby("headline", sort=False)}
    for row in in_order([{"headline": code} for code in groups]):
        group = groups[row["headline"]]
        size = group["contribution"].abs().where(group["mechanism"] != EVERYTHING, float("inf"))
        yield row["headline"], group.loc[size.sort_values(ascending=False, kind="stable").index]


def _moves(row: Mapping[str, Any], full: tuple[float, float, float] | None, scale: Scale) -> bool:
    """Whether a headline is visibly another one without a mechanism, and not by luck."""
    if row["mechanism"] == EVERYTHING or full is None:
        return bool(row["mechanism"] != EVERYTHING)
    size, headline = abs(row["contribution"]), row["difference"] + row["contribution"]
    visible = size >= SHARE * abs(headline) and size * scale.factor >= NEGLIGIBLE
    return bool(visible and not row["low"] <= headline <= row["high"])


def _cells(row: Mapping[str, Any], title: str, scale: Scale) -> list[Value]:
    values = {name: row[name] * scale.factor for name in ("difference", "low", "high", "contribution")}
    contribution = number(values.pop("contribution"), True, decimals_of(values["low"], values["high"]))
    return [str(row["name"]), title, *estimate(*values.values()), contribution, scale.change, row["meaning"]]


def fewer_pairs(frame: pd.DataFrame, seeds: int) -> str:
    """That a table is over fewer pairs than the headlines, where it is."""
    pairs = int(frame["pairs"].max()) if "pairs" in frame and frame["pairs"].notna().any() else seeds
    if pairs >= seeds:
        return ""
    return f" Runs with a mechanism off use only the first {pairs:,} seeds; the headlines use all {seeds:,}."

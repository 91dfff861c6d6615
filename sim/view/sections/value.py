"""Which measurement would narrow which headline most."""

from collections.abc import Iterable

import pandas as pd

from sim.analysis.uncertainty.value_of_information import CURVED, KINDS, NARROWS, PARAMETER, ROW, VALUE
from sim.view.blocks import Block, Chart, Text, section
from sim.view.figures.value_bars import value_bars
from sim.view.number_format import largest_of, number, percent, scale_for, span
from sim.view.results_view import ResultsView
from sim.view.tables import Cell, Table, Value, columns, records_of, text

TOLD_FIRST = 3  # headlines
_DRAWN = {ROW: 5, PARAMETER: 6}  # of each headline
_OF_KIND = {ROW: "Rows of evidence", PARAMETER: "Parameters"}


@section("value", "What to measure next")
def value(view: ResultsView) -> Iterable[Block]:
    """The best measurements for each headline."""
    frame = view.needed_summary("which measurement would narrow which headline", VALUE)
    lead, *others = sentences(frame)
    yield Text(f"<strong>{text(' '.join([lead, *others[:TOLD_FIRST]]))}</strong>")
    if others[TOLD_FIRST:]:
        yield Text(text(" ".join(others[TOLD_FIRST:])))
    yield Text(
        "From the draws of the posterior, without new runs: draws in which a measurement would come out "
        "alike have headlines that differ less. The share is of the headline's variance over luck, fit and "
        "judgement. A row of evidence is measured with its source's standard error, once more where it was "
        "in the fit; a parameter is measured directly, with an error of half its present spread."
    )
    for kind in KINDS:
        figures = list(_figures(frame[frame["kind"] == kind], _DRAWN[kind]))
        if figures:
            yield _chart(kind, figures)
    yield value_table(frame)


def _figures(rows: pd.DataFrame, most: int) -> Iterable[dict[str, object]]:
    for _, mine in rows.groupby("headline", sort=False):
        best = mine.nlargest(most, "share")
        if (best["verdict"] == NARROWS).any():
            yield value_bars(
                best.assign(label=[_label(row) for row in records_of(best)]), str(best["name"].iloc[0])
            )


def _label(row: dict[str, object]) -> str:
    return f"{row['what']} ({row['quantity']})"


def _chart(kind: str, figures: list[dict[str, object]]) -> Chart:
    read = (
        "Bars: the share of the headline's variance that the measurement would take away, along a straight "
        "line, with its 95% interval over resampled draws. Diamonds: the same by importance weights, which "
        "need no line and err on the low side. The dotted line is what the best of all quantities reaches "
        "when headlines are shuffled: a grey bar is not told from noise. Headlines without any told bar are "
        "left out."
    )
    titles = {ROW: "Which row of evidence would tell most?", PARAMETER: "Which parameter should be measured?"}
    return Chart(f"value-{KINDS.index(kind)}", titles[kind], read, figures, width=520, legend=False)


def answer(frame: pd.DataFrame) -> str:
    """The best told measurement of each kind for each headline, in words."""
    return " ".join(sentences(frame))


def sentences(frame: pd.DataFrame) -> list[str]:
    """The same, a sentence each."""
    words, silent = [], []
    for _, rows in frame.groupby("headline", sort=False):
        told = rows[rows["verdict"] == NARROWS]
        name = str(rows["name"].iloc[0])
        if told.empty:
            silent.append(name)
            continue
        best = [told[told["kind"] == kind].nlargest(1, "share") for kind in KINDS]
        parts = [f"{one['what'].iloc[0]} ({percent(one['share'].iloc[0])})" for one in best if len(one)]
        words.append(f"{name}: {', or '.join(parts)}.")
    if silent:
        words.append(f"No measurement is told from noise for: {'; '.join(silent)}.")
    lead = "The measurement that would take away most of each headline's variance, and how much of it."
    return [lead, *words] if len(words) > bool(silent) else words


def value_table(frame: pd.DataFrame) -> Table:
    """Every measurement that was looked at, in numbers."""
    rows: list[list[Value]] = []
    for row in records_of(frame):
        scale = scale_for(str(row["unit"]), largest_of(row["width90"]))
        now, then = (number(row[name] * scale.factor, digits=3) for name in ("width90", "width90_expected"))
        told = row["verdict"] in (NARROWS, CURVED)
        rows.append(
            [
                str(row["name"]), Cell(str(row["quantity"]), detail=str(row["what"]), strong=told),
                number(row["se"], digits=3), percent(row["share"]),
                span(100 * row["low"], 100 * row["high"], decimals=0), percent(row["by_weights"]),
                percent(row["perfect"]), f"{now} to {then} {scale.change}", int(row["draws"]),
                str(row["verdict"]),
            ]
        )  # fmt: skip
    heads = columns(
        "Headline", "Measurement", ">Standard error", ">Variance that goes", ">95% interval, %",
        ">By weights", ">Without error", ">Width of the middle 90%", ">Draws", "Verdict",
    )  # fmt: skip
    note = (
        "The ten best of each kind, and all that are told. Standard errors of parameters on a logarithmic "
        "scale are relative. Without error: the share if the measurement were exact."
    )
    return Table("The same in numbers", heads, rows, note, folded=True, tall=True)

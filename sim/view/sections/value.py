"""Which measurement would narrow which headline most."""

from collections.abc import Iterable

import pandas as pd

from sim.analysis.uncertainty.value_of_information import CURVED, KINDS, NARROWS, PARAMETER, ROW, VALUE
from sim.view.blocks import Block, Chart, Text, section
from sim.view.evidence_words import Name, in_one_line
from sim.view.figures.value_bars import value_bars
from sim.view.number_format import largest_of, number, percent, scale_for
from sim.view.results_view import ResultsView
from sim.view.tables import Cell, Table, Value, columns, records_of, text

TOLD_FIRST = 3  # headlines
_DRAWN = {ROW: 5, PARAMETER: 6}  # of each headline
_OF_KIND = {ROW: "Rows of evidence", PARAMETER: "Parameters"}


@section("value", "What to measure next")
def value(view: ResultsView) -> Iterable[Block]:
    """The best measurements for each headline."""
    frame = view.needed_summary("which measurement would narrow which headline", VALUE)
    frame = in_words(frame, view.place)
    lead, *others = sentences(frame)
    yield Text(f"<strong>{text(' '.join([lead, *others[:TOLD_FIRST]]))}</strong>")
    yield best_table(frame)
    yield Text(
        "A measurement is worth much if the headline differs little between draws of the parameters in which "
        "the measurement would have the same result. No new runs are needed: all this is computed from the "
        "draws of the fit. The variance is that of the headline over luck, fit and judgement. A row of "
        "evidence is taken to be measured (again, if the fit used it) with the standard error of its source; "
        "a parameter is taken to be measured directly, with half its present spread as the error."
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
            yield value_bars(best.assign(label=_labels(best)), str(best["name"].iloc[0]))


def in_words(frame: pd.DataFrame, name: Name = str) -> pd.DataFrame:
    """The table with words for what is measured: a row of evidence is stored with the codes of its file."""
    told = [
        in_one_line(str(row["what"]), name) if row["kind"] == ROW else str(row["what"])
        for row in records_of(frame)
    ]
    return frame.assign(what=told)


def _labels(best: pd.DataFrame) -> list[str]:
    """Names for an axis, on which none may be there twice: a code tells equal ones apart."""
    return [
        f"{row['what']} ({row['quantity']})" if (best["what"] == row["what"]).sum() > 1 else str(row["what"])
        for row in records_of(best)
    ]


def _chart(kind: str, figures: list[dict[str, object]]) -> Chart:
    read = (
        "Bars: the share of the headline's variance that the measurement would remove, estimated with a "
        "straight line, and its 95% interval over resampled draws. Diamonds: the same estimated with "
        "importance weights, which need no straight line but are on the low side. The dotted line is what "
        "the best of all measurements reaches by chance, with shuffled headlines. A grey bar cannot be told "
        "apart from chance; headlines with grey bars only are left out. Hover over a bar for the code of its "
        "row or parameter."
    )
    titles = {
        ROW: "Which row of evidence should be measured?",
        PARAMETER: "Which parameter should be measured?",
    }
    return Chart(f"value-{KINDS.index(kind)}", titles[kind], read, figures, width=520, legend=False)


def answer(frame: pd.DataFrame) -> str:
    """The best told measurement of each kind for each headline, in words."""
    return " ".join(sentences(in_words(frame)))


Best = dict[str, dict[str, object]]  # by kind, its row of the table


def _best(frame: pd.DataFrame) -> dict[str, Best]:
    """By headline, the best measurement of each kind that can be told apart from noise."""
    found: dict[str, Best] = {}
    for _, rows in frame.groupby("headline", sort=False):
        told = rows[rows["verdict"] == NARROWS]
        best = {kind: told[told["kind"] == kind].nlargest(1, "share") for kind in KINDS}
        found[str(rows["name"].iloc[0])] = {
            kind: records_of(one)[0] for kind, one in best.items() if len(one)
        }
    return found


def best_table(frame: pd.DataFrame) -> Table:
    """The best measurement of each kind for each headline."""
    rows: list[list[Value]] = []
    for name, best in _best(frame).items():
        cells = [(str(best[kind]["what"]), percent(best[kind]["share"])) if kind in best else (None, None)
                 for kind in KINDS]  # fmt: skip
        rows.append([name, *(cell for pair in cells for cell in pair)])
    heads = columns("Headline", "Row of evidence", ">Removes", "Parameter", ">Removes")
    note = (
        "Removes: the share of the headline's variance that the measurement would remove. A dash: no "
        "measurement can be told apart from chance."
    )
    return Table("The best measurement for each headline", heads, rows, note)


def sentences(frame: pd.DataFrame) -> list[str]:
    """The same, a sentence each."""
    words, silent = [], []
    for name, best in _best(frame).items():
        if not best:
            silent.append(name)
            continue
        parts = [f"{one['what']} ({percent(one['share'])})" for one in best.values()]
        words.append(f"{name}: {', or '.join(parts)}.")
    if silent:
        words.append(f"No measurement can be told apart from chance for: {'; '.join(silent)}.")
    lead = "The measurement that would remove most of each headline's variance, and how much of it."
    return [lead, *words] if len(words) > bool(silent) else words


def value_table(frame: pd.DataFrame) -> Table:
    """Every measurement that was looked at, in numbers."""
    rows: list[list[Value]] = []
    for row in records_of(frame):
        scale = scale_for(str(row["unit"]), largest_of(row["width90"]))
        now, then = (number(row[name] * scale.factor, digits=3) for name in ("width90", "width90_expected"))
        told = row["verdict"] in (NARROWS, CURVED)
        share = Cell(percent(row["share"]), f"{percent(row['low'])} to {percent(row['high'])}")
        rows.append(
            [
                str(row["name"]), Cell(str(row["what"]), detail=str(row["quantity"]), strong=told),
                number(row["se"], digits=3), share, percent(row["by_weights"]), percent(row["perfect"]),
                Cell(f"{now} to {then}", scale.change),
                Cell(str(row["verdict"]), f"{int(row['draws']):,} draws"),
            ]
        )  # fmt: skip
    heads = columns(
        "Headline", "Measurement", ">Standard error", ">Variance removed", ">By weights", ">Without error",
        ">Width of the middle 90%, now to then", "Verdict",
    )  # fmt: skip
    note = (
        "Under the variance removed: its 95% interval. The ten best of each kind, and all that can be told "
        "apart from chance. "
        "Standard errors of parameters on a logarithmic scale are relative. Without error: the share if the "
        "measurement were exact."
    )
    return Table("The same in numbers", heads, rows, note, folded=True, tall=True)

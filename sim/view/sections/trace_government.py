"""One government in both worlds: hazards by term, draws, laws."""

from collections.abc import Iterable

import pandas as pd

from sim.analysis.drivers.trace.government import (
    ADOPTED,
    BY_TIMELINE,
    REPEALED,
    TERMS,
    GovernmentTrace,
    side_by_side,
)
from sim.view.blocks import Block, Chart, Text
from sim.view.figures.trace_charts import bars_of_terms, chances_and_draws
from sim.view.labels import INSTRUMENTS
from sim.view.number_format import number
from sim.view.sections.trace_words import month_short, month_words, place_name, styles
from sim.view.tables import Cell, Table, Value, columns, records_of, text


def government_blocks(trace: GovernmentTrace) -> Iterable[Block]:
    """Where law-making first differs, the hazards by term, the draws, and the laws."""
    yield Text(_answer(trace))
    if trace.first_month is not None:
        yield _terms(trace)
    shown = _instrument(trace)
    yield _draws(trace, shown)
    yield first_table(trace)
    if len(trace.laws):
        yield laws_table(trace)


def _percent(share: float) -> str:
    return f"{number(100 * share, digits=3)}%"


def _instrument(trace: GovernmentTrace) -> str:
    """The instrument that is drawn: the first that differs, else the one that came closest."""
    if len(trace.differs):
        return str(trace.differs["instrument"].iloc[0])
    if trace.closest is not None and trace.closest["instrument"]:
        return str(trace.closest["instrument"])
    return "protest"


def _answer(trace: GovernmentTrace) -> str:
    where = text(place_name(trace.pair, trace.code))
    a, b = (text(label) for label in trace.pair.labels)
    if trace.first_month is None:
        closest = trace.closest
        close = ""
        if closest is not None and closest["instrument"]:
            close = (
                f" It came closest in {month_words(closest['month'])} "
                f"({text(INSTRUMENTS[closest['instrument']].lower())}: the draw was "
                f"{_percent(closest['draw'])}, the chances {_percent(closest['chance_a'])} in {a} and "
                f"{_percent(closest['chance_b'])} in {b}); the higher hazard would have had to be "
                f"{number(closest['ratio'], digits=3)} times as high. With other luck, these hazards give "
                f"{number(closest['expected'], digits=2)} adoptions on average in which the worlds differ."
            )
        return f"The government of {where} decides the same in both worlds in every month.{close}"
    if trace.is_group:
        return (
            f"{where} is a group of countries, which moves by shares (the law of large numbers): no draw "
            "decides, and what it has decided differs from "
            f"<strong>{month_words(trace.first_month)}</strong> on, since its hazards do."
        )
    first = trace.differs.drop_duplicates("instrument")
    did = "; ".join(_did(row, a, b) for row in records_of(first))
    month = f"<strong>{month_words(trace.first_month)}</strong>"
    return f"The law-making of {where} differs first in {month}: {did}."


def _did(row: dict[str, object], a: str, b: str) -> str:
    what = text(INSTRUMENTS[str(row["instrument"])].lower())
    if row["how"] == BY_TIMELINE:
        return f"the timeline brings another law ({what})"
    chance_a, chance_b, draw = (float(str(row[name])) for name in ("chance_a", "chance_b", "draw"))
    who = a if draw < chance_a else b
    verb = "adopts" if row["how"] == ADOPTED else "repeals"
    return (
        f"only in {who} it {verb} a {what}: the month's chance was {_percent(chance_a)} in {a} and "
        f"{_percent(chance_b)} in {b}, and the draw, the same in both, was {_percent(draw)}"
    )


def _terms(trace: GovernmentTrace) -> Chart:
    instrument = _instrument(trace)
    rows = trace.differs[trace.differs["instrument"] == instrument]
    shown = rows[(rows["value_a"] != 0.0) | (rows["value_b"] != 0.0)]
    names = [*(TERMS[term] for term in shown["term"]), "All terms"]
    a, b = ([*shown[side], float(shown[side].sum())] for side in ("value_a", "value_b"))
    figure = bars_of_terms(names, a, b, styles(trace.pair), "added to the log of the hazard")
    read = (
        f"What each term adds to the log of the hazard of a {text(INSTRUMENTS[instrument].lower())} in "
        f"{month_words(trace.first_month)}, over the base rate. Where the bars of a term differ, it moved "
        "the hazard; the last pair is their sum (0.69 doubles the hazard)."
    )
    return Chart(
        "hazard-terms", "What moved the hazard in the month of the difference?", read, [figure], width=620
    )


def _draws(trace: GovernmentTrace, instrument: str) -> Chart:
    a, b = side_by_side(trace.hazards[trace.hazards["instrument"] == instrument], trace.pair.names)
    figure = chances_and_draws(a, b, styles(trace.pair), trace.is_group)
    dots = (
        "A group of countries moves by shares, so there are no draws."
        if trace.is_group
        else "Dots are the draws, the same in both worlds: below a line, it adopts in that world. A diamond "
        "lies between the lines: there the worlds part. Gaps: it has the instrument already, or may not "
        "adopt it."
    )
    what = text(INSTRUMENTS[instrument].lower())
    read = f"Chance in each month to adopt a {what}, from the yearly hazard. {dots}"
    return Chart("draws", "How likely was it, and what did luck say?", read, [figure], width=620)


def first_table(trace: GovernmentTrace) -> Table:
    """When each term of the hazards first differs."""
    a, b = trace.pair.labels
    rows: list[list[Value]] = []
    for row in records_of(trace.first):
        instrument = INSTRUMENTS.get(str(row["instrument"]), "")
        of = f"of the hazard of: {instrument.lower()}" if instrument else ""
        values = [None if pd.isna(row[x]) else number(row[x], signed=True) for x in ("value_a", "value_b")]
        rows.append([Cell(str(row["what"]), of), month_short(row["first_month"]), *values])
    note = (
        "The first month in which the term differs between the worlds, and what it adds then to the log of "
        "the hazard that it moves most. Terms without a month never differ."
    )
    heads = columns("Term", "First month", f">{a}", f">{b}")
    return Table("The chain from the ruling to the law", heads, rows, note)


def laws_table(trace: GovernmentTrace) -> Table:
    """What it adopted and repealed by its own decision, in both worlds."""
    labels = dict(zip(trace.pair.names, trace.pair.labels, strict=True))
    both = trace.laws.groupby(["month", "instrument", "change"], sort=False)["world"].transform("count") == 2
    rows: list[list[Value]] = [
        [
            month_short(row["month"]),
            labels[str(row["world"])],
            INSTRUMENTS[str(row["instrument"])],
            {ADOPTED: "adopted", REPEALED: "repealed"}[str(row["change"])],
            str(row["why"]).replace("_", " "),
            _percent(float(row["chance"])),
            _percent(float(row["draw"])),
        ]
        for row, same in zip(records_of(trace.laws), both, strict=True)
        if not same
    ]
    alike = int(both.sum()) // 2
    note = (
        f"Decisions that are taken in one world only, or at another date. {alike} further decisions are the "
        "same in both. A decision is taken where the draw is below the chance; `why` is the term that adds "
        "most to the hazard."
    )
    heads = columns("Month", "World", "Instrument", "What", "Main reason", ">Chance", ">Draw")
    return Table("Laws that differ", heads, rows, note, tall=True)

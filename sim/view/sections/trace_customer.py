"""One customer in both worlds: the chain, the decision, the luck."""

import math
from collections.abc import Iterable

import pandas as pd

from sim.analysis.drivers.trace.customer import CustomerTrace
from sim.analysis.drivers.trace.decision import GROUPS
from sim.analysis.drivers.trace.terms_table import TERMS
from sim.view.blocks import Block, Chart, Text
from sim.view.figures.trace_charts import bars_of_terms, by_month
from sim.view.number_format import POINTS_OF_100, number
from sim.view.sections.trace_words import (
    kind_words,
    month_short,
    month_words,
    place_name,
    spoken,
    styles,
    value_words,
)
from sim.view.tables import Cell, Table, Value, columns, facts_table, records_of, text

LUCK = {
    "nest_draw": "Draw of the provider",
    "nest_rings": "The provider's clock rings at",
    "offer_draw": "Draw of the kind of offer",
    "offer_rings": "The offer's clock rings at",
}
_SAME = 5e-5  # terms that differ by less are alike


def customer_blocks(trace: CustomerTrace) -> Iterable[Block]:
    """Who it is, what it did, the chain, the terms of the decision and the luck."""
    yield Text(_answer(trace))
    yield chain_table(trace)
    if len(trace.decision):
        yield _terms_chart(trace)
        yield decision_table(trace)
    yield _trust(trace)
    yield _who(trace)


def _chosen(trace: CustomerTrace) -> list[dict[str, object]]:
    """The place that was taken in each world, with all that the decision's table says of it."""
    return [
        records_of(trace.decision[(trace.decision["world"] == name) & trace.decision["chosen"]])[0]
        for name in trace.pair.names
    ]


def _answer(trace: CustomerTrace) -> str:
    who = trace.who
    where, segment = place_name(trace.pair, str(who["country"])), spoken(who["segment"])
    accounts = number(float(str(who["accounts"])))
    start = (
        f"Customer {trace.number} is of the segment {text(segment)} in {text(where)} and stands for "
        f"{accounts} accounts. "
    )
    if not len(trace.decision):
        if trace.first_month is not None:
            return f"{start}It is in another place from before the first month on."
        return f"{start}It is in the same place in both worlds in every month. The chain shows what differs."
    did = []
    for label, due, row in zip(trace.pair.labels, trace.due, _chosen(trace), strict=True):
        place = text(kind_words(trace.pair, row))
        verb = "it stays where it is" if row["here"] else "it goes to"
        did.append(f"if {text(label)}, {verb}: {place} ({text(due)})")
    causes = sorted(((x, str(code)) for code, x in trace.split.items() if abs(x) > 1e-9), reverse=True)
    shares = ", ".join(f"{GROUPS[code].lower()} {number(100 * x, digits=3)}%" for x, code in causes)
    return (
        f"{start}Its paths part in <strong>{month_words(trace.first_month)}</strong>: {'; '.join(did)}. "
        f"What made the difference: {text(shares)}."
    )


def chain_table(trace: CustomerTrace) -> Table:
    """When each stage of the chain first differs, and what it is at the decision."""
    a, b = trace.pair.labels
    rows: list[list[Value]] = []
    for row in records_of(trace.chain):
        then = str(row["then_entry"] or "")
        rows.append(
            [
                Cell(str(row["what"]), str(row["unit"])),
                month_short(row["first_month"]),
                spoken(row["entry"] or ""),
                value_words(row["value_a"]),
                value_words(row["value_b"]),
                spoken(then),
                value_words(row["then_a"]),
                value_words(row["then_b"]),
            ]
        )
    parts = "the month in which the paths part" if len(trace.decision) else "the last month"
    note = (
        "The first month in which anything of the stage differs between the worlds, and what differs most "
        f"in it: then, and in {parts}. States are those at the month's end."
    )
    heads = columns(
        "Stage", "First month", "What", f">{a}", f">{b}", "At the decision", f">{a}, then", f">{b}, then"
    )
    return Table("The chain from the ruling", heads, rows, note)


def _terms_chart(trace: CustomerTrace) -> Chart:
    """The two places that were taken, one against the other, term by term in each world."""
    taken = _chosen(trace)
    places = [int(str(row["place"])) for row in taken]
    gaps = [_gap(trace, name, places) for name in trace.pair.names]
    shown = [term for term in TERMS if any(abs(gap[term]) > _SAME for gap in gaps)]
    names = [*(TERMS[term] for term in shown), "All terms"]
    a, b = ([float(gap[term]) for term in (*shown, "utility")] for gap in gaps)
    first, second = (kind_words(trace.pair, row) for row in taken)
    figure = bars_of_terms(names, a, b, styles(trace.pair), "utility")
    read = (
        f"Each bar is what a term adds to {text(second)} (taken in {text(trace.pair.labels[1])}) over "
        f"{text(first)} (taken in {text(trace.pair.labels[0])}): to the right it speaks for the former. "
        "Terms that are alike for both places are left out. The table has every term, the chance that "
        "follows, and the luck."
    )
    return Chart(
        "terms", "What spoke for one place over the other, in each world?", read, [figure], width=620
    )


def _gap(trace: CustomerTrace, world: str, places: list[int]) -> pd.Series:
    rows = trace.decision[trace.decision["world"] == world].set_index("place")
    terms = [*TERMS, "utility"]
    gap: pd.Series = rows.loc[places[1], terms].astype(float) - rows.loc[places[0], terms].astype(float)
    return gap


def decision_table(trace: CustomerTrace) -> Table:
    """Where it was and the places that it took, in both worlds: terms, utility, chance, luck."""
    wanted = trace.decision[trace.decision["chosen"] | trace.decision["here"]]["place"].drop_duplicates()
    looked = [
        (label, row)
        for place in wanted
        for name, label in zip(trace.pair.names, trace.pair.labels, strict=True)
        for row in records_of(trace.decision[trace.decision["world"] == name])
        if row["place"] == place
    ]
    rows: list[list[Value]] = [["What", *(_mark(row) for _, row in looked)]]
    for term, words in TERMS.items():
        values = [float(row[term]) for _, row in looked]
        if any(abs(value) > _SAME for value in values):
            rows.append([words, *(number(value, signed=True, digits=3) for value in values)])
    rows.append(["Utility: all terms together", *(number(row["utility"], signed=True) for _, row in looked)])
    rows.append(["Chance", *(f"{number(100 * row['chance'], digits=3)}%" for _, row in looked)])
    for column, words in LUCK.items():
        rows.append([words, *(_ring(row[column]) for _, row in looked)])
    note = (
        "The terms of a place add up to its utility; its chance follows by the nested logit, from all open "
        "places (`decision.csv` has them all). The draws are keyed by (seed, customer, month), the same in "
        "both worlds. A clock rings at -log(draw) over the weight, first among providers, then among the "
        "offers of one; the first to ring wins. Where nothing was due, this is what a decision would have "
        "been made of."
    )
    heads = columns("", *(f">{label}: {kind_words(trace.pair, row)}" for label, row in looked))
    return Table("The decision in numbers", heads, rows, note)


def _ring(value: float) -> str | None:
    return None if math.isnan(value) else "never" if math.isinf(value) else number(value, digits=3)


def _mark(row: dict[str, object]) -> str:
    if row["chosen"]:
        return "stays" if row["here"] else "taken"
    return "is here" if row["here"] else "open" if row["open"] else "closed"


def _trust(trace: CustomerTrace) -> Chart:
    path = trace.path
    figure = by_month(
        path["month"],
        100.0 * path["trust_a"],
        100.0 * path["trust_b"],
        styles(trace.pair),
        f"trust, {POINTS_OF_100}",
        trace.first_month,
    )
    read = "Its trust in US law enforcement's reach of data at US providers. The dotted line: its paths part."
    return Chart("trust-of-customer", "How much did it trust US providers?", read, [figure], width=620)


def _who(trace: CustomerTrace) -> Table:
    who = trace.who
    facts: list[tuple[str, Value]] = [
        ("Country", place_name(trace.pair, str(who["country"]))),
        ("Segment", spoken(who["segment"])),
        ("Stands for, accounts", number(float(str(who["accounts"])))),
        ("Stands for, TB in January 2013", number(float(str(who["tb"])))),
        ("Utility lost to a perceived risk of 1", number(float(str(who["sensitivity"])))),
        ("How much bad news moves it (1: average)", number(float(str(who["susceptibility"])))),
        ("Rise of risk at which it thinks again", number(float(str(who["threshold"])))),
        ("Taste for home-grown providers, utility", number(float(str(who["home_taste"])), signed=True)),
        ("Contract, months", str(who["contract_months"])),
        ("Peers (customer numbers)", ", ".join(map(str, who["peers"]))),  # type: ignore[call-overload]
    ]
    return facts_table(facts, "Who it is, in both worlds")

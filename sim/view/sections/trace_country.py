"""Who moved in one country, by which causes."""

from collections.abc import Iterable

import pandas as pd

from sim.analysis.drivers.trace.country import ACCOUNT_YEARS, CountryTrace
from sim.analysis.drivers.trace.decision import GROUPS, MEANINGS
from sim.view.blocks import Block, Chart, Text
from sim.view.figures.causes import causes
from sim.view.figures.trace_charts import share_by_month
from sim.view.number_format import number
from sim.view.sections.trace_words import (
    kind_words,
    month_short,
    month_words,
    place_name,
    plain_number,
    share_words,
    value_words,
)
from sim.view.tables import Cell, Table, Value, columns, records_of, text


def country_blocks(trace: CountryTrace) -> Iterable[Block]:
    """Who, by which causes, when, and the chain."""
    yield Text(_answer(trace))
    if len(trace.movers):
        yield _causes(trace)
        yield _apart(trace)
        yield split_table(trace)
    yield chain_table(trace)
    if len(trace.movers):
        yield movers_table(trace)


def _answer(trace: CountryTrace) -> str:
    where, b = text(place_name(trace.pair, trace.code)), text(trace.pair.labels[1])
    count, movers = len(trace.movers), trace.movers
    if not count:
        return (
            f"In {where} no customer takes another path if {b}: all {trace.simulated:,} simulated customers "
            "are in the same place in both worlds in every month."
        )
    share = share_words(movers["accounts"].sum(), trace.everybody["accounts"])
    last = share_words(trace.apart["accounts"].iloc[-1], 1.0)
    ranked = trace.split.sort_values(ACCOUNT_YEARS, ascending=False)
    whole = float(ranked[ACCOUNT_YEARS].sum())
    parts = [
        f"{text(str(row['name']).lower())} {share_words(row[ACCOUNT_YEARS], whole)}"
        for row in records_of(ranked)
        if row[ACCOUNT_YEARS] > 0.005 * whole
    ]
    rest = (
        f" {trace.not_split} of them are in no split: only the largest are decided again."
        if trace.not_split
        else ""
    )
    return (
        f"In {where} <strong>{count:,} of {trace.simulated:,} simulated customers</strong> ({share} of the "
        f"accounts) take another path if {b}, the first in {month_words(movers['first_month'].min())}; in "
        f"the last month {last} of the accounts are in another place. Causes, by how long they stay apart: "
        f"{', '.join(parts)}.{rest}"
    )


def _causes(trace: CountryTrace) -> Chart:
    ruling = f"{trace.pair.labels[1]} rather than {trace.pair.labels[0]}"
    figure, against = causes(trace.streams, ruling, GROUPS, ACCOUNT_YEARS)
    back = (
        f" Causes that work the other way ({number(against)} account-years) have no width and are not drawn."
        if against
        else ""
    )
    read = (
        "From the ruling through the cause that made customers decide otherwise to what they did in "
        f"{text(trace.pair.labels[1])}. Widths are account-years: the accounts that a customer stands for, "
        "times the years in which it is in another place. At the first decision that differs, the decision "
        "is made again with every mix of the two worlds' causes; a cause has its Shapley value. A cause is "
        "what the customer met: behind peers, offers and laws stand others, whom news and belief have "
        f"moved.{back}"
    )
    return Chart(
        "causes", "By which causes do customers go elsewhere?", read, [figure], width=700, legend=False
    )


def _apart(trace: CountryTrace) -> Chart:
    read = (
        "Share of the country's accounts that are in another place than in the other world at the month's "
        "end. Steps are single simulated customers, each of which stands for many."
    )
    figure = share_by_month(trace.apart["month"], trace.apart["accounts"], "accounts in another place, %")
    return Chart("apart", "How many are elsewhere, month by month?", read, [figure], width=700, legend=False)


def split_table(trace: CountryTrace) -> Table:
    """The split among causes in numbers."""
    whole = trace.split[["simulated", "accounts", "tb", ACCOUNT_YEARS]].sum()
    rows: list[list[Value]] = []
    for row in records_of(trace.split.sort_values(ACCOUNT_YEARS, ascending=False, kind="stable")):
        if row["simulated"] == 0.0 and row["accounts"] == 0.0:
            continue
        name = Cell(str(row["name"]), MEANINGS[str(row["group"])])
        rows.append(
            [
                name,
                plain_number(float(row["simulated"]), digits=3),
                *(share_words(row[unit], whole[unit]) for unit in ("accounts", "tb", ACCOUNT_YEARS)),
            ]
        )
    note = (
        "Each mover's decision counts once and is split among its causes; the shares add up to 100%. A "
        "cause that held customers back has a negative share."
    )
    heads = columns(
        "Cause", ">Simulated customers", ">Of accounts that move", ">Of their data", ">Of account-years apart"
    )
    return Table("The causes in numbers", heads, rows, note)


def chain_table(trace: CountryTrace) -> Table:
    """When each link of the chain first differs."""
    a, b = trace.pair.labels
    rows: list[list[Value]] = []
    for row in records_of(trace.chain):
        cells = [value_words(row[name]) for name in ("value_a", "value_b", "last_a", "last_b")]
        rows.append([Cell(str(row["what"]), str(row["unit"])), month_short(row["first_month"]), *cells])
    note = (
        "The first month in which anything of this link differs between the worlds, to the bit, with its "
        "mean (by accounts) then and in the last month. Links without a month never differ."
    )
    heads = columns(
        "Link", "First month", f">{a}, then", f">{b}, then", f">{a}, last month", f">{b}, last month"
    )
    return Table("The chain from the ruling", heads, rows, note)


def movers_table(trace: CountryTrace) -> Table:
    """Every customer whose path differs."""
    a, b = trace.pair.labels
    rows: list[list[Value]] = []
    for row in records_of(trace.movers):
        did = [Cell(kind_words(trace.pair, row, f"_{side}"), str(row[f"due_{side}"])) for side in "ab"]
        rows.append(
            [
                str(row["customer"]),
                str(row["segment"]).replace("_", " "),
                number(row["accounts"]),
                month_short(row["first_month"]),
                *did,
                str(row["months_apart"]),
                _causes_of(pd.Series(row)),
            ]
        )
    note = (
        "What each did in the first month of difference, and why it decided then. `warrantsim trace "
        f"--customer {rows[0][0]}` shows the whole chain and the terms of the decision."
    )
    heads = columns(
        "Customer", "Segment", ">Accounts", "First month", a, b, ">Months apart", "Causes (add up to 100%)"
    )
    return Table("Who takes another path", heads, rows, note, tall=True, folded=len(rows) > 30)


def _causes_of(row: pd.Series) -> str:
    shares = {name: float(row[code]) for code, name in GROUPS.items()}
    if pd.isna(next(iter(shares.values()))):
        return "not decided again"
    found = sorted(((x, name) for name, x in shares.items() if abs(x) > 1e-9), reverse=True)
    return ", ".join(f"{name} {number(100 * x, digits=2)}%" for x, name in found)

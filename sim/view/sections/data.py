"""Where the data lives, and who moved."""

from collections.abc import Iterable

import pandas as pd

from sim.view.figures.events import mark
from sim.view.figures.moves import FOLD, fold, sankey, streams
from sim.view.figures.places import where_data_lives
from sim.view.figures.style import KIND_LABELS
from sim.view.figures.summarise import of_world
from sim.view.labels import how_to_record
from sim.view.page import Block, Chart, Missing, Section, Table, text
from sim.view.quantities import decimals_for, number, scale_for, with_unit
from sim.view.study import Study
from sim.words import KINDS


def where(study: Study) -> Section:
    """Where the data lives over time."""
    return Section("where", "Where the data lives", list(_stock(study)))


def _stock(study: Study) -> Iterable[Block]:
    columns = [f"tb_{kind}" for kind in KINDS]
    frame = study.table("world", *columns)
    if frame is None:
        yield Missing("where the data lives", how_to_record("world"))
        return
    figures = []
    for name, style in study.styles.items():
        total = of_world(frame, name).groupby("month")[columns].sum()
        shares = total.div(total.sum(axis=1), axis=0).rename(columns={f"tb_{kind}": kind for kind in KINDS})
        figures.append(mark(where_data_lives(shares.reset_index(), style.label, study.span), [], *study.span, study.switches(name)))
    read = (
        "Share of the data (TB) of customers outside the United States that lives in each kind of place, all seeds together. The areas add up to 100% of "
        "the data of that month."
    )
    yield Chart("places", "Where does the data of customers abroad live?", read, figures)


def moves(study: Study) -> Section:
    """Who moved where."""
    return Section("moves", "Who moved where", list(_moves(study)))


def _moves(study: Study) -> Iterable[Block]:
    flows = study.abroad("flows", "from_kind", "to_kind", "from_host", "to_host", "tb")
    if flows is None:
        yield Missing("the streams between places", how_to_record("flows"))
        return
    # The first month that begins on or after the switch is the first that can differ.
    start = pd.offsets.MonthBegin().rollforward(pd.Timestamp(study.switch or study.first))
    flows, since = flows[flows["month"] >= start], start.strftime("%Y-%m")
    totals = {name: streams(of_world(flows, name)) for name in study.styles}
    largest = max((float(total["tb"].sum()) for total in totals.values()), default=0.0)
    if largest <= 0:
        yield Missing("the streams between places", f"No data moved after {since} in any world.")
        return
    scale = scale_for("TB", largest)
    figures, left_out = [], []
    for name, style in study.styles.items():
        kept, small, count = fold(totals[name], FOLD * largest)
        amount = with_unit(number(float(totals[name]["tb"].sum()) * scale.factor), scale.title)
        figures.append(sankey(kept, small, largest, f"{style.label}: {amount} moved"))
        if count:
            left_out.append(f"{count} in {text(style.label)}, together {with_unit(number(small * scale.factor), scale.title)}")
    read = (
        f"Data moved between kinds of place from {since} to {study.last[:7]}, mean over seeds, customers outside the United States. Left: what it "
        "left; right: where it went. Equal thickness is equal TB in all panels. Data that stayed where it was is left out. A stream within one kind is a "
        f"change of provider or of soil. Streams below {FOLD:.0%} of the largest world's total are drawn as one: "
        f"{'; '.join(left_out) or 'there are none'}."
    )
    yield Chart("streams", "From which kind of place to which did data move?", read, figures, legend=False)
    yield _net_table(study, totals)
    yield _border_table(study, flows)


def _net_table(study: Study, totals: dict[str, pd.DataFrame]) -> Table:
    largest = max(float(total["tb"].max()) for total in totals.values() if len(total))
    scale = scale_for("TB", largest)
    decimals = decimals_for(largest * scale.factor)
    rows = []
    for kind in KINDS:
        cells = []
        for total in totals.values():
            gained = float(total.loc[total["to_kind"] == kind, "tb"].sum()) - float(total.loc[total["from_kind"] == kind, "tb"].sum())
            cells.append(number(gained * scale.factor, True, decimals))
        rows.append([text(KIND_LABELS[kind]), *cells])
    columns = ["Kind of place", *(f"{study.styles[name].label}, {scale.title}" for name in totals)]
    return Table("Net gain or loss of each kind of place by moves", columns, rows, "Mean over seeds.", numeric=tuple(range(1, len(columns))))


def _border_table(study: Study, flows: pd.DataFrame) -> Table:
    crossed = flows[flows["from_host"].astype(str) != flows["to_host"].astype(str)]
    total = crossed.groupby(["from_host", "to_host", "world"], observed=True)["tb"].sum().unstack("world").fillna(0.0) / study.seeds
    total = total.reindex(columns=list(study.styles), fill_value=0.0)
    top = total.loc[total.max(axis=1).sort_values(ascending=False).index[:12]]
    largest = float(top.max().max()) if len(top) else 0.0
    scale = scale_for("TB", largest)
    decimals = decimals_for(largest * scale.factor)
    rows = [
        [f"{text(study.place(str(source)))} to {text(study.place(str(target)))}", *(number(value * scale.factor, decimals=decimals) for value in values)]
        for (source, target), values in zip(top.index, top.to_numpy(), strict=True)
    ]
    columns = ["From the soil of", *(f"{style.label}, {scale.title}" for style in study.styles.values())]
    read = "The twelve largest, mean over seeds, by the soil on which the data lay and lies."
    return Table("Data that crossed a border", columns, rows, read, numeric=tuple(range(1, len(columns))), folded=True)

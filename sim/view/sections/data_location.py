"""Where data are stored, and where they moved."""

from collections.abc import Iterable

import pandas as pd

from sim.view.blocks import Block, Chart, NotThere, section
from sim.view.figures.events import mark
from sim.view.figures.quantiles import of_world
from sim.view.figures.sankey import FOLD, KINDS_OF_PLACE, Nodes, fold, sankey, streams
from sim.view.figures.stacked_areas import where_data_lives
from sim.view.figures.style import KIND_LABELS, Figure
from sim.view.number_format import decimals_for, number, scale_for, with_unit
from sim.view.results_view import ResultsView
from sim.view.sections.over_draws import beyond_luck
from sim.view.tables import Table, columns, text
from sim.vocabulary import KINDS

_HOSTS = 8  # with more bars than this no stream can be followed
_HOST_COLOURS = ("#332288", "#88CCEE", "#117733", "#44AA99", "#DDCC77", "#AA4466", "#CC6677", "#882255")


@section("where", "Where data are stored")
def where(view: ResultsView) -> Iterable[Block]:
    """Where data are stored, over time."""
    columns = [f"tb_{kind}" for kind in KINDS]
    frame = view.needed_table("where data are stored", "world", *columns)
    figures = []
    for name, style in view.styles.items():
        total = of_world(frame, name).groupby("month")[columns].sum()
        shares = total.div(total.sum(axis=1), axis=0).rename(columns={f"tb_{kind}": kind for kind in KINDS})
        figures.append(
            mark(
                where_data_lives(shares.reset_index(), style.label, view.span),
                [],
                *view.span,
                view.switches(name),
                returns=view.returns,
            )
        )
    read = (
        f"Share of the data (TB) of {text(view.who)} in each kind of place, over all seeds. The areas add "
        f"up to 100% of the data of each month.{beyond_luck(view, 'data_at_home')}"
    )
    yield Chart("places", f"Where are the data of customers {view.where} stored?", read, figures)


def _moved(view: ResultsView, what: str) -> tuple[pd.DataFrame, str, str]:
    """The moves of the view's customers with first and last month: its window, or from the first month
    that the switch can change.

    Raises NotThere, in which `what` is missing.
    """
    hosts = ("from_kind", "to_kind", "from_host", "to_host")
    flows = view.needed_table(what, "flows", "country", *hosts, "tb")
    start, end = map(pd.Timestamp, view.window or (view.first_changed, view.last))
    flows = flows[(flows["country"] != "US") & (flows["month"] >= start) & (flows["month"] <= end)]
    return flows, f"{start:%Y-%m}", f"{end:%Y-%m}"


@section("moves", "Moves of data")
def moves(view: ResultsView) -> Iterable[Block]:
    """Moves of data between kinds of place."""
    flows, since, until = _moved(view, "the streams between places")
    totals = {name: streams(of_world(flows, name), view.seeds) for name in view.styles}
    largest = max((float(total["tb"].sum()) for total in totals.values()), default=0.0)
    if largest <= 0:
        raise NotThere("the streams between places", f"No data moved from {since} to {until} in any world.")
    figures, left_out = _diagrams(view, totals, largest, KINDS_OF_PLACE)
    read = (
        f"Data moved between kinds of place from {since} to {until}, mean over seeds, {text(view.who)}. "
        "Left: origin; right: destination. Equal thickness means equal TB in all panels. Data that did "
        f"not move are not shown. A stream within one kind is a change of provider or country. {left_out}"
    )
    yield Chart("streams", "Between which kinds of place did data move?", read, figures, legend=False)
    yield _net_table(view, totals)
    yield _border_table(view, flows)


def _diagrams(
    view: ResultsView, totals: dict[str, pd.DataFrame], largest: float, nodes: Nodes
) -> tuple[list[Figure], str]:
    """A diagram for each world, and a sentence on the streams too thin to draw."""
    scale = scale_for("TB", largest)
    figures, left_out = [], []
    for name, style in view.styles.items():
        kept, small, count = fold(totals[name], FOLD * largest)
        amount = with_unit(number(float(totals[name]["tb"].sum()) * scale.factor), scale.title)
        figures.append(sankey(kept, small, largest, f"{style.label}: {amount} moved", nodes))
        if count:
            left_out.append(
                f"{count} in {text(style.label)}, together "
                f"{with_unit(number(small * scale.factor), scale.title)}"
            )
    return (
        figures,
        f"Streams below {FOLD:.0%} of the largest world's total are combined: "
        f"{'; '.join(left_out) or 'there are none'}.",
    )


@section("moves", "Data across borders")
def between_countries(view: ResultsView) -> Iterable[Block]:
    """Moves of data between countries."""
    flows, since, until = _moved(view, "the streams between countries")
    crossed = flows[flows["from_host"].astype(str) != flows["to_host"].astype(str)]
    if crossed.empty:
        raise NotThere(
            "the streams between countries",
            f"No data crossed a border from {since} to {until} in any world.",
        )
    by_host = (
        pd.concat(
            [
                crossed.groupby(end_, observed=True)["tb"].sum().rename_axis("host")
                for end_ in ("from_host", "to_host")
            ]
        )
        .groupby(level=0)
        .sum()
    )
    hosts = [str(host) for host in by_host.sort_values(ascending=False).index[:_HOSTS]]
    rest = "elsewhere"
    nodes = Nodes(
        {host: view.place(host) for host in hosts} | {rest: "Elsewhere"},
        dict(zip([*hosts, rest], _HOST_COLOURS, strict=False)) | {rest: "#999999"},
    )
    named = crossed.assign(
        from_kind=[host if host in hosts else rest for host in crossed["from_host"].astype(str)],
        to_kind=[host if host in hosts else rest for host in crossed["to_host"].astype(str)],
    )
    totals = {name: streams(of_world(named, name), view.seeds) for name in view.styles}
    largest = max(float(total["tb"].sum()) for total in totals.values())
    figures, left_out = _diagrams(view, totals, largest, nodes)
    read = (
        f"Data that moved from one jurisdiction to another from {since} to {until}, mean over "
        f"seeds, {text(view.who)}. The {len(hosts)} jurisdictions with the most moves have their own bars; "
        f"'Elsewhere' is all others. {left_out}"
    )
    yield Chart("streams", "Between which countries did data move?", read, figures, legend=False)
    yield _border_table(view, flows)


def _net_table(view: ResultsView, totals: dict[str, pd.DataFrame]) -> Table:
    largest = max(float(total["tb"].max()) for total in totals.values() if len(total))
    scale = scale_for("TB", largest)
    decimals = decimals_for(largest * scale.factor)
    rows = []
    for kind in KINDS:
        cells = []
        for total in totals.values():
            gained = float(total.loc[total["to_kind"] == kind, "tb"].sum()) - float(
                total.loc[total["from_kind"] == kind, "tb"].sum()
            )
            cells.append(number(gained * scale.factor, True, decimals))
        rows.append([KIND_LABELS[kind], *cells])
    heads = columns("Kind of place", *(f">{view.styles[name].label}, {scale.title}" for name in totals))
    return Table("Net gain or loss of each kind of place by moves", heads, rows, "Mean over seeds.")


def _border_table(view: ResultsView, flows: pd.DataFrame) -> Table:
    crossed = flows[flows["from_host"].astype(str) != flows["to_host"].astype(str)]
    total = (
        crossed.groupby(["from_host", "to_host", "world"], observed=True)["tb"]
        .sum()
        .unstack("world")
        .fillna(0.0)
        / view.seeds
    )
    total = total.reindex(columns=list(view.styles), fill_value=0.0)
    top = total.loc[total.max(axis=1).sort_values(ascending=False).index[:12]]
    largest = float(top.max().max()) if len(top) else 0.0
    scale = scale_for("TB", largest)
    decimals = decimals_for(largest * scale.factor)
    rows = [
        [
            f"{view.place(str(source))} to {view.place(str(target))}",
            *(number(value * scale.factor, decimals=decimals) for value in values),
        ]
        for (source, target), values in zip(top.index, top.to_numpy(), strict=True)
    ]
    heads = columns("From and to", *(f">{style.label}, {scale.title}" for style in view.styles.values()))
    note = "The twelve largest flows, mean over seeds, by the country in which the data were and are stored."
    return Table("Data that crossed a border", heads, rows, note, folded=True)

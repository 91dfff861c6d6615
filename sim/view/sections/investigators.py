"""Evidence: the routes of requests, how often they succeed and how soon, on both sides."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from sim.view.blocks import Block, Chart, Missing, listed, section
from sim.view.figures.quantiles import fan, of_world, yearly_mean, yearly_sum
from sim.view.figures.stacked_areas import routes
from sim.view.figures.style import Figure
from sim.view.figures.time_series import together
from sim.view.results_view import ResultsView
from sim.view.sections.over_draws import beyond_luck
from sim.view.tables import text


@dataclass(frozen=True)
class Measure:
    """One small chart of a column of the world table: a weighted mean or a sum by year, or the value by
    month. `of_all`: recorded of all countries together only."""

    column: str
    title: str
    unit: str
    how: str = "sum"
    weight: str | None = None
    scale: float = 1.0
    of_all: bool = False


US_SIDE = (
    Measure("us_foreign_requests", "Requests aimed abroad", "a year"),
    Measure("us_foreign_success_12m", "Evidence within 12 months", "%", "mean", "us_foreign_requests", 100.0),
    Measure(
        "people_abroad_success_12m",
        "About people abroad",
        "%",
        "mean",
        "people_abroad_requests",
        100.0,
        of_all=True,
    ),
    Measure(
        "people_in_us_success_12m",
        "About people in the US",
        "%",
        "mean",
        "people_in_us_requests",
        100.0,
        of_all=True,
    ),
    Measure("us_foreign_months", "Time to evidence, if successful", "months", "mean", "us_foreign_requests"),
    Measure("mla_backlog_outgoing", "Pending at foreign authorities", "requests", "month"),
    Measure("us_unreachable", "No route, or no letter written", "a year"),
    Measure("us_unreadable", "Answered, but unreadable", "a year"),
    Measure("conflicts_of_law", "Conflicts of law", "a year"),
    Measure("disclosures_enterprise_abroad", "Organisations' content disclosed", "a year"),
)
FOREIGN_SIDE = (
    Measure("foreign_us_requests", "Requests for data at US providers", "a year"),
    Measure("foreign_us_success_12m", "Evidence within 12 months", "%", "mean", "foreign_us_requests", 100.0),
    Measure("foreign_us_months", "Time to evidence, if successful", "months", "mean", "foreign_us_requests"),
    Measure("mla_backlog_incoming", "Pending at the US DOJ", "requests", "month"),
    Measure("non_content_answered", "Answered with other data than content", "a year"),
    Measure("americans_reached", "Orders that reach Americans' data", "a year"),
    Measure("foreign_orders_refused", "Orders that US providers refuse", "a year"),
)
_US_HEADLINES = ("us_success_abroad", "us_success_at_home", "conflicts")


@section("evidence", "Evidence obtained by investigators")
def evidence(view: ResultsView) -> Iterable[Block]:
    """The evidence that investigators obtain."""
    yield from _routes(view)
    yield from _side(view)


@listed
def _routes(view: ResultsView) -> Iterable[Block]:
    frame = view.needed_table("the routes that requests take", "requests", "direction", "route", "requests")
    for direction, title, id_ in (
        ("us_to_foreign", "Which routes do US requests about people or data abroad take?", "routes-us"),
        (
            "foreign_to_us",
            "Which routes do foreign requests to US providers take?",
            "routes-foreign",
        ),
    ):
        rows = frame[frame["direction"] == direction]
        if rows.empty:
            yield Missing(title, "The run recorded no request in this direction.")
            continue
        figures = []
        for name, style in view.styles.items():
            monthly = of_world(rows, name).pivot_table(
                index="month", columns="route", values="requests", aggfunc="sum", observed=True
            )
            # a route without a row in a month had no request in it
            every = monthly.reindex(pd.date_range(view.first, view.last, freq="MS"), fill_value=0).fillna(0.0)
            complete = every.groupby(every.index.year).filter(lambda year: len(year) == 12)
            counts = complete.groupby(
                pd.to_datetime(complete.index.year.astype(str) + "-07-01").rename("month")
            ).sum()
            shares = counts.div(counts.sum(axis=1).where(lambda total: total > 0), axis=0).reset_index()
            figures.append(routes(shares, style.label, view.span))
        yield Chart(
            id_,
            title,
            "Share of the requests of each year, complete years only, over all seeds. A bar adds up to 100%.",
            figures,
        )


@listed
def _side(view: ResultsView) -> Iterable[Block]:
    us_side = [measure for measure in US_SIDE if not (view.only and measure.of_all)]
    view.needed_table("evidence obtained", "world", *_columns((*us_side, *FOREIGN_SIDE)))
    late = (
        "Success within 12 months is that of the requests made in the year; the model knows it in advance, "
        "so also of those whose twelve months end after the run. Each panel has its own vertical axis, from "
        "zero."
    )
    read = (
        f"{_counted(view.only)} {view.band}{beyond_luck(view, *_US_HEADLINES)} "
        f"By calendar year, backlogs by month. {late}"
    )
    yield Chart(
        "evidence-us",
        f"What do US investigators obtain from {view.only or 'abroad'}, and how soon?",
        read,
        _panels(view, us_side),
        width=270,
    )
    read = (
        "Requests of foreign police for content held by US providers, by any route. Requests for other data "
        "than content are counted apart, and are many more. "
        f"{view.band}{beyond_luck(view, 'foreign_success')} By calendar year, backlogs by month. {late}"
    )
    yield Chart(
        "evidence-foreign",
        f"What do {'the police of ' + view.only if view.only else 'foreign police'} obtain from US "
        "providers, and how soon?",
        read,
        _panels(view, FOREIGN_SIDE),
        width=270,
    )


def _counted(only: str | None) -> str:
    """Which US requests the panels count, as HTML. Of a country there are none but those aimed at it."""
    if only:
        return f"US requests aimed at data or people in {text(only)}."
    return (
        "US requests aimed at data or people outside the United States. Three panels count domestic ones, "
        "too: no route, or no letter written; answered, but unreadable; conflicts of law. The panel about "
        "people in the US is mostly of domestic warrants."
    )


def _columns(measures: Sequence[Measure]) -> list[str]:
    """The columns that charts are drawn from."""
    return sorted({column for m in measures for column in (m.column, m.weight) if column is not None})


def _panels(view: ResultsView, measures: Sequence[Measure]) -> list[Figure]:
    """A panel for each measure with numbers."""
    frame = view.table("world", *_columns(measures))
    assert frame is not None
    return [_small(view, measure) for measure in measures if frame[measure.column].notna().any()]


def _small(view: ResultsView, measure: Measure) -> Figure:
    frame = view.table("world", *_columns([measure]))
    assert frame is not None
    if measure.how == "sum":
        frame = yearly_sum(frame, [measure.column])
    elif measure.how == "mean":
        frame = yearly_mean(frame, measure.column, measure.weight)
    fans = {name: fan(of_world(frame, name), measure.column) for name in view.styles}
    figure = together(
        fans,
        view.styles,
        view.span,
        measure.title,
        measure.unit,
        measure.scale,
        height=215,
        y={"rangemode": "tozero"},
    )
    figure["layout"]["xaxis"]["dtick"] = "M48"
    return figure

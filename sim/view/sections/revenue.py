"""Revenue of US providers abroad."""

from collections.abc import Iterable

from sim.view.blocks import Block, Chart, Missing, Section, listed
from sim.view.figures.events import mark
from sim.view.figures.quantiles import fan, of_world, yearly_sum
from sim.view.figures.revenue_charts import BILLION, revenue
from sim.view.figures.time_series import difference
from sim.view.labels import how_to_summarise
from sim.view.results_view import ResultsView
from sim.view.sections.over_draws import beside_draws, beyond_luck
from sim.view.tables import text

CUMULATIVE = "revenue_us_cumulative"  # the series that is cumulative within each pair


def money(view: ResultsView) -> Section:
    """Revenue of US providers abroad."""
    return Section("revenue", f"What US providers earn {view.where}", _blocks(view))


@listed
def _blocks(view: ResultsView) -> Iterable[Block]:
    frame = view.needed_table("revenue", "world", "revenue_us")
    yearly = yearly_sum(frame, ["revenue_us"])
    fans = {name: fan(of_world(yearly, name), "revenue_us") for name in view.styles}
    figures = [revenue(fans, view.styles, view.span)]
    read = (
        "Cloud revenue (infrastructure, platform and hosted private cloud) of US providers from "
        f"{text(view.who)}, complete calendar years. {view.band}{beyond_luck(view, 'revenue')}"
    )
    yield Chart("revenue-yearly", f"What do US providers earn {view.where}?", read, figures)
    yield from _gap(view)
    if view.compare is not None and view.series("revenue_us") is None and view.series(CUMULATIVE) is None:
        yield Missing("the cumulative difference in revenue", how_to_summarise("series"))


def _gap(view: ResultsView) -> Iterable[Block]:
    """The cumulative difference, if worlds are compared and the run's series has it."""
    if view.compare is None:
        return
    a, b = view.compare
    name = f"{text(b.label)} minus {text(a.label)}"
    series = view.series(CUMULATIVE)
    if series is not None:
        band = "The band is the 95% interval over pairs: luck alone."
    else:
        monthly = view.series("revenue_us")
        if monthly is None:
            return
        series = monthly.sort_values("month").assign(
            difference=lambda rows: rows["difference"].cumsum(), low=float("nan"), high=float("nan")
        )
        band = (
            "The line is the sum of monthly mean differences. Their intervals do not add up, so there is "
            "no band; the headline table has the interval of the total."
        )
    drawn = difference(series, b.colour, view.span, "USD bn since the start", scale=1 / BILLION, height=320)
    drawn, whole = beside_draws(view, drawn, "revenue", b.colour)
    read = (
        f"{name}, cumulative from the start of the run; below zero, US providers earn less in "
        f"{text(b.label)}. {band}{whole}"
    )
    title = f"What is the cumulative effect of the rule on US providers' revenue {view.where}?"
    figure = mark(drawn, [], *view.span, view.switches(a.name, b.name), returns=view.returns)
    yield Chart("revenue-gap", title, read, [figure], legend=False)

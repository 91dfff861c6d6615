"""Where customers take another path: all countries, from which one is chosen by a click."""

from collections.abc import Iterable

import pandas as pd

from sim.analysis.drivers.trace.pair import TracedPair
from sim.view.blocks import Block, Chart, Text, section
from sim.view.figures.quantiles import numbers
from sim.view.figures.style import Figure, axis, layout, names_axis
from sim.view.figures.trust_by_country import short_place
from sim.view.sections.trace_words import seed_words, styles
from sim.view.tables import text


@section("who-moved", "")
def by_country(pair: TracedPair, moved: pd.DataFrame) -> Iterable[Block]:
    """The share of accounts that take another path, country by country; `moved` as of `moved_by_country`."""
    movers, simulated = int(moved["movers"].sum()), int(moved["simulated"].sum())
    b = text(pair.labels[1])
    count = f"<strong>{movers:,} of {simulated:,} customers</strong>"
    yield Text(f"{seed_words(pair)} {count} take another path.")
    read = (
        f"Share of a country's accounts whose data is in another place at any time if {b} (light), and in "
        "the last month (dark). Click a country to see who moved there, and why. Small countries have few "
        "simulated customers, so that one of them is a large share."
    )
    ranked = moved.sort_values("moved", ascending=False, kind="stable")
    figure = bars(ranked, styles(pair)[1].colour)
    yield Chart("moved-by-country", "Where do customers go elsewhere?", read, [figure])


def bars(moved: pd.DataFrame, colour: str) -> Figure:
    """Two bars for each country, the second over the first."""
    names = moved["name"].astype(str).tolist()
    shown = (("moved", "at any time", "#c9c9c9"), ("apart", "in the last month", colour))
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "name": words,
            "showlegend": True,
            "x": numbers(100.0 * moved[column]),
            "y": names,
            "marker": {"color": shade},
            "customdata": moved[["movers", "simulated"]].to_numpy().tolist(),
            "hovertemplate": (
                f"%{{y}}, {words}: %{{x:.2~f}}%<br>%{{customdata[0]}} of %{{customdata[1]}} "
                "customers<extra></extra>"
            ),
        }
        for column, words, shade in shown
    ]
    ticks = [short_place(name) for name in names]  # a telephone has no room for the longest; a click has all
    margin = {"l": 20 + 6.5 * max(map(len, ticks)), "r": 22, "t": 40, "b": 12}
    shape = layout(
        70 + 18 * len(names),
        barmode="overlay",
        bargap=0.3,
        xaxis=axis("% of the country's accounts", side="top", rangemode="tozero"),
        yaxis=names_axis(names, tickmode="array", tickvals=names, ticktext=ticks),
        margin=margin,
    )
    return {"data": traces, "layout": shape}

"""Trust: abroad in total, by country, the difference, the map."""

from collections.abc import Iterable

import pandas as pd

from sim.view.blocks import Block, Chart, Choice, Missing, NotThere, listed, section
from sim.view.figures.events import Event, mark
from sim.view.figures.maps import EUROPE
from sim.view.figures.quantiles import fan, in_points, of_world
from sim.view.figures.style import common_range
from sim.view.figures.time_series import difference, together
from sim.view.figures.trust_by_country import chosen_country, countries_at_end, country_ranges, last_months
from sim.view.labels import how_to_record, how_to_summarise
from sim.view.number_format import POINTS_OF_100, number
from sim.view.results_view import ResultsView
from sim.view.sections.over_draws import beside_draws, beyond_luck
from sim.view.sections.world_maps import TRUST, maps
from sim.view.tables import Table, Value, columns, text

EVENTS = (
    "Dotted lines are the legal events and news of that world. Codes name those after which trust abroad "
    "turns most sharply; hover over a code or a dot for the event and its reference."
)
NAMED_EVENTS, NAMED_COUNTRIES = 6, 6  # what a chart names; the rest is told on hover


@section("trust", "Trust in US providers")
def trust(view: ResultsView) -> Iterable[Block]:
    """Trust over time."""
    yield from _abroad(view)
    yield from _by_country(view)
    yield _event_table(view)


@listed
def _abroad(view: ResultsView) -> Iterable[Block]:
    yield _channel(view, "trust")
    yield _channel(view, "trust_intelligence")
    yield from _effect(view)


_CHANNELS = {
    "trust": (
        "trust-abroad",
        "How much do customers abroad trust US providers, by month?",
        "Mean trust of customers outside the United States, weighted by accounts: the perceived "
        "probability that data within reach of a US warrant are not used against the customer, of 100.",
    ),
    "trust_intelligence": (
        "trust-intelligence",
        "How much do they trust what US intelligence does with their data?",
        "The same for access by US intelligence, which no rule about warrants changes; a part of this "
        "distrust spills over into the first channel.",
    ),
}


def _channel(view: ResultsView, column: str) -> Chart:
    """Trust abroad in one of the two channels, a panel for each world."""
    id_, title, meaning = _CHANNELS[column]
    frame = in_points(view.needed_table("trust abroad", "world", column), column)
    fans = {name: fan(of_world(frame, name), column) for name in view.styles}
    limits = common_range(
        min(float(q["q5"].min()) for q in fans.values()), max(float(q["q95"].max()) for q in fans.values())
    )
    figures, named = [], named_events(view, column)
    for name, style in view.styles.items():
        figure = together(
            fans,
            {name: style},
            view.span,
            style.label,
            f"trust, {POINTS_OF_100}",
            height=300,
            y={"range": limits},
        )
        codes = [event.code for event in named]
        figures.append(
            mark(figure, view.events(name), *view.span, view.switches(name), codes, returns=view.returns)
        )
    told = "".join(f"<br>{event.code}, {event.at[:7]}: {_short(event.what)}." for event in named)
    read = (
        f"{meaning} {view.band}{beyond_luck(view, column)} {EVENTS} The vertical axis is the same in "
        f"all panels and does not start at zero.{told}"
    )
    return Chart(id_, title, read, figures, legend=False)


def named_events(view: ResultsView, column: str) -> list[Event]:
    """The events after which a column of the world table changes its course most in any world.

    At most one a month, and none beside a switch, whose effect is larger.
    """
    frame = view.table("world", column)
    moved: dict[str, tuple[float, Event]] = {}
    for name in view.styles if frame is not None else ():
        middle = fan(of_world(frame, name), column).set_index("month")["q50"]
        turn = middle.diff().diff().abs().shift(-1)  # what happens in a month is seen in the next
        for day in view.switches(name):
            month = pd.Timestamp(day[:7])
            turn[
                (turn.index >= month - pd.DateOffset(months=1))
                & (turn.index <= month + pd.DateOffset(months=2))
            ] = 0.0
        for event in view.events(name):
            month = event.at[:7]
            size = float(turn.get(pd.Timestamp(month), 0.0))
            if size > moved.get(month, (0.0, event))[0]:
                moved[month] = size, event
    largest = sorted(moved.values(), key=lambda one: one[0], reverse=True)[:NAMED_EVENTS]
    return sorted((event for _, event in largest), key=lambda event: event.at)


def _short(what: str) -> str:
    """The first clause of an event's description, as HTML."""
    return text(what.partition(";")[0].rstrip("."))


@listed
def _effect(view: ResultsView) -> Iterable[Block]:
    if view.compare is None:
        return
    a, b = view.compare
    series = view.series("trust")
    if series is None:
        raise NotThere("the difference in trust by month", how_to_summarise("series"))
    drawn = difference(series, b.colour, view.span, POINTS_OF_100, scale=100.0)
    drawn, whole = beside_draws(view, drawn, "trust", b.colour)
    figure = mark(drawn, [], *view.span, view.switches(a.name, b.name), returns=view.returns)
    read = (
        f"{text(b.label)} minus {text(a.label)}, within pairs of runs that share a seed; above zero, trust "
        f"is higher with {text(b.label)}. The band is the 95% interval of the mean over pairs: luck alone."
        f"{whole}"
    )
    yield Chart(
        "trust-difference", "What is the effect of the rule on trust abroad?", read, [figure], legend=False
    )


@listed
def _by_country(view: ResultsView) -> Iterable[Block]:
    frame = view.needed_table("trust by country", "country", "country", "trust")
    points = in_points(frame, "trust")
    fans = {name: fan(of_world(points, name), "trust", ("country", "month")) for name in view.styles}
    present = sorted({str(code) for q in fans.values() for code in q["country"]}, key=view.place)
    start = next((code for code in ("IE", "DE") if code in present), present[0])
    names = {code: view.place(code) for code in [start, *(code for code in present if code != start)]}
    ranges = country_ranges(list(fans.values()))
    codes = [event.code for event in named_events(view, "trust")]
    figures = [
        mark(
            chosen_country(fans[name], names, style, view.span, ranges),
            view.events(name),
            *view.span,
            view.switches(name),
            codes,
            view.returns,
        )
        for name, style in view.styles.items()
    ]
    read = (
        f"Choose a country. {view.band} {EVENTS} Both axes are the same in all panels; the vertical axis "
        "fits the country and does not start at zero."
    )
    choice = Choice("Country", {code: names[code] for code in sorted(names, key=view.place)}, start=start)
    yield Chart("trust-country", "How does trust change in one country?", read, figures, choice, legend=False)
    yield trust_at_the_end(view, frame)


def trust_at_the_end(view: ResultsView, frame: pd.DataFrame, hint: str = "") -> Chart:
    """Trust in every country in the last twelve months; `frame`: country, trust; `hint`: a sentence."""
    means = (
        in_points(last_months(frame), "trust")
        .groupby(["world", "seed", "country"], observed=True, as_index=False)["trust"]
        .mean()
    )
    ends = {name: fan(of_world(means, name), "trust", ("country",)) for name in view.styles}
    names = {str(code): view.place(str(code)) for code in means["country"].unique()}
    told = _most_different(view, ends)
    most = (
        f" In bold, with the difference: the {len(told)} countries in which the two worlds differ most."
        if told
        else ""
    )
    read = (
        "Mean of the last twelve months; countries are ordered by their trust in "
        f"{text(next(iter(view.styles.values())).label)}.{most}{hint} A thin line is the middle 90% of "
        "seeds: luck alone."
    )
    figure = countries_at_end(ends, names, view.styles, told)
    return Chart("trust-end", "Where is trust highest and lowest at the end?", read, [figure])


def _most_different(view: ResultsView, ends: dict[str, pd.DataFrame]) -> dict[str, str]:
    """The countries in which the medians of the compared worlds differ most, with the difference in words."""
    if view.compare is None:
        return {}
    a, b = (ends[style.name].set_index("country")["q50"] for style in view.compare)
    gap = b - a
    largest = gap[gap != 0.0].abs().nlargest(NAMED_COUNTRIES).index
    return {str(code): number(gap[code], signed=True, decimals=1) for code in largest}


@section("events", "Events")
def events(view: ResultsView) -> Iterable[Block]:
    """The events by code."""
    yield _event_table(view)


def _event_table(view: ResultsView) -> Block:
    rows: list[list[Value]] = []
    for event in sorted(view.manifest.get("events", []), key=lambda event: str(event["date"])):
        worlds = [view.labels[name] for name in event.get("worlds", []) if name in view.labels]
        facts = (str(event.get(name, "")) for name in ("what", "kind", "cause"))
        row = [str(event["id"]), str(event["date"])[:10], *facts, ", ".join(worlds) or "none"]
        rows.append([*row, str(event.get("reference", ""))])
    if not rows:
        return Missing("the list of events", "The manifest lists no events.")
    heads = columns("Code", "Date", "Event", "Kind", "Cause", "Worlds", "Reference")
    return Table("Events by code", heads, rows, tall=True, folded=True)


@section("map", "Trust on the map")
def map_of_trust(view: ResultsView) -> Iterable[Block]:
    """The world map of trust."""
    if not view.jurisdictions:
        raise NotThere("the map of trust", how_to_record("country"))
    frame = view.needed_table("the map of trust", "country", "country", "trust")
    year_ends = frame[(frame["month"].dt.month == 12) | (frame["month"] == frame["month"].max())]
    figures, frames = maps(view, year_ends, TRUST)
    tail = ""
    if view.compare is not None:
        a, b = view.compare
        tail = (
            f" On the map of differences, the left end of the scale means higher trust in {text(a.label)}, "
            f"the right end higher trust in {text(b.label)}, and near white no difference. These are "
            "differences of means over seeds, without an interval."
        )
    read = (
        "Mean over seeds at the end of each year. The slider changes the year of all maps; colour scales "
        "stay the same. Light grey: no data. Dots are countries and territories too small for an outline. "
        "The model has one value for each group of other countries in a region; all its members show it."
        + tail
    )
    choice = Choice("Month", frames, slider=True, start=list(frames)[-1])
    wide = view.compare is not None
    yield Chart("trust-map", "Where is trust high?", read, figures, choice, legend=False, last_wide=wide)
    near, _ = maps(view, year_ends, TRUST, EUROPE)
    read = f"The same numbers, larger: means over seeds at the end of each year.{tail}"
    title = "Where in Europe is trust high?"
    yield Chart("trust-europe", title, read, near, choice, legend=False, last_wide=wide)

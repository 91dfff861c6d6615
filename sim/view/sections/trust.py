"""Trust: abroad in total, by country, the difference, the map."""

from collections.abc import Iterable

import pandas as pd

from sim.view.blocks import Block, Chart, Choice, Missing, Section
from sim.view.figures.events import mark
from sim.view.figures.maps import CIVIDIS, limits_of, symmetric, world_map
from sim.view.figures.quantiles import fan, of_world
from sim.view.figures.style import common_range, diverging
from sim.view.figures.time_series import difference, together
from sim.view.figures.trust_by_country import chosen_country, countries_at_end, country_ranges, last_months
from sim.view.labels import how_to_record, how_to_summarise
from sim.view.results_view import ResultsView
from sim.view.tables import Table, Value, columns, text

EVENTS = (
    "Dotted lines are the legal events and news of that world, with their codes above. Hover over a code "
    "for the event and its reference."
)


def trust(view: ResultsView) -> Section:
    """Trust over time."""
    return Section("trust", "Trust in US providers", [*_abroad(view), *_by_country(view), _event_table(view)])


def _abroad(view: ResultsView) -> Iterable[Block]:
    frame = view.table("world", "trust")
    if frame is None:
        yield Missing("trust abroad", how_to_record("world"))
        return
    fans = {name: fan(of_world(frame, name), "trust") for name in view.styles}
    limits = common_range(
        min(float(q["q5"].min()) for q in fans.values()), max(float(q["q95"].max()) for q in fans.values())
    )
    figures = []
    for name, style in view.styles.items():
        figure = together(
            fans, {name: style}, view.span, style.label, "trust, 0 to 1", height=300, y={"range": limits}
        )
        figures.append(mark(figure, view.events(name), *view.span, view.switches(name)))
    read = (
        "Mean trust of customers outside the United States, weighted by accounts: the perceived "
        "probability that data within reach of a US warrant are not used against the customer. "
        f"{view.band} {EVENTS} The vertical axis is the same in all panels and does not start at zero."
    )
    yield Chart(
        "trust-abroad",
        "How much do customers abroad trust US providers, by month?",
        read,
        figures,
        legend=False,
    )
    if view.compare is None:
        return
    a, b = view.compare
    series = view.series("trust")
    if series is None:
        yield Missing("the difference in trust by month", how_to_summarise("series"))
        return
    figure = mark(
        difference(series, b.colour, view.span, "difference in trust"),
        [],
        *view.span,
        view.switches(a.name, b.name),
    )
    read = (
        f"{text(b.label)} minus {text(a.label)}, within pairs of runs that share a seed; above zero, trust "
        f"is higher with {text(b.label)}. The band is the 95% interval of the mean over pairs."
    )
    yield Chart(
        "trust-difference", "What is the effect of the rule on trust abroad?", read, [figure], legend=False
    )


def _by_country(view: ResultsView) -> Iterable[Block]:
    frame = view.table("country", "country", "trust")
    if frame is None:
        yield Missing("trust by country", how_to_record("country"))
        return
    fans = {name: fan(of_world(frame, name), "trust", ("country", "month")) for name in view.styles}
    present = sorted({str(code) for q in fans.values() for code in q["country"]}, key=view.place)
    start = next((code for code in ("IE", "DE") if code in present), present[0])
    names = {code: view.place(code) for code in [start, *(code for code in present if code != start)]}
    ranges = country_ranges(list(fans.values()))
    figures = [
        mark(
            chosen_country(fans[name], names, style, view.span, ranges),
            view.events(name),
            *view.span,
            view.switches(name),
        )
        for name, style in view.styles.items()
    ]
    read = (
        f"Choose a country. {view.band} {EVENTS} Both axes are the same in all panels; the vertical axis "
        "fits the country and does not start at zero."
    )
    choice = Choice("Country", {code: names[code] for code in sorted(names, key=view.place)}, start=start)
    yield Chart("trust-country", "How does trust change in one country?", read, figures, choice, legend=False)
    ends = {
        name: fan(
            last_months(of_world(frame, name))
            .groupby(["seed", "country"], observed=True, as_index=False)["trust"]
            .mean(),
            "trust",
            ("country",),
        )
        for name in view.styles
    }
    read = (
        "Mean of the last twelve months; countries are ordered by their trust in "
        f"{text(next(iter(view.styles.values())).label)}. A thin line is the middle 90% of seeds."
    )
    yield Chart(
        "trust-end",
        "Where is trust highest and lowest at the end?",
        read,
        [countries_at_end(ends, names, view.styles)],
    )


def events(view: ResultsView) -> Section:
    """The events by code."""
    return Section("events", "Events", [_event_table(view)])


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


def map_of_trust(view: ResultsView) -> Section:
    """The world map of trust."""
    return Section("map", "Trust on the map", list(_maps(view)))


def _maps(view: ResultsView) -> Iterable[Block]:
    frame = view.table("country", "country", "trust")
    if frame is None or not view.jurisdictions:
        yield Missing("the map of trust", how_to_record("country"))
        return
    year_ends = frame[(frame["month"].dt.month == 12) | (frame["month"] == frame["month"].max())]
    means = year_ends.groupby(["world", "month", "country"], observed=True)["trust"].mean()
    levels = {name: _by_frame(means[name]) for name in view.styles}
    limits = limits_of(list(levels.values()))
    figures = [
        world_map(levels[name], view.jurisdictions, style.label, "trust, 0 to 1", CIVIDIS, limits)
        for name, style in view.styles.items()
    ]
    frames = {name: pd.Timestamp(name).strftime("%B %Y") for name in next(iter(levels.values()))}
    tail = ""
    if view.compare is not None:
        a, b = view.compare
        gap = _by_frame(means[b.name] - means[a.name])
        figure = world_map(
            gap,
            view.jurisdictions,
            f"Difference: {b.label} minus {a.label}",
            "difference in trust",
            diverging(a.colour, b.colour),
            symmetric(gap),
            "+.3f",
        )
        figures.append(figure)
        tail = (
            f" On the map of differences, the left end of the scale means higher trust in {text(a.label)}, "
            f"the right end in {text(b.label)}, and near white no difference. These are differences of "
            "means over seeds, without an interval."
        )
    read = (
        "Mean over seeds at the end of each year. The slider changes the year of all maps; colour scales "
        "stay the same. Grey: no data. Dots are countries and territories too small for an outline. A "
        "rest-of-region group has one value, shown in all its members." + tail
    )
    choice = Choice("Month", frames, slider=True, start=list(frames)[-1])
    yield Chart(
        "trust-map",
        "Where is trust high?",
        read,
        figures,
        choice,
        legend=False,
        last_wide=view.compare is not None,
    )


def _by_frame(means: "pd.Series[float]") -> dict[str, dict[str, float]]:
    return {
        month.strftime("%Y-%m-%d"): {
            str(code): float(value) for code, value in rows.droplevel("month").items()
        }
        for month, rows in means.groupby(level="month", observed=True)
    }

"""The explorer's trust tab and map: trust in the chosen place and in the world, and the effect of the rule on
it."""

from collections.abc import Iterable

import pandas as pd

from sim.analysis.headlines import paired
from sim.view.blocks import Block, Chart, Choice, Section, listed, section
from sim.view.figures.events import Event, mark
from sim.view.figures.quantiles import fan, in_points, of_world
from sim.view.figures.style import heading, steady_range
from sim.view.figures.time_series import difference_fan, together
from sim.view.number_format import POINTS_OF_100
from sim.view.results_view import ResultsView
from sim.view.sections import world_maps
from sim.view.sections.trust import named_events, trust_at_the_end
from sim.view.tables import text
from sim.vocabulary import INSTRUMENTS

_HEIGHT, _UNIT = 290, f"trust, {POINTS_OF_100}"
LAWS = tuple(f"law_{name}" for name in INSTRUMENTS if name != "protest")
_LAWS_IN_FORCE = world_maps.Mapped("laws", "laws in force", ".1f", "+.2f", (0.0, float(len(LAWS))))


@section("trust", "")
def trust(view: ResultsView) -> Iterable[Block]:
    """Trust over time in the chosen place, its paired difference, and trust in every country at the end."""
    yield from _over_time(view)
    yield _in_intelligence(view)
    yield from _at_the_end(view)


def _over_time(view: ResultsView) -> Iterable[Block]:
    frame = in_points(view.needed_table("trust", "world", "trust"), "trust")
    fans = {name: fan(of_world(frame, name), "trust") for name in view.styles}
    limits = steady_range(
        min(float(q["q5"].min()) for q in fans.values()), max(float(q["q95"].max()) for q in fans.values())
    )
    both = together(fans, view.styles, view.span, "Trust", _UNIT, height=_HEIGHT, y={"range": limits})
    named = [event.code for event in named_events(view, "trust")]
    figures = [
        mark(both, events_of(view), *view.span, view.switches(*view.styles), named, returns=view.returns)
    ]
    message = ""
    if view.compare is not None:
        a, b = view.compare
        figures.append(_difference(view, frame))
        message = (
            f" On the right {text(b.label)} minus {text(a.label)}, within pairs that share a seed: above "
            f"zero, trust is higher in {text(b.label)}."
        )
    read = (
        f"Trust of {text(view.who)}: the perceived probability that data within reach of a US warrant are "
        f"not used against the customer. The axis does not start at zero. {_band(view)} Dotted lines are "
        f"events; codes name those after which trust turns most: hover over a code or a dot.{message}"
    )
    yield Chart(
        "trust-now",
        f"How much do customers {view.where} trust US providers, and what is the effect of the rule?",
        read,
        figures,
        width=400,
    )


def _in_intelligence(view: ResultsView) -> Chart:
    """Trust in the channel that no rule about warrants changes."""
    frame = in_points(view.needed_table("trust", "world", "trust_intelligence"), "trust_intelligence")
    fans = {name: fan(of_world(frame, name), "trust_intelligence") for name in view.styles}
    figure = together(fans, view.styles, view.span, "Trust: intelligence", _UNIT, height=_HEIGHT)
    read = (
        f"The same people's trust in what US intelligence does with their data. {_band(view)} A rule about "
        "warrants does not change it; a part of this distrust spills over into the chart above."
    )
    title = "How much do they trust what US intelligence does with their data?"
    return Chart("trust-intelligence-now", title, read, [figure], width=400)


def _band(view: ResultsView) -> str:
    if view.seeds == 1:
        return "One pair is shown, so there is no band yet."
    return (
        f"Line: median of {view.seeds} pairs; bands: the middle 50% and 90%. They show chance only, at the "
        "current slider values."
    )


def _difference(view: ResultsView, frame: pd.DataFrame) -> dict[str, object]:
    assert view.compare is not None
    a, b = view.compare
    one, other = of_world(frame, a.name), of_world(frame, b.name)
    seeds = one["seed"].unique()  # seed by seed, month by month
    before, after = (rows["trust"].to_numpy().reshape(len(seeds), -1) for rows in (one, other))
    pairs = {int(seed): (before[at], after[at]) for at, seed in enumerate(seeds)}
    quantiles = fan(paired(pairs, one["month"].to_numpy()[: len(one) // len(seeds)]), "difference")
    figure = difference_fan(quantiles, b.colour, view.span, f"difference, {POINTS_OF_100}", _HEIGHT)
    figure["layout"]["title"] = heading(f"{b.label} minus {a.label}")
    return mark(figure, [], *view.span, view.switches(a.name, b.name), returns=view.returns)


def events_of(view: ResultsView) -> list[Event]:
    """The events of any world, once each."""
    return list({event.code: event for name in view.styles for event in view.events(name)}.values())


def _at_the_end(view: ResultsView) -> Iterable[Block]:
    frame = view.abroad("country", "trust")
    if frame is not None:
        yield trust_at_the_end(view, frame, " Click a country to show it in every tab.")


def maps(view: ResultsView, measure: str, month: str | None) -> Section:
    """World maps by month, one per world and one of the difference.

    `measure` is trust or laws; `month` (YYYY-MM) is where the slider starts.
    """
    return Section("map", "", _maps(view, measure, month))


@listed
def _maps(view: ResultsView, measure: str, month: str | None) -> Iterable[Block]:
    frame = view.needed_table("the map", "country", "country", *(("trust",) if measure == "trust" else LAWS))
    if measure == "laws":
        frame = frame.assign(laws=frame[list(LAWS)].sum(axis=1))
    figures, options = world_maps.maps(
        view, frame, world_maps.TRUST if measure == "trust" else _LAWS_IN_FORCE
    )
    tail = ""
    if view.compare is not None:
        tail = (
            " On the last map, near white means no difference; the right end of its scale means more in "
            f"{text(view.compare[1].label)}, the left end more in {text(view.compare[0].label)}."
        )
    names = list(options)
    start = next((name for name in names if month is not None and name.startswith(month)), names[-1])
    what = (
        "Trust"
        if measure == "trust"
        else "Laws in force that keep data at home or oppose foreign reach (seven kinds, without protests)"
    )
    read = (
        f"{what}, mean over {view.seeds} {'pair' if view.seeds == 1 else 'pairs'}. Move the slider or "
        "press Play; colour scales are the same in all months. Click a country to show it in every tab. "
        "Light grey: no data. Dots are places too small for an outline. The model has one value for each "
        f"group of other countries in a region; all its members show it.{tail}"
    )
    question = (
        "Where is trust high, and where does the rule change it?"
        if measure == "trust"
        else "Where are laws in force?"
    )
    yield Chart(
        "map-now",
        question,
        read,
        figures,
        Choice("Month", options, slider=True, start=start),
        legend=False,
        last_wide=len(figures) % 2 == 1,
    )

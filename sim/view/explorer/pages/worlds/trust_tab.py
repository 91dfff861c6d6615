"""The explorer's trust tab and map: trust in the chosen place and in the world, and the effect of the rule on
it."""

from collections.abc import Iterable

import pandas as pd

from sim.analysis.headlines import paired
from sim.view.blocks import Block, Chart, Choice, Missing, Section
from sim.view.figures.events import Event, mark
from sim.view.figures.maps import CIVIDIS, limits_of, symmetric, world_map
from sim.view.figures.quantiles import fan, of_world
from sim.view.figures.style import diverging, heading, steady_range
from sim.view.figures.time_series import difference_fan, together
from sim.view.figures.trust_by_country import countries_at_end, last_months
from sim.view.results_view import ResultsView
from sim.view.tables import text
from sim.vocabulary import INSTRUMENTS

_HEIGHT = 290
LAWS = tuple(f"law_{name}" for name in INSTRUMENTS if name != "protest")


def trust(view: ResultsView) -> Section:
    """Trust over time in the chosen place, its paired difference, and trust in every country at the end."""
    return Section("trust", "", [*_over_time(view), *_at_the_end(view)])


def _over_time(view: ResultsView) -> Iterable[Block]:
    frame = view.table("world", "trust")
    assert frame is not None  # every run has it
    fans = {name: fan(of_world(frame, name), "trust") for name in view.styles}
    limits = steady_range(
        min(float(q["q5"].min()) for q in fans.values()), max(float(q["q95"].max()) for q in fans.values())
    )
    both = together(
        fans, view.styles, view.span, "Trust", "trust, 0 to 1", height=_HEIGHT, y={"range": limits}
    )
    figures = [mark(both, events_of(view), *view.span, view.switches(*view.styles))]
    said = ""
    if view.compare is not None:
        a, b = view.compare
        figures.append(_difference(view, frame))
        said = (
            f" On the right {text(b.label)} minus {text(a.label)}, within pairs that share a seed: above "
            f"zero, trust is higher in {text(b.label)}."
        )
    read = (
        f"Trust of {text(view.who)}: the perceived probability that data within reach of a US warrant are "
        f"not used against the customer. The axis does not start at zero. {_band(view)} Codes above the "
        f"chart are events: hover over one for its description and reference.{said}"
    )
    yield Chart(
        "trust-now",
        f"How much do customers {view.where} trust US providers, and what is the effect of the rule?",
        read,
        figures,
        width=400,
    )


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
    figure = difference_fan(quantiles, b.colour, view.span, "difference in trust", _HEIGHT)
    figure["layout"]["title"] = heading(f"{b.label} minus {a.label}")
    return mark(figure, [], *view.span, view.switches(a.name, b.name))


def events_of(view: ResultsView) -> list[Event]:
    """The events of any world, once each."""
    return list({event.code: event for name in view.styles for event in view.events(name)}.values())


def _at_the_end(view: ResultsView) -> Iterable[Block]:
    frame = view.table("country", "country", "trust")
    if frame is None:
        return
    frame = last_months(frame)
    means = (
        frame[frame["country"] != "US"]
        .groupby(["world", "seed", "country"], observed=True, as_index=False)["trust"]
        .mean()
    )
    ends = {name: fan(of_world(means, name), "trust", ("country",)) for name in view.styles}
    names = {str(code): view.place(str(code)) for code in means["country"].unique()}
    read = (
        "Mean of the last twelve months; countries are ordered by their trust in "
        f"{text(next(iter(view.styles.values())).label)}. Click a country to show it in every tab. A thin "
        "line is the middle 90% of pairs."
    )
    yield Chart(
        "trust-end",
        "Where is trust highest and lowest at the end?",
        read,
        [countries_at_end(ends, names, view.styles)],
    )


def maps(view: ResultsView, measure: str, month: str | None) -> Section:
    """World maps by month, one per world and one of the difference.

    `measure` is trust or laws; `month` (YYYY-MM) is where the slider starts.
    """
    return Section("map", "", list(_maps(view, measure, month)))


def _maps(view: ResultsView, measure: str, month: str | None) -> Iterable[Block]:
    frame = view.table("country", "country", *(("trust",) if measure == "trust" else LAWS))
    if frame is None:
        yield Missing("the map", "The country table was not recorded.")
        return
    if measure == "laws":
        frame = frame.assign(laws=frame[list(LAWS)].sum(axis=1))
    means = frame.groupby(["world", "month", "country"], observed=True)[measure].mean().unstack("country")
    levels = {name: _frames(means.loc[name]) for name in view.styles}
    unit, tick, limits = (
        ("trust, 0 to 1", ".2f", limits_of(list(levels.values())))
        if measure == "trust"
        else ("laws in force", ".1f", (0.0, float(len(LAWS))))
    )
    figures = [
        world_map(levels[name], view.jurisdictions, style.label, unit, CIVIDIS, limits, tick)
        for name, style in view.styles.items()
    ]
    tail = ""
    if view.compare is not None:
        a, b = view.compare
        gap = _frames(means.loc[b.name] - means.loc[a.name])
        title, scale = f"Difference: {b.label} minus {a.label}", diverging(a.colour, b.colour)
        figures.append(
            world_map(
                gap,
                view.jurisdictions,
                title,
                f"difference in {measure}",
                scale,
                symmetric(gap),
                "+.3f" if measure == "trust" else "+.2f",
            )
        )
        tail = (
            " On the last map, near white means no difference; the right end of its scale means more in "
            f"{text(b.label)}."
        )
    names = list(next(iter(levels.values())))
    start = next((name for name in names if month is not None and name.startswith(month)), names[-1])
    options = {name: pd.Timestamp(name).strftime("%B %Y") for name in names}
    what = (
        "Trust"
        if measure == "trust"
        else "Laws in force that keep data at home or oppose foreign reach (seven kinds, without protests)"
    )
    read = (
        f"{what}, mean over {view.seeds} {'pair' if view.seeds == 1 else 'pairs'}. Move the slider or "
        "press Play; colour scales are the same in all months. Click a country to show it in every tab. "
        "Grey: no data. Dots are places too small for an outline; a rest-of-region group has one value, "
        f"shown in all its members.{tail}"
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


def _frames(wide: pd.DataFrame) -> dict[str, dict[str, float]]:
    """{month: {country: value}} of a table with a row per month and a column per country."""
    codes = [str(code) for code in wide.columns]
    return {
        stamp.strftime("%Y-%m-%d"): dict(zip(codes, row, strict=True))
        for stamp, row in zip(wide.index, wide.to_numpy().tolist(), strict=True)
    }

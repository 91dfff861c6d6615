"""The content of the explorer's page: the results of the chosen place, charts, and headline numbers as cards
and in words."""

import math
from functools import cache
from typing import Any

import pandas as pd

from sim.analysis.country_table import world_of
from sim.analysis.drivers.explanations import reasons
from sim.analysis.drivers.knockouts import first_month
from sim.analysis.headlines import SERIES, Columns, compared_headlines, headlines_of_one, series
from sim.pipeline import projections
from sim.runs.live import results_of_pairs, tables_of
from sim.runs.manifest import facts
from sim.runs.results import MemoryResults, reader_of
from sim.view.explorer.components import content_of
from sim.view.explorer.pages.worlds.sessions import Session
from sim.view.explorer.pages.worlds.state import ABROAD, State
from sim.view.explorer.pages.worlds.world_tabs import TABS
from sim.view.number_format import MINUS, estimate, number, with_unit
from sim.view.results_view import ResultsView
from sim.view.sections import headline_summary
from sim.view.tables import text

CARDS = {
    "trust": "Trust in US providers abroad",
    "revenue": "Their revenue abroad",
    "us_reach": "Cloud data within reach of a US order",
    "laws": "Laws in force",
    "us_success": "US requests abroad met within a year",
}
_UNITS = {
    "points of 100": "points of 100",
    "% of foreign customers' cloud data": "% of it",
    "countries x instruments": "in all countries",
}
_OF_COUNTRIES = ("country", "flows", "requests", "cell", "laws", "offers")
_PAIRED = {"money": ("revenue_us", "revenue_us_cumulative")}
_cached_projections = cache(projections)


def results_view_of(session: Session, state: State, place: str, whole: bool = False) -> ResultsView:
    """The results of a page's pairs prepared for the report, of the country `place` if it is one.

    `whole`: with every summary, for the report.
    """
    assert session.resolved is not None
    resolved, pairs = session.resolved, [session.pairs[seed] for seed in sorted(session.pairs)]
    compare = resolved.experiment.compare
    worlds = [{world: tables["world"] for world, tables in pair.tables.items()} for pair in pairs]
    shared = first_month(resolved, compare) if compare else 0
    manifest = facts(resolved, [pair.seed for pair in pairs], shared)
    manifest |= {"projections": _cached_projections(), "command": "warrantsim run explorer.yaml"}
    summaries: dict[str, pd.DataFrame] = {}
    if compare is None:
        only = next(iter(resolved.scenarios))
        summaries["headlines"] = headlines_of_one([one[only] for one in worlds])
    else:
        paired = [(one[compare[0]], one[compare[1]]) for one in worlds]
        summaries["headlines"] = compared_headlines(paired, shared).assign(why="")
        if whole or state.tab == "numbers":
            labels = (
                resolved.experiment.worlds[compare[0]].label,
                resolved.experiment.worlds[compare[1]].label,
            )
            summaries["headlines"]["why"] = (
                summaries["headlines"]["headline"].map(reasons(paired, shared, labels)).fillna("")
            )
        metrics = tuple(SERIES) if whole else _PAIRED.get(state.tab, ())
        if metrics and place == ABROAD:
            summaries["series"] = series(paired, metrics)
    window = (state.since or _first_changed(manifest), state.until or str(manifest["last"])[:7])
    if place == ABROAD:
        return ResultsView(results_of_pairs(manifest, pairs, summaries), None, window)
    tables = _of_place(tables_of(pairs), place)
    if compare is not None and "revenue_us" in tables["world"] and (whole or state.tab == "money"):
        summaries["series"] = series(_pairs_of(tables["world"], compare), _PAIRED["money"])
    return ResultsView(
        MemoryResults(manifest, {n: reader_of(t) for n, t in tables.items()}, summaries),
        resolved.base.jurisdictions[place].name,
        window,
    )


def _first_changed(manifest: dict[str, Any]) -> str:
    """The first month that the switch can change, as YYYY-MM."""
    return (
        f"{pd.offsets.MonthBegin().rollforward(pd.Timestamp(manifest['switch'] or manifest['first'])):%Y-%m}"
    )


def _of_place(tables: dict[str, pd.DataFrame], place: str) -> dict[str, pd.DataFrame]:
    """The tables of one country; `country` keeps all countries, for maps."""
    out = {
        name: frame[frame["country"] == place] if name in _OF_COUNTRIES and name != "country" else frame
        for name, frame in tables.items()
    }
    out["world"] = world_of(place, tables.get("country"), tables.get("requests"))
    return out


def _pairs_of(world: pd.DataFrame, compare: tuple[str, str]) -> list[tuple[Columns, Columns]]:
    """A table by seed, world and month as pairs of columns."""
    seeds = sorted(world["seed"].unique())
    by = {key: rows.sort_values("month") for key, rows in world.groupby(["seed", "world"], observed=True)}
    a, b = compare
    return [
        (
            {str(c): by[seed, a][c].to_numpy() for c in world.columns},
            {str(c): by[seed, b][c].to_numpy() for c in world.columns},
        )
        for seed in seeds
    ]


def page_content(session: Session, state: State) -> dict[str, Any]:
    """All that the page draws: content of the tab, headline numbers, a sentence for screen readers, number of
    pairs."""
    view = results_view_of(session, state, state.place)
    content = content_of(TABS[state.tab].sections(view, state))
    headlines = view.summary("headlines")
    assert headlines is not None
    seeds = sorted(session.pairs)
    return {
        **content,
        "cards": _cards(headlines, view),
        "sentence": sentence(headlines, view),
        "pairs": len(seeds),
        "of": state.pairs,
        "seeds": [seeds[0], seeds[-1]],
        "window": view.window,
    }


def _cards(headlines: pd.DataFrame, view: ResultsView) -> str:
    """The headline numbers as a row of cards, as HTML: the difference if worlds are compared, and the two
    values."""
    cards = []
    rows = {str(row["headline"]): row for row in headlines.to_dict("records")}
    for code, short in CARDS.items():
        row = rows[code]
        unit = _UNITS.get(str(row["unit"]), str(row["unit"]))
        if view.compare is None:
            value, below = number(float(row["value_a"])), ""
        else:
            value, interval = estimate(float(row["difference"]), float(row["low"]), float(row["high"]))
            below = f"{number(row['value_a'])} \N{RIGHTWARDS ARROW} {number(row['value_b'])}"
            below += f"; 95% interval {interval}" if view.seeds > 1 else ""
        title = text(f"{row['name']}: {row['unit']}, {row['window']}")
        cards.append(
            f'<li title="{title}"><span class="name">{short}</span>'
            f'<span class="value">{value} <small>{text(unit)}</small></span>'
            f'<span class="below">{below}</span></li>'
        )
    return f'<ul class="cards">{"".join(cards)}</ul>'


def sentence(headlines: pd.DataFrame, view: ResultsView) -> str:
    """The result in a sentence, as HTML: the effect of the rule on trust and on revenue."""
    if view.compare is None:
        return headline_summary.answer(headlines, view)
    a, b = view.compare
    rows = {str(row["headline"]): row for row in headlines.to_dict("records")}
    trust, revenue = rows["trust"], rows["revenue"]
    few = "One pair so far. " if view.seeds == 1 else ""
    if float(trust["difference"]) == float(revenue["difference"]) == 0.0:
        return f"{few}{text(b.label)} and {text(a.label)} do not differ."
    told = [
        _told("trust abroad is", trust, "points of 100", "higher", "lower"),
        _told("US providers earn", revenue, "USD bn", "more abroad", "less abroad"),
    ]
    return f"{few}{text(b.label)} rather than {text(a.label)}: {'; '.join(told)}."


def _told(what: str, row: dict[Any, Any], unit: str, more: str, less: str) -> str:
    value, low, high = (float(row[column]) for column in ("difference", "low", "high"))
    size, interval = estimate(value, low, high)
    amount = with_unit(size.lstrip(f"+{MINUS}"), unit)
    if math.isnan(low):
        return f"{what} <strong>{amount} {more if value > 0 else less}</strong>"
    clear = low > 0.0 or high < 0.0
    said = (
        f"{what} <strong>{amount} {more if value > 0 else less}</strong>"
        if clear
        else f"{what} {amount} {more if value > 0 else less}, which may be due to chance"
    )
    return f"{said} (95% interval {interval})"

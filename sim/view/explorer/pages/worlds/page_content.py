"""The content of the explorer's page: the results of the chosen place, charts, and headline numbers as cards
and in words."""

import math
from dataclasses import replace
from typing import Any

import pandas as pd

from sim.analysis.headlines import SERIES
from sim.analysis.screen_results import screen_results
from sim.view.explorer.components import content_of
from sim.view.explorer.pages.worlds.sessions import Session
from sim.view.explorer.pages.worlds.state import ABROAD, State
from sim.view.explorer.pages.worlds.world_tabs import TABS
from sim.view.number_format import MINUS, estimate, scale_for, with_unit
from sim.view.result_tables import levels
from sim.view.results_view import ResultsView
from sim.view.sections import headline_summary
from sim.view.sections.plain_answer import agree
from sim.view.tables import text

CARDS = {
    "trust": "Trust in US providers abroad",
    "revenue": "Their revenue abroad",
    "us_reach": "Cloud data within reach of a US order, by definition",
    "laws": "Laws in force",
    "us_success_abroad": "US requests about people abroad met within a year",
}
LUCK_ALONE = (
    "<small>These intervals (95%) hold luck alone. For luck, fit and judgement together, press Copy YAML and "
    "run <code>warrantsim run</code> on it.</small>"
)
_PERCENT = "% of foreign customers' cloud data"
_SHORT_UNITS = {"instruments": "instruments in all countries", _PERCENT: "%"}
REVENUE = ("revenue_us", "revenue_us_cumulative")


def results_view_of(
    session: Session,
    state: State,
    place: str,
    at_rest: pd.DataFrame | None = None,
    whole: bool = False,
) -> ResultsView:
    """The results of a page's pairs prepared for the report, of the country `place` if it is one.

    `at_rest`: the shipped headlines over joint draws, if they are of what is on the screen. `whole`: with
    every summary, for the report.
    """
    assert session.resolved is not None
    pairs = [session.pairs[seed] for seed in sorted(session.pairs)]
    abroad = place == ABROAD
    metrics = (tuple(SERIES) if abroad else REVENUE) if whole else REVENUE if state.tab == "money" else ()
    results = screen_results(
        session.resolved, pairs, None if abroad else place, whole or state.tab == "numbers", metrics
    )
    if at_rest is not None:
        results = replace(results, summaries={**results.summaries, "uncertainty": at_rest})
    results.manifest["command"] = "warrantsim run explorer.yaml"
    window = (state.since or ResultsView(results).first_changed, state.until or results.manifest["last"][:7])
    name = None if abroad else session.resolved.base.jurisdictions[place].name
    return ResultsView(results, name, window)


def page_content(
    session: Session,
    state: State,
    at_rest: pd.DataFrame | None = None,
    traced: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """All that the page draws: content of the tab (of a traced tab: `traced`), headline numbers, a sentence
    for screen readers, number of pairs."""
    view = results_view_of(session, state, state.place, at_rest)
    content = content_of(TABS[state.tab].sections(view, state)) if traced is None else traced
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
    values. Over joint draws where they are known, else with luck alone."""
    cards = []
    at_rest = view.summary("uncertainty")
    over = {} if at_rest is None else {str(row["headline"]): row for row in at_rest.to_dict("records")}
    rows = {str(row["headline"]): row for row in headlines.to_dict("records")}
    for code, short in CARDS.items():
        row = rows[code]
        scale = scale_for(str(row["unit"]), 0.0)
        unit = scale.title if view.compare is None else scale.change
        unit = _SHORT_UNITS.get(unit, unit)
        if view.compare is None:
            value, below = levels(row, ("value_a",))[0], ""
        else:
            value, interval = estimate(float(row["difference"]), float(row["low"]), float(row["high"]))
            below = f"luck alone: {interval}" if view.seeds > 1 else "luck alone, one pair so far"
            if code in over:
                value, everything = _over_draws(over[code])
                below = f"{everything}<br>{below}"
            else:
                below += "<br>" + " \N{RIGHTWARDS ARROW} ".join(levels(row, ("value_a", "value_b")))
        title = text(f"{row['name']}: {row['unit']}, {row['window']}")
        cards.append(
            f'<li title="{title}"><span class="name">{short}</span>'
            f'<span class="value">{value} <small>{text(unit)}</small></span>'
            f'<span class="below">{below}</span></li>'
        )
    return f'<ul class="cards">{"".join(cards)}</ul>'


def _over_draws(row: dict[Any, Any]) -> tuple[str, str]:
    """The middle value of a headline over joint draws, and its 90% interval with the share of its sign."""
    value, interval = estimate(float(row["median"]), float(row["low90"]), float(row["high90"]))
    return value, f"90%: {interval}<br>{agree(row)}"


def sentence(headlines: pd.DataFrame, view: ResultsView) -> str:
    """The result in a sentence, as HTML: over joint draws where they are known, else the effect on trust and
    on revenue with luck alone."""
    if view.compare is None:
        return headline_summary.answer(headlines, view)
    if view.summary("uncertainty") is not None:
        return headline_summary.answers(view)[0]
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
    limits = LUCK_ALONE if view.seeds > 1 else ""  # of one pair there is no interval
    return f"{few}{text(b.label)} compared with {text(a.label)}: {'; '.join(told)}. {limits}"


def _told(what: str, row: dict[Any, Any], unit: str, more: str, less: str) -> str:
    value, low, high = (float(row[column]) for column in ("difference", "low", "high"))
    size, interval = estimate(value, low, high)
    amount = with_unit(size.lstrip(f"+{MINUS}"), unit)
    if math.isnan(low):
        return f"{what} <strong>{amount} {more if value > 0 else less}</strong>"
    clear = low > 0.0 or high < 0.0
    message = (
        f"{what} <strong>{amount} {more if value > 0 else less}</strong>"
        if clear
        else f"{what} {amount} {more if value > 0 else less}, which may be due to chance"
    )
    return f"{message} ({interval})"

"""The actions of governments and US providers."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from sim.view.blocks import Block, Chart, NotThere, listed, section
from sim.view.figures.changes_in_force import in_force_at_end, offered
from sim.view.figures.offer_counts import offer_counts
from sim.view.figures.quantiles import fan, of_world
from sim.view.figures.time_series import together
from sim.view.labels import INSTRUMENTS, OFFERS, WITHOUT_COUNTRY
from sim.view.number_format import percent
from sim.view.results_view import ResultsView
from sim.view.sections.over_draws import beyond_luck
from sim.view.tables import Cell, Table, Value, columns

TOTALS = {"localisation": "Localisation or procurement rule", "total": "All instruments except protests"}


@section("laws", "What governments did")
def laws(view: ResultsView) -> Iterable[Block]:
    """What governments did."""
    yield from _over_time(view)
    yield from _agreement(view)


@listed
def _over_time(view: ResultsView) -> Iterable[Block]:
    titles = INSTRUMENTS | TOTALS
    frame = view.needed_table("laws over time", "world", *(f"laws_{code}" for code in titles))
    figures, nowhere = [], []
    for code, title in titles.items():
        if not frame[f"laws_{code}"].fillna(0.0).any():
            nowhere.append(title.lower())
            continue
        fans = {name: fan(of_world(frame, name), f"laws_{code}") for name in view.styles}
        unit = "instruments" if code == "total" else "countries"
        figures.append(
            together(fans, view.styles, view.span, title, unit, height=210, y={"rangemode": "tozero"})
        )
        figures[-1]["layout"]["xaxis"]["dtick"] = "M48"
    if not figures:
        raise NotThere("laws over time", "No law came into force in any run.")
    none = f" In no run does any country have: {', '.join(nowhere)}." if nowhere else ""
    read = (
        f"Countries with the instrument in force. {view.band}{beyond_luck(view, 'laws')} Each panel has its "
        f"own vertical axis, from zero; all worlds in a panel share it.{none}"
    )
    yield Chart("laws-time", "How many countries adopt each law?", read, figures, width=270)


@listed
def _agreement(view: ResultsView) -> Iterable[Block]:
    frame = view.needed_table(
        "the table of laws by country", "laws", "country", "instrument", "change", "why"
    )
    found = in_force_at_end(frame, view.seeds).set_index(["country", "instrument", "world"])
    if found.empty:
        raise NotThere("the table of laws by country", "No law came into force in any run.")
    wide = found.unstack("world")
    shares = wide["share"].reindex(columns=list(view.styles)).fillna(0.0)
    spread = shares.max(axis=1) - shares.min(axis=1)
    order = (
        pd.DataFrame({"spread": spread, "most": shares.max(axis=1)})
        .sort_values(["spread", "most"], ascending=False, kind="stable")
        .index
    )
    rows, at = list[list[Value]](), found.to_dict("index")
    for country, instrument in order:
        cells: list[Value] = [view.place(str(country)), INSTRUMENTS.get(str(instrument), str(instrument))]
        for world in view.styles:
            key = (country, instrument, world)
            cells.append(_in_world(at.get(key)))
        rows.append(cells)
    chance = (
        f" One seed is {100 / view.seeds:.0f} points, and the rows with the largest differences of hundreds "
        "come first: small ones are chance."
        if view.seeds > 1
        else ""
    )
    note = (
        f"In force at the end: share of the {view.seeds:,} {'seed' if view.seeds == 1 else 'seeds'}. Under "
        "it: the first month, the median over the seeds with the law, and the most frequent reason. Rows in "
        f"which the worlds differ most come first.{chance} The reason 'timeline' marks a law of the real "
        "world, enacted on its historical date. Rest-of-region groups are not in this table: the laws of "
        "their countries are recorded as shares and are counted in the charts above."
    )
    heads = columns("Country", "Instrument", *(f">{style.label}" for style in view.styles.values()))
    yield Table("Which laws, where, and how likely?", heads, rows, note, tall=True)


def _in_world(row: Any) -> Cell:
    """How likely a law is in force at the end of a world, since when and why."""
    if row is None or pd.isna(row["share"]):
        return Cell("0%")
    month = "" if pd.isna(row["month"]) else pd.Timestamp(row["month"]).strftime("%Y-%m")
    why = "" if pd.isna(row["why"]) else str(row["why"]).replace("_", " ")
    return Cell(percent(row["share"]), ", ".join(filter(None, (month, why))))


@section("offers", "What US providers offered")
def offers(view: ResultsView) -> Iterable[Block]:
    """What US providers offered."""
    frame = view.needed_table(
        "the offers of US providers", "offers", "provider", "country", "offer", "change"
    )
    calendar = pd.date_range(view.first, view.last, freq="MS")
    seeds = [int(seed) for seed in view.manifest["seeds"]]
    counts = {name: offered(of_world(frame, name), calendar, seeds) for name in view.styles}
    figures = []
    for code, title in OFFERS.items():
        of_offer = {
            name: rows[rows["offer"] == code]
            for name, rows in counts.items()
            if (rows["offer"] == code).any()
        }
        if of_offer:
            by_country = code not in WITHOUT_COUNTRY
            figures.append(offer_counts(of_offer, view.styles, title, view.span, by_country=by_country))
    if not figures:
        raise NotThere("the offers of US providers", "No provider changed its offers in any run.")
    read = (
        "Countries in which at least one US provider has the offer live (thick line), or has only "
        "announced it (thin dotted line); mean over seeds. Closed offers do not count, nor do offers that "
        "existed before the first month. Panels have their own vertical axes, from zero. Court challenges "
        "and transparency reports have no country: their panels show the share of seeds in which at least "
        "one provider has them."
    )
    yield Chart("offers-time", "In how many countries is each offer available?", read, figures, width=300)
    happened = [e for e in view.manifest.get("events", []) if e["cause"] == "endogenous"]
    if happened:
        rows = [[str(event[name]) for name in ("date", "id", "what", "reference")] for event in happened]
        note = (
            "These events do not drive the model. They are listed for comparison with the sovereign "
            "offers above."
        )
        yield Table("What providers actually did", columns("Date", "Code", "What", "Reference"), rows, note)

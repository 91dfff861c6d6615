"""The parts of a report in their order: what each is called in a menu, what builds it, and which files it needs.

A further analysis becomes visible everywhere (report, results pages) by one line here.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from sim.view.blocks import Section
from sim.view.results_view import ResultsView
from sim.view.sections import (
    checks,
    data_location,
    governments,
    headline_summary,
    investigators,
    record_comparison,
    revenue,
    stated_and_actual,
    survival,
    trust,
)


@dataclass(frozen=True)
class Part:
    """A part: `tables` of the run and `summaries` (CSV files) without all of which it has nothing to show.

    `always`: a report says what is missing where it cannot be filled, rather than leaving it out; `own_tab`: a results page
    gives it a tab of its own, beside the one where the others are chosen.
    """

    key: str
    label: str
    build: Callable[[ResultsView], Section]
    tables: tuple[str, ...] = ()
    summaries: tuple[str, ...] = ()
    always: bool = True
    own_tab: bool = False

    def can_be_filled(self, files: Collection[str]) -> bool:
        """Whether a folder with these files (`tables/world.parquet`, `record.csv`) has what the part shows."""
        return all(f"tables/{name}.parquet" in files for name in self.tables) and all(
            f"{name}.csv" in files for name in self.summaries
        )


PARTS: tuple[Part, ...] = (
    Part("headlines", "Headlines", headline_summary.headlines, summaries=("headlines",)),
    Part("trust", "Trust", trust.trust, tables=("world",)),
    Part("data", "Where data lives", data_location.where, tables=("world",)),
    Part("moves", "Moves", data_location.moves, tables=("flows",)),
    Part("map", "Map", trust.map_of_trust, tables=("country",), own_tab=True),
    Part("money", "Money", revenue.money, tables=("world",)),
    Part("laws", "Laws", governments.laws, tables=("laws",)),
    Part("offers", "Offers", governments.offers, tables=("offers",)),
    Part("investigators", "Evidence obtained", investigators.evidence, tables=("world",)),
    Part("reaction", "Said and done", stated_and_actual.reaction, tables=("world",)),
    Part("claims", "Claims", checks.claims, summaries=("claims",), own_tab=True),
    Part("knockouts", "Knock-outs", checks.knockouts, summaries=("knockouts",), own_tab=True),
    Part("switch-dates", "Switch dates", checks.switch_dates, summaries=("switch_dates",)),
    Part("survival", "What survives", survival.survival, summaries=("survival",), own_tab=True),
    Part(
        "held-against",
        "Model against data",
        record_comparison.record_comparison,
        summaries=("record",),
        own_tab=True,
    ),
    Part("record", "Row by row", checks.record, summaries=("record",), own_tab=True),
    Part(
        "evidence", "Evidence asked for", checks.evidence, summaries=("evidence",), always=False, own_tab=True
    ),
    Part("reproduce", "Reproduce", checks.reproduce),
)
BY_KEY = {part.key: part for part in PARTS}


def sections(view: ResultsView) -> list[Section]:
    """Every part of a report, also those that a folder cannot fill: they say what is missing and how to get it."""
    return [
        part.build(view)
        for part in PARTS
        if part.always or all(view.summary(name) is not None for name in part.summaries)
    ]

"""The parts of a report in order: the label of each, the function that builds it, and the files it needs.

A new line here adds an analysis to the report and to the results pages.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from sim.view.blocks import Section
from sim.view.results_view import ResultsView
from sim.view.sections import (
    channels,
    checks,
    citation,
    confound,
    data_location,
    governments,
    headline_summary,
    investigators,
    knockouts,
    levers,
    record_comparison,
    revenue,
    stated_and_actual,
    survival,
    tipping,
    trust,
    value,
)


@dataclass(frozen=True)
class Part:
    """A part of the report, which needs all of `tables` (of the run) and `summaries` (CSV files).

    `always`: a report names what is missing rather than leaving the part out; `own_tab`: the part has its own
    tab on a results page.
    """

    key: str
    label: str
    build: Callable[[ResultsView], Section]
    tables: tuple[str, ...] = ()
    summaries: tuple[str, ...] = ()
    always: bool = True
    own_tab: bool = False

    def section(self, view: ResultsView) -> Section:
        """The section, whose charts bear the record of the results."""
        return replace(self.build(view), record=view.record)

    def can_be_filled(self, files: Collection[str]) -> bool:
        """Whether a folder with these files (such as `tables/world.parquet`) has what the part shows."""
        return all(f"tables/{name}.parquet" in files for name in self.tables) and all(
            f"{name}.csv" in files for name in self.summaries
        )


PARTS: tuple[Part, ...] = (
    Part("headlines", "Headlines", headline_summary.headlines, summaries=("headlines",)),
    Part("trust", "Trust", trust.trust, tables=("world",)),
    Part("data", "Data location", data_location.where, tables=("world",)),
    Part("moves", "Moves", data_location.moves, tables=("flows",)),
    Part("map", "Map", trust.map_of_trust, tables=("country",), own_tab=True),
    Part("money", "Money", revenue.money, tables=("world",)),
    Part("laws", "Laws", governments.laws, tables=("laws",)),
    Part("offers", "Offers", governments.offers, tables=("offers",)),
    Part("investigators", "Evidence obtained", investigators.evidence, tables=("world",)),
    Part("reaction", "Stated and actual", stated_and_actual.reaction, tables=("world",)),
    Part("claims", "Claims", checks.claims, summaries=("claims",), own_tab=True),
    Part("knockouts", "Knock-outs", knockouts.knockouts, summaries=("knockouts",), own_tab=True),
    Part("channels", "Channels", channels.channels, summaries=("channels",), always=False, own_tab=True),
    Part("confound", "Two causes", confound.confound, summaries=("confound",), always=False, own_tab=True),
    Part("value", "What to measure", value.value, summaries=("value",), always=False, own_tab=True),
    Part("agents", "Agents", checks.agents, summaries=("mean_field",)),
    Part("switch-dates", "Switch dates", checks.switch_dates, summaries=("switch_dates",)),
    Part(
        "tipping", "Tipping and return", tipping.tipping, summaries=("returns",), always=False, own_tab=True
    ),
    Part("levers", "Which lever pays", levers.levers, summaries=("frontier",), always=False, own_tab=True),
    Part("survival", "Robustness", survival.survival, summaries=("survival",), own_tab=True),
    Part(
        "model-and-data",
        "Model and data",
        record_comparison.record_comparison,
        summaries=("record",),
        own_tab=True,
    ),
    Part("record", "Row by row", checks.record, summaries=("record",), own_tab=True),
    Part(
        "evidence", "Requested evidence", checks.evidence, summaries=("evidence",), always=False, own_tab=True
    ),
    Part("cite", "Cite", citation.citation, summaries=("records",), always=False),
    Part("reproduce", "Reproduce", checks.reproduce),
)
BY_KEY = {part.key: part for part in PARTS}


def sections(view: ResultsView) -> list[Section]:
    """Every part of a report; parts that a folder cannot fill name what is missing and how to get it."""
    return [
        part.section(view)
        for part in PARTS
        if part.always or all(view.summary(name) is not None for name in part.summaries)
    ]

"""Results prepared for the report: typed facts of the manifest, and tables ready to draw."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from sim.analysis.design_months import months_as_written
from sim.analysis.headline_months import HeadlineMonths
from sim.analysis.headlines import Headline
from sim.runs.results import Results
from sim.view.blocks import NotThere
from sim.view.figures.events import Event
from sim.view.figures.style import WorldStyle, world_styles
from sim.view.labels import how_to_record, how_to_summarise


@dataclass(frozen=True)
class ResultsView:
    """A finished experiment: its worlds, the comparison, and its tables."""

    results: Results
    only: str | None = (
        None  # the name of the one jurisdiction that the tables are about; None: all but the United States
    )
    window: tuple[str, str] | None = (
        None  # first and last month (YYYY-MM) of what is added up over a span; None: from the switch on
    )
    headline_months: Callable[[], HeadlineMonths] | None = (
        None  # over which months headlines are taken at the points of a design; None: as the manifest says
    )
    _tables: dict[tuple[str, tuple[str, ...]], pd.DataFrame] = field(
        default_factory=dict, repr=False, compare=False
    )

    @property
    def manifest(self) -> dict[str, Any]:
        return self.results.manifest

    @cached_property
    def styles(self) -> dict[str, WorldStyle]:
        """The worlds in the experiment's order."""
        return world_styles(self.manifest["worlds"])

    @property
    def compare(self) -> tuple[WorldStyle, WorldStyle] | None:
        """World a and world b of the differences (b minus a), or None where one world was run."""
        pair = self.manifest.get("compare")
        return (self.styles[pair[0]], self.styles[pair[1]]) if pair else None

    @property
    def has_design(self) -> bool:
        """Whether the experiment is a sweep over a design."""
        return bool(self.manifest.get("scenario", {}).get("experiment", {}).get("design"))

    @property
    def who(self) -> str:
        """The customers that the numbers are about, in words."""
        return f"customers in {self.only}" if self.only else "customers outside the United States"

    @property
    def where(self) -> str:
        """Where these customers are, in a word or two."""
        return f"in {self.only}" if self.only else "abroad"

    @property
    def seeds(self) -> int:
        return len(self.manifest["seeds"])

    @property
    def first(self) -> str:
        return _day(self.manifest["first"])

    @property
    def last(self) -> str:
        return _day(self.manifest["last"])

    @property
    def span(self) -> tuple[str, str]:
        return self.first, self.last

    @property
    def switch(self) -> str | None:
        return _day(self.manifest["switch"]) if self.manifest.get("switch") else None

    @property
    def first_different(self) -> str:
        """The first month in which the compared worlds may differ, YYYY-MM: headlines are from it on."""
        if "identical_through" not in self.manifest:
            return self.first_changed
        through = self.manifest["identical_through"]
        return f"{pd.Timestamp(through) + pd.offsets.MonthBegin():%Y-%m}" if through else self.first[:7]

    @property
    def first_changed(self) -> str:
        """The first month that the switch can change, YYYY-MM: the one that begins after its day."""
        if self.switch is None:
            return self.first[:7]
        return f"{pd.Timestamp(self.switch) + pd.offsets.MonthBegin():%Y-%m}"

    def window_of(self, headline: Headline) -> str:
        """What a headline takes over which months, in the words of `headlines.csv`, for these worlds."""
        if self.compare is None:
            return headline.window_of_one_world
        months = self.headline_months or (lambda: months_as_written(self.manifest))
        return months().of(headline)

    def switches(self, *worlds: str) -> list[str]:
        """The days on which the rule changes in any of these worlds; without a list for each, the
        experiment's one switch."""
        listed: dict[str, list[str]] | None = self.manifest.get("switches")
        if listed is None:
            return [self.switch] if self.switch else []
        return sorted({_day(day) for world in worlds for day in listed.get(world, [])})

    @property
    def returns(self) -> frozenset[str]:
        """The days on which a world goes back to the rule that another world had from its first switch on."""
        given = self.manifest.get("scenario", {}).get("experiment", {}).get("worlds", {})
        switches = {world: spec.get("switches") or [] for world, spec in given.items()}
        first = {world: listed[0]["regime"] for world, listed in switches.items() if listed}
        return frozenset(
            _day(str(one["on"]))
            for world, listed in switches.items()
            for one in listed[1:]
            if any(one["regime"] == rule for other, rule in first.items() if other != world)
        )

    @property
    def outlook(self) -> dict[str, Any] | None:
        """What is assumed of the months after the record: name, meaning, assumptions; None without such."""
        found: dict[str, Any] | None = self.manifest.get("outlook")
        return found

    @property
    def band(self) -> str:
        """What the bands over seeds mean, in words."""
        if self.seeds == 1:
            return "One seed was run, so there is no band."
        return (
            f"The line is the median of {self.seeds} seeds, the band the middle 90%: chance only, at fixed "
            "parameters."
        )

    @property
    def labels(self) -> dict[str, str]:
        """The worlds' labels."""
        return {name: style.label for name, style in self.styles.items()}

    @property
    def jurisdictions(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = self.manifest.get("jurisdictions", {})
        return found

    def place(self, code: str) -> str:
        """A jurisdiction's name."""
        return str(self.jurisdictions.get(code, {}).get("name", code))

    def events(self, world: str) -> list[Event]:
        """The timeline's events that happen in this world."""
        return [
            Event(
                str(event["id"]),
                str(event["date"])[:10],
                str(event["kind"]),
                str(event["what"]),
                str(event.get("reference", "")),
            )
            for event in self.manifest.get("events", [])
            if world in event.get("worlds", [])
        ]

    def table(self, name: str, *columns: str) -> pd.DataFrame | None:
        """Columns of a recorded table with `seed`, `world` and a real `month`; None where the run did not
        record it."""
        key = (name, columns)
        if not self.results.has(name):
            return None
        if key not in self._tables:
            self._tables[key] = self.results.table(name, ["seed", "world", "month", *columns])
        return self._tables[key]

    def needed_table(self, what: str, name: str, *columns: str) -> pd.DataFrame:
        """Columns of a recorded table; raises NotThere, in which `what` is missing."""
        frame = self.table(name, *columns)
        if frame is None:
            raise NotThere(what, how_to_record(name))
        return frame

    def needed_summary(self, what: str, name: str) -> pd.DataFrame:
        """A summary; raises NotThere, in which `what` is missing."""
        frame = self.summary(name)
        if frame is None:
            raise NotThere(what, how_to_summarise(name))
        return frame

    def abroad(self, name: str, *columns: str) -> pd.DataFrame | None:
        """The rows of a table by country that are not about the United States."""
        frame = self.table(name, "country", *columns)
        return None if frame is None else frame[frame["country"] != "US"]

    def summary(self, name: str) -> pd.DataFrame | None:
        """A summary, unless it is missing or empty."""
        frame = self.results.summary(name)
        return None if frame is None or frame.empty else frame

    @cached_property
    def record(self) -> str | None:
        """The id of the whole comparison or sweep, where it has one."""
        records = self.summary("records")
        if records is None or self.only is not None:
            return None
        whole = records[records["headline"].isin(("comparison", "sweep"))]["id"]
        return str(whole.iloc[0]) if len(whole) else None

    def series(self, metric: str) -> pd.DataFrame | None:
        """The differences of one metric by month, from the summary `series`."""
        frame = self.summary("series")
        if frame is None:
            return None
        rows = frame[frame["metric"] == metric]
        return rows.assign(month=pd.to_datetime(rows["month"])) if len(rows) else None


def _day(date: str) -> str:
    """'2013-01' or '2013-01-01' as a day."""
    return date[:10] if len(date) >= 10 else f"{date[:7]}-01"

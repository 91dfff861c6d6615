"""One world, fully resolved: everything the model needs to run it, and nothing it has to look up."""

import datetime as dt
from dataclasses import dataclass, field

from sim.scenario.law import Law, Regime
from sim.scenario.parameters import Parameters
from sim.scenario.schema import Bill, Jurisdiction, Provider, SegmentSpec, Switch, Timeline


@dataclass(frozen=True)
class Scenario:
    """A world's complete description; two equal scenarios and one seed give equal tables.

    `jurisdictions` begins with the US; orders here are the orders of arrays. `months` counts from
    `first` (the first day of the first month). `timeline` holds only the events of this world;
    `bills` are what US lawmakers may enact after a switch.
    """

    name: str
    label: str
    first: dt.date
    months: int
    customers: int
    jurisdictions: dict[str, Jurisdiction]
    segments: dict[str, SegmentSpec]
    providers: dict[str, Provider]
    regimes: dict[str, Regime]
    law: Law
    timeline: Timeline
    switches: tuple[Switch, ...]
    parameters: Parameters
    bills: dict[str, Bill] = field(default_factory=dict)

    @property
    def first_switch(self) -> dt.date:
        """The day of the first switch; the last of all days where there is none."""
        return min((switch.on for switch in self.switches), default=dt.date.max)

    def month_start(self, month: int) -> dt.date:
        """First day of month number `month` (0 is the first)."""
        years, months = divmod(self.first.month - 1 + month, 12)
        return dt.date(self.first.year + years, months + 1, 1)

    def month_after(self, date: dt.date) -> int:
        """Number of the first month that begins after `date`: when an event of that date acts."""
        return (date.year - self.first.year) * 12 + (date.month - self.first.month) + 1


def share_population(a: Scenario, b: Scenario) -> bool:
    """Whether two worlds can share their customers: they differ in nothing but law and events."""
    a_has, b_has = (
        (s.first, s.months, s.customers, s.parameters, s.jurisdictions, s.segments, s.providers)
        for s in (a, b)
    )
    return a_has == b_has

"""Cells: the customers of one segment in one country, and what a month brings them (`Terms`)."""

from dataclasses import dataclass, field

import numpy as np

from sim.model.reference.arithmetic import log
from sim.model.reference.news import Word
from sim.scenario.schema import Jurisdiction, SegmentSpec

single = np.float32  # a number of single precision (24 bits); what is computed from such numbers is one too
UNITS = 1_000_000.0  # customers that one simulated customer stands for are counted in millionths


@dataclass(frozen=True)
class Terms:
    """What the customers of one cell meet in one month.

    good, bad: observations of good and of bad news, by channel (law enforcement, intelligence). utility: of
    each place, before risk. exposure: by channel (law enforcement, intelligence, own state) and kind of
    place, probability that data there can be reached. closed, unlawful: for each place the share of
    customers, in the order of laws, to whom it is closed for any reason, and to whom the law forbids it.
    word: how the month's news gets about.
    """

    good: tuple[float, float]
    bad: tuple[float, float]
    utility: list[float]
    exposure: list[list[float]]
    closed: list[float]
    unlawful: list[float]
    word: Word


@dataclass
class Cell:
    """The customers of one segment in one country.

    `first` is the number of its first customer; `customers` are those of the real world. `hazard` is the
    cumulative hazard of adoption; `expelled` the share of customers, by place, whose place is unlawful and
    whose grace is over.
    """

    number: int
    segment: int
    where: Jurisdiction
    spec: SegmentSpec
    first: int
    size: int
    customers: float
    pace: float  # of adoption, relative to the common one
    ceiling: float
    hazard: float = 0.0
    hazard_in_a_year: float = 0.0
    terms: Terms = field(init=False)
    exposure_before: list[list[float]] = field(default_factory=list)  # last month's
    expelled: list[float] = field(default_factory=list)
    unlawful_before: list[list[float]] = field(default_factory=list)  # month by month
    # By channel: what a customer's `more` counts for, before and after this month's news; what whoever is
    # told gains of last month's news, and whether there is any to tell.
    weight_heard: list[single] = field(default_factory=lambda: [single(1.0)] * 2)
    kept: list[single] = field(default_factory=lambda: [single(1.0)] * 2)
    gained_if_told: tuple[float, float] = (0.0, 0.0)
    tells: bool = False

    def meet(self, terms: Terms, telling: float) -> None:
        """A new month: last month's news is told, this month's gets about."""
        last, self.exposure_before, self.terms = self.terms.word, self.terms.exposure, terms
        self.tells, self.gained_if_told = telling > 0.0 and last.own > 0.0, last.full
        for channel in range(2):
            self.kept[channel] = self.weight_heard[channel] * single(terms.word.keep[channel])
            self.weight_heard[channel] = single(1.0) if terms.word.own > 0.0 else self.kept[channel]

    @property
    def is_alert(self) -> bool:
        """Whether anybody hears anything this month, or is told."""
        return self.terms.word.own > 0.0 or self.tells

    def set_first_hazard(self) -> None:
        """The hazard that gives the recorded adoption of January 2013."""
        adopted = self.where.adoption_2013.values[self.segment]
        self.hazard = -log(1.0 - min(adopted / self.ceiling, 0.999))

    def expel(self, grace_months: int) -> None:
        """Whoever was barred when the period of grace began, and still is, must leave."""
        now = self.terms.unlawful
        months = len(self.unlawful_before)
        then = self.unlawful_before[months - grace_months] if months >= grace_months else [0.0] * len(now)
        self.expelled = [min(a, b) for a, b in zip(then, now, strict=True)]
        self.unlawful_before.append(now)

"""What a request for data meets, and what becomes of it: rule, data, outcome, counts."""

from collections.abc import Sequence
from dataclasses import dataclass

from sim.model.reference.routing import Ruling

MONTH_UNITS = 1024.0  # months to evidence are added up in 1/1024


@dataclass(frozen=True)
class RuleOfMonth:
    """The law as investigators meet it. Lists hold, by country, the share that has an instrument in force.

    `honoured`: share of US warrants for data abroad that each US provider honours while the question is open,
    and last all others; `notice`, `lifts_bar` and `quota`: the terms of an
    agreement with each country, that is the share of US orders of which it is told, the share that the
    agreement makes lawful there, and the orders a month that its police may serve; `bars_disclosure`:
    countries whose data-protection law bars disclosures to foreign authorities; `litigating`: share of US
    providers, by revenue abroad, that go to court.
    """

    test: str
    comity: str
    honoured: Sequence[float]
    bars_disclosure: frozenset[str]
    agreement: list[float]
    notice: list[float]
    lifts_bar: list[float]
    quota: list[float]
    blocking: list[float]
    claim: list[float]
    litigating: float


@dataclass(frozen=True)
class Data:
    """The data that a request is aimed at: who controls it, in which country it lies, and whether it can be
    read.
    """

    home: int  # country of the customer
    segment: int
    position: float  # the customer's position in the order of laws
    controller: str
    lies: int
    provider: int  # the US provider that controls it; -1 if none does
    nowhere: bool  # it has no stable location
    unreadable: bool

    @property
    def us_held(self) -> bool:
        return self.controller == "us_provider"

    @property
    def law_of(self) -> int:
        """The country whose law a US order may break: the host, or the customer's if there is none."""
        return self.home if self.nowhere else self.lies


@dataclass(frozen=True)
class Outcome:
    """Whether evidence is obtained, after how many months, and whether a court stopped the order for
    comity.
    """

    succeeds: bool
    months: float
    stopped: bool = False


def breaks_law(ruling: Ruling, outcome: Outcome) -> bool:
    """Whether another law was broken: what it forbids to disclose was disclosed, by order."""
    return ruling.conflict and ruling.route in ("direct", "comity_review") and outcome.succeeds


@dataclass
class Tally:
    """What became of requests: how many, how many obtained evidence (and within 12 months), and after how
    long.
    """

    requests: int = 0
    succeeded: int = 0
    succeeded_12m: int = 0
    months: int = 0  # in 1/1024
    unreadable: int = 0
    conflicts: int = 0

    def enter(self, outcome: Outcome, data: Data, ruling: Ruling) -> None:
        """Count one request."""
        self.requests += 1
        self.conflicts += int(breaks_law(ruling, outcome))
        if outcome.succeeds and data.unreadable:
            self.unreadable += 1
        elif outcome.succeeds:
            self.succeeded += 1
            self.months += int(outcome.months * MONTH_UNITS)
            self.succeeded_12m += int(outcome.months <= 12.0)


@dataclass
class ForeignOrders:
    """What one police's requests did to Americans, and to US providers that refused an order."""

    about_americans: int = 0
    reached_americans: int = 0
    refused: int = 0

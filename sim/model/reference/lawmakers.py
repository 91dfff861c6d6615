"""US lawmakers, to be read: what they complain of, and when a bill passes.

Each bill before Congress is a regime. Its hazard grows with the complaints that it would answer; the bills'
clocks run side by side, and the first to ring within a month passes. Rates are a year's, complaints are
shares. See docs/odd.md, section 7 (US lawmakers); parameters in configs/parameters/lawmakers.yaml.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

from sim.model.luck import purposes
from sim.model.reference.arithmetic import add_up, exp, log
from sim.model.reference.philox import draw
from sim.scenario.scenario import Scenario
from sim.scenario.schema import Bill

MONTHS_UNTIL_KNOWN = 12


@dataclass(frozen=True)
class Seen:
    """What lawmakers see at the end of a month.

    `asked`, `met`: US requests for data or people abroad, with the domestic warrants that found nothing
    within reach, and those that were met within a year, which is known a year later. `conflicts`: orders
    that broke a host's law. `protests`: by country, the share that protests. `earned`, `lost`: each US
    provider's revenue abroad and what distrust costs it, USD a year.
    """

    asked: int
    met: int
    conflicts: int
    protests: Sequence[float]
    earned: Sequence[float]
    lost: Sequence[float]


class Lawmakers:
    """The US Congress in one world."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.scenario, self.seed = scenario, seed
        self.first_month = scenario.month_after(min(switch.on for switch in scenario.switches))
        self.history: list[Seen] = []
        self.asked = self.met = 0.0

    def step(self, month: int, regime: str, seen: Seen) -> str | None:
        """A month under a `regime`: the regime of the bill that passes, if one does."""
        self.look_around(seen)
        if month < self.first_month:
            return None
        clocks = []
        for code, bill in self.scenario.bills.items():
            if code == regime or self.hazard(bill) <= 0.0:
                continue
            u = draw(self.seed, crc32(code.encode()), month, purposes.BILL)
            clocks.append((-log(1.0 - u) / self.hazard(bill), code))
        rings, code = min(clocks, default=(1.0, ""), key=lambda clock: clock[0])
        return code if rings < 1.0 / 12.0 else None

    def look_around(self, seen: Seen) -> None:
        """Whether requests were met is known a year later; old ones are forgotten at 1/12 a month."""
        self.history.append(seen)
        self.asked *= 11.0 / 12.0
        self.met *= 11.0 / 12.0
        if len(self.history) > MONTHS_UNTIL_KNOWN:
            known = self.history[-1 - MONTHS_UNTIL_KNOWN]
            self.asked += known.asked
            self.met += known.met
        p = self.scenario.parameters.lawmakers
        partners = [j.members if j.ties == "eu" else 0 for j in self.scenario.jurisdictions.values()]
        protesting = add_up(n * share for n, share in zip(partners, seen.protests, strict=True))
        earned = add_up(seen.earned)
        self.unmet_need = 1.0 - self.met / self.asked if self.asked > 0.0 else 0.0
        self.conflicts = seen.conflicts / (seen.conflicts + p.conflicts_half)
        self.protests = protesting / max(add_up(partners), 1.0)
        self.losses = add_up(seen.lost) / earned if earned > 0.0 else 0.0

    def hazard(self, bill: Bill) -> float:
        """The chance a year, as long as it is small, that the bill passes."""
        p = self.scenario.parameters.lawmakers
        broken = p.conflicts * self.conflicts + p.protests * self.protests + p.losses * self.losses
        return p.base_rate * exp(
            bill.meets_need * p.unmet_need * self.unmet_need + bill.ends_conflicts * broken
        )

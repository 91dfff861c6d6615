"""US lawmakers: whether and how Congress answers the rule in force.

They see what the rule leaves unmet (requests for evidence abroad that fail, domestic warrants that find
nothing in the US), and what it breaks (conflicts of law, protests of partners, what distrust costs US
providers). They decide which of the bills before them to
pass: each bill is a regime of `configs/regimes`. A bill that passes is the US rule from the next month on.

They act only in experiments that name bills, and only after a switch: until then the law is history.
"""

from zlib import crc32

import mesa
import numpy as np

from sim.model.agents.governments import Legislation
from sim.model.agents.investigators import KNOWN_AFTER, Casework
from sim.model.agents.us_providers import Outlook
from sim.model.arithmetic import exp, log, total
from sim.model.kernels.case_records import MEASURES
from sim.model.kernels.codes import PROTEST, UNREACHABLE, US, US_AT_HOME, US_TO_FOREIGN
from sim.model.luck import purposes
from sim.model.luck.philox import draw
from sim.scenario.scenario import Scenario
from sim.scenario.schema import Bill

_REQUESTS, _MET = MEASURES.index("requests"), MEASURES.index("succeeded_12m")


class Lawmakers(mesa.Agent):
    """The US Congress in one world.

    complaints: unmet need, conflicts, protests and losses, each a share, as lawmakers know them this month.
    """

    def __init__(
        self,
        model: mesa.Model,
        scenario: Scenario,
        casework: Casework,
        legislation: Legislation,
        outlook: Outlook,
    ) -> None:
        super().__init__(model)
        self._p, self._bills = scenario.parameters.lawmakers, scenario.bills
        self._casework, self._legislation, self._outlook = casework, legislation, outlook
        self.look_ahead(scenario)
        partners = [j.members if j.ties == "eu" else 0 for j in scenario.jurisdictions.values()]
        self._partners = np.array(partners, np.float64)
        self._recent = [(0, 0)] * KNOWN_AFTER  # requests and those met, of each of the last months
        self._asked = self._met = 0.0
        self.complaints = {"unmet_need": 0.0, "conflicts": 0.0, "protests": 0.0, "losses": 0.0}

    def look_ahead(self, scenario: Scenario) -> None:
        """Read from the scenario from when on they may act."""
        self._first = scenario.month_after(scenario.first_switch)

    def step(self, month: int, seed: int, regime: str) -> str | None:
        """One month under a `regime`; returns the regime of the bill that passes, if one does.

        Bills compete: each has an exponential clock, and the first to ring within the month passes.
        """
        self._look_around(month)
        if month < self._first:
            return None
        first, passed = 1.0 / 12.0, None
        for code, bill in self._bills.items():
            rate = 0.0 if code == regime else self._hazard(bill)
            if rate > 0.0:
                u = draw(seed, crc32(code.encode()), month, purposes.BILL)
                rings = -log(1.0 - u) / rate
                if rings < first:
                    first, passed = rings, code
        return passed

    def _look_around(self, month: int) -> None:
        """What the rule left unmet and what it broke, as known at the end of last month."""
        abroad = self._casework.month[US_TO_FOREIGN].sum(axis=(0, 1))
        lost_at_home = self._casework.month[US_AT_HOME, US, UNREACHABLE, _REQUESTS]
        asked, met = self._recent[month % KNOWN_AFTER]
        self._recent[month % KNOWN_AFTER] = int(abroad[_REQUESTS] + lost_at_home), int(abroad[_MET])
        self._asked = self._asked * (11.0 / 12.0) + asked
        self._met = self._met * (11.0 / 12.0) + met
        conflicts = float(self._casework.host_conflicts.sum())
        protests = self._partners * self._legislation.in_force[:, PROTEST]
        earned, lost = total(self._outlook.abroad), total(np.array(self._outlook.lost or [0.0]))
        self.complaints = {
            "unmet_need": 1.0 - self._met / self._asked if self._asked > 0.0 else 0.0,
            "conflicts": conflicts / (conflicts + self._p.conflicts_half),
            "protests": total(protests) / max(total(self._partners), 1.0),
            "losses": lost / earned if earned > 0.0 else 0.0,
        }

    def _hazard(self, bill: Bill) -> float:
        """Hazard a year that the bill passes, from the complaints that it would answer."""
        p, now = self._p, self.complaints
        broken = p.conflicts * now["conflicts"] + p.protests * now["protests"] + p.losses * now["losses"]
        answered = bill.meets_need * p.unmet_need * now["unmet_need"] + bill.ends_conflicts * broken
        return float(p.base_rate * exp(answered))

"""Foreign governments: what makes them adopt an instrument, when it acts, and when it goes.

Sees: its citizens' distrust, incidents in the news, its neighbours' laws, the US rule in force, its police's
unmet need, how much its economy depends on US services, what local hosting costs. Decides: which of eight
instruments to adopt or repeal. Changes: the law of its country, from the end of the legal delay on. Laws that
the timeline names enter as they happened and are not drawn a second time.
"""

from zlib import crc32

import mesa
import numpy as np

from sim.model.agents.customers import CustomersOfWorld
from sim.model.agents.investigators import KNOWN_AFTER, Casework
from sim.model.arithmetic import total
from sim.model.books import Books
from sim.model.home_shares import home_shares
from sim.model.kernels import governments as kernel
from sim.model.kernels.codes import EXECUTIVE_AGREEMENT, INTELLIGENCE, LAW_ENFORCEMENT, PROTEST
from sim.model.law.timeline import LawInForce
from sim.model.market import Market
from sim.model.news import PublicMind
from sim.scenario.canonical import surviving_events
from sim.scenario.law import Regime
from sim.scenario.scenario import Scenario
from sim.scenario.schema import Act
from sim.vocabulary import INSTRUMENTS

COVARIATES = (
    "distrust",
    "incidents",
    "rule",
    "unmet_need",
    "dependence",
    "hosting_cost",
    "privacy_law",
    "rivalry",
    "neighbours",
)
AGREEMENT = EXECUTIVE_AGREEMENT
LONGEST_DELAY = 60


class Government(mesa.Agent):
    """One foreign government; its row in the arrays is `index`. Python runs when it acts, not every month."""

    def __init__(
        self,
        model: mesa.Model,
        index: int,
        code: str,
        legislation: "Legislation",
        books: Books,
        people: "People",
    ) -> None:
        super().__init__(model)
        self.index, self.code = index, code
        self._legislation, self._books, self._people = legislation, books, people

    @property
    def laws_in_force(self) -> tuple[str, ...]:
        """Instruments in force; in a group of countries, in at least one of them."""
        row = self._legislation.in_force[self.index].tolist()
        return tuple(name for name, share in zip(INSTRUMENTS, row, strict=True) if share > 0.0)

    @property
    def trust(self) -> float:
        """Its people's mean trust, by accounts, in what US law enforcement does with their data."""
        return self._people.trust(self.index, LAW_ENFORCEMENT)

    @property
    def trust_intelligence(self) -> float:
        """The same of US intelligence."""
        return self._people.trust(self.index, INTELLIGENCE)

    @property
    def unmet_need(self) -> float:
        """Share of its police's requests at US providers that were not met within twelve months."""
        return self._people.unmet_need(self.index)

    def adopt(self, instrument: int) -> None:
        """Decide on an instrument; it acts after its legal delay."""
        why = self._legislation.decide(self.index, instrument)
        self._books.law(self.code, INSTRUMENTS[instrument], "adopted", why)
        if instrument == PROTEST:
            self._people.hear_protest(self.index)

    def repeal(self, instrument: int) -> None:
        """Let an instrument lapse."""
        self._legislation.repeal(self.index, instrument)
        self._books.law(self.code, INSTRUMENTS[instrument], "repealed", "expired")


class People:
    """What governments know of their people and their police, and how they speak to them, in one world."""

    def __init__(self, customers: CustomersOfWorld, mind: PublicMind, casework: Casework) -> None:
        self.customers, self.mind, self._casework = customers, mind, casework

    def trust(self, j: int, channel: int) -> float:
        """Mean trust of jurisdiction j's customers in a channel, by accounts."""
        cells = self.customers.cells
        here = cells.jurisdiction == j
        accounts = cells.accounts[here]
        trust = self.customers.trust_means[here, channel]
        return float(total(accounts * trust) / total(accounts))

    @property
    def unmet(self) -> np.ndarray:
        """Every police's unmet need: (J,)."""
        return self._casework.unmet

    def unmet_need(self, j: int) -> float:
        """That of one police."""
        return float(self._casework.unmet[j])

    def hear_protest(self, j: int) -> None:
        """A protest is news to a government's own people."""
        self.mind.hear_protest(j)


class LuckOfLaws:
    """What chance has in store for a month's laws: drawn once a month for all worlds of a set."""

    def __init__(self, jurisdictions: int, seed: int) -> None:
        self._seed, self._month = seed, -1
        self._luck = np.empty((2, jurisdictions, len(INSTRUMENTS)))
        self._keys = np.array([crc32(name.encode()) for name in INSTRUMENTS], np.int64)

    def of(self, month: int) -> np.ndarray:
        """Float64 (2, J, I), see `kernels.governments.draw_luck`."""
        if month != self._month:
            kernel.draw_luck(self._seed, month, self._keys, self._luck)
            self._month = month
        return self._luck


class Legislation:
    """The laws of all jurisdictions in one world: the rows that the governments own.

    in_force, decided, fixed: float64 (J, I) shares of each jurisdiction's countries. What is decided, that is
    adopted, moves other governments; what is in force acts. `fixed` is what the timeline or 2013 brought into
    force, which luck neither adopts nor repeals. pressure: (J, X) the covariates of the month.
    """

    def __init__(self, scenario: Scenario, luck: LuckOfLaws, first_trust: np.ndarray) -> None:
        jurisdictions = list(scenario.jurisdictions.values())
        p = scenario.parameters.governments
        self._luck = luck
        self._codes = list(scenario.jurisdictions)
        self.members = np.array([j.members for j in jurisdictions], np.int64)
        shape = (len(jurisdictions), len(INSTRUMENTS))
        self.in_force = np.zeros(shape)
        for j, where in enumerate(jurisdictions):
            for instrument in where.instruments_2013:
                self.in_force[j, INSTRUMENTS.index(instrument)] = 1.0
        self.fixed = self.in_force.copy()
        self.decided = self.in_force.copy()
        self._coming = np.zeros((LONGEST_DELAY + 1, *shape))
        delay = np.array([int(p.legal_delay[i]) for i in INSTRUMENTS])
        self._statutes = kernel.Statutes(
            self.members, delay, self.decided, self.in_force, self.fixed, self._coming
        )
        may = np.where(instruments_named_by(scenario), 0.0, 1.0)
        may[0] = 0.0  # the US is the subject of the experiment, not one of the governments that react
        self._may = np.stack([may, may])  # what can be drawn without executive agreements, and with them
        self._may[0, :, AGREEMENT] = 0.0
        rates = np.array([p.base_rate[i] for i in INSTRUMENTS])
        self._effect = np.array([[getattr(p, x)[i] for i in INSTRUMENTS] for x in COVARIATES])  # (X, I)
        repeals = np.array([p.repeal_rate[i] for i in INSTRUMENTS])
        self._propensity = [kernel.Propensity(rates, self._effect, repeals, may) for may in self._may]
        bloc, region = (
            np.unique([getattr(j, what) for j in jurisdictions], return_inverse=True)[1]
            for what in ("bloc", "region")
        )
        likeness = (bloc[:, None] == bloc[None, :]) + p.region_likeness * (region[:, None] == region[None, :])
        np.fill_diagonal(likeness, 0.0)
        likeness *= self.members[None, :]
        like = [np.flatnonzero(row) for row in likeness]  # most countries are unlike
        self._neighbours = kernel.Neighbours(
            np.cumsum([0, *map(len, like)]), np.concatenate(like), likeness[likeness != 0.0]
        )
        self.pressure = np.zeros((len(jurisdictions), len(COVARIATES)))
        self._like = np.zeros(shape)
        self._prior_strength, self._first_trust = scenario.parameters.trust.prior_strength, first_trust
        self._baseline = kernel.Baseline(
            2 * KNOWN_AFTER,
            np.zeros(len(jurisdictions)),
            np.zeros(len(jurisdictions)),
            _steady_pressure(scenario),
        )
        self._decisions, self._begun = (
            np.zeros((2 * self.in_force.size, 3), np.int64),
            np.zeros((self.in_force.size, 2), np.int64),
        )
        self._month = 0
        self._why: dict[tuple[int, int], str] = {}  # main reason of the last decision on each instrument
        self._timeline: LawInForce | None = None

    def open_month(self, month: int, law: LawInForce) -> list[tuple[str, str, str, str]]:
        """What begins to act on the first day: decided laws whose delay is over, and the timeline's.

        Returns the changes of single countries: (country, instrument, change, why).
        """
        self._month = month
        changes = []
        coming = self._coming[month % len(self._coming)]
        begun = kernel.begin_to_act(coming, self.members, self.in_force, self._begun)
        for j, k in self._begun[:begun].tolist():
            changes.append((self._codes[j], INSTRUMENTS[k], "in_force", self._why[(j, k)]))
        return changes + self._follow_timeline(law)

    def _follow_timeline(self, law: LawInForce) -> list[tuple[str, str, str, str]]:
        """What the timeline adopts, brings into force and repeals."""
        before, self._timeline = self._timeline, law
        nothing: frozenset[tuple[str, str]] = frozenset()
        adopted, in_force = (before.adopted, before.instruments) if before else (nothing, nothing)
        changes = []
        for code, instrument in sorted(law.adopted - adopted - law.instruments):
            self.decided[self._at(code, instrument)] = 1.0
            changes.append((code, instrument, "adopted", "timeline"))
        for code, instrument in sorted(law.instruments - in_force):
            at = self._at(code, instrument)
            self.in_force[at] = self.fixed[at] = self.decided[at] = 1.0
            changes.append((code, instrument, "in_force", "timeline"))
        for code, instrument in sorted(adopted - law.adopted):
            at = self._at(code, instrument)
            self.in_force[at] = self.fixed[at] = self.decided[at] = 0.0
            changes.append((code, instrument, "repealed", "timeline"))
        return changes

    def act(self, act: Act) -> list[tuple[str, str, str]]:
        """Governments adopt or repeal an instrument as a lever, or conclude an agreement that the US offers.

        It acts at once, and luck does not undo it; what is repealed may be adopted again. Returns what
        changes: (country, instrument, change).
        """
        instrument = {"agreement": "executive_agreement"}.get(act.act, act.instrument)
        if act.act not in ("adopt", "repeal", "agreement") or instrument is None:
            return []
        share, change = (0.0, "repealed") if act.act == "repeal" else (1.0, "in_force")
        changes = []
        for code in act.countries:
            at = self._at(code, instrument)
            if self.in_force[at] != share:
                changes.append((code, instrument, change))
            self.in_force[at] = self.fixed[at] = self.decided[at] = share
            self._coming[:, *at] = 0.0
        return changes

    def _at(self, code: str, instrument: str) -> tuple[int, int]:
        return self._codes.index(code), INSTRUMENTS.index(instrument)

    def feel_pressure(self, month: int, honoured: float, people: People, market: Market) -> None:
        """Work out the covariates of the hazards as they are.

        `honoured` is the share of US warrants abroad that are obeyed.
        """
        customers, cells = people.customers, people.customers.cells
        citizens = kernel.Citizens(
            cells.jurisdiction, cells.accounts, self._first_trust, customers.trust_means, people.mind.memory,
            self._prior_strength,
        )  # fmt: skip
        spending = kernel.Spending(market.buyers, market.level.home_usage)
        kernel.covariates(month, citizens, spending, honoured, people.unmet, self._baseline, self.pressure)

    def deliberate(self, regime: Regime) -> list[tuple[int, int, int]]:
        """Draw this month's adoptions and repeals from the covariates `pressure`.

        The US `regime` may allow agreements.

        Groups of countries move by shares, here; what single countries do is returned for their governments
        to carry out: (jurisdiction, instrument, ADOPTS or REPEALS).
        """
        n = kernel.deliberate(
            self._month,
            self._luck.of(self._month),
            self._neighbours,
            self._propensity[int(regime.agreements)],
            self.pressure,
            self._statutes,
            self._like,
            self._decisions,
        )
        return [(j, instrument, change) for j, instrument, change in self._decisions[:n].tolist()]

    def decide(self, j: int, instrument: int) -> str:
        """One country decides on an instrument; returns the main reason."""
        why = self._why[(j, instrument)] = self._main_reason(j, instrument)
        self._move(j, instrument, 1.0, 0.0)
        return why

    def repeal(self, j: int, instrument: int) -> None:
        """One country repeals an instrument."""
        self._move(j, instrument, 0.0, 1.0)

    def _move(self, j: int, instrument: int, adopts: float, repeals: float) -> None:
        kernel.move(j, instrument, adopts, repeals, self._month, self._statutes)

    def _main_reason(self, j: int, instrument: int) -> str:
        """The covariate that adds most to the hazard just now; `base rate` if none raises it."""
        strongest = kernel.strongest_reason(
            self._effect[:, instrument], self.pressure[j], self._like[j, instrument]
        )
        return COVARIATES[strongest] if strongest >= 0 else "base rate"


def instruments_named_by(scenario: Scenario) -> np.ndarray:
    """Instruments that the timeline brings to a single country by name, or that several adopt together.

    They are never drawn there: bool (J, I). A lever's are not among them: until its date nobody knows of it.
    """
    codes = list(scenario.jurisdictions)
    named = np.zeros((len(codes), len(INSTRUMENTS)), np.bool_)
    for event in surviving_events(scenario):
        for enacts in event.enacts if event.act is None else ():
            if enacts.instrument is not None and (len(enacts.countries) == 1 or enacts.adopts):
                for code in enacts.countries:
                    named[codes.index(code), INSTRUMENTS.index(enacts.instrument)] = True
    return named


def _steady_pressure(scenario: Scenario) -> np.ndarray:
    """Covariates that do not change.

    Cost of hosting and privacy law, about their means, and rivalry: (J, 3).
    """
    jurisdictions = list(scenario.jurisdictions.values())
    privacy = np.array([j.privacy_law for j in jurisdictions])
    hosting = scenario.parameters.market.region_hosting_premium * (1.0 - home_shares(scenario))
    rival = np.array([float(j.ties == "rival") for j in jurisdictions])
    return np.stack(
        [hosting - total(hosting) / len(hosting), privacy - total(privacy) / len(privacy), rival], axis=1
    )

"""Foreign governments, one at a time: what makes them adopt an instrument, when it acts, and when it is
repealed.

Each month the hazard of each instrument follows from nine covariates; a keyed draw decides. A single country
adopts or does not. A group of countries moves by shares: the share that has not decided shrinks by the chance
(the law of large numbers). An instrument acts after its legal delay. The hazard is that of an event history
(Berry & Berry 1990), see docs/odd.md, section 7 (Governments); rates are a year's, delays are months.
"""

from dataclasses import dataclass, field
from zlib import crc32

from sim.model.luck import purposes
from sim.model.reference.arithmetic import add_up, exp
from sim.model.reference.news import INTELLIGENCE, LAW_ENFORCEMENT, Mind
from sim.model.reference.philox import draw4
from sim.model.reference.population import home_share_of
from sim.scenario.scenario import Scenario
from sim.scenario.schema import Act
from sim.vocabulary import INSTRUMENTS

COVARIATES = (
    "distrust", "incidents", "rule", "unmet_need", "dependence", "hosting_cost", "privacy_law", "rivalry",
    "neighbours",
)  # fmt: skip
MONTHS_UNTIL_NEED_IS_KNOWN = 24


@dataclass(frozen=True)
class CellOfCountry:
    """What a government sees of one segment of its people: accounts, trust at the start and now by channel,
    the news.
    """

    accounts: float
    first_trust: list[float]
    trust: list[float]
    mind: Mind


@dataclass(frozen=True)
class Surroundings:
    """What else a government sees in a month.

    `honoured`: share of US warrants for data abroad that are honoured. `unmet`: share of its police's
    requests for data at US providers that was not met within a year. `home_buyers`, `us_buyers`: what the
    customers of home-grown and of US providers could spend (USD a month, in any unit); `home_usage`: what a
    home-grown provider's customer uses of that.
    """

    honoured: float
    unmet: float
    home_buyers: int
    us_buyers: int
    home_usage: float
    agreements_offered: bool


@dataclass
class Law:
    """One instrument: shares of the countries of a jurisdiction (0 or 1 for a single country).

    `decided` includes what still waits for its legal delay; `fixed` is what the timeline or the year 2013
    brought, which is neither drawn nor repealed; `begins` says which share begins to act in which month.
    """

    in_force: float = 0.0
    decided: float = 0.0
    fixed: float = 0.0
    begins: dict[int, float] = field(default_factory=dict)
    why: str = ""


class Government:
    """The government of one country, or of a group of countries."""

    def __init__(
        self, scenario: Scenario, index: int, code: str, named_by_timeline: set[tuple[str, str]]
    ) -> None:
        self.scenario, self.index, self.code = scenario, index, code
        self.where = scenario.jurisdictions[code]
        self.is_group = self.where.members > 1
        self.named = {instrument for country, instrument in named_by_timeline if country == code}
        self.laws = {instrument: Law() for instrument in INSTRUMENTS}
        for instrument in self.where.instruments_2013:
            self.laws[instrument] = Law(1.0, 1.0, 1.0)
        self.pressure: dict[str, float] = {}
        self.neighbours: dict[str, float] = {}
        self.first_share = self.first_unmet = 0.0

    # --- laws begin to act ------------------------------------------------------------------------

    def open_month(self, month: int) -> list[tuple[str, str, str, str]]:
        """Laws whose delay is over begin to act. Returns a single country's changes: country, instrument,
        change, why.
        """
        changes = []
        for instrument, law in self.laws.items():
            begins = law.begins.pop(month, 0.0)
            if begins > 0.0:
                law.in_force = min(law.in_force + begins, 1.0)
                if not self.is_group:
                    changes.append((self.code, instrument, "in_force", law.why))
        return changes

    def follow_timeline(self, instrument: str, change: str) -> None:
        """The timeline adopts an instrument, brings it into force or repeals it."""
        law = self.laws[instrument]
        law.decided = 0.0 if change == "repealed" else 1.0
        if change != "adopted":
            law.in_force = law.fixed = law.decided

    def pull_lever(self, act: Act) -> list[tuple[str, str, str, str]]:
        """It adopts or repeals an instrument as a lever, or concludes an agreement: at once.

        Returns what changes.
        """
        instrument = "executive_agreement" if act.act == "agreement" else act.instrument
        if (
            act.act not in ("adopt", "repeal", "agreement")
            or instrument is None
            or self.code not in act.countries
        ):
            return []
        law, share = self.laws[instrument], 0.0 if act.act == "repeal" else 1.0
        changes: list[tuple[str, str, str, str]] = []
        if law.in_force != share:
            changes.append(
                (self.code, instrument, "repealed" if act.act == "repeal" else "in_force", "lever")
            )
        law.in_force = law.fixed = law.decided = share
        law.begins.clear()
        return changes

    # --- what moves the hazards -------------------------------------------------------------------

    def look_around(
        self, month: int, cells: list[CellOfCountry], seen: Surroundings, others: "list[Government]"
    ) -> None:
        """Work out the covariates of the month (see configs/parameters/governments.yaml)."""
        p, unmet = self.scenario.parameters, seen.unmet
        distrust = incidents = accounts = 0.0
        for cell in cells:
            lost = [first - now for first, now in zip(cell.first_trust, cell.trust, strict=True)]
            attention = (
                cell.mind.memory[LAW_ENFORCEMENT].bad.attention + cell.mind.memory[INTELLIGENCE].bad.attention
            ) / p.trust.prior_strength
            distrust += cell.accounts * (0.5 * (lost[LAW_ENFORCEMENT] + lost[INTELLIGENCE]))
            incidents += cell.accounts * attention
            accounts += cell.accounts
        spent = seen.home_buyers * seen.home_usage + seen.us_buyers
        us_share = seen.us_buyers / spent if spent > 0.0 else 0.0
        if month == 0:
            self.first_share = us_share
        if month == MONTHS_UNTIL_NEED_IS_KNOWN:
            self.first_unmet = unmet
        self.pressure = {
            "distrust": distrust / accounts,
            "incidents": incidents / accounts,
            "rule": seen.honoured - 1.0,
            "unmet_need": unmet - self.first_unmet if month >= MONTHS_UNTIL_NEED_IS_KNOWN else 0.0,
            "dependence": us_share - self.first_share,
            **self.lasting_pressure(),
        }
        self.neighbours = {i: self.share_of_like_countries(i, others) for i in INSTRUMENTS}

    def lasting_pressure(self) -> dict[str, float]:
        """Covariates that do not change: cost of local hosting and privacy law against the mean, and rivalry
        with the US.
        """
        countries = self.scenario.jurisdictions.values()
        premium = self.scenario.parameters.market.region_hosting_premium
        hosting = [premium * (1.0 - home_share_of(self.scenario, j)) for j in range(len(countries))]
        privacy = [country.privacy_law for country in countries]
        return {
            "hosting_cost": hosting[self.index] - add_up(hosting) / len(hosting),
            "privacy_law": privacy[self.index] - add_up(privacy) / len(privacy),
            "rivalry": 1.0 if self.where.ties == "rival" else 0.0,
        }

    def share_of_like_countries(self, instrument: str, others: "list[Government]") -> float:
        """Share of the countries of its bloc (weight 1) and region (`region_likeness`) that have adopted an
        instrument, whether or not it is in force yet.
        """
        having = everybody = 0.0
        for other in others:
            if other is self:
                continue
            likeness = 1.0 if other.where.bloc == self.where.bloc else 0.0
            if other.where.region == self.where.region:
                likeness += self.scenario.parameters.governments.region_likeness
            weight = likeness * other.where.members
            if weight != 0.0:
                everybody += weight
                having += weight * other.laws[instrument].decided
        return having / everybody if everybody > 0.0 else 0.0

    # --- decisions --------------------------------------------------------------------------------

    def may_adopt(self, instrument: str, agreements_offered: bool) -> bool:
        """The US does not react to itself; laws that the timeline names are not drawn a second time."""
        if self.code == "US" or instrument in self.named:
            return False
        return agreements_offered or instrument != "executive_agreement"

    def hazard(self, instrument: str) -> float:
        """Yearly hazard of adoption: base rate x exp(sum of effects x covariates), the exponent kept in [-12,
        6].
        """
        p = self.scenario.parameters.governments
        exponent = p.neighbours[instrument] * self.neighbours[instrument]
        for covariate in COVARIATES[:-1]:
            exponent += getattr(p, covariate)[instrument] * self.pressure[covariate]
        return p.base_rate[instrument] * exp(min(max(exponent, -12.0), 6.0))

    def main_reason(self, instrument: str) -> str:
        """The covariate that adds most to the hazard; "base rate" if none raises it."""
        p, reason, most = self.scenario.parameters.governments, "base rate", 0.0
        for covariate in COVARIATES:
            now = self.neighbours[instrument] if covariate == "neighbours" else self.pressure[covariate]
            term = getattr(p, covariate)[instrument] * now
            if term > most:
                reason, most = covariate, term
        return reason

    def choose(self, seed: int, month: int, agreements_offered: bool) -> list[tuple[str, float, float]]:
        """What it adopts and repeals this month: instrument, share that adopts, share that repeals."""
        p, out = self.scenario.parameters.governments, []
        for instrument in INSTRUMENTS:
            law, adopts, repeals = self.laws[instrument], 0.0, 0.0
            key = crc32(instrument.encode())  # the draw's number, so that it hangs on no place in a list
            undecided, repealable = 1.0 - law.decided, law.in_force - law.fixed
            if self.may_adopt(instrument, agreements_offered) and undecided > 0.0:
                chance = 1.0 - exp(-self.hazard(instrument) / 12.0)
                luck = draw4(seed, self.index, month, purposes.ADOPT_INSTRUMENT, key)[0]
                adopts = undecided * chance if self.is_group else float(luck < chance)
            if repealable > 0.0:
                chance = 1.0 - exp(-p.repeal_rate[instrument] / 12.0)
                luck = draw4(seed, self.index, month, purposes.REPEAL_INSTRUMENT, key)[0]
                repeals = repealable * chance if self.is_group else float(luck < chance)
            if adopts > 0.0 or repeals > 0.0:
                out.append((instrument, adopts, repeals))
        return out

    def act(
        self, month: int, instrument: str, adopts: float, repeals: float
    ) -> list[tuple[str, str, str, str]]:
        """Carry a decision out: it acts after the legal delay; a repeal acts at once. Returns a country's
        changes.
        """
        law, changes = self.laws[instrument], []
        if adopts > 0.0:
            if not self.is_group:
                law.why = self.main_reason(instrument)
                changes.append((self.code, instrument, "adopted", law.why))
            delay = int(self.scenario.parameters.governments.legal_delay[instrument])
            begins = month + 1 + delay
            law.begins[begins] = law.begins.get(begins, 0.0) + adopts
        if repeals > 0.0 and not self.is_group:
            changes.append((self.code, instrument, "repealed", "expired"))
        law.decided = max(min(law.decided + adopts, 1.0) - repeals, 0.0)
        law.in_force = max(law.in_force - repeals, law.fixed)
        return changes

"""What one world is made of: its law, news, market, agents and books, and how they are put together."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.model.agents.customers import Customers, CustomersOfWorld
from sim.model.agents.governments import Government, Legislation, LuckOfLaws, People
from sim.model.agents.home_grown import HomeGrownProvider
from sim.model.agents.investigators import Casework, DataHeld, Investigator, RuleOfMonth
from sim.model.agents.lawmakers import Lawmakers
from sim.model.agents.us_providers import Outlook, Provider
from sim.model.books import Books
from sim.model.choice_sets import ChoiceSets
from sim.model.docket import Docket, Waits, aimed_dockets, docket_of
from sim.model.kernels.codes import US
from sim.model.kernels.investigations import Terms
from sim.model.law.routing import OrderRule, data_law_risks, order_rules
from sim.model.law.timeline import LawInForce, Month
from sim.model.market import Market, Trends, market_trends
from sim.model.news import PublicMind
from sim.model.ordered import OrderedModel
from sim.model.places import Offers
from sim.model.population import Population, population_of
from sim.scenario.law import Regime
from sim.scenario.scenario import Scenario, share_population

if TYPE_CHECKING:
    import pandas as pd


class Commons:
    """What the worlds of a set share: customers with contracts and peers, crimes, luck, and market trends."""

    def __init__(
        self,
        scenarios: Sequence[Scenario],
        seed: int,
        population: Population | None,
        customers: type[Customers],
    ) -> None:
        first = scenarios[0]
        if any(not share_population(first, other) for other in scenarios[1:]):
            raise ValueError(
                "worlds of one set differ in law and events only; run others in sets of their own"
            )
        self.population: Population = population_of(first, seed) if population is None else population
        self.docket: Docket = docket_of(first, self.population, seed)
        self.waits = Waits(self.docket, seed)
        self.luck_of_laws = LuckOfLaws(len(first.jurisdictions), seed)
        self.trends: Trends = market_trends(first)
        self.customers = customers(self.population, first, len(scenarios), seed)
        self._seed = seed

    def aim_requests(self, worlds: Sequence[Casework], scenario: Scenario) -> None:
        """Aim the requests to US providers at accounts that these hold in each world, now that it begins."""
        self.first_place = self.customers.place.copy()
        dockets = aimed_dockets(self.docket, self.first_place, self.population, scenario, self._seed)
        for casework, docket in zip(worlds, dockets, strict=True):
            casework.docket = docket


def orders_with(scenario: Scenario, regime: str, comity: str) -> OrderRule:
    """The routes of orders under a regime, were its comity rule this one."""
    changed = scenario.regimes[regime].model_copy(update={"comity": comity})
    return order_rules(scenario.law, {regime: changed})[regime]


def terms_of_agreements(scenario: Scenario, law: LawInForce) -> tuple[np.ndarray, Terms]:
    """Whether an executive agreement with each country would have effect, bool (J,), and on what terms."""
    orders, codes = scenario.parameters.orders, list(scenario.jurisdictions)
    effective = np.full(len(codes), scenario.regimes[law.regime].agreements)
    usual = (orders.agreement_quota, orders.agreement_notice, orders.agreement_lifts_bar)
    agreed = np.array([usual] * len(codes))
    for country, *terms in law.agreements:
        j = codes.index(country)
        effective[j] = True
        agreed[j] = [own if own is not None else default for own, default in zip(terms, usual, strict=True)]
    quota, notice, lifts_bar = agreed.T.copy()
    eligible = scenario.parameters.investigators.agreement_eligible
    return effective, Terms(eligible, quota, notice, lifts_bar, orders.agreement_objection)


class PartsOfWorld(OrderedModel):
    """The parts of one world, by name.

    mind: memory of news and belief, by cell.
    legislation: the laws of all jurisdictions.
    offers: what US providers offer in each country.
    market: volume, prices, experience.
    choice_sets: what customers choose among.
    casework: requests for evidence.
    outlook: what US providers know of their markets, and which acts pay.
    books: what is recorded.
    """

    scenario: Scenario = None  # type: ignore[assignment]  # not the property that Mesa has from 3.5 on
    calendar: tuple[Month, ...]
    month: int
    index: int

    def build_parts(self, commons: Commons) -> None:
        """Make this world's parts and agents, and set what customers met before the first month."""
        scenario = self.scenario
        customers: CustomersOfWorld = commons.customers.in_world(self.index)
        self.customers, self.population = customers, commons.population
        cells = customers.cells
        self._order_rules = order_rules(scenario.law, scenario.regimes)
        self._offered: dict[tuple[str, str], OrderRule] = {}
        self._terms: dict[LawInForce, tuple[np.ndarray, Terms]] = {}
        self._data_law: dict[frozenset[str], np.ndarray] = {}
        self.mind = PublicMind(scenario, cells.jurisdiction, cells.segment, self.calendar[0].believed)
        self.legislation = Legislation(scenario, commons.luck_of_laws, customers.first_trust)
        self.offers = Offers(scenario)
        self.market = Market(scenario, cells, commons.trends)
        self.choice_sets = ChoiceSets(scenario, cells)
        self.casework = Casework(scenario, commons.docket, commons.waits)
        self.outlook = Outlook(scenario, self.market, self.offers)
        self.books = Books(scenario, cells)
        self.market.reprice(self.offers)
        self.lay_out()
        self.market.anchor(customers.first_trust, customers.meets)
        self.lay_out()
        self._make_agents()
        self.forget_counter()

    @property
    def this_month(self) -> Month:
        """The law in force on the first day of the month, and the events of the month before."""
        return self.calendar[min(self.month, len(self.calendar) - 1)]

    @property
    def regime(self) -> Regime:
        """The US rule in force."""
        return self.scenario.regimes[self.this_month.law.regime]

    @property
    def rule_of_month(self) -> RuleOfMonth:
        """The law in force, as investigators meet it."""
        month, laws = self.this_month, self.legislation.in_force
        honoured = np.array(month.honoured_by)
        bars = month.law.bars_disclosure
        if bars not in self._data_law:
            self._data_law[bars] = data_law_risks(self.scenario, bars)
        data_law = self._data_law[bars]
        if month.law not in self._terms:
            self._terms[month.law] = terms_of_agreements(self.scenario, month.law)
        agreements, terms = self._terms[month.law]
        orders = self._order_rules[month.law.regime]
        if month.law.comity is not None:
            key = month.law.regime, month.law.comity
            orders = self._offered[key] = self._offered.get(key) or orders_with(self.scenario, *key)
        return RuleOfMonth(orders, honoured, agreements, terms, laws, data_law)

    @property
    def data_held(self) -> DataHeld:
        """Where the data is, as investigators meet it."""
        return DataHeld(self.index, self.customers.place, self.offers.hosts, self.mind.belief)

    def customers_frame(self) -> "pd.DataFrame":
        """The customers of this world as they are now, one a row (see `CustomersOfWorld.frame`)."""
        return self.customers.frame(self.scenario)

    def lay_out(self) -> None:
        """Lay out what customers choose among, as of today."""
        meets = self.customers.meets
        self.choice_sets.lay_out(self.market.appeal, self.offers, self.legislation.in_force, self.mind, meets)

    def _make_agents(self) -> None:
        """One government and one home-grown provider abroad, police everywhere, and the US providers."""
        people = self.people = People(self.customers, self.mind, self.casework)
        self.governments: dict[int, Government] = {}
        for j, code in enumerate(self.scenario.jurisdictions):
            if j != US:
                self.governments[j] = Government(self, j, code, self.legislation, self.books, people)
                HomeGrownProvider(self, j, code, self.market)
            Investigator(self, j, code, self.casework)
        self.lawmakers: Lawmakers | None = None
        if self.scenario.bills:
            self.lawmakers = Lawmakers(self, self.scenario, self.casework, self.legislation, self.outlook)
        self.us_providers = [
            Provider(self, p, code, self.scenario, self.offers, self.books)
            for p, code in enumerate(self.scenario.providers)
        ]

"""The order of a month, on one page.

`WorldSet` holds several `WarrantModel`s that share one population and one stream of luck, and steps them together;
a `WarrantModel` alone is a set of one, so that whoever knows Mesa finds `step`, `agents` and `running`.
"""

from collections.abc import Callable, Sequence

import mesa
import numpy as np

from sim.model.agents.customers import Customers
from sim.model.agents.government import Government, Legislation, LuckOfLaws
from sim.model.agents.investigators import (
    KNOWN_AFTER,
    Casework,
    Docket,
    Investigator,
    RuleOfMonth,
    Waits,
    docket_of,
)
from sim.model.agents.provider import HomeGrownProvider, Outlook, Provider
from sim.model.arithmetic import total
from sim.model.books import Books
from sim.model.kernels import books as books_kernel
from sim.model.kernels import governments as government_kernel
from sim.model.kernels import market as market_kernel
from sim.model.kernels import providers as provider_kernel
from sim.model.law.routing import HOST_BIT, order_rules
from sim.model.law.timeline import calendar
from sim.model.market import Market, Trends, market_trends
from sim.model.news import INTELLIGENCE, LAW_ENFORCEMENT, PublicMind
from sim.model.places import Offers, kinds_of_places, place_count
from sim.model.population import UNITS, Population, population_of
from sim.scenario.scenario import Scenario
from sim.vocabulary import INSTRUMENTS, KINDS

_LAW = {name: k for k, name in enumerate(INSTRUMENTS)}
QUARTER = 3


class WarrantModel(mesa.Model):
    """One world: its law, governments, providers, investigators and books; its customers live in the set's arrays."""

    def __init__(
        self, scenario: Scenario, seed: int = 1, *, in_set: "WorldSet | None" = None, index: int = 0
    ) -> None:
        super().__init__(
            rng=seed
        )  # Mesa wants a generator; the model draws nothing from it (see sim.model.luck)
        self.scenario, self.seed_key, self.index = scenario, seed, index
        self.month = 0
        self._calendar, self._order_rules = calendar(scenario), order_rules(scenario.law, scenario.regimes)
        if in_set is None:
            WorldSet([scenario], seed, alone=self)
        else:
            self.join(in_set)

    def join(self, worlds: "WorldSet") -> None:
        """Take a place in a set: share its population and luck, and people this world with its agents."""
        scenario = self.scenario
        self._set = worlds
        self.population = worlds.population
        cells = self.population.cells
        self.law = self._calendar[0].law
        self.mind = PublicMind(scenario, cells.jurisdiction, cells.segment, self._calendar[0].believed)
        self.legislation = Legislation(scenario, worlds.luck_of_laws)
        self.offers = Offers(scenario)
        self.market = Market(scenario, cells, worlds.trends)
        self.casework = Casework(scenario, worlds.docket, worlds.waits)
        self.books = Books(scenario, cells)
        self._kinds = kinds_of_places(len(scenario.providers))
        self.hosts, self._settled = self.offers.hosts_of_places(), self.offers.settled
        shape = (len(scenario.providers), len(scenario.jurisdictions), place_count(len(scenario.providers)))
        self.outlook = Outlook(scenario.parameters, self.market.price_sensitivity, *shape)
        for j, code in enumerate(scenario.jurisdictions):
            if j > 0:
                Government(self, j, code)
                HomeGrownProvider(self, j, code)
            Investigator(self, j, code)
        for p, code in enumerate(scenario.providers):
            Provider(self, p, code)
        getattr(mesa.Agent, "_ids", {}).pop(
            self, None
        )  # Mesa 3.3 counts each model's agents in a table that would keep every model for ever
        self._providers = list(self.agents_by_type[Provider])
        self._governments = {g.index: g for g in self.agents_by_type[Government]}
        self._litigating = self._transparent = 0.0  # shares of the US providers' revenue abroad that do this
        self._prepare()

    def step(self) -> None:
        """One month. In a set of several worlds, step the set."""
        if len(self._set.models) > 1:
            raise RuntimeError("this world shares its customers with others: step the WorldSet")
        self._set.step()

    # --- the phases of a month ------------------------------------------------------------------------

    def open_month(self) -> None:
        """The law in force on the first day; the news since the first day of the month before; what it does to belief."""
        today = self._calendar[self.month]
        self.law = today.law
        for country, instrument, change, why in self.legislation.open_month(self.month, today.law):
            self.books.law(country, instrument, change, why)
        self.mind.listen(today)
        self.mind.hear_incidents(self.casework.host_conflicts, self.casework.host_disclosures)
        self._hear_providers()
        self.market.open_month(self.month)

    def govern(self) -> None:
        """Governments weigh their instruments; those that luck and hazard pick act."""
        self._feel_pressure()
        decisions = self.legislation.deliberate(self.scenario.regimes[self.law.regime].agreements)
        for j, instrument, adopts in decisions.tolist():
            government = self._governments[j]
            (government.adopt if adopts > 0 else government.repeal)(instrument)

    def trade(self) -> None:
        """Each quarter the US providers open what they have built, look at their markets and act."""
        if self.month % QUARTER == 0 and self.month > 0:
            for provider in self._providers:
                provider.open_finished()
            self._look_ahead()
            for provider in self._providers:
                provider.step()
            self._litigating, self._transparent = (
                self._share_of_providers("litigates"),
                self._share_of_providers("transparent"),
            )
            if any(self.outlook.cuts):
                self._markups = self.market.markups(self.offers)
            if self.offers.settled > self._settled:
                self._relocate(self._set.customers.stock[self.index])

    def publish(self, customers: Customers) -> None:
        """Lay out what customers meet this month: what they have heard, what places are worth, exposed to, forbidden."""
        w, adoption = self.index, self.scenario.parameters.adoption
        self.mind.evidence(customers.evidence[w])
        self._fill_market(
            customers.utility[w], customers.exposure[w], customers.banned[w], customers.unlawful[w]
        )
        customers.grow_hazard(w, adoption.innovation, adoption.imitation)

    def publish_first(self, customers: Customers) -> None:
        """What places were worth, exposed to and forbidden when those chose who came before the first month."""
        w = self.index
        self._fill_market(
            customers.utility[w], customers.exposure[w], customers.banned[w], customers.unlawful[w]
        )

    def investigate(self, customers: Customers) -> None:
        """Requests meet the data where the customers have put it."""
        p, laws = self.scenario.parameters.providers, self.legislation.in_force
        regime, today = self.scenario.regimes[self.law.regime], self._calendar[self.month]
        orders = self._order_rules[self.law.regime]
        agreement = laws[:, _LAW["executive_agreement"]] if regime.agreements else self._no_agreement
        rule = RuleOfMonth(
            us_table=orders.us,
            foreign_table=np.stack([orders.foreign & ~HOST_BIT] * 2),
            reaches=-1 if orders.contested else int(not (orders.foreign & HOST_BIT).any()),
            honoured=today.honoured,
            statutory=False,
            agreement=agreement,
            blocking=laws[:, _LAW["blocking_statute"]],
            claim=laws[:, _LAW["extraterritorial_claim"]],
        )
        self.casework.work(
            self.month, self.index, customers.place, self.hosts, rule, p.litigation_delay * self._litigating
        )

    def close_month(self, customers: Customers) -> None:
        """Enter the month into the books, and check that nothing was lost."""
        w, books, cells = self.index, self.books, self.population.cells
        stock, market, m = customers.stock[w], self.market, self.month
        customers.check_conservation(w)
        output = books_kernel.cell_stocks(
            stock, UNITS, *market.prices, self._markups, market.data, cells.jurisdiction, market.blocs, self.hosts, self._kinds, customers.exposure[w],
            self._calendar[m].honoured, self._us_business, books.month_of_cells, books.revenue[m], books.market[m], market.by_bloc,
        )  # fmt: skip
        books.customers(
            customers.trust_means[w],
            self.mind.belief,
            customers.counts[w],
            customers.answers[w],
            customers.asked[w],
        )
        market.count_buyers(stock)
        books.streams(
            w, customers.streams, customers.flows, market.data * market.growth, self._kinds, self.hosts
        )
        books.laws[m] = self.legislation.in_force
        books.unmet[m] = self.casework.unmet
        books.casework(self.casework.month, self.casework.queues.backlog)
        books.disclosures[m] = self.casework.disclosures[0]
        market.learn(output)
        self.month += 1
        books.month = self.month
        self.running = self.month < self.scenario.months

    # --- what a phase needs ---------------------------------------------------------------------------

    @property
    def law_is_contested(self) -> bool:
        return self._calendar[self.month].contested

    def hear_protest(self, j: int) -> None:
        """A government's protest is news to its people."""
        self.mind.hear_at_home(LAW_ENFORCEMENT, j, -self.scenario.parameters.trust.protest_news)

    def _prepare(self) -> None:
        """What does not change over the run, and the anchors of the market."""
        s, p = self.scenario, self.scenario.parameters
        jurisdictions, cells = list(s.jurisdictions.values()), self.population.cells
        self._unmet_at_first, self._first_share, self._no_agreement = (
            np.zeros(len(jurisdictions)) for _ in range(3)
        )
        self._us_business = np.array([j.home_grown_us_business for j in jurisdictions])
        self._own_intrusion = (
            np.array([j.own_state_intrusion for j in jurisdictions]) * p.exposure.own_state_weight
        )
        self._has_home_grown = np.array([j.home_grown_share_2013 > 0.0 for j in jurisdictions])
        self._markups = self.market.markups(self.offers)
        self._friction = np.array(p.choice.transfer_friction.values)
        self._law_exposure = np.array(
            [[p.exposure.law_enforcement_always[k], p.exposure.law_enforcement_if_believed[k]] for k in KINDS]
        )
        self._intelligence_exposure = np.array([p.exposure.intelligence[k] for k in KINDS])
        trust = np.array([j.initial_trust for j in jurisdictions])
        level = np.minimum(np.maximum(p.trust.initial_offset + p.trust.initial_scale * trust, 0.02), 0.98)
        self.initial_trust = np.repeat(level[cells.jurisdiction][:, None], 2, axis=1)
        self.trust_means = self.initial_trust.copy()
        gdp = np.array([j.gdp_2013 for j in jurisdictions])
        gdp[0] = 0.0
        self._claim_weight = gdp / total(gdp)
        shape = (len(cells), place_count(len(s.providers)))
        utility, exposure, banned = (
            np.empty(shape),
            np.empty((len(cells), 3, len(KINDS))),
            np.empty(shape, np.float32),
        )
        self._fill_market(utility, exposure, banned, np.empty_like(banned))
        self.market.anchor(self.initial_trust, exposure, banned)
        risk = np.empty((len(cells), len(KINDS)))
        market_kernel.mean_risks(self.market.sensitivity, self.initial_trust, exposure, risk)
        self._first_risk = np.minimum(risk[:, 1], risk[:, 2])
        self.market.open_month(0)
        privacy = np.array([j.privacy_law for j in jurisdictions])
        home = np.array([j.home_grown_share_2013 for j in jurisdictions])
        hosting = p.market.region_hosting_premium * (1.0 - home)
        rival = np.array([float(j.ties == "rival") for j in jurisdictions])
        self._steady_pressure = np.stack(
            [hosting - total(hosting) / len(hosting), privacy - total(privacy) / len(privacy), rival], axis=1
        )

    def _relocate(self, stock: np.ndarray) -> None:
        """Where a provider has opened a region nearer by, it moves its customers' data there: a flow, though nobody chose."""
        hosts = self.offers.hosts_of_places()
        self.books.relocations(self.hosts, hosts, stock, self.market.data * self.market.growth, self._kinds)
        self.hosts, self._settled = hosts, self.offers.settled

    def _fill_market(
        self, utility: np.ndarray, exposure: np.ndarray, banned: np.ndarray, unlawful: np.ndarray
    ) -> None:
        """Utility (C, O), exposure (C, 3, 7), what is closed or unlawful and what is unlawful (C, O), as of today."""
        p, cells, laws, offers = (
            self.scenario.parameters,
            self.population.cells,
            self.legislation.in_force,
            self.offers,
        )
        j, s = cells.jurisdiction, cells.segment
        market_kernel.lay_out(
            j, s, self.market.home, self.market.us, self.market.offer, self.market.price_sensitivity, offers.discount, offers.own_region,
            p.providers.latency_gain, laws[:, _LAW["transfer_suspension"]], self._friction, self.mind.belief, self.mind.intelligence_belief,
            self._us_business, self._own_intrusion, self._law_exposure, self._intelligence_exposure, p.exposure.own_state_reach_abroad,
            p.exposure.distrust_of_foreign_claims, self._claim_weight, laws[:, _LAW["extraterritorial_claim"]], self.hosts, self._has_home_grown,
            offers.live, laws[:, _LAW["procurement_rule"]], laws[:, _LAW["sector_localisation"]], laws[:, _LAW["general_localisation"]],
            utility, exposure, banned, unlawful,
        )  # fmt: skip

    def _hear_providers(self) -> None:
        """Providers earn trust back by fighting warrants in court and by publishing what they are asked for."""
        p = self.scenario.parameters.providers
        litigation, transparency = (
            p.litigation_trust * self._litigating,
            p.transparency_trust * self._transparent,
        )
        for channel, good in ((LAW_ENFORCEMENT, litigation + transparency), (INTELLIGENCE, transparency)):
            if good > 0.0:
                self.mind.hear_abroad(channel, good)

    def _share_of_providers(self, what: str) -> float:
        """Share of the US providers' revenue abroad that goes to those that do this."""
        doing, everything = 0.0, 0.0
        for provider, revenue in zip(self._providers, self.outlook.abroad.tolist(), strict=True):
            doing, everything = doing + revenue * getattr(provider, what), everything + revenue
        return doing / everything if everything > 0.0 else 0.0

    def _feel_pressure(self) -> None:
        """Work out the covariates of the governments' hazards as they stand."""
        cells = self.population.cells
        if self.month == 0:
            self.market.count_buyers(self._set.customers.stock[self.index])
        government_kernel.covariates(
            self.month, 2 * KNOWN_AFTER, self.market.buyers, self.market.home_usage, cells.jurisdiction, cells.accounts,
            self.initial_trust, self.trust_means, self.mind.memory, self.scenario.parameters.trust.prior_strength,
            self._calendar[self.month].honoured, self.casework.unmet, self._unmet_at_first, self._first_share, self._steady_pressure,
            self.legislation.pressure,
        )  # fmt: skip

    def _look_ahead(self) -> None:
        """What the providers know at the end of a quarter (see Outlook)."""
        p, cells, customers = self.scenario.parameters, self.population.cells, self._set.customers
        w, outlook, market, offers = self.index, self.outlook, self.market, self.offers
        provider_kernel.look_ahead(
            cells.jurisdiction, cells.segment, market.spend(customers.stock[w]), market.shares, market.sensitivity, self.trust_means,
            customers.exposure[w], self._first_risk, customers.utility[w], customers.banned[w], offers.live, offers.own_region,
            p.providers.latency_gain, self.legislation.in_force[:, _LAW["procurement_rule"]], p.choice.nest_scale,
            outlook.revenue, outlook.provider_revenue, outlook.abroad, outlook.market, outlook.gain, outlook.distrust_cost,
        )  # fmt: skip
        outlook.weigh(
            self.month, offers, total(self.casework.host_conflicts), market.yearly_growth(self.month)
        )


class WorldSet:
    """Worlds that share one population and one stream of luck; they may differ in law and events only."""

    def __init__(
        self, scenarios: Sequence[Scenario], seed: int, *, alone: WarrantModel | None = None
    ) -> None:
        first = scenarios[0]
        for other in scenarios[1:]:
            if (other.parameters, other.jurisdictions, other.segments, other.providers, other.customers) != (
                first.parameters, first.jurisdictions, first.segments, first.providers, first.customers,
            ):  # fmt: skip
                raise ValueError(
                    "worlds of one set differ in law and events only; run others in sets of their own"
                )
        self.population: Population = population_of(first, seed)
        self.docket: Docket = docket_of(first, self.population, seed)
        self.waits = Waits(self.docket, seed)
        self.luck_of_laws = LuckOfLaws(len(first.jurisdictions), seed)
        self.trends: Trends = market_trends(first)
        if alone is not None:
            alone.join(self)
            self.models = [alone]
        else:
            self.models = [
                WarrantModel(scenario, seed, in_set=self, index=w) for w, scenario in enumerate(scenarios)
            ]
        self.customers = Customers(self.population, self.models, seed)
        self.running = True

    def step(self) -> None:
        """One month of all worlds."""
        for world in self.models:
            world.open_month()
        for world in self.models:
            world.govern()
        for world in self.models:
            world.trade()
        for world in self.models:
            world.publish(self.customers)
        self.customers.step(self.models[0].month)
        for world in self.models:
            world.trust_means = self.customers.trust_means[world.index]
            world.investigate(self.customers)
        for world in self.models:
            world.close_month(self.customers)
        self.running = self.models[0].running

    def run(self, before_month: Callable[[], None] | None = None) -> None:
        """All months to the horizon; then the stocks are counted afresh and must agree with the books.

        `before_month` is called before each month; what it raises ends the run.
        """
        while self.running:
            if before_month is not None:
                before_month()
            self.step()
        self.customers.audit()

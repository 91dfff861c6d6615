"""The order of a month, on one page: who acts on what.

A `WorldSet` holds several `WarrantModel`s that share one population and one stream of luck, and steps them together. A
`WarrantModel` alone is a set of one, so that a Mesa user finds `step`, `agents` and `running`.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sim.model.agents.customers import Customers, CustomersOfWorld
from sim.model.agents.governments import LuckOfLaws
from sim.model.agents.investigators import Docket, RuleOfMonth, Waits, docket_of
from sim.model.agents.us_providers import MONTHS_OF_QUARTER
from sim.model.arithmetic import total
from sim.model.kernels.codes import ADOPTS
from sim.model.law.routing import order_rules
from sim.model.law.timeline import Month, calendar
from sim.model.market import Trends, market_trends
from sim.model.ordered import OrderedModel, Reporters
from sim.model.parts import PartsOfWorld
from sim.model.population import Population, population_of
from sim.scenario.law import Regime
from sim.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd


class WarrantModel(PartsOfWorld, OrderedModel):
    """One world: its law, governments, providers, investigators and books, and the customers as it sees them."""

    def __init__(
        self,
        scenario: Scenario,
        seed: int = 1,
        *,
        rng: int | None = None,
        model_reporters: Reporters | None = None,
        agent_reporters: Reporters | None = None,
        in_set: "WorldSet | None" = None,
        index: int = 0,
    ) -> None:
        self.seed_key: int = seed if rng is None else rng  # Mesa's batch_run may call it either way
        super().__init__(self.seed_key, model_reporters, agent_reporters)
        self.scenario, self.index, self.month = scenario, index, 0
        self.calendar: tuple[Month, ...] = calendar(scenario)
        self.order_rules = order_rules(scenario.law, scenario.regimes)
        if in_set is None:
            WorldSet([scenario], self.seed_key, alone=self)
            self.collect()
        else:
            self.join(in_set)

    def join(self, worlds: "WorldSet") -> None:
        """Take a place in a set: share its population and luck."""
        self._set = worlds
        self.customers: CustomersOfWorld = worlds.customers.in_world(self.index)
        self.build_parts(worlds.luck_of_laws, worlds.docket, worlds.waits, worlds.trends)
        self.forget_counter()

    def step(self) -> None:
        """One month. In a set of several worlds, step the set."""
        if len(self._set.models) > 1:
            raise RuntimeError("this world shares its customers with others: step the WorldSet")
        self._set.step()
        self.collect()

    @property
    def today(self) -> Month:
        """The law in force on the first day of the month, and the events of the month before."""
        return self.calendar[min(self.month, len(self.calendar) - 1)]

    @property
    def regime(self) -> Regime:
        """The US rule in force."""
        return self.scenario.regimes[self.today.law.regime]

    def customers_frame(self) -> "pd.DataFrame":
        """The customers of this world as they are now, one a row (see `CustomersOfWorld.frame`)."""
        return self.customers.frame(self.scenario)

    # --- the phases of a month ------------------------------------------------------------------------

    def open_month(self) -> None:
        """Laws enter into force; the public hears the news; prices and volumes are those of the month."""
        for country, instrument, change, why in self.legislation.open_month(self.month, self.today.law):
            self.books.law(country, instrument, change, why)
        self.mind.listen(self.today)
        self.mind.hear_incidents(self.casework.host_conflicts, self.casework.host_disclosures)
        self.mind.hear_providers(self.outlook.litigating, self.outlook.transparent)
        self.market.open_month(self.month)

    def govern(self) -> None:
        """Governments weigh their instruments; those that hazard and luck pick adopt or repeal one."""
        self.legislation.feel_pressure(self.month, self.today.honoured, self.people, self.market)
        for j, instrument, change in self.legislation.deliberate(self.regime):
            government = self.governments[j]
            if change == ADOPTS:
                government.adopt(instrument)
            else:
                government.repeal(instrument)

    def trade(self) -> None:
        """Each quarter the US providers open what they have built, look at their markets and act."""
        if self.month % MONTHS_OF_QUARTER != 0 or self.month == 0:
            return
        for provider in self.us_providers:
            provider.open_finished(self.month)
        self.outlook.look_ahead(
            self.customers, self.choice_sets.offered(self.offers), self.legislation.in_force
        )
        self.outlook.weigh(self.month, total(self.casework.host_conflicts))
        for provider in self.us_providers:
            provider.step(self.month, self.seed_key, self.outlook, self.today.contested)
        self.outlook.note_conduct(self.us_providers)
        self.market.reprice(self.offers)
        before = self.offers.move()
        if before is not None:
            self.books.relocations(before, self.offers.hosts, self.customers.stock, self.market.volume)

    def publish(self) -> None:
        """Customers learn what is in the news, what places are worth, how exposed they are, and what is closed to them."""
        self.mind.evidence(self.customers.evidence)
        self.lay_out()
        self.customers.grow_hazard(self.scenario.parameters.adoption)

    def investigate(self) -> None:
        """Requests meet the data where the customers have put it; the law decides what comes of them."""
        orders, laws = self.order_rules[self.today.law.regime], self.legislation.in_force
        rule = RuleOfMonth(orders, self.today.honoured, self.regime.agreements, laws)
        delay = self.scenario.parameters.providers.litigation_delay * self.outlook.litigating
        self.casework.work(self.month, self.index, self.customers.place, self.offers.hosts, rule, delay)

    def close_month(self) -> None:
        """The month enters the books, which must balance; providers learn from what they have served."""
        books, market, hosts = self.books, self.market, self.offers.hosts
        self.customers.check_conservation()
        output = books.stocks(self.customers, market, hosts, self.today.honoured)
        books.customers(self.customers, self.mind.belief)
        market.count_buyers(self.customers.stock)
        books.streams(self.customers, market.volume, hosts)
        books.laws[self.month], books.unmet[self.month] = self.legislation.in_force, self.casework.unmet
        books.casework(self.casework.month, self.casework.queues.backlog)
        books.disclosures[self.month] = self.casework.disclosures[0]
        market.learn(output, books.by_bloc)
        self.month += 1
        books.month = self.month
        self.running = self.month < self.scenario.months


class WorldSet:
    """Worlds that share one population and one stream of luck; they may differ in law and events only."""

    def __init__(
        self, scenarios: Sequence[Scenario], seed: int, *, alone: WarrantModel | None = None
    ) -> None:
        first = scenarios[0]
        if any(not may_ride_together(first, other) for other in scenarios[1:]):
            raise ValueError(
                "worlds of one set differ in law and events only; run others in sets of their own"
            )
        self.population: Population = population_of(first, seed)
        self.docket: Docket = docket_of(first, self.population, seed)
        self.waits = Waits(self.docket, seed)
        self.luck_of_laws = LuckOfLaws(len(first.jurisdictions), seed)
        self.trends: Trends = market_trends(first)
        self.customers = Customers(self.population, first, len(scenarios), seed)
        if alone is not None:
            alone.join(self)
        self.models = (
            [alone]
            if alone is not None
            else [WarrantModel(scenario, seed, in_set=self, index=w) for w, scenario in enumerate(scenarios)]
        )
        self.customers.settle()
        for world in self.models:
            world.market.count_buyers(world.customers.stock)
        self.running = True

    def step(self) -> None:
        """One month of all worlds, phase by phase; the customers of all worlds are stepped at once."""
        for world in self.models:
            world.open_month()
        for world in self.models:
            world.govern()
        for world in self.models:
            world.trade()
        for world in self.models:
            world.publish()
        self.customers.step(self.models[0].month)
        for world in self.models:
            world.investigate()
        for world in self.models:
            world.close_month()
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


def may_ride_together(a: Scenario, b: Scenario) -> bool:
    """Whether two worlds may share a set: they have the same people, places, providers and parameters."""
    return (a.parameters, a.jurisdictions, a.segments, a.providers, a.customers) == (
        b.parameters, b.jurisdictions, b.segments, b.providers, b.customers,
    )  # fmt: skip

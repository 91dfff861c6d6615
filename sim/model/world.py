"""The order of a month, on one page: who acts on what.

A `WorldSet` steps several `WarrantModel`s that share one population and one stream of luck. A
`WarrantModel` alone is a set of one, so that a Mesa user finds `step`, `agents` and `running`.
"""

from collections.abc import Callable, Sequence

from sim.model.agents.customers import Customers
from sim.model.agents.us_providers import MONTHS_OF_QUARTER
from sim.model.arithmetic import total
from sim.model.kernels.codes import ADOPTS
from sim.model.law.timeline import calendar, enacted
from sim.model.ordered import Reporters
from sim.model.parts import Commons, PartsOfWorld
from sim.model.population import Population
from sim.scenario.scenario import Scenario


class WarrantModel(PartsOfWorld):
    """One world: its law, governments, providers, investigators and books, and its view of the customers."""

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
        self.calendar, self.enactments = calendar(scenario), list[tuple[int, str]]()
        if in_set is None:
            self._set = WorldSet([scenario], self.seed_key, alone=self)
            self.collect()
        else:
            self._set = in_set
            self.build_parts(in_set)

    def step(self) -> None:
        """One month. In a set of several worlds, step the set."""
        if len(self._set.models) > 1:
            raise RuntimeError("this world shares its customers with others: step the WorldSet")
        self._set.step()
        self.collect()

    def look_ahead(self) -> None:
        """Read the future afresh from the scenario: what a world does that goes on from a checkpoint."""
        self.calendar = calendar(self.scenario)
        for month, passed in self.enactments:
            self.calendar = enacted(self.calendar, self.scenario, month, passed)
        for provider in self.us_providers:
            provider.look_ahead(self.scenario)
        if self.lawmakers is not None:
            self.lawmakers.look_ahead(self.scenario)

    # --- the phases of a month ------------------------------------------------------------------------

    def open_month(self) -> None:
        """Laws enter into force; the public hears the news; prices and volumes are those of the month."""
        for country, instrument, change, why in self.legislation.open_month(self.month, self.this_month.law):
            self.books.law(country, instrument, change, why)
        self._do_acts()
        self.mind.listen(self.this_month)
        self.mind.hear_of_orders(self.casework.public, self.casework.in_court, self.casework.fought)
        self.mind.hear_reports(self.outlook.transparent)
        self.market.open_month(self.month)

    def _do_acts(self) -> None:
        """What governments and the US do on the day as levers; US providers act at the turn of a quarter."""
        for event in self.this_month.events:
            if event.act is None:
                continue
            for country, instrument, change in self.legislation.act(event.act):
                self.books.law(country, instrument, change, "lever")
            if event.act.act == "mla_staff":
                self.casework.employ(event.act)

    def govern(self) -> None:
        """Governments weigh their instruments; those that hazard and luck pick adopt or repeal one. So may US
        lawmakers, where an experiment lets them answer the rule."""
        self.legislation.feel_pressure(self.month, self.this_month.honoured, self.people, self.market)
        for j, instrument, change in self.legislation.deliberate(self.regime):
            government = self.governments[j]
            if change == ADOPTS:
                government.adopt(instrument)
            else:
                government.repeal(instrument)
        if self.lawmakers is not None:
            passed = self.lawmakers.step(self.month, self.seed_key, self.this_month.law.regime)
            if passed is not None:
                self.enactments.append((self.month, passed))
                self.calendar = enacted(self.calendar, self.scenario, self.month, passed)
                self.books.law("US", passed, "enacted", "US lawmakers")

    def trade(self) -> None:
        """Each quarter the US providers open what they have built, look at their markets and act."""
        if self.month % MONTHS_OF_QUARTER != 0 or self.month == 0:
            return
        for provider in self.us_providers:
            provider.open_finished(self.month)
            provider.pull_levers(self.month)
        offered, laws = self.choice_sets.offered(self.offers), self.legislation.in_force
        self.outlook.look_ahead(self.customers, offered, laws)
        self.outlook.weigh(self.month, total(self.casework.host_conflicts))
        for provider in self.us_providers:
            provider.step(self.month, self.seed_key, self.outlook)
        self.outlook.note_conduct(self.us_providers)
        self.market.reprice(self.offers)
        before = self.offers.move()
        if before is not None:
            self.books.relocations(before, self.offers.hosts, self.customers.stock, self.market.volume)

    def publish(self) -> None:
        """Customers learn the news, the value and exposure of each place, and where they may not go."""
        self.mind.evidence(self.customers.evidence)
        self.customers.spread(self.mind.get_about())
        self.lay_out()
        self.customers.grow_hazard(self.month, self.scenario.parameters.adoption)

    def investigate(self) -> None:
        """Requests meet the data where the customers have put it; the law decides what comes of them."""
        self.casework.work(self.month, self.data_held, self.rule_of_month, self.outlook.litigating)

    def close_month(self) -> None:
        """The month enters the books, which must balance; providers learn from what they have served."""
        self.customers.check_conservation()
        output = self.books.trade(self.customers, self.market, self.offers.hosts, self.this_month.honoured)
        self.books.customers(self.customers, self.mind.belief)
        self.books.public(self.legislation.in_force, self.casework, self.customers.stock)
        unlawful = self.customers.meets.unlawful
        self.market.learn(self.customers.stock, output, self.books.by_bloc, unlawful)
        self.month += 1
        self.books.month = self.month
        self.running = self.month < self.scenario.months


class WorldSet(Commons):
    """Worlds that share one population and one stream of luck; they may differ in law and events only."""

    def __init__(
        self,
        scenarios: Sequence[Scenario],
        seed: int,
        *,
        alone: WarrantModel | None = None,
        population: Population | None = None,
        customers: type[Customers] = Customers,
    ) -> None:
        super().__init__(scenarios, seed, population, customers)
        if alone is not None:
            alone.build_parts(self)
        self.models = (
            [alone]
            if alone is not None
            else [WarrantModel(scenario, seed, in_set=self, index=w) for w, scenario in enumerate(scenarios)]
        )
        self.customers.settle()
        self.aim_requests([world.casework for world in self.models], scenarios[0])
        for world in self.models:
            world.market.count_buyers(world.customers.stock)
            world.casework.size_queues(world.data_held, world.rule_of_month, world.outlook.litigating)
        self.running = True

    def step(self) -> None:
        """One month of all worlds, phase by phase; the customers of all worlds are stepped at once."""
        for act in (WarrantModel.open_month, WarrantModel.govern, WarrantModel.trade, WarrantModel.publish):
            for world in self.models:
                act(world)
        self.customers.step(self.models[0].month)
        for act in (WarrantModel.investigate, WarrantModel.close_month):
            for world in self.models:
                act(world)
        self.running = self.models[0].running

    def run(self, before_month: Callable[[], None] | None = None) -> None:
        """All months to the horizon, `before_month` before each; then a recount must match the books."""
        while self.running:
            if before_month is not None:
                before_month()
            self.step()
        self.customers.audit()

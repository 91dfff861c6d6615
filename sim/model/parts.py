"""What one world is made of: its law, news, market, agents and books, and how they are put together."""

import mesa

from sim.model.agents.customers import CustomersOfWorld
from sim.model.agents.governments import Government, Legislation, LuckOfLaws, People
from sim.model.agents.home_grown import HomeGrownProvider
from sim.model.agents.investigators import Casework, Docket, Investigator, Waits
from sim.model.agents.us_providers import Outlook, Provider
from sim.model.books import Books
from sim.model.choice_sets import ChoiceSets
from sim.model.kernels.codes import US
from sim.model.law.timeline import Month
from sim.model.market import Market, Trends
from sim.model.news import PublicMind
from sim.model.places import Offers
from sim.scenario.scenario import Scenario


class PartsOfWorld(mesa.Model):
    """The parts of one world, by name.

    mind: memory of news and belief, by cell; legislation: the laws of all jurisdictions; offers: what US providers offer
    where; market: volume, prices, experience; choice_sets: what customers choose among; casework: requests for evidence;
    outlook: what US providers find worth doing; books: what is recorded.
    """

    scenario: Scenario
    customers: CustomersOfWorld
    calendar: tuple[Month, ...]

    def build_parts(self, luck: LuckOfLaws, docket: Docket, waits: Waits, trends: Trends) -> None:
        """Make this world's parts and agents, and lay out for the customers what they met before the first month."""
        scenario, customers = self.scenario, self.customers
        cells = customers.cells
        self.mind = PublicMind(scenario, cells.jurisdiction, cells.segment, self.calendar[0].believed)
        self.legislation = Legislation(scenario, luck, customers.first_trust)
        self.offers = Offers(scenario)
        self.market = Market(scenario, cells, trends)
        self.choice_sets = ChoiceSets(scenario, cells)
        self.casework = Casework(scenario, docket, waits)
        self.outlook = Outlook(scenario, self.market, self.offers)
        self.books = Books(scenario, cells)
        self.market.reprice(self.offers)
        self.lay_out()
        self.market.anchor(customers.first_trust, customers.meets)
        self.lay_out()
        self._make_agents()

    def lay_out(self) -> None:
        """Lay out what customers choose among, as of today."""
        meets = self.customers.meets
        self.choice_sets.lay_out(self.market.appeal, self.offers, self.legislation.in_force, self.mind, meets)

    def _make_agents(self) -> None:
        """One government and one home-grown provider abroad, police everywhere, and the US providers."""
        people = People(self.customers, self.mind, self.casework)
        self.people, parameters = people, self.scenario.parameters.providers
        self.governments: dict[int, Government] = {}
        for j, code in enumerate(self.scenario.jurisdictions):
            if j != US:
                self.governments[j] = Government(self, j, code, self.legislation, self.books, people)
                HomeGrownProvider(self, j, code, self.market)
            Investigator(self, j, code, self.casework)
        self.us_providers = [
            Provider(self, p, code, parameters, self.offers, self.books)
            for p, code in enumerate(self.scenario.providers)
        ]

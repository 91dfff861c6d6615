"""The engine as the twins see it: stepped phase by phase, with what goes in and what comes out as plain
numbers.

Every contact of these tests with the engine's arrays and names is in this module.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from sim.model.books import MEASURED
from sim.model.kernels.codes import CONFLICT_BIT, HOST_BIT, NOTICE_BIT, ROUTE_BITS
from sim.model.law.routing import foreign_routes, us_routes
from sim.model.law.timeline import Month
from sim.model.places import CUSTOMER_KEYS
from sim.model.population import smallest_size
from sim.model.reference.cells import Terms
from sim.model.reference.governments import Surroundings
from sim.model.reference.news import Word
from sim.model.reference.orders import RuleOfMonth
from sim.model.reference.record import Flow
from sim.model.reference.us_providers import CellSeen, OffersInCountry, Provider
from sim.model.world import WorldSet
from sim.scenario.canonical import surviving_events
from sim.scenario.law import Law
from sim.scenario.scenario import Scenario
from sim.vocabulary import DIRECTIONS, INSTRUMENTS, ROUTES


def smallest(scenario: Scenario, months: int) -> Scenario:
    """The scenario with the fewest customers possible."""
    fewest = smallest_size(len(scenario.jurisdictions), len(scenario.segments))
    return replace(scenario, customers=fewest, months=months)


def us_rulings(law: Law) -> list[tuple[str, bool, bool]]:
    """Route, conflict and notice of every US order: comity rules, settled tests and the circumstances of
    `USOrder` in turn.
    """
    return [
        (ROUTES[code & ROUTE_BITS], bool(code & CONFLICT_BIT), bool(code & NOTICE_BIT))
        for code in us_routes(law).ravel().tolist()
    ]


def foreign_rulings(law: Law) -> list[tuple[str, bool, str]]:
    """Route, conflict and who is asked for every foreign order: settled tests and circumstances in turn."""
    return [
        (ROUTES[code & ROUTE_BITS], bool(code & CONFLICT_BIT), "host" if code & HOST_BIT else "us")
        for code in foreign_routes(law).ravel().tolist()
    ]


class Engine:
    """One world of a set of worlds, which is stepped as `WorldSet.step` does it."""

    def __init__(self, scenarios: Scenario | Sequence[Scenario], seed: int, index: int = 0) -> None:
        chosen = [scenarios] if isinstance(scenarios, Scenario) else list(scenarios)
        self.worlds, self.seed, self.index = WorldSet(chosen, seed), seed, index
        self.model = self.worlds.models[index]
        self.scenario = self.model.scenario

    # --- the month --------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        return self.worlds.running

    @property
    def month(self) -> int:
        return int(self.model.month)

    def step(self) -> None:
        """A whole month."""
        self.worlds.step()

    # The phases of a month, in the order of `WorldSet.step`.

    def open_month(self) -> None:
        for world in self.worlds.models:
            world.open_month()

    def govern(self) -> None:
        for world in self.worlds.models:
            world.govern()

    def trade(self) -> None:
        for world in self.worlds.models:
            world.trade()

    def publish(self) -> None:
        for world in self.worlds.models:
            world.publish()

    def move_customers(self) -> None:
        self.worlds.customers.step(self.model.month)

    def investigate(self) -> None:
        for world in self.worlds.models:
            world.investigate()

    def close_month(self) -> None:
        for world in self.worlds.models:
            world.close_month()
        self.worlds.running = self.model.running

    # --- the calendar -----------------------------------------------------------------------------

    def calendar(self) -> Month:
        """What the calendar brings to this month."""
        return self.model.calendar[self.month]

    def named_by_timeline(self) -> set[tuple[str, str]]:
        """Country and instrument, where the timeline brings one to a single country or several adopt one
        together.
        """
        return {
            (code, enacts.instrument)
            for event in surviving_events(self.scenario)
            if event.act is None
            for enacts in event.enacts
            for code in enacts.countries
            if enacts.instrument is not None and (len(enacts.countries) == 1 or enacts.adopts)
        }

    # --- news -------------------------------------------------------------------------------------

    def conflicts(self) -> list[tuple[int, int]]:
        """Conflicts of law of last month, by the country whose law was broken, and by whose data it was."""
        x = self.model.casework
        return list(zip(x.host_conflicts.tolist(), x.subject_conflicts.tolist(), strict=True))

    def known_orders(self) -> list[tuple[int, int, int]]:
        """Known US orders by country: about its people; in court about its data, about its people."""
        x = self.model.casework
        return list(zip(x.public.tolist(), x.in_court.tolist(), x.fought.tolist(), strict=True))

    def litigating(self) -> float:
        return float(self.model.outlook.litigating)

    def transparent(self) -> float:
        return float(self.model.outlook.transparent)

    def evidence(self) -> list[tuple[list[float], list[float]]]:
        """Good and bad news by channel, of each cell."""
        x = self.worlds.customers.evidence[self.index]
        return [(cell[:, 0].tolist(), cell[:, 1].tolist()) for cell in x]

    def words(self) -> list[Word]:
        """How the month's news gets about in each cell."""
        own, *by_channel = self.model.mind.word
        rows = zip(own.tolist(), *(x.tolist() for x in by_channel), strict=True)
        return [Word(chance, tuple(gain), tuple(full), tuple(keep)) for chance, gain, full, keep in rows]

    def beliefs(self) -> list[tuple[float, float]]:
        """Belief that a warrant reaches abroad, and that intelligence has access, of each cell."""
        x = self.model.mind
        return list(zip(x.belief.tolist(), x.intelligence_belief.tolist(), strict=True))

    # --- governments ------------------------------------------------------------------------------

    def first_mean_trust(self) -> list[list[float]]:
        means: list[list[float]] = self.model.customers.first_trust.tolist()
        return means

    def mean_trust_as_known(self) -> list[list[float]]:
        """Mean trust of each cell as governments and providers know it: last month's."""
        means: list[list[float]] = self.model.customers.trust_means.tolist()
        return means

    def accounts(self) -> list[float]:
        accounts: list[float] = self.worlds.population.cells.accounts.tolist()
        return accounts

    def surroundings(self) -> list[Surroundings]:
        """What each country's government saw this month; after `govern`."""
        market, regime = self.model.market, self.scenario.regimes[self.model.this_month.law.regime]
        return [
            Surroundings(
                honoured=self.calendar().honoured,
                unmet=float(self.model.casework.unmet[j]),
                home_buyers=int(market.buyers[j, 0]),
                us_buyers=int(market.buyers[j, 1]),
                home_usage=float(market.level.home_usage[j]),
                agreements_offered=regime.agreements,
            )
            for j in range(len(self.scenario.jurisdictions))
        ]

    def laws(self) -> list[list[tuple[float, float]]]:
        """Shares in force and decided, by country and instrument."""
        x = self.model.legislation
        pairs = zip(x.in_force.tolist(), x.decided.tolist(), strict=True)
        return [list(zip(in_force, decided, strict=True)) for in_force, decided in pairs]

    def laws_in_force(self) -> dict[str, list[float]]:
        """Share of each country's members with an instrument in force, by instrument."""
        return dict(zip(INSTRUMENTS, self.model.legislation.in_force.T.tolist(), strict=True))

    def pressure(self) -> list[list[float]]:
        """The covariates of every country's hazards, but for the last, the neighbours' laws."""
        pressure: list[list[float]] = self.model.legislation.pressure[:, :-1].tolist()
        return pressure

    def law_changes(self) -> list[tuple[str, str, str, str]]:
        """What single countries changed this month: country, instrument, change, why."""
        return [row[1:] for row in self.model.books.law_changes if row[0] == self.month]

    # --- customers --------------------------------------------------------------------------------

    def sample(self) -> list[tuple[int, int, int, int, float]]:
        """Country, segment, first customer, size and real customers of each cell."""
        x = self.worlds.population.cells
        return [
            (
                int(x.jurisdiction[c]),
                int(x.segment[c]),
                int(x.start[c]),
                int(x.start[c + 1] - x.start[c]),
                float(x.customers[c]),
            )
            for c in range(len(x))
        ]

    def weights(self) -> list[list[int]]:
        """Accounts, TB, USD and customers that each customer stands for, in millionths."""
        return [[int(x) for x in row] for row in self.worlds.population.weight]

    def terms(self) -> list[Terms]:
        """What the customers of each cell met this month (before the first month: what they met then)."""
        x, w, words = self.worlds.customers, self.index, self.words()
        return [
            Terms(
                good=(float(news[0, 0]), float(news[1, 0])),
                bad=(float(news[0, 1]), float(news[1, 1])),
                utility=x.utility[w, c].tolist(),
                exposure=x.exposure[w, c].tolist(),
                closed=x.banned[w, c].tolist(),
                unlawful=x.unlawful[w, c].tolist(),
                word=words[c],
            )
            for c, news in enumerate(x.evidence[w])
        ]

    def places(self) -> list[int]:
        """Where each customer is."""
        return [int(x) for x in self.worlds.customers.place[:, self.index]]

    def trust(self) -> np.ndarray:
        """What each customer trusts: float32 (customers, channels)."""
        return np.ascontiguousarray(self.worlds.customers.trust[:, 2 * self.index : 2 * self.index + 2])

    def mean_trust(self) -> list[list[float]]:
        """Mean trust of each cell, by channel."""
        means: list[list[float]] = self.worlds.customers.trust_means[self.index].tolist()
        return means

    # --- investigators ----------------------------------------------------------------------------

    def requests(self) -> list[list[tuple[int, int, int, bool, int]]]:
        """All requests, month by month: customer, police, number, whether the target evades, agent."""
        x = self.worlds.docket
        rows = [(*row[:3], bool(row[3]), row[4]) for row in x.rows.tolist()]
        return [rows[first:last] for first, last in pairwise(x.start.tolist())]

    def targets(self) -> list[list[int]]:
        """The customers that the requests of each month are about, in this world."""
        x = self.model.casework.docket
        customers: list[int] = x.rows[:, 0].tolist()
        return [customers[first:last] for first, last in pairwise(x.start.tolist())]

    def plain_requests(self) -> list[int]:
        plain: list[int] = self.worlds.docket.plain.tolist()
        return plain

    def hosts(self) -> list[list[int]]:
        """Country in which the data of each country's customers lies, by place."""
        hosts: list[list[int]] = self.model.offers.hosts.tolist()
        return hosts

    def rule(self) -> RuleOfMonth:
        """The law as investigators meet it this month."""
        law, s = self.calendar().law, self.scenario
        regime, in_force = s.regimes[law.regime], self.laws_in_force()
        partners = {country: terms for country, *terms in law.agreements}
        own = s.parameters.orders
        terms = [partners.get(code, (None, None, None)) for code in s.jurisdictions]
        return RuleOfMonth(
            test=regime.test,
            comity=law.comity or regime.comity,
            honoured=self.calendar().honoured_by,
            bars_disclosure=self.calendar().law.bars_disclosure,
            agreement=[
                share if regime.agreements or code in partners else 0.0
                for code, share in zip(s.jurisdictions, in_force["executive_agreement"], strict=True)
            ],
            quota=[own.agreement_quota if quota is None else quota for quota, _, _ in terms],
            notice=[own.agreement_notice if notice is None else notice for _, notice, _ in terms],
            lifts_bar=[own.agreement_lifts_bar if lifts is None else lifts for _, _, lifts in terms],
            blocking=in_force["blocking_statute"],
            claim=in_force["extraterritorial_claim"],
            litigating=self.litigating(),
        )

    def tallies(self) -> dict[tuple[str, int, str], tuple[int, ...]]:
        """What became of the month's requests, by direction, country and route, where there were any."""
        x = self.model.casework.month
        return {
            (direction, j, route): tuple(x[d, j, r].tolist())
            for d, direction in enumerate(DIRECTIONS)
            for j in range(x.shape[1])
            for r, route in enumerate(ROUTES)
            if x[d, j, r].any()
        }

    def backlog(self) -> list[list[int]]:
        """Requests that wait for legal assistance, outgoing and incoming, by country."""
        backlog: list[list[int]] = self.model.casework.queues.backlog.tolist()
        return backlog

    def about(self) -> list[tuple[int, ...]]:
        """What became of US requests about people abroad, and about people in the US out of reach."""
        return [tuple(row) for row in self.model.casework.about.tolist()]

    def foreign_orders(self) -> list[tuple[int, ...]]:
        """By country: its police's requests about Americans, those that reach them, orders refused."""
        return [tuple(row) for row in self.model.casework.foreign_orders.tolist()]

    def non_content(self) -> list[list[tuple[int, int]]]:
        """Foreign requests for other data than content, and those answered, by month and country."""
        asked, answered = self.worlds.docket.non_content, self.worlds.docket.non_content_answered
        return [
            list(zip(*of_month, strict=True))
            for of_month in zip(asked.tolist(), answered.tolist(), strict=True)
        ]

    def rule_belief(self) -> list[float]:
        """Belief of each cell that a US order reaches what US providers hold abroad."""
        belief: list[float] = self.model.mind.belief.tolist()
        return belief

    def offer_keys_everywhere(self) -> None:
        """Let every US provider offer customer-held keys in every country."""
        self.model.offers.live[:, :, CUSTOMER_KEYS] = True

    def disclosures(self) -> int:
        return int(self.model.casework.disclosures[0])

    def unmet(self) -> list[float]:
        unmet: list[float] = self.model.casework.unmet.tolist()
        return unmet

    # --- US providers -----------------------------------------------------------------------------

    def cells_seen(self) -> list[CellSeen]:
        """What providers see of each cell at the end of a quarter; before `trade`."""
        model, x = self.model, self.worlds.population.cells
        spend = model.market.spend(self.worlds.customers.stock[self.index]).tolist()
        procurement = model.legislation.in_force[:, INSTRUMENTS.index("procurement_rule")].tolist()
        trust, terms = self.mean_trust_as_known(), self.terms()
        return [
            CellSeen(
                country=int(x.jurisdiction[c]),
                segment=int(x.segment[c]),
                spend=spend[c],
                share=model.market.shares[c].tolist(),
                sensitivity=float(model.market.sensitivity[c]),
                trust=trust[c],
                first_risk=float(model.market.first_risk[c]),
                terms=terms[c],
                procurement=procurement[x.jurisdiction[c]],
            )
            for c in range(len(x))
        ]

    def yearly_growth(self) -> float:
        return float(self.model.market.yearly_growth(self.month))

    def offer_changes(self) -> list[tuple[str, int, str, str, float]]:
        """What providers changed this month: provider, country, offer, change, gain."""
        return [row[1:] for row in self.model.books.offer_changes if row[0] == self.month]

    def offers(self) -> list[list[tuple[bool, int | None, float, list[bool], list[bool], list[int | None]]]]:
        """By provider and country: own region, host, discount, and of each kind whether live, under way,
        since when.
        """
        x = self.model.offers
        return [
            [
                (
                    bool(x.own_region[p, j]),
                    None if x.host[p, j] < 0 else int(x.host[p, j]),
                    float(x.discount[p, j]),
                    x.live[p, j].tolist(),
                    x.under_way[p, j].tolist(),
                    [None if since < 0 else since for since in x.live_since[p, j].tolist()],
                )
                for j in range(x.host.shape[1])
            ]
            for p in range(x.host.shape[0])
        ]

    def outlook(self) -> list[tuple[list[list[float]], list[float], float]]:
        """By provider: gain of offers and cost of distrust by country, and revenue abroad."""
        x = self.model.outlook
        return list(zip(x.gain.tolist(), x.distrust_cost.tolist(), x.abroad.tolist(), strict=True))

    def copy_offers(self, providers: Sequence[Provider]) -> None:
        """Give readable providers the offers of the engine's."""
        for provider, of_provider in zip(providers, self.offers(), strict=True):
            provider.offers = [OffersInCountry(*of_country) for of_country in of_provider]

    # --- market and books -------------------------------------------------------------------------

    def spend(self) -> list[list[float]]:
        """USD of the month at list price, by cell and place."""
        spend: list[list[float]] = self.model.market.spend(self.worlds.customers.stock[self.index]).tolist()
        return spend

    def gaps(self) -> list[float]:
        """What home-grown providers lack, by country."""
        gaps: list[float] = self.model.market.gap.tolist()
        return gaps

    def stocks(self) -> list[list[list[int]]]:
        """Accounts, TB, USD and customers, in millionths, by cell and place."""
        stocks: list[list[list[int]]] = self.worlds.customers.stock[self.index].tolist()
        return stocks

    def flows(self) -> dict[tuple[int, int, int], list[int]]:
        """What moved this month, by country, from and to."""
        x = self.worlds.customers
        return {
            (j, a, b): x.flows[w, j, a, b].tolist() for w, j, a, b in x.streams.tolist() if w == self.index
        }

    def counts(self) -> list[tuple[int, ...]]:
        """Customers of each cell that did something this month, in the order of `Counts`."""
        return [tuple(row) for row in self.worlds.customers.counts[self.index].tolist()]

    # --- the record -------------------------------------------------------------------------------

    def recorded_of_cells(self) -> list[dict[str, float]]:
        """What the last month recorded of each cell, in single precision; without what is missing."""
        return _rows(self.model.books.cell[self.month - 1])

    def recorded_of_countries(self) -> list[dict[str, float]]:
        """What the last month recorded of each country."""
        return _rows(self.model.books.country[self.month - 1])

    def recorded_abroad(self) -> dict[str, float]:
        """What the last month recorded of all countries but the US."""
        return _rows(self.model.books.side[self.month - 1])[1]

    def sales(self) -> list[list[float]]:
        """Revenue of the last month by country and US provider."""
        sales: list[list[float]] = self.model.books.market[self.month - 1].tolist()
        return sales

    def recorded_flows(self) -> list[Flow]:
        """The flows of the last month, in order."""
        rows = [row for rows in self.model.books.flows for row in rows.tolist() if row[0] == self.month - 1]
        return sorted(Flow(*[int(x) for x in row[1:6]], *row[6:]) for row in rows)


def _rows(values: np.ndarray) -> list[dict[str, float]]:
    rows = [zip(MEASURED, row, strict=True) for row in values.tolist()]
    return [{name: x for name, x in row if not math.isnan(x)} for row in rows]

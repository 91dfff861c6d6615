"""The books of one world: what is recorded each month, what must balance, and the tables that come of it."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from sim.model.agents.customers import CustomersOfWorld
from sim.model.agents.investigators import Casework
from sim.model.arithmetic import total
from sim.model.kernels import books as kernel
from sim.model.kernels.case_records import (
    ABOUT_AMERICANS,
    MEASURES,
    MONTH_UNITS,
    PEOPLE_ABROAD,
    PEOPLE_IN_US,
    REACHED_AMERICANS,
    REFUSED,
)
from sim.model.kernels.codes import (
    ACCOUNTS,
    CONSUMER,
    EXTRATERRITORIAL_CLAIM,
    FIRST_US,
    FOREIGN_TO_US,
    OFFERS,
    PROTEST,
    US,
    US_AT_HOME,
    US_TO_FOREIGN,
)
from sim.model.kernels.moves import COUNTS
from sim.model.kernels.survey import ANSWERS
from sim.model.market import Market
from sim.model.places import kinds_of_places, place_count
from sim.model.population import Cells
from sim.model.tables import OF_CUSTOMERS
from sim.scenario.scenario import Scenario
from sim.vocabulary import DIRECTIONS, INSTRUMENTS, KINDS, ROUTES

# The measures in the order in which a month's entry brings them.
_OF_MIND = ("trust", "trust_by_spend", "trust_intelligence", "belief")
_STOCKS = (
    "adoption",
    *(f"tb_{kind}" for kind in KINDS),
    "tb_at_home",
    "tb_us_reach",
    "tb_us_control",
    "revenue_us",
    "revenue_us_sovereign",
    "revenue_home_grown",
)
MEASURED = (*_OF_MIND, *_STOCKS, "perceived_exposure", *COUNTS, *ANSWERS)
_AT = {column.name: MEASURED.index(column.name) for column in OF_CUSTOMERS}  # in the order of the tables
_BY_ACCOUNTS = {"trust", "trust_intelligence", "belief", "perceived_exposure", *ANSWERS}
_LOCALISATION = tuple(
    INSTRUMENTS.index(i) for i in ("procurement_rule", "sector_localisation", "general_localisation")
)

Columns = dict[str, np.ndarray]
_OF_WORLD = ("world", "provider", "laws", "offers")
_OF_COUNTRY = (*_OF_WORLD, "country", "requests")
TABLES_OF = {"world": _OF_WORLD, "country": _OF_COUNTRY, "full": (*_OF_COUNTRY, "cell", "market", "flows")}
"""What is recorded at each grain."""


@dataclass
class Books:
    """Everything that one world records; arrays are filled month by month."""

    scenario: Scenario
    cells: Cells
    month: int = 0
    cell: np.ndarray = field(init=False)  # float32 (M, C, Q) measures of OF_CUSTOMERS
    country: np.ndarray = field(init=False)  # float64 (M, J, Q) the same of each country
    side: np.ndarray = field(init=False)  # float64 (M, 2, Q) the same of the US and of all others
    laws: np.ndarray = field(init=False)  # float64 (M, J, I) share of countries with each instrument in force
    unmet: np.ndarray = field(init=False)  # float64 (M, J)
    answered: np.ndarray = field(
        init=False
    )  # int64 (M, 4, 5, 6) requests by direction and route, all countries together: MEASURES
    backlog: np.ndarray = field(init=False)  # int64 (M, 2, J)
    disclosures: np.ndarray = field(init=False)  # int64 (M,)
    rule_reach: np.ndarray = field(init=False)  # float64 (M,) share of US warrants abroad that are honoured
    about: np.ndarray = field(
        init=False
    )  # int64 (M, 2, 6) US requests about people abroad, about people in the US: MEASURES
    foreign_orders: np.ndarray = field(
        init=False
    )  # int64 (M, J, 3) about Americans, that reached their data, that were refused
    known: np.ndarray = field(
        init=False
    )  # int64 (M, J, 3) US orders: conflicts about a country's people, public about them, in court there
    non_content: np.ndarray = field(init=False)  # int64 (M, J, 2) foreign requests made, answered
    americans_exposure: np.ndarray = field(init=False)  # float64 (M,)
    revenue: np.ndarray = field(
        init=False
    )  # float64 (M, 2, O) USD by place, from US customers and from all others
    market: np.ndarray = field(init=False)  # float64 (M, J, P) USD of each US provider by country
    flows: list[np.ndarray] = field(
        default_factory=list
    )  # float64 (n, 9): month, country, from kind, host, to kind, host, tb, accounts, customers
    requests: list[np.ndarray] = field(
        default_factory=list
    )  # int64 (n, 11): month, direction, country, route, MEASURES, backlog
    law_changes: list[tuple[int, str, str, str, str]] = field(default_factory=list)
    offer_changes: list[tuple[int, str, int, str, str, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        months, jurisdictions = self.scenario.months, len(self.scenario.jurisdictions)
        self.cell = np.full((months, len(self.cells), len(MEASURED)), np.nan, np.float32)
        self.month_of_cells = np.zeros(
            (len(self.cells), len(MEASURED))
        )  # this month's, at full width for the sums; not a record
        self.country = np.full((months, jurisdictions, len(MEASURED)), np.nan)
        self.side = np.full((months, 2, len(MEASURED)), np.nan)
        self.laws = np.zeros((months, jurisdictions, len(INSTRUMENTS)))
        self.unmet = np.zeros((months, jurisdictions))
        self.answered = np.zeros((months, len(DIRECTIONS), len(ROUTES), len(MEASURES)), np.int64)
        self.backlog = np.zeros((months, 2, jurisdictions), np.int64)
        self.disclosures = np.zeros(months, np.int64)
        self.rule_reach = np.zeros(months)
        self.about = np.zeros((months, 2, len(MEASURES)), np.int64)
        self.foreign_orders = np.zeros((months, jurisdictions, 3), np.int64)
        self.known = np.zeros((months, jurisdictions, 3), np.int64)
        self.non_content = np.zeros((months, jurisdictions, 2), np.int64)
        self.americans_exposure = np.zeros(months)
        self.revenue = np.zeros((months, 2, place_count(len(self.scenario.providers))))
        self.market = np.zeros((months, jurisdictions, len(self.scenario.providers)))
        # Sums over cells, or means by accounts, spend or customers as each measure's meaning asks.
        self._weights, self._is_mean = (
            np.ones((len(self.cells), len(MEASURED))),
            np.zeros(len(MEASURED), np.bool_),
        )
        for names, weight in (
            (_BY_ACCOUNTS, self.cells.accounts),
            ({"trust_by_spend"}, self.cells.usd_month),
            ({"adoption"}, self.cells.customers),
        ):
            for name in names:
                self._weights[:, _AT[name]], self._is_mean[_AT[name]] = weight, True
        self._averages = kernel.Averages(
            self.cells.jurisdiction, self.cells.customers, self._weights, self._is_mean
        )
        codes = list(self.scenario.jurisdictions.values())
        self._us_business = np.array([j.home_grown_us_business for j in codes])
        moving = np.array([p.no_stable_location for p in self.scenario.providers.values()])
        consumers_abroad = (self.cells.segment == CONSUMER) & (self.cells.jurisdiction != US)
        self._moving = np.where(consumers_abroad[:, None], moving[None, :], 0.0)
        gdp = np.array([0.0, *(j.gdp_2013 for j in codes[1:])])
        self._economy = gdp / total(gdp)
        self._american = slice(0, int(np.count_nonzero(self.cells.jurisdiction == US)))  # they come first
        self._kinds = kinds_of_places(len(self.scenario.providers))
        self._no_markup = np.empty((0, 0))
        self.by_bloc = np.zeros(len({j.bloc for j in codes}))
        self._requests_made = np.empty(
            (len(DIRECTIONS) * jurisdictions * len(ROUTES), 5 + len(MEASURES)), np.int64
        )

    def __getstate__(self) -> dict[str, Any]:
        """For a checkpoint: of the monthly arrays, the months so far."""
        return {
            name: value[: self.month].copy() if name in _MONTHLY and isinstance(value, np.ndarray) else value
            for name, value in vars(self).items()
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self.__post_init__()
        for name, value in state.items():
            if name in _MONTHLY and isinstance(value, np.ndarray):
                getattr(self, name)[: len(value)] = value
            else:
                setattr(self, name, value)

    # --- entries ---------------------------------------------------------------------------------

    def law(self, country: str, instrument: str, change: str, why: str) -> None:
        self.law_changes.append((self.month, country, instrument, change, why))

    def offer(self, provider: str, country: int, offer: str, change: str, gain: float) -> None:
        self.offer_changes.append((self.month, provider, country, offer, change, gain))

    def trade(self, customers: CustomersOfWorld, market: Market, hosts: np.ndarray, honoured: float) -> float:
        """Enter where data is, where it went and what it earns.

        Places lie on the soil of `hosts` (J, O); a US order reaches the share `honoured` of data abroad.
        Returns the month's output of US providers in TB; that of the others is in `by_bloc`.
        """
        self.rule_reach[self.month] = honoured
        in_us, exposure = self.scenario.parameters.orders.nowhere_in_us, customers.meets.exposure
        within = kernel.Within(honoured, self._moving, in_us, self._us_business, exposure)
        places = kernel.Places(hosts, self._kinds, market.markup)
        sales = kernel.Sales(self.revenue[self.month], self.market[self.month], self.by_bloc)
        output: float = kernel.cell_stocks(
            customers.stock,
            market.level,
            self.cells.jurisdiction,
            market.blocs,
            places,
            within,
            self.month_of_cells,
            sales,
        )
        self._streams(customers, market.volume, hosts)
        return output

    def customers(self, customers: CustomersOfWorld, belief: np.ndarray) -> None:
        """Enter what the customers think and did, then sum by country and by side (US, abroad).

        Their stocks have been entered before. `belief`: (C,).
        """
        m = self.month
        said = kernel.Said(
            customers.trust_means, belief, customers.counts, customers.answers, customers.asked
        )
        kernel.enter_customers(
            said, self._averages, self.month_of_cells, self.cell[m], self.country[m], self.side[m]
        )

    def public(self, laws: np.ndarray, casework: Casework, stock: np.ndarray) -> None:
        """Enter the laws in force (J, I), the results of the month's requests, and what Americans are exposed
        to, from the `stock` (C, O, 4).
        """
        m = self.month
        self.laws[m], self.unmet[m] = laws, casework.unmet
        self.disclosures[m], self.about[m] = casework.disclosures[0], casework.about
        self.foreign_orders[m] = casework.foreign_orders
        for k, orders in enumerate((casework.subject_conflicts, casework.public, casework.in_court)):
            self.known[m, :, k] = orders
        self.non_content[m, :, 0] = casework.non_content[m]
        self.non_content[m, :, 1] = casework.non_content_answered[m]
        accounts = stock[self._american, :, ACCOUNTS].sum(axis=0)
        at_us_providers = float(accounts[FIRST_US:].sum()) / float(accounts.sum())
        claimed = total(self._economy * laws[:, EXTRATERRITORIAL_CLAIM])
        own = total(casework.foreign_owned[m])
        self.americans_exposure[m] = own + (1.0 - own) * at_us_providers * claimed
        self._casework(casework.month, casework.queues.backlog)

    def _casework(self, requests: np.ndarray, backlog: np.ndarray) -> None:
        """Enter the month's requests (4, J, 5, 6) and the MLA `backlog` (2, J), outgoing and incoming."""
        self.backlog[self.month] = backlog
        n = kernel.enter_requests(
            self.month, requests, backlog, self.answered[self.month], self._requests_made
        )
        if n:
            self.requests.append(self._requests_made[:n].copy())

    def _streams(self, customers: CustomersOfWorld, volume: np.ndarray, hosts: np.ndarray) -> None:
        """Enter the month's flows; `volume` (J,) is what a unit of 2013 holds by now."""
        touched, places = customers.streams, kernel.Places(hosts, self._kinds, self._no_markup)
        rows = np.empty((len(touched), 9))
        n = kernel.enter_streams(self.month, customers.world, touched, customers.flows, volume, places, rows)
        if n:
            self.flows.append(rows[:n].copy())

    def relocations(
        self, before: np.ndarray, hosts: np.ndarray, stock: np.ndarray, volume: np.ndarray
    ) -> None:
        """Enter data that providers moved to nearer regions.

        `before`, `hosts`: (J, O) hosts of places before and after; `stock`: (C, O, 4).
        """
        rows, places = np.empty((before.size, 9)), kernel.Places(hosts, self._kinds, self._no_markup)
        n = kernel.enter_relocations(self.month, before, stock, self.cells.jurisdiction, volume, places, rows)
        self.flows += [row[None].copy() for row in rows[:n]]

    # --- tables ----------------------------------------------------------------------------------

    def tables(self, grain: str) -> dict[str, Columns]:
        """All tables of this world at a `grain` (world, country, full) as columns; months: datetime64[M]."""
        return {name: self.table(name) for name in TABLES_OF[grain]}

    def table(self, name: str) -> Columns:
        """One of the tables."""
        make: Callable[[], Columns] = getattr(self, f"_{name}")
        return make()

    def _months(self) -> np.ndarray:
        return np.datetime64(self.scenario.first, "M") + np.arange(self.scenario.months)

    def _names(self) -> np.ndarray:
        return np.array(list(self.scenario.jurisdictions), dtype=object)

    def _world(self) -> Columns:
        home, abroad = self.side[:, 0], self.side[:, 1]
        out: Columns = {"month": self._months(), **{name: abroad[:, q] for name, q in _AT.items()}}
        us, own = _AT["revenue_us"], _AT["revenue_home_grown"]
        out["revenue_us_domestic"] = home[:, us]
        out["market_world"] = abroad[:, us] + abroad[:, own] + home[:, us] + home[:, own]
        members = np.array([j.members for j in self.scenario.jurisdictions.values()], np.float64)
        countries = np.cumsum(self.laws * members[None, :, None], axis=1)[:, -1]
        for k, name in enumerate(INSTRUMENTS):
            out[f"laws_{name}"] = countries[:, k]
        any_local = 1.0 - np.prod([1.0 - self.laws[:, :, k] for k in _LOCALISATION], axis=0)
        out["laws_localisation"] = np.cumsum(any_local * members, axis=1)[:, -1]
        out["us_rule_reach"] = self.rule_reach
        out["laws_total"] = np.cumsum(np.delete(countries, PROTEST, axis=1), axis=1)[:, -1]
        return {**out, **self._evidence()}

    def _evidence(self) -> Columns:
        """Evidence obtained, all countries together, by the month in which it was asked for."""
        routes = self.answered
        by_direction = routes.sum(axis=2)
        out: Columns = {
            "us_requests": by_direction[:, US_AT_HOME, 0] + by_direction[:, US_TO_FOREIGN, 0],
            "us_foreign_requests": by_direction[:, US_TO_FOREIGN, 0],
            "us_unreachable": routes[:, US_AT_HOME, -1, 0] + routes[:, US_TO_FOREIGN, -1, 0],
            "us_unreadable": by_direction[:, US_AT_HOME, 4] + by_direction[:, US_TO_FOREIGN, 4],
            "foreign_us_requests": by_direction[:, FOREIGN_TO_US, 0],
            "mla_backlog_outgoing": self.backlog[:, 0].sum(axis=1),
            "mla_backlog_incoming": self.backlog[:, 1].sum(axis=1),
            "conflicts_of_law": by_direction[:, US_AT_HOME, 5] + by_direction[:, US_TO_FOREIGN, 5],
            "disclosures_enterprise_abroad": self.disclosures,
        }
        for group, name in ((PEOPLE_ABROAD, "people_abroad"), (PEOPLE_IN_US, "people_in_us")):
            n, ok12 = self.about[:, group, 0], self.about[:, group, 2]
            out |= {f"{name}_requests": n, f"{name}_success_12m": _ratio(ok12, n)}
        orders = self.foreign_orders.sum(axis=1)
        out["americans_requests"] = orders[:, ABOUT_AMERICANS]
        out["americans_reached"] = orders[:, REACHED_AMERICANS]
        out["americans_exposure"] = self.americans_exposure
        out["foreign_orders_refused"] = orders[:, REFUSED]
        out["refusal_costs"] = orders[:, REFUSED] * self.scenario.parameters.investigators.refusal_cost
        known, non_content = self.known.sum(axis=1), self.non_content.sum(axis=1)
        out["public_orders"], out["court_orders"] = known[:, 1], known[:, 2]
        out["non_content_requests"], out["non_content_answered"] = non_content[:, 0], non_content[:, 1]
        for direction, name in ((US_TO_FOREIGN, "us_foreign"), (FOREIGN_TO_US, "foreign_us")):
            n, ok, ok12, months = (by_direction[:, direction, q] for q in range(4))
            out[f"{name}_success_12m"] = _ratio(ok12, n)
            out[f"{name}_months"] = _ratio(months / MONTH_UNITS, ok)
        return out

    def _provider(self) -> Columns:
        names = np.array(list(self.scenario.providers), dtype=object)
        months = self.scenario.months
        by_provider = self.revenue[:, :, FIRST_US:].reshape(months, 2, len(names), OFFERS)
        total = np.cumsum(by_provider, axis=3)[..., -1]
        sovereign = np.cumsum(by_provider[..., 2:], axis=3)[..., -1]
        return {
            "month": np.repeat(self._months(), len(names)),
            "provider": np.tile(names, months),
            "revenue_abroad": total[:, 1].ravel(),
            "revenue_sovereign_abroad": sovereign[:, 1].ravel(),
            "revenue_domestic": total[:, 0].ravel(),
        }

    def _country(self) -> Columns:
        months, countries = self.country.shape[:2]
        out: Columns = {
            "month": np.repeat(self._months(), countries),
            "country": np.tile(self._names(), months),
        }
        out |= {name: self.country[:, :, q].ravel() for name, q in _AT.items()}
        out |= {f"law_{name}": self.laws[:, :, k].ravel() for k, name in enumerate(INSTRUMENTS)}
        us, own = out["revenue_us"], out["revenue_home_grown"]
        for k, name in enumerate(("conflicts_about_people", "public_orders", "court_orders")):
            out[name] = self.known[:, :, k].ravel()
        out["americans_reached"] = self.foreign_orders[:, :, REACHED_AMERICANS].ravel()
        out["foreign_orders_refused"] = self.foreign_orders[:, :, REFUSED].ravel()
        for k, name in enumerate(("non_content_requests", "non_content_answered")):
            out[name] = self.non_content[:, :, k].ravel()
        return {**out, "unmet_need": self.unmet.ravel(), "market_share_us": _ratio(us, us + own)}

    def _cell(self) -> Columns:
        months, cells = self.cell.shape[:2]
        segments = np.array(list(self.scenario.segments), dtype=object)
        out: Columns = {
            "month": np.repeat(self._months(), cells),
            "country": np.tile(self._names()[self.cells.jurisdiction], months),
            "segment": np.tile(segments[self.cells.segment], months),
            "customers": np.tile(self.cells.customers, months),
        }
        columns = np.ascontiguousarray(self.cell.reshape(months * cells, -1).T)
        return out | {name: columns[q] for name, q in _AT.items()}

    def _market(self) -> Columns:
        months, countries, providers = self.market.shape
        names = np.array(list(self.scenario.providers), dtype=object)
        return {
            "month": np.repeat(self._months(), countries * providers),
            "country": np.tile(np.repeat(self._names(), providers), months),
            "provider": np.tile(names, months * countries),
            "revenue": self.market.ravel(),
        }

    def _flows(self) -> Columns:
        rows = np.concatenate([np.zeros((0, 9)), *self.flows])
        # Streams of one kind at several providers are one row. The six keys of a row are packed into one
        # number, which sorts as the keys do.
        countries = len(self.scenario.jurisdictions)
        ends = (self.scenario.months, countries, len(KINDS), countries, len(KINDS), countries)
        found, inverse = np.unique(
            np.ravel_multi_index(tuple(rows[:, :6].astype(np.int64).T), ends), return_inverse=True
        )
        keys = np.stack(np.unravel_index(found, ends), axis=1)
        sums = np.stack([np.bincount(inverse, rows[:, q], len(found)) for q in (6, 7, 8)], axis=1)
        names, kinds = self._names(), np.array(KINDS, dtype=object)
        return {
            "month": self._months()[keys[:, 0]],
            "country": names[keys[:, 1]],
            "from_kind": kinds[keys[:, 2]],
            "from_host": names[keys[:, 3]],
            "to_kind": kinds[keys[:, 4]],
            "to_host": names[keys[:, 5]],
            **{name: sums[:, q] for q, name in enumerate(("tb", "accounts", "customers"))},
        }

    def _laws(self) -> Columns:
        months = self._months()
        columns = list(zip(*self.law_changes, strict=True)) if self.law_changes else [()] * 5
        out: Columns = {"month": months[np.array(columns[0], np.int64)]}
        return out | {
            name: np.array(column, dtype=object)
            for name, column in zip(("country", "instrument", "change", "why"), columns[1:], strict=True)
        }

    def _offers(self) -> Columns:
        months = self._months()
        columns = list(zip(*self.offer_changes, strict=True)) if self.offer_changes else [()] * 6
        return {
            "month": months[np.array(columns[0], np.int64)],
            "provider": np.array(columns[1], dtype=object),
            "country": self._names()[np.array(columns[2], np.int64)],
            "offer": np.array(columns[3], dtype=object),
            "change": np.array(columns[4], dtype=object),
            "expected_gain": np.array(columns[5], np.float64),
        }

    def _requests(self) -> Columns:
        rows = np.concatenate([np.zeros((0, 5 + len(MEASURES)), np.int64), *self.requests])
        m, d, j, r = rows.T[:4]
        out: Columns = {
            "month": self._months()[m],
            "direction": np.array(DIRECTIONS, dtype=object)[d],
            "country": self._names()[j],
            "route": np.array(ROUTES, dtype=object)[r],
        }
        out |= {name: rows[:, 4 + q] for q, name in enumerate(MEASURES)}
        return out | {"months": out["months"] / MONTH_UNITS, "backlog": rows[:, -1]}


_MONTHLY = {field.name for field in fields(Books)}


def _ratio(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a / b, missing where b is nought."""
    return np.where(b > 0, a / np.where(b > 0, b, 1), np.nan)

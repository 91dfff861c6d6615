"""Everybody in one country in both worlds: who is elsewhere, from when on, by which causes; and its
government.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sim.analysis.drivers.trace.customer import certified_split
from sim.analysis.drivers.trace.decision import GROUPS, NOT_DUE
from sim.analysis.drivers.trace.government import GovernmentTrace, trace_government
from sim.analysis.drivers.trace.movers import BEFORE, NEVER, Paths, customers_of, decisions_of, paths_of
from sim.analysis.drivers.trace.pair import TracedPair, View, Views, weights_of
from sim.analysis.drivers.trace.terms_table import place_name
from sim.scenario.problems import InputError, choices

MOST_FOLLOWED = 300  # whose decisions are made again; of more that differ, the largest by accounts
UNITS = ("customers", "accounts", "tb", "usd_month")
ACCOUNT_YEARS = "account_years"


@dataclass(frozen=True)
class Link:
    """A link of a country's chain: what is compared (to the bit), and its mean, by accounts, in words and
    unit.
    """

    code: str
    what: str
    unit: str
    compared: Callable[[View, "Here"], np.ndarray]
    mean: Callable[[View, "Here"], float]


@dataclass(frozen=True)
class Here:
    """A country in the arrays: its number, its cells, its customers and their accounts; and the month."""

    country: int
    cells: np.ndarray
    customers: np.ndarray
    by_cell: np.ndarray  # accounts of each cell, as shares
    by_customer: np.ndarray
    month: int = 0


def _law(view: View, here: Here) -> np.ndarray:
    today = view.calendar(here.month)
    regimes = sorted(view.scenario.regimes)
    return np.array([regimes.index(today.law.regime), today.honoured], float)


LINKS = (
    Link(
        "ruling",
        "The US rule in force",
        "share of warrants for data abroad that are honoured",
        _law,
        lambda view, here: float(view.calendar(here.month).honoured),
    ),
    Link(
        "news",
        "Bad news of law enforcement that is remembered",
        "observations",
        lambda view, here: view.evidence[here.cells],
        lambda view, here: float(here.by_cell @ view.evidence[here.cells, 0, 1]),
    ),
    Link(
        "belief",
        "Belief that a US warrant reaches data abroad",
        "0 to 1",
        lambda view, here: view.model.mind.belief[here.cells],
        lambda view, here: float(here.by_cell @ view.model.mind.belief[here.cells]),
    ),
    Link(
        "trust",
        "Trust in US providers",
        "0 to 1",
        lambda view, here: view.trust[here.customers],
        lambda view, here: float(here.by_customer @ view.trust[here.customers, 0].astype(float)),
    ),
    Link(
        "offers",
        "Offers of US providers",
        "offers",
        lambda view, here: np.concatenate(
            [
                view.model.offers.live[:, here.country].ravel(),
                view.model.offers.hosts[here.country],
                view.model.offers.discount[:, here.country],
            ]
        ),
        lambda view, here: float(view.model.offers.live[:, here.country].sum()),
    ),
    Link(
        "law",
        "Laws of the country in force",
        "instruments",
        lambda view, here: view.model.legislation.in_force[here.country],
        lambda view, here: float(view.model.legislation.in_force[here.country].sum()),
    ),
    Link(
        "plan",
        "Adoption of the cloud",
        "cumulative hazard",
        lambda view, here: view.hazard[here.cells],
        lambda view, here: float(here.by_cell @ view.hazard[here.cells]),
    ),
    Link(
        "place",
        "Data in the cloud",
        "share of accounts",
        lambda view, here: view.place[here.customers],
        lambda view, here: float(here.by_customer @ (view.place[here.customers] > 0)),
    ),
)


@dataclass(frozen=True)
class CountryTrace:
    """One country in both worlds.

    `movers` has a row for each customer whose path differs: who it is, the first month of difference, in how
    many months it is in another place (`account_years`: times its accounts), why it decided in the first in
    each world, where it went, and how much each group of causes has of that (adds up to 1). `split` sums this
    up in what customers stand for; `streams` by cause and by what was done in each world. `apart` is the
    share of accounts that are in another place in the second world, month by month. `chain` says when each
    link first differs. `everybody` is what all customers of the country stand for; `not_split` counts the
    movers whose decisions were not made again, because there are too many. `government` is the country's own
    (None of the US).
    """

    pair: TracedPair
    code: str
    simulated: int
    everybody: dict[str, float]
    movers: pd.DataFrame
    split: pd.DataFrame
    streams: pd.DataFrame
    apart: pd.DataFrame
    chain: pd.DataFrame
    not_split: int
    government: GovernmentTrace | None

    @property
    def name(self) -> str:
        """What a folder of this trace is called."""
        return f"country-{self.code}"

    def tables(self) -> dict[str, pd.DataFrame]:
        """What is written to disk."""
        own = {
            "movers": self.movers,
            "split": self.split,
            "streams": self.streams,
            "apart": self.apart,
            "chain": self.chain,
        }
        law = {} if self.government is None else self.government.tables()
        return own | {f"government_{name}": table for name, table in law.items()}


def trace_country(pair: TracedPair, code: str) -> CountryTrace:
    """Trace a country, by its code. Raises InputError for one that there is not, TwinDiffers."""
    if code not in pair.countries:
        raise InputError(f"country '{code}': {choices(code, pair.countries)}")
    country = pair.countries.index(code)
    watch = _Watch(pair, country)
    paths = paths_of(pair, lambda views: customers_of(views, country), [watch.note])
    movers, not_split = _movers(pair, paths, watch)
    return CountryTrace(
        pair=pair,
        code=code,
        simulated=len(paths.customers),
        everybody=dict(zip(UNITS, watch.weights.sum(axis=0).tolist(), strict=True)),
        movers=movers,
        split=_split(movers),
        streams=_streams(movers),
        apart=_apart(pair, paths, watch),
        chain=watch.table(),
        not_split=not_split,
        government=None if country == 0 else trace_government(pair, code),
    )


def moved_by_country(pair: TracedPair) -> pd.DataFrame:
    """How many customers of each country take another path in the second world; one row a country.

    `simulated` customers, of whom `movers` are in another place at any time; the shares of accounts that ever
    are (`moved`), and that are in the last month (`apart`).
    """
    found: dict[str, np.ndarray] = {}

    def everybody(views: Views) -> np.ndarray:
        population = views[0].model.population
        found["country"] = population.cells.jurisdiction[population.cell]
        found["accounts"] = weights_of(views)[:, 0]
        return np.arange(len(population))

    paths = paths_of(pair, everybody)
    country, accounts, count = found["country"], found["accounts"], len(pair.countries)
    moved, last = paths.first != NEVER, paths.place[0, -1] != paths.place[1, -1]
    whole = np.bincount(country, accounts, count)
    jurisdictions = pair.scenarios[0].jurisdictions.values()
    return pd.DataFrame(
        {
            "country": pair.countries,
            "name": [one.name for one in jurisdictions],
            "simulated": np.bincount(country, minlength=count),
            "movers": np.bincount(country, moved, count).astype(int),
            "moved": np.bincount(country, accounts * moved, count) / whole,
            "apart": np.bincount(country, accounts * last, count) / whole,
        }
    )


@dataclass
class _Watch:
    """The links of a country's chain, month by month, and its customers."""

    pair: TracedPair
    country: int
    first: dict[str, tuple[int, float, float]] = field(default_factory=dict)
    last: dict[str, tuple[float, float]] = field(default_factory=dict)
    here: Here | None = None
    weights: np.ndarray = field(default_factory=lambda: np.empty((0, 4)))
    segments: list[str] = field(default_factory=list)

    def note(self, month: int, views: Views) -> None:
        """A month: which links differ."""
        if month == BEFORE:
            self._look_up(views)
            return
        assert self.here is not None
        here = Here(**{**self.here.__dict__, "month": month})
        for link in LINKS:
            means = [link.mean(view, here) for view in views]
            self.last[link.code] = (means[0], means[1])
            if link.code not in self.first:
                one, other = (link.compared(view, here) for view in views)
                if not np.array_equal(one, other):
                    self.first[link.code] = (month, means[0], means[1])

    def _look_up(self, views: Views) -> None:
        population, scenario = views[0].model.population, self.pair.scenarios[0]
        customers = customers_of(views, self.country)
        weights = weights_of(views)[customers]
        cells = np.flatnonzero(population.cells.jurisdiction == self.country)
        accounts = population.cells.accounts[cells]
        self.weights = weights[:, [3, 0, 1, 2]]
        self.here = Here(
            self.country, cells, customers, accounts / accounts.sum(), weights[:, 0] / weights[:, 0].sum()
        )
        names = list(scenario.segments)
        self.segments = [names[s] for s in population.cells.segment[population.cell[customers]].tolist()]

    def table(self) -> pd.DataFrame:
        """One row a link, in the order of first months: its means then, and in the last month."""
        rows = []
        for link in LINKS:
            row: dict[str, object] = {"link": link.code, "what": link.what, "unit": link.unit}
            row |= {"first_month": pd.NaT, "value_a": np.nan, "value_b": np.nan}
            if link.code in self.first:
                month, a, b = self.first[link.code]
                row |= {"first_month": pd.Timestamp(self.pair.scenarios[0].month_start(month))}
                row |= {"value_a": a, "value_b": b}
            last_a, last_b = self.last[link.code]
            rows.append({**row, "last_a": last_a, "last_b": last_b})
        table = pd.DataFrame(rows)
        return table.sort_values("first_month", kind="stable", na_position="last", ignore_index=True)


def _movers(pair: TracedPair, paths: Paths, watch: _Watch) -> tuple[pd.DataFrame, int]:
    """Every customer whose path differs, and of how many the decision was not made again."""
    moved = np.flatnonzero(paths.first != NEVER)
    in_order = moved[np.argsort(-watch.weights[moved, 1], kind="stable")]
    decide = [int(k) for k in in_order if paths.first[k] >= 0][:MOST_FOLLOWED]
    when = {int(paths.customers[k]): int(paths.first[k]) for k in decide}
    met = decisions_of(pair, when) if when else {}
    scenario, apart, rows = pair.scenarios[0], paths.months_apart, []
    for k in moved.tolist():
        number, first = int(paths.customers[k]), int(paths.first[k])
        both = met.get(number)
        split = certified_split(both, paths, number) if both else dict.fromkeys(GROUPS, np.nan)
        a, b = (place_name(int(place), scenario) for place in paths.place[:, first + 1, k])
        rows.append(
            {
                "customer": number,
                "segment": watch.segments[k],
                **dict(zip(UNITS, watch.weights[k].tolist(), strict=True)),
                "first_month": pd.Timestamp(scenario.month_start(max(first, 0))),
                "months_apart": int(apart[k]),
                ACCOUNT_YEARS: watch.weights[k, 1] * apart[k] / 12.0,
                "due_a": both[0].due if both else NOT_DUE,
                "due_b": both[1].due if both else NOT_DUE,
                "kind_a": a[0],
                "provider_a": a[1],
                "kind_b": b[0],
                "provider_b": b[1],
                **split,
            }
        )
    columns = [
        "customer", "segment", *UNITS, "first_month", "months_apart", ACCOUNT_YEARS, "due_a", "due_b",
        "kind_a", "provider_a", "kind_b", "provider_b", *GROUPS,
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(["first_month", "customer"], ignore_index=True), len(moved) - len(when)


def _split(movers: pd.DataFrame) -> pd.DataFrame:
    """How much of the movers, in all that they stand for, each group of causes has; one row a group."""
    split = movers.dropna(subset=list(GROUPS))
    rows = [
        {
            "group": code,
            "name": name,
            "simulated": float(split[code].sum()),
            **{unit: float((split[code] * split[unit]).sum()) for unit in (*UNITS, ACCOUNT_YEARS)},
        }
        for code, name in GROUPS.items()
    ]
    return pd.DataFrame(rows)


def _streams(movers: pd.DataFrame) -> pd.DataFrame:
    """Accounts, and account-years apart, by cause and by the kinds of place chosen in the two worlds."""
    amounts, kinds = ["accounts", ACCOUNT_YEARS], ["group", "kind_a", "kind_b"]
    split = movers.dropna(subset=list(GROUPS))
    parts = [
        split[["kind_a", "kind_b"]].assign(group=code, **{x: split[x] * split[code] for x in amounts})
        for code in GROUPS
    ]
    summed = pd.concat(parts).groupby(kinds, as_index=False)[amounts].sum()
    found = summed[(summed[amounts] != 0.0).any(axis=1)]
    return found.sort_values(ACCOUNT_YEARS, ascending=False, kind="stable", ignore_index=True)


def _apart(pair: TracedPair, paths: Paths, watch: _Watch) -> pd.DataFrame:
    """Share of accounts, and of customers, that are in another place in the second world, at each month's
    end.
    """
    differs = paths.place[0, 1:] != paths.place[1, 1:]
    shares = {unit: differs @ watch.weights[:, k] / watch.weights[:, k].sum() for k, unit in enumerate(UNITS)}
    scenario = pair.scenarios[0]
    return pd.DataFrame(
        {"month": [pd.Timestamp(scenario.month_start(m)) for m in range(scenario.months)]} | shares
    )

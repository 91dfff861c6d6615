"""Nothing appears and nothing vanishes: customers, accounts, data, money and requests, in every month."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from sim.model.agents.customers import Customers
from sim.model.books import MEASURED, Books
from sim.model.places import FIRST_US, ON_PREMISES
from sim.model.population import UNITS, Population
from sim.model.tables import TABLES
from sim.model.world import WorldSet
from sim.vocabulary import INSTRUMENTS, KINDS
from tests.model.small_worlds import asked, trust_of, world_set

MOVES = (
    "adopted",
    "postponed",
    "gave_up",
    "left_us",
    "switched_provider",
    "moved_within",
    "added_protection",
    "forced",
)
SUMS = tuple(name for name in MEASURED if name.startswith(("tb_", "revenue_")) or name in MOVES)
SHARES = tuple(name for name in MEASURED if name not in SUMS)
REL = 1e-9
REL_OF_CELLS = 2e-7  # of what is added up here from the book of cells, which keeps half the width

Tables = dict[str, pd.DataFrame]


@pytest.fixture(scope="module", params=["microsoft_wins", "doj_wins"])
def tables(request: pytest.FixtureRequest, two_worlds: WorldSet) -> Tables:
    """All tables of one world."""
    model = next(model for model in two_worlds.models if model.scenario.name == request.param)
    return {name: pd.DataFrame(columns) for name, columns in model.books.tables("full").items()}


# --- stocks: integers, so to the last unit ----------------------------------------------------------


def _counted_afresh(population: Population, customers: Customers, world: int) -> np.ndarray:
    """Stocks (C, O, 4) from where everybody is, by another way than the model's."""
    places = customers.stock.shape[2]
    at = population.cell.astype(np.int64) * places + customers.place[:, world]
    out = np.zeros((len(population.cells) * places, 4), np.int64)
    np.add.at(out, at, population.weight)
    return out.reshape(len(population.cells), places, 4)


def test_every_month_the_books_are_a_fresh_count_and_nothing_is_lost() -> None:
    ws = world_set(asked())
    endowment = np.zeros((len(ws.population.cells), 4), np.int64)
    np.add.at(endowment, ws.population.cell, ws.population.weight)
    while ws.running:
        ws.step()
        for w in range(2):
            fresh = _counted_afresh(ws.population, ws.customers, w)
            assert np.array_equal(ws.customers.stock[w], fresh), f"month {ws.models[0].month}"
            assert np.array_equal(fresh.sum(axis=1), endowment)
            assert (fresh >= 0).all()


def test_what_the_books_lose_is_noticed(two_worlds: WorldSet) -> None:
    """The checks that every run makes find one customer's account that has gone astray."""
    customers = two_worlds.customers
    customers.stock[0, 3, FIRST_US, 0] += 1
    try:
        with pytest.raises(RuntimeError, match="do not balance"):
            customers.check_conservation(0)
        with pytest.raises(RuntimeError, match="disagree"):
            customers.audit()
        customers.check_conservation(1)
    finally:
        customers.stock[0, 3, FIRST_US, 0] -= 1
    customers.audit()


# --- money -------------------------------------------------------------------------------------------


def test_providers_by_country_add_up_to_countries_and_to_providers(tables: Tables) -> None:
    market, country, provider = (
        tables["market"],
        tables["country"].set_index(["month", "country"]),
        tables["provider"].set_index(["month", "provider"]),
    )
    by_country = market.groupby(["month", "country"])["revenue"].sum()
    assert np.allclose(by_country, country["revenue_us"].reindex(by_country.index), rtol=REL)
    by_provider = market.groupby(["month", "provider"])["revenue"].sum()
    assert np.allclose(
        by_provider,
        provider[["revenue_abroad", "revenue_domestic"]].sum(axis=1).reindex(by_provider.index),
        rtol=REL,
    )
    assert market["revenue"].sum() > 0.0


# --- flows -------------------------------------------------------------------------------------------


def test_data_of_each_kind_changes_by_growth_and_flows_alone(tables: Tables) -> None:
    """Stock of a kind in a country = last month's x growth + in - out."""
    country, flows = tables["country"], tables["flows"]
    columns = [f"tb_{kind}" for kind in KINDS]
    stock = country.set_index(["month", "country"])[columns].rename(columns=lambda c: c.removeprefix("tb_"))
    stock.columns.name = "kind"
    into = flows.groupby(["month", "country", "to_kind"])["tb"].sum().unstack(fill_value=0.0)
    out = flows.groupby(["month", "country", "from_kind"])["tb"].sum().unstack(fill_value=0.0)
    net = into.reindex(index=stock.index, columns=stock.columns, fill_value=0.0) - out.reindex(
        index=stock.index, columns=stock.columns, fill_value=0.0
    )
    total = stock.sum(axis=1)
    before = stock.groupby("country").shift(1)
    growth = total / total.groupby("country").shift(1)
    expected = before.mul(growth, axis=0) + net
    later = before.notna().all(axis=1)
    scale = total[later]
    error = (stock[later] - expected[later]).abs().div(scale, axis=0)
    assert error.to_numpy().max() < REL
    assert net.abs().to_numpy().sum() > 0.0


def test_data_on_home_soil_changes_by_growth_and_flows_alone(tables: Tables) -> None:
    """Stock on a country's own soil = last month's x growth + what came home - what went abroad."""
    country, flows = tables["country"].set_index(["month", "country"]), tables["flows"]
    everything = country[[f"tb_{kind}" for kind in KINDS]].sum(axis=1)
    growth = everything / everything.groupby("country").shift(1)
    home = country["tb_at_home"]
    into, out = (
        flows[flows[end] == flows["country"]]
        .groupby(["month", "country"])["tb"]
        .sum()
        .reindex(home.index, fill_value=0.0)
        for end in ("to_host", "from_host")
    )
    gap = (home - home.groupby("country").shift(1) * growth - into + out) / everything
    assert gap.abs().max() < REL


def test_all_data_of_a_country_grows_at_one_rate(tables: Tables) -> None:
    """A country's data changes by growth only; what moves, moves within its customers' stock."""
    country = tables["country"]
    total = country.set_index(["month", "country"])[[f"tb_{kind}" for kind in KINDS]].sum(axis=1).unstack()
    growth = (total / total.shift(1)).iloc[1:]
    assert (growth.max() - growth.min()).max() < 1e-9
    assert (growth > 1.0).to_numpy().all()


def test_customers_in_the_flows_are_those_counted_as_moving(tables: Tables) -> None:
    """Adopted + gave up + switched + moved within = all customers in the flows, per country and month."""
    counted = (
        tables["country"]
        .set_index(["month", "country"])[["adopted", "gave_up", "switched_provider", "moved_within"]]
        .sum(axis=1)
    )
    moved = (
        tables["flows"]
        .groupby(["month", "country"])["customers"]
        .sum()
        .reindex(counted.index, fill_value=0.0)
    )
    # A change of provider counts once, whether or not it ends on premises; giving up is also a change of
    # nest.
    assert np.allclose(moved, counted, rtol=REL, atol=1e-6)


def test_adoption_changes_by_those_who_adopted_and_gave_up(tables: Tables) -> None:
    country = tables["country"].set_index(["month", "country"])
    customers = tables["cell"].groupby(["month", "country"])["customers"].sum()
    users = (country["adoption"] * customers).unstack("month")
    change = users.diff(axis=1).iloc[:, 1:]
    net = (country["adopted"] - country["gave_up"]).unstack("month").iloc[:, 1:]
    assert np.allclose(change, net, rtol=1e-6, atol=1e-3)


def test_at_full_width_cells_add_up_every_month_and_their_adoption_changes_by_those_who_moved() -> None:
    """Before the book of cells halves their width: what the tables can show to seven digits only."""
    ws = world_set(asked(last="2016-12"))
    cells, users_before = ws.population.cells, dict[int, np.ndarray]()
    at = {name: MEASURED.index(name) for name in MEASURED}
    weights = {"adoption": cells.customers, "trust": cells.accounts, "trust_by_spend": cells.usd_month}
    while ws.running:
        ws.step()
        for w, model in enumerate(ws.models):
            row, country = model.books.month_of_cells, model.books.country[model.month - 1]
            for name in SUMS:
                assert np.allclose(
                    country[:, at[name]],
                    np.bincount(cells.jurisdiction, row[:, at[name]]),
                    rtol=REL,
                    atol=1e-9,
                ), name
            for name, weight in weights.items():
                mean = np.bincount(cells.jurisdiction, row[:, at[name]] * weight) / np.bincount(
                    cells.jurisdiction, weight
                )
                assert np.allclose(country[:, at[name]], mean, rtol=REL), name
            users = row[:, at["adoption"]] * cells.customers
            if w in users_before:
                assert np.allclose(
                    users - users_before[w],
                    row[:, at["adopted"]] - row[:, at["gave_up"]],
                    rtol=1e-6,
                    atol=1e-3,
                )
            users_before[w] = users


def test_leaving_us_providers_takes_no_more_than_left(tables: Tables) -> None:
    cell = tables["cell"]
    assert (cell["left_us"] <= cell["switched_provider"] + cell["gave_up"] + 1e-6).all()
    assert (cell["added_protection"] <= cell["moved_within"] + cell["switched_provider"] + 1e-6).all()
    moved = cell[["switched_provider", "gave_up", "moved_within"]].sum(axis=1)
    assert (cell["forced"] <= moved + 1e-6).all()


# --- tables add up -----------------------------------------------------------------------------------


@pytest.mark.parametrize("column", SUMS)
def test_the_world_is_the_sum_of_countries_and_countries_of_cells(tables: Tables, column: str) -> None:
    """The world table is of everyone outside the US."""
    countries = tables["country"].pivot(index="month", columns="country", values=column)
    cells = tables["cell"].astype({column: float}).groupby(["month", "country"])[column].sum().unstack()
    assert np.allclose(countries, cells[countries.columns], rtol=REL_OF_CELLS, atol=1e-9)
    world = tables["world"].set_index("month")[column]
    assert np.allclose(world, countries.drop(columns="US").sum(axis=1), rtol=REL, atol=1e-9)


@pytest.mark.parametrize(("column", "weight"), [("adoption", "customers")])
def test_means_are_weighted_by_what_they_are_means_over(tables: Tables, column: str, weight: str) -> None:
    cell = tables["cell"]
    weighted = (cell[column] * cell[weight]).groupby([cell["month"], cell["country"]]).sum() / cell.groupby(
        ["month", "country"]
    )[weight].sum()
    country = tables["country"].set_index(["month", "country"])[column]
    assert np.allclose(country, weighted.reindex(country.index), rtol=REL_OF_CELLS)


def test_trust_is_weighted_by_accounts_and_by_spend(two_worlds: WorldSet) -> None:
    model = two_worlds.models[0]
    cells = two_worlds.population.cells
    abroad = cells.jurisdiction > 0
    trust = model.books.cell[:, :, MEASURED.index("trust")]
    world = model.books.tables("world")["world"]
    for column, weight in (("trust", cells.accounts), ("trust_by_spend", cells.usd_month)):
        by_hand = (trust[:, abroad] * weight[abroad]).sum(axis=1) / weight[abroad].sum()
        assert np.allclose(world[column], by_hand, rtol=REL_OF_CELLS)
    assert not np.allclose(world["trust"], world["trust_by_spend"])


def test_recorded_trust_is_the_mean_of_the_customers(two_worlds: WorldSet) -> None:
    cells = two_worlds.population.cells
    for w, model in enumerate(two_worlds.models):
        for channel, name in enumerate(("trust", "trust_intelligence")):
            means = np.add.reduceat(
                trust_of(two_worlds, w)[:, channel].astype(float), cells.start[:-1]
            ) / np.diff(cells.start)
            assert np.allclose(model.books.cell[-1, :, MEASURED.index(name)], means, atol=2e-7)


def test_revenue_of_providers_is_that_of_the_world(tables: Tables) -> None:
    provider, world = tables["provider"], tables["world"].set_index("month")
    by_month = provider.groupby("month")[
        ["revenue_abroad", "revenue_sovereign_abroad", "revenue_domestic"]
    ].sum()
    assert np.allclose(by_month["revenue_abroad"], world["revenue_us"], rtol=REL)
    assert np.allclose(by_month["revenue_sovereign_abroad"], world["revenue_us_sovereign"], rtol=REL)
    assert np.allclose(by_month["revenue_domestic"], world["revenue_us_domestic"], rtol=REL)
    us = tables["country"].set_index(["month", "country"]).xs("US", level="country")
    everything = (
        world["revenue_us"] + world["revenue_home_grown"] + us["revenue_us"] + us["revenue_home_grown"]
    )
    assert np.allclose(world["market_world"], everything, rtol=REL)


def test_data_at_home_and_in_reach_are_parts_of_the_whole(tables: Tables) -> None:
    country = tables["country"]
    everything = country[[f"tb_{kind}" for kind in KINDS]].sum(axis=1)
    assert (country["tb_at_home"] <= everything * (1 + REL)).all()
    assert (country["tb_us_reach"] <= everything * (1 + REL)).all()
    own = country[["tb_on_premises", "tb_home_grown"]].sum(axis=1)
    assert (country["tb_at_home"] >= own * (1 - REL)).all()
    # At most half of what consumers keep at a provider has no stable location.
    assert (country["tb_us_reach"] >= 0.5 * country["tb_us_region"] * (1 - REL)).all()
    assert (country["tb_us_control"] >= country["tb_us_reach"] * (1 - REL)).all()
    assert (country["tb_us_control"] <= everything * (1 + REL)).all()


def test_money_is_what_cloud_customers_pay(two_worlds: WorldSet) -> None:
    """At list price in the first month: potential spend of those in the cloud; on premises pays nothing."""
    model, cells = two_worlds.models[0], two_worlds.population.cells
    us, own = (model.books.cell[:, :, MEASURED.index(name)] for name in ("revenue_us", "revenue_home_grown"))
    assert np.all(us[0] + own[0] <= cells.usd_month * (1 + REL))
    assert np.all((us[0] + own[0])[cells.usd_month == 0.0] == 0.0)
    paid = model.market.spend(two_worlds.customers.stock[0])
    assert np.all(paid[:, ON_PREMISES] == 0.0)


# --- requests ----------------------------------------------------------------------------------------


def test_requests_by_route_add_up_to_what_was_asked(tables: Tables, two_worlds: WorldSet) -> None:
    """Every drawn request is answered by exactly one route, in its own month."""
    requests = tables["requests"]
    docket = two_worlds.docket
    drawn = np.diff(docket.start) + docket.plain
    by_month = requests.groupby("month")["requests"].sum()
    assert np.array_equal(by_month.to_numpy(), drawn)
    world = tables["world"].set_index("month")
    by_direction = requests.pivot_table(
        index="month", columns="direction", values="requests", aggfunc="sum", fill_value=0
    )
    assert np.array_equal(world["us_requests"], by_direction["us_at_home"] + by_direction["us_to_foreign"])
    assert np.array_equal(world["us_foreign_requests"], by_direction["us_to_foreign"])
    assert np.array_equal(world["foreign_us_requests"], by_direction["foreign_to_us"])
    unreachable = (
        requests[requests["route"] == "unreachable"]
        .groupby("month")["requests"]
        .sum()
        .reindex(by_month.index, fill_value=0)
    )
    us_only = requests[(requests["route"] == "unreachable") & requests["direction"].str.startswith("us_")]
    assert np.array_equal(
        world["us_unreachable"],
        us_only.groupby("month")["requests"].sum().reindex(by_month.index, fill_value=0),
    )
    assert (unreachable >= world["us_unreachable"]).all()


def test_no_more_succeed_than_are_made(tables: Tables) -> None:
    r = tables["requests"]
    assert (r["succeeded_12m"] <= r["succeeded"]).all()
    assert (r["succeeded"] + r["unreadable"] <= r["requests"]).all()
    assert (r["conflicts"] <= r["requests"]).all()
    assert (r.loc[r["route"] == "unreachable", ["succeeded", "unreadable"]] == 0).all(axis=None)
    assert (r.loc[r["succeeded"] == 0, "months"] == 0.0).all()
    late = r["succeeded"] - r["succeeded_12m"]
    assert (r["months"] >= 12.0 * late - 1e-9).all()


def _made(books: Books) -> np.ndarray:
    """Requests made: (M, 4, J, 5), by month, direction, country and route."""
    made = np.zeros((books.scenario.months, 4, len(books.scenario.jurisdictions), 5), np.int64)
    rows = np.concatenate(books.requests)
    made[tuple(rows[:, :4].T)] = rows[:, 4]
    assert np.array_equal(made.sum(axis=2), books.answered[..., 0])
    return made


def test_backlogs_are_what_has_arrived_and_is_not_done(two_worlds: WorldSet) -> None:
    """Outgoing, all requests sent abroad queue; incoming, all but those from third countries."""
    for model in two_worlds.models:
        books, queues = model.books, model.casework.queues
        mla = _made(books)[:, :, :, 3]
        sent = np.stack([mla[:, 0] + mla[:, 1], mla[:, 3]], axis=1).cumsum(axis=0)
        done = queues.finish.cumsum(axis=0)
        arrived = books.backlog + done
        assert np.array_equal(arrived[:, 0], sent[:, 0])
        assert (arrived[:, 1] <= sent[:, 1]).all()
        assert (np.diff(arrived, axis=0) >= 0).all()
        assert np.array_equal(arrived[-1], queues.arrived)
        assert (books.backlog >= 0).all()
        assert mla[:, 2].sum() == 0  # foreign police need no help at home


def test_requests_themselves_are_the_same_in_both_worlds(two_worlds: WorldSet) -> None:
    """How many are made, month by month, owes nothing to the rule; only the answers do."""
    a, b = (_made(model.books) for model in two_worlds.models)
    assert np.array_equal(a.sum(axis=(1, 2, 3)), b.sum(axis=(1, 2, 3)))
    us = slice(0, 2)
    assert np.array_equal(a[:, us].sum(axis=(1, 2, 3)), b[:, us].sum(axis=(1, 2, 3)))
    assert not np.array_equal(a.sum(axis=(0, 2)), b.sum(axis=(0, 2)))


# --- ranges ------------------------------------------------------------------------------------------


def _measures() -> Iterator[tuple[str, str, str]]:
    for name, table in TABLES.items():
        for column in table.measures:
            if column.dtype != "category":
                yield name, column.name, column.unit


@pytest.mark.parametrize(("table", "column", "unit"), list(_measures()))
def test_nothing_is_negative_and_shares_are_shares(
    tables: Tables, table: str, column: str, unit: str
) -> None:
    values = tables[table][column].to_numpy(float)
    values = values[~np.isnan(values)]
    assert len(values)
    assert np.isfinite(values).all()
    assert (values >= 0.0).all()
    if unit in ("share", "0-1"):
        assert (
            values <= 1.0 + 1e-8
        ).all()  # stocks are whole millionths of customers: a full cell may be a few of them over its number


def test_only_what_has_no_base_is_missing(tables: Tables) -> None:
    """A share of nothing is missing, everything else is there."""
    may_be_missing = {
        "us_foreign_success_12m",
        "people_in_us_success_12m",
        "us_foreign_months",
        "foreign_us_success_12m",
        "foreign_us_months",
        "stated_would_leave",
        "market_share_us",
    }
    for name, table in tables.items():
        missing = set(table.columns[table.isna().any()])
        assert missing <= may_be_missing, (name, missing - may_be_missing)


def test_instruments_are_in_force_in_at_most_all_countries(tables: Tables, two_worlds: WorldSet) -> None:
    members = sum(j.members for j in two_worlds.models[0].scenario.jurisdictions.values())
    world = tables["world"]
    for instrument in INSTRUMENTS:
        assert (world[f"laws_{instrument}"] <= members + 1e-9).all()
    localising = world[["laws_procurement_rule", "laws_sector_localisation", "laws_general_localisation"]]
    assert (world["laws_localisation"] <= localising.sum(axis=1) + 1e-9).all()
    assert (world["laws_localisation"] >= localising.max(axis=1) - 1e-9).all()
    own = world[[f"laws_{i}" for i in INSTRUMENTS if i != "protest"]].sum(axis=1)
    assert np.allclose(world["laws_total"], own)


def test_units_are_fine_enough_for_the_smallest_customer() -> None:
    """A simulated customer stands for a whole number of millionths, never for none of what its cell has."""
    population = world_set(asked(last="2014-12"), worlds=["doj_wins"]).population
    assert (population.weight[:, [0, 1, 3]] > 0).all()
    assert population.weight[:, 3].sum() / UNITS == pytest.approx(population.cells.customers.sum(), rel=1e-9)

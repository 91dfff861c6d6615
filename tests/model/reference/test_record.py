"""The engine and the readable survey and record say the same of every cell, country and flow, to the bit."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from sim.model.reference.books import Book, enter_month, first_book
from sim.model.reference.customers import CustomersOfWorld
from sim.model.reference.market import Market
from sim.model.reference.population import cells_of, weights_of
from sim.model.reference.record import (
    Row,
    flows_of_customers,
    relocations,
    row_of_people,
    row_of_stock,
    sales_by_country,
    sum_abroad,
    sums_of_countries,
)
from sim.model.reference.survey import Panel
from sim.model.reference.us_providers import Provider
from sim.scenario.scenario import Scenario
from tests.model.reference.engine import Engine, smallest
from tests.model.reference.random_parameters import with_random_parameters
from tests.model.small_worlds import asked, without_record


class Recorder:
    """The readable customers, panel, books and market of one world, held against the engine's record."""

    def __init__(self, engine: Engine) -> None:
        scenario, cells = engine.scenario, cells_of(engine.scenario)
        self.engine, self.weights = engine, weights_of(cells)
        self.people = CustomersOfWorld(scenario, engine.seed, cells, [weight[3] for weight in self.weights])
        self.people.take_first_places(engine.terms())
        providers = [Provider(scenario, p, code) for p, code in enumerate(scenario.providers)]
        self.market = Market(scenario, cells, providers)
        self.panels = [Panel(scenario, cell, len(cells), self.people.customers) for cell in cells]
        self.of_cell = [self.people.customers[cell.first : cell.first + cell.size] for cell in cells]
        places = len(engine.terms()[0].utility)
        self.books = [first_book(customers, self.weights, places) for customers in self.of_cell]

    def month(self) -> tuple[list[Row], int, int]:
        """Step both and compare.

        Returns the rows of cells, and how many flows providers and customers made.
        """
        engine, market = self.engine, self.market
        hosts_before, stocks_before = engine.hosts(), engine.stocks()
        honoured = engine.calendar().honoured
        market.trends.open_month(engine.month)
        market.gap = engine.gaps()
        engine.step()
        engine.copy_offers(market.providers)
        self.people.step(engine.terms())
        for book, customers in zip(self.books, self.of_cell, strict=True):
            enter_month(book, customers, self.weights)
        rows = self.rows(honoured)
        in_single_precision = [{name: float(np.float32(x)) for name, x in row.items()} for row in rows]
        assert in_single_precision == engine.recorded_of_cells()
        countries = sums_of_countries(market, rows)
        assert [country.row() for country in countries] == engine.recorded_of_countries()
        assert sum_abroad(countries).row() == engine.recorded_abroad()
        assert sales_by_country(market, [book.stock for book in self.books]) == engine.sales()
        moved = list(relocations(market, hosts_before, stocks_before))
        chosen = list(flows_of_customers(market, self.books_of_countries()))
        assert sorted(moved + chosen) == engine.recorded_flows()
        return rows, len(moved), len(chosen)

    def rows(self, honoured: float) -> list[Row]:
        beliefs = self.engine.beliefs()
        rows = []
        for cell, book, panel in zip(self.market.cells, self.books, self.panels, strict=True):
            of_stock = row_of_stock(self.market, cell, book.stock, cell.terms.exposure[0], honoured)
            trust, belief = self.people.mean_trust(cell), beliefs[cell.number][0]
            rows.append(of_stock | row_of_people(trust, belief, book.counts, panel.ask()))
        return rows

    def books_of_countries(self) -> dict[int, list[Book]]:
        books: dict[int, list[Book]] = {}
        for cell, book in zip(self.market.cells, self.books, strict=True):
            books.setdefault(self.market.country_of(cell), []).append(book)
        return books


def agree(scenario: Scenario, seed: int) -> Counter[str]:
    """Step both to the horizon.

    Returns how often each measure of a cell was neither nought nor missing, and flows.
    """
    recorder, seen = Recorder(Engine(scenario, seed)), Counter[str]()
    while recorder.engine.running:
        rows, moved, chosen = recorder.month()
        seen.update(name for row in rows for name, value in row.items() if value)
        seen.update({"relocated": moved, "chosen": chosen})
    return seen


EVERYTHING = (
    "adopted", "postponed", "gave_up", "left_us", "switched_provider", "moved_within", "forced", "relocated",
    "chosen", "stated_more_negative", "stated_less_likely", "stated_would_leave", "stated_would_pay",
    "revenue_us_sovereign", "tb_us_reach", "tb_at_home", "perceived_exposure",
)  # fmt: skip


LIVELY = ("governments.base_rate=1.0", "switching.between_providers=0.5", "adoption.return_utility=-2.0")


def test_the_record_agrees_as_shipped() -> None:
    seen = agree(smallest(asked().scenarios["doj_wins"], 15), seed=12)
    assert seen["chosen"] > 0 < seen["stated_would_leave"]


@pytest.mark.long
@pytest.mark.parametrize("seed", [54])
def test_the_record_agrees_over_random_valid_parameters(seed: int) -> None:
    """Seeds under which everything in EVERYTHING happens; not all do."""
    scenario = without_record(smallest(asked(*LIVELY).scenarios["doj_wins"], 20))
    groups = ("survey", "choice", "market", "trust", "exposure")
    scenario = with_random_parameters(scenario, seed, *groups)
    p = scenario.parameters
    cheap = p.providers.model_copy(
        update={
            "sovereign_capital": {
                name: value / 50.0 for name, value in p.providers.sovereign_capital.items()
            },
            "sovereign_build_months": dict.fromkeys(p.providers.sovereign_build_months, 4.0),
            "region_capital": 1e7,
            "region_build_months": 4.0,
            "responsiveness": 1.0,
            "discount": 0.05,
        }
    )
    seen = agree(replace(scenario, parameters=p.model_copy(update={"providers": cheap})), seed)
    assert [name for name in EVERYTHING if not seen[name]] == []

"""The engine and the readable books of every cell hold the same stocks, flows and counts."""

from dataclasses import astuple

from sim.model.reference.books import enter_month, first_book
from sim.model.reference.customers import CustomersOfWorld
from sim.model.reference.population import cells_of, weights_of
from tests.model.reference.engine import Engine, smallest
from tests.model.small_worlds import asked


def test_the_books_agree_and_nothing_is_lost() -> None:
    lively = ("governments.base_rate=1.0", "switching.between_providers=0.5", "choice.grace_months=3")
    scenario = smallest(asked(*lively, "adoption.return_utility=-2.0").scenarios["doj_wins"], 22)
    engine = Engine(scenario, seed=9)
    cells, places = cells_of(scenario), len(engine.terms()[0].utility)
    weights = weights_of(cells)
    twin = CustomersOfWorld(scenario, engine.seed, cells, [weight[3] for weight in weights])
    twin.take_first_places(engine.terms())
    people = [twin.customers[cell.first : cell.first + cell.size] for cell in twin.cells]
    books = [first_book(of_cell, weights, places) for of_cell in people]
    totals, done = [book.total() for book in books], [0] * 8
    while engine.running:
        engine.step()
        twin.step(engine.terms())
        flows: dict[tuple[int, int, int], list[int]] = {}
        for cell, book, of_cell in zip(twin.cells, books, people, strict=True):
            enter_month(book, of_cell, weights)
            country = cell.number // len(scenario.segments)
            for (here, to), amounts in book.flows.items():
                flow = flows.setdefault((country, here, to), [0, 0, 0, 0])
                flow[:] = [a + b for a, b in zip(flow, amounts, strict=True)]
        assert [book.stock for book in books] == engine.stocks()
        assert [book.total() for book in books] == totals
        assert flows == engine.flows()
        assert [astuple(book.counts) for book in books] == engine.counts()
        done = [a + sum(b) for a, b in zip(done, zip(*engine.counts(), strict=True), strict=True)]
    assert all(count > 0 for count in done), "something that is counted never happened"

"""The books of one cell: where its accounts, data and spend are, what flowed, and that nothing is lost.

Amounts are whole numbers: millionths of an account, TB, USD a month and customer, as of January 2013 (growth
is an index on top). A month moves customers between places; it creates and destroys nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sim.model.reference.customers import Customer
from sim.model.reference.places import CUSTOMER_KEYS, FIRST_US, HOME_GROWN, ON_PREMISES, nest_of, offer_of

Amounts = list[int]  # accounts, TB, USD a month, customers, in millionths


@dataclass
class Counts:
    """Customers of a cell that did something this month, in millionths."""

    adopted: int = 0
    postponed: int = 0
    gave_up: int = 0
    left_us: int = 0
    switched_provider: int = 0
    moved_within: int = 0
    added_protection: int = 0
    forced: int = 0


@dataclass
class Book:
    """The stock of a cell by place, and what the month brought: flows by (from, to), and counts."""

    stock: list[Amounts]
    flows: dict[tuple[int, int], Amounts] = field(default_factory=dict)
    counts: Counts = field(default_factory=Counts)

    def total(self) -> Amounts:
        """What all places together hold; no month changes it."""
        total = [0, 0, 0, 0]
        for place in self.stock:
            for q in range(4):
                total[q] += place[q]
        return total


def first_book(customers: Sequence[Customer], weights: Sequence[Amounts], places: int) -> Book:
    """Count where everybody is."""
    book = Book([[0, 0, 0, 0] for _ in range(places)])
    for customer in customers:
        for q in range(4):
            book.stock[customer.place][q] += weights[customer.number][q]
    return book


def enter_month(book: Book, customers: Sequence[Customer], weights: Sequence[Amounts]) -> None:
    """Enter the month's moves: what leaves one place arrives at another."""
    book.flows, book.counts = {}, Counts()
    for customer in customers:
        if customer.postpones:
            book.counts.postponed += weights[customer.number][3]
        if customer.came_from != customer.place:
            _enter_move(book, customer, weights[customer.number])


def _enter_move(book: Book, customer: Customer, weight: Amounts) -> None:
    here, to, many, counts = customer.came_from, customer.place, weight[3], book.counts
    flow = book.flows.setdefault((here, to), [0, 0, 0, 0])
    for q in range(4):
        book.stock[here][q] -= weight[q]
        book.stock[to][q] += weight[q]
        flow[q] += weight[q]
    if here == ON_PREMISES:
        counts.adopted += many
    elif to == ON_PREMISES:
        counts.gave_up += many
    elif nest_of(to) != nest_of(here):
        counts.switched_provider += many
    else:
        counts.moved_within += many
    if here >= FIRST_US and to in (ON_PREMISES, HOME_GROWN):
        counts.left_us += many
    if here >= FIRST_US and to >= FIRST_US and offer_of(to) == CUSTOMER_KEYS != offer_of(here):
        counts.added_protection += many
    if customer.forced:
        counts.forced += many

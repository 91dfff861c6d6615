"""Readable customers in the company of the engine: the twins of a few, among the engine's all.

A twin hears, listens, decides and moves by itself (`sim.model.reference.customers`). What it meets (the terms
of its cell, its peers) is the engine's. Every month its place and its trust must be those of the engine's
customer.
"""

import copy
from collections.abc import Iterable

import numpy as np

from sim.analysis.drivers.trace.pair import TwinDiffers, View
from sim.model.luck import purposes
from sim.model.reference.cells import UNITS, Cell
from sim.model.reference.customers import HEARD, NOT, Customer, CustomersOfWorld
from sim.model.reference.philox import draw4
from sim.model.reference.places import ON_PREMISES
from sim.model.reference.population import cells_of


class Company:
    """The twins of some customers of one world, and stand-ins of their peers."""

    def __init__(self, view: View, followed: Iterable[int]) -> None:
        """As before the first month: everybody has its first place."""
        self.view, scenario, population = view, view.scenario, view.model.population
        self._parameters = scenario.parameters
        self._world = CustomersOfWorld(scenario, view.model.seed_key, [], [])
        self.cells = cells_of(scenario)
        self._cell_of = population.cell
        self.twins = {i: self._customer(i) for i in followed}
        self._peers: dict[int, Customer] = {}
        for i, twin in self.twins.items():
            numbers = population.peers[i].tolist()
            twin.peers = [self._peers.setdefault(k, self._customer(k)) for k in numbers]
        self._met = sorted({twin.cell.number for twin in self.twins.values()})
        for c in self._met:
            self.cells[c].set_first_hazard()
            self.cells[c].terms = view.terms(c)
        for twin in self.twins.values():
            twin.place = int(view.place[twin.number])
            if twin.place != ON_PREMISES:
                twin.ready_at = float("inf")
        self._note_month()

    def _customer(self, number: int) -> Customer:
        return Customer(self._world, number, self.cells[int(self._cell_of[number])])

    def hear(self, month: int) -> None:
        """The first half of a month that the engine has run: the cells meet it, and the twins hear the
        news.
        """
        self._world.month = month
        for c in self._met:
            cell = self.cells[c]
            cell.meet(self.view.terms(c), self._parameters.network.telling)
            self._grow(cell, month)
            cell.expel(int(self._parameters.choice.grace_months))
        for twin in self.twins.values():
            twin.hear()
            twin.listen()

    def act(self) -> None:
        """The second half: the twins decide and move, and must be where the engine's customers are."""
        for twin in self.twins.values():
            twin.decide()
        for twin in self.twins.values():
            twin.move()
        self._check()
        self._note_month()

    def _grow(self, cell: Cell, month: int) -> None:
        """A month of the Bass process, from the adopters of the month before (as in
        `CustomersOfWorld.step`).
        """
        p = self._parameters.adoption
        share = self._adopters[cell.number] / UNITS / cell.customers
        faster = 1.0 + p.acceleration * (month / 12.0)
        year = cell.pace * (faster * p.innovation + faster * p.imitation * share / cell.ceiling)
        cell.hazard += year / 12.0
        cell.hazard_in_a_year = cell.hazard + year
        if cell.hazard != self.view.hazard[cell.number]:
            raise TwinDiffers(f"hazard of adoption of cell {cell.number}")

    def _check(self) -> None:
        numbers = np.fromiter(self.twins, np.int64, len(self.twins))
        places = np.array([twin.place for twin in self.twins.values()], np.int8)
        trust = np.array([twin.trust for twin in self.twins.values()], np.float32).reshape(-1, 2)
        same = (self.view.place[numbers] == places) & (self.view.trust[numbers] == trust).all(axis=1)
        if not same.all():
            raise TwinDiffers(f"month {self._world.month}: customer {int(numbers[~same][0])}")

    def _note_peers(self) -> None:
        """Where the peers are, what they trust, and whether they have heard this month's news themselves."""
        if not self._peers:
            return
        numbers = np.fromiter(self._peers, np.int64, len(self._peers))
        places, trusts = self.view.place[numbers].tolist(), self.view.trust[numbers]
        own = self.view.model.mind.word.own
        for peer, place, trust in zip(self._peers.values(), places, trusts, strict=True):
            peer.place, peer.trust = place, [trust[0], trust[1]]
            chance = float(own[peer.cell.number])
            peer.heard = HEARD if chance > 0.0 and self._hears(peer.number, chance) else NOT

    def _hears(self, number: int, chance: float) -> bool:
        return draw4(self._world.seed, number, self._world.month, purposes.HEARING)[0] < chance

    def _note_month(self) -> None:
        """What the next month starts from: peers, adopters by cell, what home-grown providers lack by
        country.
        """
        self._note_peers()
        stock = self.view.stock
        self._adopters = {c: int(stock[c, ON_PREMISES + 1 :, 3].sum()) for c in self._met}
        self.gap: list[float] = self.view.model.market.gap.tolist()


def twin_like(twin: Customer) -> Customer:
    """A copy of a twin, with a copy of its cell, that stays as it is now and can be changed alone."""
    other = copy.copy(twin)
    other.cell, other.more = copy.copy(twin.cell), list(twin.more)
    other.cell.weight_heard = list(twin.cell.weight_heard)
    return other

"""The customers once more, one Mesa agent each, written to be read: the executable specification of their behaviour.

It shares with the fast engine the parameters, the generator of keyed luck and the scalar exp and log; everything about a
customer (what it is like, whom it knows, when it is ready, what it trusts, where it goes) is worked out here again. What
a month brings to everybody (news, prices, exposure, laws) comes from the model's own governments, providers and clock.
"""

from collections.abc import Sequence

import mesa
import numpy as np

from sim.model.arithmetic import exp, log
from sim.model.luck import purposes
from sim.model.luck.philox import draw, draw4
from sim.model.world import WorldSet

ON_PREMISES, HOME_GROWN, FIRST_US, OFFERS, PEERS = 0, 1, 2, 5, 6
NEVER = float("inf")
UNITS = 1_000_000.0


def nest_of(place: int) -> int:
    """On premises, home-grown, or the US provider that the place belongs to."""
    return place if place < FIRST_US else FIRST_US + (place - FIRST_US) // OFFERS


def kind_of(place: int) -> int:
    """Kind of the place: 0 on premises, 1 to 5 the offers of a US provider, 6 home-grown."""
    return {ON_PREMISES: 0, HOME_GROWN: 6}.get(place, 1 + (place - FIRST_US) % OFFERS)


class Customer(mesa.Agent):
    """One customer in one world."""

    def __init__(self, model: "TwinWorld", number: int, cell: int, rank: int) -> None:
        super().__init__(model)
        self.number, self.cell = number, cell
        scenario, p = model.scenario, model.scenario.parameters
        where = list(scenario.jurisdictions.values())[cell // 5]
        self.segment = cell % 5
        spec = list(scenario.segments.values())[self.segment]
        u = draw4(model.seed, number, -1, purposes.INITIAL_TRUST, 0)
        level = p.trust.initial_offset + p.trust.initial_scale * where.initial_trust
        self.first_trust = [
            np.float32(min(max(level + p.trust.spread * (u[k] + u[k + 2] - 1.0), 0.02), 0.98))
            for k in range(2)
        ]
        self.susceptibility = np.float32(-log(draw(model.seed, number, -1, purposes.SUSCEPTIBILITY)))
        v = draw4(model.seed, number, -1, purposes.SENSITIVITY, 0)
        normal = (v[0] + v[1] + v[2] + v[3] - 2.0) * 1.7320508075688772
        spread = p.choice.sensitivity_spread
        self.sensitivity = np.float32(
            p.choice.sensitivity.values[self.segment] * exp(spread * normal - 0.5 * spread * spread)
        )
        self.renewal_phase = int(draw(model.seed, number, -1, purposes.RENEWAL) * spec.contract_months)
        self.contract_months = spec.contract_months
        self.place_in_order_of_laws = np.float32(
            min(draw(model.seed, number, -1, purposes.LAW_ORDER), 0.9999999)
        )
        order = model.shift_of(cell, purposes.ADOPTION_ORDER) + rank * 0.7548776662466927
        order -= np.floor(order)
        self.ready_at = (
            float(np.float32(-log(1.0 - order / spec.adoption_ceiling)))
            if order < spec.adoption_ceiling
            else NEVER
        )
        self.trust = list(self.first_trust)
        self.place = ON_PREMISES
        self.peers: list[Customer] = []

    def meet(self) -> None:
        """Find six peers: mostly of the same cell, some of the same country, few from anywhere; all of about one's own size."""
        p, start, everybody = self.model.scenario.parameters.network, self.model.start, self.model.customers
        rank = (self.number - start[self.cell]) / (start[self.cell + 1] - start[self.cell])
        for k in range(PEERS):
            u = draw4(self.model.seed, self.number, -1, purposes.PEERS, k)
            if u[0] < p.same_cell:
                cell = self.cell
            elif u[0] < p.same_cell + p.same_country:
                cell = self.cell - self.segment + int(u[1] * 5)
            else:
                cell = everybody[int(u[1] * len(everybody))].cell
            size = int(start[cell + 1] - start[cell])
            alike = min(size, 512)
            first = min(max(int(rank * size) - alike // 2, 0), size - alike)
            place = first + int(u[2] * alike)
            if start[cell] + place == self.number:
                place = first + (place - first + 1) % alike
            self.peers.append(everybody[int(start[cell]) + place])
        self.peers.sort(key=lambda peer: -abs(peer.number - self.number))

    def listen(self) -> None:
        """Next month's trust: one's own view of the news, mixed with what peers thought last month. All in float32."""
        p = self.model.scenario.parameters.trust
        prior, own, each = (
            np.float32(p.prior_strength),
            np.float32(1.0 - p.peer_weight),
            np.float32(p.peer_weight / PEERS),
        )
        self.next_trust = []
        for channel in range(2):
            good, bad = (np.float32(x) for x in self.model.evidence[self.cell, channel])
            a, b, c, d, e, f = (peer.trust[channel] for peer in self.peers)
            heard = ((a + b) + (c + d)) + (e + f)
            view = (prior * self.first_trust[channel] + good) / ((prior + good) + self.susceptibility * bad)
            self.next_trust.append(own * view + each * heard)

    def decide(self) -> None:
        """If anything is due this month, choose; the move is carried out when everybody has chosen."""
        model = self.model
        self.next_place, self.postpones = self.place, False
        renews = (model.month + self.renewal_phase) % self.contract_months == 0
        if self.place == ON_PREMISES:
            if model.hazard[self.cell] >= self.ready_at:
                self.next_place = self.choose(self.next_trust, expelled=False)
                self.postpones = self.next_place == ON_PREMISES
            return
        barred_now = self.place_in_order_of_laws < model.unlawful[self.cell, self.place]
        grace_is_over = self.place_in_order_of_laws < model.expelled[self.cell, self.place]
        if renews or grace_is_over:
            self.next_place = self.choose(
                self.next_trust, expelled=bool(barred_now if renews else grace_is_over)
            )

    def move(self) -> None:
        """Go where one has decided to go; whoever puts the cloud off, or gives it up, waits for a new threshold."""
        if self.postpones or (self.next_place == ON_PREMISES and self.place != ON_PREMISES):
            wait = -log(draw(self.model.seed, self.number, self.model.month, purposes.ADOPTION_AGAIN))
            self.ready_at = float(np.float32(self.model.hazard[self.cell] + wait))
        elif self.next_place != self.place and self.place == ON_PREMISES:
            self.ready_at = NEVER
        self.place, self.trust = self.next_place, self.next_trust

    def roots(self, trust: Sequence[np.float32], here: int, expelled: bool) -> dict[int, float]:
        """exp((utility - risk - costs + peers) / nest scale) of every place that is open to this customer."""
        model, p = self.model, self.model.scenario.parameters
        scale, cost = p.choice.nest_scale, p.switching.between_providers.values[self.segment]
        exposure = model.exposure[self.cell]
        left = []
        for kind in range(7):
            risk = float(self.sensitivity) * (
                (1.0 - float(trust[0])) * exposure[0, kind] + (1.0 - float(trust[1])) * exposure[1, kind] + exposure[2, kind]
            )  # fmt: skip
            left.append(exp(-risk / scale))
        out = {}
        for place in range(model.utility.shape[1]):
            if place == ON_PREMISES:
                utility = p.adoption.postpone_utility if here == ON_PREMISES else p.adoption.return_utility
                out[place] = exp(utility / scale) * left[0]
                continue
            is_here = place == here
            open_to_me = (
                (not expelled or place == HOME_GROWN)
                if is_here
                else bool(self.place_in_order_of_laws >= model.banned[self.cell, place])
            )
            if not open_to_me:
                continue
            out[place] = exp(model.utility[self.cell, place] / scale) * left[kind_of(place)]
            if nest_of(place) == nest_of(here) and not is_here and place >= FIRST_US:
                out[place] *= exp(-p.switching.within_share * cost / scale)
        return out

    def choose(self, trust: Sequence[np.float32], expelled: bool) -> int:
        """A nested logit, drawn as two races of clocks: between providers, then between the offers of one."""
        model, p = self.model, self.model.scenario.parameters
        scale, here = p.choice.nest_scale, self.place
        leave = exp(-p.switching.between_providers.values[self.segment] / scale)
        roots = self.roots(trust, here, expelled)
        nests = nest_of(model.utility.shape[1])
        sums = [0.0] * nests
        for place in sorted(roots):
            sums[nest_of(place)] += roots[place]
        for nest in range(nests):
            friends = sum(nest_of(peer.place) == nest for peer in self.peers)
            moving = leave if here != ON_PREMISES and (nest == ON_PREMISES or nest != nest_of(here)) else 1.0
            if nest == ON_PREMISES:
                sums[nest] = max(sums[nest] * moving, 1e-290)
            else:
                sums[nest] = sums[nest] * exp(p.choice.network_effect * friends / PEERS / scale) * moving
        clocks = self.clocks(nests)
        nest = first_to_ring([exp(log(clock) / scale) for clock in clocks[:nests]], sums)
        if nest < FIRST_US:
            return nest
        first = FIRST_US + (nest - FIRST_US) * OFFERS
        return first + first_to_ring(clocks[nests:], [roots.get(first + k, 0.0) for k in range(OFFERS)])

    def clocks(self, nests: int) -> list[float]:
        """This month's luck: an exponential clock for each nest and each kind of offer."""
        draws = [
            u
            for block in range((nests + OFFERS + 3) // 4)
            for u in draw4(self.model.seed, self.number, self.model.month, purposes.CHOICE, block)
        ]
        return [-log(u) for u in draws[: nests + OFFERS]]


def first_to_ring(clocks: Sequence[float], weights: Sequence[float]) -> int:
    """Which alternative's clock / weight is smallest (compared by cross products)."""
    winner, clock, weight = -1, 1.0, 0.0
    for k, (c, w) in enumerate(zip(clocks, weights, strict=True)):
        if c * weight < clock * w:
            winner, clock, weight = k, c, w
    return winner


class TwinWorld(mesa.Model):
    """The customers of one world of a set, kept beside the fast engine and fed the same months."""

    def __init__(self, worlds: WorldSet, index: int) -> None:
        super().__init__(rng=0)
        self._worlds, self.index = worlds, index
        self.scenario, self.seed = worlds.models[index].scenario, worlds.models[index].seed_key
        cells = worlds.population.cells
        self.start, self.weight = cells.start, worlds.population.weight[:, 3]
        self.cells = cells
        self.month = 0
        self.customers = [
            Customer(self, i, c, i - int(cells.start[c]))
            for c in range(len(cells))
            for i in range(int(cells.start[c]), int(cells.start[c + 1]))
        ]
        for customer in self.customers:
            customer.meet()
        self.ceiling = [s.adoption_ceiling for s in self.scenario.segments.values()] * len(
            self.scenario.jurisdictions
        )
        adoption = [share for j in self.scenario.jurisdictions.values() for share in j.adoption_2013.values]
        self.hazard = [-log(1.0 - min(a / c, 0.999)) for a, c in zip(adoption, self.ceiling, strict=True)]
        # Where those stand who came before the first month is the start both are given (a lattice over sizes, tested elsewhere).
        for customer in self.customers:
            customer.place = int(worlds.customers.place[customer.number, index])
            if customer.place != ON_PREMISES:
                assert customer.ready_at <= self.hazard[customer.cell]
                customer.ready_at = NEVER

    def shift_of(self, cell: int, purpose: int) -> float:
        return float(draw4(self.seed, cell, -1, purpose, 0)[0])

    def step(self) -> None:
        """A month: the hazard grows with the adopters, everybody listens, decides, and moves."""
        fast, p = self._worlds.customers, self.scenario.parameters.adoption
        self.evidence, self.utility, self.exposure = (
            fast.evidence[self.index],
            fast.utility[self.index],
            fast.exposure[self.index],
        )
        self.banned, self.unlawful, self.expelled = (
            fast.banned[self.index],
            fast.unlawful[self.index],
            fast.expelled[self.index],
        )
        adopters = [0] * len(self.cells)
        for customer in self.customers:
            if customer.place != ON_PREMISES:
                adopters[customer.cell] += int(self.weight[customer.number])
        for c, count in enumerate(adopters):
            share = count / UNITS / float(self.cells.customers[c])
            self.hazard[c] += (p.innovation + p.imitation * share / self.ceiling[c]) / 12.0
        self.agents.do("listen")
        self.agents.do("decide")
        self.agents.do("move")
        self.month += 1

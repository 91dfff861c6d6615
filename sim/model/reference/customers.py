"""Customers, one at a time: trust, readiness to adopt, and where their data lives.

Each month a customer (1) hears the news or not, (2) mixes its own view of it with what its six peers trusted
last month, (3) chooses a place if it is ready to adopt, if its contract is renewed, if the law expels it, or
if the news alarms it, and (4) moves when all have chosen. What a month brings to a cell (news, utilities,
exposure, laws) is given to it as `Terms`; everything else about a customer follows from (seed, customer,
purpose). The equations are in docs/odd.md, section 7.
"""

from collections.abc import Sequence

from sim.model.luck import purposes
from sim.model.reference.arithmetic import exp, log
from sim.model.reference.cells import UNITS, Cell, Terms, single
from sim.model.reference.philox import draw, draw4
from sim.model.reference.places import (
    CUSTOMER_KEYS,
    FIRST_US,
    HOME_GROWN,
    HOME_GROWN_KIND,
    KINDS,
    OFFERS,
    ON_PREMISES,
    US_REGION,
    kind_of,
    nest_of,
    offer_of,
    us_place,
)
from sim.scenario.scenario import Scenario

PEERS = 6
ALIKE = 512  # customers of a cell that count as of the same size
TRUST_UNITS = 16_777_216.0  # trust is added up in units of 2**-24
NEVER = float("inf")
NOT, HEARD, TOLD = range(3)  # how a customer has heard of the month's news
LEAST = 1e-290  # on premises is always open, however little it weighs
# Steps of the R2 sequence (Roberts 2018), which spreads points evenly over a square.
STEP_OF_ADOPTION, STEP_OF_FIRST_PLACE = 0.7548776662466927, 0.5698402909980532


UNIT_SPREAD = 0.5513288954217920  # sqrt(3) / pi: a logistic variable of this scale has variance 1


def taste_of(uniform: float, scale: float) -> float:
    """A lasting taste, in utility: logistic with mean 0 and standard deviation `scale`."""
    return scale * (UNIT_SPREAD * log(uniform / (1.0 - uniform)))


class Customer:
    """One customer in one world."""

    def __init__(self, world: "CustomersOfWorld", number: int, cell: Cell) -> None:
        self.world, self.number, self.cell = world, number, cell
        self.place = ON_PREMISES
        self.peers: list[Customer] = []
        self._draw_mind()
        self._draw_dates()
        self._draw_lattice()
        self.trust = list(self.first_trust)
        # How much more of the news it has heard than its cell, as a share, by channel; how it has heard this
        # month's (not at all, itself, from a peer).
        self.more = [single(0.0), single(0.0)]
        self.heard = self.heard_now = NOT

    # --- who a customer is ------------------------------------------------------------------------

    def _draw_mind(self) -> None:
        """First trust (a probability, by channel), how much news moves it, how much perceived risk weighs
        (utility), and the lasting taste for home-grown providers (utility).
        """
        seed, p = self.world.seed, self.world.scenario.parameters
        u = draw4(seed, self.number, -1, purposes.INITIAL_TRUST)
        level = p.trust.initial_offset + p.trust.initial_scale * self.cell.where.initial_trust
        self.first_trust = [
            single(min(max(level + p.trust.spread * (u[k] + u[k + 2] - 1.0), 0.02), 0.98)) for k in range(2)
        ]
        # Exponential with mean 1: most customers shrug at news, a few are alarmed.
        alarm = -log(draw(seed, self.number, -1, purposes.SUSCEPTIBILITY))
        self.susceptibility = single(1.0 + p.network.susceptibility_spread * (alarm - 1.0))
        # Log-normal around the segment's sensitivity; the sum of four uniforms stands for the normal (Irwin-
        # Hall).
        v = draw4(seed, self.number, -1, purposes.SENSITIVITY)
        normal = (v[0] + v[1] + v[2] + v[3] - 2.0) * 1.7320508075688772
        spread = p.choice.sensitivity_spread
        typical = p.choice.sensitivity.values[self.cell.segment]
        self.sensitivity = float(single(typical * exp(spread * normal - 0.5 * spread * spread)))
        taste = taste_of(draw(seed, self.number, -1, purposes.HOME_TASTE), p.choice.home_taste)
        self.home_taste = float(single(taste))
        # Pareto: most never think again.
        rank = log(draw(seed, self.number, -1, purposes.THRESHOLD))
        self.threshold = float(single(p.choice.threshold * exp(-1.0 / p.choice.threshold_tail * rank)))

    def _draw_dates(self) -> None:
        """Month of renewal, and position in the order in which a law reaches a group's countries."""
        seed, term = self.world.seed, self.cell.spec.contract_months
        self.contract_months = term
        self.renewal_phase = int(draw(seed, self.number, -1, purposes.RENEWAL) * term)
        position = draw(seed, self.number, -1, purposes.LAW_ORDER)
        self.position_in_order_of_laws = float(single(min(position, 0.9999999)))

    def _draw_lattice(self) -> None:
        """When it is ready to adopt, and which first place it takes: spread evenly over sizes."""
        rank, ceiling = self.number - self.cell.first, self.cell.ceiling
        shift = draw4(self.world.seed, self.cell.number, -1, purposes.ADOPTION_ORDER)[0]
        order = shift + rank * STEP_OF_ADOPTION
        order -= int(order)
        self.ready_at = float(single(-log(1.0 - order / ceiling))) if order < ceiling else NEVER
        other = draw4(self.world.seed, self.cell.number, -1, purposes.FIRST_PLACE)[0]
        self.order_of_first_place = other + rank * STEP_OF_FIRST_PLACE
        self.order_of_first_place -= int(self.order_of_first_place)

    def meet_peers(self) -> None:
        """Find six peers: most of the same cell, some of the same country, few from anywhere, all of about
        one's size.
        """
        p, everybody = self.world.scenario.parameters.network, self.world.customers
        rank = (self.number - self.cell.first) / self.cell.size
        for k in range(PEERS):
            u = draw4(self.world.seed, self.number, -1, purposes.PEERS, k)
            if u[0] < p.same_cell:
                cell = self.cell
            elif u[0] < p.same_cell + p.same_country:
                segments = len(self.world.scenario.segments)
                cell = self.world.cells[self.cell.number - self.cell.segment + int(u[1] * segments)]
            else:
                cell = everybody[int(u[1] * len(everybody))].cell
            alike = min(cell.size, ALIKE)
            first = min(max(int(rank * cell.size) - alike // 2, 0), cell.size - alike)
            place = first + int(u[2] * alike)
            if cell.first + place == self.number:  # nobody is a peer of its own
                place = first + (place - first + 1) % alike
            self.peers.append(everybody[cell.first + place])
        self.peers.sort(key=lambda peer: -abs(peer.number - self.number))

    # --- hearing ----------------------------------------------------------------------------------

    def hear(self) -> None:
        """Hear the month's news or not; hear last month's from a peer that did (Katz & Lazarsfeld 1955)."""
        cell, word, self.heard_now = self.cell, self.cell.terms.word, NOT
        if not cell.is_alert:
            return
        u = draw4(self.world.seed, self.number, self.world.month, purposes.HEARING)
        if cell.tells and self.heard != HEARD:
            talkers = len([peer for peer in self.peers if peer.heard == HEARD])
            if u[1] < self.world.chance_told[talkers]:
                for channel in range(2):
                    self.more[channel] += single(cell.gained_if_told[channel])
                self.heard_now = TOLD
        if word.own > 0.0:
            hears = u[0] < word.own
            for channel in range(2):
                new = single(word.full[channel]) if hears else single(0.0)
                kept = cell.kept[channel] * self.more[channel]
                self.more[channel] = kept + (new - single(word.gain[channel]))
            if hears:
                self.heard_now = HEARD

    # --- trust ------------------------------------------------------------------------------------

    def listen(self) -> None:
        """Next month's trust: one's own view of the news, mixed with what peers thought last month.

        A Beta reputation (Josang & Ismail 2002) under social influence (Friedkin & Johnsen 1990), in single
        precision.
        """
        p = self.world.scenario.parameters.trust
        prior, own, each = (
            single(p.prior_strength),
            single(1.0 - p.peer_weight),
            single(p.peer_weight / PEERS),
        )
        self.next_trust = []
        for channel in range(2):
            good, bad = single(self.cell.terms.good[channel]), single(self.cell.terms.bad[channel])
            a, b, c, d, e, f = (peer.trust[channel] for peer in self.peers)
            of_peers = ((a + b) + (c + d)) + (e + f)
            heard = single(1.0) + self.cell.weight_heard[channel] * self.more[channel]
            good, bad = heard * good, heard * bad
            view = (prior * self.first_trust[channel] + good) / ((prior + good) + self.susceptibility * bad)
            self.next_trust.append(own * view + each * of_peers)

    # --- choice -----------------------------------------------------------------------------------

    def decide(self) -> None:
        """If anything is due this month, choose; the move is carried out when everybody has chosen."""
        cell, here, position = self.cell, self.place, self.position_in_order_of_laws
        self.next_place, self.postpones, self.forced = here, False, False
        if here == ON_PREMISES:
            ready = cell.hazard >= self.ready_at
            if ready or self.is_alarmed():
                choice = self.choose(expelled=False)
                self.postpones = choice == ON_PREMISES
                self.next_place = choice if ready else ON_PREMISES  # whoever only plans keeps to the plan
            return
        renews = (self.world.month + self.renewal_phase) % self.contract_months == 0
        unlawful = position < cell.terms.unlawful[here]  # nobody renews what the law forbids
        grace_is_over = position < cell.expelled[here]
        if renews or grace_is_over or self.is_alarmed():
            self.forced = grace_is_over if grace_is_over and not renews else unlawful
            self.next_place = self.choose(expelled=self.forced)

    def is_alarmed(self) -> bool:
        """Whether news that it has heard has raised its perceived risk by more than its threshold.

        The risk of its place against last month; on premises that of a US region, if it plans to adopt within
        the year.
        """
        cell, kind = self.cell, kind_of(self.place)
        if not cell.is_alert or self.heard_now == NOT:
            return False
        if self.place == ON_PREMISES:
            if self.ready_at > cell.hazard_in_a_year:
                return False
            kind = kind_of(us_place(0, US_REGION))
        now = self.risk(kind, self.next_trust)
        return now - self.risk(kind, self.trust, cell.exposure_before) > self.threshold

    def move(self) -> None:
        """Go to the place chosen; who postpones the cloud, or gives it up, waits for a new threshold."""
        if self.postpones or (self.next_place == ON_PREMISES and self.place != ON_PREMISES):
            wait = -log(draw(self.world.seed, self.number, self.world.month, purposes.ADOPTION_AGAIN))
            self.ready_at = float(single(self.cell.hazard + wait))
        elif self.next_place != self.place and self.place == ON_PREMISES:
            self.ready_at = NEVER
        self.came_from, self.place, self.trust = self.place, self.next_place, self.next_trust
        self.heard = self.heard_now

    def risk(self, kind: int, trust: Sequence[single], exposure: list[list[float]] | None = None) -> float:
        """Perceived risk of a kind of place, in utility: sensitivity x sum over channels of (1 - trust) x
        exposure (this month's, if nothing else is said).
        """
        law, intelligence, own_state = (channel[kind] for channel in exposure or self.cell.terms.exposure)
        return self.sensitivity * (
            (1.0 - float(trust[0])) * law + (1.0 - float(trust[1])) * intelligence + own_state
        )

    def weights(
        self, trust: Sequence[single], here: int, position: float, expelled: bool
    ) -> dict[int, float]:
        """exp((utility - risk - cost of moving within the provider) / nest scale) of every place open to this
        customer.
        """
        p, terms = self.world.scenario.parameters, self.cell.terms
        scale = p.choice.nest_scale
        leaving = p.switching.between_providers.values[self.cell.segment]
        costs = [p.switching.within_share * leaving for _ in range(OFFERS)]
        costs[CUSTOMER_KEYS] = p.switching.protect_share * leaving
        risks = [self.risk(kind, trust) for kind in range(KINDS)]
        risks[HOME_GROWN_KIND] -= self.home_taste
        left_by_risk = [exp(-risk / scale) for risk in risks]
        # Postponing the cloud and going back on premises are worth what the parameters say.
        back = p.adoption.postpone_utility if here == ON_PREMISES else p.adoption.return_utility
        out = {ON_PREMISES: exp(back / scale) * left_by_risk[0]}
        for place in range(HOME_GROWN, len(terms.utility)):
            if place == here:
                is_open = not expelled or place == HOME_GROWN
            else:
                is_open = position >= terms.closed[place]
            if not is_open:
                continue
            out[place] = exp(terms.utility[place] / scale) * left_by_risk[kind_of(place)]
            if place >= FIRST_US and place != here and nest_of(place) == nest_of(here):
                out[place] *= exp(-costs[offer_of(place)] / scale)
        return out

    def choose(self, expelled: bool) -> int:
        """A place by a nested logit (McFadden 1978): first between providers, then between the offers of one.

        Each alternative has an exponential clock whose rate is its weight; the first to ring wins. A nest
        weighs the sum of its places' weights to the power of the nest scale; instead its clock is raised to 1
        / nest scale.
        """
        p, here = self.world.scenario.parameters, self.place
        scale = p.choice.nest_scale
        leave = exp(-p.switching.between_providers.values[self.cell.segment] / scale)
        weights = self.weights(self.next_trust, here, self.position_in_order_of_laws, expelled)
        nests = nest_of(len(self.cell.terms.utility))
        sums = [0.0] * nests
        for place in sorted(weights):
            sums[nest_of(place)] += weights[place]
        for nest in range(nests):
            stays = nest != ON_PREMISES and nest == nest_of(here)
            if nest != ON_PREMISES:
                friends = len([peer for peer in self.peers if nest_of(peer.place) == nest])
                sums[nest] *= exp(p.choice.network_effect * friends / PEERS / scale)
            if here != ON_PREMISES and not stays:
                sums[nest] *= leave
        sums[ON_PREMISES] = max(sums[ON_PREMISES], LEAST)
        clocks = self.clocks(nests)
        nest = first_to_ring([exp(log(clock) / scale) for clock in clocks[:nests]], sums)
        if nest < FIRST_US:
            return nest
        first = us_place(nest - FIRST_US, 0)
        return first + first_to_ring(clocks[nests:], [weights.get(first + k, 0.0) for k in range(OFFERS)])

    def clocks(self, nests: int) -> list[float]:
        """This month's luck: an exponential clock for each nest and each kind of offer, the same in every
        world.
        """
        uniforms: list[float] = []
        for block in range((nests + OFFERS + 3) // 4):
            uniforms += draw4(self.world.seed, self.number, self.world.month, purposes.CHOICE, block)
        return [-log(u) for u in uniforms[: nests + OFFERS]]

    def take_first_place(self) -> None:
        """Who had adopted before the first month is where its position in the shares of places puts it."""
        if self.ready_at > self.cell.hazard:
            return
        scale = self.world.scenario.parameters.choice.nest_scale
        # The first place is taken without peers, without costs, and from the middle of the order of laws.
        weights = self.weights(self.first_trust, ON_PREMISES, 0.5, expelled=False)
        nests = nest_of(len(self.cell.terms.utility))
        shares = []
        for nest in range(HOME_GROWN, nests):
            inside = 0.0
            for place in sorted(weights):
                if nest_of(place) == nest:
                    inside += weights[place]
            shares.append(exp(scale * log(max(inside, LEAST))) if inside > 0.0 else 0.0)
        self.place = _at_position(self.order_of_first_place, shares, weights)
        if self.place != ON_PREMISES:
            self.ready_at = NEVER


def _at_position(order: float, shares: Sequence[float], weights: dict[int, float]) -> int:
    """The place at a position in [0, 1) when nests stand side by side by share, and places by weight within
    each.
    """
    everything = 0.0
    for share in shares:
        everything += share
    at = order * everything
    for nest, share in enumerate(shares, start=HOME_GROWN):
        if share <= 0.0:
            continue
        if at >= share:
            at -= share
            continue
        if nest == HOME_GROWN:
            return HOME_GROWN
        offers = [place for place in sorted(weights) if nest_of(place) == nest and weights[place] > 0.0]
        inside = 0.0
        for place in offers:
            inside += weights[place]
        within = at / share * inside
        for place in offers:
            within -= weights[place]
            if within < 0.0:
                return place
        return offers[-1]
    return ON_PREMISES


def first_to_ring(clocks: Sequence[float], weights: Sequence[float]) -> int:
    """Which alternative's clock / weight is smallest (compared by cross products, without a division)."""
    winner, clock, weight = -1, 1.0, 0.0
    for k, (c, w) in enumerate(zip(clocks, weights, strict=True)):
        if c * weight < clock * w:
            winner, clock, weight = k, c, w
    return winner


class CustomersOfWorld:
    """All customers of one world, month by month.

    `weights` holds how many real customers each simulated one stands for, in millionths.
    """

    def __init__(self, scenario: Scenario, seed: int, cells: list[Cell], weights: list[int]) -> None:
        self.scenario, self.seed, self.cells, self.weights = scenario, seed, cells, weights
        self.month = 0
        self.chance_told, untold = [0.0], 1.0  # by the number of peers that have heard
        for _ in range(PEERS):
            untold *= 1.0 - scenario.parameters.network.telling
            self.chance_told.append(1.0 - untold)
        self.customers: list[Customer] = []
        for cell in cells:
            cell.set_first_hazard()
            for number in range(cell.first, cell.first + cell.size):
                self.customers.append(Customer(self, number, cell))
        for customer in self.customers:
            customer.meet_peers()

    def take_first_places(self, terms: Sequence[Terms]) -> None:
        """Before the first month: place those who have adopted already, under the terms of that day."""
        for cell, of_cell in zip(self.cells, terms, strict=True):
            cell.terms = of_cell
        for customer in self.customers:
            customer.take_first_place()

    def step(self, terms: Sequence[Terms]) -> None:
        """A month: the hazard grows with the adopters, everybody listens, decides, and moves."""
        p = self.scenario.parameters
        adopters = [0] * len(self.cells)
        for customer in self.customers:
            if customer.place != ON_PREMISES:
                adopters[customer.cell.number] += self.weights[customer.number]
        for cell, of_cell in zip(self.cells, terms, strict=True):
            cell.meet(of_cell, p.network.telling)
            # The diffusion of Bass (1969): innovation and imitation are a year's.
            share = adopters[cell.number] / UNITS / cell.customers
            faster = 1.0 + p.adoption.acceleration * (self.month / 12.0)
            year = faster * p.adoption.innovation + faster * p.adoption.imitation * share / cell.ceiling
            year = cell.pace * year
            cell.hazard += year / 12.0
            cell.hazard_in_a_year = cell.hazard + year
            cell.expel(int(p.choice.grace_months))
        for customer in self.customers:
            customer.hear()
        for customer in self.customers:
            customer.listen()
        for customer in self.customers:
            customer.decide()
        for customer in self.customers:
            customer.move()
        self.month += 1

    def mean_trust(self, cell: Cell) -> list[float]:
        """Mean trust of a cell's customers, by channel; added up in whole units, so that the order does not
        matter.
        """
        out = []
        for channel in range(2):
            total = 0
            for customer in self.customers[cell.first : cell.first + cell.size]:
                total += int(customer.trust[channel] * single(TRUST_UNITS))
            out.append(total / TRUST_UNITS / cell.size)
        return out

"""Customers: what they see, decide and change, for all of them at once.

See: news of their country, what their six peers think, what each place offers, costs, is exposed to and
forbidden. Decide: whether and when to go to the cloud (a Bass process per cell: each customer is ready when
the cell's cumulative hazard reaches its own threshold); at that moment, and afterwards at the contract's
renewal only, where the data lives (a nested logit). Change: where the data is, and with it everybody's
revenue, exposure and evidence.

Each month a customer's trust becomes a mix of its own view (news against a prior) and its peers' of last
month (Friedkin & Johnsen 1990).
"""

from typing import TYPE_CHECKING

import numpy as np

from sim.model.arithmetic import exp, log
from sim.model.kernels import books as books_kernel
from sim.model.kernels import choice
from sim.model.kernels import customers as kernel
from sim.model.kernels import hearing as hearing_kernel
from sim.model.kernels import moves as moves_kernel
from sim.model.kernels import survey as survey_kernel
from sim.model.kernels.codes import ON_PREMISES, PEERS
from sim.model.kernels.customer_arrays import (
    Costs,
    Ledger,
    Now,
    Outcome,
    Panel,
    People,
    Questions,
    State,
    Terms,
)
from sim.model.kernels.deadlines import enforce, fill_calendar
from sim.model.kernels.first_places import first_places
from sim.model.kernels.market import Meets
from sim.model.kernels.population import LEAST_TRUST, MOST_TRUST
from sim.model.kernels.trust import TRUST_UNITS
from sim.model.places import place_count
from sim.model.population import UNITS, Cells, Population, curves_of_adoption
from sim.model.threads import in_parts
from sim.scenario.parameters import Adoption
from sim.scenario.scenario import Scenario
from sim.vocabulary import CHANNELS, KINDS, US_KINDS
from sim.vocabulary import HOME_GROWN as HOME_GROWN_NAME
from sim.vocabulary import ON_PREMISES as ON_PREMISES_NAME

if TYPE_CHECKING:
    import pandas as pd

GROUP = 4096  # customers of a group of blocks: their state fits in a second-level cache
GROUPS = 8  # at least so many, for threads to share evenly


class Customers:
    """The customers of all worlds.

    State in arrays with a world axis (N, W), and the month's arrays by cell (W, C).

    place int8, readiness float32 (infinite in the cloud), trust float32 (N, 2W); stock int64 (W, C, O, 4)
    accounts, TB, USD, customers by place in 1/UNITS; evidence (W, C, channel, good/bad), utility, exposure,
    banned, unlawful: what the worlds publish for the month; trust_means (W, C, 2), counts (W, C, 8), answers,
    asked, flows (W, J, O, O, 4): what the month brought.
    """

    def __init__(self, population: Population, scenario: Scenario, worlds: int, seed: int) -> None:
        """Everybody before they have chosen: `settle` lets those choose who came before the first month."""
        self._population, self._seed, self._sizes = population, seed, np.diff(population.cells.start)
        p = scenario.parameters
        n, w, cells = len(population), worlds, population.cells
        self._places = place_count(len(scenario.providers))
        c, o, j = len(cells), self._places, len(scenario.jurisdictions)
        self.evidence = np.zeros((w, c, 2, 2))
        self.utility = np.zeros((w, c, o))
        self.exposure = np.zeros((w, c, 3, 7))
        self.banned = np.zeros((w, c, o), np.float32)
        self.unlawful = np.zeros((w, c, o), np.float32)
        self.expelled = np.zeros((w, c, o), np.float32)
        self._unlawful_before = np.zeros((int(p.choice.grace_months), w, c, o), np.float32)
        self._pace, self._ceiling = curves_of_adoption(scenario)
        self._switch_cost = np.array(p.switching.between_providers.values)[cells.segment]
        self._price_sensitivity = np.array(p.market.price_sensitivity.values)[cells.segment]
        self._parameters = p
        self.hazard = np.repeat(self._first_hazard(scenario)[None], w, axis=0)
        self.place = np.zeros((n, w), np.int8)
        self.readiness = np.repeat(population.readiness[:, None], w, axis=1)
        self.trust = np.ascontiguousarray(np.tile(population.initial_trust, (1, w)))
        self._trust_next = np.empty_like(self.trust)
        self._more = np.zeros_like(self.trust)
        self._heard, self._heard_before = np.zeros((n, w), np.uint8), np.zeros((n, w), np.uint8)
        self._alarmed = np.zeros((n, w), np.bool_)
        self._getting = hearing_kernel.Getting(
            own=np.zeros((w, c)),
            gain=np.zeros((c, 2 * w), np.float32),
            full=np.zeros((c, 2 * w), np.float32),
            kept=np.zeros((c, 2 * w), np.float32),
            told=np.zeros((c, 2 * w), np.float32),
            tells=np.zeros((w, c), np.bool_),
        )
        untold = np.append(1.0, np.cumprod(np.full(PEERS, 1.0 - p.network.telling)))
        self._chance_told = 1.0 - untold
        self._appeal = np.empty((w, c, o))
        self._people = people_of(population)
        self._costs, self._ties = self._costs_of_choice(), self._ties_of_choice()
        self._pull = np.zeros((w, c, o, 3))
        self._terms = Terms(
            good=np.empty((c, 2 * w), np.float32),
            bad=np.empty((c, 2 * w), np.float32),
            weight_heard=np.ones((c, 2 * w), np.float32),
            alert=np.zeros((w, c), np.bool_),
            hazard=self.hazard,
            plans=self.hazard.copy(),
            exposure=self.exposure,
            exposure_before=np.zeros_like(self.exposure),
            utility=self.utility,
            appeal=self._appeal,
            pull=self._pull,
            banned=self.banned,
            unlawful=self.unlawful,
            expelled=self.expelled,
            expels=np.zeros((w, c), np.bool_),
        )
        self.stock = np.zeros((w, c, o, 4), np.int64)
        self._endowment = np.zeros((w, c, 4), np.int64)
        self.first_trust = initial_trust_of_cells(scenario, cells)
        self.trust_means = np.repeat(self.first_trust[None], w, axis=0)
        self.counts = np.zeros((w, c, len(moves_kernel.COUNTS)), np.int64)
        self.answers, self.asked = np.zeros((w, c, len(survey_kernel.ANSWERS))), np.zeros((w, c, 2))
        blocks = len(population.blocks)
        self._outcome = Outcome(
            trust_sums=np.zeros((blocks, 2 * w), np.int64),
            moves=np.empty((n * w, 4), np.int32),
            move_count=np.zeros(blocks, np.int64),
        )
        self.flows = np.zeros((w, j, o, o, 4), np.int64)
        self._touched = np.empty((min(n * w, w * j * o * o), 4), np.int32)
        self._ledger = Ledger(population.weight, self.stock, self.counts, self.flows, self._touched)
        self._streams = 0
        shape = (survey_kernel.MEMORY, w, len(population.panel))
        self._panel = Panel(
            population.panel,
            np.zeros(shape, np.float32),
            np.zeros(shape, np.float32),
            self.answers,
            self.asked,
        )
        self._questions = Questions(
            go_back=p.adoption.return_utility,
            nest_scale=p.choice.nest_scale,
            price_sensitivity=self._price_sensitivity,
            negative_threshold=p.survey.negative_threshold,
            less_likely_threshold=p.survey.would_buy_threshold,
            premium=log(1.0 + p.survey.hypothetical_price),
        )

    def settle(self) -> None:
        """Let those choose who came before the first month, from what the worlds have laid out for them."""
        x, p = self._population, self._parameters
        choice.roots_of_utilities(self.utility.reshape(-1), p.choice.nest_scale, self._appeal.reshape(-1))
        for v in range(self.place.shape[1]):
            if v > 0 and all(np.array_equal(y[v], y[0]) for y in (self._appeal, self.exposure, self.banned)):
                self.place[:, v] = self.place[:, 0]
            else:
                first_places(
                    v,
                    x.cells.start,
                    x.place_order,
                    self._people,
                    self._terms,
                    self._state(),
                    p.choice.nest_scale,
                )
        self.readiness[self.place != ON_PREMISES] = np.inf  # whoever is in the cloud waits for nothing
        self._terms.exposure_before[:] = self.exposure
        self.stock[:] = self._take_stock()
        self._endowment[:] = self.stock.sum(axis=2)

    def _take_stock(self) -> np.ndarray:
        """Stocks counted afresh from where everybody is: int64 (W, C, O, 4)."""
        x = self._population
        stock: np.ndarray = moves_kernel.take_stock(self.place, x.cell, x.weight, len(x.cells), self._places)
        return stock

    def _costs_of_choice(self) -> Costs:
        p = self._parameters
        scale = p.choice.nest_scale
        return Costs(
            strength=p.trust.prior_strength,
            peer_weight=p.trust.peer_weight,
            nest_scale=scale,
            postpone=exp(p.adoption.postpone_utility / scale),
            go_back=exp(p.adoption.return_utility / scale),
            leave=np.array([exp(-x / scale) for x in self._switch_cost]),
            within=np.array([exp(-p.switching.within_share * x / scale) for x in self._switch_cost]),
            protect=np.array([exp(-p.switching.protect_share * x / scale) for x in self._switch_cost]),
            by_peers=np.array([exp(p.choice.network_effect * k / PEERS / scale) for k in range(PEERS + 1)]),
        )

    def _ties_of_choice(self) -> choice.Ties:
        p = self._parameters
        return choice.Ties(
            within_share=p.switching.within_share,
            protect_share=p.switching.protect_share,
            network_effect=p.choice.network_effect,
            go_back=p.adoption.return_utility,
            nest_scale=p.choice.nest_scale,
        )

    def _first_hazard(self, scenario: Scenario) -> np.ndarray:
        """Cumulative hazard that gives each cell its adoption of January 2013: (C,)."""
        adoption = np.array([j.adoption_2013.values for j in scenario.jurisdictions.values()]).ravel()
        share = np.minimum(adoption / self._ceiling, 0.999)
        return np.array([-log(1.0 - s) for s in share])

    def in_world(self, world: int) -> "CustomersOfWorld":
        """The customers as one world sees them."""
        return CustomersOfWorld(self, world)

    def grow_hazard(self, world: int, innovation: float, imitation: float) -> None:
        """A month of the Bass process of one world's cells."""
        bass = moves_kernel.Bass(self._pace, self._ceiling, innovation, imitation)
        cells, hazard, plans = self._population.cells, self.hazard[world], self._terms.plans[world]
        moves_kernel.grow_hazard(
            self.stock[world], self._endowment[world], cells.customers, bass, hazard, plans
        )

    def spread(self, world: int, word: hearing_kernel.Word) -> None:
        """The month's news of one world gets about among its customers, see `kernels.hearing`."""
        telling, terms = self._parameters.network.telling, self._terms
        hearing_kernel.spread(world, word, telling, self._getting, terms.weight_heard, terms.alert)

    def step(self, month: int) -> None:
        """One month of everybody: trust, readiness, choices.

        Then the moves are carried out and the panel is asked.
        """
        x, p = self._population, self._parameters
        self._enforce(month)
        out = self._outcome
        choice.roots_of_utilities(self.utility.reshape(-1), p.choice.nest_scale, self._appeal.reshape(-1))
        choice.pull_of_rivals(
            self.utility,
            self.banned,
            self._switch_cost,
            self._ties,
            self._appeal,
            self._pull,
        )
        kernel.side_by_side(self.evidence, self._terms.good, self._terms.bad)
        now = Now(self._seed, month)
        if self._terms.alert.any():
            self._hear(now)
        self.respond(now)
        self._terms.exposure_before[:] = self.exposure
        self.trust, self._trust_next = self._trust_next, self.trust
        books_kernel.trust_of_cells(
            out.trust_sums, x.blocks, x.cell, self._sizes, TRUST_UNITS, self.trust_means
        )
        state = self._state()
        self._streams = moves_kernel.carry_out(
            now, self._people, self.hazard, state, out, self._ledger, self._streams
        )
        survey_kernel.ask(month, self._panel, self._people, self._terms, state, self._questions)

    def _hear(self, now: Now) -> None:
        """Some hear the month's news, others are told of last month's."""
        self._heard, self._heard_before = self._heard_before, self._heard
        in_parts(
            hearing_kernel.hear,
            now,
            self._people,
            self._getting,
            self._chance_told,
            hearing_kernel.Ears(self._heard_before, self._heard, self._more),
        )

    def respond(self, now: Now) -> None:
        """Everybody's trust and choices, in as many threads as are in use.

        Fills the next trust and the outcome.
        """
        in_parts(
            kernel.customers_month,
            now,
            self._people,
            self._terms,
            self._costs,
            self._state(),
            self._outcome,
        )

    def _state(self) -> State:
        return State(
            self.place,
            self.readiness,
            self.trust,
            self._trust_next,
            self._more,
            self._heard,
            self._alarmed,
        )

    def _enforce(self, month: int) -> None:
        """A place that became unlawful is left at the next renewal, or when the grace period is over."""
        enforce(
            self.unlawful,
            self._unlawful_before[month % len(self._unlawful_before)],
            self.expelled,
            self._terms.expels,
        )

    @property
    def streams(self) -> np.ndarray:
        """The month's streams, all that is not nought in `flows`: (n, 4) (world, country, from, to)."""
        return self._touched[: self._streams]

    def check_conservation(self, world: int) -> None:
        """Accounts, data, spend and customers of every cell are what they were, to the last unit."""
        if not moves_kernel.balances(self.stock[world], self._endowment[world]):
            raise RuntimeError(
                "the books do not balance: accounts, data or customers appeared or vanished "
                "(an error in the model)"
            )

    def audit(self) -> None:
        """Count everybody afresh; the running books must agree."""
        if not np.array_equal(self._take_stock(), self.stock):
            raise RuntimeError("the books disagree with where the customers are (an error in the model)")


class CustomersOfWorld:
    """The customers as one world sees them: views of the world's part of the arrays of `Customers`.

    place (N, W) is that of all worlds, of which this one is column `world`; all else is by cell (C, ...).
    """

    def __init__(self, everybody: Customers, world: int) -> None:
        self._everybody, self.world = everybody, world
        self.population = everybody._population
        self.cells: Cells = self.population.cells
        self.place, self.flows = everybody.place, everybody.flows
        self.first_trust, self.trust_means = everybody.first_trust, everybody.trust_means[world]
        self.evidence, self.stock = everybody.evidence[world], everybody.stock[world]
        self.counts, self.answers, self.asked = (
            everybody.counts[world], everybody.answers[world], everybody.asked[world]
        )  # fmt: skip
        self.meets = Meets(
            everybody.utility[world],
            everybody.exposure[world],
            everybody.banned[world],
            everybody.unlawful[world],
        )

    @property
    def streams(self) -> np.ndarray:
        """The month's streams in all worlds, see `Customers.streams`."""
        return self._everybody.streams

    def grow_hazard(self, month: int, adoption: Adoption) -> None:
        """A month of the Bass process: more are ready to adopt."""
        faster = 1.0 + adoption.acceleration * (month / 12.0)
        self._everybody.grow_hazard(self.world, faster * adoption.innovation, faster * adoption.imitation)

    def spread(self, word: hearing_kernel.Word) -> None:
        """The month's news gets about."""
        self._everybody.spread(self.world, word)

    def check_conservation(self) -> None:
        """See `Customers.check_conservation`."""
        self._everybody.check_conservation(self.world)

    def frame(self, scenario: Scenario) -> "pd.DataFrame":
        """Every customer as it is now, one a row, in a table of its own.

        `accounts`, `tb`, `usd_month` and `customers` are what a row stands for, in January 2013; `trust_...`
        is by channel.
        """
        import pandas as pd

        x, everybody, w = self.population, self._everybody, self.world
        countries, segments = list(scenario.jurisdictions), list(scenario.segments)
        providers = [*(p for p in scenario.providers for _ in US_KINDS)]
        kind_of = [ON_PREMISES_NAME, HOME_GROWN_NAME, *(k for _ in scenario.providers for k in US_KINDS)]
        provider_of = [None, HOME_GROWN_NAME, *providers]
        place = everybody.place[:, w]
        columns = {
            "country": pd.Categorical.from_codes(x.cells.jurisdiction[x.cell], countries),
            "segment": pd.Categorical.from_codes(x.cells.segment[x.cell], segments),
            **{
                name: x.weight[:, q] / UNITS
                for q, name in enumerate(("accounts", "tb", "usd_month", "customers"))
            },
            "place": pd.Categorical(np.array(kind_of, object)[place], list(KINDS)),
            "provider": pd.Categorical(
                np.array(provider_of, object)[place], [*scenario.providers, HOME_GROWN_NAME]
            ),
            **{f"trust_{name}": everybody.trust[:, 2 * w + k] for k, name in enumerate(CHANNELS)},
            "sensitivity": x.sensitivity,
            "susceptibility": x.susceptibility,
            "threshold": x.threshold,
            "home_taste": x.home_taste,
            "contract_months": x.term,
            "renewal_phase": x.renewal,
            "readiness": everybody.readiness[:, w],
        }
        return pd.DataFrame(
            {name: np.asarray(v).copy() if isinstance(v, np.ndarray) else v for name, v in columns.items()}
        )


def initial_trust_of_cells(scenario: Scenario, cells: Cells) -> np.ndarray:
    """Mean trust of every cell before the first month, the same in both channels: float64 (C, 2)."""
    p = scenario.parameters.trust
    trust = np.array([j.initial_trust for j in scenario.jurisdictions.values()])
    level = np.minimum(np.maximum(p.initial_offset + p.initial_scale * trust, LEAST_TRUST), MOST_TRUST)
    return np.repeat(level[cells.jurisdiction][:, None], 2, axis=1)


def groups_of_blocks(blocks: np.ndarray) -> np.ndarray:
    """Blocks in runs of about as many customers each: int64 (G, 2). No result depends on it."""
    groups = max(GROUPS, int(blocks[-1, 1]) // GROUP)
    ends = np.searchsorted(blocks[:, 1], np.linspace(0, blocks[-1, 1], groups + 1)[1:]) + 1
    bounds = np.unique(np.concatenate(([0], np.minimum(ends, len(blocks)))))
    return np.stack([bounds[:-1], bounds[1:]], axis=1)


def people_of(population: Population) -> People:
    """What the kernel needs to know of everybody."""
    x = population
    return People(
        x.blocks,
        groups_of_blocks(x.blocks),
        x.cell,
        x.initial_trust,
        x.susceptibility,
        x.sensitivity,
        x.threshold,
        x.home_taste,
        x.renewal,
        x.term,
        x.law_order,
        x.peers.view(np.uint32),
        *renewal_calendar(x),
    )


def renewal_calendar(population: Population) -> tuple[np.ndarray, np.ndarray]:
    """Each block's customers by phase of renewal.

    (N,) int32, and where each phase begins, (B, longest term + 2) int64.
    """
    calendar = np.empty(len(population), np.int32)
    starts = np.empty((len(population.blocks), int(population.term.max()) + 2), np.int64)
    fill_calendar(population.blocks, population.renewal, calendar, starts)
    return calendar, starts

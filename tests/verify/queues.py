"""Mutual legal assistance alone, against queueing theory (M/M/1)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from scipy.sparse import diags
from scipy.sparse.linalg import expm_multiply

from sim.model.agents.investigators import Casework, DataHeld, RuleOfMonth
from sim.model.docket import Counts, Docket, Waits, docket_from
from sim.model.kernels import case_records
from sim.model.kernels import investigations as kernel
from sim.model.kernels import requests as drawing
from sim.model.law.routing import order_rules
from sim.model.law.timeline import LawInForce
from sim.model.parts import terms_of_agreements
from sim.model.population import Population, build_population
from sim.scenario.scenario import Scenario
from sim.vocabulary import DIRECTIONS, INSTRUMENTS, MLA_PRACTICES
from tests.model.small_worlds import asked
from tests.verify.comparison import INTERVAL, Check, Comparison, Curve, Panel, worst_standard_error

PER_MONTH = 900.0
MONTHS = 2500
GERMANY = 1  # the authority that is asked in the steady state
US_TO_FOREIGN = DIRECTIONS.index("us_to_foreign")
INSTANT = {
    "mla_asked": {"all": 1.0},
    "mla_base_months": 0.0,
    "mla_granted": dict.fromkeys(MLA_PRACTICES, 1.0),
    "mla_hiring": 0.0,
}


@dataclass(frozen=True)
class Stream:
    """US requests for on-premises data, which only legal assistance reaches."""

    scenario: Scenario
    population: Population
    docket: Docket


def stream_of(countries: list[int], per_month: float, months: int, seed: int) -> Stream:
    """Requests about a customer of each of some countries, so many a month to each."""
    scenario = asked().scenarios["doj_wins"]
    investigators = scenario.parameters.investigators.model_copy(update=INSTANT)
    scenario = replace(
        scenario,
        months=months,
        parameters=scenario.parameters.model_copy(update={"investigators": investigators}),
    )
    population = build_population(scenario, seed)
    segments = len(scenario.segments)
    mean = per_month * months * len(countries)
    room = int(mean + 10.0 * np.sqrt(mean))
    rows, when, accounts = np.empty((room, 5), np.int64), np.empty(room), np.ones(len(population))
    n = 0
    for j in countries:
        kind = drawing.Kind(
            agent=1000 + j,
            police=0,
            evading=0.0,
            first_cell=j * segments,
            rate=np.full(months, per_month),
            cumulative=np.array([1.0]),
        )
        n = drawing.draw_targets(seed, kind, population.cells.start, accounts, rows, when, n)
    assert n < room
    order = np.argsort(when[:n], kind="stable")
    nothing = np.zeros((months, len(scenario.jurisdictions)), np.int64)
    counts = Counts(np.zeros(months, np.int64), nothing, nothing, months, months)
    starts = np.searchsorted(when[order], np.arange(months + 1))
    docket = docket_from(rows[order], starts, counts, population, seed)
    return Stream(scenario, population, docket)


@dataclass(frozen=True)
class Served:
    """What became of a stream: by month."""

    requests: np.ndarray  # int64 (M,) made
    months: np.ndarray  # float64 (M,) that those made in the month take, in all
    backlog: np.ndarray  # int64 (M, J) that wait or are at work at the end of the month

    @property
    def mean_months(self) -> float:
        return unrounded(self.months.sum() / self.requests.sum())


def unrounded(mean: float) -> float:
    """The mean of exponential times of which the whole 1/1024 months were summed.

    Of an exponential time with mean m that leaves 1 / (e^(1/m) - 1).
    """
    return float(1.0 / np.log1p(1.0 / (mean * case_records.MONTH_UNITS)) / case_records.MONTH_UNITS)


def serve(stream: Stream, capacity: float) -> Served:
    """Let every authority, of one capacity, answer the stream: no papers, all granted, nobody hired."""
    casework = Casework(stream.scenario, stream.docket, Waits(stream.docket, 5))
    casework.queues.clerks[0, :, 0] = casework.queues.least[0] = capacity
    jurisdictions, months = len(stream.scenario.jurisdictions), stream.scenario.months
    orders = order_rules(stream.scenario.law, stream.scenario.regimes)["doj_wins"]
    agreements, terms = terms_of_agreements(stream.scenario, LawInForce("doj_wins", None, frozenset()))
    rule = RuleOfMonth(
        orders=orders,
        honoured=np.ones(len(stream.scenario.providers) + 1),
        agreements=agreements,
        terms=terms,
        laws=np.zeros((jurisdictions, len(INSTRUMENTS))),
        data_law=np.zeros(jurisdictions),
    )
    on_premises = np.zeros((len(stream.population), 1), np.int8)
    belief = np.zeros(len(stream.population.cells))
    hosts = np.repeat(np.arange(jurisdictions, dtype=np.int32)[:, None], 22, axis=1)
    requests, taken = np.zeros(months, np.int64), np.zeros(months)
    backlog = np.empty((months, jurisdictions), np.int64)
    for m in range(months):
        casework.work(m, DataHeld(0, on_premises, hosts, belief), rule, 0.0)
        through = casework.month[US_TO_FOREIGN, :, kernel.MLA]
        assert through[:, 0].sum() == through[:, 1].sum() == casework.month[..., 0].sum()
        requests[m], taken[m] = through[:, 0].sum(), through[:, 3].sum() / case_records.MONTH_UNITS
        backlog[m] = casework.queues.backlog[0]
    assert requests.sum() == len(stream.docket.rows)
    return Served(requests, taken, backlog)


@cache
def long_stream() -> Stream:
    """Very many requests to one authority."""
    return stream_of([GERMANY], PER_MONTH, MONTHS, 5)


# --- the steady state -------------------------------------------------------------------------------

UTILISATIONS = (0.3, 0.5, 0.7, 0.8, 0.9)
BATCHES = 50  # of months, whose means are all but independent: a queue forgets within a few months


def steady_state(utilisations: Sequence[float] = UTILISATIONS) -> Comparison:
    """Time and number in the queue, over utilisation."""
    u = np.array(utilisations)
    times, waiting, of_times, of_waiting = (np.empty(len(u)) for _ in range(4))
    for k, utilisation in enumerate(utilisations):
        served = serve(long_stream(), PER_MONTH / utilisation)
        times[k], waiting[k] = served.mean_months, served.backlog[:, GERMANY].mean()
        by_batch = [
            unrounded(taken.sum() / made.sum())
            for taken, made in zip(
                np.split(served.months, BATCHES), np.split(served.requests, BATCHES), strict=True
            )
        ]
        of_times[k] = np.std(by_batch, ddof=1) / np.sqrt(BATCHES)
        number = [part.mean() for part in np.split(served.backlog[:, GERMANY], BATCHES)]
        of_waiting[k] = np.std(number, ddof=1) / np.sqrt(BATCHES)
    fine = np.linspace(0.2, 0.92, 73)
    return Comparison(
        "queue-steady",
        "A queue of legal assistance in its steady state",
        "M/M/1 (Kleinrock 1975, section 3.2): mean time 1 / (capacity - arrivals), mean number u / (1 - u).",
        f"One authority answers {PER_MONTH:.0f} requests a month for {MONTHS:,} months, through the agents "
        "and the compiled queue of the model. Intervals from means of 50 months.",
        [
            Panel(
                "Mean time in the queue",
                "utilisation",
                "days",
                [
                    Curve(
                        "time",
                        (fine, 30.4 / (PER_MONTH / fine - PER_MONTH)),
                        (u, 30.4 * times),
                        30.4 * INTERVAL * of_times,
                    )
                ],
            ),
            Panel(
                "Mean number in the queue",
                "utilisation",
                "requests",
                [Curve("number", (fine, fine / (1.0 - fine)), (u, waiting), INTERVAL * of_waiting)],
            ),
        ],
        [
            worst_standard_error("mean time", times, 1.0 / (PER_MONTH / u - PER_MONTH), of_times),
            worst_standard_error("mean number", waiting, u / (1.0 - u), of_waiting),
        ],
    )


# --- from an empty queue ----------------------------------------------------------------------------

SLOW = 2.0  # requests a month, so that a queue takes months to fill
FILLING = (0.7, 0.9, 1.2)
FIRST_MONTHS = 60
SEEDS = 60


def mean_number(arrivals: float, capacity: float, months: int) -> np.ndarray:
    """Mean number in an M/M/1 queue that begins empty, at the end of each month: float64 (M,).

    From the equations of its states (Kleinrock 1975, section 2.4), cut off where nobody gets to.
    """
    states = int(arrivals * months + 12.0 * np.sqrt(arrivals * months) + 50)
    leaving = np.full(states, arrivals + capacity)
    leaving[0], leaving[-1] = arrivals, capacity
    rates = diags(
        [np.full(states - 1, arrivals), -leaving, np.full(states - 1, capacity)], [-1, 0, 1], format="csc"
    )
    empty = np.zeros(states)
    empty[0] = 1.0
    chance = expm_multiply(rates, empty, start=0.0, stop=float(months), num=months + 1, endpoint=True)
    return np.asarray(chance @ np.arange(states))[1:]


def filling(seeds: int = SEEDS) -> Comparison:
    """The mean number in queues that begin empty."""
    months = np.arange(1, FIRST_MONTHS + 1)
    curves, checks = [], []
    countries = list(range(1, len(asked().scenarios["doj_wins"].jurisdictions)))
    streams = [stream_of(countries, SLOW, FIRST_MONTHS, 100 + seed) for seed in range(seeds)]
    for u in FILLING:
        backlog = np.concatenate([serve(stream, SLOW / u).backlog[:, 1:] for stream in streams], axis=1)
        mean, error = backlog.mean(axis=1), backlog.std(axis=1, ddof=1) / np.sqrt(backlog.shape[1])
        theory = mean_number(SLOW, SLOW / u, FIRST_MONTHS)
        some = np.arange(2, FIRST_MONTHS, 3)
        name = f"utilisation {u}"
        curves.append(Curve(name, (months, theory), (months[some], mean[some]), INTERVAL * error[some]))
        checks.append(worst_standard_error(name, mean, theory, error))
    return Comparison(
        "queue-filling",
        "A queue of legal assistance that begins empty",
        "The transient of M/M/1, from the equations of its states (Kleinrock 1975, section 2.4); beyond a "
        "utilisation of 1 the queue grows for ever.",
        f"{seeds * len(countries):,} authorities ({len(countries)} countries, {seeds} seeds) answer "
        f"{SLOW:.0f} requests a month each, from none on.",
        [Panel("Mean number in the queue", "months since the start", "requests", curves)],
        checks,
    )


def overloaded() -> Check:
    """At half the capacity needed, half of what arrives stays."""
    backlog = serve(long_stream(), PER_MONTH / 2.0).backlog[:, GERMANY]
    expected = PER_MONTH / 2.0 * MONTHS
    off = abs(float(backlog[-1]) / expected - 1.0)
    return Check("backlog at half the capacity", off, 0.02, "of what is left", "luck")

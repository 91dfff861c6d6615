"""Mutual legal assistance alone, against queueing theory (M/M/1)."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from sim.model.agents.investigators import Casework, RuleOfMonth
from sim.model.docket import Counts, Docket, Waits, docket_from
from sim.model.kernels import assistance, case_records
from sim.model.kernels import investigations as kernel
from sim.model.kernels import requests as drawing
from sim.model.law.routing import order_rules
from sim.model.population import UNITS, Population, build_population
from sim.scenario.scenario import Scenario
from sim.vocabulary import DIRECTIONS, INSTRUMENTS, MLA_PRACTICES
from tests.model.called import called
from tests.model.small_worlds import asked, world_set

PER_MONTH = 900.0
MONTHS = 2500
GERMANY, GERMAN = 1, 5  # the authority that is asked; the cell of the target
US_TO_FOREIGN = DIRECTIONS.index("us_to_foreign")
INSTANT = {
    "mla_base_months": 0.0,
    "mla_granted": dict.fromkeys(MLA_PRACTICES, 1.0),
    "mla_hiring": 0.0,
}


@dataclass(frozen=True)
class Stream:
    """Very many US requests for on-premises data of one German customer, which only MLA reaches."""

    scenario: Scenario
    population: Population
    docket: Docket


@pytest.fixture(scope="module")
def stream() -> Stream:
    scenario = asked().scenarios["doj_wins"]
    investigators = scenario.parameters.investigators.model_copy(update=INSTANT)
    scenario = replace(
        scenario,
        months=MONTHS,
        parameters=scenario.parameters.model_copy(update={"investigators": investigators}),
    )
    population = build_population(scenario, 5)
    room = int(PER_MONTH * MONTHS * 1.02)
    rows, when, accounts = np.empty((room, 5), np.int64), np.empty(room), np.ones(len(population))
    kind = drawing.Kind(
        agent=1,
        police=0,
        evading=0.0,
        first_cell=GERMAN,
        rate=np.full(MONTHS, PER_MONTH),
        cumulative=np.array([1.0]),
    )
    n = drawing.draw_targets(5, kind, population.cells.start, accounts, rows, when, 0)
    assert n < room
    assert n == pytest.approx(PER_MONTH * MONTHS, rel=0.005)
    order = np.argsort(when[:n], kind="stable")
    nothing = np.zeros((MONTHS, len(scenario.jurisdictions)), np.int64)
    counts = Counts(np.zeros(MONTHS, np.int64), nothing, nothing, MONTHS, MONTHS)
    starts = np.searchsorted(when[order], np.arange(MONTHS + 1))
    docket = docket_from(rows[order], starts, counts, population, 5)
    return Stream(scenario, population, docket)


@dataclass(frozen=True)
class Served:
    mean_months: float
    backlog: np.ndarray  # at the end of each month


def serve(stream: Stream, capacity: float) -> Served:
    """Let one authority of a capacity answer the stream: no papers beside the queue, everything granted."""
    casework = Casework(stream.scenario, stream.docket, Waits(stream.docket, 5))
    casework.queues.clerks[0, GERMANY, 0] = casework.queues.least[0, GERMANY] = capacity
    nothing = np.zeros(len(stream.scenario.jurisdictions))
    laws = np.zeros((len(nothing), len(INSTRUMENTS)))
    orders = order_rules(stream.scenario.law, stream.scenario.regimes)["doj_wins"]
    everybody = np.ones(len(stream.scenario.providers) + 1)
    rule = RuleOfMonth(
        orders=orders, honoured=everybody, agreements=False, laws=laws, data_law=np.zeros(len(nothing))
    )
    on_premises = np.zeros((len(stream.population), 1), np.int8)
    belief = np.zeros(len(stream.population.cells))
    hosts = np.repeat(np.arange(len(nothing), dtype=np.int32)[:, None], 22, axis=1)
    requests, months = 0, 0
    backlog = np.empty(MONTHS)
    for m in range(MONTHS):
        casework.work(m, 0, on_premises, hosts, belief, rule, 0.0)
        through = casework.month[US_TO_FOREIGN, GERMANY, kernel.MLA]
        assert through[0] == through[1] == casework.month[..., 0].sum()
        requests += through[0]
        months += through[3]
        backlog[m] = casework.queues.backlog[0, GERMANY]
    assert requests == len(stream.docket.rows)
    return Served(months / case_records.MONTH_UNITS / requests, backlog)


@pytest.mark.parametrize(("utilisation", "within"), [(0.3, 0.01), (0.7, 0.02), (0.9, 0.04)])
def test_time_in_an_mla_queue_is_that_of_an_m_m_1_queue(
    stream: Stream, utilisation: float, within: float
) -> None:
    """Mean time 1 / (capacity - arrivals), mean number u / (1 - u) (Kleinrock 1975, sec. 3.2)."""
    capacity = PER_MONTH / utilisation
    served = serve(stream, capacity)
    # Times are summed in whole 1/1024 months; of an exponential time with mean m that leaves 1 / (e^(1/m) -
    # 1).
    mean = 1.0 / np.log1p(1.0 / (served.mean_months * case_records.MONTH_UNITS)) / case_records.MONTH_UNITS
    assert mean == pytest.approx(1.0 / (capacity - PER_MONTH), rel=within)
    waiting = utilisation / (1.0 - utilisation)
    spread = np.sqrt(waiting * (1.0 + waiting) / MONTHS)  # geometric; months apart, nearly independent
    assert abs(served.backlog.mean() - waiting) < 4.0 * spread


def test_an_overloaded_authority_falls_behind_by_what_it_lacks(stream: Stream) -> None:
    """At half the capacity needed, half of what arrives stays."""
    served = serve(stream, PER_MONTH / 2.0)
    assert served.backlog[-1] == pytest.approx(PER_MONTH / 2.0 * MONTHS, rel=0.02)
    assert np.all(served.backlog >= 0)


def test_counts_of_requests_are_poisson() -> None:
    for mean in (0.2, 3.0, 16.0, 70.0):
        counts = np.array([drawing.poisson(9, 1, month, mean) for month in range(4000)])
        assert counts.mean() == pytest.approx(mean, abs=4.0 * np.sqrt(mean / 4000))
        assert counts.var() == pytest.approx(mean, rel=0.15)


def test_capacity_is_the_load_of_data_that_lies_there_over_utilisation() -> None:
    """Each authority starts with the capacity of the assumed utilisation, or the smallest one."""
    for utilisation in (0.3, 0.95):
        ws = world_set(
            asked(f"investigators.mla_utilisation={utilisation}", last="2014-12"), worlds=["doj_wins"]
        )
        queues = ws.models[0].casework.queues
        assert np.all(queues.least >= 1.0)
        large = queues.least > 1.0
        assert large.sum() > 20
        assert np.allclose(queues.load[large] / queues.least[large], utilisation)


def test_an_authority_is_sized_by_the_data_that_lies_there_not_by_who_lives_there() -> None:
    """Ireland hosts regions of US providers: far more is asked for there than its people bring."""
    scenario = (ws := world_set(asked(last="2014-12"), worlds=["doj_wins"])).models[0].scenario
    load = ws.models[0].casework.queues.load[0]
    people = np.array([j.online_people_2013 for j in scenario.jurisdictions.values()])
    ireland = list(scenario.jurisdictions).index("IE")
    assert load[ireland] / load[1:].sum() > 4.0 * people[ireland] / people[1:].sum()


def test_governments_hire_for_a_lasting_load_and_never_dismiss() -> None:
    ws = world_set(asked(last="2014-12"), worlds=["doj_wins"])
    queues = ws.models[0].casework.queues
    rate, u = queues.clerks[0, :, 0], queues.utilisation
    before = rate.copy()
    for _ in range(60):
        queues.new[0, 1] = int(3.0 * before[1])
        called(assistance.open_queues)(queues)
    assert rate[1] == pytest.approx(int(3.0 * before[1]) / u, rel=0.15)
    assert np.array_equal(rate[2:], before[2:])
    assert 1.0 - (1.0 - queues.hiring) ** 12 == pytest.approx(0.37)


def test_governments_that_never_hire_keep_their_capacity() -> None:
    ws = world_set(asked("investigators.mla_hiring=0", last="2014-12"), worlds=["doj_wins"])
    queues = ws.models[0].casework.queues
    before = queues.clerks.copy()
    queues.new[:] = 1000
    called(assistance.open_queues)(queues)
    assert np.array_equal(queues.clerks, before)


def test_requests_are_real_world_counts_whatever_the_population() -> None:
    """Twice the simulated customers give the same number of requests, aimed by accounts."""
    totals = []
    for customers in (2000, 6000):
        ws = world_set(asked(customers=customers), worlds=["doj_wins"])
        totals.append(len(ws.docket.rows) + int(ws.docket.plain.sum()))
        accounts = ws.population.weight[:, 0] / UNITS
        mean_aimed = accounts[ws.docket.rows[:, 0]].mean()
        assert mean_aimed > accounts.mean()  # the large are asked for more often
    assert totals[0] == pytest.approx(totals[1], rel=0.01)
    assert totals[0] > 25_000 * 13

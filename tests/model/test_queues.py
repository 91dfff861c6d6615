"""Mutual legal assistance alone, against queueing theory; how capacity follows the load."""

import numpy as np
import pytest

from sim.model.kernels import assistance
from sim.model.kernels.codes import INCOMING, OUTGOING
from sim.model.population import UNITS
from tests.model.called import called
from tests.model.small_worlds import asked, world_set
from tests.verify import counts, queues


def test_time_and_number_in_a_queue_of_legal_assistance_are_those_of_an_m_m_1_queue() -> None:
    for check in queues.steady_state((0.3, 0.9)).checks:
        assert check.holds, check.words


def test_a_queue_that_begins_empty_fills_as_theory_says() -> None:
    for check in queues.filling(seeds=4).checks:
        assert check.holds, check.words


def test_an_overloaded_authority_falls_behind_by_what_it_lacks() -> None:
    check = queues.overloaded()
    assert check.holds, check.words


def test_counts_of_requests_are_poisson() -> None:
    for check in counts.comparison().checks:
        assert check.holds, check.words


def test_capacity_is_the_load_over_utilisation_or_the_smallest() -> None:
    for utilisation in (0.3, 0.95):
        ws = world_set(
            asked(
                f"investigators.mla_utilisation={utilisation}", "investigators.mla_asked=1", last="2014-12"
            ),
            worlds=["doj_wins"],
        )
        p, queues = ws.models[0].scenario.parameters.investigators, ws.models[0].casework.queues
        for side, smallest in ((OUTGOING, p.mla_capacity_abroad), (INCOMING, p.mla_minimum_capacity)):
            needed = queues.load[side] / utilisation
            assert np.allclose(queues.least[side], np.maximum(needed, smallest))
        assert (queues.least[INCOMING] > p.mla_minimum_capacity).sum() > 20


def test_an_authority_is_sized_by_what_goes_to_it_not_by_what_us_providers_answer() -> None:
    """As many come in 2013 as it expects: nearly all of what foreign police need, and little of the US."""
    ws = world_set(asked(last="2014-12"), worlds=["doj_wins"])
    model = ws.models[0]
    queues, expected = model.casework.queues, model.casework.queues.load.sum(axis=1) * 12.0
    for _ in range(10):  # until the first warrant is contested
        ws.step()
    arrived = queues.arrived.sum(axis=1) * 12.0 / 10.0
    assert arrived[INCOMING] == pytest.approx(expected[INCOMING], rel=0.12)  # they grow within the year
    assert arrived[OUTGOING] == pytest.approx(expected[OUTGOING], rel=0.35)
    abroad = model.books.table("world")["people_abroad_requests"][:10].mean() * 12.0
    assert expected[OUTGOING] < 0.1 * abroad


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

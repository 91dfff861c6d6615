"""One queue of legal assistance, and the requests that come to it, worked out by hand."""

import math
from typing import Any

import numpy as np
import pytest
from numba import njit
from scipy.stats import poisson

from sim.model.kernels import assistance
from sim.model.kernels import requests as kernel
from sim.model.kernels.codes import UNITS
from sim.model.kernels.philox import draw4
from sim.model.luck import purposes
from tests.model.called import called

SEED, AGENT = 7, 20


@njit
def _enter(queues: Any, arrival: float, work: float) -> float:
    return assistance.enter_queue(  # type: ignore[no-any-return]
        0, 1, arrival, work, queues.clerks, queues.arrived, queues.new, queues.finish
    )


@njit
def _close(month: int, queues: Any) -> None:
    assistance.close_queues(month, queues)


def queues(months: int = 6) -> assistance.Queues:
    """Two countries; the authority of the second does four requests a month."""
    clerks = np.zeros((2, 2, 2))
    clerks[:, :, assistance.RATE] = 4.0
    shape = (2, 2)
    return assistance.Queues(
        hiring=0.25,
        utilisation=0.5,
        clerks=clerks,
        least=np.full(shape, 4.0),
        staff=np.ones(shape),
        load=np.full(shape, 2.0),
        arrived=np.zeros(shape, np.int64),
        new=np.zeros(shape, np.int64),
        done=np.zeros(shape, np.int64),
        finish=np.zeros((months, *shape), np.int64),
        backlog=np.zeros(shape, np.int64),
    )


def test_who_comes_first_is_served_first_and_who_comes_to_a_free_clerk_at_once() -> None:
    q = queues()
    assert _enter(q, 0.5, 2.0) == pytest.approx(1.0)  # two units of work at four a month
    assert _enter(q, 0.6, 4.0) == pytest.approx(2.0)  # waits for the first
    assert _enter(q, 3.0, 1.0) == pytest.approx(3.25)  # the clerk has been free
    assert _enter(q, 3.1, 40.0) == pytest.approx(13.25)  # beyond the horizon
    assert q.arrived.tolist() == [[0, 4], [0, 0]] and q.new.tolist() == [[0, 4], [0, 0]]
    assert q.finish[:, 0, 1].tolist() == [0, 1, 1, 1, 0, 0]
    assert q.finish.sum() == 3
    backlogs = []
    for month in range(6):
        _close(month, q)
        backlogs.append(int(q.backlog[0, 1]))
    assert backlogs == [4, 3, 2, 1, 1, 1]
    assert q.done.tolist() == [[0, 3], [0, 0]]


def test_capacity_follows_a_lasting_load_and_never_falls_below_what_it_was() -> None:
    q = queues()
    q.new[0, 1], q.backlog[0, 1], q.staff[0, 1], q.staff[1, 1] = 8, 24, 1.5, 0.5
    called(assistance.open_queues)(q)
    load = 2.0 + 0.25 * (8 + 24 / 12.0 - 2.0)
    assert q.load[0, 1] == pytest.approx(load)
    assert q.clerks[0, 1, assistance.RATE] == pytest.approx(1.5 * load / 0.5)
    assert q.load[1, 0] == pytest.approx(2.0 - 0.25 * 2.0)
    assert q.clerks[1, :, assistance.RATE].tolist() == [4.0, 0.5 * 4.0]
    assert not q.new.any()


@pytest.mark.parametrize("mean", [0.0, 0.3, 4.0, 16.0, 35.0])
def test_a_count_is_the_quantile_of_its_draw_in_pieces_of_sixteen(mean: float) -> None:
    pieces = [16.0] * int(mean // 16.0) + [mean % 16.0] * (mean % 16.0 > 0.0)
    for month in range(40):
        draws = [draw4(SEED, AGENT, month, purposes.REQUESTS, piece)[0] for piece in range(len(pieces))]
        expected = sum(int(poisson.ppf(u, part)) for u, part in zip(draws, pieces, strict=True))
        assert kernel.poisson(SEED, AGENT, month, mean) == expected


def test_requests_are_aimed_at_accounts_and_come_at_their_times() -> None:
    """Two cells of two and three customers, the second asked for twice as often; a third of them evade."""
    start = np.array([0, 2, 5])
    weight = np.array([[1], [3], [2], [2], [4]], np.int64) * UNITS
    everybody = np.ones(5, np.bool_)
    sums = kernel.running_accounts(start, weight, everybody)
    assert sums.tolist() == [1.0, 4.0, 2.0, 4.0, 8.0]
    kind = kernel.Kind(AGENT, 6, 0.33, 0, np.array([3.0, 5.0]), np.array([1.0, 3.0]))
    rows, when = np.zeros((60, 5), np.int64), np.zeros(60)
    n = kernel.draw_targets(SEED, kind, start, sums, rows, when, 4)
    counts = [kernel.poisson(SEED, AGENT, m, mean) for m, mean in enumerate((3.0, 5.0))]
    assert n == 4 + sum(counts)
    at = 4
    for m, count in enumerate(counts):
        for k in range(count):
            u = draw4(SEED, AGENT, m, purposes.TARGET, k)
            cell = 0 if 3.0 * u[0] <= 1.0 else 1
            first, last = start[cell], start[cell + 1]
            customer = first + np.searchsorted(sums[first:last], u[1] * sums[last - 1])
            assert rows[at].tolist() == [customer, 6, k, int(u[2] < 0.33), AGENT]
            assert when[at] == m + draw4(SEED, AGENT, m, purposes.CIRCUMSTANCE, k)[0]
            at += 1
    assert not rows[:4].any() and not rows[n:].any()
    assert kernel.draw_targets(SEED, kind, start, sums, rows[:5], when, 4) == 5  # no more than there is room


def test_requests_to_us_providers_are_aimed_at_what_they_hold() -> None:
    """Three cells: of the first they hold two customers' data, of the second nobody's, of the third all."""
    start = np.array([0, 3, 5, 6])
    weight = np.array([[1], [3], [1], [2], [2], [4]], np.int64) * UNITS
    held = np.array([True, False, True, False, False, True])
    sums = kernel.running_accounts(start, weight, held)
    assert sums.tolist() == [1.0, 1.0, 2.0, 0.0, 0.0, 4.0]
    drawn = np.array([[1, 6, k, 0, AGENT] for k in range(40)] + [[3, 6, 0, 0, AGENT], [5, 6, 0, 0, AGENT]])
    drawn = np.vstack([drawn, [[1, 6, 0, 0, kernel.ABOUT_AMERICANS_AGENT]]]).astype(np.int32)
    cell = np.array([0] * 40 + [1, 2, 0], np.int32)
    rows = drawn.copy()
    kernel.aim(SEED, np.array([0, len(rows)]), cell, start, sums, rows)
    luck = [draw4(SEED, AGENT, 0, purposes.TARGET, k)[1] for k in range(40)]
    assert rows[:40, kernel.CUSTOMER].tolist() == [0 if 2.0 * u <= 1.0 else 2 for u in luck]
    assert rows[40:, kernel.CUSTOMER].tolist() == [3, 5, 1]
    assert np.array_equal(rows[:, 1:], drawn[:, 1:])


def test_targets_of_later_cells_are_theirs() -> None:
    start, weight = np.array([0, 2, 5]), np.full((5, 1), UNITS, np.int64)
    kind = kernel.Kind(AGENT, 6, 0.0, 1, np.array([8.0]), np.array([1.0]))
    rows = np.zeros((40, 5), np.int64)
    sums = kernel.running_accounts(start, weight, np.ones(5, np.bool_))
    n = kernel.draw_targets(SEED, kind, start, sums, rows, np.zeros(40), 0)
    assert n > 3 and set(rows[:n, 0].tolist()) <= {2, 3, 4}


def test_the_luck_of_a_request_is_drawn_by_who_asks_when_and_its_number() -> None:
    rows = np.array([[0, 0, 0, 0, 20], [1, 0, 1, 1, 20], [2, 3, 0, 0, 21]], np.int32)
    chance, waits = np.zeros((3, kernel.CHANCES), np.uint32), np.zeros((3, 3), np.uint32)
    kernel.draw_luck(SEED, np.array([0, 2, 3]), rows, chance, waits)
    for r, (month, number, agent) in enumerate([(0, 0, 20), (0, 1, 20), (1, 0, 21)]):

        def words(purpose: int, of: tuple[int, int, int] = (agent, month, number)) -> list[int]:
            return [int(u * 2.0**32) for u in draw4(SEED, of[0], of[1], purpose, of[2])]

        wait, granted, clerk, papers = words(purposes.OUTCOME)
        expected = [*words(purposes.CIRCUMSTANCE), granted, *words(purposes.PUBLICITY)]
        expected += words(purposes.LEGAL_CIRCUMSTANCE)[:2]
        expected += words(purposes.EVASION) if rows[r, kernel.EVADES] else [0, 0, 0, 0]
        assert chance[r].tolist() == expected
        assert waits[r].tolist() == [wait, clerk, papers]


def test_waits_are_exponential_of_unit_mean() -> None:
    out = np.zeros(3)
    kernel.waits_of(np.array([0, 2**31, 2**32 - 1], np.uint32), out)
    assert out == pytest.approx([-math.log(0.5 / 2**32), -math.log(0.5 + 0.5 / 2**32), 0.5 / 2**32], rel=1e-6)


def test_requests_for_other_data_are_rounded_by_luck() -> None:
    mean = np.array([[2.4, 0.2], [2.4, 0.2]])
    requests, answered = np.zeros((2, 2), np.int64), np.zeros((2, 2), np.int64)
    kernel.draw_non_content(SEED, 100, mean, 0.6, requests, answered)
    for m in range(2):
        for j in range(2):
            u, v, *_ = draw4(SEED, 100 + j, m, purposes.REQUESTS, 0)
            assert requests[m, j] == int(mean[m, j] + u)
            assert answered[m, j] == int(requests[m, j] * 0.6 + v)

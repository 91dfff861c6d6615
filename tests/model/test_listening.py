"""News that gets about in a cell or two, and what a dozen customers make of it, worked out by hand."""

from typing import Any

import numpy as np
import pytest
from numba import njit

from sim.model.kernels import hearing, news, trust
from sim.model.kernels.codes import ATTENTION, BAD, GOOD, INTELLIGENCE, LAW_ENFORCEMENT, PEERS, RESIDUE, US
from sim.model.kernels.customer_arrays import Costs, Now, People, State, Terms
from sim.model.kernels.philox import draw4
from sim.model.luck import purposes
from tests.model.called import called

N, CELLS = 12, 2
BLOCKS = np.array([[0, 5], [5, 8], [8, 12]])  # the first two are of cell 0
CELL = np.array([0] * 8 + [1] * 4, np.int32)
ABROAD = US + 1


def people() -> People:
    rng = np.random.default_rng(4)
    nothing = np.zeros(N, np.float32)
    return People(
        blocks=BLOCKS,
        groups=np.array([[0, 2], [2, 3]]),
        cell=CELL,
        initial_trust=rng.uniform(0.2, 0.9, (N, 2)).astype(np.float32),
        susceptibility=rng.uniform(0.5, 2.0, N).astype(np.float32),
        sensitivity=nothing,
        threshold=nothing,
        home_taste=nothing,
        renewal=np.zeros(N, np.int16),
        term=np.ones(N, np.int16),
        law_order=nothing,
        peers=rng.integers(0, N, (N, PEERS)).astype(np.uint32),
        calendar=np.zeros(N, np.int32),
        calendar_start=np.zeros((3, 3), np.int64),
    )


def _state(worlds: int) -> State:
    rng = np.random.default_rng(5)
    start = rng.uniform(0.1, 0.9, (N, 2 * worlds)).astype(np.float32)
    more = rng.uniform(-1.0, 2.0, (N, 2 * worlds)).astype(np.float32)
    empty = np.zeros((N, worlds))
    return State(
        empty.astype(np.int8),
        empty.astype(np.float32),
        start,
        np.zeros_like(start),
        more,
        empty.astype(np.uint8),
        empty.astype(np.bool_),
    )


@njit
def _listen(first: int, last: int, who: Any, terms: Any, costs: Any, state: Any, sums: Any) -> None:
    trust.listen((first, last), who, terms, costs, state, sums)


@pytest.mark.parametrize("worlds", [1, 2, 3])
def test_trust_is_ones_own_view_and_that_of_six_peers_last_month(worlds: int) -> None:
    rng, who, state = np.random.default_rng(6), people(), _state(worlds)
    good, bad, heard = (rng.uniform(0.0, 8.0, (CELLS, 2 * worlds)).astype(np.float32) for _ in range(3))
    one, flag = np.zeros((worlds, CELLS)), np.zeros((worlds, CELLS), np.bool_)
    room = np.zeros((worlds, CELLS, 1))
    share = room.astype(np.float32)
    exposure = np.zeros((worlds, CELLS, 3, 7))
    pull = np.zeros((worlds, CELLS, 1, 3))
    terms = Terms(
        good,
        bad,
        heard / 8.0,
        flag,
        one,
        one,
        exposure,
        exposure,
        room,
        room,
        pull,
        share,
        share,
        share,
        flag,
    )
    cells = np.zeros(CELLS)
    costs = Costs(5.0, 0.3, 1.0, 1.0, 1.0, cells, cells, cells, np.zeros(7))
    before, sums = state.trust.copy(), np.zeros((3, 2 * worlds), np.int64)
    _listen(0, 2, who, terms, costs, state, sums)
    assert not state.trust_next[8:].any() and not sums[2].any()  # the other group is another's
    _listen(2, 3, who, terms, costs, state, sums)
    more = 1.0 + (heard[CELL] / 8.0) * state.more
    view = (5.0 * np.tile(who.initial_trust, (1, worlds)) + more * good[CELL]) / (
        5.0 + more * good[CELL] + who.susceptibility[:, None] * more * bad[CELL]
    )
    expected = 0.7 * view + 0.3 * before[who.peers].mean(axis=1)
    assert state.trust_next == pytest.approx(expected, rel=2e-6)
    assert np.array_equal(state.trust, before)
    for block, (first, last) in enumerate(BLOCKS):
        counted = (state.trust_next[first:last].astype(np.float64) * trust.TRUST_UNITS).astype(np.int64)
        assert sums[block].tolist() == counted.sum(axis=0).tolist()


# --- how news is remembered ----------------------------------------------------------------------------


def _listeners() -> news.Listeners:
    """A cell in the US and two abroad; bad news counts twice, a quarter or half of it is remembered."""
    return news.Listeners(
        np.array([1.0, 0.5, 2.0]), np.array([US, ABROAD, 3], np.int32), 4.0, 2.0, np.array([0.25, 0.25, 0.5])
    )


def _memory(good: list[float], bad: list[float]) -> np.ndarray:
    out = np.zeros((3, 2, 2))
    lasting = np.array([0.25, 0.25, 0.5])
    for sign, amount in ((GOOD, np.array(good)), (BAD, np.array(bad))):
        out[:, sign, ATTENTION], out[:, sign, RESIDUE] = (1.0 - lasting) * amount, lasting * amount
    return out


def test_news_is_remembered_by_attention_sign_and_what_lasts() -> None:
    memory = np.zeros((3, 2, 2))
    news.remember(memory, _listeners(), np.array([0.5, -0.3, 0.0]))
    assert memory == pytest.approx(_memory([2.0, 0.0, 0.0], [0.0, 2.0 * 4.0 * 0.5 * 0.3, 0.0]))


def test_orders_are_bad_news_abroad_where_they_are_known_and_fighting_them_is_good_news() -> None:
    memory = np.zeros((3, 2, 2))
    orders = news.Orders(np.array([9, 2, 0, 0]), np.array([0, 1, 0, 0]), np.array([5, 1, 0, 7]))
    news.remember_orders(memory, _listeners(), orders, 0.6, 0.2, 3.0)
    bad, good = 2.0 * 4.0 * 0.5 * (0.6 * 3.0 / 6.0), 4.0 * 0.5 * (0.2 * 1.0 / 4.0)
    won = 4.0 * 2.0 * (0.2 * 7.0 / 10.0)  # fought for, and none that was not stopped is known
    assert memory == pytest.approx(_memory([0.0, good, won], [0.0, bad, 0.0]))


def test_some_news_is_for_everybody_abroad_and_some_for_one_country() -> None:
    memory = np.zeros((3, 2, 2))
    news.remember_abroad(memory, _listeners(), 0.1)
    assert memory == pytest.approx(_memory([0.0, 0.2, 0.8], [0.0, 0.0, 0.0]))
    news.remember_at_home(memory, _listeners(), ABROAD, -0.2)
    assert memory == pytest.approx(_memory([0.0, 0.2, 0.8], [0.0, 2.0 * 4.0 * 0.5 * 0.2, 0.0]))


def test_memories_fade_by_their_lives_and_beliefs_go_where_they_belong() -> None:
    memory, belief = np.full((2, 2, 2, 2), 8.0), np.array([0.9, 0.1])
    news.fade(memory, np.array([0.5, 0.75]), belief, 0.3, 0.5)
    assert (memory[..., ATTENTION] == 4.0).all() and (memory[..., RESIDUE] == 6.0).all()
    assert belief == pytest.approx([0.6, 0.2])
    news.follow(belief, np.array([0.5, 0.25]), 1.0)
    assert belief == pytest.approx([0.8, 0.4])


def test_distrust_of_intelligence_spills_over_and_not_back() -> None:
    memory = np.arange(8.0).reshape(1, 2, 2, 2)
    out, lasting = np.zeros((1, 2, 2)), np.zeros((1, 2))
    news.weigh_evidence(memory, 0.5, out)
    assert out[0, INTELLIGENCE] == pytest.approx(memory[0, INTELLIGENCE].sum(axis=1))
    assert out[0, LAW_ENFORCEMENT] == pytest.approx(
        memory[0, LAW_ENFORCEMENT].sum(axis=1) + 0.5 * memory[0, INTELLIGENCE].sum(axis=1)
    )
    hearing.lasting(memory, 0.5, RESIDUE, lasting)
    both = memory[0, :, :, RESIDUE].sum(axis=1)
    assert lasting[0, INTELLIGENCE] == both[INTELLIGENCE]
    assert lasting[0, LAW_ENFORCEMENT] == both[LAW_ENFORCEMENT] + 0.5 * both[INTELLIGENCE]


# --- who hears it ---------------------------------------------------------------------------------------


def test_so_many_hear_it_that_with_those_who_are_told_it_reaches_as_many_as_it_should() -> None:
    assert called(hearing.chance_of_hearing)(0.4, 0.0) == 0.4
    assert called(hearing.chance_of_hearing)(1.3, 0.0) == 1.0
    assert called(hearing.chance_of_hearing)(1.0, 0.5) == 1.0
    own = called(hearing.chance_of_hearing)(0.4, 0.5)
    assert own + (1.0 - own) * (1.0 - (1.0 - 0.5 * own) ** 6) == pytest.approx(0.4, abs=1e-12)


def _word() -> hearing.Word:
    return hearing.Word(np.zeros(3), np.zeros((3, 2)), np.zeros((3, 2)), np.zeros((3, 2)))


def test_what_a_cell_gains_is_shared_out_among_those_who_hear() -> None:
    """The first cell hears news for half of it, the second for all, the third has none."""
    before = np.array([[1.0, 2.0], [1.0, 0.0], [0.0, 3.0]])
    with_news = np.array([[3.0, 2.5], [2.0, 0.0], [0.0, 3.0]])
    after = np.array([[4.0, 2.5], [2.0, 0.0], [0.0, 5.0]])
    word = _word()
    hearing.get_about(
        before, with_news, after, np.array([0.5, 2.0, 0.0]), np.array([1.0, 2.0, 0.0]), (1.0, 0.0), word
    )
    assert word.own.tolist() == [0.5, 1.0, 0.0]
    assert word.gain == pytest.approx(np.array([[0.5, 0.2], [0.5, 0.0], [0.0, 0.0]]))
    assert word.full == pytest.approx(np.array([[1.0, 0.4], [0.5, 0.0], [0.0, 0.0]]))
    assert word.keep == pytest.approx(np.array([[0.25, 0.8], [0.5, 1.0], [1.0, 0.6]]))
    hearing.get_about(
        before, with_news, after, np.array([0.5, 2.0, 0.0]), np.array([1.0, 2.0, 0.0]), (0.5, 0.3), word
    )
    assert word.own[0] == called(hearing.chance_of_hearing)(0.75, 0.3)  # hearing differs by half as much
    assert word.full[0, 0] == pytest.approx(0.5 / 0.75)


def _getting(worlds: int) -> hearing.Getting:
    narrow = [np.zeros((CELLS, 2 * worlds), np.float32) for _ in range(4)]
    return hearing.Getting(np.zeros((worlds, CELLS)), *narrow, np.zeros((worlds, CELLS), np.bool_))


def test_last_months_news_is_told_this_month() -> None:
    getting, weight, alert = _getting(2), np.ones((CELLS, 4), np.float32), np.zeros((2, CELLS), np.bool_)
    word = hearing.Word(np.array([0.5, 0.0]), *(np.full((CELLS, 2), x) for x in (0.25, 0.5, 0.75)))
    hearing.spread(1, word, 0.1, getting, weight, alert)
    assert getting.own.tolist() == [[0.0, 0.0], [0.5, 0.0]]
    assert alert.tolist() == [[False, False], [True, False]]
    assert not getting.tells.any() and not getting.told.any()
    assert getting.gain[:, 2:].tolist() == [[0.25, 0.25], [0.25, 0.25]]
    assert getting.full[:, 2:].tolist() == [[0.5, 0.5], [0.5, 0.5]]
    assert getting.kept[:, 2:].tolist() == [[0.75, 0.75], [0.75, 0.75]]
    assert weight.tolist() == [[1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 0.75, 0.75]]
    assert not getting.gain[:, :2].any() and not getting.full[:, :2].any()
    quiet = hearing.Word(np.zeros(2), *(np.full((CELLS, 2), x) for x in (0.0, 0.0, 0.5)))
    hearing.spread(1, quiet, 0.1, getting, weight, alert)
    assert getting.tells.tolist() == [[False, False], [True, False]]
    assert alert.tolist() == [[False, False], [True, False]]
    assert getting.told[:, 2:].tolist() == [[0.5, 0.5], [0.5, 0.5]]
    assert weight[:, 2:].tolist() == [[0.5, 0.5], [0.375, 0.375]]
    hearing.spread(1, word, 0.0, getting, weight, alert)
    hearing.spread(1, quiet, 0.0, getting, weight, alert)
    assert not getting.tells.any() and not alert.any()  # nobody tells


def test_who_hears_is_drawn_and_who_is_told_has_talking_peers() -> None:
    """Cell 0 hears news by one half, cell 1 is told last month's; in the second world nothing happens."""
    who, now, worlds = people(), Now(3, 7), 2
    getting = _getting(worlds)
    getting.own[0, 0], getting.tells[0, 1] = 0.5, True
    getting.full[0, :2], getting.gain[0, :2], getting.kept[0, :2] = 0.8, 0.4, 0.5
    getting.told[1, :2] = (0.3, 0.6)
    told = 1.0 - np.append(1.0, np.cumprod(np.full(PEERS, 0.8)))
    before, heard = np.zeros((N, worlds), np.uint8), np.full((N, worlds), 9, np.uint8)
    before[[1, 4, 9], 0] = hearing.HEARD
    more = np.full((N, 2 * worlds), 0.25, np.float32)
    for part in range(2):
        hearing.hear(part, 2, now, who, getting, told, hearing.Ears(before, heard, more))
    for i in range(N):
        u = draw4(now.seed, i, now.month, purposes.HEARING, 0)
        if CELL[i] == 0:
            hears = u[0] < 0.5
            assert heard[i, 0] == (hearing.HEARD if hears else hearing.NOT)
            assert more[i, :2] == pytest.approx(np.full(2, 0.125 + (0.8 if hears else 0.0) - 0.4), rel=1e-6)
        else:
            talkers = int((before[who.peers[i].astype(int), 0] == hearing.HEARD).sum())
            is_told = i != 9 and u[1] < told[talkers]
            assert heard[i, 0] == (hearing.TOLD if is_told else hearing.NOT), i
            gained = np.array([0.3, 0.6]) if is_told else np.zeros(2)
            assert more[i, :2] == pytest.approx(0.25 + gained, rel=1e-6)
    assert not heard[:, 1].any()
    assert (more[:, 2:] == 0.25).all()
    assert {int(x) for x in heard[:, 0]} == {hearing.NOT, hearing.HEARD, hearing.TOLD}


def test_what_reaches_all_is_heard_by_all_and_nobody_draws() -> None:
    who, getting = people(), _getting(1)
    getting.own[0, :], getting.full[:], getting.gain[:] = 1.0, 0.5, 0.5
    heard, more = np.zeros((N, 1), np.uint8), np.zeros((N, 2), np.float32)
    ears = hearing.Ears(np.zeros((N, 1), np.uint8), heard, more)
    hearing.hear(0, 1, Now(3, 7), who, getting, np.zeros(7), ears)
    assert (heard == hearing.HEARD).all()
    assert not more.any()

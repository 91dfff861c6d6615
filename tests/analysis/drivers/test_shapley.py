"""Shapley values of games with known answers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.analysis.drivers.shapley import split_of


def test_the_values_of_a_game_worked_out_by_hand() -> None:
    # Two players who are worth 1 and 3 alone, 10 together: each has its own and half of the surplus of 6.
    split = split_of(np.array([0.0, 1.0, 3.0, 10.0]))
    assert split.shapley.tolist() == [4.0, 6.0]
    assert split.alone.tolist() == [1.0, 3.0]
    assert split.last.tolist() == [7.0, 9.0]


def test_gloves_the_owner_of_the_only_left_one_has_two_thirds() -> None:
    # Shapley (1953): one left glove, two right ones; a pair is worth 1.
    values = np.array([float(s & 1 and s & 6 != 0) for s in range(8)])
    assert split_of(values).shapley == pytest.approx([2 / 3, 1 / 6, 1 / 6])


@given(arrays(float, 64, elements=st.floats(-1e6, 1e6)))
def test_the_values_add_up_to_the_whole_less_what_nobody_brings(values: np.ndarray) -> None:
    assert split_of(values).shapley.sum() == pytest.approx(values[-1] - values[0], rel=1e-9, abs=1e-6)


@given(arrays(float, 32, elements=st.floats(-1e6, 1e6)), st.integers(0, 5))
def test_a_player_that_never_adds_anything_has_nothing(others: np.ndarray, null: int) -> None:
    below = (1 << null) - 1
    values = np.array([others[(s >> null + 1) << null | s & below] for s in range(64)])
    assert split_of(values).shapley[null] == 0.0


@given(arrays(float, (7, 2), elements=st.floats(-1e6, 1e6)))
def test_where_only_the_number_of_players_counts_all_have_the_same(by_size: np.ndarray) -> None:
    values = np.array([by_size[s.bit_count()] for s in range(64)])
    shapley = split_of(values).shapley
    assert np.allclose(shapley, shapley[0], rtol=1e-9, atol=1e-6)


def test_a_game_that_lacks_a_coalition_is_refused() -> None:
    with pytest.raises(ValueError, match="63 coalitions"):
        split_of(np.zeros(63))

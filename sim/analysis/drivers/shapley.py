"""Shapley values of a game of few players, exactly.

A game gives every coalition of its players a value. The Shapley value of a player is what it adds, averaged
over all orders in which the players may join (Shapley 1953). The values add up to the value of all players
less that of none; a player that never adds anything has zero; equal players have equal values.
"""

from dataclasses import dataclass
from math import comb

import numpy as np


@dataclass(frozen=True)
class Split:
    """Each of n players' part of a game: arrays (n, ...), as the values of the game are (2^n, ...)."""

    shapley: np.ndarray
    alone: np.ndarray  # what the player adds to none
    last: np.ndarray  # what the player adds to all others


def split_of(values: np.ndarray) -> Split:
    """The split of a game. `values` (2^n, ...) by coalition: bit i of its number says that player i is in it.

    Raises ValueError if the number of coalitions is no power of two.
    """
    n = len(values).bit_length() - 1
    if len(values) != 1 << n:
        raise ValueError(f"{len(values)} coalitions: a game of n players has 2^n")
    everybody = (1 << n) - 1
    shapley = np.zeros((n, *values.shape[1:]))
    for i in range(n):
        for others in range(1 << n):
            if not others >> i & 1:
                weight = 1.0 / (n * comb(n - 1, others.bit_count()))
                shapley[i] += weight * (values[others | 1 << i] - values[others])
    alone = np.array([values[1 << i] - values[0] for i in range(n)])
    last = np.array([values[everybody] - values[everybody ^ 1 << i] for i in range(n)])
    return Split(shapley, alone, last)

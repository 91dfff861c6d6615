"""The generator is the published one; a draw depends on seed, agent, month, purpose, number only."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit
from scipy.stats import chi2

from sim.model.kernels.philox import philox4x32
from sim.model.luck.philox import draw, draw4
from tests.model.called import called

ONES = 2**32 - 1


def by_the_paper(counter: tuple[int, int, int, int], key: tuple[int, int]) -> tuple[int, int, int, int]:
    """Philox4x32-10 in Python integers, from the pseudocode of Salmon et al. (2011): the oracle."""
    l0, r0, l1, r1 = counter
    k0, k1 = key
    for _ in range(10):
        p0, p1 = 0xD2511F53 * l0, 0xCD9E8D57 * l1
        l0, r0, l1, r1 = (p1 >> 32) ^ r0 ^ k0, p1 & ONES, (p0 >> 32) ^ r1 ^ k1, p0 & ONES
        k0, k1 = (k0 + 0x9E3779B9) & ONES, (k1 + 0xBB67AE85) & ONES
    return l0, r0, l1, r1


# The known-answer vectors that the authors publish with their library.
KNOWN = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ONES,) * 4, (ONES,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN)
def test_the_published_vectors_come_out(
    counter: tuple[int, int, int, int], key: tuple[int, int], words: tuple[int, ...]
) -> None:
    assert tuple(int(w) for w in called(philox4x32)(*(np.uint64(x) for x in (*counter, *key)))) == words
    assert by_the_paper(counter, key) == words


SEEDS = st.integers(0, 2**64 - 1)
AGENTS = st.integers(0, ONES)
MONTHS = st.integers(-1, 2**16 - 2)
PURPOSES = st.integers(0, 2**16 - 1)


@given(SEEDS, AGENTS, MONTHS, PURPOSES, AGENTS)
def test_a_draw_is_the_published_function_of_what_it_is_for(
    seed: int, agent: int, month: int, purpose: int, number: int
) -> None:
    words = by_the_paper((agent, (month + 1) << 16 | purpose, number, 0), (seed & ONES, seed >> 32))
    uniforms = draw4(np.uint64(seed), agent, month, purpose, number)
    assert uniforms == tuple((w + 0.5) / 2**32 for w in words)
    assert all(0.0 < u < 1.0 for u in uniforms)


HERE = {"seed": 0x0123456789ABCDEF, "agent": 1234, "month": 56, "purpose": 7, "number": 0}
BITS = {"seed": 64, "agent": 32, "month": 15, "purpose": 16, "number": 32}


@pytest.mark.parametrize(("part", "bit"), [(part, bit) for part, bits in BITS.items() for bit in range(bits)])
def test_every_bit_of_every_part_of_the_key_changes_all_four_numbers(part: str, bit: int) -> None:
    a = draw4(np.uint64(HERE["seed"]), *list(HERE.values())[1:])
    other = HERE | {part: HERE[part] ^ (1 << bit)}
    b = draw4(np.uint64(other["seed"]), *list(other.values())[1:])
    assert all(x != y for x, y in zip(a, b, strict=True))


def test_the_month_before_the_first_has_luck_of_its_own() -> None:
    assert len({draw(1, 5, month, 3) for month in range(-1, 156)}) == 157


def test_the_same_key_draws_the_same_whatever_was_drawn_before() -> None:
    before = draw4(1, 2, 3, 4, 5)
    for i in range(50):
        draw(9, i, 0, 1)
    assert draw4(1, 2, 3, 4, 5) == before


@settings(max_examples=50)  # the first call may compile
@given(SEEDS)
def test_a_seed_is_the_same_seed_however_it_is_held(seed: int) -> None:
    signed = seed - 2**64 if seed >= 2**63 else seed
    assert draw(np.uint64(seed), 3, 4, 5) == draw(np.int64(signed), 3, 4, 5)


# --- uniform and independent -----------------------------------------------------------------------

N, BINS, SIDE = 40_000, 50, 10


@njit  # not cached: a cache would not notice a change of the generator
def _walk(
    count: int,
    seed: int,
    agent: int,
    month: int,
    purpose: int,
    number: int,
    step: tuple[int, int, int, int, int],
) -> np.ndarray:
    """Fours of uniforms along a line through the keys: (count, 4)."""
    out = np.empty((count, 4))
    for i in range(count):
        u = draw4(
            seed + i * step[0],
            agent + i * step[1],
            month + i * step[2],
            purpose + i * step[3],
            number + i * step[4],
        )
        out[i, 0], out[i, 1], out[i, 2], out[i, 3] = u
    return out


ALONG = {
    "seeds": (1, 0, 0, 0, 0),
    "agents": (0, 1, 0, 0, 0),
    "months": (0, 0, 1, 0, 0),
    "purposes": (0, 0, 0, 1, 0),
    "numbers": (0, 0, 0, 0, 1),
}


def _plausible(observed: np.ndarray) -> bool:
    """Whether counts of equally likely outcomes pass a chi-square test at one in 100,000 on either side."""
    expected = observed.sum() / observed.size
    p = float(chi2.sf(((observed - expected) ** 2 / expected).sum(), observed.size - 1))
    return 1e-5 < p < 1.0 - 1e-5


def _pairs(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.bincount((x * SIDE).astype(int) * SIDE + (y * SIDE).astype(int), minlength=SIDE * SIDE)


@pytest.mark.parametrize("step", ALONG.values(), ids=ALONG.keys())
class TestAlongEachPartOfTheKey:
    """Neighbouring seeds, agents, months, purposes and numbers are as good as unrelated."""

    @pytest.fixture
    def u(self, step: tuple[int, ...]) -> np.ndarray:
        walked: np.ndarray = _walk(N, 1, 0, -1, 0, 0, step)
        return walked

    def test_all_four_numbers_are_uniform(self, u: np.ndarray) -> None:
        for k in range(4):
            assert _plausible(np.bincount((u[:, k] * BINS).astype(int), minlength=BINS))

    def test_neighbours_are_independent(self, u: np.ndarray) -> None:
        assert _plausible(_pairs(u[0::2, 0], u[1::2, 0]))

    def test_the_four_of_one_draw_are_independent(self, u: np.ndarray) -> None:
        for a in range(4):
            for b in range(a):
                assert _plausible(_pairs(u[:, a], u[:, b]))


@pytest.mark.parametrize(
    "spoil",
    [lambda u: u * 0.99, lambda u: np.sort(u), lambda u: (np.arange(N) + 0.5) / N],
    ids=["squeezed", "sorted", "too even"],
)
def test_the_tests_of_randomness_notice_what_is_not_random(spoil: Callable[[np.ndarray], np.ndarray]) -> None:
    u = spoil(_walk(N, 1, 0, -1, 0, 0, (0, 1, 0, 0, 0))[:, 0])
    uniform = _plausible(np.bincount((u * BINS).astype(int), minlength=BINS))
    assert not (uniform and _plausible(_pairs(u[0::2], u[1::2])))

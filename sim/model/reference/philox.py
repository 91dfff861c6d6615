"""The generator of random numbers in plain Python: Philox4x32-10 (Salmon, Moraes, Dror & Shaw 2011).

A draw is a function of what it is for. The key is the seed; the counter is (agent, month, purpose, number).
So no draw depends on another or on the order of events, and two worlds of a pair draw the same numbers.
"""

LAST_32_BITS = 0xFFFFFFFF


def philox(counter: tuple[int, int, int, int], key: tuple[int, int]) -> tuple[int, int, int, int]:
    """Ten rounds of multiplication and exclusive or; four words of 32 bits."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & LAST_32_BITS, (p0 >> 32) ^ c3 ^ k1, p0 & LAST_32_BITS
        k0, k1 = (k0 + 0x9E3779B9) & LAST_32_BITS, (k1 + 0xBB67AE85) & LAST_32_BITS
    return c0, c1, c2, c3


def draw4(seed: int, agent: int, month: int, purpose: int, number: int = 0) -> tuple[float, ...]:
    """Four uniform numbers in (0, 1), each at the middle of one of 2**32 equal intervals.

    Month -1 stands for before the first month; `purpose` is one of `sim.model.luck.purposes`; `number` tells
    apart further draws of one purpose.
    """
    counter = (agent, (month + 1) << 16 | purpose, number, 0)
    key = (seed & LAST_32_BITS, seed >> 32)
    return tuple((word + 0.5) / 4294967296.0 for word in philox(counter, key))


def draw(seed: int, agent: int, month: int, purpose: int) -> float:
    """One uniform number in (0, 1)."""
    return draw4(seed, agent, month, purpose)[0]

"""Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror & Shaw (SC'11,
doi:10.1145/2063384.2063405).

A draw is a function of what it is for: the counter is (agent, month, purpose, number) and the key is the
seed. No state is kept, so no draw depends on another, on the order of events or on the number of threads.
"""

import numpy as np

from sim.model.kernels.jit import entry, inlined, inner

_M0 = np.uint64(0xD2511F53)
_M1 = np.uint64(0xCD9E8D57)
_W0 = np.uint64(0x9E3779B9)
_W1 = np.uint64(0xBB67AE85)
_MASK = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)
_UNIT = 2.3283064365386963e-10  # 2**-32


@inlined()
def philox4x32(c0, c1, c2, c3, k0, k1):
    """Ten rounds over a counter of four and a key of two 32-bit words (as uint64).

    Returns four 32-bit words.
    """
    for _ in range(10):
        p0 = _M0 * c0
        p1 = _M1 * c2
        c0, c1, c2, c3 = (p1 >> _32) ^ c1 ^ k0, p1 & _MASK, (p0 >> _32) ^ c3 ^ k1, p0 & _MASK
        k0 = (k0 + _W0) & _MASK
        k1 = (k1 + _W1) & _MASK
    return c0, c1, c2, c3


@entry(inline="always")
def draw4(seed, agent, month, purpose, number):
    """Four uniforms in (0, 1) for (seed, agent, month, purpose).

    `number` tells apart further fours of one purpose.

    `agent` is below 2**32, `month` below 2**16 - 1 (-1 stands for before the first month), `purpose` below
    2**16, `number` below 2**32. Each uniform lies at the middle of one of 2**32 equal intervals, so it is
    never 0 or 1.
    """
    s = np.uint64(seed)
    when = (np.uint64(month + 1) << np.uint64(16)) | np.uint64(purpose)
    a, b, c, d = philox4x32(np.uint64(agent), when, np.uint64(number), np.uint64(0), s & _MASK, s >> _32)
    return (a + 0.5) * _UNIT, (b + 0.5) * _UNIT, (c + 0.5) * _UNIT, (d + 0.5) * _UNIT


@inner()
def draw4s(seed, agents, month, purpose, numbers, out):
    """`draw4` of many agents and numbers, in a plain loop, so that several are drawn at once.

    `agents`, `numbers` (n,) uint32, `out` (4n,).
    """
    for k in range(len(agents)):
        out[4 * k], out[4 * k + 1], out[4 * k + 2], out[4 * k + 3] = draw4(
            seed, agents[k], month, purpose, numbers[k]
        )


@entry()
def draw(seed, agent, month, purpose):
    """One uniform in (0, 1) for (seed, agent, month, purpose)."""
    return draw4(seed, agent, month, purpose, 0)[0]

"""A plugin of pytest (`-p tests.uncompiled`): the kernels run as plain Python, in this process alone.

For what must see or change their lines: coverage, and mutants. It must be loaded before the kernels are.
"""

import importlib
import os
import struct
from typing import Any

os.environ["NUMBA_DISABLE_JIT"] = "1"

import numba
import numpy as np

numba.config.DISABLE_JIT = 1  # where Numba has been imported before


def _bits(x: float) -> np.int64:
    return np.int64(struct.unpack("<q", struct.pack("<d", x))[0])


def _from_bits(bits: int) -> float:
    return float(struct.unpack("<d", struct.pack("<q", bits))[0])


# What has no Python form: three instructions of the processor.
memory: Any = importlib.import_module("sim.model.kernels.memory")
memory.prefetch = lambda array, row: None
arithmetic: Any = importlib.import_module("sim.model.kernels.arithmetic")
arithmetic._bits, arithmetic._from_bits = _bits, _from_bits
np.seterr(all="ignore")  # compiled arithmetic gives no warnings either

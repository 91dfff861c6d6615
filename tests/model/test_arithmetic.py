"""Exponential, logarithm, rounding and sums: close to the truth, and the same bits on every processor."""

import ast
import hashlib
import json
import math
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import sim.model
from sim.model.arithmetic import exp, fixed, half_life_factor, log, power, total

ULPS = 2  # what the module promises


def ulps_apart(a: float, b: float) -> float:
    """Distance of two numbers in units in the last place of the second."""
    return abs(a - b) / math.ulp(b)


def neighbours(x: float, count: int = 20) -> list[float]:
    """`x` and the floats next to it, `count` on either side, in order."""
    below, above = [x], [x]
    for _ in range(count):
        below.append(math.nextafter(below[-1], -math.inf))
        above.append(math.nextafter(above[-1], math.inf))
    return below[:0:-1] + above


# --- exp and log ------------------------------------------------------------------------------------


def test_exp_is_within_2_units_in_the_last_place_over_its_whole_range() -> None:
    worst = max(ulps_apart(exp(x), math.exp(x)) for x in np.linspace(-700.0, 700.0, 40_001).tolist())
    assert worst <= ULPS


def test_log_is_within_2_units_in_the_last_place_over_its_whole_range() -> None:
    mantissas = np.linspace(1.0, 2.0, 41)[:-1].tolist()
    worst = max(
        ulps_apart(log(math.ldexp(m, e)), math.log(math.ldexp(m, e)))
        for m in mantissas
        for e in range(-1022, 1024)
        if (m, e) != (1.0, 0)
    )
    assert worst <= ULPS


@given(st.floats(-700.0, 700.0))
@example(math.log(2.0) / 2)  # where the reduction of the argument changes over
@example(1e-300)
def test_exp_of_any_number(x: float) -> None:
    assert ulps_apart(exp(x), math.exp(x)) <= ULPS


@given(st.floats(sys.float_info.min, sys.float_info.max))
@example(math.nextafter(1.0, 0.0))  # where the answer is all but nought
@example(math.nextafter(1.0, 2.0))
@example(math.sqrt(2.0))  # where the exponent changes over
@example(math.nextafter(math.sqrt(2.0), 2.0))
@example(sys.float_info.min)
@example(sys.float_info.max)
def test_log_of_any_positive_number(x: float) -> None:
    assert ulps_apart(log(x), math.log(x)) <= ULPS or log(x) == math.log(x) == 0.0


@given(st.floats(0.9, 1.1))
def test_log_keeps_its_precision_near_1(x: float) -> None:
    assert log(x) == 0.0 if x == 1.0 else ulps_apart(log(x), math.log(x)) <= ULPS


def test_what_must_be_exact_is() -> None:
    assert exp(0.0) == exp(-0.0) == 1.0
    assert log(1.0) == 0.0


@given(st.floats(-750.0, 750.0), st.floats(-750.0, 750.0))
def test_more_in_is_not_less_out_of_exp(a: float, b: float) -> None:
    assert exp(min(a, b)) <= exp(max(a, b))


@given(st.floats(sys.float_info.min, sys.float_info.max), st.floats(sys.float_info.min, sys.float_info.max))
def test_more_in_is_not_less_out_of_log(a: float, b: float) -> None:
    assert log(min(a, b)) <= log(max(a, b))


# Next-door floats are ordered wherever one piece of the algorithm takes over from another; elsewhere, tried
# at random.
@pytest.mark.parametrize("k", [-1000, -300, -10, -3, -2, -1, 0, 1, 2, 3, 10, 300, 1000])
def test_the_pieces_of_exp_meet_in_order(k: int) -> None:
    values = [exp(x) for x in neighbours((k + 0.5) * math.log(2.0), 200)]
    assert values == sorted(values)


@pytest.mark.parametrize("e", [-1000, -300, -10, -1, 0, 1, 10, 300, 1000])
def test_the_pieces_of_log_meet_in_order(e: int) -> None:
    for seam in (math.ldexp(1.0, e), math.ldexp(math.sqrt(2.0), e)):
        values = [log(x) for x in neighbours(seam, 200)]
        assert values == sorted(values)


def test_beyond_its_range_exp_takes_the_nearer_bound() -> None:
    assert exp(700.0) == exp(math.nextafter(700.0, 800.0)) == exp(1e9) == exp(math.inf) < math.inf
    assert exp(-700.0) == exp(math.nextafter(-700.0, -800.0)) == exp(-1e9) == exp(-math.inf) > 0.0
    assert exp(-700.0) >= sys.float_info.min  # a logarithm can be taken of it


def test_a_missing_number_stays_missing() -> None:
    assert math.isnan(exp(math.nan))


@given(st.floats(-700.0, 700.0))
def test_log_undoes_exp(x: float) -> None:
    assert log(exp(x)) == pytest.approx(x, rel=1e-15, abs=1e-15)


@given(st.floats(1e-3, 1e3), st.floats(-20.0, 20.0))
def test_a_power_is_what_it_is_called(base: float, exponent: float) -> None:
    assert power(base, exponent) == pytest.approx(base**exponent, rel=1e-13)


@given(st.floats(0.05, 600.0))
def test_after_one_half_life_half_is_left(half_life: float) -> None:
    factor = half_life_factor(half_life)
    assert 0.0 < factor < 1.0
    assert factor**half_life == pytest.approx(0.5, rel=1e-12)


def test_a_memory_of_a_month_keeps_half_and_an_endless_one_all() -> None:
    assert half_life_factor(1.0) == 0.5
    assert half_life_factor(math.inf) == 1.0


# --- fixed point and sums -----------------------------------------------------------------------------


@given(st.integers(-(2**50), 2**50))
def test_halves_are_rounded_away_from_zero(quarters: int) -> None:
    exact = Fraction(quarters, 4)
    nearest = math.floor(abs(exact) + Fraction(1, 2))
    assert fixed(quarters / 4, 1.0) == (nearest if exact >= 0 else -nearest)


@given(st.floats(-1e9, 1e9), st.sampled_from([1.0, 1024.0, 1e6]))
def test_what_is_held_in_units_is_the_number_to_half_a_unit(x: float, scale: float) -> None:
    assert abs(Fraction(fixed(x, scale)) - Fraction(x * scale)) <= Fraction(1, 2)
    assert fixed(-x, scale) == -fixed(x, scale)


@given(st.lists(st.floats(-1e6, 1e6), max_size=30), st.randoms(use_true_random=False))
def test_a_sum_of_fixed_numbers_has_no_order(values: list[float], luck: random.Random) -> None:
    other = luck.sample(values, len(values))
    assert sum(fixed(x, 1e6) for x in values) == sum(fixed(x, 1e6) for x in other)


def test_a_total_is_added_from_first_to_last() -> None:
    assert total(np.array([1e16, 1.0, -1e16])) == 0.0
    assert total(np.array([1e16, -1e16, 1.0])) == 1.0
    assert total(np.empty(0)) == 0.0


@given(st.lists(st.floats(-1e300, 1e300), max_size=300))
def test_a_total_has_the_bits_of_a_plain_loop(values: list[float]) -> None:
    s = 0.0
    for v in values:
        s += v
    assert total(np.array(values, np.float64)) == s


# --- the same bits under another instruction set ------------------------------------------------------


def _digest() -> dict[str, str]:
    """Bits of the functions' values for some thousands of arguments, here and in another process."""
    from sim.model.luck.philox import draw

    x = np.concatenate([np.linspace(-700.0, 700.0, 3001), np.linspace(-2.0, 2.0, 3001)])
    y = np.ldexp(np.linspace(1.0, 2.0, 3001), np.arange(3001) % 2040 - 1020)
    u = np.array([draw(1, agent, 2, 3) for agent in range(3001)])
    values = {
        "exp": [exp(float(v)) for v in x],
        "log": [log(float(v)) for v in y],
        "power": [power(float(1.0 + v), float(3.0 * w)) for v, w in zip(u, u[::-1], strict=True)],
        "half_life_factor": [half_life_factor(float(1.0 + 50.0 * v)) for v in u],
        "total": [total(u[k:]) for k in range(0, 3001, 100)],
        "fixed": [float(fixed(float(v), 1e6)) for v in x],
        "draws": u.tolist(),
    }
    return {name: hashlib.sha256(np.array(v, np.float64).tobytes()).hexdigest() for name, v in values.items()}


@pytest.mark.parametrize(
    "setting",
    [
        {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""},
        pytest.param({"NUMBA_OPT": "1"}, marks=pytest.mark.long),
    ],
    ids=["a processor without vectors or fused multiply-add", "another level of optimisation"],
)
def test_results_are_the_same_to_the_bit(setting: dict[str, str], tmp_path: Path) -> None:
    program = (
        f"import json, runpy, numba; f = runpy.run_path({__file__!r}); "
        "print(json.dumps([f['_digest'](), numba.config.CPU_NAME, numba.config.OPT]))"
    )
    environment = (
        os.environ | {"NUMBA_CACHE_DIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)} | setting
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    there, processor, level = json.loads(done.stdout)
    assert str(processor) == setting.get("NUMBA_CPU_NAME", str(processor))
    assert str(level) == setting.get("NUMBA_OPT", str(level))
    assert there == _digest()


# --- nothing else is used -----------------------------------------------------------------------------

MODEL = Path(sim.model.__file__).parent

# Functions whose last bit depends on the processor's library, or sums whose order depends on its vectors.
OF_NUMPY = {
    *(
        "exp",
        "exp2",
        "expm1",
        "log",
        "log2",
        "log10",
        "log1p",
        "logaddexp",
        "power",
        "float_power",
        "cbrt",
        "hypot",
        "logspace",
        "geomspace",
    ),
    *(
        "sin",
        "cos",
        "tan",
        "sinh",
        "cosh",
        "tanh",
        "arcsin",
        "arccos",
        "arctan",
        "arctan2",
        "arctanh",
        "interp",
    ),
    *(
        "sum",
        "nansum",
        "mean",
        "nanmean",
        "average",
        "std",
        "var",
        "median",
        "quantile",
        "percentile",
        "prod",
        "nanprod",
        "trapezoid",
    ),
    *(
        "dot",
        "vdot",
        "inner",
        "outer",
        "matmul",
        "tensordot",
        "einsum",
        "convolve",
        "correlate",
        "linalg",
        "fft",
        "polyval",
        "cov",
        "corrcoef",
    ),
}
METHODS = {"sum", "mean", "std", "var", "prod", "dot", "reduce", "reduceat", "trace"}
BUILTINS = {"sum", "pow"}

# Each line that may use one of them all the same, and why. Sums of integers have no order.
ALLOWED = {
    ("agents/customers.py", "self.stock.sum(axis=2)"): "int64 stocks",
    ("books.py", "routes.sum(axis=2)"): "int64 counts",
    ("books.py", "self.backlog[:, 0].sum(axis=1)"): "int64 counts",
    ("books.py", "self.backlog[:, 1].sum(axis=1)"): "int64 counts",
    (
        "books.py",
        "np.prod([1.0 - self.laws[:, :, k] for k in _LOCALISATION], axis=0)",
    ): "three whole arrays, multiplied one after the other",
    ("books.py", "stock[self._american, :, ACCOUNTS].sum(axis=0)"): "int64 accounts",
    ("books.py", "accounts.sum()"): "int64 accounts",
    ("books.py", "accounts[FIRST_US:].sum()"): "int64 accounts",
    ("books.py", "self.foreign_orders.sum(axis=1)"): "int64 counts",
    ("books.py", "self.known.sum(axis=1)"): "int64 counts",
    ("books.py", "self.non_content.sum(axis=1)"): "int64 counts",
    ("agents/lawmakers.py", "self._casework.host_conflicts.sum()"): "int64 counts",
    ("agents/lawmakers.py", "self._casework.month[US_TO_FOREIGN].sum(axis=(0, 1))"): "int64 counts",
    ("population.py", "sizes.sum()"): "int64 sizes",
    ("reference/population.py", "sum(sizes)"): "whole numbers",
    ("reference/arithmetic.py", "import math"): "frexp, ldexp and factorial, which are exact",
    (
        "population.py",
        "sum((x.ravel() / total(x.ravel()) for x in (accounts, tb, usd)))",
    ): "three whole arrays, added one after the other",
}


def unpinned(source: str) -> Iterator[str]:
    """Expressions of a module whose last bit is not pinned down by IEEE 754 and the order of the program."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] + [
                node.module or "" if isinstance(node, ast.ImportFrom) else ""
            ]
            if {"math", "cmath", "scipy", "statistics"} & {name.split(".")[0] for name in names}:
                yield ast.unparse(node)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("numpy"):
                yield ast.unparse(node)  # what is taken from NumPy by name would not be seen below
        elif (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in ("np", "numpy")
            and node.attr in OF_NUMPY
        ):
            if node.attr not in METHODS:
                yield ast.unparse(node)
        elif isinstance(node, ast.Call):
            method = isinstance(node.func, ast.Attribute) and node.func.attr in METHODS
            builtin = isinstance(node.func, ast.Name) and node.func.id in BUILTINS
            if method or builtin or any(keyword.arg == "fastmath" for keyword in node.keywords):
                yield ast.unparse(node)
        elif isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Pow | ast.MatMult):
            yield ast.unparse(node)


def _found() -> set[tuple[str, str]]:
    return {
        (file.relative_to(MODEL).as_posix(), said)
        for file in MODEL.rglob("*.py")
        for said in unpinned(file.read_text(encoding="utf-8"))
    }


def test_the_model_uses_no_arithmetic_that_differs_between_processors() -> None:
    assert _found() - set(ALLOWED) == set()


def test_every_exception_is_still_needed() -> None:
    assert set(ALLOWED) - _found() == set()


@pytest.mark.parametrize(
    "source",
    [
        "import numpy as np\ny = np.exp(x)",
        "import numpy as np\ny = np.sum(x)",
        "import numpy as np\ny = x.mean()",
        "import numpy as np\ny = np.add.reduce(x)",
        "from numpy import log",
        "from math import exp",
        "import math",
        "y = x ** 2",
        "x **= 0.5",
        "y = a @ b",
        "y = sum(x)",
        "y = pow(x, 2)",
        "from numba import njit\n@njit(fastmath=True)\ndef f(x): return x",
        "import numpy as np\nf: Callable = np.log",
    ],
)
def test_the_scan_would_find_it(source: str) -> None:
    assert list(unpinned(source))


@pytest.mark.parametrize(
    "source",
    [
        "from sim.model.arithmetic import exp\ny = exp(x)",
        "import numpy as np\ny = np.sqrt(x)",
        "import numpy as np\ny = np.cumsum(x)[-1]",
    ],
)
def test_the_scan_lets_pass_what_is_pinned_down(source: str) -> None:
    assert not list(unpinned(source))

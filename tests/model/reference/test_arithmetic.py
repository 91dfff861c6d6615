"""The plain arithmetic and the plain generator give the engine's numbers to the last bit."""

import struct

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sim.model import arithmetic as engine
from sim.model.luck import philox as engine_philox
from sim.model.reference import arithmetic, philox

MANY = settings(max_examples=2000, deadline=None)


def same(a: float, b: float) -> bool:
    """Whether two numbers have the same bits."""
    return struct.pack("d", a) == struct.pack("d", b)


@MANY
@given(st.floats(-720.0, 720.0) | st.floats(-1e-3, 1e-3) | st.floats(allow_nan=False))
@example(0.0)
@example(-0.0)
def test_exp_is_the_engines(x: float) -> None:
    assert same(arithmetic.exp(x), engine.exp(x))


@MANY
@given(st.floats(2.3e-308, 1e308) | st.floats(0.5, 2.0) | st.floats(1e-9, 1.0))
@example(1.0)
@example(2.0**0.5)
def test_log_is_the_engines(x: float) -> None:
    assert same(arithmetic.log(x), engine.log(x))


def test_exp_and_log_are_the_engines_at_many_ordinary_values() -> None:
    values = np.concatenate([np.linspace(-40.0, 40.0, 20_001), np.geomspace(1e-12, 1e-2, 2_001)])
    assert [arithmetic.exp(x) for x in values.tolist()] == engine.exps(values).tolist()
    positive = np.geomspace(1e-300, 1e300, 20_001)
    assert [arithmetic.log(x) for x in positive.tolist()] == engine.logs(positive).tolist()


@given(st.floats(0.05, 1000.0))
def test_what_a_memory_keeps_is_the_engines(half_life: float) -> None:
    assert same(arithmetic.kept_in_a_month(half_life), engine.half_life_factor(half_life))


@given(st.lists(st.floats(-1e9, 1e9), max_size=40))
def test_sums_are_rounded_as_the_engines_are(values: list[float]) -> None:
    assert same(arithmetic.add_up(values), engine.total(np.array(values, np.float64)))


@MANY
@given(
    st.integers(0, 2**63 - 1),
    st.integers(0, 2**32 - 1),
    st.integers(-1, 2**16 - 2),
    st.integers(0, 2**16 - 1),
    st.integers(0, 2**32 - 1),
)
def test_draws_are_the_engines(seed: int, agent: int, month: int, purpose: int, number: int) -> None:
    drawn = philox.draw4(seed, agent, month, purpose, number)
    assert drawn == engine_philox.draw4(seed, agent, month, purpose, number)
    if number == 0:
        assert philox.draw(seed, agent, month, purpose) == drawn[0]

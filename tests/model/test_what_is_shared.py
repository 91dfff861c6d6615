"""What runs of one process share is what each would have made itself, whichever parameter differs."""

from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.model.docket import docket_of, draw_docket
from sim.model.population import build_population, population_of
from sim.scenario.resolution import Resolved, variant
from tests.model.small_worlds import another_value, asked, base

PARAMETERS = base().parameter_info


@cache
def as_it_stands() -> Resolved:
    return asked(last="2014-12")


def arrays(of: Any, prefix: str = "") -> dict[str, np.ndarray]:
    """The arrays that a record holds, also in records within it."""
    found: dict[str, np.ndarray] = {}
    for one in fields(of):
        value = getattr(of, one.name)
        if isinstance(value, np.ndarray):
            found[prefix + one.name] = value
        elif is_dataclass(value):
            found |= arrays(value, f"{prefix}{one.name}.")
    return found


def same(a: Any, b: Any) -> bool:
    """Whether two records hold the same, to the bit."""
    ours, theirs = arrays(a), arrays(b)
    return ours.keys() == theirs.keys() and all(np.array_equal(ours[x], theirs[x]) for x in ours)


@pytest.mark.parametrize("path", PARAMETERS)
def test_a_population_and_a_docket_out_of_the_cache_are_those_that_would_be_drawn(path: str) -> None:
    standing = as_it_stands().scenarios["doj_wins"]
    changed = variant(as_it_stands(), sets={path: another_value(PARAMETERS[path])}).scenarios["doj_wins"]
    docket_of(standing, population_of(standing, 1), 1)
    shared = population_of(changed, 1)
    assert same(shared, drawn := build_population(changed, 1))
    assert same(docket_of(changed, shared, 1), draw_docket(changed, drawn, 1))

"""Populations that belong to one user's code alone.

Models of one process share the arrays of a recent equal population, which nothing in the program writes to. A
user's code may: a list that it sorts in place would change every later run with this seed, and the store
would keep those.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sim.model.population import recent_populations


@contextmanager
def own_population() -> Iterator[None]:
    """Models built within have populations that no model outside has."""
    recent_populations.clear()
    try:
        yield
    finally:
        recent_populations.clear()

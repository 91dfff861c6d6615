"""Runs that several tests of the model look at."""

from collections.abc import Iterator

import pytest

from sim.model import threads
from sim.model.world import WorldSet
from tests.model.small_worlds import asked, has_run


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """One thread for each test process, as pytest's workers already use the whole machine."""
    before = threads.count()
    threads.use(1)
    yield
    threads.use(before)


@pytest.fixture(scope="session")
def two_worlds() -> WorldSet:
    """Both worlds of the main experiment, seed 1, run to the horizon. Tests only look."""
    return has_run(asked())

"""One small experiment, run once, that the tests of this room look at."""

from collections.abc import Iterator

import pytest

from sim.model import threads
from sim.pipeline import Finished, run
from sim.scenario.resolution import Resolved
from tests.model.small_worlds import asked

AROUND_THE_SWITCH = "2015-06"


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """One thread a test process: pytest's workers already fill the machine."""
    before = threads.count()
    threads.use(1)
    yield
    threads.use(before)


@pytest.fixture(scope="session")
def resolved() -> Resolved:
    """Two worlds, two seeds, everything recorded, from 2013-01 to 2015-06."""
    return asked("seeds.count=2", last=AROUND_THE_SWITCH)


@pytest.fixture(scope="session")
def finished(resolved: Resolved, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """That experiment, run in this process. Tests only look."""
    return run(resolved, tmp_path_factory.mktemp("results") / "two_worlds", workers=1)

"""A small pair and a small sweep, run once through the Python interface."""

from pathlib import Path

import pytest

import sim

SMALL = {"customers": 2000}


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="session")
def pair(store: Path) -> sim.Pair:
    return sim.run("two_worlds", seeds=3, workers=1, store=store, draws=4, **SMALL)

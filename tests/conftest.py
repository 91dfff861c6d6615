"""Fixtures that more than one room of the tests needs."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from sim.scenario import locations
from sim.scenario.base import load_base
from sim.scenario.problems import InputError
from tests.compiled_model import compile_if_needed
from tests.small_configs import write_configs

# Pytest's workers fill the machine: threads for linear algebra would only wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

settings.register_profile(
    "untimed", deadline=None
)  # a first call compiles, and machines are busy: no test hangs on time
settings.load_profile("untimed")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Stop at once if configs/ is wrong: nearly every test would fail with the same message. Compile before
    workers are started: each of them would compile the model at the same time."""
    if hasattr(session.config, "workerinput"):
        return
    try:
        load_base(locations.root() / locations.CONFIGS)
    except InputError as error:
        pytest.exit(f"configs/ cannot be loaded, no test was run:\n{error}", returncode=2)
    if session.config.getoption("numprocesses", None):
        compile_if_needed()


@pytest.fixture(scope="session")
def written_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_configs(tmp_path_factory.mktemp("small"))


@pytest.fixture
def project(written_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project for the test: configs/ and experiments/ in a temporary folder."""
    root = tmp_path / "project"
    shutil.copytree(written_project, root)
    # the configuration lies beside the package, so the package pretends to be there
    monkeypatch.setattr(locations, "__file__", str(root / "sim" / "scenario" / "locations.py"))
    return root

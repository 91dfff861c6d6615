"""Good files, changed at random by a grammar of bad ones, are read or refused; see `tests/prove/fuzz.py`."""

import pytest

from tests.model.small_worlds import base
from tests.prove.fuzz import Targets, failures


@pytest.fixture(scope="module")
def targets(tmp_path_factory: pytest.TempPathFactory) -> Targets:
    return Targets(tmp_path_factory.mktemp("fuzz"), base())


@pytest.mark.parametrize(
    ("name", "inputs"), [("experiment", 60), ("rows", 99), ("manifest", 300), ("address", 300)]
)
def test_every_input_is_read_or_refused(targets: Targets, name: str, inputs: int) -> None:
    assert list(failures(targets, name, range(inputs))) == []

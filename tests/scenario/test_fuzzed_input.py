"""Good files, changed at random by a grammar of bad ones, are read or refused; see `tests/prove/fuzz.py`."""

import pytest

from tests.model.small_worlds import base
from tests.prove.fuzz import Count, failures
from tests.prove.fuzz_targets import KINDS, Targets

INPUTS = {
    "experiment": 60,
    "configs": 20,
    "rows": 99,
    "deposit": 200,
    "manifest": 300,
    "address": 300,
    "screen": 100,
    "results": 8,
    "crate": 10,
    "store": 4,
}


@pytest.fixture(scope="module")
def targets(tmp_path_factory: pytest.TempPathFactory) -> Targets:
    return Targets(tmp_path_factory.mktemp("fuzz"), base())


@pytest.mark.parametrize("kind", KINDS)
def test_every_input_is_read_or_refused(targets: Targets, kind: str) -> None:
    count = Count()
    assert list(failures(targets, kind, range(INPUTS[kind]), count)) == []
    assert count.read and count.read + count.refused == INPUTS[kind]

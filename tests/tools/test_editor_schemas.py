"""The JSON Schemas that editors use say what the loader says."""

import pytest

from sim.scenario.locations import root
from tools.editor_schemas import KINDS, schema


@pytest.mark.parametrize("kind", KINDS)
def test_the_committed_schema_is_the_generated_one(kind: str) -> None:
    committed = root() / "configs" / "schema" / f"{kind}.json"
    assert committed.read_text(encoding="utf-8") == schema(kind), "run: python -m tools.editor_schemas"

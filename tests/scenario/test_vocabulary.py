"""The schema's fields are the model's words, in the same order."""

from sim.scenario.schema import BySegment
from sim.vocabulary import SEGMENTS


def test_a_value_by_segment_has_a_field_for_each_segment() -> None:
    assert tuple(BySegment.model_fields) == SEGMENTS

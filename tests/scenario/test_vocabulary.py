"""The schema's words are the model's words, in the same order."""

from typing import get_args

from sim import vocabulary
from sim.scenario import schema


def test_schema_and_vocabulary_agree() -> None:
    assert get_args(schema.Segment) == vocabulary.SEGMENTS
    assert get_args(schema.Instrument) == vocabulary.INSTRUMENTS
    assert get_args(schema.Channel) == vocabulary.CHANNELS
    assert get_args(schema.Event.model_fields["kind"].annotation) == vocabulary.EVENT_KINDS
    assert get_args(schema.Event.model_fields["cause"].annotation) == vocabulary.CAUSES
    assert get_args(schema.Jurisdiction.model_fields["ties"].annotation) == vocabulary.TIES
    assert tuple(schema.BySegment.model_fields) == vocabulary.SEGMENTS

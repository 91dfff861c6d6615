"""The schema's words are the model's words, in the same order."""

from typing import get_args

from sim import words
from sim.scenario import schema


def test_schema_and_vocabulary_agree() -> None:
    assert get_args(schema.Segment) == words.SEGMENTS
    assert get_args(schema.Instrument) == words.INSTRUMENTS
    assert get_args(schema.Channel) == words.CHANNELS
    assert get_args(schema.Event.model_fields["kind"].annotation) == words.EVENT_KINDS
    assert get_args(schema.Event.model_fields["cause"].annotation) == words.CAUSES
    assert get_args(schema.Jurisdiction.model_fields["ties"].annotation) == words.TIES
    assert tuple(schema.BySegment.model_fields) == words.SEGMENTS

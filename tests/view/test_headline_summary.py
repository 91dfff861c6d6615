"""What the first page says of signs that hang on one mechanism."""

import pandas as pd

from sim.view.sections.headline_summary import turns

HEADLINES = pd.DataFrame(
    [
        {"headline": "trust", "name": "Trust in US providers abroad", "low": -2.0, "high": -1.0},
        {"headline": "revenue", "name": "Revenue of US providers abroad", "low": -1.0, "high": 1.0},
    ]
)


def knockouts(low: float, high: float) -> pd.DataFrame:
    rows = [
        ("none", "Everything on", "trust", -2.0, -1.0),
        ("incidents", "Incidents", "trust", low, high),
        ("incidents", "Incidents", "revenue", 1.0, 2.0),
    ]
    return pd.DataFrame(rows, columns=["mechanism", "name", "headline", "low", "high"])


def test_a_sign_that_turns_without_a_mechanism_is_said_first() -> None:
    said = turns(HEADLINES, knockouts(0.5, 1.0))
    assert "One part of the model can turn a result" in said
    assert "trust in US providers abroad would be higher without Incidents" in said


def test_a_sign_that_only_becomes_uncertain_does_not_turn() -> None:
    assert turns(HEADLINES, knockouts(-0.5, 1.0)) == (
        "None of the 1 results turns round when one of 1 parts of the model is switched off, all else as set."
    )


def test_nothing_is_said_without_a_knock_out_table() -> None:
    assert turns(HEADLINES, None) == ""

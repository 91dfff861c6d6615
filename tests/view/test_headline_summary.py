"""What the first page says of signs that hang on one mechanism."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from sim.view.result_tables import headlines_table
from sim.view.sections.headline_summary import LIMITS, answer, rule_changes, turned_back, turns

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


def test_a_rule_that_is_turned_back_is_said_to_be() -> None:
    def view(design: dict[str, Any] | None, *days: str) -> Any:
        return SimpleNamespace(
            returns=frozenset(days), manifest={"scenario": {"experiment": {"design": design}}}
        )

    assert turned_back(view(None)) == ""
    assert turned_back(view({"uncertainties": {"trust.spread": {}}}, "2017-07-31")).endswith("on 2017-07-31")
    days = {"levers": {"worlds.turned_back.switches.1.on": {}}}
    assert turned_back(view(days, "2017-07-31")) == " and is turned back on days that the design varies"
    moved = {"levers": {"switch_date": {}}}  # which moves the later switches with the first
    assert turned_back(view(moved, "2017-07-31")) == " and is turned back on days that the design varies"
    first = {"levers": {"worlds.turned_back.switches.0.on": {}}}
    assert turned_back(view(first, "2017-07-31")).endswith("on 2017-07-31")


def test_the_days_of_a_change_are_those_of_the_worlds_and_of_the_design() -> None:
    """Of a design over dates, the day in the file need not be the day of any point."""

    def said(design: dict[str, Any] | None, **switches: list[str]) -> str:
        manifest = {"scenario": {"experiment": {"design": design}}, "switches": switches}
        first = min((day for days in switches.values() for day in days), default=None)
        view: Any = SimpleNamespace(returns=frozenset(), switch=first, manifest=manifest)
        return rule_changes(view)

    one, other = ["2014-07-31"], ["2018-06-29"]
    assert said(None, a=one, b=one) == "the rule changes on 2014-07-31"
    assert said(None, a=one, b=other) == "the rule changes on 2014-07-31 or 2018-06-29, by world"
    assert said(None, a=[], b=[]) == ""
    varied = "the rule changes on days that the design varies"
    assert said({"levers": {"switch_date": {}}}, a=one, b=one) == varied
    assert said({"uncertainties": {"worlds.b.switches.0.on": {}}}, a=one, b=one) == varied


def test_the_limits_name_what_else_turns_the_evidence_of_foreign_police() -> None:
    limit = next(one for one in LIMITS if "foreign police" in one)
    assert "letters of request" in limit and "unless direct orders succeed far less often" in limit


def test_one_pair_is_said_to_give_no_interval() -> None:
    """That no interval excludes zero would say that nothing differs."""
    own = {
        "headline": "trust",
        "name": "Trust in US providers abroad",
        "unit": "points of 100",
        "window": "end",
    }
    numbers = {"value_a": 55.0, "value_b": 51.0, "difference": -4.0}
    alone = pd.DataFrame([own | numbers | {"low": np.nan, "high": np.nan, "pairs": 1, "verdict": "one pair"}])
    several = alone.assign(low=-9.0, high=1.0, pairs=2)
    view: Any = SimpleNamespace(compare=[SimpleNamespace(label="a"), SimpleNamespace(label="b")])
    assert "fewer than two pairs of runs give no interval, so no difference can be told" in answer(
        alone, view
    )
    assert "no headline has an interval that excludes zero" in answer(several, view)
    assert "There is one pair, which gives no interval." in headlines_table(alone, ["a", "b"]).note
    assert "over 2 pairs. A difference in bold" in headlines_table(several, ["a", "b"]).note

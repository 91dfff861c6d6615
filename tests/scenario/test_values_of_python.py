"""What is built in Python is taken as its YAML would be, or refused: never lost, never made into words."""

from typing import Any

import numpy as np
import pytest

import sim
from sim.scenario.problems import InputError
from sim.scenario.resolution import resolve
from sim.scenario.yaml_files import plain, read

CLAIM: dict[str, Any] = {
    "claim": "x",
    "measure": "trust",
    "over": "sum",
    "window": "2015",
    "world": "doj_wins",
    "against": "microsoft_wins",
    "expect": "lower",
}
WITHIN: dict[str, Any] = {"title": "x"}
WITHIN["set"] = WITHIN


def _tree() -> dict[str, Any]:
    source = resolve("two_worlds").source
    assert source is not None
    return dict(read(source).tree)


@pytest.mark.parametrize(
    ("part", "said"),
    [
        pytest.param(
            {"worlds": {1: {"label": "A"}, "1": {"label": "B"}}}, "worlds.1: is there twice", id="keys"
        ),
        pytest.param({"title": object()}, r"title: must be .* \(got a object\)", id="an object"),
        pytest.param(
            {"worlds": {"a": {"label": {1, 2}}}}, r"worlds.a.label: must be .* \(got a set\)", id="a set"
        ),
        pytest.param(
            {"claims": [{"at_least": float("inf")}]}, "claims.0.at_least: not a finite", id="infinite"
        ),
        pytest.param({"claims": [{"at_least": np.float32("nan")}]}, "at_least: not a finite", id="no number"),
        pytest.param(WITHIN, "set.set.set...: is nested too deeply, or holds itself", id="itself"),
    ],
)
def test_what_no_yaml_could_say_is_refused(part: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        sim.check(_tree() | part)
    if part is not WITHIN:
        with pytest.raises(InputError, match=said):
            sim.Experiment(**_tree() | part)


LABEL = {"label": "M", "switches": []}


@pytest.mark.parametrize(
    ("part", "said"),
    [
        pytest.param({"title": " "}, "title: is empty", id="no title"),
        pytest.param({"title": "x" * 10_001}, "title: has 10,001 letters; at most 10,000", id="a long title"),
        pytest.param(
            {"worlds": {"a": LABEL, "b": LABEL | {"label": "M\u200b"}}}, "also the label of a", id="hidden"
        ),
        pytest.param(
            {"worlds": {"a": LABEL | {"label": "\u00e9"}, "b": LABEL | {"label": "e\u0301"}}},
            "also the label of a",
            id="two spellings",
        ),
        pytest.param(
            {"worlds": {"a": LABEL | {"label": "M\u202eN"}}}, "a.label: must be one line", id="turned"
        ),
        pytest.param(
            {"worlds": {"a": LABEL | {"label": "M\nN"}}}, "a.label: must be one line", id="two lines"
        ),
        pytest.param(
            {"set": {"choice.sensitivity.consumer": 2, "choice.sensitivity": 1}},
            "choice.sensitivity.consumer: would be lost: write it after choice.sensitivity",
            id="a lost value",
        ),
        pytest.param(
            {"claims": [CLAIM]},
            r"claims.0.over: 'trust' is a share, .*; valid: mean, last",
            id="a sum of shares",
        ),
    ],
)
def test_what_a_reader_could_not_take_as_meant_is_refused(part: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        sim.check(_tree() | part)


def test_a_value_after_the_whole_is_kept() -> None:
    values = {"choice.sensitivity": 1, "choice.sensitivity.consumer": 2}
    common = resolve(_tree() | {"set": values}).common
    assert common is not None
    assert common.contents.parameters.choice.sensitivity.consumer == 2


def test_a_change_is_no_object_either() -> None:
    with pytest.raises(InputError, match="title: must be"):
        sim.check("two_worlds", {"title": object()})


def test_numbers_of_numpy_are_numbers() -> None:
    asked = resolve(
        "two_worlds", {"customers": np.int32(2000), "trust.asymmetry": np.float64(1.5)}, np.int64(2)
    )
    assert (asked.experiment.seeds.count, asked.experiment.customers) == (2, 2000)
    assert plain({"a": [np.bool_(True), np.float64(0.5)]}) == {"a": [True, 0.5]}


def test_a_whole_number_that_no_float_holds_is_out_of_range() -> None:
    with pytest.raises(sim.InputError, match=r"trust\.asymmetry: a number that large is out of range"):
        sim.check("two_worlds", {"trust.asymmetry": 10**400})


@pytest.mark.parametrize("value", [1e300, 10**400])
def test_a_quantity_beyond_any_unit_is_refused(value: float) -> None:
    """Sums of such numbers overflow: the run succeeded, and its headlines were empty."""
    with pytest.raises(sim.InputError, match=r"jurisdictions\.DE\.gdp_2013: must be at most 1e\+15"):
        sim.check("two_worlds", {"jurisdictions.DE.gdp_2013": value})


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ({"customers": "many"}, r"customers: must be a whole number \(got 'many'\)"),
        ({"customers": 5000.5}, "customers: must be a whole number"),
        ({"customers": True}, "customers: must be a whole number"),
        ({"seeds": 3}, "seeds: must be a mapping"),
        ({"horizon": None}, "horizon: must be a mapping"),
        ({"worlds": {"a": 1}}, "worlds.a: must be a mapping"),
        ({"levers": {"a": {}}}, "levers.a.by: missing key"),
        ({"nope": 1}, "nope: unknown key"),
        ({"title": object()}, r"title: must be .* \(got a object\)"),
    ],
)
def test_what_model_copy_puts_in_is_checked_too(part: dict[str, Any], said: str) -> None:
    """Pydantic puts it in as it is; some ended in a trace, some ran as another number."""
    with pytest.raises(InputError, match=said):
        sim.check(sim.Experiment(**_tree()).model_copy(update=part))


def test_numpy_numbers_and_dates_may_be_put_in() -> None:
    mine = sim.Experiment(**_tree()).model_copy(update={"customers": np.int64(2500)})
    assert resolve(mine).experiment.customers == 2500
    day = resolve("two_worlds", {"worlds.doj_wins.switches.0.on": np.datetime64("2015-01-31")})
    assert str(day.experiment.worlds["doj_wins"].switches[0].on) == "2015-01-31"


def test_a_mapping_may_leave_its_sizes_to_the_call() -> None:
    tree = _tree()
    del tree["seeds"], tree["customers"]
    sized = resolve(tree, seeds=8, customers=2000).experiment
    assert (sized.seeds.first, sized.seeds.count, sized.customers) == (1, 8, 2000)
    assert (
        resolve(tree | {"seeds": {"first": 5, "count": 2}}, seeds=8, customers=2000).experiment.seeds.first
        == 5
    )
    with pytest.raises(InputError, match="seeds: missing key"):
        resolve(tree, customers=2000)

"""Planted regions are found the whole way from design through store to box; what cannot be found is said."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.analysis.drivers.discovery_boxes import Limit, cart, prim, telling
from sim.analysis.drivers.discovery_inputs import Inputs
from sim.pipeline import Finished
from sim.runs.seed_task import Task
from tests.planted_sweeps import CLAIM, swept

pytestmark = pytest.mark.long

pytest.importorskip("ema_workbench", reason="the extra `discover` is not installed")

DESIGN = """\
design:
  method: sobol
  points: 256
  seed: 3
  uncertainties:
    trust.asymmetry: {range: [1, 4]}
    trust.intelligence_spillover: {range: [0, 1]}
    trust.ruling_weight: {range: [0, 1]}
    trust.peer_weight: {range: [0.05, 0.4]}
"""


def in_first(values: Mapping[str, Any]) -> bool:
    return bool(values["trust.asymmetry"] > 2.5 and values["trust.intelligence_spillover"] < 0.4)


def in_second(values: Mapping[str, Any]) -> bool:
    return bool(values["trust.asymmetry"] < 1.75 and values["trust.ruling_weight"] > 0.6)


def loss(values: Mapping[str, Any]) -> float:
    """Trust falls by a twentieth in the two planted boxes, and rises a little elsewhere."""
    return 0.05 if in_first(values) or in_second(values) else -0.01


def limits(found: Any, method: str, region: int) -> pd.DataFrame:
    table = found.limits
    return table[(table["method"] == method) & (table["region"] == region)].set_index("factor")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    return swept(tmp_path_factory.mktemp("planted"), DESIGN, loss, claims=CLAIM)


@pytest.fixture(scope="module")
def found(finished: Finished) -> Any:
    return sim.load(finished.folder).discover("trust", below=-2)


def test_two_planted_boxes_are_found_in_two_passes(found: Any) -> None:
    boxes = found.regions[found.regions["method"] == "PRIM"]
    assert len(boxes) == 2
    assert boxes["coverage"].sum() > 0.9 and (boxes["density"] > 0.9).all()
    first, second = limits(found, "PRIM", 1), limits(found, "PRIM", 2)
    assert set(first.index) == {"trust.asymmetry", "trust.intelligence_spillover"}
    assert first.loc["trust.asymmetry", "low"] == pytest.approx(2.5, abs=0.2)
    assert first.loc["trust.intelligence_spillover", "high"] == pytest.approx(0.4, abs=0.05)
    assert set(second.index) == {"trust.asymmetry", "trust.ruling_weight"}
    assert second.loc["trust.asymmetry", "high"] == pytest.approx(1.75, abs=0.2)
    assert second.loc["trust.ruling_weight", "low"] == pytest.approx(0.6, abs=0.05)
    p = found.limits.loc[found.limits["method"] == "PRIM", ["quasi_p_low", "quasi_p_high"]]
    assert np.nanmax(p) < 0.05


def test_the_leaves_of_the_tree_cover_the_whole_space_and_hold_both_boxes(found: Any) -> None:
    leaves = found.regions[found.regions["method"] == "CART"]
    assert leaves["points"].sum() == 256 and leaves["share"].sum() == pytest.approx(1.0)
    dense = leaves[leaves["density"] > 0.9]
    assert dense["coverage"].sum() > 0.9
    first = limits(found, "CART", int(dense["region"].iloc[0]))
    assert first.loc["trust.asymmetry", "low"] == pytest.approx(2.5, abs=0.2)


def test_the_answer_names_the_box_in_words_with_its_quasi_p(found: Any) -> None:
    words = str(found)
    assert "“DOJ wins” minus “Microsoft wins”, below -2 points of 100" in words
    assert "trust.intelligence_spillover below 0." in words and "quasi-p" in words


def test_density_rises_and_coverage_falls_along_the_trajectory(found: Any) -> None:
    steps = found.tradeoff[found.tradeoff["pass"] == 1]
    assert steps["coverage"].iloc[0] == 1.0
    assert steps["coverage"].iloc[-1] < steps["coverage"].iloc[0]
    assert steps["density"].iloc[-1] > steps["density"].iloc[0]
    assert steps["chosen"].sum() == 1


def test_points_know_their_box_and_the_tables_are_on_disk(found: Any, finished: Finished) -> None:
    points = found.points.set_index("point")
    design = sim.load(finished.folder).points
    for point in (0, 17, 101, 255):
        assert points.loc[point, "case"] == (in_first(design.loc[point]) or in_second(design.loc[point]))
    read = pd.read_csv(finished.folder / "discovery.csv")
    assert read["region_words"].tolist()[:2] == found.regions["region_words"].tolist()[:2]
    assert set(points.loc[points["case"], "box"]) >= {1, 2}


def test_a_claims_verdict_and_the_order_of_the_worlds_flip_where_they_were_planted(
    finished: Finished,
) -> None:
    sweep = sim.load(finished.folder)
    holds, order = sweep.discover(claim=0, verdict="holds"), sweep.discover("trust")
    assert holds.regions.loc[0, "all_cases"] == found_cases(sweep)
    higher, lower = (
        order.regions[order.regions["question"] == f"trust {kind}"] for kind in ("higher", "lower")
    )
    assert higher["all_cases"].iloc[0] + lower["all_cases"].iloc[0] == 256
    assert len(lower[lower["method"] == "PRIM"]) == 2


def found_cases(sweep: Any) -> int:
    return int(sum(in_first(row) or in_second(row) for _, row in sweep.points.iterrows()))


def test_an_outcome_that_is_constant_or_of_one_class_is_said(finished: Finished) -> None:
    sweep = sim.load(finished.folder)
    constant = sweep.discover("revenue", above=1.0)
    assert "the outcome is constant: 0 at all 256 points" in str(constant)
    assert "none of the 256 points are of interest: one class only" in str(sweep.discover("trust", below=-50))
    assert constant.limits.empty


def test_failed_runs_are_said_and_dropped(tmp_path: Path) -> None:
    """Five of a hundred pairs fail, among them both of three points."""

    def fails(task: Task) -> bool:
        point = int(task.label.split()[1])
        return point in (5, 50, 200) or (point * 2 + task.seed) % 20 == 3

    done = swept(tmp_path, DESIGN, loss, fails)
    found = sim.load(done.folder).discover("trust", below=-2)
    assert len(done.failures) >= 26
    assert "3 of 256 points have no pair with this outcome and are left out" in str(found)
    assert f"{len(done.failures) - 6} pairs failed at points that are kept with their other pairs" in str(
        found
    )
    assert not {5, 50, 200} & set(found.points["point"])
    first = limits(found, "PRIM", 1)
    assert first.loc["trust.asymmetry", "low"] == pytest.approx(2.5, abs=0.2)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"headline": "trst", "above": 1.0}, "did you mean 'trust'"),
        ({"claim": 7}, "claim 7: there is no such claim"),
        ({"verdict": "fails"}, "a verdict needs a claim"),
        ({"above": 1.0}, "above: of which headline"),
        ({"headline": "trust", "below": float("nan")}, "must be a finite number"),
        ({"headline": "trust", "density": 1.5}, "density 1.5"),
        ({"claim": 0, "verdict": "wins"}, "verdict 'wins'"),
    ],
)
def test_bad_questions_name_the_valid_choices(finished: Finished, asked: dict[str, Any], words: str) -> None:
    with pytest.raises(sim.InputError, match=words):
        sim.load(finished.folder).discover(**asked)


def test_a_limit_that_could_be_chance_is_dropped() -> None:
    rng = np.random.default_rng(1)
    x = pd.DataFrame(rng.random((400, 3)), columns=["a", "b", "c"])
    y = (x["a"] > 0.5).to_numpy()
    kept = telling([Limit("a", low=0.5), Limit("b", high=0.9)], x, y)
    assert [one.factor for one in kept] == ["a"]


def test_dates_and_levels_are_limits_too() -> None:
    rng = np.random.default_rng(2)
    day = rng.choice(["2014-07-31", "2015-07-31", "2016-07-31", "2017-07-31"], 400)
    who = rng.choice(["red", "blue", "green"], 400)
    inputs = Inputs.of(pd.DataFrame({"on": day, "who": who, "n": rng.random(400), "same": 1.0}))
    y = (day >= "2016-07-31") & (who != "red")
    assert list(inputs.x) == ["on", "who", "n"], "a factor with one value is left out"
    boxes, _ = prim(inputs, y)
    by_factor = {one.factor: one for one in boxes[0].limits}
    assert by_factor["who"].levels == ("blue", "green")
    assert "2015-07-31" < inputs.said("on", by_factor["on"].low) <= "2016-07-31"
    assert boxes[0].density == 1.0 and boxes[0].coverage == 1.0
    leaves = [leaf for leaf in cart(inputs, y) if leaf.density > 0.9]
    assert sum(leaf.coverage for leaf in leaves) == pytest.approx(1.0)


def test_a_level_that_the_first_box_takes_whole_is_no_limit_of_the_second() -> None:
    """The points that are left have one level, which the library then leaves out."""
    rng = np.random.default_rng(3)
    who, n = rng.choice(["red", "blue"], 400), rng.random(400)
    y = (who == "red") | (n > 0.8)
    boxes, _ = prim(Inputs.of(pd.DataFrame({"who": who, "n": n})), y)
    assert [[one.factor for one in box.limits] for box in boxes] == [["who"], ["n"]]


def test_points_of_interest_that_are_too_few_for_a_box_are_said_to_be(tmp_path: Path) -> None:
    """PRIM does not begin with fewer than eight; there is no densest box then."""

    def seldom(values: Mapping[str, Any]) -> float:
        return 0.05 if values["trust.asymmetry"] > 3.94 else -0.01

    found = sim.load(swept(tmp_path, DESIGN, seldom).folder).discover("trust", below=-2)
    note = str(found.regions[found.regions["method"] == "PRIM"]["note"].iloc[0])
    assert note.startswith("5 points of interest are too few for a box"), note

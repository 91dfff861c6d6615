"""The charts of the frontier: every rule and lever can be found, and no label covers anything."""

import re
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.view.figures.frontier_charts import frontier_chart, levers_chart
from sim.view.figures.label_places import Label, near, overlapping, places, ranges
from sim.view.figures.style import world_styles

WIDTHS, HEIGHT = (280.0, 480.0, 1100.0), 430.0
RULES = {"a": "Microsoft wins", "b": "DOJ wins", "c": "CLOUD Act"}
TITLES = ("evidence, percentage points", "trust, points of 100")


def points_of() -> pd.DataFrame:
    """Three rules, two of them at one place, and twelve levers under each of which three move it."""
    rows = []
    for rule, (x, y) in zip(RULES, ((0.0, 0.0), (16.0, -0.8), (16.0, -0.8)), strict=True):
        for lever in range(13):
            moved = {5: (-4.0, 0.1), 6: (-4.6, 0.1), 7: (0.0, -1.2)}.get(lever, (0.0, 0.0))
            at = {"x": x + moved[0], "y": y + moved[1]}
            ends = {f"{of}_{end}": at[of] + way for of in "xy" for end, way in (("low", -0.1), ("high", 0.1))}
            name = RULES[rule] + (f": lever {lever}" if lever else "")
            number = float(lever) if lever else np.nan
            known = {"rule": rule, "rule_name": RULES[rule], "name": name, "plain": not lever}
            rows.append(known | {"number": number, "on_frontier": lever == 5} | at | ends)
    return pd.DataFrame(rows)


def numbers_in(words: str) -> set[int]:
    out: set[int] = set()
    for first, last in re.findall(r"(\d+)(?:\N{EN DASH}(\d+))?", words.replace("<br>", " ")):
        out |= set(range(int(first), int(last or first) + 1))
    return out


@pytest.mark.parametrize("seed", range(4))
def test_labels_do_not_overlap_however_marks_crowd(seed: int) -> None:
    rng = np.random.default_rng(seed)
    marks = [(float(x), float(y)) for x, y in np.clip(0.5 + 0.12 * rng.standard_normal((14, 2)), 0.02, 0.98)]
    marks[3] = marks[4] = marks[5]
    labels = [Label(x, y, f"mark {k}") for k, (x, y) in enumerate(marks)]
    offsets = places(labels, marks, WIDTHS, HEIGHT)
    for width in WIDTHS:
        assert overlapping(labels, offsets, width, HEIGHT) == []
        for label, (right, down) in zip(labels, offsets, strict=True):
            wide, high = label.half
            x, y = label.x * width + right, (1 - label.y) * HEIGHT + down
            assert wide <= x <= width - wide and high <= y <= HEIGHT - high, "a label is cut"
            hidden = [
                m for m in marks if abs(m[0] * width - x) < wide and abs((1 - m[1]) * HEIGHT - y) < high
            ]
            assert hidden == [], "a label covers a mark"


def test_marks_at_one_place_are_one_group_and_numbers_are_told_in_short() -> None:
    assert near([(0.5, 0.5), (0.501, 0.5), (0.9, 0.5)], 500, 400) == [[0, 1], [2]]
    assert ranges([5, 1, 2, 3, 8, 9]) == "1\N{EN DASH}3, 5, 8, 9"
    assert ranges([]) == ""


def test_every_rule_has_a_name_and_a_mark_that_shows_behind_those_at_its_place() -> None:
    figure = frontier_chart(points_of(), world_styles(RULES), TITLES)
    assert [note["text"] for note in figure["layout"]["annotations"]] == list(RULES.values())
    rules = [trace for trace in figure["data"] if "error_x" in trace]
    size = {trace["name"]: trace["marker"]["size"] for trace in rules}
    assert size["DOJ wins"] > size["CLOUD Act"], "they lie at one place"
    order = [trace["name"] for trace in rules]
    assert order.index("DOJ wins") < order.index("CLOUD Act"), "the larger is drawn first, behind"
    assert all(trace["mode"] == "markers" for trace in rules)


def test_every_lever_has_its_number_in_one_label_of_its_rule() -> None:
    points = points_of()
    figure = levers_chart(points[points["rule"] == "b"], world_styles(RULES)["b"], 1, TITLES)
    notes: list[dict[str, Any]] = figure["layout"]["annotations"]
    found = [numbers_in(note["text"]) for note in notes]
    assert set.union(*found) == set(range(1, 13))
    assert all(not one & other for one, other in combinations(found, 2))
    alone = next(note for note in notes if numbers_in(note["text"]) == {7})
    assert (alone["x"], alone["y"]) == (16.0, pytest.approx(-2.0))
    assert notes[0]["text"].startswith("DOJ wins"), "the rule itself is named"

"""No fit sees what it is scored on: rows apart, and a start that does not know them either."""

import csv
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

from sim.analysis.calibration.inputs import Inputs, read_inputs
from sim.analysis.evidence.rows import Row, read_rows, shipped_rows
from sim.analysis.posterior_draws import Draw
from sim.analysis.starting_levels.sources import Sources, read_sources
from sim.analysis.validation.holdout import (
    IN_THE_STARTING_VALUES,
    EarlyStart,
    places_held_back,
    sources_without,
    unseen_by_all,
    unseen_by_early,
)
from sim.scenario.locations import CONFIGS, root
from tests.analysis.validation.small_rows import asked, history


@cache
def shipped() -> tuple[tuple[Row, ...], Inputs]:
    rows = read_rows(shipped_rows(), history())
    return rows, read_inputs(rows, asked().base)


@cache
def sources() -> Sources:
    return read_sources(root() / CONFIGS)


def ids(rows: Iterable[Row]) -> set[str]:
    return {row.id for row in rows}


def test_validation_rows_reach_neither_fit() -> None:
    rows, inputs = shipped()
    unseen = unseen_by_all(rows)
    assert len(unseen.asked) == sum(row.role == "validation" for row in rows) > 0
    for early in (False, True):
        assert not ids(unseen.asked) & ids(inputs.rows(rows, early)) and {
            row.role for row in inputs.rows(rows, early)
        } == {"calibration"}
    assert not ids(unseen.asked) & ids(unseen.seen)


def test_the_early_fit_is_asked_only_what_it_did_not_see() -> None:
    rows, inputs = shipped()
    unseen = unseen_by_early(inputs.rows(rows), inputs.rows(rows, early=True))
    assert unseen.seen == inputs.rows(rows, early=True) and not ids(unseen.asked) & ids(unseen.seen)
    held = places_held_back(unseen.asked)
    assert held == set(inputs.held_back) and len(held) >= 3
    # whatever it is asked about is late or of a country that was held back, and none of the late or held
    # back is in what it saw
    late = 12 * (2019 - 1970)
    assert all(row.period.last >= late or row.place.codes & held for row in unseen.asked)
    assert not [
        row
        for row in unseen.seen
        if row.last.last >= late or (row.measure.name.startswith("adoption") and row.place.codes & held)
    ]


def test_of_a_country_held_back_everybody_is_given_the_first_survey_and_asked_about_the_others() -> None:
    rows, inputs = shipped()
    unseen = unseen_by_early(inputs.rows(rows), inputs.rows(rows, early=True))
    surveys = [
        row
        for row in inputs.rows(rows)
        if row.measure.name == "adoption" and row.place.codes & set(inputs.held_back)
    ]
    years = {row.id: row.period.first // 12 + 1970 for row in surveys}
    assert {row.id for row in unseen.asked if row in surveys} == {
        name for name, year in years.items() if year > 2014
    }
    assert {row.id for row in unseen.known if row in surveys} == {
        name for name, year in years.items() if year == 2014
    }


def test_rows_in_the_starting_values_are_rows() -> None:
    assert set(IN_THE_STARTING_VALUES) <= {row.id for row in shipped()[0]}


def test_the_starting_levels_of_the_early_fit_do_not_know_what_was_held_back(tmp_path: Path) -> None:
    held = frozenset({"IE", "DE"})
    resolved = asked()
    levels = _levels(EarlyStart(sources_without(sources(), held))(resolved, Draw("a draw", {})))
    # other answers of the held-back countries in 2016 change nothing
    evidence = tmp_path / "configs" / "evidence"
    evidence.mkdir(parents=True)
    for file in (root() / CONFIGS / "evidence").iterdir():
        (evidence / file.name).write_bytes(file.read_bytes())
    (tmp_path / "configs" / "world").symlink_to(root() / CONFIGS / "world")
    survey = evidence / "eurostat_cloud_use_2014_2016.csv"
    lines = list(csv.DictReader(survey.open(encoding="utf-8", newline="")))
    for line in lines:
        if line["geo"] in held and line["year"] == "2016":
            line["pct_enterprises"] = "77"
    with survey.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, lines[0].keys())
        writer.writeheader()
        writer.writerows(lines)
    changed = read_sources(tmp_path / "configs")
    assert _levels(EarlyStart(sources_without(changed, held))(resolved, Draw("a draw", {}))) == levels
    # ... which they would if they were not taken out
    assert _levels(EarlyStart(changed)(resolved, Draw("a draw", {}))) != levels


def test_the_pace_of_a_draw_carries_its_levels() -> None:
    start = EarlyStart(sources_without(sources(), {"IE"}))
    slow, fast = (start(asked(), Draw("a draw", {"adoption.imitation": q})) for q in (0.05, 0.3))
    assert (slow.parameters.adoption.imitation, fast.parameters.adoption.imitation) == (0.05, 0.3)
    # the faster use grows, the less there was in 2013 to reach what was measured in 2014
    assert (
        fast.jurisdictions["IE"].adoption_2013.small_firm < slow.jurisdictions["IE"].adoption_2013.small_firm
    )
    assert start(asked(), Draw("a draw", {"trust.asymmetry": 1.5})).parameters.trust.asymmetry == 1.5


def _levels(history: object) -> dict[str, object]:
    return {code: one.adoption_2013 for code, one in history.jurisdictions.items()}


@pytest.mark.parametrize("code", ["DE", "rest_of_eu"])
def test_with_nothing_held_back_the_levels_are_the_shipped_ones(code: str) -> None:
    made, shipped_level = (
        EarlyStart(sources())(asked(), Draw("a draw", {})).jurisdictions[code].adoption_2013,
        asked().base.jurisdictions[code].adoption_2013,
    )
    assert (
        made.small_firm == pytest.approx(shipped_level.small_firm, rel=0.01)
        and made.consumer == shipped_level.consumer
    )

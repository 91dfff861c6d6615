"""Splits: what a fit may see and what it is asked never meet."""

from functools import cache

import pytest

from sim.analysis.evidence.compare import history_of
from sim.analysis.evidence.measures.quantities import QUANTITIES, quantity
from sim.analysis.evidence.measures.registry import MEASURES
from sim.analysis.evidence.rows import Row, read_rows, shipped_rows
from sim.analysis.evidence.splits import (
    SHIPPED,
    SPLITS,
    UNTIL,
    Split,
    countries_held_back,
    helped_an_input,
    split_named,
)
from sim.scenario.resolution import resolve

EVERY = (SHIPPED, *SPLITS)


@cache
def rows() -> tuple[Row, ...]:
    return read_rows(shipped_rows(), history_of(resolve("history")))


@pytest.mark.parametrize("split", EVERY, ids=lambda split: split.name)
def test_no_fit_sees_a_validation_row_or_what_it_is_asked(split: Split) -> None:
    seen = [row for row in rows() if split.may_see(row)]
    assert seen and {row.role for row in seen} == {"calibration"}
    assert not [row.id for row in seen if split.asks(row)]
    assert not [row.id for row in rows() if split.asks(row) and helped_an_input(row)]
    assert not [row.id for row in rows() if split.asks(row) and row.role in ("context", "input")]


def test_by_time_sees_nothing_that_was_known_after_2018_and_is_asked_all_of_it() -> None:
    split = split_named("by_time")
    late = [row for row in rows() if row.period.last > UNTIL and row.role in ("calibration", "validation")]
    assert late and not [row for row in late if split.may_see(row)]
    assert {row.id for row in late} == {row.id for row in rows() if split.asks(row) or _helped_late(row)}
    assert not [row for row in rows() if split.asks(row) and row.period.last <= UNTIL]


def _helped_late(row: Row) -> bool:
    return helped_an_input(row) and row.period.last > UNTIL and row.role in ("calibration", "validation")


def test_of_a_country_held_back_only_the_first_survey_is_seen() -> None:
    split, held = split_named("by_country"), countries_held_back()
    surveys = [row for row in rows() if row.measure.name == "adoption" and row.place.codes & held]
    assert {row.period.first // 12 + 1970 for row in surveys if split.may_see(row)} == {2014}
    asked = [row.place.codes for row in rows() if split.asks(row)]
    assert held <= frozenset().union(*asked) and all(codes & held for codes in asked)
    assert split.may_see(next(row for row in rows() if row.id == "S06a")), "no row on adoption"


@pytest.mark.parametrize("name", ["market_shares", "laws", "trust", "stated"])
def test_by_kind_holds_a_whole_quantity_back(name: str) -> None:
    split = split_named(f"by_kind_{name}")
    asked = {row.measure.name for row in rows() if split.asks(row)}
    assert asked and not asked & {row.measure.name for row in rows() if split.may_see(row)}


def test_every_measure_is_about_one_kind_of_quantity() -> None:
    assert {quantity(one) for one in MEASURES.values()} == set(QUANTITIES)

"""No forecaster knows what it is scored on."""

from pathlib import Path

import pytest

from sim.analysis.evidence.rows import read_rows, shipped_rows
from sim.analysis.evidence.splits import SHIPPED, SPLITS, Split
from sim.analysis.validation.holdout import unseen_by
from sim.analysis.validation.series import earlier, error_of
from tests.analysis.validation.small_rows import history, rows


@pytest.mark.parametrize("split", (SHIPPED, *SPLITS), ids=lambda split: split.name)
def test_the_fit_sees_nothing_that_it_is_asked_and_rivals_only_the_first_value_of_a_new_series(
    split: Split,
) -> None:
    shipped = read_rows(shipped_rows(), history())
    unseen = unseen_by(split, shipped)
    assert {row.role for row in unseen.seen} == {"calibration"}
    assert not {row.id for row in unseen.seen} & {row.id for row in unseen.asked}
    given = [row for row in unseen.known if row not in unseen.seen]
    assert all(row in unseen.asked and not earlier(row, unseen.seen) for row in given)
    assert all(not earlier(row, unseen.asked) for row in given)


def test_rivals_of_a_fit_that_saw_a_series_are_given_no_later_value_of_it(tmp_path: Path) -> None:
    r = rows(
        tmp_path,
        seen={"value": 10, "year": "2018-01"},
        a={"value": 14, "year": "2020-01", "role": "validation"},
        b={"value": 18, "year": "2023-01", "role": "validation"},
        new_a={"value": 3, "year": "2020-01", "role": "validation", "place": "FR"},
        new_b={"value": 5, "year": "2023-01", "role": "validation", "place": "FR"},
    )
    by_time = next(one for one in SPLITS if one.name == "by_time")
    unseen = unseen_by(by_time, list(r.values()))
    assert {row.id for row in unseen.asked} == {"a", "b", "new_a", "new_b"}
    assert {row.id for row in unseen.known} == {"seen", "new_a"}


def test_the_error_of_a_row_without_one_is_half_its_tolerance(tmp_path: Path) -> None:
    r = rows(tmp_path, known={"value": 10}, unknown={"value": 10, "se": ""})
    assert error_of(r["known"]) == 1.5 and error_of(r["unknown"]) == pytest.approx(0.5)

"""What a row counts as, and how many rows of each kind count as what."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.analysis.evidence.compare import counted
from sim.analysis.evidence.counts import counts
from sim.analysis.evidence.not_used import not_used
from sim.analysis.headlines import Interval
from tests.analysis.evidence.row_files import changed, rows_of

CHANGE = {"measure": "adoption_change", "unit": "points", "from": "2014-01"}


@pytest.mark.parametrize(
    ("values", "mean", "said"),
    [
        ({"role": "calibration"}, 17.5, "held"),
        ({"role": "validation"}, 30.0, "missed"),
        ({"role": "validation"}, np.nan, "cannot say"),
        ({"role": "context"}, 17.5, "context"),
        ({"role": "input"}, 17.5, "input"),
        ({"role": "validation", "helped": "adoption_2013"}, 17.5, "input"),
        ({"role": "validation", "bound": "le"}, 9.0, "held"),
        ({"role": "validation", "bound": "le"}, 0.1, "near zero"),
        ({"role": "validation", "bound": "ge"}, 17.5, "held"),
        ({"role": "validation", "value": "-1", **CHANGE}, 0.01, "near zero"),
        ({"role": "validation", "value": "-9", **CHANGE}, -8.0, "held"),
    ],
)
def test_a_row_is_a_hit_only_where_it_could_have_been_missed(
    values: dict[str, str], mean: float, said: str, tmp_path: Path
) -> None:
    (row,) = rows_of(tmp_path, changed(**values))
    assert counted(row, Interval(mean, mean, mean, 3)) == said


def test_rows_are_counted_by_kind_and_role_with_bounds_apart() -> None:
    rows = [
        ("adoption", "calibration", "eq", "held"),
        ("adoption", "calibration", "eq", "missed"),
        ("adoption", "validation", "eq", "cannot say"),
        ("adoption", "calibration", "eq", "input"),
        ("market", "validation", "le", "near zero"),
        ("market", "validation", "le", "held"),
        ("market", "context", "le", "context"),
    ]
    table = counts(pd.DataFrame(rows, columns=["kind", "role", "bound", "counted"])).set_index("kind")
    assert table.loc["adoption"].tolist() == [2, 1, 1, 0, 0, 0, 0, 1, 0, 1]
    assert table.loc["market"].tolist() == [0, 0, 2, 1, 1, 2, 1, 0, 1, 0]
    assert table.loc["all"].tolist() == [2, 1, 3, 1, 1, 2, 1, 1, 1, 1]


def test_every_line_that_is_not_used_has_a_reason() -> None:
    table = not_used()
    assert (table["lines"] > 0).all() and table["reason"].str.len().gt(15).all()

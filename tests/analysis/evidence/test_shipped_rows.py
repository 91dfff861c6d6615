"""The shipped rows: every source has a row, each in its role; the file is what its generator writes."""

import csv
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from sim.analysis.evidence.measures.registry import MEASURES
from sim.analysis.evidence.rows import FITTED, Row, example_line, read_rows, rows_to_fit, shipped_rows
from sim.scenario.locations import CONFIGS, root
from tests.analysis.evidence.row_files import history, rows_of, written
from tools.evidence_rows.__main__ import ROWS, SCALES, made
from tools.evidence_rows.copies import read
from tools.evidence_rows.line import HEADER

EVIDENCE = root() / CONFIGS / "evidence"


@cache
def shipped() -> tuple[Row, ...]:
    return read_rows(shipped_rows(), history())


def evidence() -> dict[str, dict[str, str]]:
    with (EVIDENCE / "evidence.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def cited(row: Row) -> str:
    return row.source.split(":")[0]


def test_every_calibration_and_validation_row_of_the_evidence_is_measured_in_its_role() -> None:
    wanted = {
        (name, row["role"])
        for name, row in evidence().items()
        if row["role"] in ("calibration", "validation")
    }
    # a source of several parts (T24a, T24b) or a row of several values (S11) is cited by its own id
    covered = {(cited(row), row.role) for row in shipped() if cited(row) in evidence()}
    assert all(role == evidence()[name]["role"] for name, role in covered)
    # K22 and K22b are an older release of the survey whose rows are `use_...`
    assert {name for name, _ in wanted - covered} == {"K22", "K22b"}


def test_a_fit_sees_calibration_rows_and_nothing_that_other_rows_say_reaches_it() -> None:
    fitted = rows_to_fit(shipped())
    forbidden = {name for name, row in evidence().items() if row["role"] != FITTED}
    assert fitted and {row.role for row in fitted} == {FITTED}
    assert forbidden.isdisjoint(cited(row) for row in fitted)
    others_changed = [
        row if row.role == FITTED else replace(row, value=row.value + 99.0) for row in shipped()
    ]
    assert rows_to_fit(others_changed) == fitted


def test_every_shipped_row_says_where_the_model_measures_something_else() -> None:
    for row in shipped():
        if (
            cited(row) in ("S07", "S11", "S18", "B04", "B05a", "L04", "T24a")
            and row.measure.name != "revenue_lost"
        ):
            assert row.note, row.id


def test_the_shipped_rows_and_scales_are_what_their_generator_writes() -> None:
    rows, scales = made(root() / CONFIGS)
    assert [[row[name] for name in HEADER] for row in rows] == [
        [row[name] for name in HEADER] for row in read(EVIDENCE / ROWS)
    ]
    assert [[str(value) for value in scale] for scale in scales] == [
        list(scale.values()) for scale in read(EVIDENCE / SCALES)
    ]


def test_no_row_of_adoption_that_is_scored_lies_beyond_a_break_of_its_series() -> None:
    scored = {row.id: row for row in shipped() if row.role in ("calibration", "validation")}
    for place, inside, beyond in (("IT", 2016, 2014), ("FR", 2021, 2023), ("SE", 2021, 2023)):
        for size in ("", "_small", "_50plus"):
            assert f"use_{place}_{inside}{size}" in scored
            assert f"use_{place}_{beyond}{size}" not in scored
    assert not [name for name, row in scored.items() if "break" in row.flags]


def test_waves_after_2018_and_views_under_another_president_are_never_fitted() -> None:
    for row in rows_to_fit(shipped()):
        assert "president" not in row.flags, row.id
        assert not row.id.startswith("use_") or row.last.last < (2019 - 1970) * 12, row.id


def test_only_one_release_of_shares_in_europe_is_fitted_or_scored() -> None:
    europe = [row for row in shipped() if row.place.name == "eu" and row.measure.name.endswith("_share")]
    scored = [row for row in europe if row.role in ("calibration", "validation")]
    assert len(scored) >= 3 and all("July 2025" in row.source for row in scored)


def test_examples_are_rows_that_can_be_read(tmp_path: Path) -> None:
    lines = [example_line(one).replace("my_row", f"row_{k}") for k, one in enumerate(MEASURES.values())]
    rows: Any = rows_of(tmp_path, *lines)
    assert [row.measure.name for row in rows] == list(MEASURES)


def test_the_rows_that_the_documentation_shows_can_be_read(tmp_path: Path) -> None:
    text = (root() / "docs" / "evidence.md").read_text(encoding="utf-8")
    lines = [line.strip() for line in text.partition("    id,role,")[2].partition("\n\n")[0].splitlines()]
    rows = read_rows(written(tmp_path, *lines[1:], header=f"id,role,{lines[0]}"), history())
    assert [row.measure.name for row in rows] == ["revenue_growth", "stated"]

"""`warrantsim evidence`: rows refused before anything runs, model beside data, and the list of measures."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.analysis.evidence.measures.registry import MEASURES
from sim.model.tables import TABLES
from sim.runs.seed_task import SeedDone, Task
from sim.runs.tasks import Runner
from sim.vocabulary import SEGMENTS

Warrantsim = Any  # the fixture of conftest.py
HEADER = "id,role,measure,place,population,from,to,without_event,value,se,bound,unit,source"
HOLDS = "good,context,adoption,DE,firms_10plus,2013-03,2013-03,,20,1.5,eq,%,a survey"
MISSES = "bad,calibration,moved,world,,2013,2013,T01,30,1,eq,%,another,move=gave_up"
LATE = "late,context,adoption,DE,,2031,2031,,20,1.5,eq,%,a survey"


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[Task]:
    """A stand-in for the model: a fifth uses the cloud; with the leak 1% gives up each month."""
    tasks: list[Task] = []

    def cell(world: str, months: int) -> dict[str, np.ndarray]:
        rows = [
            (month, country, segment)
            for month in range(months)
            for country in ("DE", "US")
            for segment in SEGMENTS
        ]
        out: dict[str, np.ndarray] = {column.name: np.zeros(len(rows)) for column in TABLES["cell"].measures}
        out |= {
            "customers": np.full(len(rows), 100.0),
            "adoption": np.full(len(rows), 0.2),
            "gave_up": np.full(len(rows), 0.0 if world else 1.0),
        }
        keys = {
            name: np.array([row[k] for row in rows], dtype=object)
            for k, name in ((1, "country"), (2, "segment"))
        }
        return out | keys | {"month": np.datetime64("2013-01", "M") + np.array([row[0] for row in rows])}

    def results(self: Runner, asked: Sequence[Task], tables: Sequence[str]) -> Iterator[tuple[int, SeedDone]]:
        tasks.extend(asked)
        assert list(tables) == ["cell"]  # what no row needs is not read
        for position, task in enumerate(asked):
            made = {name: {"cell": cell(name, scenario.months)} for name, scenario in task.scenarios.items()}
            yield position, SeedDone(task.seed, task.label, made)

    monkeypatch.setattr(Runner, "results", results)
    monkeypatch.setattr("sim.model.compiled.is_compiled", lambda: True)
    return tasks


def rows(folder: Path, *lines: str) -> str:
    """A file of rows; those with arguments have one value more than the others."""
    file = folder / "rows.csv"
    wide = [line + "," * (HEADER.count(",") + 1 - line.count(",")) for line in lines]
    file.write_text("\n".join((f"{HEADER},arguments", *wide)) + "\n", encoding="utf-8")
    return str(file)


def test_rows_are_measured_printed_and_written(
    ran: list[Task], warrantsim: Warrantsim, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    outcome = warrantsim(
        "evidence",
        "--rows",
        rows(tmp_path, HOLDS, MISSES, LATE),
        "--seeds",
        "3",
        "--out",
        str(out),
        "--store",
        str(tmp_path / "store"),
    )
    assert outcome.code == 0, outcome.err
    text = " ".join(outcome.out.split())
    assert "3 rows; history and history without T01 x 3 seeds, 20,000 customers" in text
    assert (
        "20 ± 1.5" in text
        and "Rows by kind" in text
        and "Not used" not in text  # that is of the shipped rows
    )
    table = pd.read_csv(out / "evidence.csv").set_index("row")
    assert table["verdict"].to_dict() == {"good": "holds", "bad": "misses", "late": "cannot say"}
    assert table["counted"].to_dict() == {"good": "context", "bad": "missed", "late": "context"}
    # twelve months of one in a hundred, and none of them without the leak
    assert table["model"].round(6).to_dict() == pytest.approx(
        {"good": 20.0, "bad": 12.0, "late": float("nan")}, nan_ok=True
    )
    assert [task.seed for task in ran] == [1, 2, 3] and all(
        set(task.scenarios) == {"", "T01"} for task in ran
    )


def test_only_the_worlds_that_rows_ask_for_are_run_at_the_size_asked_for(
    ran: list[Task], warrantsim: Warrantsim, tmp_path: Path
) -> None:
    words = [
        "--seeds",
        "1",
        "--customers",
        "5000",
        "--set",
        "trust.asymmetry=2",
        "--out",
        str(tmp_path / "out"),
        "--store",
        str(tmp_path / "store"),
    ]
    assert warrantsim("evidence", "--rows", rows(tmp_path, HOLDS), *words).code == 0
    (task,) = ran
    assert list(task.scenarios) == [""]
    assert (
        task.scenarios[""].customers,
        task.scenarios[""].parameters.trust.asymmetry,
        task.scenarios[""].switches,
    ) == (5000, 2.0, ())


def test_an_experiment_lends_its_parameters_and_history_is_what_happened(
    ran: list[Task], warrantsim: Warrantsim, tmp_path: Path
) -> None:
    words = [
        "--experiment",
        "no_snowden",
        "--seeds",
        "1",
        "--out",
        str(tmp_path / "out"),
        "--store",
        str(tmp_path / "store"),
    ]
    assert warrantsim("evidence", "--rows", rows(tmp_path, HOLDS), *words).code == 0
    assert (
        "T01" in {event.id for event in ran[0].scenarios[""].timeline.events}
        and ran[0].scenarios[""].switches == ()
    )


def test_bad_rows_are_refused_before_anything_runs(
    ran: list[Task], warrantsim: Warrantsim, tmp_path: Path
) -> None:
    file = rows(tmp_path, HOLDS.replace("adoption", "adoptoin"), MISSES.replace("T01", "T99"))
    outcome = warrantsim("evidence", "--rows", file, "--out", str(tmp_path / "out"))
    assert outcome.code == 2 and not ran and not (tmp_path / "out").exists()
    assert (
        f"{file}:2: measure: unknown measure 'adoptoin'; did you mean 'adoption'? valid: adoption, "
        in outcome.err
    )
    assert (
        f"{file}:3: without_event: unknown event 'T99'; " in outcome.err
        and "2 problems; nothing was run" in outcome.err
    )


def test_check_reads_rows_too(warrantsim: Warrantsim, tmp_path: Path) -> None:
    assert (
        "rows.csv: good: 2 rows of evidence, 2 measures"
        in warrantsim("check", rows(tmp_path, HOLDS, MISSES)).out
    )
    assert "rows.csv: good" in warrantsim("check", "configs/evidence/rows.csv").out
    assert "no run reads this file" in warrantsim("check", "configs/evidence/pew.csv").err
    outcome = warrantsim("check", rows(tmp_path, HOLDS.replace("DE", "Germany")))
    assert outcome.code == 2 and "place: unknown place 'Germany'" in outcome.err


def test_a_file_that_is_not_there_and_an_unknown_experiment_are_refused(
    warrantsim: Warrantsim, tmp_path: Path
) -> None:
    assert warrantsim("evidence", "--rows", str(tmp_path / "none.csv")).code == 2
    outcome = warrantsim("evidence", "--experiment", "histroy")
    assert outcome.code == 2 and "did you mean 'history'?" in outcome.err


def test_failed_runs_exit_1(
    ran: list[Task], warrantsim: Warrantsim, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Runner, *_: object) -> Iterator[tuple[int, SeedDone]]:
        self.failures.append("seed 1: it broke")
        yield from ()

    monkeypatch.setattr(Runner, "results", broken)
    outcome = warrantsim(
        "evidence",
        "--rows",
        rows(tmp_path, HOLDS),
        "--out",
        str(tmp_path / "out"),
        "--store",
        str(tmp_path / "store"),
    )
    assert outcome.code == 1 and "failed: seed 1: it broke" in outcome.out


def test_the_list_names_every_measure_with_its_arguments_and_an_example(warrantsim: Warrantsim) -> None:
    outcome = warrantsim("evidence", "--list")
    assert outcome.code == 0
    for name, measure in MEASURES.items():
        assert f"{name}: {measure.what}, in {measure.unit}" in outcome.out
        assert all(f"  {argument.name}: {argument.what}" in outcome.out for argument in measure.arguments)
        assert f"context,{name}," in outcome.out
    assert (
        "places: world, abroad, North America" in outcome.out
        and "populations: everybody, organisations" in outcome.out
    )


def test_the_real_model_is_measured_once_and_then_read_from_the_store(
    warrantsim: Warrantsim, tmp_path: Path
) -> None:
    line = "gave_up,context,moved,abroad,,2013-06,2013-12,T01,0,1,eq,%,made up,move=gave_up+left_us"
    words = [
        "evidence",
        "--rows",
        rows(tmp_path, line, HOLDS),
        "--seeds",
        "1",
        "--customers",
        "2000",
        "--set",
        "horizon.last=2014-01",
    ]
    words += ["--workers", "1", "--out", str(tmp_path / "out"), "--store", str(tmp_path / "store")]
    first = warrantsim(*words)
    assert first.code == 0, first.err
    batches = sorted((tmp_path / "store" / "batches").iterdir())
    table = pd.read_csv(tmp_path / "out" / "evidence.csv").set_index("row")
    assert 0.0 < table["model"]["good"] < 60.0 and table["runs"].tolist() == [1, 1]
    assert warrantsim(*words).out.splitlines()[-5:] == first.out.splitlines()[-5:]
    assert sorted((tmp_path / "store" / "batches").iterdir()) == batches

"""What a manifest says of its results is compared with what it follows from, and files that are written later
are bound by it, too."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from sim.analysis import shipped_tables, verification
from sim.analysis.crate import pack, unbound
from sim.analysis.verification import verify
from sim.pipeline import Finished, run
from sim.questions import resolved_of
from sim.runs.csv_tables import read_csv, write_csv
from sim.runs.deposit import Deposit
from sim.runs.results import FolderResults
from sim.runs.tables_on_disk import write
from sim.runs.written_files import add_written, stated_before
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved
from sim.version import __version__
from sim.view.report import build
from tests.model.small_worlds import asked
from tests.swept_results import swept


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sweep of six points in which one pair failed, with claims."""
    return swept(tmp_path_factory.mktemp("sweep"), fails=True).folder


@pytest.fixture
def copied(sweep: Path, tmp_path: Path) -> Path:
    shutil.copytree(sweep, tmp_path / "results", ignore=shutil.ignore_patterns("store"))
    return tmp_path / "results"


def edited(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    change(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def failed(folder: Path) -> str:
    return "; ".join(f"{check.what}: {check.words}" for check in verify(folder).failed)


def test_a_sweep_with_a_failed_pair_holds(sweep: Path) -> None:
    assert failed(sweep) == ""
    unchecked = [check.what for check in verify(sweep).not_checked]
    assert "that 1 pair failed, and was not left out" in unchecked
    left = next(check.what for check in verify(sweep).not_checked if check.what.startswith("the manifest's"))
    for name in ("claims", "failures", "outlook", "worlds_compared", "warnings", "projections"):
        assert name not in left


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda m: m["claims"][0].update(verdict="holds at 6 of 6 points", holds=6), "verdicts on claims"),
        (lambda m: m["claims"].pop(), "verdicts on claims"),
        (lambda m: m.update(claims=[]), "0 are stated, 2 follow"),
        (lambda m: m.update(failures=[]), "states others than failures.csv"),
        (
            lambda m: m["failures"].append("seed 1 (point 1), run: it broke"),
            "states others than failures.csv",
        ),
        (lambda m: m.update(outlook={"code": "x", "name": "x"}), "the outlook is that of the experiment"),
        (lambda m: m["worlds_compared"][0].update(equal_months=5), "equal_months"),
        (lambda m: m["worlds_compared"][0].update(never_part=True), "never_part"),
        (lambda m: m.update(identical_through="2014-09"), "identical_through"),
        (lambda m: m.update(projections=[{"id": "S10", "high": 999.0}]), "projections are those that ship"),
    ],
)
def test_what_the_manifest_says_of_its_results_must_follow(
    copied: Path, change: Callable[[dict[str, Any]], object], said: str
) -> None:
    edited(copied, change)
    assert said in failed(copied)


def test_failed_pairs_are_those_that_the_points_lack(copied: Path) -> None:
    """Also where the list of them is taken away together with the manifest's."""
    (copied / "failures.csv").unlink()
    edited(copied, lambda m: m.update(failures=[], files=None))
    assert "0 stated, 1 lacking, and there is no failures.csv" in failed(copied)


def test_points_must_have_the_values_of_the_design_and_every_pair(copied: Path) -> None:
    path = copied / "points.parquet"
    points = pq.read_table(path)
    frame = points.to_pandas()
    lie = points.set_column(
        points.column_names.index("trust.asymmetry"), "trust.asymmetry", [frame["trust.asymmetry"] + 1.0]
    )
    write(lie, path)
    assert "row 1 is (0, 1, 'microsoft_wins', '2.0', '0.1'), follows" in failed(copied)
    with pytest.raises(InputError, match=r"it does not hold that points.parquet lists every pair"):
        pack(copied, copied.parent / "lie.zip", Deposit())
    assert not list(copied.parent.glob("*.zip"))
    write(points.filter(points.column("done")), path)
    assert "it has 22 rows, 24 follow" in failed(copied)


def test_a_warning_of_the_experiment_may_not_be_taken_away(finished: Finished, tmp_path: Path) -> None:
    folder = tmp_path / "results"
    shutil.copytree(finished.folder, folder, ignore=shutil.ignore_patterns("store"))
    warned = "claims.0: its worlds are equal until"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.analysis.manifest_statements.silences", lambda _: [f"{warned} 2014-08"])
        assert f"it lacks: {warned}" in failed(folder)
        edited(folder, lambda m: m.update(warnings=[f"{warned} 2014-08"]))
        assert failed(folder) == ""


@pytest.fixture
def folder(finished: Finished, tmp_path: Path) -> Path:
    shutil.copytree(finished.folder, tmp_path / "results", ignore=shutil.ignore_patterns("store"))
    return tmp_path / "results"


def test_an_edited_report_is_found_and_not_packed(folder: Path, tmp_path: Path) -> None:
    report = build(FolderResults(folder), folder)
    assert failed(folder) == ""
    pack(folder, tmp_path / "good.zip", Deposit())
    text = report.read_text(encoding="utf-8")
    report.write_text(text.replace("Microsoft wins", "Microsoft loses", 1), encoding="utf-8")
    said = "report.html is not the file that was written here"
    assert said in failed(folder)
    with pytest.raises(InputError, match=said):
        pack(folder, tmp_path / "lie.zip", Deposit())
    report.unlink()  # it can be drawn again
    assert failed(folder) == ""


def test_a_report_without_a_digest_is_said(folder: Path) -> None:
    build(FolderResults(folder), folder)
    edited(folder, lambda m: m["files"].pop("report.html"))
    assert "report.html" in unbound(folder, FolderResults(folder).manifest)
    assert "report.html is the file that was written" in [c.what for c in verify(folder).not_checked]


def test_a_report_elsewhere_is_no_business_of_the_manifest(folder: Path, tmp_path: Path) -> None:
    before = (folder / "manifest.json").read_bytes()
    build(FolderResults(folder), tmp_path / "mine.html")
    assert (folder / "manifest.json").read_bytes() == before


@pytest.mark.parametrize(
    "name",
    [
        "survival",
        "data_dictionary.md",
        *(pytest.param(name, marks=pytest.mark.long) for name in ("validation", "validation_ranks")),
    ],
)
def test_every_file_of_a_run_is_bound(folder: Path, name: str) -> None:
    """Tables that ship and that the report shows, and the dictionary."""
    path = folder / (name if "." in name else f"{name}.csv")
    if not path.is_file():  # of a horizon that ships no table of a difference
        shipped_tables.write(pd.DataFrame({"x": [1]}), name, folder, resolved_of(folder))
        add_written(folder, [path.name])
    assert failed(folder) == ""
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert f"{path.name} is not the file that was written here" in failed(folder)


def test_a_table_of_a_later_command_stays_bound_when_the_run_is_repeated(
    resolved: Resolved, finished: Finished, folder: Path
) -> None:
    """A run does not vouch for what it did not write."""
    shipped_tables.write(pd.DataFrame({"x": [1]}), "survival", folder, resolved)
    add_written(folder, ["survival.csv"])
    write_csv(read_csv(folder / "survival.csv").assign(x=2), folder / "survival.csv")
    run(resolved, folder, store=finished.folder / "store", workers=1)
    assert "survival.csv is not the file that was written here" in failed(folder)


def test_what_a_folder_without_results_gets_is_nobody_s_business(tmp_path: Path) -> None:
    (tmp_path / "evidence.csv").write_text("x\n1\n", encoding="utf-8")
    add_written(tmp_path, ["evidence.csv"])
    assert [path.name for path in tmp_path.iterdir()] == ["evidence.csv"]


def test_the_list_of_files_cannot_be_taken_away(folder: Path) -> None:
    edited(folder, lambda m: m.update(files=None))
    assert "the files beside the tables are those that were written: the manifest lists none" in failed(
        folder
    )
    edited(folder, lambda m: m["versions"].update(warrantsim="0.0.1"))  # an earlier version had no such list
    assert "the manifest lists none" not in failed(folder)


def test_another_version_is_listed_and_with_the_same_commit_is_false(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin = {"commit": "c" * 40, "changed": False}
    monkeypatch.setattr(verification, "code_origin", lambda: origin)
    edited(folder, lambda m: m["versions"].update(warrantsim="0.0.1"))
    what = "the manifest's version of the program, 0.0.1"
    assert what in [check.what for check in verify(folder).not_checked]
    edited(folder, lambda m: m.update(code=origin))
    assert f"{what}: the commit that it states is the one here" in failed(folder)
    edited(folder, lambda m: m["versions"].update(warrantsim=__version__))
    assert "version of the program" not in failed(folder)


def test_what_other_commands_found_stays_while_the_results_do(
    resolved: Resolved, finished: Finished, folder: Path
) -> None:
    """The report would show it beside numbers that it does not belong to."""
    found = ["evidence.csv", "channels.csv", "discovery.csv", "boundary.csv"]
    for name in (*found, "mine.csv"):
        (folder / name).write_text("id,value\nx,1\n", encoding="utf-8")
    add_written(folder, found)
    run(resolved, folder, store=finished.folder / "store", workers=1)
    assert [name for name in found if not (folder / name).is_file()] == []
    assert set(found) <= set(stated_before(folder).files)
    fewer = asked("seeds.count=1", last="2015-06")
    run(fewer, folder, store=finished.folder / "store", workers=1)
    assert [name for name in found if (folder / name).exists()] == []
    assert (folder / "mine.csv").is_file()

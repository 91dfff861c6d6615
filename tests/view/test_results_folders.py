"""Results folders are found and opened by name; what is damaged or lies elsewhere is refused in words that
say what to do."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sim.pipeline import Finished
from sim.runs.folder_check import check_footers, damage
from sim.runs.plan import Plan
from sim.runs.watch import watched, write_unchanging
from sim.view.results_folders import (
    DamagedFolder,
    Refused,
    list_folders,
    open_folder,
)
from tests.swept_results import asked, swept


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    return swept(tmp_path_factory.mktemp("sweep"), fails=True)


@pytest.fixture
def root(finished: Finished, tmp_path: Path) -> Path:
    """A results folder with one sweep of one failed pair in it."""
    shutil.copytree(finished.folder.parent, tmp_path / "results")
    return tmp_path / "results"


def test_the_list_tells_what_each_folder_holds(root: Path) -> None:
    (one,) = list_folders(root)
    assert (one.name, one.title, one.state, one.points, one.runs, one.failed) == (
        "known",
        "A sweep of which all is known",
        "failures",
        6,
        24,
        1,
    )
    shutil.copytree(root / "known", root / "older" / "deep")
    (root / "store" / "batches").mkdir(parents=True)
    (root / "notes").mkdir()
    assert {one.name for one in list_folders(root)} == {"known", "older/deep"}
    assert list_folders(root / "none") == []


def test_a_folder_is_opened_with_its_design(root: Path) -> None:
    folder = open_folder(root, "known")
    assert folder.factors == ("trust.asymmetry", "trust.peer_weight")
    assert folder.finished
    assert folder.progress is None
    assert folder.has("claims.csv", "tables/world.parquet")
    check_footers(folder.path, folder.manifest)
    assert damage(folder.path, folder.manifest) == []


@pytest.mark.parametrize(
    "name",
    [
        "..",
        "../results",
        "known/..",
        "/etc",
        "known/../../x",
        "",
        ".",
        "known/tables",
        "a/b/c",
        "..\\known",
        "known\0",
        "~",
        ".hidden",
        "C:known",
        "no such",
        "a" * 300,
        "\ud800",
    ],
)
def test_a_path_that_is_no_folder_of_the_list_is_refused(root: Path, name: str) -> None:
    (root.parent / "x").mkdir()
    with pytest.raises(Refused) as refused:
        open_folder(root, name)
    assert str(root.parent) not in str(refused.value), (
        "where the results lie on this machine is nobody's business"
    )


def test_links_are_not_followed(root: Path) -> None:
    elsewhere = root.parent / "elsewhere"
    shutil.copytree(root / "known", elsewhere)
    (root / "link").symlink_to(elsewhere)
    with pytest.raises(Refused, match="is a link"):
        open_folder(root, "link")
    assert [one.name for one in list_folders(root)] == ["known"]
    (root / "known" / "data.csv").symlink_to("/etc/hostname")
    with pytest.raises(Refused, match=r"data\.csv in it is a link that leads out"):
        open_folder(root, "known")


def test_the_results_folder_itself_may_be_a_link(root: Path) -> None:
    (root.parent / "here").symlink_to(root)
    assert open_folder(root.parent / "here", "known").factors


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda f: (f / "manifest.json").unlink(), r"manifest\.json is missing"),
        (lambda f: _cut(f / "manifest.json"), r"manifest\.json cannot be read"),
        (lambda f: (f / "manifest.json").write_text("[]"), "not an object"),
        (lambda f: (f / "manifest.json").write_text('{"title": "x"}'), "it lacks experiment"),
        (lambda f: (f / "manifest.json").write_bytes(b"\xff\xfe"), r"manifest\.json cannot be read"),
        (lambda f: (f / "points.parquet").unlink(), r"points\.parquet is missing"),
        (lambda f: _cut(f / "points.parquet"), r"points\.parquet is damaged"),
        (lambda f: (f / "tables" / "world.parquet").unlink(), r"world\.parquet of the manifest is missing"),
        (lambda f: _cut(f / "tables" / "world.parquet"), r"world\.parquet is damaged"),
        (lambda f: (f / "running.json").write_text("{"), "progress file of the run cannot be read"),
    ],
)
def test_damage_is_named_with_a_remedy(root: Path, damage: object, said: str) -> None:
    damage(root / "known")
    with pytest.raises(DamagedFolder, match=said) as damaged:
        folder = open_folder(root, "known")
        check_footers(folder.path, folder.manifest)
    assert damaged.value.how
    (one,) = list_folders(root)
    assert one.name == "known"  # a damaged folder is not kept from the list
    assert one.state in ("damaged", "failures")


def test_a_table_of_another_run_is_noticed(root: Path) -> None:
    path = root / "known" / "tables" / "laws.parquet"
    table = pq.read_table(path)
    pq.write_table(table.slice(0, 3), path)
    folder = open_folder(root, "known")
    with pytest.raises(DamagedFolder, match=r"laws\.parquet has 3 rows; the manifest says 22"):
        check_footers(folder.path, folder.manifest)
    assert damage(folder.path, folder.manifest) == [
        "tables/laws.parquet is not the file of the manifest (its sha256 differs)"
    ]


def test_a_run_in_progress_is_opened_by_its_own_manifest(root: Path, finished: Finished) -> None:
    plan, new = Plan(asked(root.parent / "asked")), root / "new"
    with watched(plan, new, finished.store.folder) as watch:
        with pytest.raises(DamagedFolder, match="just started"):
            open_folder(root, "new")
        write_unchanging(plan, new)
        watch.stage("running", 12)
        folder = open_folder(root, "new")
        assert not folder.finished
        assert folder.progress is not None
        assert folder.progress.state == "running"
        assert folder.factors == ("trust.asymmetry", "trust.peer_weight")
        first = list_folders(root)[0]
        assert (first.name, first.state, first.words) == ("new", "running", "0 of 12 pairs done")


def test_a_run_whose_process_is_gone_says_so(root: Path, finished: Finished) -> None:
    plan, new = Plan(asked(root.parent / "asked")), root / "new"
    with pytest.raises(RuntimeError), watched(plan, new, finished.store.folder):
        write_unchanging(plan, new)
        raise RuntimeError("no space left")
    said = json.loads((new / "running.json").read_text())
    (new / "running.json").write_text(json.dumps({**said, "ended": "", "pid": _free_pid()}))
    folder = open_folder(root, "new")
    assert folder.progress is not None
    assert folder.progress.state == "dead"
    assert {one.name: one.state for one in list_folders(root)} == {"known": "failures", "new": "stopped"}


def _free_pid() -> int:
    """A number that no process has any more."""
    return int(
        subprocess.run(
            [sys.executable, "-c", "import os; print(os.getpid())"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    )

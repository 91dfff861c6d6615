"""A results folder that was cut off, emptied or edited: the same run writes it anew, and readers say so."""

import json
import math
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import sim
from sim.analysis.crate import pack
from sim.pipeline import Finished
from sim.runs.crate_files import entities_of
from sim.runs.deposit import Deposit
from sim.runs.folder_check import DamagedFolder, manifest_at, manifest_of
from sim.runs.reproduce import reproduce, results_of
from sim.scenario.problems import InputError
from sim.view.results_folders import list_folders
from tests.swept_results import swept

Damage = Callable[[Path], object]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    return swept(tmp_path_factory.mktemp("sweep"))


@pytest.fixture
def folder(finished: Finished, tmp_path: Path) -> Path:
    """The folder of a sweep, with its store beside it, for one test to damage."""
    shutil.copytree(finished.folder.parents[1], tmp_path, dirs_exist_ok=True)
    return tmp_path / "results" / "known"


def _cut(name: str) -> Damage:
    return lambda f: (f / name).write_bytes((f / name).read_bytes()[:-20])


def _write(name: str, content: str) -> Damage:
    return lambda f: (f / name).write_text(content)


def _edit(key: str, value: object) -> Damage:
    def edit(folder: Path) -> None:
        file = folder / "manifest.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | {key: value}))

    return edit


def _swap_worlds(folder: Path) -> None:
    """The runs of one world under the name of the other, with the digest of this in the manifest."""
    table = pq.read_table(folder / "points.parquet")
    runs = np.array(table.column("run").to_pylist()).reshape(-1, 2)[:, ::-1].ravel()
    at = table.column_names.index("run")
    pq.write_table(table.set_column(at, "run", pa.array(runs)), folder / "points.parquet")


def _change_factor(folder: Path) -> None:
    """Another value of the design at each point."""
    table = pq.read_table(folder / "points.parquet")
    at = len(table.column_names) - 1
    changed = pc.add(table.column(at), 1)
    pq.write_table(table.set_column(at, table.column_names[at], changed), folder / "points.parquet")


def _loop(folder: Path) -> None:
    shutil.rmtree(folder / "tables")
    (folder / "tables").symlink_to(folder / "tables")


MANIFEST = [
    pytest.param(_cut("manifest.json"), id="manifest cut"),
    pytest.param(_write("manifest.json", ""), id="manifest empty"),
    pytest.param(_write("manifest.json", "[" * 100_000), id="manifest nested"),
    pytest.param(_write("manifest.json", "[]"), id="manifest a list"),
    pytest.param(_edit("failures", 5), id="failures a number"),
    pytest.param(_edit("worlds", {"a": 1}), id="a label a number"),
    pytest.param(_edit("worlds", {}), id="no worlds"),
    pytest.param(_edit("tables", {"world": {"rows": "many"}}), id="tables without facts"),
    pytest.param(_edit("compare", ["microsoft_wins", "nobody"]), id="a world that is none"),
    pytest.param(_edit("title", "\x1b[31mred"), id="an order in the title"),
]
# by field: what is no count there
NO_COUNTS: dict[str, tuple[object, ...]] = {
    "points": (-1, 0, True, 1.0, math.nan),
    "seeds": ([-1], [2**63], [True], [1, 1]),
    "customers": (0, 10**9, math.inf),
    "seconds": (-1.0, math.nan, True),
    "tables": tuple({"world": {"rows": rows, "digest": "", "sha256": ""}} for rows in (-1, True)),
    "first": ("2013-13", "0000-01", "9999-01"),
    "worlds_compared": tuple(
        [{"a": 0, "b": b, "equal_months": months, "never_part": False}]
        for b, months in ((1, -1), (1, 10**9), (7, 1))
    ),
}
POINTS = [
    pytest.param(_cut("points.parquet"), id="points cut"),
    pytest.param(_write("points.parquet", ""), id="points empty"),
    pytest.param(_write("points.parquet", "x" * 1000), id="points random"),
]
CHANGED = [
    pytest.param(_swap_worlds, id="worlds of the points swapped"),
    pytest.param(_change_factor, id="values of the points changed"),
]
COMPARED = [
    pytest.param(
        _edit("worlds_compared", [{"a": 0, "b": 1, "equal_months": 3, "never_part": True}]),
        id="worlds that never part",
    ),
    pytest.param(_edit("worlds_compared", []), id="no worlds compared"),
    pytest.param(_edit("worlds_compared", [{"a": 0}]), id="half a comparison"),
]
TABLES = [pytest.param(_cut("tables/world.parquet"), id="table cut")]


SEEN = [kind[0] for kind in (MANIFEST, POINTS, CHANGED, TABLES, COMPARED)]
MORE = [
    pytest.param(*one.values, id=one.id, marks=pytest.mark.long)
    for kind in (MANIFEST, POINTS, CHANGED, COMPARED)
    for one in kind[1:]
]


@pytest.mark.parametrize("damage", [*SEEN, *MORE])
def test_the_same_run_writes_it_anew(finished: Finished, folder: Path, damage: Damage) -> None:
    damage(folder)
    again = swept(folder.parents[1])
    assert again.ran == 0  # the store has every run
    whole = json.loads((finished.folder / "manifest.json").read_text())
    new = json.loads((folder / "manifest.json").read_text())
    assert new["tables"] == whole["tables"]
    assert new["worlds_compared"] == whole["worlds_compared"]
    assert (folder / "points.parquet").read_bytes() == (finished.folder / "points.parquet").read_bytes()


@pytest.mark.parametrize("damage", [*MANIFEST, *POINTS, pytest.param(_loop, id="a link to itself")])
def test_a_damaged_folder_hides_no_other(folder: Path, damage: Damage) -> None:
    shutil.copytree(folder, folder.with_name("whole"))
    damage(folder)
    found = {one.name: one for one in list_folders(folder.parent)}
    assert found["whole"].state == "done"
    assert found["known"].state == "damaged"
    assert found["known"].words


@pytest.mark.parametrize("damage", [*MANIFEST, *POINTS])
def test_it_is_neither_reproduced_nor_packed_nor_loaded(folder: Path, damage: Damage) -> None:
    damage(folder)
    with pytest.raises(InputError):
        reproduce(folder)
    with pytest.raises(InputError):
        pack(folder, folder / "x.zip", Deposit())
    assert not (folder / "x.zip").exists()


@pytest.mark.parametrize("damage", MANIFEST)
def test_it_is_not_loaded(folder: Path, damage: Damage) -> None:
    damage(folder)
    with pytest.raises(InputError, match=r"manifest\.json"):
        sim.load(folder)


@pytest.mark.parametrize(
    ("field", "value"), [(name, value) for name in NO_COUNTS for value in NO_COUNTS[name]]
)
def test_a_count_that_is_none_is_refused_by_name(
    finished: Finished, tmp_path: Path, field: str, value: object
) -> None:
    shutil.copyfile(finished.folder / "manifest.json", tmp_path / "manifest.json")
    manifest_at(tmp_path / "manifest.json")
    _edit(field, value)(tmp_path)
    words = "no number of JSON" if isinstance(value, float) and not math.isfinite(value) else field
    with pytest.raises(InputError, match=rf"manifest\.json cannot be read: .*({words}|last)"):
        manifest_at(tmp_path / "manifest.json")


def test_a_number_of_points_that_are_not_in_the_table_is_damage(folder: Path) -> None:
    _edit("points", 10**12)(folder)
    (found,) = list_folders(folder.parent)
    assert (found.state, "1,000,000,000,000 points" in found.words) == ("damaged", True)


def test_cut_outcomes_are_not_packed(folder: Path, tmp_path: Path) -> None:
    _cut("outcomes.parquet")(folder)
    with pytest.raises(InputError, match=r"outcomes\.parquet is damaged"):
        pack(folder, tmp_path / "x.zip", Deposit())


def test_points_of_other_runs_are_not_packed(folder: Path, tmp_path: Path) -> None:
    other = swept(tmp_path / "other", fails=True)
    shutil.copyfile(other.folder / "points.parquet", folder / "points.parquet")
    with pytest.raises(InputError, match="does not list the runs of the manifest"):
        pack(folder, tmp_path / "x.zip", Deposit())


def test_where_every_pair_failed_there_is_nothing_to_compare(folder: Path) -> None:
    points = pq.read_table(folder / "points.parquet")
    none = pa.array([False] * len(points))
    at = points.column_names.index("done")
    pq.write_table(points.set_column(at, "done", none), folder / "points.parquet")
    _edit("tables", {})(folder)
    compared = reproduce(folder)
    assert compared.nothing
    assert not compared.equal


def test_a_name_that_stands_twice_is_refused(folder: Path) -> None:
    """Of two values readers of JSON take either: what one checks, another would not show."""
    file = folder / "manifest.json"
    file.write_text(file.read_text().replace("{", '{"title": "Another",', 1))
    with pytest.raises(InputError, match=r"manifest\.json cannot be read: 'title' stands twice"):
        sim.load(folder)
    (folder / "ro-crate-metadata.json").write_text('{"@graph": [], "@graph": []}')
    with pytest.raises(InputError, match=r"metadata\.json: cannot be read: '@graph' stands twice"):
        entities_of(folder)


def test_a_folder_whose_name_is_no_text_is_refused_before_its_tables_are_opened(folder: Path) -> None:
    odd = folder.with_name(os.fsdecode(b"caf\xe9"))
    try:
        folder.rename(odd)
    except OSError:
        pytest.skip("this file system has no such names")
    with pytest.raises(DamagedFolder, match=r"no text in UTF-8. Rename it"):
        manifest_of(odd)
    with pytest.raises(InputError, match="no text in UTF-8"):
        results_of(odd)


def test_a_sweep_keeps_no_table_of_another_experiment_in_its_folder(folder: Path) -> None:
    before = sorted(path.name for path in folder.iterdir())
    for name in ("survival", "validation", "validation_ranks", "varied"):
        (folder / f"{name}.csv").write_text("configuration,headline\nabc,trust\n", encoding="utf-8")
    swept(folder.parents[1])
    assert sorted(path.name for path in folder.iterdir()) == before

"""Columns of many runs at once, from a finished experiment and from the store of a running one."""

import shutil
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from sim.pipeline import Finished
from sim.runs.pair_series import NotAsDescribed, StoredSeries, exported
from sim.runs.plan import Plan
from sim.runs.points import POINTS, PointRow, write_points
from sim.runs.watch import UNCHANGING, write_unchanging
from tests.swept_results import asked, swept


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    return swept(tmp_path_factory.mktemp("sweep"), fails=True)


@pytest.fixture
def copy(finished: Finished, tmp_path: Path) -> Path:
    shutil.copytree(finished.folder, tmp_path / "copy")
    return tmp_path / "copy"


def test_a_column_is_what_the_table_holds(finished: Finished) -> None:
    series = exported(finished.folder, finished.results.manifest)
    assert len(series) == 11, "the pair that failed is in no table"
    table = finished.results.table("world")
    for pair, world in ((0, "microsoft_wins"), (7, "doj_wins"), (10, "doj_wins")):
        rows = table[
            (table["point"] == series.points[pair])
            & (table["seed"] == series.seeds[pair])
            & (table["world"] == world)
        ]
        assert np.array_equal(series.column("trust")[pair, series.position(world)], rows["trust"].to_numpy())
        assert np.array_equal(series.months, rows["month"].to_numpy().astype("datetime64[M]"))


def test_tables_that_are_not_of_one_run_are_refused(copy: Path, finished: Finished) -> None:
    table = pq.read_table(copy / "tables" / "world.parquet")
    pq.write_table(table.slice(0, len(table) - 48), copy / "tables" / "world.parquet")
    with pytest.raises(NotAsDescribed, match=r"rows where points.parquet and the manifest make"):
        exported(copy, finished.results.manifest)
    with pytest.raises(NotAsDescribed, match="has the worlds microsoft_wins, the manifest history"):
        exported(copy, {**finished.results.manifest, "worlds": {"history": "History"}})


def test_a_flipped_byte_in_a_page_is_an_error_not_a_number(copy: Path, finished: Finished) -> None:
    path = copy / "tables" / "world.parquet"
    content = bytearray(path.read_bytes())
    column = pq.ParquetFile(path).schema_arrow.names.index("trust")
    chunk = pq.read_metadata(path).row_group(0).column(column)
    content[chunk.data_page_offset + chunk.total_compressed_size - 8] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(OSError, match=r"(?i)crc|corrupt|checksum"):
        exported(copy, finished.results.manifest).column("trust")


def test_of_a_run_under_way_the_pairs_that_are_stored_are_there(finished: Finished, tmp_path: Path) -> None:
    """The store has all pairs but the failed one; a plan twice as large waits for the rest."""
    plan = Plan(asked(tmp_path))
    (tmp_path / "out").mkdir()
    write_unchanging(plan, tmp_path / "out")
    said = {**finished.results.manifest}
    seen = StoredSeries(finished.store.folder, tmp_path / "out" / UNCHANGING, said).series()
    own = exported(finished.folder, said)
    assert seen.points.tolist() == own.points.tolist()
    assert seen.seeds.tolist() == own.seeds.tolist()
    assert np.array_equal(seen.column("trust"), own.column("trust"))
    assert seen.values.equals(own.values)


def test_a_run_under_way_that_has_stored_nothing_has_no_pairs_and_then_more(
    finished: Finished, tmp_path: Path
) -> None:
    rows = [
        PointRow(0, {"trust.asymmetry": 1.0}, seed, ids, False)
        for seed, ids in ((1, finished.plan.ids[0]), (2, ["x" * 32, "y" * 32]))
    ]
    write_points(rows, finished.plan.worlds, tmp_path / POINTS)
    watched = StoredSeries(tmp_path / "store", tmp_path, finished.results.manifest)
    assert len(watched.series()) == 0
    assert watched.series().column("trust").shape == (0, 2, 48)
    shutil.copytree(finished.store.folder, tmp_path / "store")
    assert watched.series().seeds.tolist() == [1]


def test_a_damaged_batch_of_a_run_under_way_is_passed_over_and_left_where_it_is(
    finished: Finished, tmp_path: Path
) -> None:
    shutil.copytree(finished.store.folder, tmp_path / "store")
    for commit in (tmp_path / "store" / "batches").glob("*/commit.json"):
        commit.write_bytes(commit.read_bytes() + b" ")
    write_points([PointRow(0, {}, 1, finished.plan.ids[0], False)], finished.plan.worlds, tmp_path / POINTS)
    assert len(StoredSeries(tmp_path / "store", tmp_path, finished.results.manifest).series()) == 0
    assert not (tmp_path / "store" / "damaged").exists()

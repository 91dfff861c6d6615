"""Tables on disk: as the schema says, whole or not at all, and with a digest that a stranger can compute."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.model.tables import RUN, TABLES, data_dictionary
from sim.pipeline import Finished
from sim.runs import tables_on_disk
from sim.runs.tables_on_disk import Columns, digest_of_values
from sim.scenario.resolution import Resolved
from tests.model.small_worlds import has_run

ALL = tuple(TABLES)
HALF_WIDTH = ("cell",)  # measures in float32: the largest table


@pytest.fixture(scope="module")
def columns(resolved: Resolved) -> dict[str, Columns]:
    """All tables of one world with seed 1, as the model gives them."""
    return has_run(resolved).models[1].books.tables("full")


def _file(finished: Finished, table: str) -> Path:
    return finished.folder / "tables" / f"{table}.parquet"


# --- the schema -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ALL)
def test_columns_on_disk_are_those_of_the_schema(finished: Finished, table: str) -> None:
    schema = pq.read_schema(_file(finished, table))
    assert schema.names == [column.name for column in TABLES[table].columns]
    for column in TABLES[table].columns:
        field = schema.field(column.name)
        expected = {
            "int64": pa.int64(),
            "float64": pa.float32() if table in HALF_WIDTH else pa.float64(),
            "date": pa.date32(),
        }
        if column.dtype == "category":
            assert pa.types.is_dictionary(field.type)
            assert pa.types.is_string(field.type.value_type)
        else:
            assert field.type == expected[column.dtype], column.name
        assert field.metadata[b"unit"].decode() == column.unit
        assert field.metadata[b"meaning"].decode() == column.meaning


@pytest.mark.parametrize("table", ALL)
def test_the_model_gives_every_column_and_no_other(columns: dict[str, Columns], table: str) -> None:
    assert set(columns[table]) == {column.name for column in TABLES[table].columns if column not in RUN}
    assert len({len(values) for values in columns[table].values()}) == 1


def test_every_table_of_the_schema_is_recorded_in_full(columns: dict[str, Columns]) -> None:
    assert set(columns) == set(TABLES)
    assert all(len(next(iter(of_table.values()))) > 0 for of_table in columns.values())


@pytest.mark.parametrize("table", ALL)
def test_keys_tell_rows_apart(finished: Finished, table: str) -> None:
    """No two rows have the same keys, and none is missing."""
    frame = finished.results.table(table)
    keys = [column.name for column in TABLES[table].keys]
    assert not frame[keys].isna().any(axis=None)
    assert not frame.duplicated(keys).any()


@pytest.mark.parametrize("table", ["world", "country", "cell", "provider"])
def test_full_tables_have_every_month_of_every_run(finished: Finished, table: str) -> None:
    frame = finished.results.table(table)
    rows = frame.groupby(["seed", "world", "month"], observed=True).size()
    assert len(rows) == 2 * 2 * 30
    assert rows.nunique() == 1
    assert pd.to_datetime(frame["month"]).dt.day.eq(1).all()


def test_the_data_dictionary_names_every_column_with_unit_and_meaning(finished: Finished) -> None:
    text = (finished.folder / "data_dictionary.md").read_text(encoding="utf-8")
    assert text == data_dictionary()
    for name, table in TABLES.items():
        section = text.split(f"## `{name}`")[1].split("\n## ")[0]
        assert table.one_row_is in section
        for column in table.columns:
            key = " (key)" if column in table.keys else ""
            assert f"| `{column.name}`{key} | {column.dtype} | {column.unit} | {column.meaning} |" in section


# --- values and digests ----------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ALL)
def test_what_is_on_disk_is_what_the_model_recorded(
    finished: Finished, columns: dict[str, Columns], table: str
) -> None:
    frame = finished.results.table(table)
    frame = frame[(frame["seed"] == 1) & (frame["world"] == "doj_wins")]
    assert len(frame) == len(next(iter(columns[table].values())))
    for name, values in columns[table].items():
        found = frame[name].to_numpy()
        if values.dtype.kind == "M":
            assert np.array_equal(
                pd.to_datetime(found).to_numpy("datetime64[M]"), values.astype("datetime64[M]")
            )
        elif values.dtype.kind == "f":
            expected = values.astype(np.float32) if table in HALF_WIDTH else values
            assert np.array_equal(found.astype(expected.dtype), expected, equal_nan=True), name
        else:
            assert list(found) == list(values), name


def _shuffled(table: Columns) -> Columns:
    order = np.random.default_rng(4).permutation(len(next(iter(table.values()))))
    return {name: values[order] for name, values in table.items()}


@pytest.mark.parametrize("table", ALL)
def test_a_digest_does_not_hang_on_the_order_of_rows_or_columns(
    columns: dict[str, Columns], table: str
) -> None:
    digest = digest_of_values(table, columns[table])
    assert digest_of_values(table, _shuffled(columns[table])) == digest
    assert digest_of_values(table, dict(reversed(columns[table].items()))) == digest


@pytest.mark.parametrize("table", ALL)
def test_a_digest_changes_with_the_last_bit_of_any_column(columns: dict[str, Columns], table: str) -> None:
    digest = digest_of_values(table, columns[table])
    for name, values in columns[table].items():
        other = values.copy()
        row = len(other) // 2
        if other.dtype.kind == "f":
            width = np.float32 if table in HALF_WIDTH else np.float64
            other[row] = np.nextafter(width(other[row]), width(np.inf)) if not np.isnan(other[row]) else 0.0
        elif other.dtype.kind == "M":
            other[row] += np.timedelta64(1200, "M")
        elif other.dtype == object:
            other[row] = f"{other[row]}!"
        else:
            other[row] += 1
        assert digest_of_values(table, {**columns[table], name: other}) != digest, name


def test_a_digest_changes_with_a_row_more_or_less(columns: dict[str, Columns]) -> None:
    digest = digest_of_values("flows", columns["flows"])
    assert (
        digest_of_values("flows", {name: values[:-1] for name, values in columns["flows"].items()}) != digest
    )
    empty = {name: values[:0] for name, values in columns["flows"].items()}
    assert digest_of_values("flows", empty) not in (
        digest,
        digest_of_values("laws", {name: values[:0] for name, values in columns["laws"].items()}),
    )


def _digest_from_disk(finished: Finished, table: str) -> str:
    """The manifest's digest of a table, computed by a stranger from the file."""
    frame = finished.results.table(table)
    parts = []
    for seed in finished.results.manifest["seeds"]:
        for world in finished.results.manifest["worlds"]:
            rows = frame[(frame["seed"] == seed) & (frame["world"] == world)]
            columns = {
                c.name: pd.to_datetime(rows[c.name]).to_numpy("datetime64[M]")
                if c.dtype == "date"
                else rows[c.name].to_numpy(object if c.dtype == "category" else c.dtype)
                for c in TABLES[table].columns
                if c not in RUN
            }
            parts.append(f"{seed} {world} {digest_of_values(table, columns)}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@pytest.mark.parametrize("table", ALL)
def test_a_stranger_finds_the_manifests_digests_in_the_files(finished: Finished, table: str) -> None:
    assert _digest_from_disk(finished, table) == finished.results.manifest["tables"][table]["digest"]


# --- whole or not at all --------------------------------------------------------------------------------


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that dies halfway leaves the old file as it was, and no new one under its name."""
    old, new = pa.table({"x": [1.0, 2.0]}), pa.table({"x": [3.0]})
    kept, fresh = tmp_path / "kept.parquet", tmp_path / "fresh.parquet"
    tables_on_disk.write(old, kept)

    def dies(table: pa.Table, sink: object, **options: object) -> None:
        sink.write(b"PAR1 half a file")
        raise OSError("no space left on device")

    monkeypatch.setattr(pq, "write_table", dies)
    for path in (kept, fresh):
        with pytest.raises(OSError, match="no space"):
            tables_on_disk.write(new, path)
    monkeypatch.undo()
    assert pq.read_table(kept).equals(old)
    assert not fresh.exists()


def test_a_flipped_bit_is_found_by_who_checks(finished: Finished, tmp_path: Path) -> None:
    """Pages carry checksums, so a damaged file need not be believed."""
    table = pa.table({"x": np.arange(2000.0)})
    path = tmp_path / "x.parquet"
    tables_on_disk.write(table, path)
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 3] ^= 4
    path.write_bytes(whole)
    with pytest.raises(OSError, match=r"(?i)crc|checksum|corrupt"):
        pq.read_table(path, page_checksum_verification=True)


def test_a_table_written_group_by_group_reads_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where groups know different names, and rows come in stretches that fit no group."""
    monkeypatch.setattr(tables_on_disk, "ROW_GROUP", 2)
    writer = tables_on_disk.Writer(tmp_path / "all.parquet")
    for k, worlds in enumerate((["b", "b"], ["a"], [], ["b"])):
        writer.add(
            pa.table(
                {
                    "world": pa.array(worlds, pa.string()).dictionary_encode(),
                    "x": pa.array([float(k)] * len(worlds), pa.float64()),
                }
            )
        )
    writer.close()
    assert writer.rows == 4
    whole = pq.read_table(tmp_path / "all.parquet").to_pandas()
    assert whole["world"].tolist() == ["b", "b", "a", "b"]
    assert whole["x"].tolist() == [0.0, 0.0, 1.0, 3.0]
    assert pq.ParquetFile(tmp_path / "all.parquet").num_row_groups == 2
    assert [path.name for path in tmp_path.iterdir()] == ["all.parquet"]


def test_nothing_else_is_left_in_the_folder(finished: Finished) -> None:
    assert {path.name for path in (finished.folder / "tables").iterdir()} == {
        f"{table}.parquet" for table in TABLES
    }

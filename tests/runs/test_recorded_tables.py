"""A recorded table that was edited together with its digests is found: by its form, or by what was cited."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from sim.analysis.crate import pack
from sim.analysis.recorded_tables import done_runs, values_as_stated
from sim.analysis.records import COMPARISON, records_of, stored_records
from sim.analysis.verification import Verification, verify
from sim.pipeline import Finished
from sim.runs.deposit import Deposit
from sim.runs.reproduce import digest_of_lines
from sim.runs.tables_on_disk import empty_digest, run_line
from sim.runs.whole_files import sha256_of
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved

Change = Callable[[pa.Table], pa.Table]


@pytest.fixture
def folder(finished: Finished, tmp_path: Path) -> Path:
    copied = tmp_path / "results"
    shutil.copytree(finished.folder, copied, ignore=shutil.ignore_patterns("store"))
    return copied


def forged(folder: Path, table: str, change: Change) -> Path:
    """The folder with another table, and every digest of it in the manifest renewed."""
    path = folder / "tables" / f"{table}.parquet"
    pq.write_table(change(pq.read_table(path)), path, write_page_checksum=True)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    facts = manifest["tables"][table]
    facts |= {"sha256": sha256_of(path), "rows": pq.read_metadata(path).num_rows}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    told = [one for one in values_as_stated(folder, manifest) if table in one.what and one.words]
    facts["digest"] = told[0].words.removeprefix("has ") if told else facts["digest"]
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def replaced(name: str, make: Callable[[pa.ChunkedArray], pa.Array]) -> Change:
    """One column of a table made anew."""

    def change(table: pa.Table) -> pa.Table:
        at = table.column_names.index(name)
        return table.set_column(at, table.schema.field(at), make(table.column(at)))

    return change


def failed(found: Verification) -> str:
    return "; ".join(f"{check.what}: {check.words}" for check in found.failed)


def test_the_whole_comparison_is_of_every_recorded_table(folder: Path) -> None:
    records = stored_records(folder)
    assert records is not None
    cited = str(records.set_index("headline")["id"][COMPARISON])
    assert verify(folder, [cited]).good
    found = verify(forged(folder, "country", replaced("trust", lambda old: pc.multiply(old, 0.5))), [cited])
    assert f"the cited record {cited} is here: no record of these tables has this id" in failed(found)


def test_who_records_more_tables_keeps_the_ids_of_the_headlines(folder: Path, resolved: Resolved) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    full = records_of(folder, manifest, resolved)
    less = {**manifest, "tables": {name: manifest["tables"][name] for name in ("world", "laws")}}
    other = records_of(folder, less, resolved)
    assert [a == b for a, b in zip(full["id"], other["id"], strict=True)] == [False] + [True] * (
        len(full) - 1
    )


def _other_unit(table: pa.Table) -> pa.Table:
    fields = [
        field.with_metadata({"unit": "USD bn", "meaning": "forged"}) if field.name == "revenue_us" else field
        for field in table.schema
    ]
    return table.cast(pa.schema(fields))


@pytest.mark.parametrize(
    ("table", "change", "said"),
    [
        ("world", _other_unit, "columns and units: tables/world.parquet: revenue_us"),
        ("world", lambda t: t.append_column("better", pa.array(np.ones(len(t)))), "the columns better"),
        ("country", lambda t: t.slice(0, len(t) - 10), "has other months than"),
        ("country", replaced("seed", lambda old: pc.add(old, 6)), "is not of points.parquet"),
        (
            "laws",
            replaced(
                "month",
                lambda old: pc.add(old.cast(pa.int32()), pa.scalar(9000, pa.int32())).cast(pa.date32()),
            ),
            "months",
        ),
        ("provider", lambda t: pa.concat_tables([t, t]), "stands twice"),
        ("market", lambda t: t.slice(0, 0), "runs are missing"),
    ],
)
def test_a_table_of_another_form_is_found_though_its_digests_fit(
    folder: Path, table: str, change: Change, said: str
) -> None:
    assert said in failed(verify(forged(folder, table, change)))
    with pytest.raises(InputError, match=r"it does not hold that|stands twice"):
        pack(folder, folder.parent / "forged.zip", Deposit())


def test_a_table_that_was_taken_out_is_missed(folder: Path) -> None:
    (folder / "tables" / "requests.parquet").unlink()
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    del manifest["tables"]["requests"]
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert "the tables are those that the experiment records" in failed(verify(folder))


def test_a_table_in_which_a_run_has_no_row_has_its_digest(folder: Path) -> None:
    """Of a short experiment no provider opens an offer, which is no sign of an edit."""
    lines = [f"{run_line(None, key.seed, key.world)} {empty_digest('offers')}" for key in done_runs(folder)]
    forged(folder, "offers", lambda table: table.slice(0, 0))
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["tables"]["offers"]["digest"] == digest_of_lines(lines)

"""An id binds a difference to what it was computed from; a crate in which anything was changed is found."""

import json
import shutil
import zipfile
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from sim.analysis.crate import pack
from sim.analysis.crate_metadata import metadata_differences
from sim.analysis.derived_tables import stored_differences
from sim.analysis.records import draws_summary, id_of, normal, records_of, seed_words, stored_records
from sim.analysis.verification import Verification, verify
from sim.pipeline import Finished
from sim.runs.crate_files import entities_of, opened
from sim.runs.csv_tables import read_csv, write_csv
from sim.runs.deposit import Author, Deposit, Funding, Organisation
from sim.runs.results import FolderResults
from sim.runs.whole_files import sha256_of
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved


@pytest.fixture(scope="module")
def crate(finished: Finished, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("crate") / "two_worlds.zip"
    pack(finished.folder, out, Deposit())
    return out


@pytest.fixture(scope="module")
def records(finished: Finished) -> pd.DataFrame:
    found = stored_records(finished.folder)
    assert found is not None
    return found


def changed(crate: Path, out: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    """The crate with one file changed."""
    with zipfile.ZipFile(crate) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.namelist():
            content = old.read(member)
            new.writestr(member, change(content) if member == name else content)
    return out


def failed(found: Verification) -> str:
    return "; ".join(f"{check.what}: {check.words}" for check in found.failed)


def test_a_crate_as_it_was_packed_holds(crate: Path, records: pd.DataFrame) -> None:
    found = verify(crate, [str(records["id"][1])])
    assert found.good, failed(found)
    assert len([check for check in found.checks if check.holds]) > 12
    unchecked = " ".join(check.what for check in found.not_checked)
    assert "that the model gives these tables" in unchecked
    assert list(found.records["id"]) == list(records["id"])


def test_a_label_is_free_so_the_rule_of_each_is_said(crate: Path) -> None:
    """Labels are no part of an id: swapped, they would turn a report round."""
    words = next(check.words for check in verify(crate).not_checked if "names of the worlds" in check.what)
    assert "'Microsoft wins' has microsoft_wins from 2014-07-31" in words
    assert "'DOJ wins' has doj_wins from 2014-07-31" in words


def test_an_id_of_something_else_is_not_found(crate: Path) -> None:
    found = verify(crate, ["WS-00000-00000-00000-00000"])
    assert "no record of these tables has this id" in failed(found)
    with pytest.raises(InputError, match="is no id of a record"):
        verify(crate, ["ws-7k3mq"])


@pytest.mark.parametrize(
    ("name", "was", "now", "said"),
    [
        ("headlines.csv", b"trust", b"trusty", "headlines.csv is not the file that the metadata describes"),
        ("manifest.json", b'"asymmetry": 2.0', b'"asymmetry": 3.0', "the configuration has the manifest's"),
        ("manifest.json", b'"digest": "', b'"digest": "0', "has the manifest's digest of values"),
        ("tables/world.parquet", b"PAR1", b"PAR2", "world.parquet"),
        ("manifest.json", b"{", b"[", "manifest.json"),
    ],
)
def test_what_was_changed_is_named(
    crate: Path, tmp_path: Path, name: str, was: bytes, now: bytes, said: str
) -> None:
    found = verify(changed(crate, tmp_path / "x.zip", name, lambda old: old.replace(was, now, 1)))
    assert said in failed(found)


def test_a_lie_that_fits_its_own_digests_is_found_by_the_tables(
    finished: Finished, tmp_path: Path, records: pd.DataFrame
) -> None:
    folder = tmp_path / "results"
    shutil.copytree(finished.folder, folder, ignore=shutil.ignore_patterns("store"))
    lie = records.assign(difference=records["difference"] * 2)
    lie["id"] = [id_of(row) for row in lie.to_dict("records")]
    lie.to_csv(folder / "records.csv", index=False)
    headlines = pd.read_csv(folder / "headlines.csv")
    headlines.assign(difference=headlines["difference"] * 2).to_csv(folder / "headlines.csv", index=False)
    said = failed(verify(folder))
    assert "headlines.csv follows from the tables" in said
    assert "records.csv follows from the tables" in said
    with pytest.raises(InputError) as refused:
        pack(folder, tmp_path / "lie.zip", Deposit())
    for name in ("headlines.csv", "records.csv"):
        assert f"{name} is not the file that was written here" in str(refused.value)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "manifest.json").write_text(json.dumps({**manifest, "files": None}), encoding="utf-8")
    with pytest.raises(InputError) as refused:  # the digests taken out: the tables still tell
        pack(folder, tmp_path / "lie.zip", Deposit())
    for name in ("headlines.csv", "records.csv"):
        assert f"{name}: does not follow from the tables" in str(refused.value)
    assert not (tmp_path / "lie.zip").exists()


@pytest.fixture
def folder(finished: Finished, tmp_path: Path) -> Path:
    copied = tmp_path / "results"
    shutil.copytree(finished.folder, copied, ignore=shutil.ignore_patterns("store"))
    return copied


def test_a_number_in_any_table_that_follows_from_the_others_is_named(folder: Path) -> None:
    monthly = read_csv(folder / "series.csv")
    monthly.loc[7, "difference"] += 0.25
    write_csv(monthly, folder / "series.csv")
    (folder / "frontier.csv").write_text("rule,levers\nwarrants reach,none\n", encoding="utf-8")
    (folder / "claims.csv").write_text("claim,verdict\nIt is higher,holds\n", encoding="utf-8")
    said = failed(verify(folder))
    assert "series.csv follows from the tables: row 8: difference is" in said
    assert "frontier.csv follows from the tables: such results have no such table" in said
    assert "claims.csv follows from the tables: such results have no such table" in said
    with pytest.raises(InputError, match=r"series.csv is not the file that was written here"):
        pack(folder, folder.parent / "lie.zip", Deposit())


def test_a_table_that_only_other_runs_give_is_held_by_its_digest(finished: Finished, tmp_path: Path) -> None:
    copied = tmp_path / "further"
    shutil.copytree(finished.folder, copied, ignore=shutil.ignore_patterns("store"))
    manifest = json.loads((copied / "manifest.json").read_text(encoding="utf-8"))
    (copied / "knockouts.csv").write_text("mechanism,difference\nnews,1\n", encoding="utf-8")
    files = {**manifest["files"], "knockouts.csv": sha256_of(copied / "knockouts.csv")}
    (copied / "manifest.json").write_text(json.dumps({**manifest, "files": files}), encoding="utf-8")
    assert verify(copied).good
    (copied / "knockouts.csv").write_text("mechanism,difference\nnews,2\n", encoding="utf-8")
    assert "knockouts.csv is not the file that was written here" in failed(verify(copied))
    with pytest.raises(InputError, match=r"knockouts.csv is not the file that was written here"):
        pack(copied, tmp_path / "lie.zip", Deposit())


@pytest.mark.parametrize("column", ["difference", "low", "high", "pairs", "name"])
def test_every_column_of_the_records_must_follow(folder: Path, records: pd.DataFrame, column: str) -> None:
    changed = records[column] + ("x" if column == "name" else 1)
    records.assign(**{column: changed}).to_csv(folder / "records.csv", index=False)
    assert f"{column} is" in failed(verify(folder))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("records.csv", "", "records.csv"),
        ("records.csv", "garbage\n", "records.csv"),
        ("experiment.yaml", "worlds: [a\n", "it is no experiment"),
        ("outcomes.parquet", None, "outcomes.parquet follows from the tables: there is no such file"),
        ("headlines.csv", None, "headlines.csv follows from the tables: there is no such file"),
    ],
)
def test_what_is_damaged_or_missing_fails(folder: Path, name: str, content: str | None, said: str) -> None:
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_text(content, encoding="utf-8")
    assert said in failed(verify(folder))


def rewritten(folder: Path, **facts: object) -> Path:
    """The folder with other facts in its manifest, and the digests of the files that it has now."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8")) | facts
    manifest["files"] = {name: sha256_of(folder / name) for name in manifest["files"]}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def test_another_record_in_the_report_is_found_though_no_digest_tells(
    folder: Path, records: pd.DataFrame
) -> None:
    report, false = folder / "report.html", "ws-00000-11111-22222-33333"
    right = f"<p>Record {records['id'].iloc[0]}. Trust: {records['id'].iloc[1]}.</p>"
    report.write_text(right, encoding="utf-8")
    assert verify(folder).good
    report.write_text(f"{right}<p>Record {false}.</p>", encoding="utf-8")
    assert f"report.html names no other record: {false}" in failed(verify(folder))


def test_another_dictionary_or_number_of_rows_is_found_though_its_digest_fits(folder: Path) -> None:
    dictionary = folder / "data_dictionary.md"
    whole = dictionary.read_text(encoding="utf-8")
    dictionary.write_text(whole.replace("USD", "EUR", 1), encoding="utf-8")
    assert "data_dictionary.md is that of the program" in failed(verify(rewritten(folder)))
    dictionary.write_text(whole, encoding="utf-8")
    tables = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["tables"]
    said = failed(verify(rewritten(folder, tables=tables | {"world": tables["world"] | {"rows": 1}})))
    assert "tables/world.parquet has the manifest's rows: stated 1, has" in said


def test_a_crate_without_its_metadata_fails_packed_or_unpacked(crate: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(crate) as inside:
        inside.extractall(tmp_path / "unpacked")
    (tmp_path / "unpacked" / "ro-crate-metadata.json").unlink()
    packed = shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path / "unpacked")
    for what in (tmp_path / "unpacked", Path(packed)):
        assert "there is no ro-crate-metadata.json" in failed(verify(what))


def test_headlines_that_were_cut_or_whose_interval_was_changed_fail(folder: Path) -> None:
    whole = pd.read_csv(folder / "headlines.csv", keep_default_na=False)
    whole.head(2).to_csv(folder / "headlines.csv", index=False)
    assert "it lacks the row" in failed(verify(folder))
    whole.assign(high="7").to_csv(folder / "headlines.csv", index=False)
    assert "high is 7" in failed(verify(folder))


def test_a_manifest_cannot_switch_the_checks_off(folder: Path) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    for change, said in (
        ({"seeds": []}, "the manifest's seeds are those of the tables"),
        ({"compare": None}, "the manifest's head follows from its configuration: compare"),
        ({"code": "x"}, "code"),
        ({"tables": {"../../secret": manifest["tables"]["world"]}}, "no run writes a table"),
    ):
        path.write_text(json.dumps({**manifest, **change}), encoding="utf-8")
        assert said in failed(verify(folder))


def test_what_the_metadata_says_of_a_record_must_follow(crate: Path, tmp_path: Path) -> None:
    def lie(old: bytes) -> bytes:
        content = json.loads(old)
        one = next(e for e in content["@graph"] if "minValue" in e)
        one["minValue"] -= 1
        return json.dumps(content).encode()

    found = verify(changed(crate, tmp_path / "x.zip", "ro-crate-metadata.json", lie))
    assert "the crate's metadata names the records" in failed(found)


@pytest.mark.parametrize("entity", [{"@id": 5}, {"@id": "x", "@type": 7}, "x"])
def test_metadata_of_an_odd_form_is_a_clear_error(crate: Path, tmp_path: Path, entity: object) -> None:
    context = "https://w3id.org/ro/crate/1.2/context"
    content = json.dumps({"@context": context, "@graph": [entity]}).encode()
    with pytest.raises(InputError, match="cannot be read: an entity without"):
        verify(changed(crate, tmp_path / "x.zip", "ro-crate-metadata.json", lambda _: content))


@pytest.mark.parametrize("context", [[], {}, "https://schema.org"])
def test_metadata_whose_terms_mean_nothing_is_a_clear_error(
    crate: Path, tmp_path: Path, context: object
) -> None:
    def without(old: bytes) -> bytes:
        return json.dumps({**json.loads(old), "@context": context}).encode()

    with pytest.raises(InputError, match="its @context is not that of RO-Crate"):
        verify(changed(crate, tmp_path / "x.zip", "ro-crate-metadata.json", without))


def test_a_crate_that_would_write_elsewhere_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as out:
        out.writestr("../manifest.json", "{}")
    with pytest.raises(InputError, match="would be written outside the crate"):
        verify(tmp_path / "x.zip")
    (tmp_path / "y.zip").write_bytes(b"PK nothing")
    with pytest.raises(InputError, match="is no crate"):
        verify(tmp_path / "y.zip")


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three gigabytes in three megabytes were written to the disk before anything was compared."""
    monkeypatch.setattr("sim.runs.crate_files._BOMB", 2**20)
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("zeros", bytes(2**24))
    monkeypatch.setattr(zipfile.ZipFile, "extractall", lambda *_: pytest.fail("unpacked"))
    with pytest.raises(InputError, match=r"holds 1 files of 0\.0 GB: too much for a crate"):
        verify(tmp_path / "x.zip")


def test_what_the_disk_has_no_room_for_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as out:
        out.writestr("much", bytes(2**12))
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=2**10))
    with pytest.raises(InputError, match=r"0\.0 GB are free to unpack it"):
        verify(tmp_path / "x.zip")


def test_the_id_is_of_model_configuration_seeds_and_result_and_of_no_name(
    finished: Finished, resolved: Resolved, records: pd.DataFrame
) -> None:
    row = records.iloc[1].to_dict()
    assert id_of({**row, "name": "called otherwise"}) == row["id"]
    for column in (
        "headline",
        "difference",
        "low",
        "seeds",
        "model_digest",
        "configuration",
        "tables_digest",
    ):
        value = row[column]
        assert id_of({**row, column: value + 0.001 if isinstance(value, float) else f"{value}x"}) != row["id"]
    manifest = json.loads((finished.folder / "manifest.json").read_text(encoding="utf-8"))
    again = records_of(finished.folder, manifest, resolved)
    assert list(again["id"]) == list(records["id"])


def test_an_id_may_be_written_as_people_write_it() -> None:
    assert normal(" WS-7K3MQ 2XD9V-OABIC-D4E5F ") == "ws-7k3mq-2xd9v-0ab1c-d4e5f"


def test_seeds_in_words() -> None:
    assert seed_words([7, 1, 2, 3]) == "1-3, 7"


def test_the_folder_holds_the_experiment_that_gives_the_same_runs(finished: Finished) -> None:
    found = {check.what: check.holds for check in verify(finished.folder).checks}
    assert found["experiment.yaml gives the same worlds"]
    assert (
        FolderResults(finished.folder).manifest["code"] is None
        or "commit" in (FolderResults(finished.folder).manifest["code"])
    )


@pytest.mark.parametrize("content", ["garbage\n", "headline,draw,value,of_leak,leak_months\ntrust,x,y,z,w\n"])
def test_damaged_draws_are_a_clear_error(tmp_path: Path, content: str) -> None:
    (tmp_path / "draws_outcomes.csv").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"draws_outcomes.csv"):
        draws_summary(tmp_path, {"posterior": "x"})


def test_draws_in_a_record_need_outcomes_and_a_posterior(tmp_path: Path, resolved: Resolved) -> None:
    rows = "".join(f"{n},{n},trust,0,{n},{n},0,0\n" for n in range(4))
    text = f"draw,seed,headline,value_a,value_b,value,of_leak,leak_months\n{rows}"
    path = tmp_path / "draws_outcomes.csv"
    path.write_text(text, encoding="utf-8")
    found = draws_summary(tmp_path, {"posterior": "x"})
    assert found is not None
    assert found.set_index("headline")["median"]["trust"] == 1.5
    write_csv(found.assign(median=50.0), tmp_path / "uncertainty.csv")
    name, wrong = list(islice(stored_differences(tmp_path, {"posterior": "x"}, resolved), 2))[1]
    assert name == "uncertainty.csv"
    assert "trust: median is 50.0, follows 1.5" in str(wrong)
    with pytest.raises(InputError, match="follows from no draws"):
        draws_summary(tmp_path, {})
    path.unlink()
    with pytest.raises(InputError, match="follows from no draws"):
        draws_summary(tmp_path, {"posterior": "x"})


def test_metadata_is_what_would_be_packed(finished: Finished, records: pd.DataFrame, tmp_path: Path) -> None:
    brown = Organisation(name="Brown", ror="05gq02987")
    people = (Author(name="Ada"), Author(name="B", orcid="0000-0002-1825-0097", affiliation=brown))
    grants = (Funding(funder=Organisation(name="ERC"), grant="1"),)
    pack(finished.folder, tmp_path / "x.zip", Deposit(authors=people, keywords=("mine",), funding=grants))
    with opened(tmp_path / "x.zip") as folder:
        manifest = FolderResults(folder).manifest
        entities = entities_of(folder)
        assert entities is not None
        assert not metadata_differences(folder, manifest, records, entities)
        for name, key in (("./", "identifier"), ("#run", "endTime"), ("headlines.csv", "description")):
            lie = entities | {name: entities[name] | {key: "another"}}
            assert f"{name}: {key}" in metadata_differences(folder, manifest, records, lie)
        lie = entities | {"#more": {"@id": "#more", "@type": "PropertyValue", "value": 99}}
        assert "#more should not be described" in metadata_differences(folder, manifest, records, lie)
        zenodo = json.loads((folder / ".zenodo.json").read_text(encoding="utf-8"))
        (folder / ".zenodo.json").write_text(json.dumps({**zenodo, "notes": "x"}), encoding="utf-8")
        assert ".zenodo.json is not what follows" in metadata_differences(folder, manifest, records, entities)


def test_metadata_may_describe_a_thing_once(tmp_path: Path) -> None:
    one = {"@id": "#record-trust", "@type": "PropertyValue"}
    context = "https://w3id.org/ro/crate/1.2/context"
    content = json.dumps({"@context": context, "@graph": [one, one]})
    (tmp_path / "ro-crate-metadata.json").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="describes #record-trust twice"):
        entities_of(tmp_path)


def test_the_whole_experiment_and_every_field_of_the_manifest_are_asked_for(folder: Path) -> None:
    path, text = folder / "experiment.yaml", (folder / "experiment.yaml").read_text(encoding="utf-8")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    path.write_text(text.replace("title: Two worlds", "title: Another"), encoding="utf-8")
    lie = {**manifest, "events": [], "jurisdictions": {}, "files": None}
    (folder / "manifest.json").write_text(json.dumps(lie), encoding="utf-8")
    found = verify(folder)
    assert "title: not as in the manifest" in failed(found)
    assert "from its configuration: events, jurisdictions" in failed(found)
    unchecked = " ".join(check.what for check in found.not_checked)
    assert all(name in unchecked for name in ("made", "platform", "command", "who_set") if name in manifest)


def test_a_planted_table_is_not_packed(folder: Path, tmp_path: Path) -> None:
    (folder / "knockouts.csv").write_text("mechanism,difference\nnews,1\n", encoding="utf-8")
    pack(folder, tmp_path / "x.zip", Deposit())
    assert "knockouts.csv" not in zipfile.ZipFile(tmp_path / "x.zip").namelist()


def test_a_corrupt_stream_is_a_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("manifest.json", "a manifest " * 100)
    content = bytearray(path.read_bytes())
    at = len("manifest.json") + 30  # behind the local header
    content[at : at + 4] = b"\xff" * 4
    path.write_bytes(content)
    with pytest.raises(InputError, match="is no crate"):
        verify(path)

"""A results folder as an RO-Crate: everything in it is described, and nothing is fetched."""

import gc
import hashlib
import json
import os
import shutil
import socket
import zipfile
from pathlib import Path
from typing import Any

import pytest
from rocrate.rocrate import ROCrate

import sim
from sim.analysis.crate import pack
from sim.pipeline import Finished, _experiment_text
from sim.runs.deposit import Author, Deposit, DepositOptions, Organisation, deposit_of, orcid_digits
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved

FILES = 21


@pytest.fixture
def folder(finished: Finished, tmp_path: Path) -> Path:
    copied = tmp_path / "results"
    shutil.copytree(finished.folder, copied)
    (copied / "notes of mine.txt").write_text("not part of the results", encoding="utf-8")
    return copied


@pytest.fixture
def crate(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    def nowhere(*_: Any) -> None:
        raise AssertionError("a crate needs no network")

    monkeypatch.setattr(socket.socket, "connect", nowhere)
    deposit = deposit_of(DepositOptions(authors=["Ada", "Grace <0000-0002-1825-0097>"]))
    assert pack(folder, tmp_path / "to deposit" / "two_worlds.zip", deposit) == FILES
    return tmp_path / "to deposit" / "two_worlds.zip"


def test_it_is_written_over_no_file_that_is_none(folder: Path, crate: Path, tmp_path: Path) -> None:
    mine, pipe, nothing = tmp_path / "mine.zip", tmp_path / "pipe.zip", deposit_of(DepositOptions())
    with zipfile.ZipFile(mine, "w") as inside:
        inside.writestr("thesis.txt", "mine")
    before = mine.read_bytes()
    with pytest.raises(InputError, match="is no crate"):
        pack(folder, mine, nothing)
    assert mine.read_bytes() == before
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="a device or a pipe"):
        pack(folder, pipe, nothing)
    assert pipe.is_fifo()
    assert pack(folder, crate, nothing) == FILES


def graph(crate: Path) -> dict[str, dict[str, Any]]:
    with zipfile.ZipFile(crate) as inside:
        return {
            entity["@id"]: entity for entity in json.loads(inside.read("ro-crate-metadata.json"))["@graph"]
        }


def test_it_says_what_ro_crate_asks_for(crate: Path) -> None:
    entities = graph(crate)
    descriptor, root = entities["ro-crate-metadata.json"], entities["./"]
    assert descriptor["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.2"}
    assert descriptor["about"] == {"@id": "./"}
    assert root["@type"] == "Dataset"
    assert root["name"] == "Two worlds"
    assert root["description"]
    assert len(root["datePublished"]) == len("2014-07-31")
    assert root["license"] == {"@id": "https://spdx.org/licenses/CC-BY-4.0"}
    assert [entities[author["@id"]]["name"] for author in root["author"]] == ["Ada", "Grace"]
    assert root["author"][1] == {"@id": "https://orcid.org/0000-0002-1825-0097"}


def test_it_says_what_a_repository_asks_of_data_and_how_to_cite_it(crate: Path, finished: Finished) -> None:
    entities, manifest = graph(crate), finished.results.manifest
    root, tool = entities["./"], entities[entities["#run"]["instrument"]["@id"]]
    assert root["description"].startswith(manifest["question"])
    assert "Simulated data, without personal data, made by warrantsim" in root["description"]
    assert root["creditText"].startswith("Ada and Grace (")
    assert root["creditText"].endswith(f" Record {entities['#record-comparison']['value']}.")
    assert entities[tool["license"]["@id"]]["name"] == "MIT"
    with zipfile.ZipFile(crate) as inside:
        zenodo = json.loads(inside.read(".zenodo.json"))
    assert (zenodo["description"], zenodo["keywords"]) == (root["description"], root["keywords"])


def test_its_records_are_read_from_the_zip_with_the_words_to_cite(crate: Path, finished: Finished) -> None:
    packed, plain = sim.record(crate), sim.record(finished.folder)
    assert packed["id"].tolist() == plain["id"].tolist()
    assert packed.attrs["cite"] == graph(crate)["./"]["creditText"]
    assert plain.attrs["cite"].startswith("Two worlds (")
    trust = sim.record(crate, "trust")
    assert trust.attrs["cite"].endswith(f" Record {trust['id'].iloc[0]}.")


def test_files_zipped_with_their_folder_are_refused_with_the_remedy(crate: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(crate) as inside:
        inside.extractall(tmp_path / "two_worlds")
    again = shutil.make_archive(str(tmp_path / "again"), "zip", tmp_path, "two_worlds")
    with pytest.raises(InputError, match="files are in the folder 'two_worlds': zip the files themselves"):
        sim.verify(again)


def test_every_reference_leads_somewhere(crate: Path) -> None:
    entities = graph(crate)

    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            return [value["@id"]]
        return [r for inner in value for r in references(inner)] if isinstance(value, list) else []

    wanted = {
        r
        for entity in entities.values()
        for name, value in entity.items()
        if name not in ("@id", "@type")
        for r in references(value)
    }
    assert wanted - set(entities) <= {"https://w3id.org/ro/crate/1.2"}


def test_every_file_is_described_with_its_size_and_sha256_and_no_other_is_in_it(crate: Path) -> None:
    entities = graph(crate)
    with zipfile.ZipFile(crate) as inside:
        names = {name for name in inside.namelist() if name != "ro-crate-metadata.json"}
        assert names == {part["@id"] for part in entities["./"]["hasPart"]}
        for name in names:
            content = inside.read(name)
            assert entities[name]["sha256"] == hashlib.sha256(content).hexdigest()
            assert entities[name]["contentSize"] == str(len(content))
            assert entities[name]["description"]
    assert "tables/world.parquet" in names
    assert "notes of mine.txt" not in names


def test_it_says_how_the_results_came_about(crate: Path, finished: Finished) -> None:
    entities = graph(crate)
    ran = entities["#run"]
    tool = entities[ran["instrument"]["@id"]]
    assert ran["@type"] == "CreateAction"
    assert ran["object"] == [{"@id": "experiment.yaml"}, {"@id": "manifest.json"}]
    assert {"@id": "tables/world.parquet"} in ran["result"]
    assert tool["version"].startswith(finished.results.manifest["versions"]["warrantsim"])
    assert finished.results.manifest["model_digest"] in tool["identifier"]


def test_the_library_of_ro_crate_reads_it(crate: Path) -> None:
    read = ROCrate(str(crate))
    assert read.name == "Two worlds"
    assert len(list(read.data_entities)) == FILES


def test_a_table_that_is_not_the_manifests_is_not_packed(folder: Path, tmp_path: Path) -> None:
    path = folder / "tables/world.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(InputError, match=r"world.parquet is not the file of the manifest"):
        pack(folder, tmp_path / "x.zip", Deposit())
    assert not (tmp_path / "x.zip").exists()


def test_another_kind_of_file_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"name a file that ends in \.zip"):
        pack(folder, tmp_path / "x.tar", Deposit())


def test_organisations_without_latin_letters_stay_two(folder: Path, tmp_path: Path) -> None:
    names = ("東京大学", "京都大学")
    authors = tuple(Author(name=name, affiliation=Organisation(name=name)) for name in names)
    pack(folder, tmp_path / "x.zip", Deposit(authors=authors))
    named = [one["name"] for one in graph(tmp_path / "x.zip").values() if one["@type"] == "Organization"]
    assert sorted(named) == sorted(names)


ORCID = "0000-0002-1825-0097"


@pytest.mark.parametrize(
    ("deposit", "said"),
    [
        (
            Deposit(authors=(Author(name="A", orcid=ORCID), Author(name="B", orcid=ORCID))),
            "B: another author",
        ),
        (
            Deposit(
                publisher=Organisation(name="Brown University", ror="05gq02987"),
                authors=(Author(name="A", affiliation=Organisation(name="Other", ror="05gq02987")),),
            ),
            "'Brown University' and 'Other' would be one|'Other' and 'Brown University' would be one",
        ),
        (
            Deposit(
                publisher=Organisation(name="X Y"),
                authors=(Author(name="A", affiliation=Organisation(name="x-y")),),
            ),
            "would be one organisation",
        ),
    ],
    ids=["orcid", "ror", "name"],
)
def test_nobody_stands_under_another_name(folder: Path, tmp_path: Path, deposit: Deposit, said: str) -> None:
    """The second of two with one address was left out without a word."""
    with pytest.raises(InputError, match=said):
        pack(folder, tmp_path / "x.zip", deposit)
    assert not list(tmp_path.glob("*.zip"))


def test_an_orcid_has_latin_digits() -> None:
    assert orcid_digits("0000-0002-1825-0097") and orcid_digits("٠٠٠٠-0002-1825-0097") is None


def test_nobody_is_invented(folder: Path, tmp_path: Path) -> None:
    pack(folder, tmp_path / "x.zip", Deposit())
    assert "author" not in graph(tmp_path / "x.zip")["./"]
    with zipfile.ZipFile(tmp_path / "x.zip") as inside:
        assert "creators" not in json.loads(inside.read(".zenodo.json"))


def test_what_is_no_results_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no results folder"):
        pack(tmp_path, tmp_path / "x.zip", Deposit())


def test_a_full_disk_is_an_error_and_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    resource: Any = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    out = tmp_path / "full" / "crate.zip"
    resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, before[1]))
    try:
        with pytest.raises(OSError, match="too large") as failed:
            pack(folder, out, Deposit())
        assert failed.value.filename == str(out)
        gc.collect()  # an unfinished archive would say so here
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not list(out.parent.iterdir())


def test_a_link_is_not_packed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("secret", encoding="utf-8")
    (folder / "data_dictionary.md").unlink()
    (folder / "data_dictionary.md").symlink_to(tmp_path / "secret.md")
    with pytest.raises(InputError, match=r"data_dictionary.md: is a link"):
        pack(folder, tmp_path / "x.zip", Deposit())


@pytest.mark.parametrize(
    "change", [{"versions": {}}, {"model_digest": "zz"}, {"code": "x"}, {"platform": {}}, {"made": ""}]
)
def test_a_manifest_that_says_too_little_is_refused(folder: Path, tmp_path: Path, change: Any) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **change}), encoding="utf-8")
    with pytest.raises(InputError, match=next(iter(change))):
        pack(folder, tmp_path / "x.zip", Deposit())


def test_records_that_are_not_of_the_tables_are_not_packed(folder: Path, tmp_path: Path) -> None:
    (folder / "records.csv").write_text("garbage\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"records.csv"):
        pack(folder, tmp_path / "x.zip", Deposit())


def test_the_experiment_names_no_folder_of_the_computer(resolved: Resolved) -> None:
    text = _experiment_text(resolved, "warrantsim run '/home/my name/small.yaml' --out=/tmp/x")
    assert text.splitlines()[0].endswith("warrantsim run small.yaml --out=x")

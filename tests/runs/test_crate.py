"""A results folder as an RO-Crate: everything in it is described, and nothing is fetched."""

import hashlib
import json
import shutil
import socket
import zipfile
from pathlib import Path
from typing import Any

import pytest
from rocrate.rocrate import ROCrate

from sim.pipeline import Finished
from sim.runs.crate import pack
from sim.scenario.problems import InputError


@pytest.fixture
def folder(finished: Finished, tmp_path: Path) -> Path:
    copied = tmp_path / "results"
    shutil.copytree(finished.folder, copied)
    (copied / "claims.csv").write_text("claim\n", encoding="utf-8")
    (copied / "notes of mine.txt").write_text("not part of the results", encoding="utf-8")
    return copied


@pytest.fixture
def crate(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    def nowhere(*_: Any) -> None:
        raise AssertionError("a crate needs no network")

    monkeypatch.setattr(socket.socket, "connect", nowhere)
    assert pack(folder, tmp_path / "to deposit" / "two_worlds.zip", "CC-BY-4.0", ["Ada", "Grace"]) == 20
    return tmp_path / "to deposit" / "two_worlds.zip"


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
    ran, tool = entities["#run"], entities["#warrantsim"]
    assert ran["@type"] == "CreateAction"
    assert ran["instrument"] == {"@id": "#warrantsim"}
    assert ran["object"] == {"@id": "manifest.json"}
    assert {"@id": "tables/world.parquet"} in ran["result"]
    assert tool["softwareVersion"] == finished.results.manifest["versions"]["warrantsim"]
    assert finished.results.manifest["model_digest"] in tool["identifier"]


def test_the_library_of_ro_crate_reads_it(crate: Path) -> None:
    read = ROCrate(str(crate))
    assert read.name == "Two worlds"
    assert len(list(read.data_entities)) == 20


def test_a_table_that_is_not_the_manifests_is_not_packed(folder: Path, tmp_path: Path) -> None:
    path = folder / "tables/world.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(InputError, match=r"world.parquet is not the file of the manifest"):
        pack(folder, tmp_path / "x.zip", "CC-BY-4.0", [])
    assert not (tmp_path / "x.zip").exists()


@pytest.mark.parametrize(
    ("out", "license_", "said"),
    [
        ("x.tar", "MIT", "name a file that ends in .zip"),
        ("x.zip", "do what you like", "write an SPDX identifier such as CC-BY-4.0"),
    ],
)
def test_bad_words_are_refused(folder: Path, tmp_path: Path, out: str, license_: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        pack(folder, tmp_path / out, license_, [])


def test_what_is_no_results_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no results folder"):
        pack(tmp_path, tmp_path / "x.zip", "MIT", [])

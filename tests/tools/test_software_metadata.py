"""Version, licence and authors are said once: the files for others agree with CITATION.cff."""

import json
import tomllib
from pathlib import Path

from sim.scenario.yaml_files import read
from sim.version import __version__
from tools.software_metadata import ROOT, metadata


def test_the_files_are_those_that_the_tool_writes() -> None:
    for name, text in metadata().items():
        assert (ROOT / name).read_text(encoding="utf-8") == text, "python -m tools.software_metadata --write"


def test_the_version_is_that_of_the_program() -> None:
    assert f"version: {__version__}" in Path(ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert json.loads((ROOT / "codemeta.json").read_text(encoding="utf-8"))["version"] == __version__


def test_the_package_and_the_citation_name_the_same_authors_licence_and_subject() -> None:
    citation = read(ROOT / "CITATION.cff").tree
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert [one["name"] for one in project["authors"]] == [one["name"] for one in citation["authors"]]
    assert project["license"] == citation["license"]
    assert project["description"] == citation["abstract"]
    assert citation["title"].startswith(f"{project['name']}: ")

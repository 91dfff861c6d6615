"""The program's metadata for others: `python -m tools.software_metadata --write`.

Writes `codemeta.json` (software indexes) and `.zenodo.json` (repositories) from CITATION.cff and
pyproject.toml, so that title, version, licence, authors and keywords are said once.
"""

import json
import sys
import tomllib
from pathlib import Path
from typing import Any

from sim.scenario.yaml_files import read
from sim.version import __version__

ROOT = Path(__file__).resolve().parents[1]


def metadata() -> dict[str, str]:
    """The text of each file, by name."""
    citation: dict[str, Any] = read(ROOT / "CITATION.cff").tree
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    people = [_person(one) for one in citation["authors"]]
    codemeta = {
        "@context": "https://w3id.org/codemeta/3.0",
        "type": "SoftwareSourceCode",
        "name": citation["title"].partition(":")[0],
        "description": project["description"],
        "version": __version__,
        "license": f"https://spdx.org/licenses/{citation['license']}",
        "author": [{"type": "Person" if "given" in one else "Organization", **_named(one)} for one in people],
        "programmingLanguage": {"type": "ComputerLanguage", "name": "Python"},
        "runtimePlatform": f"Python {project['requires-python']}",
        "softwareRequirements": project["dependencies"],
        "keywords": list(citation["keywords"]),
    }
    zenodo = {
        "upload_type": "software",
        "title": citation["title"],
        "description": project["description"],
        "version": __version__,
        "license": citation["license"].lower(),
        "creators": [
            {"name": one["name"]} | ({"orcid": one["orcid"]} if "orcid" in one else {}) for one in people
        ],
        "keywords": list(citation["keywords"]),
    }
    texts = {"codemeta.json": codemeta, ".zenodo.json": zenodo}
    return {name: json.dumps(content, indent=2, ensure_ascii=False) + "\n" for name, content in texts.items()}


def _person(author: dict[str, str]) -> dict[str, str]:
    """An author of CITATION.cff: a person with given and family names, or an entity with a name."""
    orcid = {"orcid": author["orcid"].rpartition("/")[2]} if "orcid" in author else {}
    if "name" in author:
        return {"name": author["name"], **orcid}
    given, family = author["given-names"], author["family-names"]
    return {"name": f"{family}, {given}", "given": given, "family": family, **orcid}


def _named(person: dict[str, str]) -> dict[str, str]:
    address = {"id": f"https://orcid.org/{person['orcid']}"} if "orcid" in person else {}
    if "given" not in person:
        return {**address, "name": person["name"]}
    return {**address, "givenName": person["given"], "familyName": person["family"]}


def main(arguments: list[str]) -> None:
    """Print the files; with `--write`, write them."""
    for name, text in metadata().items():
        if "--write" in arguments:
            (ROOT / name).write_text(text, encoding="utf-8")
        else:
            print(f"# {name}\n{text}")


if __name__ == "__main__":
    main(sys.argv[1:])

"""The facts of a crate as repositories (`.zenodo.json`) and software indexes (`codemeta.json`) take them."""

import json
from typing import Any

from sim.runs.deposit import KEYWORDS, Deposit, Funding, orcid_digits

PROGRAM_LICENCE = "https://spdx.org/licenses/MIT"


def zenodo_text(manifest: dict[str, Any], deposit: Deposit, record: str | None) -> str:
    """The metadata of a dataset; people only where they were named."""
    creators = [
        {
            "name": author.name,
            **({"orcid": orcid_digits(author.orcid)} if author.orcid else {}),
            **({"affiliation": author.affiliation.name} if author.affiliation else {}),
        }
        for author in deposit.authors
    ]
    origin = manifest.get("code") or {}
    content: dict[str, Any] = {
        "upload_type": "dataset",
        "title": deposit.title or manifest["title"],
        "description": deposit.description or manifest["question"],
        "publication_date": manifest["made"][:10],
        **({"creators": creators} if creators else {}),
        "license": deposit.license.lower(),
        "keywords": [*KEYWORDS, *deposit.keywords],
        "notes": " ".join(
            [
                f"Made with warrantsim {manifest['versions'].get('warrantsim', '')}.",
                *([f"Record {record}."] if record else []),
                *(_words(one) for one in deposit.funding),
            ]
        ),
    }
    if "address" in origin:
        content["related_identifiers"] = [{"identifier": origin["address"], "relation": "isDerivedFrom"}]
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def codemeta_text(manifest: dict[str, Any]) -> str:
    """The program that made the results, after CodeMeta 3.0."""
    origin, versions = manifest.get("code") or {}, manifest["versions"]
    needs = [
        f"{name} {version}" for name, version in versions.items() if name not in ("python", "warrantsim")
    ]
    content = {
        "@context": "https://w3id.org/codemeta/3.0",
        "type": "SoftwareSourceCode",
        "name": "warrantsim",
        "version": software_version(manifest),
        "identifier": f"model code sha256 {manifest['model_digest']}",
        "license": PROGRAM_LICENCE,
        "programmingLanguage": f"Python {versions['python']}",
        "softwareRequirements": needs,
        **({"codeRepository": origin["address"]} if "address" in origin else {}),
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def software_version(manifest: dict[str, Any]) -> str:
    """The program's version, with the commit if it is known."""
    origin = manifest.get("code") or {}
    version = str(manifest["versions"].get("warrantsim", "not known"))
    if "commit" not in origin:
        return version
    changed = ", with changed files" if origin.get("changed") else ""
    return f"{version}, commit {origin['commit']}{changed}"


def _words(one: Funding) -> str:
    of = f", grant {one.grant}" if one.grant else ""
    title = f" ({one.title})" if one.title else ""
    return f"Funded by {one.funder.name}{of}{title}."

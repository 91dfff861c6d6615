"""A results folder as an RO-Crate: one zip that a repository can take, with everything in it described.

RO-Crate 1.2 (w3id.org/ro/crate/1.2), and the Process Run Crate profile for how the results came about: the
model as software, the manifest as what went in, the tables as what came out. Nothing is fetched from
anywhere.
"""

import base64
import hashlib
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd

from sim.model.tables import TABLES
from sim.runs.claims import BY_POINT, CLAIMS
from sim.runs.csv_tables import read_csv
from sim.runs.deposit import Author, Deposit, Funding, Organisation
from sim.runs.execution import FAILURES
from sim.runs.folder_check import damage, tables_of
from sim.runs.points import EXPERIMENT, POINTS
from sim.runs.reproduce import results_of
from sim.runs.results import MANIFEST
from sim.runs.upload_metadata import codemeta_text, software_version, zenodo_text
from sim.runs.whole_files import sha256_of
from sim.scenario.problems import InputError

VERSION = "1.2"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
PYTHON = "https://www.python.org/"
ZENODO, CODEMETA, RECORDS = ".zenodo.json", "codemeta.json", "records.csv"
KEYWORDS = ("agent-based model", "policy simulation", "US warrants for data stored abroad")
RECORD_IS = "record of warrantsim"
_LICENCE = "The licence under which the results are given"
_DIFFERENCE = "Paired difference between the compared worlds, with its 95% interval over pairs (luck alone)"
_FORMATS = {
    ".parquet": "application/vnd.apache.parquet",
    ".csv": "text/csv",
    ".json": "application/json",
    ".md": "text/markdown",
    ".html": "text/html",
    ".yaml": "application/yaml",
}
_WRITTEN = {
    ZENODO: "The same facts as repositories of the Zenodo kind take them",
    CODEMETA: "The program that made the results, and where its code is, if that is known",
}
_MEANINGS = {
    EXPERIMENT: "The experiment as it was run: the command `warrantsim run` takes it",
    RECORDS: "The paired differences with the short ids by which they are cited and checked",
    MANIFEST: (
        "What was run: every value as resolved and who set it, seeds, versions, platform, digest of each "
        "table"
    ),
    POINTS: "The points of the design, and which run each world of each pair is",
    "outcomes.parquet": "Every headline of every point, seed and world, and of the differences",
    "data_dictionary.md": "Every table and column, with unit and meaning",
    FAILURES: "The pairs that failed, with how and where",
    CLAIMS: "What the experiment claims, and the verdict of the paired differences",
    BY_POINT: "The verdicts at each point of the design",
    "discovery.csv": "Regions of the design that answer a question: density, coverage, limits in words",
    "discovery_limits.csv": "The limits of each region, with quasi-p values",
    "discovery_tradeoff.csv": "Density and coverage of every box on the way to the chosen one",
    "discovery_steps.csv": "The limits of each of these boxes",
    "discovery_points.csv": "For each question and point: outcome, whether of interest, box and leaf",
    "boundary.csv": "Where a headline crosses a level: what was searched and what was found",
    "boundary_surface.csv": "Mean, sd and probability to be above the level, over the ranges searched",
    "boundary_points.csv": "The points that the search ran",
    "boundary_costs.csv": "What grids would have cost for the same answer",
    "returns.csv": "What of a ruling's effect stays after it is turned back",
    "tipping.csv": "Whether the share that stays tips along each factor",
    "repeal.csv": "The share of further laws that is left, by how many there were",
    "headlines.csv": "Headline differences with their intervals",
    "series.csv": "Paired differences month by month",
    "knockouts.csv": "Headline differences with each mechanism off",
    "channels.csv": "Headline differences split among channels",
    "confound.csv": "What each of two causes explains of every headline's change",
    "confound_bound.csv": "What was measured of two causes, beside the model",
    "value.csv": "Which measurement would narrow which headline most",
    "mean_field.csv": "Headline differences with agents and with average customers",
    "switch_dates.csv": "Headline differences with the switch on other dates",
    "record.csv": "The model's history beside what was measured",
    "validation.csv": (
        "What the model and rivals without agents forecast for rows that no fit saw, with proper scores"
    ),
    "validation_ranks.csv": "The model against each rival, over the rows that both forecast",
    "uncertainty.csv": "The headline differences over joint draws of the posterior: luck, fit and judgement",
    "draws_outcomes.csv": "Every headline at every draw of the posterior, by draw and seed",
    "sensitivity.csv": "What each factor of the design does to each headline, with intervals",
    "sensitivity_convergence.csv": "The same from parts of the sample",
    "sensitivity_by_year.csv": "What the factors of the design do to each series, by year",
    "varied.csv": "What the draws of the posterior vary, and what they hold",
    "survival.csv": (
        "Which conclusions survive the posterior, either end of the stated-to-actual discount, and "
        "symmetric trust"
    ),
    "evidence.csv": "The model's history beside rows of evidence that were asked for",
    "report.html": "The report, which opens in a browser and needs no network",
}


def pack(folder: Path, out: Path, deposit: Deposit) -> int:
    """Write the folder's crate to `out` (a .zip); returns how many files are in it.

    Raises InputError if this is no results folder, or a table is not the one that its manifest describes.
    """
    from rocrate.rocrate import ROCrate

    if out.suffix != ".zip":
        raise InputError(f"--out {out}: name a file that ends in .zip")
    manifest = results_of(folder).manifest
    files = _files(folder, manifest)
    crate = ROCrate(version=VERSION)
    entities = {
        name: crate.add_file(path, name, properties=_described(name, path, manifest))
        for name, path in files.items()
    }
    people = _describe(crate, manifest, deposit)
    _add_records(crate, folder)
    _add_run(crate, manifest, entities, people)
    written = {
        ZENODO: zenodo_text(manifest, deposit, _comparison(folder)),
        CODEMETA: codemeta_text(manifest),
    }
    for name, text in written.items():
        crate.add_file(StringIO(text), name, properties=_of_text(name, text))
    out.parent.mkdir(parents=True, exist_ok=True)
    writing = out.with_name(f".{out.stem}.writing.zip")
    try:
        crate.write_zip(writing)
        writing.replace(out)
    finally:
        writing.unlink(missing_ok=True)
    return len(files) + len(written)


def _describe(crate: Any, manifest: dict[str, Any], deposit: Deposit) -> list[Any]:
    """The crate as a whole: what, when, by whom, under which licence, paid by whom. Returns the people."""
    root = crate.root_dataset
    root["name"] = deposit.title or manifest["title"]
    root["description"] = deposit.description or manifest["question"]
    root["datePublished"] = manifest["made"][:10]
    profile = {"@type": ["CreativeWork", "Profile"], "name": "Process Run Crate", "version": "0.5"}
    root["conformsTo"] = _entity(crate, PROFILE, profile)
    licence = {"@type": "CreativeWork", "name": deposit.license, "description": _LICENCE}
    root["license"] = _entity(crate, deposit.license_address, licence)
    root["keywords"] = [*KEYWORDS, *deposit.keywords]
    root["temporalCoverage"] = f"{manifest['first']}/{manifest['last']}"
    people = [_person(crate, number, author) for number, author in enumerate(deposit.authors, 1)]
    if people:
        root["author"] = _one_or_all(people)
    if deposit.publisher is not None:
        root["publisher"] = _organisation(crate, deposit.publisher)
    if deposit.funding:
        grants = [_grant(crate, number, one) for number, one in enumerate(deposit.funding, 1)]
        funders = dict.fromkeys(_organisation(crate, one.funder) for one in deposit.funding)
        root["funding"], root["funder"] = _one_or_all(grants), _one_or_all([*funders])
    return people


def _entity(crate: Any, address: str, properties: dict[str, Any]) -> Any:
    """A contextual entity, once an address."""
    from rocrate.model.contextentity import ContextEntity

    return crate.dereference(address) or crate.add(ContextEntity(crate, address, properties))


def _one_or_all(entities: list[Any]) -> Any:
    """A single value stands alone in JSON-LD."""
    return entities[0] if len(entities) == 1 else entities


def _person(crate: Any, number: int, author: Author) -> Any:
    properties: dict[str, Any] = {"@type": "Person", "name": author.name}
    if author.affiliation is not None:
        properties["affiliation"] = {"@id": _organisation(crate, author.affiliation).id}
    if author.email is not None:
        contact = {"@type": "ContactPoint", "name": author.name, "email": author.email}
        properties["contactPoint"] = {"@id": _entity(crate, f"mailto:{author.email}", contact).id}
    return _entity(crate, author.address or f"#author-{number}", properties)


def _organisation(crate: Any, one: Organisation) -> Any:
    address = one.address or f"#organisation-{re.sub(r'[^a-z0-9]+', '-', one.name.lower()).strip('-')}"
    web = {"url": one.address} if one.address else {}
    return _entity(crate, address, {"@type": "Organization", "name": one.name, **web})


def _grant(crate: Any, number: int, one: Funding) -> Any:
    properties = {"@type": "Grant", "name": one.title or f"{one.funder.name} {one.grant or ''}".strip()}
    properties |= {"identifier": one.grant} if one.grant else {}
    grant = _entity(crate, f"#grant-{number}", properties)
    grant["funder"] = _organisation(crate, one.funder)
    return grant


def _add_records(crate: Any, folder: Path) -> None:
    """The differences with their ids, as what the dataset measures; that of the whole as its identifier."""
    rows = _record_rows(folder)
    for row in rows:
        value = {"@type": "PropertyValue", "propertyID": RECORD_IS, "name": row["name"]}
        if pd.isna(row["difference"]):
            whole = _entity(crate, f"#record-{row['headline']}", {**value, "value": row["id"]})
            crate.root_dataset["identifier"] = whole
            continue
        numbers = {"value": row["difference"], "minValue": row["low"], "maxValue": row["high"]}
        known = {name: number for name, number in numbers.items() if not pd.isna(number)}
        about = {"unitText": row["unit"], "identifier": row["id"], "description": _DIFFERENCE}
        one = _entity(crate, f"#record-{row['headline']}", {**value, **known, **about})
        crate.root_dataset.append_to("variableMeasured", one)


def _record_rows(folder: Path) -> list[dict[str, Any]]:
    path = folder / RECORDS
    return read_csv(path).to_dict("records") if path.is_file() else []


def _comparison(folder: Path) -> str | None:
    """The id of the whole comparison, or sweep."""
    return next((str(row["id"]) for row in _record_rows(folder) if pd.isna(row["difference"])), None)


def _add_run(crate: Any, manifest: dict[str, Any], entities: dict[str, Any], people: list[Any]) -> None:
    """How the results came about: the model as software, the run as an action."""
    version = manifest["versions"]["python"]
    language = {"@type": "ComputerLanguage", "name": "Python", "version": version, "url": PYTHON}
    python = _entity(crate, PYTHON, language)
    tool = _entity(crate, _software_address(manifest), _software(manifest))
    tool["runtimePlatform"] = python
    ran = _entity(crate, "#run", _action(manifest))
    asked = [name for name in (EXPERIMENT, MANIFEST) if name in entities]
    ran["instrument"], ran["object"] = tool, [entities[name] for name in asked]
    ran["result"] = [entity for name, entity in entities.items() if name not in asked]
    if people:
        ran["agent"] = _one_or_all(people)
    crate.root_dataset["mentions"] = ran


def _of_text(name: str, text: str) -> dict[str, Any]:
    content = text.encode()
    return {
        "name": name,
        "description": _WRITTEN[name],
        "encodingFormat": _FORMATS[".json"],
        "contentSize": str(len(content)),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _software(manifest: dict[str, Any]) -> dict[str, Any]:
    """The model as software, with what it needs; `codemeta.json` says where its code is, if that is known."""
    versions, origin = manifest["versions"], manifest.get("code") or {}
    return {
        "@type": "SoftwareApplication",
        "name": "warrantsim",
        "version": software_version(manifest),
        "softwareRequirements": [
            f"{name} {version}" for name, version in versions.items() if name not in ("python", "warrantsim")
        ],
        "identifier": f"model code sha256 {manifest['model_digest']}",
        "operatingSystem": manifest["platform"],
        "url": origin.get("address", {"@id": CODEMETA}),
    }


def _software_address(manifest: dict[str, Any]) -> str:
    """The address of the model's code by its digest (RFC 6920): wherever the code is, it is this."""
    name = base64.urlsafe_b64encode(bytes.fromhex(manifest["model_digest"])).decode().rstrip("=")
    return f"ni:///sha-256;{name}"


def _action(manifest: dict[str, Any]) -> dict[str, Any]:
    """The run: by which command, when it ended, and whether anything failed."""
    failed = len(manifest.get("failures", ()))
    return {
        "@type": "CreateAction",
        "name": f"Run of {manifest['experiment']}",
        "endTime": manifest["made"],
        "description": manifest.get("command", "run from Python"),
        "actionStatus": "http://schema.org/CompletedActionStatus",
        **({"error": f"{failed} pairs failed and are in no table"} if failed else {}),
    }


def _files(folder: Path, manifest: dict[str, Any]) -> dict[str, Path]:
    """What goes into the crate, by its path there: what the run is known to leave, and no more."""
    wrong = damage(folder, manifest)
    if wrong:
        raise InputError(
            [f"{folder}: {words}; run the experiment again, or see `warrantsim reproduce`" for words in wrong]
        )
    if not manifest["tables"]:
        raise InputError(f"{folder}: no pair succeeded, so there is nothing to deposit")
    tables = {name: path for name, path, _ in tables_of(folder, manifest)}
    return tables | {name: folder / name for name in _MEANINGS if (folder / name).is_file()}


def _described(name: str, path: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "name": name,
        "encodingFormat": _FORMATS[path.suffix],
        "contentSize": str(path.stat().st_size),
        "sha256": sha256_of(path),
    }
    if name in _MEANINGS:
        return {**properties, "description": _MEANINGS[name]}
    table = TABLES[path.stem]
    columns = ", ".join(f"{c.name} ({c.unit})" for c in table.measures)
    digest = manifest["tables"][table.name]["digest"]
    return {
        **properties,
        "description": f"One row is {table.one_row_is}. Measures: {columns}",
        "identifier": f"sha256 of its values {digest}",
    }

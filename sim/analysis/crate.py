"""A results folder as an RO-Crate: one zip that a repository can take, with everything in it described.

RO-Crate 1.2 (w3id.org/ro/crate/1.2), and the Process Run Crate profile for how the results came about: the
model as software, the manifest as what went in, the tables as what came out. Nothing is fetched from
anywhere.
"""

import base64
import hashlib
import json
import re
import zipfile
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd

from sim.analysis.citation import cited
from sim.analysis.crate_people import deposit_in, entity, grant, one_or_all, organisation, person
from sim.analysis.derived_tables import OF_OTHER_RUNS, stored_differences
from sim.analysis.derived_tables import TABLES as FROM_TABLES
from sim.analysis.drivers.outcomes import OUTCOMES
from sim.analysis.manifest_statements import statements
from sim.analysis.recorded_tables import form_of_tables
from sim.analysis.records import COLUMNS, COMPARISON, SWEEP, records_of
from sim.analysis.records import TABLE as RECORDS_TABLE
from sim.analysis.stored_tables import KEY
from sim.model.tables import TABLES
from sim.runs.claims import BY_POINT, CLAIMS
from sim.runs.crate_files import METADATA
from sim.runs.deposit import KEYWORDS, Deposit
from sim.runs.execution import FAILURES
from sim.runs.folder_check import COLLECTED, changed_files, damage, tables_of
from sim.runs.points import EXPERIMENT, POINTS
from sim.runs.reproduce import results_of
from sim.runs.results import MANIFEST
from sim.runs.upload_metadata import PROGRAM_LICENCE, codemeta_text, software_version, zenodo_text
from sim.runs.whole_files import refuse_device, sha256_of
from sim.runs.written_files import not_answered_for
from sim.scenario.base import load_base
from sim.scenario.locations import CONFIGS, root
from sim.scenario.problems import InputError
from sim.scenario.restoration import restored

VERSION = "1.2"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
PYTHON = "https://www.python.org/"
ZENODO, CODEMETA = ".zenodo.json", "codemeta.json"
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
    f"{RECORDS_TABLE}.csv": "The paired differences with the short ids by which they are cited and checked",
    MANIFEST: (
        "What was run: every value as resolved and who set it, seeds, versions, platform, digest of each "
        "table"
    ),
    POINTS: "The points of the design, and which run each world of each pair is",
    "outcomes.parquet": "Every headline of every point, seed and world, and of the differences",
    "data_dictionary.md": "Every table and column, with unit and meaning",
    FAILURES: "The pairs that failed, with how and where",
    f"{CLAIMS}.csv": "What the experiment claims, and the verdict of the paired differences",
    f"{BY_POINT}.csv": "The verdicts at each point of the design",
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
    "frontier.csv": "What every rule and lever changes, against the base and the rule without levers",
    "levers.csv": "What each lever buys and costs, whether it pays, and what has more of both",
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

    Raises InputError if this is no results folder, a table is not the one that its manifest describes, or
    `out` is a file that is no crate.
    """
    if out.suffix != ".zip":
        raise InputError(f"--out {out}: name a file that ends in .zip")
    refuse_device(out)
    if out.is_file() and not _may_be_replaced(out):
        raise InputError(f"--out {out}: is no crate, and one would be written over it; name another file")
    manifest = results_of(folder).manifest
    files = _files(folder, manifest)
    crate, texts = _crate(folder, manifest, files, _records(folder, manifest), deposit)
    out.parent.mkdir(parents=True, exist_ok=True)
    writing = out.with_name(f".{out.stem}.writing.zip")
    try:
        _write_zip(crate, writing)
        writing.replace(out)
    except OSError as error:  # of a disk that is full it names no file
        error.filename = str(out) if error.filename in (None, str(writing)) else error.filename
        raise
    finally:
        writing.unlink(missing_ok=True)
    return len(files) + len(texts)


def _may_be_replaced(out: Path) -> bool:
    """Whether a file is empty or a crate."""
    if not out.stat().st_size:
        return True
    try:
        with zipfile.ZipFile(out) as inside:
            return METADATA in inside.namelist()
    except (zipfile.BadZipFile, OSError):
        return False


def _write_zip(crate: Any, out: Path) -> None:
    """Like the library's own, which prints a traceback beside the error where the disk is full."""
    stream = crate.stream_zip()
    try:
        with out.open("wb") as file:
            file.writelines(stream)
    except OSError:
        for _ in stream:  # an archive that is not finished complains when it is deleted
            pass
        raise


def expected(
    folder: Path, manifest: dict[str, Any], records: pd.DataFrame, deposit: Deposit
) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """The entities, by id, and the texts, by file, that `pack` would write for an unpacked crate."""
    crate, texts = _crate(folder, manifest, _packed(folder, manifest), records, deposit)
    graph = json.loads(json.dumps(crate.metadata.generate()["@graph"]))
    return {one["@id"]: one for one in graph}, texts


def _crate(
    folder: Path, manifest: dict[str, Any], files: dict[str, Path], records: pd.DataFrame, deposit: Deposit
) -> tuple[Any, dict[str, str]]:
    """The crate, not yet written, and the texts in it that are no files of the folder."""
    from rocrate.rocrate import ROCrate

    crate = ROCrate(version=VERSION)
    entities = {
        name: crate.add_file(path, name, properties=_described(name, path, manifest))
        for name, path in files.items()
    }
    people = _describe(crate, manifest, deposit)
    _add_records(crate, records)
    _add_run(crate, manifest, entities, people)
    # one name for each address: what can be read out of the metadata again
    said = deposit_in({one.id: one.properties() for one in crate.get_entities()})
    record, draws = _comparison(records), records["draws"].max()
    crate.root_dataset["creditText"] = cited(manifest, record, 0 if pd.isna(draws) else int(draws), said)
    texts = {
        ZENODO: zenodo_text(manifest, said, record),
        CODEMETA: codemeta_text(manifest),
    }
    for name, text in texts.items():
        crate.add_file(StringIO(text), name, properties=_of_text(name, text))
    return crate, texts


def _describe(crate: Any, manifest: dict[str, Any], deposit: Deposit) -> list[Any]:
    """The crate as a whole: what, when, by whom, under which licence, paid by whom. Returns the people."""
    whole = crate.root_dataset
    whole["name"] = deposit.title or manifest["title"]
    whole["description"] = deposit.description or f"{manifest['question']} {_what_it_is(manifest)}"
    whole["datePublished"] = manifest["made"][:10]
    profile = {"@type": ["CreativeWork", "Profile"], "name": "Process Run Crate", "version": "0.5"}
    whole["conformsTo"] = entity(crate, PROFILE, profile)
    licence = {"@type": "CreativeWork", "name": deposit.license, "description": _LICENCE}
    whole["license"] = entity(crate, deposit.license_address, licence)
    whole["keywords"] = [*KEYWORDS, *deposit.keywords]
    whole["temporalCoverage"] = f"{manifest['first']}/{manifest['last']}"
    people = [person(crate, number, author) for number, author in enumerate(deposit.authors, 1)]
    if people:
        whole["author"] = one_or_all(people)
    if deposit.publisher is not None:
        whole["publisher"] = organisation(crate, deposit.publisher)
    if deposit.funding:
        grants = [grant(crate, number, one) for number, one in enumerate(deposit.funding, 1)]
        funders = dict.fromkeys(organisation(crate, one.funder) for one in deposit.funding)
        whole["funding"], whole["funder"] = one_or_all(grants), one_or_all([*funders])
    return people


def _what_it_is(manifest: dict[str, Any]) -> str:
    """What a repository asks of data: how they were made, and whether they are about people."""
    seeds, worlds = len(manifest["seeds"]), ", ".join(manifest["worlds"].values())
    made = f"warrantsim {manifest['versions'].get('warrantsim', '')}".strip()
    return (
        f"Simulated data, without personal data, made by {made}. Worlds: {worlds}. "
        f"{manifest['first']} to {manifest['last']}, {manifest['customers']:,} simulated customers, "
        f"{seeds:,} {'seed' if seeds == 1 else 'seeds'}."
    )


def _records(folder: Path, manifest: dict[str, Any]) -> pd.DataFrame:
    """The records, computed from the tables.

    Raises InputError if a table that follows from the recorded ones is another than it should be, or the
    manifest says of the results what does not follow from them.
    """
    try:
        resolved = restored(manifest["scenario"], load_base(root() / CONFIGS), str(folder / MANIFEST))
    except InputError:
        if not (folder / f"{RECORDS_TABLE}.csv").is_file():  # of another version, which wrote no records
            return pd.DataFrame(columns=list(COLUMNS))
        raise
    wrong = [
        f"{folder / name}: does not follow from the tables: {found}"
        for name, found in stored_differences(folder, manifest, resolved)
        if found is not None and found.hold(manifest) is False
    ]
    wrong += [
        f"{folder / MANIFEST}: it does not hold that {one.what} ({one.words})"
        for one in (*form_of_tables(folder, manifest, resolved), *statements(folder, manifest, resolved))
        if one.holds is False
    ]
    if wrong:
        raise InputError(wrong)
    return records_of(folder, manifest, resolved)


def record_entities(records: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """What a crate's metadata says of the records, by the address of each; the whole has no numbers."""
    return {f"#record-{row[KEY]}": _record_entity(row) for row in records.to_dict("records")}


def _record_entity(row: Mapping[Any, Any]) -> dict[str, Any]:
    value = {"@type": "PropertyValue", "propertyID": RECORD_IS, "name": row["name"]}
    if row[KEY] in (COMPARISON, SWEEP):
        return {**value, "value": row["id"]}
    numbers = {"value": row["difference"], "minValue": row["low"], "maxValue": row["high"]}
    known = {name: number for name, number in numbers.items() if not pd.isna(number)}
    about = {"unitText": row["unit"], "identifier": row["id"], "description": _DIFFERENCE}
    return {**value, **known, **about}


def _add_records(crate: Any, records: pd.DataFrame) -> None:
    """The differences with their ids, as what the dataset measures; that of the whole as its identifier."""
    for address, properties in record_entities(records).items():
        one = entity(crate, address, properties)
        if "identifier" in properties:
            crate.root_dataset.append_to("variableMeasured", one)
        else:
            crate.root_dataset["identifier"] = one


def _comparison(records: pd.DataFrame) -> str | None:
    """The id of the whole comparison, or sweep."""
    return next((str(one) for one in records[records[KEY].isin((COMPARISON, SWEEP))]["id"]), None)


def _add_run(crate: Any, manifest: dict[str, Any], entities: dict[str, Any], people: list[Any]) -> None:
    """How the results came about: the model as software, the run as an action."""
    version = manifest["versions"]["python"]
    language = {"@type": "ComputerLanguage", "name": "Python", "version": version, "url": PYTHON}
    python = entity(crate, PYTHON, language)
    tool = entity(crate, _software_address(manifest), _software(manifest))
    tool["runtimePlatform"] = python
    licence = {"@type": "CreativeWork", "name": "MIT", "description": "The licence of the program"}
    tool["license"] = entity(crate, PROGRAM_LICENCE, licence)
    ran = entity(crate, "#run", _action(manifest))
    asked = [name for name in (EXPERIMENT, MANIFEST) if name in entities]
    ran["instrument"], ran["object"] = tool, [entities[name] for name in asked]
    ran["result"] = [entity for name, entity in entities.items() if name not in asked]
    if people:
        ran["agent"] = one_or_all(people)
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
    files = _packed(folder, manifest)
    elsewhere = [name for name in files if (folder / name).resolve() != folder.resolve() / name]
    if elsewhere:
        raise InputError(
            [f"{folder / name}: is a link; only files of the folder are packed" for name in elsewhere]
        )
    wrong = [*damage(folder, manifest), *changed_files(folder, manifest)]
    if wrong:
        raise InputError(
            [f"{folder}: {words}; run the experiment again, or see `warrantsim reproduce`" for words in wrong]
        )
    if not manifest["tables"]:
        raise InputError(f"{folder}: no pair succeeded, so there is nothing to deposit")
    _check_manifest(folder, manifest)
    return files


def _packed(folder: Path, manifest: dict[str, Any]) -> dict[str, Path]:
    """The tables, and the files that the run or a later command wrote, by their path in the crate."""
    tables = {name: path for name, path, _ in tables_of(folder, manifest)}
    not_of_it = unlisted(folder, manifest)
    there = [name for name in _MEANINGS if (folder / name).is_file() and name not in not_of_it]
    return tables | {name: folder / name for name in there}


def unlisted(folder: Path, manifest: dict[str, Any]) -> list[str]:
    """Files that only the run itself writes, but that its manifest does not list: from elsewhere."""
    listed = manifest.get("files") or {}
    names = (EXPERIMENT, FAILURES, *(f"{name}.csv" for name in OF_OTHER_RUNS))
    return [name for name in names if (folder / name).is_file() and name not in listed]


def unbound(folder: Path, manifest: dict[str, Any]) -> list[str]:
    """Files that are packed although they neither follow from the tables nor have a digest in the manifest.

    An earlier version wrote none. Nobody can tell whether they were edited.
    """
    follow = (MANIFEST, POINTS, OUTCOMES, EXPERIMENT, *(f"{name}.csv" for name in FROM_TABLES))
    return not_answered_for(folder, manifest, [name for name in _MEANINGS if name not in follow])


def _check_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Refuse a manifest that says too little for a deposit."""
    wrong = []
    if "python" not in manifest["versions"]:
        wrong.append("versions: lacks python")
    if not re.fullmatch(r"[0-9a-f]{64}", manifest["model_digest"]):
        wrong.append("model_digest: is no sha256")
    if not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", manifest.get("made", "")):
        wrong.append("made: is no date")
    if wrong:
        raise InputError([f"{folder / MANIFEST}: {words}" for words in wrong])


def _described(name: str, path: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "name": name,
        "encodingFormat": _FORMATS[path.suffix],
        "contentSize": str(path.stat().st_size),
        "sha256": sha256_of(path),
    }
    if name in _MEANINGS:
        return {**properties, "description": _MEANINGS[name]}
    if path.stem == COLLECTED:
        return {**properties, "description": "What reporters of the user's own gave, by run and month"}
    table = TABLES[path.stem]
    columns = ", ".join(f"{c.name} ({c.unit})" for c in table.measures)
    digest = manifest["tables"][table.name]["digest"]
    return {
        **properties,
        "description": f"One row is {table.one_row_is}. Measures: {columns}",
        "identifier": f"sha256 of its values {digest}",
    }

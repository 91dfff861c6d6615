"""A results folder as an RO-Crate: one zip that a repository can take, with everything in it described.

RO-Crate 1.2 (w3id.org/ro/crate/1.2), and the Process Run Crate profile for how the results came about: the
model as software, the manifest as what went in, the tables as what came out. Nothing is fetched from
anywhere.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim import __version__
from sim.model.tables import TABLES
from sim.runs.claims import BY_POINT, CLAIMS
from sim.runs.execution import FAILURES
from sim.runs.folder_check import damage, tables_of
from sim.runs.points import POINTS
from sim.runs.reproduce import results_of
from sim.runs.results import MANIFEST
from sim.runs.whole_files import sha256_of
from sim.scenario.problems import InputError

VERSION = "1.2"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
PYTHON = "https://www.python.org/"
_SPDX = re.compile(r"^[A-Za-z0-9.+-]+$")
_FORMATS = {
    ".parquet": "application/vnd.apache.parquet",
    ".csv": "text/csv",
    ".json": "application/json",
    ".md": "text/markdown",
    ".html": "text/html",
}
_MEANINGS = {
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


def pack(folder: Path, out: Path, license_: str, authors: Sequence[str]) -> int:
    """Write the folder's crate to `out` (a .zip); returns how many files are in it.

    `license_` is an SPDX identifier or an address. Raises InputError if this is no results folder, or a table
    is not the one that its manifest describes.
    """
    from rocrate.model.contextentity import ContextEntity
    from rocrate.model.person import Person
    from rocrate.rocrate import ROCrate

    if out.suffix != ".zip":
        raise InputError(f"--out {out}: name a file that ends in .zip")
    manifest = results_of(folder).manifest
    files = _files(folder, manifest)
    crate = ROCrate(version=VERSION)
    root = crate.root_dataset
    root["name"], root["description"] = manifest["title"], manifest["question"]
    root["datePublished"] = manifest["made"][:10]
    root["conformsTo"] = crate.add(
        ContextEntity(
            crate,
            PROFILE,
            {"@type": ["CreativeWork", "Profile"], "name": "Process Run Crate", "version": "0.5"},
        )
    )
    root["license"] = crate.add(
        ContextEntity(crate, _license(license_), {"@type": "CreativeWork", "name": license_})
    )
    root["keywords"] = ["agent-based model", "policy simulation", "US warrants for data stored abroad"]
    root["temporalCoverage"] = f"{manifest['first']}/{manifest['last']}"
    people = [crate.add(Person(crate, f"#author-{k}", {"name": name})) for k, name in enumerate(authors, 1)]
    if people:
        root["author"] = people
    entities = {
        name: crate.add_file(path, name, properties=_described(name, path, manifest))
        for name, path in files.items()
    }
    python = crate.add(
        ContextEntity(
            crate,
            PYTHON,
            {
                "@type": "ComputerLanguage",
                "name": "Python",
                "version": manifest["versions"]["python"],
                "url": PYTHON,
            },
        )
    )
    tool = crate.add(ContextEntity(crate, "#warrantsim", _software(manifest)))
    tool["runtimePlatform"] = python
    ran = crate.add(ContextEntity(crate, "#run", _action(manifest)))
    ran["instrument"], ran["object"] = tool, entities[MANIFEST]
    ran["result"] = [entity for name, entity in entities.items() if name != MANIFEST]
    if people:
        ran["agent"] = people
    root["mentions"] = ran
    out.parent.mkdir(parents=True, exist_ok=True)
    writing = out.with_name(f".{out.stem}.writing.zip")
    try:
        crate.write_zip(writing)
        writing.replace(out)
    finally:
        writing.unlink(missing_ok=True)
    return len(files)


def _software(manifest: dict[str, Any]) -> dict[str, Any]:
    """The model as software, with what it needs."""
    versions = manifest["versions"]
    return {
        "@type": "SoftwareApplication",
        "name": "warrantsim",
        "softwareVersion": versions.get("warrantsim", __version__),
        "softwareRequirements": [
            f"{name} {version}" for name, version in versions.items() if name not in ("python", "warrantsim")
        ],
        "identifier": f"model code sha256 {manifest['model_digest']}",
        "operatingSystem": manifest["platform"],
    }


def _action(manifest: dict[str, Any]) -> dict[str, Any]:
    """The run: by which command, when it ended, and whether anything failed."""
    failed = len(manifest.get("failures", ()))
    return {
        "@type": "CreateAction",
        "name": f"Run of {manifest['experiment']}",
        "endTime": manifest["made"],
        **({"description": manifest["command"]} if "command" in manifest else {}),
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


def _license(name: str) -> str:
    if name.startswith(("http://", "https://")):
        return name
    if not _SPDX.match(name):
        raise InputError(f"--license: '{name}': write an SPDX identifier such as CC-BY-4.0, or an address")
    return f"https://spdx.org/licenses/{name}"

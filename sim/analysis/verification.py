"""Whether the parts of a crate or a results folder bind each other: checked without running anything.

Files against the digests of the metadata, tables against those of the manifest, run ids against the
configuration, summaries and records against the tables. What only a run, another version or a person could
confirm is listed as not checked.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.analysis.crate import CODEMETA, RECORD_IS, record_entities, unbound, unlisted
from sim.analysis.crate_metadata import metadata_differences
from sim.analysis.derived_tables import stored_differences
from sim.analysis.manifest_statements import statements
from sim.analysis.recorded_tables import form_of_tables, values_as_stated
from sim.analysis.records import CLOSE, COMPARISON, SWEEP, ids_in, normal, records_of
from sim.analysis.stored_tables import entity_differences, same_version
from sim.model.tables import data_dictionary
from sim.runs.code_origin import code_origin
from sim.runs.crate_files import METADATA, Entities, entities_of, opened, wrong_files
from sim.runs.execution import DICTIONARY
from sim.runs.folder_check import changed_files, first_line, points_are_whole
from sim.runs.identity import Identities, model_digest
from sim.runs.manifest import facts
from sim.runs.points import EXPERIMENT, POINTS, REPORT
from sim.runs.reproduce import results_of
from sim.runs.results import MANIFEST, TABLES_FOLDER
from sim.scenario.base import load_base
from sim.scenario.digest import digest
from sim.scenario.locations import CONFIGS, root
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved, points, resolve, scenarios_at
from sim.scenario.restoration import restored
from sim.scenario.schema import Experiment
from sim.scenario.yaml_files import checked, read
from sim.version import __version__

_HEAD = (
    "experiment", "title", "question", "worlds", "compare", "customers", "first", "last", "switches",
    "switch", "events", "jurisdictions",
)  # fmt: skip
_FOLLOW = (
    *_HEAD, "seeds", "points", "scenario_digest", "scenario", "tables", "files", "runs_digest",
    "model_digest", "code", "claims", "failures", "worlds_compared", "identical_through", "outlook",
    "draws", "configuration", "as_shipped", "projections", "warnings",
)  # fmt: skip


@dataclass(frozen=True)
class Check:
    """One thing that was asked: whether it holds (None: it could not be checked), and in which words."""

    what: str
    holds: bool | None
    words: str = ""


@dataclass(frozen=True)
class Verification:
    """What was checked of a crate or folder; `records` are those that its tables give."""

    what: str
    checks: tuple[Check, ...]
    records: pd.DataFrame

    @property
    def failed(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if check.holds is False)

    @property
    def not_checked(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if check.holds is None)

    @property
    def good(self) -> bool:
        """Whether all that could be checked holds."""
        return not self.failed


def verify(what: Path, cited: Sequence[str] = ()) -> Verification:
    """Check a crate (.zip) or a results folder; `cited` are ids that must be among its records.

    Raises InputError if it is neither.
    """
    ids = [normal(one) for one in cited]
    with opened(what) as folder:
        if not (folder / MANIFEST).is_file():
            raise InputError(f"{what}: holds no results (it has no {MANIFEST})")
        entities = entities_of(folder)
        checks = [_files(folder, entities, is_zip=what.is_file())]
        try:
            manifest = results_of(folder).manifest
        except InputError as error:
            return Verification(
                str(what),
                (*checks, Check(MANIFEST, False, str(error).replace(str(folder), str(what)))),
                pd.DataFrame(),
            )
        records, found = _contents(folder, manifest, entities)
        told = {check.what.split()[0] for check in found if check.holds is not None}
        checks += [*found, *_cited(ids, records), *_beyond(folder, manifest, entities, told)]
        return Verification(str(what), tuple(checks), records)


def _contents(
    folder: Path, manifest: dict[str, Any], entities: Entities | None
) -> tuple[pd.DataFrame, list[Check]]:
    """The records that the tables give, and what was checked of configuration, runs, tables, summaries."""
    try:
        tables = values_as_stated(folder, manifest)
        checks = [_configuration(manifest), *(Check(*found) for found in tables)]
    except InputError as error:
        return pd.DataFrame({"id": []}), [Check(MANIFEST, False, str(error))]
    good = all(check.holds for check in checks)
    resolved = _restored(manifest, checks)
    checks += [_points(folder, manifest), *_written(folder, manifest)]
    if resolved is None or not good:
        return pd.DataFrame({"id": []}), checks
    try:
        checks += [_facts(manifest, resolved), _seeds(folder, manifest), _dictionary(folder, manifest)]
        checks += [_run_ids(folder, manifest, resolved), _experiment(folder, manifest, resolved)]
        checks += [Check(*found) for found in form_of_tables(folder, manifest, resolved)]
        checks += [Check(*found) for found in statements(folder, manifest, resolved)]
        records = records_of(folder, manifest, resolved)
        checks += [*_derived(folder, manifest, resolved), *_records(folder, manifest, records, entities)]
        checks += [_names_of_worlds(resolved)]
    except (InputError, pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
        checks.append(Check("contents", False, first_line(error)))
        records = pd.DataFrame({"id": []})
    return records, checks


# --- files, configuration, runs ---------------------------------------------------------------------------


def _files(folder: Path, entities: Entities | None, is_zip: bool) -> Check:
    what = "every file is the one that the crate's metadata describes"
    if entities is None:
        if is_zip or (folder / CODEMETA).is_file():  # no run writes that file: this was a crate
            return Check(what, False, f"there is no {METADATA}")
        return Check(what, None, "this is a folder, not a crate")
    wrong = wrong_files(folder, entities)
    return Check(what, not wrong, "; ".join(wrong))


def _configuration(manifest: dict[str, Any]) -> Check:
    what = "the configuration has the manifest's digest"
    stated, now = manifest.get("scenario_digest"), digest(manifest["scenario"])
    return Check(what, stated == now, "" if stated == now else f"stated {stated}, has {now}")


def _restored(manifest: dict[str, Any], checks: list[Check]) -> Resolved | None:
    """The experiment; without it only digests can be checked."""
    try:
        return restored(manifest["scenario"], load_base(root() / CONFIGS), MANIFEST)
    except InputError as error:
        words = f"this version cannot read the configuration: {error.problems[0]}"
        checks.append(Check("run ids, summaries and records", None, words))
        return None


def _points(folder: Path, manifest: dict[str, Any]) -> Check:
    what = f"{POINTS} lists the runs of the manifest"
    return Check(what, (folder / POINTS).is_file() and points_are_whole(folder / POINTS, manifest))


def _names_of_worlds(resolved: Resolved) -> Check:
    """No id binds a label: whoever swaps two keeps the id that was cited. Say which rules they stand for."""
    called = []
    for world in resolved.experiment.worlds.values():
        rules = ", ".join(f"{one.regime} from {one.on}" for one in world.switches) or "no switch"
        called.append(f"'{world.label}' has {rules}")
    return Check("that the names of the worlds suit them", None, f"names are free: {'; '.join(called)}")


def _run_ids(folder: Path, manifest: dict[str, Any], resolved: Resolved) -> Check:
    """Whether the ids of the runs follow from configuration, seeds and the digest of the code."""
    what = "the run ids follow from configuration, seeds and code"
    if "collected" in manifest["tables"]:
        return Check(what, None, "reporters of the user's own were run with it")
    rows = pq.read_table(folder / POINTS, page_checksum_verification=True).to_pylist()
    identities, record, model = Identities(), resolved.experiment.record, manifest["model_digest"]
    every, at, scenarios = {point.index: point for point in points(resolved)}, -1, {}
    for row in sorted(rows, key=lambda row: int(row["point"])):
        if row["point"] not in every or row["world"] not in resolved.scenarios:
            return Check(what, False, f"the design has no point {row['point']} of {row['world']}")
        if row["point"] != at:
            at, scenarios = row["point"], scenarios_at(resolved, every[row["point"]])
        now = identities.run_id(scenarios[row["world"]], row["seed"], record, model)
        if now != row["run"]:
            place = f"point {at}, seed {row['seed']}, {row['world']}: {row['run']}, follows {now}"
            if model != model_digest():
                return Check(what, None, f"the code is another, and may form other ids ({place})")
            return Check(what, False, place)
    return Check(what, True)


def _facts(manifest: dict[str, Any], resolved: Resolved) -> Check:
    """Whether what the manifest says at its head is what its configuration says."""
    now, design = facts(resolved, manifest["seeds"], 0), resolved.design is not None
    wrong = [name for name in _HEAD if json.dumps(manifest.get(name)) != json.dumps(now[name])]
    wrong += ["points"] if (manifest.get("points") is not None) != design else []
    return Check("the manifest's head follows from its configuration", not wrong, ", ".join(wrong))


def _seeds(folder: Path, manifest: dict[str, Any]) -> Check:
    """Whether the manifest's seeds are those of the points that are done, and of the tables."""
    rows = pq.read_table(folder / POINTS, columns=["seed", "done"], page_checksum_verification=True)
    found = {POINTS: {row["seed"] for row in rows.to_pylist() if row["done"]}}
    if found[POINTS]:  # without any pair there is no table
        path = folder / TABLES_FOLDER / "world.parquet"
        seeds = pq.read_table(path, columns=["seed"], page_checksum_verification=True)
        found["tables/world.parquet"] = set(seeds.column("seed").unique().to_pylist())
    wrong = [name for name, seeds in found.items() if seeds != set(manifest["seeds"])]
    return Check("the manifest's seeds are those of the tables", not wrong, ", ".join(wrong))


def _experiment(folder: Path, manifest: dict[str, Any], was: Resolved) -> Check:
    """Whether the experiment's file gives these worlds with the configuration that is here."""
    what = f"{EXPERIMENT} gives the same worlds"
    if not (folder / EXPERIMENT).is_file():
        return _absent(what, manifest)
    problems: list[str] = []
    try:
        document = read(folder / EXPERIMENT)
    except InputError as error:
        return Check(what, False, f"it is no experiment: {first_line(error)}")
    checked(Experiment, document.tree, document.where, problems)
    if problems and same_version(manifest):
        return Check(what, False, f"it is no experiment: {problems[0]}")
    try:
        now = resolve(folder / EXPERIMENT)
    except InputError as error:
        return Check(what, None, f"it does not fit the configuration here: {error.problems[0]}")
    identities = Identities()
    a, b = _said(now), _said(was)
    wrong = [name for name in b if a[name] != b[name]]
    if wrong and same_version(manifest):
        return Check(what, False, f"{', '.join(wrong)}: not as in the manifest")
    differ = [
        name
        for name, scenario in was.scenarios.items()
        if name not in now.scenarios
        or identities.scenario(now.scenarios[name]) != identities.scenario(scenario)
    ]
    if differ:
        words = f"with the configuration here {', '.join(differ)} differ; see `warrantsim why`"
        return Check(what, None, words)
    return Check(what, True)


def _said(resolved: Resolved) -> dict[str, Any]:
    """What an experiment asks for, but for values that it sets: those are compared in the worlds."""
    said = resolved.experiment.model_dump(mode="json", exclude={"set"})
    worlds = {name: {**world, "set": None} for name, world in said["worlds"].items()}
    return {**said, "worlds": worlds}


# --- what is computed from the tables ---------------------------------------------------------------------


def _derived(folder: Path, manifest: dict[str, Any], resolved: Resolved) -> Iterator[Check]:
    """Whether the tables that follow from the recorded ones are those that do."""
    for name, wrong in stored_differences(folder, manifest, resolved):
        what = f"{name} follows from the tables"
        yield _absent(what, manifest) if wrong is None else Check(what, wrong.hold(manifest), str(wrong))


def _written(folder: Path, manifest: dict[str, Any]) -> Iterator[Check]:
    """Whether the files beside the tables are still those that were written."""
    if manifest.get("files"):
        wrong = changed_files(folder, manifest)
        wrong += [f"{name} is not of this run" for name in unlisted(folder, manifest)]
        what = f"the {len(manifest['files'])} files beside the tables are those that were written"
        yield Check(what, not wrong, "; ".join(wrong))
    else:
        yield Check("the files beside the tables are those that were written", *_no_files(manifest))
    if unknown := unbound(folder, manifest):
        words = "the manifest has no digest of it; an earlier version wrote none"
        yield from (Check(f"{name} is the file that was written", None, words) for name in unknown)


def _dictionary(folder: Path, manifest: dict[str, Any]) -> Check:
    """The data dictionary depends on the version alone."""
    what = f"{DICTIONARY} is that of the program"
    if not (folder / DICTIONARY).is_file():
        return _absent(what, manifest)
    if (folder / DICTIONARY).read_text(encoding="utf-8", errors="replace") == data_dictionary():
        return Check(what, True)
    return Check(what, False if same_version(manifest) else None, "the version here writes another")


def _no_files(manifest: dict[str, Any]) -> tuple[bool | None, str]:
    """A manifest of this version lists them, so that nobody can take the list away."""
    return (False if same_version(manifest) else None), "the manifest lists none"


def _absent(what: str, manifest: dict[str, Any]) -> Check:
    """What this version always writes must be there; another may not have written it."""
    return Check(what, False if same_version(manifest) else None, "there is no such file")


def _records(
    folder: Path, manifest: dict[str, Any], records: pd.DataFrame, entities: Entities | None
) -> Iterator[Check]:
    """Whether the report and the crate's metadata name the records of the tables."""
    if records.empty:
        return
    whole = str(records[records["headline"].isin((COMPARISON, SWEEP))]["id"].iloc[0])
    report = folder / REPORT
    if report.is_file():
        named = ids_in(report.read_text(encoding="utf-8", errors="replace"))
        yield Check(f"{REPORT} names the record {whole}", whole in named)
        others = sorted(named - set(records["id"]))
        yield Check(f"{REPORT} names no other record", not others, ", ".join(others))
    if entities is not None:
        said = {name: one for name, one in entities.items() if one.get("propertyID") == RECORD_IS}
        wrong = entity_differences(said, record_entities(records), CLOSE)
        yield Check("the crate's metadata names the records", wrong.hold(manifest), str(wrong))
        differ = metadata_differences(folder, manifest, records, entities)
        follow = not differ or (False if same_version(manifest) else None)
        yield Check("the crate's metadata is what would be packed", follow, "; ".join(differ))
        yield Check("the crate's title, description, keywords and licence", None, "its packer chose them")


def _cited(ids: Sequence[str], records: pd.DataFrame) -> Iterator[Check]:
    """Whether what was cited is here."""
    known = {str(row["id"]): str(row["headline"]) for row in records.to_dict("records")}
    for one in ids:
        words = f"it is that of {known[one]}" if one in known else "no record of these tables has this id"
        yield Check(f"the cited record {one} is here", one in known, words)
    if not ids:
        yield Check("that this is what somebody cited", None, "give the id: --record ws-...")


def _beyond(
    folder: Path, manifest: dict[str, Any], entities: Entities | None, told: Collection[str]
) -> Iterator[Check]:
    """What no look at the files can tell; `told` are files whose numbers were checked."""
    again = "only running again can tell: warrantsim reproduce"
    others = [name for name in manifest if name not in _FOLLOW]
    yield Check(f"the manifest's {', '.join(others)}", None, "nothing else in it tells")
    code, here = manifest["model_digest"], model_digest()
    words = "the same code is here" if code == here else f"it is {code[:12]}, here is {here[:12]}"
    yield Check("that the model gives these tables", None, f"{again} ({words})")
    if manifest.get("failures"):
        count = len(manifest["failures"])
        pairs = "1 pair failed, and was" if count == 1 else f"{count:,} pairs failed, and were"
        what = f"that {pairs} not left out"
        yield Check(what, None, "only running them again can tell: warrantsim run experiment.yaml")
    others = sorted(
        path.name
        for path in folder.iterdir()
        if path.suffix in (".csv", ".parquet") and path.name not in told
    )
    if others:
        yield Check("the numbers of " + ", ".join(others), None, "they are not computed anew without running")
    if (folder / REPORT).is_file():
        words = "they are not drawn anew; its digest tells whether it was edited since"
        yield Check("that the report's text and figures follow from the tables", None, words)
    yield from _version(manifest)
    yield from _origin(manifest)
    if entities is not None and any("Person" in str(one.get("@type")) for one in entities.values()):
        yield Check(
            "who the persons are", None, "only the form of their ORCID was checked when it was packed"
        )


def _version(manifest: dict[str, Any]) -> Iterator[Check]:
    """A manifest of another version need not have all that this one writes; whether it is of another."""
    if same_version(manifest):
        return
    stated = (manifest.get("versions") or {}).get("warrantsim", "none")
    code, here = manifest.get("code") or {}, code_origin() or {}
    same = code.get("commit") and not code.get("changed") and code == here
    words = (
        f"the commit that it states is the one here, which is {__version__}"
        if same
        else f"here is {__version__}; what another version may have written otherwise is not checked"
    )
    yield Check(f"the manifest's version of the program, {stated}", False if same else None, words)


def _origin(manifest: dict[str, Any]) -> Iterator[Check]:
    stated, here = manifest.get("code"), code_origin()
    if not stated:
        return
    what = f"the commit {stated['commit'][:12]} has this code"
    if stated.get("changed"):
        yield Check(what, None, "files differed from the commit when this was run")
    elif here and here["commit"] == stated["commit"] and not here["changed"]:
        yield Check(what, manifest["model_digest"] == model_digest())
    else:
        words = (
            "that commit is not checked out here; what this code computes otherwise fails above as if edited"
        )
        yield Check(what, None, words)

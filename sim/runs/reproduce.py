"""Run again what a results folder says was run, past every store, and say whether the numbers are the same.

What is run comes from the folder's manifest (every value as it was resolved) and its table of points, so
neither files that were edited since nor a store that was tampered with can make a result look reproduced. Two
tables are equal when the digests of their values are; where they are not, the first month and variable that
differ are named.
"""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sim.runs.comparison import Comparison, Difference, code_words, environment_words, first_difference
from sim.runs.folder_check import DamagedFolder, changed_files, check_points, first_line
from sim.runs.identity import Identities
from sim.runs.points import EXPERIMENT, POINTS
from sim.runs.results import MANIFEST, TABLES_FOLDER, FolderResults
from sim.runs.seed_task import SeedDone, Task
from sim.runs.store import Store
from sim.runs.tables_on_disk import DAMAGED, Columns, digest_of_values, run_line, to_columns
from sim.runs.tasks import Backend, Progress, Runner
from sim.runs.whole_files import sha256_of
from sim.scenario.base import Base, load_base
from sim.scenario.design_points import Point
from sim.scenario.locations import CONFIGS, root
from sim.scenario.paths import dotted
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved, resolve, scenarios_at
from sim.scenario.restoration import restored
from sim.scenario.value_changes import shown_value, value_changes

_PAIRS_AT_A_TIME = 24  # what is held in memory to be compared; a multiple of most numbers of workers


class _Code(BaseModel):
    model_config = ConfigDict(strict=True)
    commit: str
    address: str = ""
    changed: bool = False


class _Origin(BaseModel):
    """What a manifest says of the program and machine."""

    model_config = ConfigDict(strict=True)
    model_digest: str = Field(pattern=r"^[0-9a-f]+$")
    platform: str
    code: _Code | None = None


@dataclass(frozen=True)
class Pair:
    """One point with one seed, and the run ids that its worlds had."""

    point: Point
    seed: int
    runs: Mapping[str, str]

    @property
    def label(self) -> str:
        return f"point {self.point.index}" if self.point.values else ""

    def name(self, world: str = "") -> str:
        return ", ".join(filter(None, (self.label, f"seed {self.seed}", world)))

    def line(self, world: str, of_design: bool) -> str:
        """How the digest of a whole table names one run."""
        return run_line(self.point.index if of_design else None, self.seed, world)


def reproduce(
    folder: Path,
    sample: int | None = None,
    backend: Backend | None = None,
    progress: Progress | None = None,
    base: Base | None = None,
) -> Comparison:
    """Run the pairs of a results folder again, or a random `sample` of them.

    Raises InputError if the folder is no results folder.
    """
    manifest = results_of(folder).manifest
    resolved = restored(manifest["scenario"], base or load_base(root() / CONFIGS), str(folder / MANIFEST))
    pairs = _pairs(folder, resolved)
    out = begun(str(folder), manifest, pairs)
    _check_files(folder, manifest["tables"], out)
    out.notes += changed_files(folder, manifest)
    if manifest.get("failures"):
        out.notes.append(f"{len(manifest['failures']):,} pairs failed when this was run, and are in no table")
    chosen = sampled(pairs, sample)
    out.pairs, out.tables = len(chosen), len(manifest["tables"])
    out.inputs = _inputs_words(resolved, chosen) if out.code is None else None
    _note_values(folder, manifest, out)
    digests: dict[str, list[str]] = {table: [] for table in manifest["tables"]}
    for pair, done in run_again(resolved, chosen, list(digests), out, backend, progress):
        for world, tables in done.tables.items():
            for table, columns in tables.items():
                run = pair.line(world, resolved.design is not None)
                digests[table].append(f"{run} {digest_of_values(table, columns)}")
                out.differences += _compared(folder, table, pair, world, columns)
    if len(chosen) == len(pairs) and not out.failures and not out.differences:
        words = "its values are those of the model, but not those of the manifest's digest"
        out.differences += [
            Difference("all runs", table, "", "", words, "")
            for table, lines in digests.items()
            if digest_of_lines(lines) != manifest["tables"][table]["digest"]
        ]
    return out


def begun(what: str, manifest: Mapping[str, Any], pairs: Sequence[Pair]) -> Comparison:
    """A comparison before anything is run: how code and environment differ from those of a manifest."""
    environment = environment_words(manifest["versions"], manifest["platform"])
    return Comparison(what, of=len(pairs), code=code_words(manifest["model_digest"]), environment=environment)


def sampled(pairs: Sequence[Pair], sample: int | None) -> Sequence[Pair]:
    """So many of the pairs, drawn at random and in their order; all of them for None."""
    if sample is None or sample >= len(pairs):
        return pairs
    return [pairs[i] for i in sorted(np.random.default_rng().choice(len(pairs), sample, replace=False))]


def digest_of_lines(lines: Iterable[str]) -> str:
    """Digest of a whole table, from a line for each run."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def run_again(
    resolved: Resolved,
    pairs: Sequence[Pair],
    tables: Sequence[str],
    out: Comparison,
    backend: Backend | None,
    progress: Progress | None,
) -> Iterator[tuple[Pair, SeedDone]]:
    """Run pairs with an empty store of their own, a number at a time; yields each with its tables.

    What fails is noted in `out`.
    """
    for begin in range(0, len(pairs), _PAIRS_AT_A_TIME):
        some = pairs[begin : begin + _PAIRS_AT_A_TIME]
        tasks = [
            Task(scenarios_at(resolved, pair.point), pair.seed, resolved.experiment.record, pair.label)
            for pair in some
        ]
        with tempfile.TemporaryDirectory(prefix="warrantsim-") as scratch:
            runner = Runner(Store(Path(scratch)), backend or Backend(), failures=out.failures)
            for position, done in runner.results(tasks, tables):
                if progress is not None:
                    progress(begin + position + 1, len(pairs), some[position].name())
                yield some[position], done


# --- what was run ----------------------------------------------------------------------------------------


def results_of(folder: Path) -> FolderResults:
    """The results in a folder; raises InputError if its manifest is missing or tells too little."""
    if not (folder / MANIFEST).is_file():
        raise InputError(f"{folder}: no results folder (it has no {MANIFEST})")
    results = FolderResults(folder)
    manifest = results.manifest
    needed = ("scenario", "tables", "model_digest", "versions", "platform")
    missing = [name for name in needed if manifest.get(name) is None]
    if missing:
        raise InputError(
            f"{folder / MANIFEST}: lacks {', '.join(missing)}: made by another version, or no "
            "manifest of an experiment"
        )
    try:
        _Origin.model_validate(manifest)
    except ValidationError as error:
        one = error.errors(include_url=False, include_input=False)[0]
        raise InputError(f"{folder / MANIFEST}: {dotted(one['loc'])}: {one['msg']}") from None
    return results


def _pairs(folder: Path, resolved: Resolved) -> list[Pair]:
    """The pairs whose numbers are in the tables, with the design's values as they were run."""
    path = folder / POINTS
    if not path.is_file():
        raise InputError(f"{path}: missing; without it nobody knows which runs the tables hold")
    try:
        check_points(path)
        rows = pq.read_table(path, page_checksum_verification=True).to_pylist()
    except (DamagedFolder, *DAMAGED) as error:
        words = error.what if isinstance(error, DamagedFolder) else first_line(error)
        raise InputError(f"{folder}: {POINTS} cannot be read: {words}; run the experiment again") from None
    paths = [factor.path for factor in resolved.design.factors] if resolved.design is not None else []
    found: dict[tuple[int, int], dict[str, Any]] = {}
    for row in rows:
        if row["done"]:
            pair = found.setdefault(
                (row["point"], row["seed"]), {"values": {p: row[p] for p in paths}, "runs": {}}
            )
            pair["runs"][row["world"]] = row["run"]
    return [Pair(Point(point, pair["values"]), seed, pair["runs"]) for (point, seed), pair in found.items()]


def _note_values(folder: Path, manifest: Mapping[str, Any], out: Comparison) -> None:
    """Note which values the experiment's file gives otherwise, with the configuration that is here."""
    if not (folder / EXPERIMENT).is_file():
        return
    try:
        now = resolve(folder / EXPERIMENT).canonical()
    except InputError as error:
        out.notes.append(f"{EXPERIMENT} does not fit the configuration here: {error.problems[0]}")
        return
    changes = value_changes(manifest["scenario"], now)
    if changes and out.inputs is not None:
        out.values = [
            f"{c.path}: {MANIFEST} has {shown_value(c.was)}, {EXPERIMENT} gives {shown_value(c.now)}"
            for c in changes
        ]
    elif changes:
        out.values = [str(change) for change in changes]
        out.notes.append(
            "what was run again has the values of the manifest; the configuration here now gives others"
        )


def _check_files(folder: Path, tables: Mapping[str, Any], out: Comparison) -> None:
    """Note which files of the tables are missing, or are not those of the manifest."""
    for table, entry in tables.items():
        path = folder / TABLES_FOLDER / f"{table}.parquet"
        if not path.is_file():
            out.differences.append(Difference("all runs", table, "", "", "its file is missing", ""))
        elif sha256_of(path) != entry["sha256"]:
            out.notes.append(
                f"{TABLES_FOLDER}/{table}.parquet is not the file that the manifest describes (its "
                "sha256 is another)"
            )


def _inputs_words(resolved: Resolved, pairs: Sequence[Pair]) -> str | None:
    """Whether manifest and points name the runs that were run: with the same code, the same ids."""
    identities = Identities()
    for pair in pairs:
        for world, scenario in scenarios_at(resolved, pair.point).items():
            now = identities.run_id(scenario, pair.seed, resolved.experiment.record)
            if now != pair.runs.get(world):
                return (
                    f"{pair.name(world)}: the manifest's values give run {now}, {POINTS} has "
                    f"{pair.runs.get(world)}: one of them was changed"
                )
    return None


# --- comparing -------------------------------------------------------------------------------------------


def _compared(folder: Path, table: str, pair: Pair, world: str, now: Columns) -> list[Difference]:
    path = folder / TABLES_FOLDER / f"{table}.parquet"
    if not path.is_file():
        return []
    try:
        was = _recorded(path, table, pair, world)
    except DAMAGED as error:
        return [Difference(pair.name(world), table, "", "", f"cannot be read: {error}", "")]
    if digest_of_values(table, was) == digest_of_values(table, now):
        return []
    month, variable, before, after = first_difference(table, was, now)
    return [Difference(pair.name(world), table, month, variable, before, after)]


def _recorded(path: Path, table: str, pair: Pair, world: str) -> Columns:
    keys = [
        ("seed", "=", pair.seed),
        ("world", "=", world),
        *([("point", "=", pair.point.index)] if pair.point.values else []),
    ]
    return to_columns(table, pq.read_table(path, filters=keys, page_checksum_verification=True))

"""Whether the recorded tables of a results folder are those that its run writes: which tables, with which
columns and units, of which runs and months, and the digest of their values."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.analysis.manifest_statements import Statement
from sim.analysis.stored_tables import same_version
from sim.model.books import TABLES_OF
from sim.runs.folder_check import COLLECTED, DamagedFolder, first_line, tables_of
from sim.runs.points import POINTS
from sim.runs.reproduce import digest_of_lines
from sim.runs.runs_in_table import RunKey, digests_of_runs, runs_in
from sim.runs.tables_on_disk import DAMAGED, empty_digest, fields_of, run_line
from sim.runs.whole_files import sha256_of
from sim.scenario.resolution import Resolved

_EVERY_MONTH = ("world", "country", "cell", "market", "provider")  # tables with as many rows in each month


def values_as_stated(folder: Path, manifest: Mapping[str, Any]) -> Iterator[Statement]:
    """Whether each table is the manifest's file, and its values have the manifest's digest and rows."""
    done = done_runs(folder)
    for name, path, said in tables_of(folder, dict(manifest)):
        what = f"{name} has the manifest's digest of values"
        if not path.is_file():
            yield Statement(what, False, "it is missing")
            continue
        if sha256_of(path) != said["sha256"]:
            yield Statement(what, False, "it is not the file of the manifest (its sha256 differs)")
            continue
        try:
            now = _digest(path, done, has_points=manifest.get("points") is not None)
        except (DamagedFolder, KeyError) as error:
            yield Statement(what, False, first_line(error))
            continue
        yield Statement(what, now == said["digest"], "" if now == said["digest"] else f"has {now}")
        rows = pq.read_metadata(path).num_rows
        if rows != said["rows"]:
            yield Statement(
                f"{name} has the manifest's rows", False, f"stated {said['rows']:,}, has {rows:,}"
            )


def form_of_tables(folder: Path, manifest: Mapping[str, Any], resolved: Resolved) -> Iterator[Statement]:
    """Whether the tables are those that the experiment records, in the program's columns and units, and of
    the runs and months of the experiment. Raises DamagedFolder."""
    stated = set(manifest.get("tables") or {}) - {COLLECTED}
    follow = set(TABLES_OF[resolved.experiment.record]) if stated else set()
    words = f"it lists {', '.join(sorted(stated))}; the record is {resolved.experiment.record}"
    same = stated == follow
    yield Statement("the tables are those that the experiment records", same, "" if same else words)
    done, wrong, other = set(done_runs(folder)), list[str](), list[str]()
    for name, path, _ in tables_of(folder, dict(manifest)):
        other += [f"{name}: {words}" for words in _columns(path, manifest.get("points") is not None)]
        wrong += [f"{name}: {words}" for words in _runs(path, manifest, done)]
    holds = not other or (False if same_version(manifest) else None)
    yield Statement("the tables have the program's columns and units", holds, "; ".join(other))
    yield Statement("the tables are of the runs and months of the experiment", not wrong, "; ".join(wrong))


def done_runs(folder: Path) -> list[RunKey]:
    """The runs that the table of points says are done, in its order; none if it cannot be read."""
    try:
        columns = ["point", "seed", "world", "done"]
        rows = pq.read_table(folder / POINTS, columns=columns, page_checksum_verification=True)
        return [RunKey(row["point"], row["seed"], row["world"]) for row in rows.to_pylist() if row["done"]]
    except (*DAMAGED, KeyError):
        return []


def _digest(path: Path, done: Sequence[RunKey], has_points: bool) -> str:
    """Digest of the values of a table, as `sim.runs.export` computes it: a run may have no row in it."""
    found = digests_of_runs(path)
    if set(found) <= set(done):
        found = {key: found.get(key, empty_digest(path.stem)) for key in done}
    return digest_of_lines(
        f"{run_line(key.point if has_points else None, key.seed, key.world)} {digest}"
        for key, digest in found.items()
    )


def _columns(path: Path, has_points: bool) -> Iterator[str]:
    """How the columns of a table, with their units and meanings, differ from the program's."""
    now = [_words(field) for field in pq.read_schema(path)]
    follow = [_words(field) for field in fields_of(path.stem, has_points)]
    names, should = [one[0] for one in now], [one[0] for one in follow]
    if names != should:
        different = [name for name in (*names, *should) if names.count(name) != should.count(name)]
        yield f"the columns {', '.join(dict.fromkeys(different or names))}"
    elif now != follow:
        yield ", ".join(one[0] for one, other in zip(now, follow, strict=True) if one != other)


def _words(field: pa.Field) -> tuple[str, str, bytes, bytes]:
    facts = field.metadata or {}
    return field.name, str(field.type), facts.get(b"unit", b""), facts.get(b"meaning", b"")


def _runs(path: Path, manifest: Mapping[str, Any], done: set[RunKey]) -> Iterator[str]:
    """How the runs and the months of a table differ from those of the experiment."""
    first, last = (np.datetime64(manifest[name][:7], "M") for name in ("first", "last"))
    horizon, seen = np.arange(first, last + 1), set[RunKey]()
    for key, rows in runs_in(path, ["month"]):
        run = run_line(*key)
        if key not in done or key in seen:
            yield f"run {run} stands twice" if key in seen else f"run {run} is not of {POINTS}"
            return
        seen.add(key)
        if "month" not in rows.column_names:
            continue
        months, counts = np.unique(
            rows.column("month").to_numpy(zero_copy_only=False).astype("datetime64[M]"), return_counts=True
        )
        whole = np.array_equal(months, horizon) and len(set(counts)) == 1
        if not (whole if path.stem in _EVERY_MONTH else np.isin(months, horizon).all()):
            yield f"run {run} has other months than {first} to {last}"
            return
    if path.stem in _EVERY_MONTH and seen != done:
        yield f"{len(done - seen)} runs are missing"

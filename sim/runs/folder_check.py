"""Whether a results folder is whole or damaged, and how.

Everything that opens a folder asks here: the command, the Python API, the explorer, a run that finds its own
folder again. What is read was perhaps cut off, edited, or written by somebody else.
"""

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sim.model.tables import TABLES
from sim.runs.points import MANIFEST, POINTS, REPORT, TABLES_FOLDER
from sim.runs.strict_json import read_json
from sim.runs.tables_on_disk import DAMAGED
from sim.runs.whole_files import sha256_of
from sim.scenario.control_characters import control_character, is_unicode
from sim.scenario.experiments import MOST_SEED
from sim.scenario.paths import dotted
from sim.scenario.problems import InputError

COLLECTED = "collected"  # what reporters of the user's own gave
RUN_AGAIN = (
    "Run the experiment again with the same command: stored runs are not repeated, and the folder is "
    "written again."
)
_POINT_COLUMNS = ("point", "seed", "world", "run", "done")


class DamagedFolder(InputError):
    """A results folder that cannot be read: the problem and the remedy."""

    def __init__(self, what: str, how: str = RUN_AGAIN) -> None:
        self.what, self.how = what, how
        super().__init__(f"{what} {how}")


_Count = Annotated[int, Field(ge=0)]
_MONTH = r"^[1-9]\d{3}-(0[1-9]|1[0-2])"


class _Table(BaseModel):
    model_config = ConfigDict(strict=True)
    rows: _Count
    digest: str
    sha256: str


class _Compared(BaseModel):
    """Two worlds by position, and for how many months they are equal."""

    model_config = ConfigDict(strict=True)
    a: _Count
    b: _Count
    equal_months: _Count
    never_part: bool


class _Manifest(BaseModel):
    """What everybody who reads a manifest relies on; the rest is read where it is needed."""

    model_config = ConfigDict(strict=True)
    experiment: str
    title: str
    question: str
    worlds: dict[str, str] = Field(min_length=1)
    seeds: list[Annotated[int, Field(ge=0, lt=MOST_SEED)]]
    first: str = Field(pattern=_MONTH)
    last: str = Field(pattern=_MONTH)
    compare: list[str] | None = Field(None, min_length=2, max_length=2)
    switches: dict[str, list[str]] | None = None
    switch: str | None = None
    identical_through: str | None = None
    customers: int = Field(1, ge=1, le=10_000_000)
    points: Annotated[int, Field(ge=1)] | None = None
    tables: dict[str, _Table] | None = None
    files: dict[str, str] | None = None
    failures: list[str] = []
    warnings: list[str] = []
    made: str = ""
    seconds: float | None = Field(None, ge=0.0, allow_inf_nan=False)
    command: str | None = None
    runs_digest: str = ""
    model_digest: str = ""
    platform: Any = ""
    versions: dict[str, str] = {}
    scenario: dict[str, Any] = {}
    who_set: dict[str, str] = {}
    claims: list[dict[str, Any]] = []
    events: list[dict[str, Any]] = []
    jurisdictions: dict[str, dict[str, Any]] = {}
    outlook: dict[str, Any] | None = None
    projections: list[dict[str, Any]] = []
    worlds_compared: list[_Compared] = []
    configuration: str | None = None
    as_shipped: bool | None = None


def manifest_of(folder: Path) -> dict[str, Any]:
    """The manifest of a results folder. Raises DamagedFolder, which names the folder."""
    try:
        return manifest_at(folder / MANIFEST)
    except DamagedFolder as error:
        raise DamagedFolder(f"{folder}: {error.what}", error.how) from None


def manifest_at(path: Path) -> dict[str, Any]:
    """The manifest in a file, of the form that readers rely on. Raises DamagedFolder."""
    if not is_unicode(str(path)):  # nothing but Parquet would mind, in the middle of the work
        raise DamagedFolder("the folder's name holds bytes that are no text in UTF-8.", "Rename it.")
    try:
        return _parsed(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        raise DamagedFolder(f"{path.name} is missing, which describes the tables.") from None
    except (ValueError, OSError, RecursionError) as error:
        raise DamagedFolder(f"{path.name} cannot be read: {first_line(error)}.") from None


@lru_cache(maxsize=256)
def _parsed(path: Path, stamp: int) -> dict[str, Any]:
    stored = read_json(path)
    if not isinstance(stored, dict):
        raise ValueError("it is not an object")
    try:
        _Manifest.model_validate(stored)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)
        missing = [str(one["loc"][-1]) for one in wrong if one["type"] == "missing"]
        if missing:
            raise ValueError(f"it lacks {', '.join(missing)}") from None
        raise ValueError(f"{dotted(wrong[0]['loc'])}: {wrong[0]['msg']}") from None
    for text in (stored["title"], stored["experiment"], *stored["worlds"], *stored["worlds"].values()):
        if control_character(text):
            raise ValueError(f"a control character ({control_character(text)}) in a name")
    unknown = [name for name in stored.get("compare") or () if name not in stored["worlds"]]
    if unknown:
        raise ValueError(f"it compares {unknown[0]}, which is none of its worlds")
    _check_counts(stored)
    return stored


def _check_counts(stored: dict[str, Any]) -> None:
    """Check counts against each other. Raises ValueError."""
    seeds, (first, last) = stored["seeds"], (stored[name][:7] for name in ("first", "last"))
    if len(set(seeds)) < len(seeds):
        raise ValueError("seeds: one is there twice")
    if last < first:
        raise ValueError(f"last: {last} is before the first month, {first}")
    months = 12 * (int(last[:4]) - int(first[:4])) + int(last[5:]) - int(first[5:]) + 1
    for pair in stored.get("worlds_compared", []):
        if max(pair["a"], pair["b"]) >= len(stored["worlds"]) or pair["equal_months"] > months:
            raise ValueError(f"worlds_compared: there are {len(stored['worlds'])} worlds and {months} months")


def factor_names(points: Path, manifest: dict[str, Any]) -> tuple[str, ...]:
    """The names of the design's factors, from the table of points; none without a design.

    Raises DamagedFolder.
    """
    stated = manifest.get("points")
    if stated is None:
        return ()
    listed = _number_of_points(points)
    if listed != stated:
        raise DamagedFolder(f"{MANIFEST} says {stated:,} points; {POINTS} lists {listed:,}.")
    return tuple(name for name in _points_schema(points).names if name not in _POINT_COLUMNS)


def check_points(points: Path) -> int:
    """Check that the table of points opens and lists runs; returns its rows. Raises DamagedFolder."""
    _points_schema(points)
    return int(_metadata(points, POINTS).num_rows)


def _points_schema(points: Path) -> pa.Schema:
    if not points.is_file():
        raise DamagedFolder(f"{POINTS} is missing, which lists the runs.")
    schema = _metadata(points, POINTS).schema.to_arrow_schema()
    lacking = [name for name in _POINT_COLUMNS if name not in schema.names]
    if lacking:
        raise DamagedFolder(f"{POINTS} is damaged: it lacks {', '.join(lacking)}.")
    return schema


def _number_of_points(points: Path) -> int:
    """How many points the table of points lists, by the statistics of its footer. Raises DamagedFolder."""
    at = _points_schema(points).names.index("point")
    footer = _metadata(points, POINTS)
    groups = (footer.row_group(i).column(at).statistics for i in range(footer.num_row_groups))
    return 1 + max((int(one.max) for one in groups if one is not None and one.has_min_max), default=-1)


def _metadata(path: Path, name: str) -> Any:
    try:
        return pq.read_metadata(path)
    except DAMAGED as error:
        raise DamagedFolder(f"{name} is damaged: {first_line(error)}.") from None


class RecordedTable(NamedTuple):
    """A table of the manifest: its name within the folder, its path, and what the manifest says of it."""

    name: str
    path: Path
    facts: dict[str, Any]


def tables_of(folder: Path, manifest: dict[str, Any]) -> Iterator[RecordedTable]:
    """The tables of the manifest. Raises DamagedFolder for a table that no run writes."""
    for name, facts in (manifest.get("tables") or {}).items():
        if name not in (*TABLES, COLLECTED):
            raise DamagedFolder(f"{MANIFEST}: no run writes a table '{name}'.")
        inside = f"{TABLES_FOLDER}/{name}.parquet"
        yield RecordedTable(inside, folder / inside, facts)


def check_footers(folder: Path, manifest: dict[str, Any]) -> None:
    """Check that every table of the manifest exists, opens and has its number of rows.

    Raises DamagedFolder.
    """
    for name, path, facts in tables_of(folder, manifest):
        if not path.is_file():
            raise DamagedFolder(f"The table {name} of the manifest is missing.")
        rows = _metadata(path, f"The table {name}").num_rows
        if rows != facts["rows"]:
            raise DamagedFolder(f"The table {name} has {rows:,} rows; the manifest says {facts['rows']}.")


def damage(folder: Path, manifest: dict[str, Any]) -> list[str]:
    """What differs from what was written, byte by byte: tables, and the runs in the table of points."""
    wrong = []
    for name, path, facts in tables_of(folder, manifest):
        if not path.is_file():
            wrong.append(f"{name} is missing")
        elif sha256_of(path) != facts["sha256"]:
            wrong.append(f"{name} is not the file of the manifest (its sha256 differs)")
    for path in sorted(folder.glob("*.parquet")):  # beside the points, tables made of the tables
        try:
            pq.read_table(path, page_checksum_verification=True)
        except DAMAGED as error:
            wrong.append(f"{path.name} is damaged: {first_line(error)}")
    try:
        check_points(folder / POINTS)
    except DamagedFolder as error:
        return list(dict.fromkeys([*wrong, error.what.rstrip(".")]))
    if manifest.get("runs_digest") and not points_are_whole(folder / POINTS, manifest):
        wrong.append(f"{POINTS} is damaged, or does not list the runs of the manifest")
    return wrong


def changed_files(folder: Path, manifest: dict[str, Any]) -> list[str]:
    """Which files beside the tables are missing or changed, by the manifest's digests.

    A report may be deleted: it can be drawn again. Raises DamagedFolder for the name of a file that is not in
    the folder itself.
    """
    wrong = []
    for name, stated in (manifest.get("files") or {}).items():
        if Path(name).name != name:
            raise DamagedFolder(f"{MANIFEST}: no run writes a file '{name}'.")
        if not (folder / name).is_file():
            wrong += [f"{name} is missing"] if name != REPORT else []
        elif sha256_of(folder / name) != stated:
            wrong.append(f"{name} is not the file that was written here (its sha256 differs)")
    return wrong


def points_are_whole(points: Path, manifest: dict[str, Any]) -> bool:
    """Whether the table of points opens and lists the runs of the manifest."""
    try:
        return _runs_digest(points, manifest) == manifest.get("runs_digest")
    except DamagedFolder:
        return False


def _runs_digest(points: Path, manifest: dict[str, Any]) -> str:
    """`contents_digest` of the pairs that the table of points says are done. Raises DamagedFolder."""
    try:
        table = pq.read_table(points, columns=list(_POINT_COLUMNS), page_checksum_verification=True)
    except DAMAGED as error:
        raise DamagedFolder(f"{POINTS} is damaged: {first_line(error)}.") from None
    runs: dict[tuple[int, int], list[str]] = {}
    for row in table.to_pylist():
        if row["done"]:
            runs.setdefault((row["point"], row["seed"]), []).append(row["run"])
    return contents_digest(list(manifest["worlds"]), ((key, tuple(ids)) for key, ids in runs.items()))


def contents_digest(worlds: list[str], pairs: Any) -> str:
    """What decides the tables: keys and run ids of the pairs ((point, seed), ids) in them."""
    h = hashlib.sha256(" ".join(worlds).encode())
    for key, ids in pairs:
        h.update(f"{key} {ids}".encode())
    return h.hexdigest()


def first_line(error: BaseException) -> str:
    """The first line of an error, without its final full stop."""
    return str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__

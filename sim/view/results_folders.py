"""The results folders under one root: listed, opened, or refused with a message. Nothing is written."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from sim.runs.export import sha256_of
from sim.runs.points import POINTS
from sim.runs.results import MANIFEST, TABLES_FOLDER
from sim.runs.watch import UNCHANGING, Progress, read_progress, running_files, together

State = Literal["done", "failures", "running", "stopped", "damaged"]
_NOT_RESULTS = {"store", TABLES_FOLDER, UNCHANGING}
_DEPTH = 2
_NEEDED = ("experiment", "title", "question", "worlds", "seeds", "first", "last")
RUN_AGAIN = (
    "Run the experiment again with the same command: stored runs are not repeated, and the folder is "
    "written again."
)


class Refused(Exception):
    """A folder that must not be opened, or does not exist."""


class DamagedFolder(Exception):
    """A results folder that cannot be read: the problem and the remedy."""

    def __init__(self, what: str, how: str = RUN_AGAIN) -> None:
        self.what, self.how = what, how
        super().__init__(f"{what} {how}")


@dataclass(frozen=True)
class FolderSummary:
    """A results folder in the list. `runs` counts worlds of pairs; `words` name a problem, if any."""

    name: str
    title: str
    state: State
    made: str = ""
    points: int | None = None
    runs: int = 0
    failed: int = 0
    words: str = ""


@dataclass(frozen=True)
class ResultsFolder:
    """A results folder that could be opened: its manifest, and its progress while it is being run.

    `manifest` describes the finished tables, or, where there are none yet (`finished` is False), the run in
    progress.
    """

    name: str
    path: Path
    manifest: dict[str, Any]
    finished: bool
    progress: Progress | None = None
    factors: tuple[str, ...] = ()
    stamp: int = 0  # changes when the manifest does
    files: tuple[str, ...] = field(default=(), repr=False)

    @property
    def has_design(self) -> bool:
        return bool(self.factors)

    def has(self, *files: str) -> bool:
        """Whether all of these files, by their names within the folder, are there."""
        return all(name in self.files for name in files)


def list_folders(root: Path) -> list[FolderSummary]:
    """Every results folder under `root` (two levels deep), newest first; damaged ones with their problem."""
    found = [_found(root, path) for path in _candidates(root, _DEPTH)] if root.is_dir() else []
    return sorted(found, key=lambda one: (one.state == "running", one.made, one.name), reverse=True)


def _candidates(root: Path, depth: int) -> Iterator[Path]:
    """Folders with results or with a run in progress; links are not followed."""
    for path in sorted(root.iterdir()):
        if path.is_symlink() or not path.is_dir() or path.name.startswith(".") or path.name in _NOT_RESULTS:
            continue
        if any((path / name).exists() for name in (MANIFEST, POINTS, TABLES_FOLDER)) or running_files(path):
            yield path
        elif depth > 1:
            yield from _candidates(path, depth - 1)


def _found(root: Path, path: Path) -> FolderSummary:
    name = path.relative_to(root).as_posix()
    try:
        folder = open_folder(root, name)
    except (DamagedFolder, Refused) as error:
        return FolderSummary(
            name, path.name, "damaged", words=error.what if isinstance(error, DamagedFolder) else str(error)
        )
    stored, progress = folder.manifest, folder.progress
    runs = _rows(path / POINTS) if folder.finished else 0
    state: State = "failures" if stored.get("failures") else "done"
    words, failed = "", len(stored.get("failures") or ())
    if progress is not None:
        state = "running" if progress.state == "running" else "stopped"
        words = f"{progress.done:,} of {progress.total:,} pairs done" if progress.total else progress.stage
        failed = max(failed, progress.failed)
    return FolderSummary(
        name,
        str(stored["title"]),
        state,
        str(stored.get("made", ""))[:19],
        stored.get("points"),
        runs,
        failed,
        words,
    )


def _rows(path: Path) -> int:
    return int(pq.read_metadata(path).num_rows) if path.is_file() else 0


def resolve_name(root: Path, name: str) -> Path:
    """The folder of a name in the list. Raises Refused unless it is a plain folder under `root`."""
    quoted = f"\N{LEFT DOUBLE QUOTATION MARK}{name[:120]}\N{RIGHT DOUBLE QUOTATION MARK}"
    parts = name.split("/")
    if len(parts) > _DEPTH or any(
        not re.fullmatch(r"[^\\/\x00-\x1f:]+", part) or part in (".", "..") or part.startswith(".")
        for part in parts
    ):
        raise Refused(
            f"{quoted} is not the name of a results folder. Only folders under {root.name}/ can be opened; "
            "choose one from the list."
        )
    path = root
    for part in parts:
        path = path / part
        if path.is_symlink():
            raise Refused(
                f"{quoted} is a link. Links are not followed because they may lead out of {root.name}/. Copy "
                "the folder there to open it."
            )
    if parts[-1] in _NOT_RESULTS or not path.is_dir():
        raise Refused(
            f"There is no results folder {quoted} under {root.name}/. It may have been moved or deleted; "
            "choose one from the list."
        )
    if not path.resolve().is_relative_to(root.resolve()):
        raise Refused(f"{quoted} is outside {root.name}/ and is not opened.")
    return path


def open_folder(root: Path, name: str) -> ResultsFolder:
    """Open a results folder by its name under `root`. Raises Refused or DamagedFolder."""
    path = resolve_name(root, name)
    progress = _progress(path)
    manifest = path / MANIFEST
    finished = manifest.is_file()
    source = manifest if finished else path / UNCHANGING / MANIFEST
    if not source.is_file():
        if progress is not None and progress.state == "running":
            raise DamagedFolder(f"The run has just started ({progress.stage}).", "Open it again in a moment.")
        if progress is not None:
            raise DamagedFolder(
                f"The run ended before its first pair: {progress.ended or 'its process is gone'}.",
                "Run the same command again.",
            )
        raise DamagedFolder(f"{MANIFEST} is missing, which describes the tables.")
    _must_lie_within(path, root)
    return _folder(name, path, source, finished, progress)


def just_written(path: Path) -> ResultsFolder:
    """The folder that a run has just written, wherever it is. Raises DamagedFolder."""
    return _folder(path.name, path, path / MANIFEST, True, None)


def _folder(name: str, path: Path, source: Path, finished: bool, progress: Progress | None) -> ResultsFolder:
    stored = _manifest(source)
    points = (path if finished else path / UNCHANGING) / POINTS
    return ResultsFolder(
        name,
        path,
        stored,
        finished,
        progress,
        _factors(points, stored),
        source.stat().st_mtime_ns,
        _files(path),
    )


def _progress(path: Path) -> Progress | None:
    try:
        seen = [progress for file in running_files(path) if (progress := read_progress(file)) is not None]
    except ValueError as error:
        raise DamagedFolder(f"The progress file of the run cannot be read: {error}.") from None
    return together(seen) if seen else None


def _must_lie_within(path: Path, root: Path) -> None:
    for entry in [*path.iterdir(), *(path / TABLES_FOLDER).glob("*")]:
        if entry.is_symlink() and not entry.resolve().is_relative_to(root.resolve()):
            raise Refused(
                f"{entry.name} in it is a link that leads out of {root.name}/, so the folder is not opened."
            )


@lru_cache(maxsize=256)
def _parsed(path: Path, stamp: int) -> dict[str, Any]:
    stored = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(stored, dict):
        raise ValueError("it is not an object")
    missing = [key for key in _NEEDED if key not in stored]
    if missing:
        raise ValueError(f"it lacks {', '.join(missing)}")
    if not isinstance(stored["worlds"], dict) or not stored["worlds"]:
        raise ValueError("it names no worlds")
    return stored


def _manifest(path: Path) -> dict[str, Any]:
    try:
        return _parsed(path, path.stat().st_mtime_ns)
    except (ValueError, OSError) as error:
        raise DamagedFolder(f"{MANIFEST} cannot be read: {error}.") from None


def _factors(points: Path, stored: dict[str, Any]) -> tuple[str, ...]:
    """The names of the design's factors, from the points table."""
    if stored.get("points") is None:
        return ()
    if not points.is_file():
        raise DamagedFolder(f"{POINTS} is missing, which lists the runs.")
    try:
        names = pq.read_schema(points).names
    except (pa.ArrowException, OSError) as error:
        raise DamagedFolder(f"{POINTS} is damaged: {first_line(error)}.") from None
    return tuple(name for name in names if name not in ("point", "seed", "world", "run", "done"))


def _files(path: Path) -> tuple[str, ...]:
    files = [file for file in path.iterdir() if not file.name.startswith(".")]
    found = [file for file in [*files, *(path / TABLES_FOLDER).glob("*")] if file.is_file()]
    return tuple(sorted(file.relative_to(path).as_posix() for file in found))


def _tables(folder: ResultsFolder) -> Iterator[tuple[str, Path, dict[str, Any]]]:
    """The tables of the manifest: name within the folder, path and facts."""
    for name, facts in (folder.manifest.get("tables") or {}).items():
        inside = f"{TABLES_FOLDER}/{name}.parquet"
        yield inside, folder.path / inside, facts


def check_footers(folder: ResultsFolder) -> None:
    """Check that every table of the manifest exists, opens and has its number of rows.

    Raises DamagedFolder.
    """
    for name, path, facts in _tables(folder) if folder.finished else ():
        if not path.is_file():
            raise DamagedFolder(f"The table {name} of the manifest is missing.")
        try:
            rows = pq.read_metadata(path).num_rows
        except (pa.ArrowException, OSError) as error:
            raise DamagedFolder(f"The table {name} is damaged: {first_line(error)}.") from None
        if rows != facts.get("rows"):
            raise DamagedFolder(f"The table {name} has {rows:,} rows; the manifest says {facts.get('rows')}.")


def check_every_byte(folder: ResultsFolder) -> list[str]:
    """Tables that differ from the sha256 in the manifest."""
    wrong = []
    for name, path, facts in _tables(folder):
        if not path.is_file():
            wrong.append(f"{name} is missing")
        elif "sha256" in facts and sha256_of(path) != facts["sha256"]:
            wrong.append(f"{name} is not the file of the manifest (its sha256 differs)")
    return wrong


def first_line(error: BaseException) -> str:
    """The first line of an error, without its final full stop."""
    return str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__

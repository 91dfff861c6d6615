"""The results folders under one root: listed, opened, or refused with a message. Nothing is written."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from sim.runs.folder_check import DamagedFolder as DamagedFolder
from sim.runs.folder_check import check_points, factor_names, first_line, manifest_at
from sim.runs.points import MANIFEST, POINTS, TABLES_FOLDER
from sim.runs.watch import UNCHANGING, Progress, read_progress, running_files, together

State = Literal["done", "failures", "running", "stopped", "damaged"]
_NOT_RESULTS = {"store", TABLES_FOLDER, UNCHANGING}
_DEPTH = 2


class Refused(Exception):
    """A folder that must not be opened, or does not exist."""


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
    runs: int = 0
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
    try:
        inside = sorted(root.iterdir())
    except OSError:  # it may not be read, or has just gone
        return
    for path in inside:
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
    except (OSError, RuntimeError, ValueError) as error:  # one such folder hides no other
        return FolderSummary(name, path.name, "damaged", words=f"It cannot be read: {first_line(error)}.")
    stored, progress = folder.manifest, folder.progress
    runs = folder.runs
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
        if _is_link(path):
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


def _is_link(path: Path) -> bool:
    """Whether a path is a link. Raises Refused for a name that no file can have."""
    try:
        return path.is_symlink()
    except (OSError, ValueError):
        raise Refused("No results folder has a name like that; choose one from the list.") from None


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
    stored = manifest_at(source)
    points = (path if finished else path / UNCHANGING) / POINTS
    return ResultsFolder(
        name,
        path,
        stored,
        finished,
        progress,
        factor_names(points, stored),
        check_points(points) if finished and points.is_file() else 0,
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
        if entry.is_symlink() and not _within(entry, root):
            raise Refused(
                f"{entry.name} in it is a link that leads out of {root.name}/ or nowhere, so the folder is "
                "not opened."
            )


def _within(link: Path, root: Path) -> bool:
    try:
        return link.resolve(strict=True).is_relative_to(root.resolve())
    except (OSError, RuntimeError):  # it leads nowhere, or to itself
        return False


def _files(path: Path) -> tuple[str, ...]:
    files = [file for file in path.iterdir() if not file.name.startswith(".")]
    found = [file for file in [*files, *(path / TABLES_FOLDER).glob("*")] if file.is_file()]
    return tuple(sorted(file.relative_to(path).as_posix() for file in found))

"""Folders that a run may write to: they can be written, and no file of somebody else's is lost there."""

import json
import time
from collections.abc import Collection, Mapping
from pathlib import Path

from sim.runs.csv_tables import Unreadable, read_csv
from sim.runs.folder_check import DamagedFolder, check_points
from sim.runs.points import MANIFEST, POINTS
from sim.runs.watch import running_files
from sim.scenario.control_characters import NOT_UNICODE, is_unicode
from sim.scenario.problems import InputError


def make_folder(folder: Path, called: str) -> None:
    """Make a folder; one that cannot be written is refused now rather than after minutes of simulation.

    `called` is what names it: an option of the command, or an argument. Raises InputError.
    """
    if not is_unicode(str(folder)):
        raise InputError(f"{called} {folder}: {NOT_UNICODE}; name another folder with {called}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".writable-{time.monotonic_ns()}"
        probe.touch(exist_ok=False)
        probe.unlink()
    except OSError as error:
        raise InputError(
            f"{called} {folder}: cannot be written: {error.strerror or error}; name another folder "
            f"with {called}"
        ) from None


def check_folder(
    folder: Path, names: Collection[str], tables: Mapping[str, str], source: Path | None
) -> None:
    """Refuse a results folder in which files of somebody else's would be written over.

    `names` are the files that a run writes or deletes. `tables` are those that other commands write into a
    folder before anything is run there, each with a column that tells ours. `source` is the file that the
    experiment was read from, which is never written over. Raises InputError.
    """
    for name in names:
        if source is not None and (folder / name).is_file() and (folder / name).samefile(source):
            raise InputError(
                f"{folder}: the results would be written over {source}, from which the experiment is read; "
                "name another folder"
            )
    if _is_ours(folder):
        return
    lost = [name for name in names if (folder / name).exists()]
    lost += [
        name
        for name, column in tables.items()
        if (folder / name).exists() and not _has(folder / name, column)
    ]
    if lost:
        raise InputError(
            f"{folder}: is no results folder (it has no {MANIFEST} of ours), and a run would write over "
            f"{', '.join(lost)}; name another folder"
        )


def _is_ours(folder: Path) -> bool:
    """Whether a run has begun here: by its manifest, its table of points, or its progress."""
    if running_files(folder):
        return True
    try:
        stored = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if isinstance(stored, dict) and {"experiment", "worlds", "seeds"} <= set(stored):
            return True
    except (ValueError, OSError, RecursionError):
        pass  # of a damaged folder the points may be left
    try:
        check_points(folder / POINTS)
    except DamagedFolder:
        return False
    return True


def _has(path: Path, column: str) -> bool:
    """Whether a file is a table with a column."""
    try:
        return column in read_csv(path)
    except Unreadable:
        return False

"""The files of a crate, unpacked and compared with what its metadata says of them."""

import shutil
import stat
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from sim.runs.comparison import Comparison
from sim.runs.folder_check import first_line
from sim.runs.points import MANIFEST
from sim.runs.reproduce import reproduce
from sim.runs.strict_json import read_json
from sim.runs.tasks import Backend, Progress
from sim.runs.whole_files import sha256_of
from sim.scenario.problems import InputError

METADATA = "ro-crate-metadata.json"
_CONTEXT = "https://w3id.org/ro/crate/"
_MOST_FILES, _MOST_BYTES, _MOST_METADATA = 10_000, 64 * 2**30, 64 * 2**20
_SQUEEZED, _BOMB = 200, 2**30  # no crate is squeezed so far: tables are compressed already
_UNREADABLE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    NotImplementedError,
    RuntimeError,
    EOFError,
    zlib.error,
)
Entities = dict[str, dict[str, Any]]


@contextmanager
def opened(what: Path) -> Iterator[Path]:
    """A results folder, or the crate of one as a folder that is gone afterwards. Raises InputError."""
    if what.is_dir():
        yield what
        return
    if not what.is_file():
        raise InputError(f"{what}: no such results folder or crate")
    with tempfile.TemporaryDirectory(prefix="warrantsim-") as scratch:
        try:
            with zipfile.ZipFile(what) as archive:
                _check_names(what, archive)
                _check_size(what, archive, Path(scratch))
                archive.extractall(scratch)
        except _UNREADABLE as error:
            raise InputError(f"{what}: is no crate (.zip) that can be read: {first_line(error)}") from None
        except OSError as error:
            raise InputError(f"{what}: cannot be unpacked: {error.strerror or error}") from None
        _check_top(what, Path(scratch))
        try:
            yield Path(scratch)
        except InputError as error:  # the user knows the crate, not where it was unpacked
            words = [problem.replace(scratch, str(what)) for problem in error.problems]
            raise InputError(words) from None


def _check_top(what: Path, scratch: Path) -> None:
    """Refuse what somebody unpacked and zipped again together with its folder."""
    inside = sorted(path.parent.name for path in scratch.glob(f"*/{MANIFEST}"))
    if inside and not (scratch / MANIFEST).is_file():
        raise InputError(
            f"{what}: its files are in the folder {inside[0]!r}: zip the files themselves, or give the "
            "unpacked folder"
        )


def reproduce_results(
    what: Path, sample: int | None = None, backend: Backend | None = None, progress: Progress | None = None
) -> Comparison:
    """Run the pairs of a results folder or of a crate again, and compare. Raises InputError."""
    with opened(what) as folder:
        return replace(reproduce(folder, sample, backend, progress), what=str(what))


def _check_names(what: Path, archive: zipfile.ZipFile) -> None:
    """Refuse an archive that would write outside its folder, or twice to a file."""
    seen: set[str] = set()
    for member in archive.infolist():
        path = PurePosixPath(member.filename.replace("\\", "/"))
        is_link = stat.S_ISLNK(member.external_attr >> 16)
        if path.is_absolute() or ".." in path.parts or ":" in member.filename or is_link:
            raise InputError(f"{what}: {member.filename!r} would be written outside the crate")
        if str(path) in seen:
            raise InputError(f"{what}: holds {member.filename!r} twice")
        seen.add(str(path))


def _check_size(what: Path, archive: zipfile.ZipFile, scratch: Path) -> None:
    """Refuse an archive that would fill the disk, or was made to."""
    members = archive.infolist()
    total = sum(member.file_size for member in members)
    size = f"{len(members):,} files of {total / 2**30:,.1f} GB"
    bomb = total > max(_BOMB, _SQUEEZED * what.stat().st_size)
    if len(members) > _MOST_FILES or total > _MOST_BYTES or bomb:
        raise InputError(f"{what}: holds {size}: too much for a crate")
    free = shutil.disk_usage(scratch).free
    if total > free:
        raise InputError(f"{what}: holds {size}, and {free / 2**30:,.1f} GB are free to unpack it")


def entities_of(folder: Path) -> Entities | None:
    """What the metadata of an unpacked crate describes, by id; None in a folder without it.

    Raises InputError.
    """
    path = folder / METADATA
    if not path.is_file():
        return None
    try:
        if path.stat().st_size > _MOST_METADATA:
            raise ValueError("it is too large")
        document = read_json(path)
        stated = document["@context"]
        contexts = [stated] if isinstance(stated, str) else stated
        if not any(str(one).startswith(_CONTEXT) for one in contexts):  # else its terms mean nothing
            raise ValueError("its @context is not that of RO-Crate")
        graph = document["@graph"]
        wrong = [entity for entity in graph if not _is_entity(entity)]
        if wrong:
            raise ValueError(f"an entity without an @id and @type of text: {str(wrong[0])[:80]}")
        twice = [name for name, times in Counter(entity["@id"] for entity in graph).items() if times > 1]
        if twice:
            raise ValueError(f"it describes {twice[0]} twice")
        return {entity["@id"]: entity for entity in graph}
    except (ValueError, KeyError, TypeError, RecursionError, OSError) as error:
        raise InputError(f"{METADATA}: cannot be read: {first_line(error)}") from None


def wrong_files(folder: Path, entities: Entities) -> list[str]:
    """How the files of an unpacked crate differ from what its metadata says of them."""
    described = {name: one for name, one in entities.items() if "File" in _types(one) and "://" not in name}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    wrong = [
        f"{name} is described, but not in the crate" for name in sorted(described.keys() - there - {METADATA})
    ]
    wrong += [
        f"{name} is in the crate, but not described" for name in sorted(there - described.keys() - {METADATA})
    ]
    for name in sorted((described.keys() & there) - {METADATA}):
        path, facts = folder / name, described[name]
        if str(facts.get("contentSize")) != str(path.stat().st_size) or facts.get("sha256") != sha256_of(
            path
        ):
            wrong.append(f"{name} is not the file that the metadata describes (its sha256 or size differs)")
    return wrong


def _is_entity(entity: Any) -> bool:
    types = entity.get("@type", []) if isinstance(entity, dict) else None
    every = types if isinstance(types, list) else [types]
    return isinstance(entity, dict) and all(isinstance(one, str) for one in (entity.get("@id"), *every))


def _types(entity: dict[str, Any]) -> list[str]:
    types = entity.get("@type", [])
    return [types] if isinstance(types, str) else list(types)

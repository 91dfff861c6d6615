"""The files beside the tables that a manifest answers for, each by its sha256.

A run lists what it writes. What a later command writes into the folder, a table or the report, is added when
it is written, so that whoever edits it afterwards is found out.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sim.runs.folder_check import DamagedFolder, manifest_at
from sim.runs.manifest import write_manifest
from sim.runs.points import MANIFEST
from sim.runs.whole_files import sha256_of

EVIDENCE = ("evidence.csv", "not_used.csv")  # nothing in these tables tells of which results they are


def digests_of(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """The sha256 of each of these files that is in the folder."""
    return {name: sha256_of(folder / name) for name in names if (folder / name).is_file()}


def stated_before(folder: Path) -> Mapping[str, str]:
    """What the manifest of a folder says of its files; nothing where there is no manifest to be read."""
    try:
        return manifest_at(folder / MANIFEST).get("files") or {}
    except DamagedFolder:
        return {}


def of_other_results(folder: Path, configuration: str) -> list[str]:
    """Which files of `EVIDENCE` the folder has of results with another configuration, seeds or size."""
    try:
        manifest = manifest_at(folder / MANIFEST)
    except DamagedFolder:
        return []
    same = manifest.get("scenario_digest") == configuration
    return [] if same else [name for name in EVIDENCE if name in (manifest.get("files") or {})]


def add_written(folder: Path, names: Iterable[str]) -> None:
    """Let the manifest answer for files that were written into a results folder just now.

    A folder without results has no manifest that could.
    """
    try:
        manifest_at(folder / MANIFEST)
    except DamagedFolder:
        return
    content: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    files = {**(content.get("files") or {}), **digests_of(folder, names)}
    if files != content.get("files"):
        write_manifest(folder, {**content, "files": files})


def not_answered_for(folder: Path, manifest: Mapping[str, Any], names: Iterable[str]) -> list[str]:
    """Which of these files are in the folder without a digest in its manifest."""
    stated = manifest.get("files") or {}
    return [name for name in names if name not in stated and (folder / name).is_file()]

"""The files beside the tables that a manifest answers for, each by its sha256.

A run lists what it writes. What a later command writes into the folder, a table or the report, is added when
it is written, so that whoever edits it afterwards is found out.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class Before:
    """What the manifest of a folder says before another run: the sha256 of its files, the digest of its runs
    and that of their configuration; nothing where there is no manifest to be read."""

    files: Mapping[str, str] = field(default_factory=dict)
    runs: str = ""
    configuration: str = ""

    def evidence_of_others(self, configuration: str) -> list[str]:
        """Which files of `EVIDENCE` are of results with another configuration, seeds or size."""
        same = self.configuration == configuration
        return [] if same else [name for name in EVIDENCE if name in self.files]


def stated_before(folder: Path) -> Before:
    """What the manifest of a folder says now, before it is replaced."""
    try:
        manifest = manifest_at(folder / MANIFEST)
    except DamagedFolder:
        return Before()
    digests = (str(manifest.get(name) or "") for name in ("runs_digest", "scenario_digest"))
    return Before(manifest.get("files") or {}, *digests)


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

"""Where the code comes from: the commit and the public address of the checkout, or of what was installed.

Nothing is guessed: without a checkout of this project, or an installation from a repository, there is none.
"""

import json
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from sim.scenario.locations import CONFIGS, EXPERIMENTS, root

_CODE = ("sim", CONFIGS, EXPERIMENTS)
_SECONDS = 10.0  # on a network drive Git may take long; the results do not wait for it


@cache
def code_origin() -> dict[str, Any] | None:
    """`commit`, `address` (absent where there is no public one) and `changed` (whether files differ from the
    commit); None where nothing is known."""
    return _checkout(root()) or _installed()


def _checkout(folder: Path) -> dict[str, Any] | None:
    """The origin of a checkout of this project; a repository around an installed package is another's."""
    if not (folder / ".git").exists() or not (folder / "sim").is_dir():
        return None
    commit = _git(folder, "rev-parse", "HEAD")
    changed = _git(folder, "status", "--porcelain", "--", *_CODE)
    if not commit or changed is None:
        return None
    address = public_address(_git(folder, "remote", "get-url", "origin") or "")
    return {"commit": commit, **({"address": address} if address else {}), "changed": bool(changed)}


def _installed() -> dict[str, Any] | None:
    """The origin of a package that was installed from a repository (PEP 610)."""
    try:
        written = json.loads(distribution("warrantsim").read_text("direct_url.json") or "{}")
        commit = written["vcs_info"]["commit_id"]
    except (PackageNotFoundError, ValueError, KeyError, TypeError):
        return None
    address = public_address(str(written.get("url", "")))
    return {"commit": commit, **({"address": address} if address else {}), "changed": False}


def public_address(remote: str) -> str:
    """The address of a remote as anybody may open it, without names and passwords; empty for others."""
    if "://" not in remote and ":" in remote and not Path(remote).exists():  # git@host:owner/name.git
        host, _, path = remote.rpartition("@")[2].partition(":")
        remote = f"https://{host}/{path}"
    parts = urlsplit(remote)
    if parts.scheme not in ("http", "https", "ssh", "git") or "." not in (parts.hostname or ""):
        return ""
    return urlunsplit(("https", parts.hostname or "", parts.path.removesuffix(".git"), "", ""))


def _git(folder: Path, *words: str) -> str | None:
    """What Git says; None where it is missing, fails or takes too long."""
    command = ["git", "--no-optional-locks", "-C", str(folder), *words]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=True)
        return done.stdout.decode().strip()
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None

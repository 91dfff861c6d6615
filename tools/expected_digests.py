"""Renew expected digests: `python -m tools.expected_digests --write [NAME ...] [--full]`.

They are those of the shipped experiments.
"""

import argparse
import datetime as dt
import json
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sim.runs.expected import digest_of_runs, file_of, fingerprint, inputs_digest, run_pairs, sized
from sim.runs.identity import model_digest
from sim.runs.manifest import PACKAGES
from sim.runs.reproduce import environment
from sim.runs.tasks import Backend, Progress
from sim.scenario.locations import experiments
from sim.scenario.problems import InputError, choices


def write(name: str, full: bool, how: Backend | None = None, progress: Progress | None = None) -> Path:
    """Run a shipped experiment and write its expected digests.

    Full digests of other code or input are dropped.
    """
    path = file_of(name)
    before = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    content: dict[str, Any] = {
        "experiment": name,
        "made": dt.datetime.now(dt.UTC).date().isoformat(),
        "model_digest": model_digest(),
        "versions": {"python": sys.version.split()[0], **{package: version(package) for package in PACKAGES}},
        "platform": environment()["platform"],
    }
    for size in ("small", "full"):
        if size == "full" and not full:
            resolved, pairs = sized(name, True)
            kept = before.get("full")
            still = (
                kept is not None
                and before["model_digest"] == model_digest()
                and kept["inputs"] == inputs_digest(resolved, pairs)
            )
            content["full"] = kept if still else None
            continue
        resolved, pairs = sized(name, size == "full")
        found, failures = run_pairs(resolved, pairs, how or Backend(), progress)
        if failures:
            raise InputError([f"{name}: {failure}" for failure in failures])
        one: dict[str, Any] = {"pairs": len(pairs), "inputs": inputs_digest(resolved, pairs)}
        tables = next(iter(found.values()))
        if size == "small":
            one["runs"] = {
                run: {table: fingerprint(table, columns) for table, columns in tables.items()}
                for run, tables in found.items()
            }
        else:
            one["tables"] = {table: digest_of_runs(found, table) for table in tables}
        content[size] = one
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return path


def main(words: Sequence[str] | None = None) -> int:
    """Renew expected digests; what was not asked for stays."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.expected_digests", description=__doc__.splitlines()[0] if __doc__ else None
    )
    parser.add_argument("names", nargs="*", help="shipped experiments; all if none is named")
    parser.add_argument(
        "--write", action="store_true", required=True, help="write experiments/expected/<name>.json"
    )
    parser.add_argument("--full", action="store_true", help="also at full size (minutes)")
    parser.add_argument("--workers", type=int, default=None)
    asked = parser.parse_args(words)
    try:
        for name in asked.names or experiments():
            if name not in experiments():
                raise InputError(f"{name}: no shipped experiment; {choices(name, experiments())}")
            print(write(name, asked.full, Backend(asked.workers)), flush=True)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

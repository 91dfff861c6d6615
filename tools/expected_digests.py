"""Renew expected digests: `python -m tools.expected_digests --write [NAME ...] [--full | --finished]`.

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

from sim.runs.comparison import Comparison, environment
from sim.runs.expected import digest_of_runs, file_of, inputs_digest, run_pairs, sized, tables_of
from sim.runs.expected_values import values_of, write_values
from sim.runs.identity import model_digest
from sim.runs.manifest import PACKAGES
from sim.runs.reproduce import results_of
from sim.runs.tasks import Backend
from sim.scenario.locations import experiments
from sim.scenario.problems import InputError, choices
from sim.scenario.resolution import resolve


def write(name: str, full: bool, backend: Backend | None = None, finished: Path | None = None) -> Path:
    """Run a shipped experiment and write its expected digests.

    `finished`: results of its full size, whose digests are taken. Full digests that are not renewed stay
    while input and small runs give what they gave; they name the code that made them.
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
    content["small"] = _digests(name, False, backend)
    if finished is not None:
        content["full"] = _digests_of(name, finished)
    elif full:
        content["full"] = _digests(name, True, backend)
    else:
        kept = before.get("full")
        still = (
            kept is not None
            and before["small"]["runs"] == content["small"]["runs"]
            and kept["inputs"] == inputs_digest(*sized(name, True))
        )
        content["full"] = kept if still else None
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    write_values({name: values_of(resolve(name))})
    return path


def _digests(name: str, full: bool, backend: Backend | None) -> dict[str, Any]:
    """The digests of an experiment at one size."""
    resolved, pairs = sized(name, full)
    outcome = Comparison(name)
    runs = run_pairs(resolved, pairs, outcome, full, backend)
    if outcome.failures:
        raise InputError([f"{name}: {failure}" for failure in outcome.failures])
    sizes = {"pairs": len(pairs), "inputs": inputs_digest(resolved, pairs)}
    if not full:
        return {**sizes, "runs": runs}
    tables = next(iter(runs.values()))
    digests = {table: digest_of_runs(runs, table) for table in tables}
    return {**sizes, "model_digest": model_digest(), "tables": digests}


def _digests_of(name: str, folder: Path) -> dict[str, Any]:
    """The digests of a finished run of the experiment, if this code ran all of it."""
    manifest = results_of(folder).manifest
    resolved, pairs = sized(name, True)
    if (manifest["model_digest"], manifest["scenario_digest"], manifest["failures"]) != (
        model_digest(),
        resolved.digest,
        [],
    ):
        raise InputError([f"{folder}: its code, configuration or runs are not those of {name} as shipped"])
    tables = {table: manifest["tables"][table]["digest"] for table in tables_of(resolved.experiment.record)}
    sizes = {"pairs": len(pairs), "inputs": inputs_digest(resolved, pairs)}
    return {**sizes, "model_digest": manifest["model_digest"], "tables": tables}


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
    parser.add_argument(
        "--finished",
        action="store_true",
        help="also at full size, from results/NAME, which this code has run",
    )
    parser.add_argument("--workers", type=int, default=None)
    asked = parser.parse_args(words)
    try:
        for name in asked.names or experiments():
            if name not in experiments():
                raise InputError(f"{name}: no shipped experiment; {choices(name, experiments())}")
            finished = Path("results") / name if asked.finished else None
            print(write(name, asked.full, Backend(asked.workers), finished), flush=True)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

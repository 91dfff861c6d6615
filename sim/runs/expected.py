"""The digests that shipped experiments must give on every machine: experiments/expected/<name>.json.

`python -m tools.expected_digests --write [NAME ...] [--full]` renews them. Small is one seed with the fewest
customers and the first points of a design: seconds, with fingerprints of every month and variable, so that a
difference can be placed. Full is the experiment as its file has it, with the digest of each table: the one
that the manifest of its results has.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sim.model.books import TABLES_OF
from sim.model.tables import TABLES
from sim.runs.comparison import Comparison, Difference
from sim.runs.expected_values import changed_values
from sim.runs.identity import Identities
from sim.runs.reproduce import Pair, begun, digest_of_lines, run_again, sampled
from sim.runs.tables_on_disk import Columns, digest_of_values
from sim.runs.tasks import Backend, Progress
from sim.scenario.locations import EXPERIMENTS, experiments, root
from sim.scenario.problems import InputError, choices
from sim.scenario.resolution import Resolved, points, resolve, scenarios_at

FOLDER = "expected"
SMALL = {"customers": 2000, "seeds": 1}
SMALL_POINTS = 4
_LETTERS = 6  # of the fingerprint of a month or a variable
_VARIABLES_NAMED = 4


def file_of(name: str) -> Path:
    """Where the expected digests of a shipped experiment are."""
    return root() / EXPERIMENTS / FOLDER / f"{name}.json"


def expected_names() -> list[str]:
    """The shipped experiments that have expected digests."""
    return [name for name in experiments() if file_of(name).is_file()]


def refuse_unknown(name: str) -> None:
    """Raise InputError for what is no shipped experiment with expected digests."""
    if name not in expected_names():
        reason = (
            "has no expected digests; name a results folder, or renew them"
            if name in experiments()
            else "no such results folder"
        )
        raise InputError(f"{name}: {reason}; {choices(name, expected_names())}")


def compare_with_expected(
    name: str,
    full: bool = False,
    sample: int | None = None,
    backend: Backend | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Run a shipped experiment past every store, and compare it with its expected digests.

    It is run small, or at its full size. Raises InputError.
    """
    refuse_unknown(name)
    shipped, size = json.loads(file_of(name).read_text(encoding="utf-8")), "full" if full else "small"
    expected = shipped.get(size)
    if expected is None:
        raise InputError(f"{name}: {file_of(name).name} has no digests of its full size; leave --full out")
    resolved, pairs = sized(name, full)
    out = begun(f"{name} ({size})", {**shipped, **expected}, pairs)  # full digests may be of earlier code
    if inputs_digest(resolved, pairs) != expected["inputs"]:
        out.inputs = "the configuration or the experiment has changed since these digests were made"
        out.values = changed_values(resolve(name))
    chosen = sampled(pairs, sample)
    if full and len(chosen) < len(pairs):
        raise InputError(
            "--sample: the digests of a full size are of whole tables; leave --sample or --full out"
        )
    out.pairs = len(chosen)
    runs = run_pairs(resolved, chosen, out, full, backend, progress)
    if full:
        now = {table: digest_of_runs(runs, table) for table in expected["tables"]}
        out.differences = [
            Difference("all runs", t, "", "", f"its digest was {d[:12]}, now {now[t][:12]}", "")
            for t, d in expected["tables"].items()
            if now[t] != d
        ]
    else:
        out.differences = [
            difference
            for run, tables in runs.items()
            for table, print_now in tables.items()
            for difference in _placed(run, table, expected["runs"].get(run, {}).get(table), print_now)
        ]
    out.tables = len(next(iter(runs.values()), {}))
    return out


# --- running ---------------------------------------------------------------------------------------------


def sized(name: str, full: bool) -> tuple[Resolved, list[Pair]]:
    """A shipped experiment at its small or full size, and the pairs of worlds to run."""
    resolved = resolve(name) if full else resolve(name, seeds=SMALL["seeds"], customers=SMALL["customers"])
    asked = resolved.experiment.seeds
    some = points(resolved) if full else points(resolved)[:SMALL_POINTS]
    return resolved, [
        Pair(point, seed, {}) for point in some for seed in range(asked.first, asked.first + asked.count)
    ]


def inputs_digest(resolved: Resolved, pairs: Sequence[Pair]) -> str:
    """Digest of all that decides the numbers but the code: scenarios, seeds, what is recorded."""
    identities, h = Identities(), hashlib.sha256(resolved.experiment.record.encode())
    for pair in pairs:
        for world, scenario in scenarios_at(resolved, pair.point).items():
            h.update(f"\n{pair.point.index} {pair.seed} {world} {identities.scenario(scenario)}".encode())
    return h.hexdigest()


def run_pairs(
    resolved: Resolved,
    pairs: Sequence[Pair],
    out: Comparison,
    full: bool,
    backend: Backend | None = None,
    progress: Progress | None = None,
) -> dict[str, dict[str, Any]]:
    """For each run and table, of full runs the digest and of small ones, by the run's name, the fingerprint.

    What fails is noted in `out`.
    """
    reduce, of_design = digest_of_values if full else fingerprint, resolved.design is not None
    tables = tables_of(resolved.experiment.record)
    return {
        pair.line(world, of_design) if full else pair.name(world): {
            table: reduce(table, columns) for table, columns in of_world.items()
        }
        for pair, done in run_again(resolved, pairs, tables, out, backend, progress)
        for world, of_world in done.tables.items()
    }


def tables_of(record: str) -> list[str]:
    """The tables that a run leaves, by how much is recorded."""
    return [name for name in TABLES if name in TABLES_OF[record]]


def digest_of_runs(runs: dict[str, dict[str, Any]], table: str) -> str:
    """Digest of one table over all runs, from its digest in each."""
    return digest_of_lines(f"{run} {tables[table]}" for run, tables in runs.items())


# --- fingerprints ----------------------------------------------------------------------------------------


def fingerprint(table: str, columns: Columns) -> dict[str, Any]:
    """Digest of a table of one run, and short fingerprints of each month and each variable of it."""
    months = np.unique(columns["month"].astype("datetime64[M]"))
    at = columns["month"].astype("datetime64[M]")
    by_month = {
        str(m): digest_of_values(table, {name: values[at == m] for name, values in columns.items()})[
            :_LETTERS
        ]
        for m in months
    }
    keys = {c.name for c in TABLES[table].keys}
    variables = [c.name for c in TABLES[table].measures if c.name in columns]
    by_variable = [
        f"{v}={digest_of_values(table, {n: columns[n] for n in columns if n in keys or n == v})[:_LETTERS]}"
        for v in variables
    ]
    by_name = " ".join(f"{month}={words}" for month, words in by_month.items())
    return {"digest": digest_of_values(table, columns), "months": by_name, "variables": " ".join(by_variable)}


def _placed(run: str, table: str, was: dict[str, Any] | None, now: dict[str, Any]) -> list[Difference]:
    if was is not None and was["digest"] == now["digest"]:
        return []
    if was is None:
        return [Difference(run, table, "", "", "has no expected digest", "")]
    a, b = _named(was["months"]), _named(now["months"])
    month = min((m for m in a.keys() | b.keys() if a.get(m) != b.get(m)), default="")
    before = _named(was["variables"])
    variables = [name for name, words in _named(now["variables"]).items() if before.get(name) != words] or [
        "its keys"
    ]
    more = f" and {len(variables) - _VARIABLES_NAMED} more" if len(variables) > _VARIABLES_NAMED else ""
    named = ", ".join(variables[:_VARIABLES_NAMED]) + more
    return [Difference(run, table, month, named, f"digest {was['digest'][:12]}", now["digest"][:12])]


def _named(words: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in words.split())
